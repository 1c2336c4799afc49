//! From a motion to the place that it goes to, and to what an operator takes with it.

use super::{Find, Motion, Text};

/// Where a motion ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub at: usize,
    pub reach: Reach,
}

/// How much of a motion an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Up to the place, without it.
    Until,
    With,
    Lines,
}

/// Where a motion goes from a place; `goal` is the column that up and down keep to.
pub fn target(text: &Text, at: usize, motion: Motion, count: Option<usize>, goal: usize) -> Option<Target> {
    use Motion::*;
    let times = count.unwrap_or(1);
    let go = |step: &dyn Fn(usize) -> usize| (0..times).fold(at, |at, _| step(at));
    let (at, reach) = match motion {
        Left => (at.saturating_sub(times).max(text.line_start(at)), Reach::Until),
        Right => ((at + times).min(text.line_end(at)), Reach::Until),
        Down => (vertical(text, at, times as i64, goal)?, Reach::Lines),
        Up => (vertical(text, at, -(times as i64), goal)?, Reach::Lines),
        NextLine => (text.first_letter(vertical(text, at, times as i64, 0)?), Reach::Lines),
        Lines => (vertical(text, at, times as i64 - 1, 0).unwrap_or(text.letters.len()), Reach::Lines),
        Word => (go(&|at| text.word_forward(at, false)), Reach::Until),
        BigWord => (go(&|at| text.word_forward(at, true)), Reach::Until),
        Back => (go(&|at| text.word_back(at, false)), Reach::Until),
        BigBack => (go(&|at| text.word_back(at, true)), Reach::Until),
        WordEnd => (go(&|at| text.word_end(at, false)), Reach::With),
        BigWordEnd => (go(&|at| text.word_end(at, true)), Reach::With),
        WordRest => {
            ((1..times).fold(text.word_rest(at, false), |at, _| text.word_end(at, false)), Reach::With)
        }
        BigWordRest => {
            ((1..times).fold(text.word_rest(at, true), |at, _| text.word_end(at, true)), Reach::With)
        }
        LineStart => (text.line_start(at), Reach::Until),
        FirstLetter => (text.first_letter(at), Reach::Until),
        LineEnd => (text.line_end(vertical(text, at, times as i64 - 1, 0)?), Reach::Until),
        Top => (text.first_letter(line_at(text, count.unwrap_or(1))), Reach::Lines),
        Bottom => (text.first_letter(line_at(text, count.unwrap_or(usize::MAX))), Reach::Lines),
        Paragraph => (go(&|at| text.paragraph_forward(at)), Reach::Until),
        ParagraphBack => (go(&|at| text.paragraph_back(at)), Reach::Until),
        Bracket => (text.bracket(at)?, Reach::With),
    };
    Some(Target { at, reach })
}

/// The start of a line by its number from 1; of the last one when there are fewer.
fn line_at(text: &Text, number: usize) -> usize {
    let starts = text.letters.iter().enumerate().filter(|(_, letter)| **letter == '\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(starts).take(number.max(1)).last().unwrap_or(0)
}

/// The place in a column so many lines away; `None` when there are not so many.
fn vertical(text: &Text, at: usize, lines: i64, column: usize) -> Option<usize> {
    let mut start = text.line_start(at);
    for _ in 0..lines {
        let end = text.line_end(start);
        if end >= text.letters.len() {
            return None;
        }
        start = end + 1;
    }
    for _ in lines..0 {
        start = text.line_start(start.checked_sub(1)?);
    }
    Some(start.saturating_add(column).min(text.line_last(start)))
}

/// Where a letter is found; again from a place just before it goes on to the next.
pub fn find(text: &Text, at: usize, find: Find, letter: char, times: usize, again: bool) -> Option<Target> {
    let (back, till) = match find {
        Find::To => (false, false),
        Find::Till => (false, true),
        Find::BackTo => (true, false),
        Find::BackTill => (true, true),
    };
    let mut found = at;
    for time in 0..times {
        // Before the letter that was found last, the same search would stay where it is.
        let skip = till && (again || time > 0);
        let from = match (skip, back) {
            (true, false) if text.letters.get(found + 1) == Some(&letter) => found + 1,
            (true, true) if found > 0 && text.letters.get(found - 1) == Some(&letter) => found - 1,
            _ => found,
        };
        found = text.find(from, letter, back, till)?;
    }
    Some(Target { at: found, reach: if back { Reach::Until } else { Reach::With } })
}
