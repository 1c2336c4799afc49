//! Where motions and text objects go: places in a text, counted in characters. Knows no keys and changes
//! nothing.

use std::ops::Range;

/// What parts words: a blank, a sign, a letter of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Blank,
    Sign,
    Word,
}

/// A text with the character that a motion starts at.
pub struct Text {
    pub letters: Vec<char>,
}

impl Text {
    pub fn new(text: &str) -> Text {
        Text { letters: text.chars().collect() }
    }

    fn kind(&self, at: usize, big: bool) -> Kind {
        match self.letters[at] {
            letter if letter.is_whitespace() => Kind::Blank,
            letter if big || letter.is_alphanumeric() || letter == '_' => Kind::Word,
            _ => Kind::Sign,
        }
    }

    fn len(&self) -> usize {
        self.letters.len()
    }

    /// The first character of the line.
    pub fn line_start(&self, at: usize) -> usize {
        self.letters[..at].iter().rposition(|letter| *letter == '\n').map_or(0, |before| before + 1)
    }

    /// The line break after the line, or the end of the text.
    pub fn line_end(&self, at: usize) -> usize {
        self.letters[at..].iter().position(|letter| *letter == '\n').map_or(self.len(), |after| at + after)
    }

    pub fn first_letter(&self, at: usize) -> usize {
        let (start, end) = (self.line_start(at), self.line_end(at));
        (start..end).find(|place| !self.letters[*place].is_whitespace()).unwrap_or(start)
    }

    /// The last place where the cursor can stand outside of insertion.
    pub fn line_last(&self, at: usize) -> usize {
        let start = self.line_start(at);
        self.line_end(at).saturating_sub(1).max(start)
    }

    fn empty_line(&self, at: usize) -> bool {
        self.letters[at] == '\n' && (at == 0 || self.letters[at - 1] == '\n')
    }

    pub fn word_forward(&self, start: usize, big: bool) -> usize {
        let mut at = start;
        if at >= self.len() {
            return at;
        }
        let kind = self.kind(at, big);
        while at < self.len() && kind != Kind::Blank && self.kind(at, big) == kind {
            at += 1;
        }
        while at < self.len() && self.kind(at, big) == Kind::Blank && !(at > start && self.empty_line(at)) {
            at += 1;
        }
        at
    }

    pub fn word_back(&self, start: usize, big: bool) -> usize {
        let mut at = start;
        while at > 0 && self.kind(at - 1, big) == Kind::Blank {
            at -= 1;
            if self.empty_line(at) {
                return at;
            }
        }
        if at == 0 {
            return 0;
        }
        let kind = self.kind(at - 1, big);
        while at > 0 && self.kind(at - 1, big) == kind {
            at -= 1;
        }
        at
    }

    /// The last character of this word, or of the next when the cursor is there.
    pub fn word_end(&self, start: usize, big: bool) -> usize {
        let mut at = start + 1;
        while at < self.len() && self.kind(at, big) == Kind::Blank {
            at += 1;
        }
        if at >= self.len() {
            return self.len().saturating_sub(1);
        }
        let kind = self.kind(at, big);
        while at + 1 < self.len() && self.kind(at + 1, big) == kind {
            at += 1;
        }
        at
    }

    /// The last character of this word.
    pub fn word_rest(&self, start: usize, big: bool) -> usize {
        let same = |at: &usize| self.kind(*at, big) == self.kind(start, big);
        (start..self.len()).take_while(same).last().unwrap_or(start)
    }

    /// The next empty line, or the end.
    pub fn paragraph_forward(&self, start: usize) -> usize {
        let filled = (start..self.len()).find(|at| !self.empty_line(*at)).unwrap_or(self.len());
        (filled..self.len()).find(|at| self.empty_line(*at)).unwrap_or(self.len())
    }

    pub fn paragraph_back(&self, start: usize) -> usize {
        let end = start.min(self.len());
        // From a line that is not empty, the one above may be what is looked for.
        let filled = match self.line_start(end) {
            line if line < self.line_end(end) => line,
            line => (0..line).rfind(|at| !self.empty_line(*at)).unwrap_or(0),
        };
        (0..filled).rfind(|at| self.empty_line(*at)).unwrap_or(0)
    }

