//! The look of the screen as ratatui draws it: the slots of [`Look`], for the colors that the terminal has.

use ratatui::style::{Color, Modifier, Style};

use crate::app::NoteKind;
use crate::app::diff::Mark;
use crate::app::hue::Hue;
use crate::app::look::{self, Depth, Look, Paint, SLOTS, Slot};
use crate::app::severity::{self, Level};
use crate::ide::highlight::Class;

/// How the screen may be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; SLOTS.len()],
    /// There are no colors: what only they would say, letters say.
    pub mono: bool,
    /// No byte above 0x7f is sent.
    pub ascii: bool,
}

impl Theme {
    pub fn new(look: &Look, depth: Depth, ascii: bool) -> Theme {
        let mut styles = [Style::new(); SLOTS.len()];
        for (style, row) in styles.iter_mut().zip(SLOTS) {
            *style = styled(look.paint(row.0, depth));
        }
        Theme { styles, mono: depth == Depth::Mono, ascii }
    }

    fn slot(&self, slot: Slot) -> Style {
        self.styles[slot as usize]
    }

    pub fn dim(&self) -> Style {
        self.slot(Slot::Dim)
    }

    pub fn bold(&self) -> Style {
        self.slot(Slot::Header)
    }

    /// A pane's title, and the line that it stands on.
    pub fn title(&self, focused: bool) -> Style {
        self.slot(if focused { Slot::Title } else { Slot::Dim })
    }

    pub fn line(&self) -> Style {
        self.dim()
    }

    pub fn header(&self) -> Style {
        self.slot(Slot::Header)
    }

    pub fn selected(&self) -> Style {
        self.slot(Slot::Selected)
    }

    /// What is looked for, where it stands.
    pub fn found(&self) -> Style {
        self.slot(Slot::Found)
    }

    pub fn error(&self) -> Style {
        self.slot(Slot::Error)
    }

    pub fn warning(&self) -> Style {
        self.slot(Slot::Warning)
    }

    pub fn good(&self) -> Style {
        self.slot(Slot::Good)
    }

    pub fn clock(&self) -> Style {
        self.slot(Slot::Clock)
    }

    pub fn syntax(&self, class: Class) -> Style {
        self.slot(match class {
            Class::Keyword => Slot::Keyword,
            Class::Name => Slot::Name,
            Class::Operator => Slot::Operator,
            Class::Punctuation => Slot::Punctuation,
            Class::String => Slot::String,
            Class::Number => Slot::Number,
            Class::Comment => Slot::Comment,
            Class::Unknown => Slot::Unknown,
        })
    }

    pub fn note(&self, kind: NoteKind) -> Style {
        match kind {
            NoteKind::Plain => Style::new(),
            NoteKind::Good => self.good(),
            NoteKind::Warning => self.warning(),
            NoteKind::Error => self.error(),
        }
    }

    /// Severities as Sentinel spells them.
    pub fn severity(&self, word: &str) -> Style {
        severity::level("Severity", word).map_or(Style::new(), |level| self.level(level))
    }

    pub fn level(&self, level: Level) -> Style {
        self.slot(match level {
            Level::Critical => Slot::SeverityCritical,
            Level::High => Slot::SeverityHigh,
            Level::Medium => Slot::SeverityMedium,
            Level::Low => Slot::SeverityLow,
        })
    }

    /// Rows and values of a difference.
    pub fn mark(&self, mark: Mark) -> Style {
        self.slot(match mark {
            Mark::Added => Slot::DiffAdded,
            Mark::Removed => Slot::DiffRemoved,
            Mark::Changed => Slot::DiffChanged,
        })
    }

    /// The series of a chart, told apart by their marks as well.
    pub fn series(&self, index: usize) -> Style {
        const SERIES: [Slot; 6] =
            [Slot::Series1, Slot::Series2, Slot::Series3, Slot::Series4, Slot::Series5, Slot::Series6];
        self.slot(SERIES[index % SERIES.len()])
    }

    /// Rows that are colored by a value.
    pub fn hue(&self, hue: Hue) -> Style {
        let style = self.slot(hue.slot());
        if hue.bold() { style.add_modifier(Modifier::BOLD) } else { style }
    }

    pub fn ellipsis(&self) -> &'static str {
        crate::app::text::ellipsis(self.ascii)
    }

    /// Lines that meet in a point: up, right, down, left.
    pub fn joint(&self, up: bool, right: bool, down: bool, left: bool) -> &'static str {
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

fn styled(paint: Paint) -> Style {
    let mut style = Style::new();
    style.fg = paint.foreground.map(color);
    style.bg = paint.background.map(color);
    let ways = [
        (paint.bold, Modifier::BOLD),
        (paint.dim, Modifier::DIM),
        (paint.italic, Modifier::ITALIC),
        (paint.underlined, Modifier::UNDERLINED),
        (paint.reversed, Modifier::REVERSED),
    ];
    ways.iter().filter(|way| way.0).fold(style, |style, way| style.add_modifier(way.1))
}

/// The 16 colors by their names, so that a terminal that knows no others is sent no number.
fn color(color: look::Color) -> Color {
    const ANSI: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match color {
        look::Color::Ansi(number) => ANSI[usize::from(number) % ANSI.len()],
        look::Color::Indexed(number) => Color::Indexed(number),
        look::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}
