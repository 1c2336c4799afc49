//! Putting safe text on cells, within bounds.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

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
