//! Text with a known structure taken apart: URLs, file paths, CSV records, command lines. The results
//! are JSON text. Knows text only.

use super::json;
use super::text::push_texts;
use super::{Cell, Kernel, Phys, fail, infallible, strict};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_parse_url", &[Phys::Text], Phys::Text, |args, out| {
        parse_url(args[0].text().unwrap_or(""), out);
        Cell::Text(out)
    }),
    strict("kql_parse_urlquery", &[Phys::Text], Phys::Text, |args, out| {
        out.push_str("{\"Query Parameters\":");
        push_query(args[0].text().unwrap_or(""), out);
        out.push('}');
        Cell::Text(out)
    }),
    strict("kql_parse_path", &[Phys::Text], Phys::Text, |args, out| {
        parse_path(args[0].text().unwrap_or(""), out);
        Cell::Text(out)
    }),
    strict("kql_parse_csv", &[Phys::Text], Phys::Text, |args, out| {
        parse_csv(args[0].text().unwrap_or(""), out);
        Cell::Text(out)
    }),
    strict("kql_parse_command_line", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        if args[1].text() != Some("windows") {
            return fail(out, "parse_command_line() knows the parser 'windows' only");
        }
        let arguments = command_line(args[0].text().unwrap_or(""));
        push_texts(&mut arguments.iter().map(String::as_str), out);
        Cell::Text(out)
    })
    .fallible(),
]);

/// The text before and after the first of these characters; nothing after when it has none.
fn cut<'t>(text: &'t str, at: &[char]) -> (&'t str, Option<&'t str>) {
    match text.find(at) {
        Some(found) => (&text[..found], Some(&text[found + 1..])),
        None => (text, None),
    }
}

/// The scheme of `scheme://rest`, and the rest.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    valid.then_some((scheme, rest))
}

fn push_bag(fields: &[(&str, &str)], out: &mut String) {
    for (index, (key, value)) in fields.iter().enumerate() {
        out.push(if index == 0 { '{' } else { ',' });
        json::quote(key, out);
        out.push(':');
        json::quote(value, out);
    }
    out.push_str(if fields.is_empty() { "{}" } else { "}" });
}

