//! What is sent to terminals of each kind: read back by another program's idea of a terminal it is the screen
//! that was drawn, and no terminal is sent what it does not know.

use std::num::NonZeroU16;

use kqlhunt::app::look::{Depth, Look, ascii_terminal};
use kqlhunt::tui::draw::draw;
use kqlhunt::tui::painter::{Bytes, Painter};
use kqlhunt::tui::theme::Theme;
use ratatui::Terminal;
use ratatui::style::Modifier;

use crate::screens::Stage;

/// `TERM`, and whether `NO_COLOR` is set.
const TERMINALS: [(&str, bool); 12] = [
    ("xterm-256color", false),
    ("tmux-256color", false),
    ("screen-256color", false),
    ("screen", false),
    ("linux", false),
    ("vt100", false),
    ("vt220", false),
    ("xterm", false),
    ("putty", false),
    ("xterm-256color", true),
    ("screen", true),
    ("linux", true),
];

const STORIES: [&str; 5] = [
    "open\ntype OfficeActivity\nkeys F5 Ctrl-O j Right",
    "open\ntype CloudAppEvents\nkeys F5",
    "open\ntype OfficeActivity\nkeys F5 Ctrl-O H",
    "open\ntype Nope // \"x\" 1\nwait 500\nkeys F5",
    "open\ntype Hostile\nkeys F5 F1",
];

/// The bytes of a story's frames, and the last frame as a terminal shows it.
fn sent(
    story: &str,
    size: (u16, u16),
    term: &str,
    depth: Depth,
    look: &Look,
) -> (String, vt100::Parser, Stage) {
    thread_local!(static SIZE: std::cell::Cell<(u16, u16)> = const { std::cell::Cell::new((0, 0)) });
    SIZE.set(size);
    let mut stage = Stage::new(size, ascii_terminal(term));
    stage.depth = depth;
    let theme = Theme::new(look, depth, stage.app.ascii);
    let bytes = Bytes::default();
    let Ok(mut terminal) = Terminal::new(Painter::new(bytes.clone(), || SIZE.get()));
    let mut all = String::new();
    let cells = |count| NonZeroU16::new(count).expect("is not zero");
    let mut parser = vt100::Parser::new(cells(size.1), cells(size.0), 0);
    for line in story.lines() {
        stage.line(line);
        let Ok(_) = terminal.draw(|frame| {
            if let Some(place) = draw(&stage.app, &theme, frame.buffer_mut()) {
                frame.set_cursor_position(place);
            }
        });
        let frame = bytes.take();
        parser.process(frame.as_bytes());
        all.push_str(&frame);
    }
    (all, parser, stage)
}

/// The codes of each `ESC [ ... m`.
fn codes(text: &str) -> Vec<Vec<u16>> {
    let pattern = regex::Regex::new("\x1b\\[([0-9;]*)m").expect("is a pattern");
    let numbers = |codes: &str| codes.split(';').filter_map(|code| code.parse().ok()).collect();
    pattern.captures_iter(text).map(|found| numbers(&found[1])).collect()
}

#[test]
fn every_terminal_shows_what_was_drawn() {
    for (term, no_color) in TERMINALS {
        let depth = if no_color { Depth::Mono } else { Depth::of(term, "") };
        for size in [(80, 24), (120, 40), (200, 60)] {
            for story in STORIES {
                let (text, parser, stage) = sent(story, size, term, depth, &Look::default());
                let (buffer, cursor) = stage.buffer();
                let screen = parser.screen();
                for y in 0..size.1 {
                    for x in 0..size.0 {
                        let (drawn, seen) = (&buffer[(x, y)], screen.cell(y, x).expect("is there"));
                        if seen.is_wide_continuation() {
                            continue;
                        }
                        let symbol = if seen.contents().is_empty() { " " } else { seen.contents() };
                        assert_eq!(drawn.symbol(), symbol, "{term} {size:?} {story} at {x},{y}");
                        let has = |modifier| drawn.modifier.contains(modifier);
                        assert_eq!(has(Modifier::REVERSED), seen.inverse(), "{term} {story} at {x},{y}");
                        assert_eq!(has(Modifier::BOLD), seen.bold(), "{term} {story} at {x},{y}");
                        assert_eq!(has(Modifier::UNDERLINED), seen.underline(), "{term} {story} at {x},{y}");
                    }
                }
                if let Some((x, y)) = cursor {
                    assert_eq!(screen.cursor_position(), (y, x), "{term} {size:?} {story}");
                }
                assert_eq!(screen.hide_cursor(), cursor.is_none(), "{term} {size:?} {story}");
                let color = |code: &u16| (30..=49).contains(code) || (90..=107).contains(code);
                let codes = codes(&text);
                let colored = codes.iter().any(|codes| codes.iter().any(color));
                assert_eq!(colored, depth > Depth::Mono, "{term} {no_color} {story}");
                // With the default theme no terminal needs more than the 16 colors.
                assert!(!codes.iter().any(|codes| codes.contains(&38) || codes.contains(&48)), "{term}");
                assert!(!ascii_terminal(term) || text.is_ascii(), "{term} {story}");
            }
        }
    }
}

#[test]
fn true_color_goes_only_to_those_that_have_it() {
    let mut look = Look::default();
    look.set("title", "#a3be8c").expect("sets");
    look.set("keyword", "208").expect("sets");
    let has = |term, color, code: [u16; 2]| {
        let (text, ..) = sent("open\ntype print 1", (80, 24), term, Depth::of(term, color), &look);
        codes(&text).iter().any(|codes| codes.windows(2).any(|pair| pair == code))
    };
    assert!(has("xterm-256color", "truecolor", [38, 2]));
    assert!(!has("xterm-256color", "", [38, 2]) && has("xterm-256color", "", [38, 5]));
    for term in ["screen", "linux", "xterm", "putty", "vt100"] {
        assert!(!has(term, "", [38, 2]) && !has(term, "", [38, 5]), "{term}");
    }
}

#[test]
fn a_letter_and_a_step_cost_little() {
    let size = (120, 40);
    let cost = |story: &str, last: &str| {
        let before = sent(story, size, "xterm", Depth::Ansi, &Look::default()).0.len();
        sent(&format!("{story}\n{last}"), size, "xterm", Depth::Ansi, &Look::default()).0.len() - before
    };
    let letter = cost("open\ntype // first note", "type s");
    assert!(letter <= 80, "{letter} bytes for a letter");
    let down = cost("open\ntype Big\nkeys F5 Ctrl-O", "keys j");
    assert!(down <= 400, "{down} bytes for a row down");
    let page = cost("open\ntype Big\nkeys F5 Ctrl-O", "keys PgDn");
    assert!(page <= 4_000, "{page} bytes for a page");
}
