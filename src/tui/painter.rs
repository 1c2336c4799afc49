//! Turns the cells of a frame into what any terminal of the last forty years reads: places, the 16 colors by
//! their old codes, attributes. More colors are sent only when a style has them. Sends nothing itself.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Blanks at the end of a row that erasing is shorter than writing.
const ERASED_MIN: usize = 4;

/// The attributes that a cell may have, and the code of each.
const ATTRIBUTES: [(Modifier, u8); 5] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
];

/// What the terminal writes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pen {
    foreground: Color,
    background: Color,
    attributes: Modifier,
}

const PLAIN: Pen = Pen { foreground: Color::Reset, background: Color::Reset, attributes: Modifier::empty() };

/// The bytes of the frames, until they are taken.
#[derive(Clone, Default)]
pub struct Bytes(Rc<RefCell<String>>);

impl Bytes {
    pub fn take(&self) -> String {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

pub struct Painter {
    bytes: Bytes,
    size: fn() -> (u16, u16),
    /// Whether the cursor is seen; `None` before the first frame.
    shown: Option<bool>,
    /// Where the terminal's cursor is, as far as that is known.
    at: Option<(u16, u16)>,
}

impl Painter {
    /// `size` gives columns and rows of the terminal.
    pub fn new(bytes: Bytes, size: fn() -> (u16, u16)) -> Painter {
        Painter { bytes, size, shown: None, at: None }
    }

    fn push(&self, text: &str) {
        self.bytes.0.borrow_mut().push_str(text);
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => return,
            Some((column, row)) if row == y && column < x => match x - column {
                1 => self.push("\x1b[C"),
                columns => self.push(&format!("\x1b[{columns}C")),
            },
            _ if (x, y) == (0, 0) => self.push("\x1b[H"),
            _ if x == 0 => self.push(&format!("\x1b[{}H", y + 1)),
            _ => self.push(&format!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some((x, y));
    }
}

impl Backend for Painter {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let cells: Vec<(u16, u16, &Cell)> = content.collect();
        let width = (self.size)().0;
        let mut pen = PLAIN;
        let mut next = 0;
        while let Some((x, y, cell)) = cells.get(next) {
            self.go(*x, *y);
            let blanks = blanks(&cells[next..]);
            if blanks >= ERASED_MIN && usize::from(*x) + blanks == usize::from(width) {
                self.turn(&mut pen, PLAIN);
                self.push("\x1b[K");
                next += blanks;
                continue;
            }
            self.turn(&mut pen, pen_of(cell));
            self.push(cell.symbol());
            // In the last column a terminal waits with the wrap, so that the place is not known; and terminals
            // differ in how wide marks on letters and emoji are.
            let after = *x + cell.symbol().width().max(1) as u16;
            self.at = (after < width && agreed(cell.symbol())).then_some((after, *y));
            next += 1;
        }
        self.turn(&mut pen, PLAIN);
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        if self.shown != Some(false) {
            self.push("\x1b[?25l");
            self.shown = Some(false);
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        if self.shown != Some(true) {
            self.push("\x1b[?25h");
            self.shown = Some(true);
        }
        Ok(())
    }

    /// Where it was put; the terminal is not asked.
    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        let (x, y) = self.at.unwrap_or_default();
        Ok(Position { x, y })
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        let Position { x, y } = position.into();
        self.go(x, y);
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.push(match region {
            ClearType::All => "\x1b[0m\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        // What is not known any more is said again.
        (self.at, self.shown) = (None, None);
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        let (width, height) = (self.size)();
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Painter {
    /// Changes the pen by the shortest way: what is added, or from nothing anew.
    fn turn(&self, pen: &mut Pen, wanted: Pen) {
        if *pen == wanted {
            return;
        }
        let mut codes = String::new();
        if wanted == PLAIN {
            self.push("\x1b[m");
            *pen = PLAIN;
            return;
        }
        let lost = !wanted.attributes.contains(pen.attributes);
        if lost {
            codes.push_str("0;");
            *pen = PLAIN;
        }
        for (attribute, code) in ATTRIBUTES {
            if wanted.attributes.contains(attribute) && !pen.attributes.contains(attribute) {
                let _ = write!(codes, "{code};");
            }
        }
        if wanted.foreground != pen.foreground {
            color(&mut codes, wanted.foreground, 30);
        }
        if wanted.background != pen.background {
            color(&mut codes, wanted.background, 40);
        }
        codes.pop();
        self.push(&format!("\x1b[{codes}m"));
        *pen = wanted;
    }
}

fn pen_of(cell: &Cell) -> Pen {
    let known = ATTRIBUTES.iter().fold(Modifier::empty(), |all, (one, _)| all | *one);
    Pen { foreground: cell.fg, background: cell.bg, attributes: cell.modifier & known }
}

/// Whether all terminals give a symbol the same width: one character, and no emoji.
fn agreed(symbol: &str) -> bool {
    let mut letters = symbol.chars();
    letters.next().is_none_or(|letter| letter < '\u{1f000}') && letters.next().is_none()
}

/// How many of the first cells are blank, plain and beside each other.
fn blanks(cells: &[(u16, u16, &Cell)]) -> usize {
    let Some((x, y, _)) = cells.first() else { return 0 };
    let blank = |(at, (column, row, cell)): &(usize, &(u16, u16, &Cell))| {
        let beside = usize::from(*column) == usize::from(*x) + at && row == y;
        beside && cell.symbol() == " " && pen_of(cell) == PLAIN
    };
    cells.iter().enumerate().take_while(blank).count()
}

/// The code of a color with a `;` after it; `base` is 30 for the foreground and 40 for the background.
fn color(codes: &mut String, color: Color, base: u8) {
    let number = match color {
        Color::Reset => base + 9,
        Color::Black => base,
        Color::Red => base + 1,
        Color::Green => base + 2,
        Color::Yellow => base + 3,
        Color::Blue => base + 4,
        Color::Magenta => base + 5,
        Color::Cyan => base + 6,
        Color::Gray => base + 7,
        Color::DarkGray => base + 60,
        Color::LightRed => base + 61,
        Color::LightGreen => base + 62,
        Color::LightYellow => base + 63,
        Color::LightBlue => base + 64,
        Color::LightMagenta => base + 65,
        Color::LightCyan => base + 66,
        Color::White => base + 67,
        Color::Indexed(number) => {
            let _ = write!(codes, "{};5;{number};", base + 8);
            return;
        }
        Color::Rgb(red, green, blue) => {
            let _ = write!(codes, "{};2;{red};{green};{blue};", base + 8);
            return;
        }
    };
    let _ = write!(codes, "{number};");
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::style::Style;

    use super::*;

    fn size() -> (u16, u16) {
        (12, 3)
    }

    fn frames(draws: &[&dyn Fn(&mut ratatui::buffer::Buffer)]) -> Vec<String> {
        let bytes = Bytes::default();
        let mut terminal = Terminal::new(Painter::new(bytes.clone(), size)).expect("starts");
        let mut frames = Vec::new();
        for draw in draws {
            let Ok(_) = terminal.draw(|frame| {
                draw(frame.buffer_mut());
                frame.set_cursor_position((3, 1));
            });
            frames.push(bytes.take());
        }
        frames
    }

    #[test]
    fn a_letter_costs_itself_and_its_place() {
        let one = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 1, "abc", Style::new());
        };
        let two = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 1, "abcd", Style::new());
        };
        let frames = frames(&[&one, &two]);
        assert!(frames[0].ends_with("\x1b[2Habc\x1b[?25h"), "{:?}", frames[0]);
        assert_eq!(frames[1], "d\x1b[2;4H");
    }

    #[test]
    fn colors_are_the_old_codes_and_attributes_are_added() {
        let draw = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 0, "a", Style::new().fg(Color::Red));
            buffer.set_string(1, 0, "b", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
            buffer.set_string(2, 0, "c", Style::new().fg(Color::LightBlue));
            buffer.set_string(3, 0, "d", Style::new().bg(Color::Indexed(208)));
        };
        let frame = &frames(&[&draw])[0];
        assert!(frame.contains("\x1b[31ma\x1b[1mb\x1b[0;94mc\x1b[39;48;5;208md\x1b[m"), "{frame:?}");
    }

    #[test]
    fn after_what_terminals_measure_differently_the_place_is_said() {
        let draw = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 0, "e\u{301}x漢y👍z", Style::new());
        };
        let frame = &frames(&[&draw])[0];
        assert!(frame.contains("e\u{301}\x1b[1;2Hx漢y👍\x1b[1;8Hz"), "{frame:?}");
    }

    #[test]
    fn the_rest_of_a_row_is_erased() {
        let one = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 0, "abcdefghijkl", Style::new());
        };
        let two = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 0, "ab", Style::new());
        };
        assert_eq!(frames(&[&one, &two])[1], "\x1b[1;3H\x1b[K\x1b[2;4H");
    }
}
