//! Cutting, joining, counting and replacing text by character, without patterns. Positions count
//! Unicode code points from 0 (Kusto's `strlen` of a family emoji of five is 5). Knows text only.

use std::borrow::Cow;
use std::cell::RefCell;

use memchr::memmem;

use super::fold::{is_ascii, lower_char, upper_char};
use super::json::{self, Kind};
use super::{Cell, Kernel, Nulls, Phys, infallible, lenient, strict};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_tolower", &[Phys::Text], Phys::Text, |args, out| {
        mapped(args[0], out, |byte| byte.is_ascii_uppercase(), str::make_ascii_lowercase, lower_char)
    }),
    strict("kql_toupper", &[Phys::Text], Phys::Text, |args, out| {
        mapped(args[0], out, |byte| byte.is_ascii_lowercase(), str::make_ascii_uppercase, upper_char)
    }),
    lenient("kql_substring", &[Phys::Text, Phys::Long], Phys::Text, |args, _| substring(args))
        .rest(Phys::Long),
    lenient(
        "kql_indexof",
        &[Phys::Text, Phys::Text, Phys::Long, Phys::Long, Phys::Long],
        Phys::Long,
        |args, _| indexof(args),
    ),
    strict("kql_reverse", &[Phys::Text], Phys::Text, |args, out| {
        out.extend(args[0].text().unwrap_or("").chars().rev());
        Cell::Text(out)
    }),
    lenient("kql_split", &[Phys::Text, Phys::Text, Phys::Long], Phys::Text, split),
    strict("kql_replace_string", &[Phys::Text, Phys::Text, Phys::Text], Phys::Text, replace_string),
    strict("kql_replace_strings", &[Phys::Text, Phys::Text, Phys::Text], Phys::Text, replace_strings)
        .fallible(),
    strict("kql_countof", &[Phys::Text, Phys::Text], Phys::Long, |args, _| countof(args)),
    strict("kql_translate", &[Phys::Text, Phys::Text, Phys::Text], Phys::Text, translate),
    lenient("kql_strrep", &[Phys::Text, Phys::Long, Phys::Text], Phys::Text, strrep).fallible(),
    strict("kql_strcat_array", &[Phys::Text, Phys::Text], Phys::Text, strcat_array),
    strict("kql_strcmp", &[Phys::Text, Phys::Text], Phys::Long, |args, _| {
        // The order of UTF-8 bytes is that of code points.
        Cell::Long(args[0].text().cmp(&args[1].text()) as i64)
    }),
    strict("kql_isascii", &[Phys::Text], Phys::Bool, |args, _| {
        Cell::Bool(args[0].text().is_some_and(str::is_ascii))
    }),
    Kernel { nulls: Nulls::Handle, ..strict("kql_codepoints_to_text", &[], Phys::Text, codepoints_to_text) }
        .rest(Phys::Text),
    strict("kql_codepoints_from_text", &[Phys::Text], Phys::Text, |args, out| {
        let mut separator = '[';
        for c in args[0].text().unwrap_or("").chars() {
            out.push(separator);
            out.push_str(&u32::from(c).to_string());
            separator = ',';
        }
        out.push_str(if separator == '[' { "[]" } else { "]" });
        Cell::Text(out)
    }),
]);

/// Results longer than this many bytes end the query instead of the process.
pub const TEXT_MAX: usize = 64 << 20;

const REPEATS_MAX: usize = 1024;

fn mapped<'a>(
    arg: Cell<'a>,
    out: &'a mut String,
    changes: impl Fn(u8) -> bool,
    map_ascii: impl Fn(&mut str),
    map: impl Fn(char) -> char,
) -> Cell<'a> {
    let text = arg.text().unwrap_or("");
    if !is_ascii(text.as_bytes()) {
        out.extend(text.chars().map(map));
    } else if text.bytes().any(changes) {
        out.push_str(text);
        map_ascii(out);
    } else {
        return Cell::Text(text);
    }
    Cell::Text(out)
}

