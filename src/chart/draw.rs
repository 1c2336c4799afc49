//! A chart on cells: what is where. The forms draw themselves in `plot` and `list`.

use super::canvas::{Canvas, Ink};
use super::{Body, Chart, View, legend, list, plot};
use crate::catalog::charts::Form;

/// How cells may be filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// No sign above 0x7f.
    pub ascii: bool,
}

/// One for each series; the first letters of the alphabet follow.
const MARKS: [char; 9] = ['*', 'o', '+', 'x', '#', '@', '%', '$', '~'];
const FILLS: [char; 4] = ['█', '▓', '▒', '░'];
const FILLS_ASCII: [char; 4] = ['#', '=', '+', '.'];

/// The mark of a series' points.
pub fn mark(series: usize) -> char {
    match MARKS.get(series) {
        Some(mark) => *mark,
        None => char::from(b'a' + ((series - MARKS.len()) % 26) as u8),
    }
}

/// What a series' area is filled with.
pub fn fill(series: usize, ascii: bool) -> char {
    let fills = if ascii { FILLS_ASCII } else { FILLS };
    match fills.get(series) {
        Some(fill) => *fill,
        None => [['o', 'x', '%', '@', '*'], ['#', '=', '+', 'o', 'x']][usize::from(!ascii)]
            .get(series - fills.len())
            .copied()
            .unwrap_or_else(|| mark(series)),
    }
}

/// Whether a form's series are told apart by what fills them; else by their marks.
pub fn filled(form: Form) -> bool {
    match form {
        Form::Area | Form::Column | Form::Bar | Form::Share | Form::Tree | Form::Card | Form::Span => true,
        Form::Line | Form::Point | Form::Lane | Form::Rows => false,
    }
}

/// The chart on so many columns and rows.
pub fn draw(chart: &Chart, view: &View, (width, height): (usize, usize), style: Style) -> Canvas {
    let mut canvas = Canvas::new(width, height, style.ascii);
    if width < 12 || height < 2 {
        canvas.text(0, 0, "too small", Ink::Dim);
        return canvas;
    }
    match &chart.body {
        Body::Plot(plot) => {
            let lies = lying(chart, view, width);
            let below = usize::from(legend::has_line(chart) && height > if lies { 2 } else { 4 });
            let above = usize::from(if lies {
                plot.titled() && height > 2
            } else {
                !plot.y_title.is_empty() && height > 8
            });
            let area = plot::Area { top: above, rows: height - below - above };
            if lies {
                list::bars(chart, plot, view, area, &mut canvas);
            } else {
                if above > 0 {
                    canvas.text(0, 0, &plot.y_title, Ink::Dim);
                }
                plot::draw(chart, plot, view, area, &mut canvas);
            }
            if below > 0 {
                legend::draw(chart, plot, view, height - 1, &mut canvas);
            }
        }
        Body::Card(values) => list::card(values, view, &mut canvas),
        Body::Tree(tree) => list::tree(&tree.branches, view, &mut canvas),
        Body::Lanes(lanes) => list::lanes(chart, lanes, view, &mut canvas),
    }
    canvas
}

/// Whether the labels stand at the left, each with its bars: as asked for, or where they do not fit below.
pub fn lying(chart: &Chart, view: &View, width: usize) -> bool {
    let Body::Plot(plot) = &chart.body else { return true };
    match chart.kind.form {
        Form::Bar | Form::Share => true,
        Form::Column | Form::Line | Form::Area | Form::Point => !plot::labels_fit(plot, view, width),
        Form::Card | Form::Tree | Form::Span | Form::Lane | Form::Rows => true,
    }
}

/// Rows that a chart takes when there is room for all of it.
pub fn height(chart: &Chart, view: &View, width: usize) -> usize {
    const PLOT_ROWS: usize = 16;
    const ROWS_MAX: usize = 200;
    let legend = usize::from(legend::has_line(chart));
    let rows = match &chart.body {
        Body::Plot(plot) if lying(chart, view, width) => {
            super::bars::count(chart, plot, view) + legend + usize::from(plot.titled())
        }
        Body::Plot(plot) => {
            let panels = plot::panels(plot, view).len().max(1);
            PLOT_ROWS.max(panels * 7) + legend
        }
        Body::Card(values) => list::card_rows(values),
        Body::Tree(tree) => list::rows_of(&tree.branches).len(),
        Body::Lanes(lanes) => lanes.lanes.len() + 1,
    };
    rows.clamp(2, ROWS_MAX)
}
