//! Addresses and links in a form that nothing opens by mistake, as analysts write them in tickets and mails.

/// `http` becomes `hxxp`, and each point and colon that makes an address, a domain or a link work stands in
/// brackets: `hxxps[:]//evil[.]example/a.php`, `203[.]0[.]113[.]9`, `2001[:]db8[:][:]1`.
pub fn defanged(text: &str) -> String {
    defanged_if(text, |_| true)
}

/// The same for those words only that are to be changed.
pub fn defanged_if(text: &str, wanted: impl Fn(&str) -> bool) -> String {
    let word = |word: &str| match wanted(word.trim_end_matches(is_edge)) {
        true => defanged_word(word),
        false => word.to_owned(),
    };
    text.split_inclusive(is_edge).map(word).collect()
}

/// What stands between the words of a text or a list.
fn is_edge(letter: char) -> bool {
    letter.is_whitespace() || "\"'<>()[]{},;|".contains(letter)
}

fn defanged_word(word: &str) -> String {
    let end = word.trim_end_matches(is_edge).len();
    let (word, edge) = word.split_at(end);
    let lower = word.to_ascii_lowercase();
    let scheme = lower.find("://").filter(|at| lower[..*at].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if let Some(at) = scheme {
        let scheme = word[..at].replace("tt", "xx").replace("TT", "XX");
        let rest = &word[at + 3..];
        let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        return format!("{scheme}[:]//{}{}{edge}", pointed(&rest[..host]), &rest[host..]);
    }
    let host = word.find('/').unwrap_or(word.len());
    if is_address_six(&word[..host]) {
        return format!("{}{}{edge}", word[..host].replace(':', "[:]"), &word[host..]);
    }
    if names_a_host(&word[..host]) {
        return format!("{}{}{edge}", pointed(&word[..host]), &word[host..]);
    }
    format!("{word}{edge}")
}

fn pointed(host: &str) -> String {
    host.replace('.', "[.]")
}

fn is_address_six(word: &str) -> bool {
    word.parse::<std::net::Ipv6Addr>().is_ok()
}

/// A domain or an IPv4 address, with a port or the user of a mail address perhaps: labels between points. A
/// name of a file looks like a domain, and is written as one: nothing is lost by that.
fn names_a_host(word: &str) -> bool {
    let host = word.rsplit_once('@').map_or(word, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host).trim_end_matches('.');
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
    };
    host.contains('.') && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_opened_cannot() {
        for (text, expected) in [
            ("203.0.113.9", "203[.]0[.]113[.]9"),
            ("203.0.113.9:443", "203[.]0[.]113[.]9:443"),
            ("2001:db8::1", "2001[:]db8[:][:]1"),
            ("https://evil.example/a.php?b=1.2", "hxxps[:]//evil[.]example/a.php?b=1.2"),
            ("HTTP://EVIL.example", "HXXP[:]//EVIL[.]example"),
            ("ftp://u@evil.example", "ftp[:]//u@evil[.]example"),
            ("evil.example/x, amy@contoso.com", "evil[.]example/x, amy@contoso[.]com"),
            ("[\"a.example\",\"198.51.100.7\"]", "[\"a[.]example\",\"198[.]51[.]100[.]7\"]"),
            ("no address at all. Really", "no address at all. Really"),
            ("", ""),
        ] {
            assert_eq!(defanged(text), expected, "{text}");
        }
        let links = defanged_if("a.example, http://b.example/c", |word| word.contains("://"));
        assert_eq!(links, "a.example, hxxp[:]//b[.]example/c");
    }
}