/// The byte where the character of this index begins; the length of the text beyond its end.
fn byte_at(text: &str, index: usize) -> usize {
    // No character takes less than a byte.
    match text.as_bytes().get(..index) {
        None => text.len(),
        Some(head) if is_ascii(head) => index,
        Some(_) => text.char_indices().nth(index).map_or(text.len(), |(at, _)| at),
    }
}

/// How many characters.
fn count(text: &str) -> usize {
    if is_ascii(text.as_bytes()) { text.len() } else { text.chars().count() }
}

/// A place that may count from the end; before the beginning stays negative.
fn from_end(text: &str, place: i64) -> i64 {
    if place < 0 { place.saturating_add(count(text) as i64) } else { place }
}

fn substring<'a>(args: &[Cell<'a>]) -> Cell<'a> {
    let (Some(text), Some(start)) = (args[0].text(), args[1].long()) else {
        return Cell::Text("");
    };
    let length = match args.get(2) {
        None => i64::MAX,
        Some(length) => match length.long() {
            Some(length) => length,
            None => return Cell::Text(""),
        },
    };
    // A start before the beginning gives nothing, not the beginning (recorded).
    let (Ok(start), Ok(length)) = (usize::try_from(from_end(text, start)), usize::try_from(length)) else {
        return Cell::Text("");
    };
    let rest = &text[byte_at(text, start)..];
    Cell::Text(&rest[..byte_at(rest, length)])
}

fn indexof<'a>(args: &[Cell<'a>]) -> Cell<'a> {
    let (Some(text), Some(needle)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    let (length, occurrence) = (args[3].long().unwrap_or(-1), args[4].long().unwrap_or(1));
    // An empty needle has no index; so has an occurrence that cannot be.
    if needle.is_empty() || occurrence < 1 || length < -1 {
        return Cell::Null;
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let start = from_end(text, args[2].long().unwrap_or(0)).max(0) as usize;
    let mut from = byte_at(text, start);
    let step = needle.chars().next().map_or(1, char::len_utf8);
    let mut found = 0;
    // The length counts anew from each place that is passed over (the reference's eighth example).
    for _ in 0..occurrence {
        let window = &text[from..from + byte_at(&text[from..], length)];
        let Some(at) = memmem::find(window.as_bytes(), needle.as_bytes()) else {
            return Cell::Long(-1);
        };
        found = from + at;
        from = found + step;
    }
    Cell::Long(count(&text[..found]) as i64)
}

/// Where the needle stands, overlapping places too.
fn places<'t>(text: &'t str, needle: &'t str) -> impl Iterator<Item = usize> + 't {
    let step = needle.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + memmem::find(text.as_bytes().get(from..)?, needle.as_bytes())?;
        from = at + step;
        Some(at)
    })
}

/// How often the second argument stands in the first, overlapping places counted.
pub fn countof<'a>(args: &[Cell<'a>]) -> Cell<'a> {
    let (Some(text), Some(needle)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    if needle.is_empty() {
        return Cell::Long(0);
    }
    Cell::Long(places(text, needle).count() as i64)
}

fn split<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(text), Some(delimiter)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    let mut whole = [text].into_iter();
    let mut parts = text.split(delimiter);
    let parts: &mut dyn Iterator<Item = &str> = if delimiter.is_empty() { &mut whole } else { &mut parts };
    match args[2].long() {
        None => push_texts(parts, out),
        // One element is still an array: split("a,b", ",", 1) is ["b"].
        Some(index) => match usize::try_from(index).ok().and_then(|index| parts.nth(index)) {
            Some(part) => push_texts(&mut [part].into_iter(), out),
            None => return Cell::Null,
        },
    }
    Cell::Text(out)
}

