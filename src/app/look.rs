//! What the parts of the screen look like: named slots, each with a style that the user's theme may replace.
//! The defaults are the terminal's own 16 colors with bold, dim and reverse, so that the user's palette
//! holds; everything that a color says, a letter or a mark says too.

use crate::diag::nearest;

/// How many colors a terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: bold, dim, underlined and reversed only.
    Mono,
    #[default]
    Ansi,
    Indexed,
    Rgb,
}

impl Depth {
    /// The colors of a terminal, by what `TERM` and `COLORTERM` call it; only the second tells of 24 bits.
    pub fn of(term: &str, color: &str) -> Depth {
        if matches!(color, "truecolor" | "24bit") {
            Depth::Rgb
        } else if term.contains("256color") {
            Depth::Indexed
        } else if term.starts_with("vt") || term.ends_with("-m") || term.ends_with("-mono") {
            Depth::Mono
        } else {
            Depth::Ansi
        }
    }
}

/// Whether a terminal of this name has no more than ASCII, whatever the locale says.
pub fn ascii_terminal(term: &str) -> bool {
    ["vt52", "vt100", "vt102", "vt220", "vt320", "ansi", "dumb"].contains(&term)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// 0 to 15, as the terminal's palette has them.
    Ansi(u8),
    /// 16 to 255 of xterm's palette.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

impl Color {
    fn depth(self) -> Depth {
        match self {
            Color::Ansi(_) => Depth::Ansi,
            Color::Indexed(_) => Depth::Indexed,
            Color::Rgb(..) => Depth::Rgb,
        }
    }
}

/// A style: colors over the terminal's own, and how the letters are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    pub foreground: Option<Color>,
    pub background: Option<Color>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underlined: bool,
    pub reversed: bool,
}

/// A part of the screen that has a look of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Title,
    Dim,
    Header,
    Selected,
    Error,
    Warning,
    Good,
    Clock,
    Found,
    SeverityCritical,
    SeverityHigh,
    SeverityMedium,
    SeverityLow,
    DiffAdded,
    DiffRemoved,
    DiffChanged,
    Keyword,
    Name,
    Operator,
    Punctuation,
    String,
    Number,
    Comment,
    Unknown,
    Series1,
    Series2,
    Series3,
    Series4,
    Series5,
    Series6,
}

/// Slot, its name in a theme, its style, what it is for.
pub const SLOTS: &[(Slot, &str, &str, &str)] = &[
    (Slot::Title, "title", "bold cyan", "the title of the pane that has the keys"),
    (Slot::Dim, "dim", "dim", "lines, other titles, line numbers, what matters less"),
    (Slot::Header, "header", "bold", "names of columns, keys in the hint bar"),
    (Slot::Selected, "selected", "reverse", "the selection, the row and the cell of the cursor"),
    (Slot::Error, "error", "bold red", "mistakes"),
    (Slot::Warning, "warning", "bold yellow", "warnings"),
    (Slot::Good, "good", "green", "what was done"),
    (Slot::Clock, "clock", "yellow", "the query clock, and what runs"),
    (Slot::Found, "found", "bold yellow underline", "what is looked for, wherever it stands in the result"),
    (
        Slot::SeverityCritical,
        "severity-critical",
        "bold red underline",
        "severity Critical, verdict Malicious",
    ),
    (Slot::SeverityHigh, "severity-high", "bold red", "severity High and the like"),
    (Slot::SeverityMedium, "severity-medium", "bold yellow", "severity Medium and the like"),
    (Slot::SeverityLow, "severity-low", "plain", "severities Low and Informational"),
    (Slot::DiffAdded, "diff-added", "green", "rows that only the newer of two results has"),
    (Slot::DiffRemoved, "diff-removed", "red", "rows that only the older one has"),
    (Slot::DiffChanged, "diff-changed", "bold yellow", "values that differ between the two"),
    // Not blue, which is unreadable in the usual dark palettes.
    (Slot::Keyword, "keyword", "magenta", "operators and other words of KQL"),
    (Slot::Name, "name", "plain", "tables, columns, functions"),
    (Slot::Operator, "operator", "plain", "signs such as == and |"),
    (Slot::Punctuation, "punctuation", "plain", "brackets and commas"),
    (Slot::String, "string", "green", "strings"),
    (Slot::Number, "number", "cyan", "numbers, times, true and false"),
    (Slot::Comment, "comment", "dim", "comments"),
    (Slot::Unknown, "unknown", "red", "what is no KQL"),
    (Slot::Series1, "series-1", "cyan", "the first series of a chart; the seventh begins again here"),
    (Slot::Series2, "series-2", "yellow", "the second series"),
    (Slot::Series3, "series-3", "green", "the third series"),
    (Slot::Series4, "series-4", "magenta", "the fourth series"),
    (Slot::Series5, "series-5", "red", "the fifth series"),
    (Slot::Series6, "series-6", "blue", "the sixth series"),
];

/// The 16 colors by name, in their order.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The style of every slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    paints: [Paint; SLOTS.len()],
}