fn parse_url(url: &str, out: &mut String) {
    let (rest, fragment) = cut(url, &['#']);
    let (rest, query) = cut(rest, &['?']);
    let (scheme, authority, path) = match scheme(rest) {
        None => ("", "", rest),
        Some((scheme, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (scheme, &rest[..end], &rest[end..])
        }
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    // The colons inside the brackets of an IPv6 address are no port's.
    let name_end = host.rfind(']').unwrap_or(0);
    let (host, port) = match host[name_end..].rfind(':') {
        Some(colon) => (&host[..name_end + colon], &host[name_end + colon + 1..]),
        None => (host, ""),
    };
    push_bag(
        &[
            ("Scheme", scheme),
            ("Host", host),
            ("Port", port),
            ("Path", path),
            ("Username", user),
            ("Password", password),
        ],
        out,
    );
    out.pop();
    out.push_str(",\"Query Parameters\":");
    push_query(query.unwrap_or(""), out);
    out.push_str(",\"Fragment\":");
    json::quote(fragment.unwrap_or(""), out);
    out.push('}');
}

/// Keys and values as they stand, undecoded; of several values of a key the last.
fn push_query(query: &str, out: &mut String) {
    let mut fields: Vec<(&str, &str)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match fields.iter_mut().find(|(known, _)| *known == key) {
            Some(field) => field.1 = value,
            None => fields.push((key, value)),
        }
    }
    push_bag(&fields, out);
}

fn parse_path(text: &str, out: &mut String) {
    const SEPARATORS: [char; 2] = ['/', '\\'];
    let (scheme, path) = scheme(text).unwrap_or(("", text));
    let rooted = |path: &str| matches!(path.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    let long = if path.starts_with(r"\\?\") { 4 } else { 0 };
    let root = if rooted(&path[long..]) { &path[..long + 3] } else { "" };
    let (directory, file) = match path.rfind(SEPARATORS) {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => ("", path),
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let name = if directory.len() < root.len() {
        ""
    } else {
        directory.rfind(SEPARATORS).map_or(directory, |at| &directory[at + 1..])
    };
    push_bag(
        &[
            ("Scheme", scheme),
            ("RootPath", root),
            ("DirectoryPath", directory),
            ("DirectoryName", name),
            ("Filename", file),
            ("Extension", file.rsplit_once('.').map_or("", |(_, extension)| extension)),
            ("AlternateDataStreamName", stream),
        ],
        out,
    );
}

/// The fields of the first record.
fn parse_csv(text: &str, out: &mut String) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => push_texts(&mut record.iter(), out),
        Ok(false) | Err(_) => out.push_str("[\"\"]"),
    }
}

/// As Windows' CommandLineToArgvW splits: its documentation, and "Parsing C++ command-line arguments".
/// The first argument, the program, has no escapes.
fn command_line(line: &str) -> Vec<String> {
    let blank = |c: char| c == ' ' || c == '\t';
    if line.is_empty() {
        return Vec::new();
    }
    let (program, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => line.split_at(line.find(blank).unwrap_or(line.len())),
    };
    let mut arguments = vec![program.to_owned()];
    let mut chars = rest.trim_start_matches(blank).chars().peekable();
    let (mut argument, mut quoted, mut begun) = (String::new(), false, false);
    let mut backslashes = 0;
    while let Some(c) = chars.next() {
        if blank(c) && !quoted {
            argument.extend(std::iter::repeat_n('\\', std::mem::take(&mut backslashes)));
            if std::mem::take(&mut begun) {
                arguments.push(std::mem::take(&mut argument));
            }
            continue;
        }
        begun = true;
        match c {
            '\\' => backslashes += 1,
            '"' => {
                // Half of the backslashes before a quotation mark stay; an odd one makes it plain.
                argument.extend(std::iter::repeat_n('\\', backslashes / 2));
                if std::mem::take(&mut backslashes) % 2 == 1 {
                    argument.push('"');
                } else if quoted && chars.next_if_eq(&'"').is_some() {
                    // A doubled one inside quotation marks is plain and closes them.
                    argument.push('"');
                    quoted = false;
                } else {
                    quoted = !quoted;
                }
            }
            _ => {
                argument.extend(std::iter::repeat_n('\\', std::mem::take(&mut backslashes)));
                argument.push(c);
            }
        }
    }
    argument.extend(std::iter::repeat_n('\\', backslashes));
    if begun {
        arguments.push(argument);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use crate::kernels::testing::texts;
    use serde_json::{Value, json};

    fn parsed(name: &str, text: &str) -> Value {
        serde_json::from_str(&texts(name, &[text])).unwrap()
    }

    #[test]
    fn urls() {
        let url = "https://eve:p%40s@[2001:db8::1]:8443/a/b?x=1&y&x=%20#top";
        assert_eq!(
            texts("kql_parse_url", &[url]),
            concat!(
                r#"{"Scheme":"https","Host":"[2001:db8::1]","Port":"8443","Path":"/a/b","Username":"eve","#,
                r#""Password":"p%40s","Query Parameters":{"x":"%20","y":""},"Fragment":"top"}"#
            )
        );
        assert_eq!(parsed("kql_parse_url", "http://contoso.com")["Host"], "contoso.com");
        assert_eq!(parsed("kql_parse_url", "http://contoso.com?u=a:b@c")["Host"], "contoso.com");
        let bare = parsed("kql_parse_url", "contoso.com/a");
        assert_eq!((&bare["Host"], &bare["Path"]), (&json!(""), &json!("contoso.com/a")));
        assert_eq!(texts("kql_parse_urlquery", &["a=b=c"]), r#"{"Query Parameters":{"a":"b=c"}}"#);
    }

    #[test]
    fn paths() {
        let field =
            |path: &str, name: &str| parsed("kql_parse_path", path)[name].as_str().unwrap().to_owned();
        let path = r"D:\logs\2026\app.tar.gz:Zone.Identifier";
        assert_eq!(field(path, "RootPath"), r"D:\");
        assert_eq!(field(path, "DirectoryPath"), r"D:\logs\2026");
        assert_eq!(field(path, "DirectoryName"), "2026");
        assert_eq!(field(path, "Filename"), "app.tar.gz");
        assert_eq!(field(path, "Extension"), "gz");
        assert_eq!(field(path, "AlternateDataStreamName"), "Zone.Identifier");
        assert_eq!(field("file:///etc/hosts", "Scheme"), "file");
        assert_eq!(field("/etc/hosts", "RootPath"), "");
        assert_eq!(field("/etc/hosts", "Extension"), "");
        assert_eq!(field(r"C:\boot.ini", "DirectoryName"), "");
    }

    #[test]
    fn csv_takes_one_record() {
        assert_eq!(texts("kql_parse_csv", &["a,\"b,\"\"c\"\"\", d\nnext,e"]), r#"["a","b,\"c\""," d"]"#);
    }

    #[test]
    fn command_lines() {
        let split = |line: &str| texts("kql_parse_command_line", &[line, "windows"]);
        assert_eq!(split(r#"cmd.exe /c "dir C:\x y" z"#), r#"["cmd.exe","/c","dir C:\\x y","z"]"#);
        assert_eq!(split(r#""C:\Program Files\a.exe" -o b\"#), r#"["C:\\Program Files\\a.exe","-o","b\\"]"#);
        // The examples of the Microsoft page on parsing arguments.
        assert_eq!(split(r#"x a\\\b d"e f"g h"#), r#"["x","a\\\\\\b","de fg","h"]"#);
        assert_eq!(split(r#"x a\\\"b c d"#), r#"["x","a\\\"b","c","d"]"#);
        assert_eq!(split(r#"x a\\\\"b c" d e"#), r#"["x","a\\\\b c","d","e"]"#);
        assert_eq!(split(r#"x "" y"#), r#"["x","","y"]"#);
        assert!(texts("kql_parse_command_line", &["x", "unix"]).starts_with("error: "));
    }
}