/// Writes texts as a JSON array.
pub fn push_texts(texts: &mut dyn Iterator<Item = &str>, out: &mut String) {
    out.push('[');
    for (index, text) in texts.enumerate() {
        if index > 0 {
            out.push(',');
        }
        json::quote(text, out);
    }
    out.push(']');
}

fn replace_string<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(text), Some(old), Some(new)) = (args[0].text(), args[1].text(), args[2].text()) else {
        return Cell::Null;
    };
    if old.is_empty() || memmem::find(text.as_bytes(), old.as_bytes()).is_none() {
        return Cell::Text(text);
    }
    push_replaced(text, old, new, out);
    Cell::Text(out)
}

fn push_replaced(text: &str, old: &str, new: &str, out: &mut String) {
    for (index, part) in text.split(old).enumerate() {
        if index > 0 {
            out.push_str(new);
        }
        out.push_str(part);
    }
}

/// What an earlier lookup found, later ones do not look into. An element that is not a text replaces
/// nothing, but as a replacement it still keeps what its lookup found (Kusto's recorded answers).
fn replace_strings<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    fn replace(text: &str, pairs: &[(String, Option<String>)], out: &mut String) {
        let Some(((old, new), later)) = pairs.split_first() else {
            out.push_str(text);
            return;
        };
        for (index, part) in text.split(old.as_str()).enumerate() {
            if index > 0 {
                out.push_str(new.as_deref().unwrap_or(old));
            }
            replace(part, later, out);
        }
    }
    let (Some(text), Some(olds), Some(news)) = (args[0].text(), args[1].text(), args[2].text()) else {
        return Cell::Null;
    };
    LAST_PAIRS.with_borrow_mut(|(last, pairs)| {
        if last.0 != olds || last.1 != news {
            match read_pairs(olds, news) {
                Some(read) => *pairs = read,
                None => return super::fail(out, "replace_strings() takes two arrays of one length"),
            }
            *last = (olds.to_owned(), news.to_owned());
        }
        replace(text, pairs, out);
        Cell::Text(out)
    })
}

type Pairs = Vec<(String, Option<String>)>;

thread_local! {
    static LAST_PAIRS: RefCell<((String, String), Pairs)> = const {
        RefCell::new(((String::new(), String::new()), Vec::new()))
    };
}

fn read_pairs(olds: &str, news: &str) -> Option<Pairs> {
    if [olds, news].iter().any(|list| json::kind(list) != Some(Kind::Array)) {
        return None;
    }
    let read = |json: &str| {
        let text = |element| json::string_inside(element).map(|inside| json::unescape(inside).into_owned());
        json::elements(json).map(text).collect::<Vec<_>>()
    };
    let (olds, news) = (read(olds), read(news));
    if olds.len() != news.len() {
        return None;
    }
    let pairs = olds.into_iter().zip(news);
    Some(pairs.filter_map(|(old, new)| Some((old.filter(|old| !old.is_empty())?, new))).collect())
}

/// Calls `take` for the elements of a JSON array, for anything else with that alone. Strings are
/// unwrapped, null is empty, the rest is JSON.
pub fn each_element(json: &str, take: &mut impl FnMut(&str)) {
    if json::kind(json) == Some(Kind::Array) {
        json::elements(json).for_each(|element| take(&element_text(element)));
    } else {
        take(&element_text(json));
    }
}

fn element_text(json: &str) -> Cow<'_, str> {
    match json::kind(json) {
        Some(Kind::String) => json::string_inside(json).map_or(Cow::Borrowed(""), json::unescape),
        Some(Kind::Null) | None => Cow::Borrowed(""),
        Some(Kind::Bool | Kind::Number | Kind::Array | Kind::Object) => Cow::Borrowed(json),
    }
}

/// Characters of the first list become those at the same place of the second, whose last one stands
/// for all that follow; an empty second list removes them.
fn translate<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(from), Some(to), Some(text)) = (args[0].text(), args[1].text(), args[2].text()) else {
        return Cell::Null;
    };
    for c in text.chars() {
        match from.chars().position(|old| old == c) {
            None => out.push(c),
            Some(at) => out.extend(to.chars().nth(at).or_else(|| to.chars().next_back())),
        }
    }
    Cell::Text(out)
}

