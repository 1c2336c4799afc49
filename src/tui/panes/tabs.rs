//! The tabs in the top line.

use crate::app::{App, text};

/// The labels of all tabs, the open one in brackets; of the others only the numbers where there is no room,
/// and of these those around the open one.
pub fn strip(app: &App, room: usize) -> String {
    let labels = app.tabs.labels(&app.editor, app.ascii);
    let open = app.tabs.open;
    let label = |at: usize, full: bool| match (at == open, full) {
        (true, _) => format!("[{} {}]", at + 1, labels[at]),
        (false, true) => format!("{} {}", at + 1, labels[at]),
        (false, false) => (at + 1).to_string(),
    };
    let strip = |full: bool, from: usize, to: usize| {
        let shown = (from..to).map(|at| label(at, full));
        let shown = shown.collect::<Vec<_>>().join(if full { "  " } else { " " });
        let (less, more) = (if from > 0 { "< " } else { "" }, if to < labels.len() { " >" } else { "" });
        format!("{less}{shown}{more}")
    };
    let fits = |strip: &String| text::width(strip) <= room;
    let (mut from, mut to) = (0, labels.len());
    let full = Some(strip(true, from, to)).filter(fits);
    full.unwrap_or_else(|| {
        loop {
            let shown = strip(false, from, to);
            if fits(&shown) || to - from == 1 {
                return shown;
            }
            if open - from > to - 1 - open {
                from += 1;
            } else {
                to -= 1;
            }
        }
    })
}