    /// A letter in the rest of the line, `till` the place before it.
    pub fn find(&self, start: usize, letter: char, back: bool, till: bool) -> Option<usize> {
        let line = self.line_start(start)..self.line_end(start);
        if back {
            let found = (line.start..start).rfind(|at| self.letters[*at] == letter)?;
            return Some(found + usize::from(till));
        }
        let found = (start + 1..line.end).find(|at| self.letters[*at] == letter)?;
        Some(found - usize::from(till))
    }

    /// The bracket that belongs to the first one from here on in the line.
    pub fn bracket(&self, start: usize) -> Option<usize> {
        const PAIRS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];
        let side = |at: usize| {
            let letter = self.letters[at];
            PAIRS.iter().find(|pair| letter == pair.0 || letter == pair.1).copied()
        };
        let from = (start..self.line_end(start)).find(|at| side(*at).is_some())?;
        let (open, close) = side(from)?;
        let mut depth = 0i64;
        let mut step = |at: &usize| {
            depth += i64::from(self.letters[*at] == open) - i64::from(self.letters[*at] == close);
            depth == 0
        };
        if self.letters[from] == open {
            (from..self.len()).find(|at| step(at))
        } else {
            (0..=from).rev().find(|at| step(at))
        }
    }

    /// The next place of a text, from the other end again after the last; cases are one.
    pub fn search(&self, start: usize, sought: &str, back: bool) -> Option<usize> {
        let sought: Vec<char> = sought.chars().collect();
        let same = |at: &usize| {
            let here = self.letters.get(*at..*at + sought.len());
            here.is_some_and(|here| {
                here.iter().zip(&sought).all(|(a, b)| a.to_lowercase().eq(b.to_lowercase()))
            })
        };
        if sought.is_empty() {
            return None;
        }
        if back {
            return (0..start).rfind(same).or_else(|| (start..self.len()).rfind(same));
        }
        (start + 1..self.len()).find(same).or_else(|| (0..=start).find(same))
    }

    /// The word at a place; `around` takes the blanks after it too, or else those before.
    pub fn word(&self, at: usize, big: bool, around: bool) -> Option<Range<usize>> {
        let line = self.line_start(at)..self.line_end(at);
        if !line.contains(&at) {
            return None;
        }
        let run = |at: usize| {
            let kind = self.kind(at, big);
            let start = (line.start..at).rev().take_while(|place| self.kind(*place, big) == kind).last();
            let end = (at..line.end).take_while(|place| self.kind(*place, big) == kind).last();
            start.unwrap_or(at)..end.unwrap_or(at) + 1
        };
        let word = run(at);
        if !around {
            return Some(word);
        }
        let blank = |at: usize| line.contains(&at) && self.kind(at, big) == Kind::Blank;
        if blank(at) {
            let end = if word.end < line.end { run(word.end).end } else { word.end };
            Some(word.start..end)
        } else if blank(word.end) {
            Some(word.start..run(word.end).end)
        } else if word.start > 0 && blank(word.start - 1) {
            Some(run(word.start - 1).start..word.end)
        } else {
            Some(word)
        }
    }

    /// What stands between two of the same quote in the line, around a place or after it.
    pub fn quoted(&self, at: usize, quote: char, around: bool) -> Option<Range<usize>> {
        let line = self.line_start(at)..self.line_end(at);
        let mut marks = Vec::new();
        let mut place = line.start;
        while place < line.end {
            match self.letters[place] {
                '\\' => place += 1,
                letter if letter == quote => marks.push(place),
                _ => {}
            }
            place += 1;
        }
        let pair = marks.chunks_exact(2).find(|pair| at <= pair[1])?;
        Some(if around { pair[0]..pair[1] + 1 } else { pair[0] + 1..pair[1] })
    }

    /// What stands between the brackets around a place.
    pub fn bracketed(&self, at: usize, open: char, close: char, around: bool) -> Option<Range<usize>> {
        let mut depth = 0usize;
        let start =
            (0..=at.min(self.len().checked_sub(1)?)).rev().find(|place| match self.letters[*place] {
                letter if letter == close && *place != at => {
                    depth += 1;
                    false
                }
                letter if letter == open && depth > 0 => {
                    depth -= 1;
                    false
                }
                letter => letter == open,
            })?;
        let end = self.bracket(start)?;
        (self.letters[end] == close).then_some(if around { start..end + 1 } else { start + 1..end })
    }
}
