//! Putting safe text on cells, within bounds.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::theme::Theme;
use crate::app::text;

/// Puts text at a place of an area, cut at its right edge with a mark. Gives the column after it.
pub fn put(buffer: &mut Buffer, area: Rect, x: u16, y: u16, said: &str, style: Style, ascii: bool) -> u16 {
    if y >= area.height || x >= area.width {
        return x;
    }
    let room = usize::from(area.width - x);
    let said = text::fit(said, room, ascii);
    let (end, _) = buffer.set_stringn(area.x + x, area.y + y, &said, room, style);
    end - area.x
}

/// As [`put`], with its end at the right edge of the area.
pub fn put_right(buffer: &mut Buffer, area: Rect, y: u16, said: &str, style: Style, ascii: bool) -> u16 {
    let wide = text::width(said).min(usize::from(area.width)) as u16;
    put(buffer, area, area.width - wide, y, said, style, ascii);
    area.width - wide
}

/// Fills an area with spaces of a style.
pub fn clear(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].reset();
            buffer[(x, y)].set_style(style);
        }
    }
}

/// A frame around an area, with a title in it and words below.
pub fn frame(theme: &Theme, area: Rect, title: &str, below: &str, buffer: &mut Buffer) {
    let (last_x, last_y) = (area.right() - 1, area.bottom() - 1);
    for y in area.top()..=last_y {
        for x in area.left()..=last_x {
            let (flat, upright) = (y == area.y || y == last_y, x == area.x || x == last_x);
            if flat || upright {
                let (up, down) = (upright && y > area.y, upright && y < last_y);
                let (left, right) = (flat && x > area.x, flat && x < last_x);
                buffer[(x, y)].set_symbol(theme.joint(up, right, down, left));
            }
        }
    }
    let inside = Rect { x: area.x + 2, width: area.width - 4, ..area };
    if !title.is_empty() {
        put(buffer, inside, 0, 0, &format!(" {title} "), theme.title(true), theme.ascii);
    }
    if !below.is_empty() {
        put_right(buffer, inside, area.height - 1, &format!(" {below} "), theme.dim(), theme.ascii);
    }
}
