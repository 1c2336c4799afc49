//! How wide the columns of a table are, and where a long cell breaks. Knows terminal cells only.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a column may always take, in terminal cells.
const WIDTH_FREE: usize = 60;
/// A column of a terminal that is folded keeps this much.
const FOLDED_LEAST: usize = 16;
/// Blanks between two columns.
pub const GAP: usize = 2;

/// The widths of columns where each row is one line. One long cell makes no column wide; where cells fill at
/// least half of the column they do, so that addresses of pages or user agents line up.
pub fn one_line(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths = columns(header, rows, |name, mut cells| {
        cells.sort_unstable();
        let (mut width, mut text) = (name, 0);
        for (at, cell) in cells.iter().enumerate() {
            text += cell;
            if *cell <= WIDTH_FREE || 2 * text >= cell * (at + 1) {
                width = width.max(*cell);
            }
        }
        width
    });
    // What nothing follows needs no blanks; its width is that of the rule alone.
    if let Some(last) = widths.last_mut() {
        *last = widest(header, rows).last().map_or(0, |width| *width.min(&WIDTH_FREE));
    }
    widths
}

/// The widths of columns in a terminal that is so wide: of the widest cells where these fit, else the widest
/// columns are narrower and their cells are folded. `None` where no line would fit.
pub fn folded(header: &[String], rows: &[Vec<String>], terminal: usize) -> Option<Vec<usize>> {
    let widest = widest(header, rows);
    let gaps = GAP * widest.len().saturating_sub(1);
    let fits =
        |limit: usize| widest.iter().map(|width| (*width).min(limit)).sum::<usize>() + gaps <= terminal;
    let limit = (FOLDED_LEAST..=terminal).rev().find(|limit| fits(*limit))?;
    Some(widest.into_iter().map(|width| width.min(limit)).collect())
}

fn widest(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    columns(header, rows, |name, cells| cells.into_iter().fold(name, usize::max))
}

fn columns(
    header: &[String],
    rows: &[Vec<String>],
    width: impl Fn(usize, Vec<usize>) -> usize,
) -> Vec<usize> {
    let cells = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).collect();
    header.iter().enumerate().map(|(at, name)| width(name.width(), cells(at))).collect()
}

/// The lines of a cell in a column of this width; after a blank where one stands in the line's second half.
pub fn fold(cell: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = cell;
    while rest.width() > width.max(1) {
        let (mut end, mut used, mut blank) = (0, 0, None);
        for (at, sign) in rest.char_indices() {
            used += sign.width().unwrap_or(0);
            // One sign at least, however wide.
            if used > width && at > 0 {
                break;
            }
            end = at + sign.len_utf8();
            if sign == ' ' && used * 2 > width {
                blank = Some(end);
            }
        }
        let (line, more) = rest.split_at(blank.unwrap_or(end));
        lines.push(line);
        rest = more;
    }
    lines.push(rest);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(widths: &[usize]) -> Vec<Vec<String>> {
        widths.iter().map(|width| vec!["x".repeat(*width), "y".repeat(*width)]).collect()
    }

    #[test]
    fn one_long_cell_makes_no_column_wide_and_many_do() {
        let header = ["Agent".to_owned(), "Url".to_owned()];
        let width = |widths: &[usize]| one_line(&header, &rows(widths));
        assert_eq!(width(&[]), [5, 3]);
        assert_eq!(width(&[7, 60]), [60, 60]);
        assert_eq!(width(&[7, 9, 400]), [9, 60]);
        assert_eq!(width(&[110, 120, 131]), [131, 60]);
        assert_eq!(width(&[110, 120, 131, 5_000]), [131, 60]);
    }

    #[test]
    fn the_widest_columns_give_way_in_a_terminal() {
        let header = ["Id".to_owned(), "Agent".to_owned(), "Url".to_owned()];
        let row = vec!["7".to_owned(), "x".repeat(30), "y".repeat(200)];
        assert_eq!(folded(&header, std::slice::from_ref(&row), 240), Some(vec![2, 30, 200]));
        assert_eq!(folded(&header, std::slice::from_ref(&row), 80), Some(vec![2, 30, 44]));
        assert_eq!(folded(&header, std::slice::from_ref(&row), 60), Some(vec![2, 27, 27]));
        assert_eq!(folded(&header, &[row], 30), None);
    }

    #[test]
    fn folding_loses_nothing() {
        for text in ["", "mail from ana to bo", "漢字漢字漢字", &"x".repeat(41), "e\u{301}e\u{301}e\u{301}"]
        {
            for width in 0..12 {
                let lines = fold(text, width);
                assert_eq!(lines.concat(), text);
                assert!(lines.iter().all(|line| line.width() <= width.max(2)), "{lines:?} in {width}");
            }
        }
        assert_eq!(fold("mail from ana to bo", 8), ["mail ", "from ", "ana to ", "bo"]);
    }
}
