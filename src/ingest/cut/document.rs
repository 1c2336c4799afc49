//! JSON that spans lines: the elements of an array (bare, or under one key of an object that wraps it), or
//! objects one behind the other. Follows brackets and strings only; parsing is done elsewhere.

use super::{KEPT_BYTES, Record, What, broken, line_end, newlines, too_long};

pub struct Document {
    /// The key whose array holds the rows.
    key: Option<String>,
    /// What else the wrapping objects say: key and JSON text, as written.
    pub outer: Vec<(String, String)>,
    /// Where in `outer` the fields of the last wrapping object begin.
    last: usize,
    state: State,
    line: u64,
    /// Every record so far stood on one line of its own: a line that begins an object then ends what
    /// was not whole on the line before.
    one_line: bool,
    /// The rest is given up, and said to be.
    dead: bool,
    /// The first line feed of the buffer that is not before what is cut, or the buffer's end where there is
    /// none: an array on a single line would have it searched for once a record.
    feed: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Top,
    Wrapper,
    /// Inside of the array, and whether that stands in a wrapper.
    Array(bool),
}

enum Step {
    /// Go on there.
    To(usize),
    /// More bytes are needed from there on.
    More,
}

impl Document {
    pub fn new(key: Option<&str>) -> Document {
        let key = key.map(str::to_owned);
        Document {
            key,
            outer: Vec::new(),
            last: 0,
            state: State::Top,
            line: 1,
            one_line: true,
            dead: false,
            feed: 0,
        }
    }

    /// The field by which the last wrapping object says that more pages follow, as TAXII and Microsoft's
    /// interfaces write it.
    pub fn more(&self) -> Option<&str> {
        let follows = |(key, value): &&(String, String)| match key.as_str() {
            "more" => value == "true",
            "@odata.nextLink" | "odata.nextLink" | "nextLink" => value.starts_with('"') && value != "\"\"",
            _ => false,
        };
        self.outer[self.last..].iter().find(follows).map(|(key, _)| key.as_str())
    }

    /// What was cut so far ends within an array or its wrapping, with nothing that says so.
    pub fn is_open(&self) -> bool {
        self.state != State::Top && !self.dead
    }

    pub fn cut(&mut self, bytes: &[u8], eof: bool, records: &mut Vec<Record>) -> usize {
        let mut at = 0;
        self.feed = feed(bytes, 0);
        while !self.dead && at < bytes.len() {
            match bytes[at] {
                b'\n' => {
                    self.line += 1;
                    at += 1;
                }
                b' ' | b'\t' | b'\r' => at += 1,
                byte => match self.step(bytes, at, byte, eof, records) {
                    Step::To(next) => at = next,
                    Step::More => return at,
                },
            }
        }
        if self.dead { bytes.len() } else { at }
    }

    fn step(&mut self, bytes: &[u8], at: usize, byte: u8, eof: bool, records: &mut Vec<Record>) -> Step {
        match (self.state, byte) {
            (State::Top, b'[') => self.enter(State::Array(false), at),
            (State::Top, b'{') if self.key.is_some() => match self.wraps(bytes, at) {
                Some(true) => {
                    self.last = self.outer.len();
                    self.enter(State::Wrapper, at)
                }
                None if !eof && !too_long(bytes, at) => Step::More,
                // An object without the array is a record itself: its fields must not vanish.
                Some(false) | None => self.record(bytes, at, eof, records),
            },
            (State::Wrapper, b'}') | (State::Array(false), b']') => self.enter(State::Top, at),
            (State::Array(true), b']') => self.enter(State::Wrapper, at),
            (State::Wrapper | State::Array(_), b',') => Step::To(at + 1),
            (State::Wrapper, b'"') => self.outer_field(bytes, at, eof, records),
            (State::Wrapper, _) => self.garbage(bytes, at, eof, records),
            (State::Top | State::Array(_), _) => self.record(bytes, at, eof, records),
        }
    }

    fn enter(&mut self, state: State, at: usize) -> Step {
        self.state = state;
        Step::To(at + 1)
    }

    /// Whether the object has the array; `None` when its end is not in sight.
    fn wraps(&self, bytes: &[u8], at: usize) -> Option<bool> {
        let mut here = skip_space(bytes, at + 1)?;
        loop {
            if bytes[here] != b'"' {
                return Some(false);
            }
            let key = here + 1..string_end(bytes, here)? - 1;
            let colon = skip_space(bytes, key.end + 1)?;
            if bytes[colon] != b':' {
                return Some(false);
            }
            let value = skip_space(bytes, colon + 1)?;
            if bytes[value] == b'['
                && self.key.as_ref().is_some_and(|wanted| wanted.as_bytes() == &bytes[key])
            {
                return Some(true);
            }
            let end = skip_space(bytes, extent(bytes, value, false)?)?;
            if bytes[end] != b',' {
                return Some(false);
            }
            here = skip_space(bytes, end + 1)?;
        }
    }