impl Default for Look {
    fn default() -> Self {
        let mut paints = [Paint::default(); SLOTS.len()];
        for (paint, (_, _, style, _)) in paints.iter_mut().zip(SLOTS) {
            *paint = Paint::parse(style).unwrap_or_default();
        }
        Look { paints }
    }
}

impl Look {
    /// Gives a slot another style, such as `bold red`, `white on blue`, `"#a3be8c"`, `208`.
    ///
    /// # Errors
    /// No slot is called so, or the text is no style.
    pub fn set(&mut self, slot: &str, style: &str) -> Result<(), String> {
        let at = SLOTS.iter().position(|row| row.1 == slot).ok_or_else(|| {
            let help = match nearest(slot, SLOTS.iter().map(|row| row.1)) {
                Some(near) => format!("did you mean '{near}'?"),
                None => {
                    let names: Vec<&str> = SLOTS.iter().map(|row| row.1).collect();
                    format!("there are {}", names.join(", "))
                }
            };
            format!("a theme has no '{slot}'; {help}")
        })?;
        self.paints[at] = Paint::parse(style)?;
        Ok(())
    }

    /// The style of a slot for a terminal with so many colors: one that asks for more is the default's.
    pub fn paint(&self, slot: Slot, depth: Depth) -> Paint {
        let at = slot as usize;
        let asked = self.paints[at];
        if depth == Depth::Mono {
            return Paint { foreground: None, background: None, ..asked };
        }
        let can = |color: Option<Color>| color.is_none_or(|color| color.depth() <= depth);
        if can(asked.foreground) && can(asked.background) {
            return asked;
        }
        Paint::parse(SLOTS[at].2).unwrap_or_default()
    }
}

impl Paint {
    /// Reads words such as `bold red on black`.
    ///
    /// # Errors
    /// A word is neither a color nor a way to set letters.
    pub fn parse(style: &str) -> Result<Paint, String> {
        let mut paint = Paint::default();
        let mut words = style.split_whitespace();
        while let Some(word) = words.next() {
            match word {
                "plain" => {}
                "bold" => paint.bold = true,
                "dim" => paint.dim = true,
                "italic" => paint.italic = true,
                "underline" => paint.underlined = true,
                "reverse" => paint.reversed = true,
                "on" => {
                    let color = words.next().ok_or("a color is missing after 'on'")?;
                    paint.background = Some(parse_color(color)?);
                }
                color => paint.foreground = Some(parse_color(color)?),
            }
        }
        Ok(paint)
    }
}

fn parse_color(word: &str) -> Result<Color, String> {
    if let Some(at) = NAMES.iter().position(|name| *name == word) {
        return Ok(Color::Ansi(at as u8));
    }
    if let Ok(number) = word.parse::<u8>() {
        return Ok(if number < 16 { Color::Ansi(number) } else { Color::Indexed(number) });
    }
    let hex = word
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if let Some(number) = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
        let [_, red, green, blue] = number.to_be_bytes();
        return Ok(Color::Rgb(red, green, blue));
    }
    Err(format!("'{word}' is no color and no style; write it as bold red, white on blue, 208 or \"#a3be8c\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_slots_and_parses() {
        for (at, (slot, name, style, doc)) in SLOTS.iter().enumerate() {
            assert_eq!(*slot as usize, at, "{name}");
            assert!(Paint::parse(style).is_ok() && !doc.is_empty(), "{name}");
        }
    }

    #[test]
    fn styles_as_users_write_them() {
        let paint = Paint::parse("bold white on 208").expect("parses");
        assert_eq!((paint.foreground, paint.background), (Some(Color::Ansi(7)), Some(Color::Indexed(208))));
        assert!(paint.bold && !paint.dim);
        assert_eq!(
            Paint::parse("#a3be8c").map(|paint| paint.foreground),
            Ok(Some(Color::Rgb(163, 190, 140)))
        );
        for wrong in ["rad", "on", "#12", "256", "#+12345"] {
            assert!(Paint::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn terminals_by_name() {
        for term in ["xterm-256color", "tmux-256color", "screen-256color"] {
            assert_eq!(Depth::of(term, ""), Depth::Indexed);
        }
        for term in ["screen", "linux", "xterm", "putty"] {
            assert_eq!(Depth::of(term, ""), Depth::Ansi);
        }
        assert_eq!((Depth::of("vt100", ""), Depth::of("vt220", "")), (Depth::Mono, Depth::Mono));
        assert_eq!(Depth::of("xterm-256color", "truecolor"), Depth::Rgb);
    }

    #[test]
    fn a_color_that_the_terminal_lacks_is_not_sent() {
        let mut look = Look::default();
        look.set("string", "#a3be8c").expect("sets");
        assert_eq!(look.paint(Slot::String, Depth::Rgb).foreground, Some(Color::Rgb(163, 190, 140)));
        assert_eq!(look.paint(Slot::String, Depth::Indexed).foreground, Some(Color::Ansi(2)));
        assert_eq!(look.paint(Slot::Error, Depth::Mono), Paint { bold: true, ..Paint::default() });
        assert!(look.set("strings", "red").expect_err("is refused").contains("'string'"));
    }
}
