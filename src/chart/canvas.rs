//! Cells with marks, and text over them. Draws nowhere: a pipe takes the lines, the workbench cells and inks.

use crate::display;

/// What a mark belongs to; who shows it chooses the color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Dim,
    Bold,
    Series(usize),
    Anomaly,
    /// Under the cursor or the brush.
    Chosen,
}

pub struct Label {
    pub x: usize,
    pub y: usize,
    /// Safe for a terminal, and no wider than there is room.
    pub text: String,
    pub ink: Ink,
}

pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub ascii: bool,
    cells: Vec<(char, Ink)>,
    pub labels: Vec<Label>,
}

impl Canvas {
    pub fn new(width: usize, height: usize, ascii: bool) -> Canvas {
        Canvas { width, height, ascii, cells: vec![(' ', Ink::Plain); width * height], labels: Vec::new() }
    }

    pub fn set(&mut self, x: usize, y: usize, mark: char, ink: Ink) {
        if x < self.width && y < self.height {
            self.cells[y * self.width + x] = (mark, ink);
        }
    }

    pub fn cell(&self, x: usize, y: usize) -> (char, Ink) {
        if x < self.width && y < self.height { self.cells[y * self.width + x] } else { (' ', Ink::Plain) }
    }

    /// Puts text that may come from data, cut at the edge. Gives the column after it.
    pub fn text(&mut self, x: usize, y: usize, said: &str, ink: Ink) -> usize {
        if x >= self.width || y >= self.height || said.is_empty() {
            return x;
        }
        let shown = display::shown(said, self.ascii);
        let text = display::fit(&shown, self.width - x, self.ascii).into_owned();
        let end = x + display::width(&text);
        self.labels.push(Label { x, y, text, ink });
        end
    }

    /// As [`Canvas::text`], ending before column `end`.
    pub fn text_before(&mut self, end: usize, y: usize, said: &str, ink: Ink) {
        let shown = display::shown(said, self.ascii).into_owned();
        let text = display::fit(&shown, end.min(self.width), self.ascii).into_owned();
        self.text(end.min(self.width) - display::width(&text), y, &text, ink);
    }

    /// Takes away what a label has in one column, so that a sign can stand there.
    pub fn cover(&mut self, x: usize, y: usize) {
        let over =
            |label: &Label| label.y == y && (label.x..label.x + display::width(&label.text)).contains(&x);
        let Some(at) = self.labels.iter().position(over) else { return };
        let label = self.labels.remove(at);
        if label.text.is_ascii() {
            let (left, right) = label.text.split_at(x - label.x);
            self.labels.push(Label { x: label.x, y, text: left.to_string(), ink: label.ink });
            self.labels.push(Label { x: x + 1, y, text: right[1..].to_string(), ink: label.ink });
        }
    }

    /// The rows as text without spaces at their ends. A label hides the cells and labels that it covers.
    pub fn lines(&self) -> Vec<String> {
        (0..self.height).map(|y| self.line(y)).collect()
    }

    fn line(&self, y: usize) -> String {
        let mut labels: Vec<_> = self.labels.iter().filter(|label| label.y == y).collect();
        labels.sort_by_key(|label| label.x);
        let (mut line, mut x) = (String::new(), 0);
        for label in labels {
            if label.x < x {
                continue;
            }
            line.extend((x..label.x).map(|x| self.cell(x, y).0));
            line.push_str(&label.text);
            x = label.x + display::width(&label.text);
        }
        line.extend((x..self.width).map(|x| self.cell(x, y).0));
        line.truncate(line.trim_end_matches(' ').len());
        line
    }
}

/// A finer grid over cells: two by four dots of braille each, or one sign where only ASCII may be used.
pub struct Dots {
    pub width: usize,
    pub height: usize,
    /// Dots of a cell: across and down.
    pub fine: (usize, usize),
    bits: Vec<u8>,
    inks: Vec<Ink>,
}

impl Dots {
    /// Over so many columns and rows of cells.
    pub fn new(columns: usize, rows: usize, ascii: bool) -> Dots {
        let fine = if ascii { (1, 1) } else { (2, 4) };
        let cells = columns * rows;
        Dots {
            width: columns * fine.0,
            height: rows * fine.1,
            fine,
            bits: vec![0; cells],
            inks: vec![Ink::Plain; cells],
        }
    }

    pub fn set(&mut self, x: usize, y: usize, ink: Ink) {
        /// Of the dots of a cell, by row and column ("Braille Patterns", Unicode).
        const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        if x >= self.width || y >= self.height {
            return;
        }
        let cell = y / self.fine.1 * (self.width / self.fine.0) + x / self.fine.0;
        self.bits[cell] |= BITS[y % self.fine.1][x % self.fine.0];
        self.inks[cell] = ink;
    }

    /// A straight line between two dots, both of them included.
    pub fn line(&mut self, (x0, y0): (usize, usize), (x1, y1): (usize, usize), ink: Ink) {
        let (dx, dy) = (x1 as i64 - x0 as i64, y1 as i64 - y0 as i64);
        let steps = dx.abs().max(dy.abs()).max(1);
        for at in 0..=steps {
            let part = |from: usize, by: i64| {
                (from as i64 * steps * 2 + by * at * 2 + steps).div_euclid(steps * 2).max(0) as usize
            };
            self.set(part(x0, dx), part(y0, dy), ink);
        }
    }

    /// Puts the dots on a canvas; `sign` is what a cell shows where there is no braille.
    pub fn put(&self, canvas: &mut Canvas, (left, top): (usize, usize), sign: impl Fn(Ink) -> char) {
        let columns = self.width / self.fine.0;
        for (at, bits) in self.bits.iter().enumerate().filter(|(_, bits)| **bits != 0) {
            let mark = match self.fine {
                (1, 1) => sign(self.inks[at]),
                _ => char::from_u32(0x2800 + u32::from(*bits)).unwrap_or('?'),
            };
            canvas.set(left + at % columns, top + at / columns, mark, self.inks[at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_wide_as_they_are_shown() {
        let mut canvas = Canvas::new(8, 2, false);
        canvas.set(7, 0, 'x', Ink::Plain);
        canvas.text(1, 0, "漢\u{1b}字", Ink::Bold);
        canvas.text_before(8, 1, "abcdefghij", Ink::Dim);
        assert_eq!(canvas.lines(), [" 漢␛字 x", "abcdefg…"]);
        canvas.set(9, 9, 'x', Ink::Plain);
    }

    #[test]
    fn dots_of_braille() {
        let mut dots = Dots::new(2, 1, false);
        dots.line((0, 0), (3, 3), Ink::Series(0));
        let mut canvas = Canvas::new(2, 1, false);
        dots.put(&mut canvas, (0, 0), |_| '*');
        assert_eq!(canvas.lines(), ["⠑⢄"]);
        let mut dots = Dots::new(3, 3, true);
        dots.line((0, 2), (2, 0), Ink::Series(0));
        let mut canvas = Canvas::new(3, 3, true);
        dots.put(&mut canvas, (0, 0), |_| '*');
        assert_eq!(canvas.lines(), ["  *", " *", "*"]);
    }
}