    /// A field of the wrapping object: the array's, or another.
    fn outer_field(&mut self, bytes: &[u8], at: usize, eof: bool, records: &mut Vec<Record>) -> Step {
        let parts = (|| {
            let key_end = string_end(bytes, at)?;
            let colon = skip_space(bytes, key_end)?;
            let value = (bytes[colon] == b':').then(|| skip_space(bytes, colon + 1))?;
            Some((key_end, value?))
        })();
        let Some((key_end, value)) = parts else {
            return if eof || too_long(bytes, at) {
                self.garbage(bytes, at, true, records)
            } else {
                Step::More
            };
        };
        let key = String::from_utf8_lossy(&bytes[at + 1..key_end - 1]).into_owned();
        if bytes[value] == b'[' && self.key.as_ref() == Some(&key) {
            self.line += newlines(&bytes[at..value]);
            return self.enter(State::Array(true), value);
        }
        match extent(bytes, value, eof) {
            Some(end) => {
                self.line += newlines(&bytes[at..end]);
                self.outer.push((key, String::from_utf8_lossy(&bytes[value..end]).trim().to_owned()));
                Step::To(end)
            }
            None if eof || too_long(bytes, at) => self.endless(bytes, at, records),
            None => Step::More,
        }
    }

    /// What cannot stand there, up to the end of its line.
    fn garbage(&mut self, bytes: &[u8], at: usize, eof: bool, records: &mut Vec<Record>) -> Step {
        let eof = eof || too_long(bytes, at);
        let Some(end) = line_end(bytes, at, eof) else { return Step::More };
        records.push(broken(at, end, self.line, "it stands outside of the rows", false));
        Step::To(end)
    }

    fn record(&mut self, bytes: &[u8], at: usize, eof: bool, records: &mut Vec<Record>) -> Step {
        if self.one_line {
            if self.feed < at {
                self.feed = feed(bytes, at);
            }
            let ends = self.feed < bytes.len() || eof || too_long(bytes, at);
            let Some(line) = ends.then_some(self.feed) else {
                return self.whole(bytes, at, false, records);
            };
            match extent(&bytes[..line], at, true).filter(|end| *end <= line) {
                Some(end) => return self.row(at, end, 0, records),
                None => match skip_space(bytes, line) {
                    Some(next) if matches!(bytes[next], b'{' | b']') => {
                        records.push(broken(at, line, self.line, "it does not end on its line", false));
                        return Step::To(line);
                    }
                    Some(_) => self.one_line = false,
                    None if eof => {}
                    None => return Step::More,
                },
            }
        }
        self.whole(bytes, at, eof, records)
    }

    fn whole(&mut self, bytes: &[u8], at: usize, eof: bool, records: &mut Vec<Record>) -> Step {
        match extent(bytes, at, eof) {
            Some(end) => self.row(at, end, newlines(&bytes[at..end]), records),
            None if eof || too_long(bytes, at) => self.endless(bytes, at, records),
            None => Step::More,
        }
    }

    fn row(&mut self, start: usize, end: usize, newlines: u64, records: &mut Vec<Record>) -> Step {
        records.push(Record { start, end, line: self.line, what: What::Row, closed: true });
        self.line += newlines;
        self.one_line &= newlines == 0;
        Step::To(end)
    }

    fn endless(&mut self, bytes: &[u8], at: usize, records: &mut Vec<Record>) -> Step {
        let cut = too_long(bytes, at);
        let end = if cut { at + KEPT_BYTES } else { bytes.len() };
        let reason = if cut {
            "it does not end within 16 MB; the rest of the file is not read"
        } else {
            "it does not end: brackets or quotes do not match"
        };
        let mut record = broken(at, end, self.line, reason, cut);
        record.closed = false;
        records.push(record);
        self.dead = true;
        Step::To(bytes.len())
    }
}

/// Where the next line feed is, or the end of the buffer.
fn feed(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length)
}

fn skip_space(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
    Some(at + length)
}

/// Where the value that begins at `at` ends, by brackets and strings alone. What begins no object or
/// array (a word, a number, garbage) ends before a comma, a bracket that is not its own, or a line feed;
/// it has one byte at least, so that cutting always goes on.
fn extent(bytes: &[u8], at: usize, eof: bool) -> Option<usize> {
    let nested = matches!(bytes[at], b'{' | b'[');
    let (mut depth, mut here) = (0_usize, at);
    loop {
        let Some(byte) = bytes.get(here) else { return (eof && depth == 0).then_some(here) };
        match byte {
            b'"' => {
                here = string_end(bytes, here)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                if depth == 0 && nested {
                    return Some(here + 1);
                }
            }
            b'}' | b']' | b',' | b'\n' if depth == 0 && here > at => return Some(here),
            _ => {}
        }
        here += 1;
    }
}

fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cutter;
    use super::super::tests::{cut_all, rows};
    use super::*;

    fn cut(key: Option<&str>, text: &str, size: usize) -> Vec<(String, u64, What)> {
        cut_all(Cutter::Document(Document::new(key)), text.as_bytes(), size)
    }

    #[test]
    fn arrays_in_every_layout() {
        let cases = [
            ("[{\"a\":\"]},\\\"\"},{\"b\":1}]", vec![("{\"a\":\"]},\\\"\"}", 1), ("{\"b\":1}", 1)]),
            ("[\n{\"a\":1},\n{\"b\":1}\n]\n", vec![("{\"a\":1}", 2), ("{\"b\":1}", 3)]),
            ("[\n  {\n \"a\": {\n}\n  },\n  {\n  }\n]", vec![("{\n \"a\": {\n}\n  }", 2), ("{\n  }", 6)]),
            ("{\n\"a\":1\n}\n{\n}", vec![("{\n\"a\":1\n}", 1), ("{\n}", 4)]),
            ("[]", vec![]),
        ];
        for (text, expected) in cases {
            for size in 1..=text.len() {
                assert_eq!(rows(&cut(None, text, size)), expected, "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn wrapped_arrays_keep_what_wraps_them() {
        let text =
            "{\"id\" : \"x\",\n \"records\" :\n[{\"a\":1}, {\"b\":[]}], \"n\": [1]}\n{\"records\":[{}]}";
        for size in 1..=text.len() {
            let mut cutter = Cutter::Document(Document::new(Some("records")));
            let mut records = Vec::new();
            if size == text.len() {
                cutter.cut(text.as_bytes(), true, &mut records);
                let Cutter::Document(document) = &cutter else { unreachable!("it was made above") };
                let outer = [("id".into(), "\"x\"".into()), ("n".into(), "[1]".into())];
                assert_eq!(document.outer, outer);
            }
            let found = cut(Some("records"), text, size);
            assert_eq!(rows(&found), [("{\"a\":1}", 3), ("{\"b\":[]}", 3), ("{}", 4)], "in pieces of {size}");
        }
    }

    #[test]
    fn the_last_page_says_whether_more_follow() {
        let more = |text: &str| {
            let mut document = Document::new(Some("value"));
            document.cut(text.as_bytes(), true, &mut Vec::new());
            document.more().map(str::to_owned)
        };
        let page = |outer: &str| format!("{{{outer}\"value\":[{{\"a\":1}}]}}\n");
        assert_eq!(more(&page("\"more\": true ,")).as_deref(), Some("more"));
        assert_eq!(more(&page("\"@odata.nextLink\":\"x\",")).as_deref(), Some("@odata.nextLink"));
        assert_eq!(more(&page("\"more\":false,\"nextLink\":\"\",\"odata.nextLink\":null,")), None);
        let (next, end) = (page("\"nextLink\":\"x\","), page("\"id\":1,"));
        assert_eq!(more(&format!("{next}{end}")), None);
        assert_eq!(more(&format!("{end}{next}")).as_deref(), Some("nextLink"));
    }

    #[test]
    fn line_feeds_may_come_late_and_between_any_two_rows() {
        let text =
            "[{\"a\":1},{\"b\":2},\n{\"c\":3},{\"d\":4}, {\"e\":5}\n\n,{\"f\":6},{\"g\":[\n7]},{\"h\":8}]";
        for size in 1..=text.len() {
            let found = cut(None, text, size);
            let lines: Vec<_> = rows(&found).into_iter().map(|(_, line)| line).collect();
            assert_eq!(lines, [1, 1, 2, 2, 2, 4, 4, 5], "in pieces of {size}");
        }
    }

    #[test]
    fn a_broken_line_does_not_swallow_the_next() {
        let text = "[\n{\"a\":1},\n{\"b\":\"x},\n{\"c\":[},\n{\"d\":4}\n]";
        for size in 1..=text.len() {
            let found = cut(None, text, size);
            assert_eq!(rows(&found), [("{\"a\":1}", 2), ("{\"d\":4}", 5)], "in pieces of {size}");
            assert_eq!(found.iter().map(|(_, line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 5]);
        }
    }

    #[test]
    fn garbage_is_a_record() {
        let found = cut(None, "[{\"a\":1} x, 5]\n]\n{\"b\":1}", 64);
        let raw: Vec<_> = found.iter().map(|(raw, line, _)| (raw.as_str(), *line)).collect();
        assert_eq!(raw, [("{\"a\":1}", 1), ("x", 1), ("5", 1), ("]", 2), ("{\"b\":1}", 3)]);
        let found = cut(None, "[$ {\"a\":1, \"b\":2},\n{}]", 64);
        assert_eq!(found[0].0, "$ {\"a\":1, \"b\":2}");
        let text = "{\"records\":[{}]}\n{\"a\": {\"records\":[]}, \"b\":2}\n{}";
        for size in 1..=text.len() {
            let found = cut(Some("records"), text, size);
            assert_eq!(rows(&found), [("{}", 1), ("{\"a\": {\"records\":[]}, \"b\":2}", 2), ("{}", 3)]);
        }
        let found = cut(Some("records"), "{\"records\":[{}], junk\n}", 64);
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].0.as_str(), found[1].1), ("junk", 1));
    }

    #[test]
    fn what_never_ends_is_one_record() {
        let text = "[\n  {\n  \"a\": [1,\n {\"b\":2}";
        for size in 1..=text.len() {
            let found = cut(None, text, size);
            assert_eq!(found.len(), 1);
            assert_eq!((found[0].0.as_str(), found[0].1), (&text[4..], 2));
        }
    }
}
