//! Charts: a result in tests/charts/NAME.txt, and its drawing in both styles. `UPDATE=1` writes the drawings
//! anew.

use std::fs;
use std::path::{Path, PathBuf};

use kqlhunt::catalog::charts::{Form, KINDS};
use kqlhunt::catalog::construct;
use kqlhunt::chart::{Chart, Place, Style, Turn, View, chart, guess, svg, text};
use kqlhunt::compile::Render;
use kqlhunt::ticks::{DAY, SECOND, days_from_civil, parse_datetime};
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;

#[test]
fn charts_are_drawn_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut kinds = Vec::new();
    for file in files {
        let before = fs::read_to_string(&file).unwrap();
        let script = before.split("\n--- ").next().unwrap().trim_end();
        let (columns, rows, render, width) = result(script);
        kinds.push(render.kind.clone());
        let mut now = script.to_string() + "\n";
        for (name, ascii) in [("blocks", false), ("ascii", true)] {
            let drawn = match chart(&columns, &rows, &render) {
                Ok(chart) => text(&chart, &View::new(&chart), width, Style { ascii }),
                Err(why) => format!("{why}\n"),
            };
            assert!(!ascii || drawn.is_ascii(), "{}: {drawn}", file.display());
            now.push_str(&format!("--- {name}\n{drawn}"));
        }
        if now != before && std::env::var_os("UPDATE").is_some() {
            fs::write(&file, &now).unwrap();
        } else if now != before {
            wrong.push(format!("{}\n{now}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "differ (UPDATE=1 accepts):\n{}", wrong.join("\n"));
    for kind in KINDS.iter().filter(|kind| kind.form != Form::Rows) {
        assert!(kinds.iter().any(|name| name == kind.name), "no file draws a {}", kind.name);
    }
}

#[test]
fn the_kinds_of_render_are_drawn_as_their_notes_say() {
    for row in construct::chart_rows() {
        let kind = KINDS.iter().find(|kind| kind.name == row.name).expect(row.name);
        assert_eq!(row.note.starts_with("Drawn"), kind.form != Form::Rows, "{}", row.name);
    }
}

/// `render KIND`, `with NAME VALUE`, `width N`, `columns NAME:TYPE ...`, then a row a line.
fn result(script: &str) -> (Vec<ColumnType>, Vec<Vec<Value>>, Render, usize) {
    let (mut columns, mut rows, mut render, mut width) = (Vec::new(), Vec::new(), Render::default(), 80);
    for line in script.lines().filter(|line| !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "render" => render.kind = rest.into(),
            "with" => {
                let (name, value) = rest.split_once(' ').unwrap();
                render.properties.push((name.into(), value.into()));
            }
            "width" => width = rest.parse().unwrap(),
            "columns" => {
                columns = rest
                    .split(' ')
                    .map(|column| {
                        let (name, ty) = column.split_once(':').unwrap();
                        ColumnType::new(name, Type::by_name(ty).unwrap())
                    })
                    .collect();
            }
            "" => {}
            _ => rows
                .push(line.split(" | ").zip(&columns).map(|(cell, column)| value(cell, column.ty)).collect()),
        }
    }
    (columns, rows, render, width)
}

fn value(cell: &str, ty: Type) -> Value {
    match ty {
        _ if cell == "null" => Value::Null,
        Type::Datetime => Value::Datetime(parse_datetime(cell).unwrap()),
        Type::Long => Value::Long(cell.parse().unwrap()),
        Type::Real => Value::Real(cell.parse().unwrap()),
        Type::Bool => Value::Bool(cell == "true"),
        Type::Dynamic => Value::Dynamic(cell.into()),
        Type::Timespan => Value::Timespan(cell.parse::<i64>().unwrap() * SECOND),
        Type::String => Value::String(cell.replace("\\e", "\x1b").replace("\\r", "\u{202e}")),
        other => panic!("no values of {other:?} here"),
    }
}

fn timechart(properties: &[(&str, &str)]) -> Render {
    let properties = properties.iter().map(|(key, value)| (key.to_string(), value.to_string()));
    Render { kind: "timechart".into(), properties: properties.collect() }
}

/// So many seconds of May 14 with so many series.
fn seconds(length: i64, series: i64) -> (Vec<ColumnType>, Vec<Vec<Value>>) {
    let columns = ["Timestamp", "Host", "Count"].into_iter().zip([Type::Datetime, Type::String, Type::Long]);
    let start = days_from_civil(2026, 5, 14) * DAY;
    let row = |at: i64, one: i64| {
        let count = if at == 7_654 { 1_000_000 } else { (at * (one + 1)) % 100 };
        vec![Value::Datetime(start + at * SECOND), Value::String(format!("host-{one}")), Value::Long(count)]
    };
    let rows = (0..length).flat_map(|at| (0..series).map(move |one| row(at, one))).collect();
    (columns.map(|(name, ty)| ColumnType::new(name, ty)).collect(), rows)
}

#[test]
fn of_ten_thousand_points_no_spike_is_lost() {
    let (columns, rows) = seconds(10_000, 1);
    let drawn = chart(&columns, &rows, &timechart(&[])).unwrap();
    for ascii in [false, true] {
        let lines = text(&drawn, &View::new(&drawn), 60, Style { ascii });
        let top = lines.lines().next().unwrap();
        assert!(top.starts_with("1,000,000"), "{lines}");
        assert!(top.chars().skip(10).any(|sign| sign != ' '), "{lines}");
    }
}

#[test]
fn extremes_are_drawn_or_counted() {
    let columns = [ColumnType::new("x", Type::Real), ColumnType::new("y", Type::Real)];
    let extremes =
        [f64::MIN, -1e300, -5e-324, -0.0, 0.0, 5e-324, 1.0, 1e300, f64::MAX, f64::NAN, f64::INFINITY];
    let rows: Vec<_> =
        extremes.iter().flat_map(|x| extremes.map(|y| vec![Value::Real(*x), Value::Real(y)])).collect();
    for kind in KINDS {
        for property in ["none", "yaxis", "xaxis", "accumulate", "kind"] {
            let value = ["stacked", "log"][usize::from(property != "kind")];
            let render = Render { kind: kind.name.into(), properties: vec![(property.into(), value.into())] };
            let Ok(drawn) = chart(&columns, &rows, &render) else { continue };
            for (width, closer) in [(20, 0), (80, 3), (300, 30)] {
                let mut view = View::new(&drawn);
                for _ in 0..closer {
                    view.turn(&drawn, Turn::On, width);
                    view.zoom(&drawn, true);
                    view.pan(&drawn, false);
                }
                text(&drawn, &view, width, Style { ascii: false });
                svg(&drawn, &view);
            }
        }
    }
}

#[test]
fn the_cursor_reads_the_window_moves_and_the_brush_gives_times() {
    let (columns, rows) = seconds(600, 2);
    let drawn = chart(&columns, &rows, &timechart(&[])).unwrap();
    let mut view = View::new(&drawn);
    view.turn(&drawn, Turn::On, 60);
    view.turn(&drawn, Turn::On, 60);
    let read = |view: &View| kqlhunt::chart::read(&drawn, view).unwrap();
    assert_eq!(read(&view), "2026-05-14T00:00:10Z  host-0 10  host-1 20");
    view.zoom(&drawn, true);
    assert_eq!(view.window, Some((0.0, 300.0)));
    view.turn(&drawn, Turn::Last, 60);
    assert_eq!(view.window, Some((300.0, 600.0)));
    view.pan(&drawn, false);
    assert_eq!(view.window, Some((150.0, 450.0)));
    view.anchor = view.cursor;
    view.turn(&drawn, Turn::First, 60);
    let start = days_from_civil(2026, 5, 14) * DAY;
    let range = (Place::Ticks(start), Place::Ticks(start + 599 * SECOND));
    assert_eq!(drawn.brushed(&view), Some(range));
    assert!(read(&view).starts_with("2026-05-14T00:00:00Z .. 2026-05-14T00:09:59Z  sum host-0 "));
    view.choose(&drawn, false);
    view.switch();
    assert_eq!(kqlhunt::chart::notes(&drawn, &view), ["1 of 2 series drawn"]);
    view.switch_all(&drawn);
    assert!(view.hidden.is_empty());
}

#[test]
fn a_missing_bin_is_zero_only_when_that_is_said() {
    let (columns, mut rows) = seconds(12, 1);
    rows.retain(|row| row[2] != Value::Long(5));
    let drawn = chart(&columns, &rows, &timechart(&[])).unwrap();
    let mut view = View::new(&drawn);
    let gaps = text(&drawn, &view, 60, Style { ascii: true });
    assert!(gaps.contains("1 of 12 x 1 s without rows"), "{gaps}");
    view.fill = true;
    let filled = text(&drawn, &view, 60, Style { ascii: true });
    assert!(filled.contains("missing bins drawn as 0") && filled != gaps, "{filled}");
}

#[test]
fn svg_holds_data_as_text_alone() {
    let hostile = "</text><script>alert('1')</script>&\"\u{1b}\0\u{202e}\u{ffff}";
    let columns = [ColumnType::new(hostile, Type::String), ColumnType::new("n", Type::Long)];
    let rows = [
        vec![Value::String(hostile.into()), Value::Long(5)],
        vec![Value::String("b".into()), Value::Long(2)],
    ];
    for kind in KINDS.iter().filter(|kind| kind.form != Form::Rows) {
        let properties = ["title", "xtitle", "ytitle"].map(|name| (name.to_string(), hostile.to_string()));
        let render = Render { kind: kind.name.into(), properties: properties.into() };
        let Ok(drawn) = chart(&columns, &rows, &render) else { continue };
        let text = svg(&drawn, &View::new(&drawn));
        assert!(!text.contains("<script") && !text.contains('\u{1b}') && !text.contains('\0'), "{text}");
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event().expect("is XML") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                    let name = tag.name().as_ref().to_string();
                    let known = ["svg", "rect", "text", "line", "title", "circle", "polyline"];
                    assert!(known.contains(&name.as_str()), "{name}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn without_render_the_columns_say_the_kind() {
    let (columns, rows) = seconds(3, 1);
    assert_eq!(guess(&columns, &rows), "timechart");
    assert_eq!(
        guess(&columns[1..], &rows.iter().map(|row| row[1..].to_vec()).collect::<Vec<_>>()),
        "barchart"
    );
    assert_eq!(guess(&columns, &rows[..1]), "card");
    let drawn: Chart = chart(&columns, &rows, &timechart(&[("legend", "hidden")])).unwrap();
    assert!(!drawn.legend);
}
