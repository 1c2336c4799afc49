//! Charts: a result in tests/charts/NAME.txt, and its drawing in both styles. `UPDATE=1` writes the drawings
//! anew.

use std::fs;
use std::path::PathBuf;

use kqlhunt::catalog::charts::{Form, KINDS};
use kqlhunt::catalog::construct;
use kqlhunt::chart::{Axis, Chart, Picked, Place, Style, Turn, View, chart, guess, svg, text};
use kqlhunt::compile::Render;
use kqlhunt::ticks::{DAY, SECOND, days_from_civil, parse_datetime};
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;

#[test]
fn charts_are_drawn_as_before() {
    let folder = crate::project("tests/charts");
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

/// What takes a step for each pair of series would not end here.
#[test]
fn as_many_series_as_rows_are_drawn() {
    let (columns, mut rows) = seconds(1, 20_000);
    let start = rows[0][0].clone();
    for (at, row) in rows.iter_mut().enumerate() {
        let Value::Datetime(first) = start else { unreachable!("a time") };
        row[0] = Value::Datetime(first + at as i64 * SECOND);
        row[2] = Value::Long(20_000 - at as i64);
    }
    for kind in ["timechart", "areachart", "columnchart", "barchart", "scatterchart"] {
        let render = Render { kind: kind.into(), properties: Vec::new() };
        let drawn = chart(&columns, &rows, &render).unwrap();
        let mut view = View::new(&drawn);
        let first = text(&drawn, &view, 60, Style { ascii: true });
        assert!(first.contains("host-0") && first.contains("9 of 20000 series"), "{kind}: {first}");
        view.chosen = Some(19_999);
        view.turn(&drawn, Turn::Last, 60);
        let last = text(&drawn, &view, 60, Style { ascii: true });
        assert!(last.contains("(host-19999)"), "{kind}: {last}");
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
    let (first, last) = (Place::Ticks(start), Place::Ticks(start + 599 * SECOND));
    assert_eq!(drawn.picked(&view), Some(Picked::Range { column: 0, first, last }));
    assert!(read(&view).starts_with("2026-05-14T00:00:00Z .. 2026-05-14T00:09:59Z  sum host-0 "));
    view.choose(&drawn, false);
    view.switch();
    assert_eq!(kqlhunt::chart::notes(&drawn, &view, 60), ["300 of 600 x 1 s drawn", "1 of 2 series drawn"]);
    view.switch_all(&drawn);
    assert!(view.hidden.is_empty());
}

#[test]
fn what_is_said_of_a_zoomed_chart_is_of_the_part_that_is_drawn() {
    let (columns, rows) = seconds(16, 1);
    let drawn = chart(&columns, &rows, &timechart(&[])).unwrap();
    let view = View { window: Some((2.0, 6.0)), ..View::new(&drawn) };
    let shown = text(&drawn, &view, 60, Style { ascii: true });
    let said = shown.lines().last().unwrap();
    assert!(said.starts_with("2026-05-14T00:00:02Z .. 2026-05-14T00:00:05Z; max 5 on"), "{said}");
    assert!(said.ends_with("; 4 of 16 x 1 s drawn"), "{said}");
    assert!(svg(&drawn, &view).contains(">4 of 16 x 1 s drawn<"));
    // Bars that lie are drawn whatever is in view.
    let bars = Render { kind: "barchart".into(), properties: Vec::new() };
    let drawn = chart(&columns, &rows, &bars).unwrap();
    let view = View { window: Some((2.0, 6.0)), ..View::new(&drawn) };
    assert!(!text(&drawn, &view, 60, Style { ascii: true }).contains(" drawn"));
}

#[test]
fn all_rows_of_a_place_are_points_of_a_scatterchart() {
    let day = "render scatterchart\ncolumns Day:datetime Events:long\n2026-05-01 | 5\n2026-05-01 | 1\n2026-05-02 | 2\n2026-05-04 | 2";
    let more = "\n2026-05-01 | 9\n2026-05-01 | 3\n2026-05-01 | 4";
    let seen = |script: &str| {
        let (columns, rows, render, _) = result(script);
        let drawn = chart(&columns, &rows, &render).unwrap();
        let view = View { cursor: Some(0), ..View::new(&drawn) };
        assert_eq!(svg(&drawn, &view).matches("<circle").count(), rows.len());
        let summary = kqlhunt::chart::summary(&drawn, &view, 80);
        assert!(summary.ends_with("1 of 4 days without rows"), "{summary}");
        kqlhunt::chart::read(&drawn, &view).unwrap()
    };
    assert_eq!(seen(day), "2026-05-01  Events 5, 1");
    assert_eq!(seen(&[day, more].concat()), "2026-05-01  Events 5 values from 1 to 9");
}

#[test]
fn a_value_that_is_missing_parts_a_line_of_an_svg() {
    let script = "render linechart\ncolumns X:long Y:real\n0 | 1\n1 | 4\n2 | null\n3 | 6\n4 | 2";
    let (columns, rows, render, _) = result(script);
    let drawn = chart(&columns, &rows, &render).unwrap();
    assert_eq!(svg(&drawn, &View::new(&drawn)).matches("<polyline").count(), 2);
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

/// The texts of an SVG, in order, and the values of its attributes.
fn svg_parts(svg: &str) -> (Vec<String>, Vec<String>) {
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    let mut reader = quick_xml::Reader::from_str(svg);
    loop {
        match reader.read_event().expect("is XML") {
            quick_xml::events::Event::Eof => return (texts, numbers),
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("is an attribute");
                    numbers.push(String::from_utf8_lossy(attribute.value.as_bytes()).into_owned());
                }
            }
            quick_xml::events::Event::Text(text) => {
                texts.push(String::from_utf8_lossy(text.as_bytes()).into_owned())
            }
            _ => {}
        }
    }
}

/// Results of every shape: none, one, two rows; nulls, NaN, infinities, zeros, values below zero, many series.
fn shapes(x: Type) -> Vec<(Vec<ColumnType>, Vec<Vec<Value>>)> {
    let columns = [("At", x), ("Who", Type::String), ("n", Type::Real), ("m", Type::Real)];
    let columns: Vec<_> = columns.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect();
    let place = |at: i64| match x {
        Type::Datetime => Value::Datetime(days_from_civil(2026, 5, 14) * DAY + at * at * SECOND),
        Type::Long => Value::Long(at * 3 - 5),
        Type::Real => Value::Real(at as f64 / 7.0),
        Type::Timespan => Value::Timespan(at * SECOND),
        Type::Bool => Value::Bool(at % 2 == 0),
        _ => Value::String(format!("place {at}")),
    };
    const VALUES: [&[f64]; 9] = [
        &[],
        &[4.0],
        &[0.0],
        &[-3.0, 8.5],
        &[f64::NAN],
        &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
        &[f64::NAN, 2.0, -1.0, f64::INFINITY, 1e300, 1e-300],
        &[0.0, 0.0, 0.0],
        &[1.0, 10.0, 1e6, 0.0, -7.0, 3.0, 3.0],
    ];
    let mut shapes: Vec<_> = VALUES
        .iter()
        .flat_map(|values| [1, 3].map(|series| (values, series)))
        .map(|(values, series)| {
            let cells =
                values.iter().enumerate().flat_map(|(at, value)| (0..series).map(move |of| (at, of, *value)));
            cells
                .map(|(at, of, value)| {
                    let who = Value::String(format!("who {of}"));
                    vec![place(at as i64), who, Value::Real(value), Value::Null]
                })
                .collect::<Vec<_>>()
        })
        .collect();
    shapes.push(vec![vec![Value::Null, Value::String(String::new()), Value::Null, Value::Real(1.0)]]);
    let fifty = |at: i64| {
        vec![
            place(at / 50),
            Value::String(format!("who {}", at % 50)),
            Value::Real(at as f64),
            Value::Real(1.0),
        ]
    };
    shapes.push((0..100).map(fifty).collect());
    shapes.into_iter().map(|rows| (columns.clone(), rows)).collect()
}

#[test]
fn every_kind_with_every_property_is_drawn_of_every_shape() {
    const PROPERTIES: &[&[(&str, &str)]] = &[
        &[],
        &[("kind", "stacked")],
        &[("kind", "stacked100")],
        &[("kind", "unstacked"), ("legend", "hidden")],
        &[("yaxis", "log")],
        &[("xaxis", "log")],
        &[("yaxis", "log"), ("kind", "stacked")],
        &[("ymin", "2"), ("ymax", "5")],
        &[("ymin", "9"), ("ymax", "-9")],
        &[("ysplit", "panels")],
        &[("ysplit", "axes")],
        &[("accumulate", "true")],
        &[("xcolumn", "At"), ("ycolumns", "n, m"), ("series", "Who")],
        &[("title", "T & <t>"), ("xtitle", "X"), ("ytitle", "Y")],
    ];
    for x in [Type::Datetime, Type::Real, Type::String] {
        for (columns, rows) in shapes(x) {
            for kind in KINDS.iter().filter(|kind| kind.form != Form::Rows) {
                // Many series take long, and are what few properties look at.
                let most = if rows.len() > 50 { 3 } else { PROPERTIES.len() };
                for properties in &PROPERTIES[..most] {
                    let of = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
                    let properties = properties.iter().map(of).collect();
                    let render = Render { kind: kind.name.into(), properties };
                    let Ok(drawn) = chart(&columns, &rows, &render) else { continue };
                    holds(&drawn, &format!("{render:?} {rows:?}"));
                }
            }
        }
    }
}

/// What is true of every drawing.
fn holds(drawn: &Chart, what: &str) {
    let gaps = drawn.axis().is_some_and(|(axis, _)| matches!(axis, Axis::Time { step: Some(_), .. }));
    for fill in [false, true].into_iter().take(1 + usize::from(gaps)) {
        let view = View { fill, ..View::new(drawn) };
        let lines = text(drawn, &view, 80, Style { ascii: true });
        assert!(
            lines.is_ascii() && lines.lines().all(|line| line.len() <= 80 || line.contains("; ")),
            "{what}\n{lines}"
        );
        let (texts, attributes) = svg_parts(&svg(drawn, &view));
        for value in &attributes {
            let number = |part: &str| !matches!(part, "NaN" | "inf" | "-inf");
            assert!(value.split([' ', ',']).all(number), "{value} of {what}");
        }
        // What stands beside the bars of a text stands beside those of a file.
        if matches!(drawn.form(), Form::Bar | Form::Share) {
            let said =
                texts.iter().filter(|text| text.contains("no row") || text.contains("no value")).count();
            let shown = lines.lines().filter(|line| line.contains("no row") || line.contains("no value "));
            assert!(said >= shown.count() || lines.contains("more below"), "{what}\n{lines}\n{texts:?}");
        }
    }
}

#[test]
fn a_place_without_a_value_is_no_place_without_rows() {
    let (columns, mut rows) = seconds(12, 1);
    rows.remove(4);
    rows[6][2] = Value::Null;
    let drawn = chart(&columns, &rows, &timechart(&[])).unwrap();
    let mut view = View::new(&drawn);
    let shown = text(&drawn, &view, 60, Style { ascii: true });
    assert!(shown.contains("1 of 12 x 1 s without rows; 1 value is not drawn"), "{shown}");
    let read =
        |at: usize| kqlhunt::chart::read(&drawn, &View { cursor: Some(at), ..View::new(&drawn) }).unwrap();
    assert_eq!(read(4), "2026-05-14T00:00:04Z  host-0 no row");
    assert_eq!(read(7), "2026-05-14T00:00:07Z  host-0 no value");
    view.fill = true;
    let filled = svg(&drawn, &view);
    assert!(filled.contains("host-0 0</title>") || filled.contains("polyline"), "{filled}");
    for row in &mut rows {
        row[2] = Value::Null;
    }
    let drawn = chart(&columns, &rows, &timechart(&[])).unwrap();
    let shown = text(&drawn, &View::new(&drawn), 60, Style { ascii: true });
    assert!(shown.contains("no values to draw; 11 values are not drawn"), "{shown}");
    assert!(!shown.contains("without rows"), "{shown}");
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