fn strrep<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(text), Some(times)) = (args[0].text(), args[1].long()) else {
        return Cell::Text("");
    };
    let between = args[2].text().unwrap_or("");
    // The reference names two upper limits; what lies between them is not guessed.
    let Some(times) = usize::try_from(times).ok().filter(|times| (1..=REPEATS_MAX).contains(times)) else {
        return super::fail(
            out,
            format_args!("strrep() repeats a text 1 to {REPEATS_MAX} times, not {times} times"),
        );
    };
    if (text.len() + between.len()).saturating_mul(times) > TEXT_MAX {
        return super::fail(out, "strrep() makes a text of more than 64 MB");
    }
    for time in 0..times {
        if time > 0 {
            out.push_str(between);
        }
        out.push_str(text);
    }
    Cell::Text(out)
}

fn strcat_array<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(json), Some(delimiter)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    let mut first = true;
    each_element(json, &mut |text| {
        if !first {
            out.push_str(delimiter);
        }
        first = false;
        out.push_str(text);
    });
    Cell::Text(out)
}

/// Numbers as text, or JSON arrays of numbers, to the characters of those code points.
fn codepoints_to_text<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    fn push(json: &str, out: &mut String) {
        if json::kind(json) == Some(Kind::Array) {
            json::elements(json).for_each(|element| push(element, out));
        } else {
            let code = json::whole_number(json).and_then(|code| u32::try_from(code).ok());
            out.extend(code.and_then(char::from_u32));
        }
    }
    args.iter().filter_map(|arg| arg.text()).for_each(|json| push(json, out));
    Cell::Text(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{call, texts};
    use proptest::prelude::*;

    fn sub(text: &str, numbers: &[i64]) -> String {
        let numbers = numbers.iter().map(|number| Cell::Long(*number));
        call("kql_substring", &[Cell::Text(text)].into_iter().chain(numbers).collect::<Vec<_>>())
    }

    fn index(text: &str, needle: &str, start: Cell<'_>, length: Cell<'_>, occurrence: Cell<'_>) -> String {
        call("kql_indexof", &[Cell::Text(text), Cell::Text(needle), start, length, occurrence])
    }

    #[test]
    fn substring_counts_characters_and_from_the_end() {
        assert_eq!(sub("añb😀c", &[1, 3]), "ñb😀");
        assert_eq!(sub("añb😀c", &[-2]), "😀c");
        assert_eq!(sub("kusto", &[-9, 20]), "", "before the beginning");
        assert_eq!(sub("kusto", &[2, -1]), "");
        assert_eq!(sub("kusto", &[9]), "");
        assert_eq!(sub("kusto", &[0, i64::MAX]), "kusto");
    }

    #[test]
    fn indexof_in_all_its_forms() {
        let null = Cell::Null;
        assert_eq!(index("añbñ", "ñ", null, null, null), "1");
        assert_eq!(index("añbñ", "ñ", Cell::Long(2), null, null), "3");
        assert_eq!(index("añbñ", "ñ", Cell::Long(-1), null, null), "3");
        assert_eq!(index("añbñ", "ñ", Cell::Long(2), Cell::Long(1), null), "-1");
        assert_eq!(index("añbñ", "ñ", null, null, Cell::Long(2)), "3");
        let counted = |length, occurrence| {
            index("xabcdxab", "ab", Cell::Long(1), Cell::Long(length), Cell::Long(occurrence))
        };
        assert_eq!(counted(6, 2), "6", "the length counts from the first place on");
        assert_eq!(counted(5, 2), "-1");
        assert_eq!(counted(-2, 1), "NULL");
        assert_eq!(index("abc", "", null, null, null), "NULL", "an empty needle has no place");
    }

    #[test]
    fn split_gives_arrays() {
        let split =
            |text, delimiter, index| call("kql_split", &[Cell::Text(text), Cell::Text(delimiter), index]);
        assert_eq!(split("x;;y", ";", Cell::Null), r#"["x","","y"]"#);
        assert_eq!(split("", ";", Cell::Null), r#"[""]"#);
        assert_eq!(split("x;y", ";", Cell::Long(1)), r#"["y"]"#);
        assert_eq!(split("x;y", ";", Cell::Long(2)), "NULL");
        assert_eq!(split("a\"b\\\n\u{1}", ";", Cell::Null), "[\"a\\\"b\\\\\\n\\u0001\"]");
    }

    #[test]
    fn small_ones() {
        assert_eq!(texts("kql_replace_string", &["a.b.c", ".", "--"]), "a--b--c");
        assert_eq!(texts("kql_replace_string", &["abc", "", "-"]), "abc", "nothing is replaced by nothing");
        let replaced = texts("kql_replace_strings", &["abcab", r#"["ab","b","c"]"#, r#"["b",7,"d"]"#]);
        assert_eq!(replaced, "bdb", "what one lookup made, no other looks into");
        assert_eq!(texts("kql_replace_strings", &["ab", r#"["ab","b"]"#, r#"[7,"x"]"#]), "ab");
        assert_eq!(texts("kql_countof", &["aaaa", "aa"]), "3", "overlapping");
        assert_eq!(texts("kql_translate", &["abc", "xy", "aabbccd"]), "xxyyyyd");
        assert_eq!(texts("kql_strcat_array", &[r#"["a",null,"",1.50]"#, "|"]), "a|||1.50");
        assert_eq!(texts("kql_strcmp", &["a", "b"]), "-1");
        assert_eq!(texts("kql_tolower", &["ÉİẞΣ"]), "éİßσ", "one character for one");
        assert_eq!(texts("kql_toupper", &["straße ﬁ"]), "STRAßE ﬁ");
        assert_eq!(texts("kql_codepoints_from_text", &["aé"]), "[97,233]");
        assert_eq!(texts("kql_codepoints_to_text", &["[97,[233]]", "33"]), "aé!");
        let rep = [Cell::Text("ab"), Cell::Long(3), Cell::Text("-")];
        assert_eq!(call("kql_strrep", &rep), "ab-ab-ab");
        let often = call("kql_strrep", &[Cell::Text("ab"), Cell::Long(1025), Cell::Null]);
        assert!(often.starts_with("error: "), "{often}");
    }

    proptest! {
        #[test]
        fn substring_is_a_slice_of_characters(text in "[aé😀]{0,8}", start in 0i64..10, length in 0i64..10) {
            let slow: String = text.chars().skip(start as usize).take(length as usize).collect();
            prop_assert_eq!(sub(&text, &[start, length]), slow);
        }

        #[test]
        fn split_joins_back(text in "[a,\"é]{0,8}") {
            let parts = call("kql_split", &[Cell::Text(&text), Cell::Text(","), Cell::Null]);
            prop_assert_eq!(texts("kql_strcat_array", &[&parts, ","]), text);
        }

        #[test]
        fn indexof_is_the_first_place(text in "[abé]{0,8}", needle in "[abé]{1,2}") {
            let slow = text.find(&needle).map_or(-1, |at| text[..at].chars().count() as i64);
            prop_assert_eq!(index(&text, &needle, Cell::Null, Cell::Null, Cell::Null), slow.to_string());
        }

        #[test]
        fn replaced_and_counted(text in "[ab]{0,9}", old in "[ab]{1,2}") {
            prop_assert_eq!(texts("kql_replace_string", &[&text, &old, "é"]), text.replace(&old, "é"));
            let slow = (0..text.len()).filter(|at| text[*at..].starts_with(&old)).count();
            prop_assert_eq!(texts("kql_countof", &[&text, &old]), slow.to_string());
        }
    }
}
