//! Colors and signs: the terminal's own 16 colors with bold, dim and reverse, so that the user's palette
//! holds; everything that a color says, a letter or a mark says too.

use ratatui::style::{Color, Modifier, Style};

use crate::app::NoteKind;
use crate::ide::highlight::Class;

/// How the screen may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    pub color: bool,
    /// No byte above 0x7f is sent.
    pub ascii: bool,
}

impl Theme {
    fn colored(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    pub fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    pub fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// A pane's title, and the line that it stands on.
    pub fn title(self, focused: bool) -> Style {
        if focused { self.colored(Color::Cyan).add_modifier(Modifier::BOLD) } else { self.dim() }
    }

    pub fn line(self) -> Style {
        self.dim()
    }

    pub fn header(self) -> Style {
        self.bold()
    }

    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub fn error(self) -> Style {
        self.colored(Color::Red).add_modifier(Modifier::BOLD)
    }

    pub fn warning(self) -> Style {
        self.colored(Color::Yellow).add_modifier(Modifier::BOLD)
    }

    pub fn good(self) -> Style {
        self.colored(Color::Green)
    }

    pub fn clock(self) -> Style {
        self.colored(Color::Yellow)
    }

    pub fn syntax(self, class: Class) -> Style {
        match class {
            // Not blue, which is unreadable in the usual dark palettes.
            Class::Keyword => self.colored(Color::Magenta),
            Class::Name | Class::Operator | Class::Punctuation => Style::new(),
            Class::String => self.colored(Color::Green),
            Class::Number => self.colored(Color::Cyan),
            Class::Comment => self.dim(),
            Class::Unknown => self.colored(Color::Red),
        }
    }

    pub fn note(self, kind: NoteKind) -> Style {
        match kind {
            NoteKind::Plain => Style::new(),
            NoteKind::Good => self.good(),
            NoteKind::Warning => self.warning(),
            NoteKind::Error => self.error(),
        }
    }

    /// Severities as Sentinel spells them.
    pub fn severity(self, word: &str) -> Style {
        match word.to_ascii_lowercase().as_str() {
            "critical" | "high" => self.error(),
            "medium" => self.warning(),
            _ => Style::new(),
        }
    }

    /// The series of a chart, told apart by their marks as well.
    pub fn series(self, index: usize) -> Style {
        const COLORS: [Color; 6] =
            [Color::Cyan, Color::Yellow, Color::Green, Color::Magenta, Color::Red, Color::Blue];
        self.colored(COLORS[index % COLORS.len()])
    }

    pub fn ellipsis(self) -> &'static str {
        crate::app::text::ellipsis(self.ascii)
    }

    /// Lines that meet in a point: up, right, down, left.
    pub fn joint(self, up: bool, right: bool, down: bool, left: bool) -> &'static str {
        match (up || down, left || right) {
            (true, true) if self.ascii => return "+",
            (true, false) if self.ascii => return "|",
            (_, _) if self.ascii => return "-",
            _ => {}
        }
        match (up, right, down, left) {
            (true, true, true, true) => "┼",
            (true, true, true, false) => "├",
            (true, false, true, true) => "┤",
            (false, true, true, true) => "┬",
            (true, true, false, true) => "┴",
            (false, true, true, false) => "┌",
            (false, false, true, true) => "┐",
            (true, true, false, false) => "└",
            (true, false, false, true) => "┘",
            (true, false, _, false) | (false, false, true, false) => "│",
            (false, _, false, _) => "─",
        }
    }
}
