//! The rows behind a row: the query itself, on nothing but these rows, gives the row again.

use kqlhunt::chart::{self, Body, Chart, View};
use kqlhunt::compile::{Options, Render};
use kqlhunt::engine::{self, Cancel, Data, Engine};
use kqlhunt::ingest::sample;
use kqlhunt::trace;
use kqlhunt::types::Type;
use kqlhunt::value::{Grid, Value};

struct Desk {
    engine: Engine,
    options: Options,
}

impl Desk {
    fn open() -> Desk {
        let options = engine::Options { memory_bytes: None, threads: Some(1), settings: "" };
        let engine = Engine::open(&Data::Memory(sample::fill), &options).expect("opens");
        let now = engine.clock().expect("the sample has a clock");
        Desk { engine, options: Options { now, ..Options::default() } }
    }

    fn rows(&mut self, kql: &str) -> Result<Grid, String> {
        self.engine.rows(kql, &self.options, &Cancel::new()).map_err(|error| format!("{error}\n{kql}"))
    }

    fn behind(&mut self, kql: &str, grid: &Grid, row: usize) -> Result<trace::Behind, String> {
        self.behind_rows(kql, grid, &grid.rows[row..=row], None)
    }

    fn behind_rows(
        &mut self,
        kql: &str,
        grid: &Grid,
        rows: &[Vec<Value>],
        bins: Option<(i64, i64)>,
    ) -> Result<trace::Behind, String> {
        let opened = trace::Opened { columns: &grid.columns, rows, bins };
        trace::behind(kql, &opened, &mut |asked| self.rows(asked))
    }

    fn count(&mut self, kql: &str) -> i64 {
        match self.rows(&format!("{kql}\n| count")).unwrap().rows[0][0] {
            Value::Long(count) => count,
            ref other => panic!("{other:?}"),
        }
    }
}

const SOURCES: [&str; 3] = [
    "OfficeActivity",
    "OfficeActivity | where isnotempty(ClientIP) | extend Day = bin(TimeGenerated, 1d)",
    "OfficeActivity | join kind=inner (ThreatIntelIndicators | project Pattern, Source = SourceSystem, Confidence | extend Ip = extract(\"'([0-9.]+)'\", 1, Pattern)) on $left.ClientIP == $right.Ip",
];
/// Each with a count of its rows.
const GROUPS: [&str; 7] = [
    "summarize Hits = count(), First = min(TimeGenerated), Names = dcount(UserId) by ClientIP",
    "summarize Hits = count(), Most = max(OfficeObjectId) by UserId, Hour = bin(TimeGenerated, 1h)",
    "summarize Hits = count() by tolower(Operation), case(ClientIP startswith '203.', 'bad', ClientIP has ':', 'six', 'other')",
    "summarize Hits = count(), Operations = array_sort_asc(make_set(Operation)) by bin(TimeGenerated, 6h), isempty(SourceFileName)",
    "summarize Hits = count() by ['Work load'] = OfficeWorkload, Kind = tolong(RecordType)",
    "summarize Hits = count()",
    "summarize arg_max(TimeGenerated, Operation), Hits = count() by UserId",
];
const TAILS: [&str; 8] = [
    "",
    "| where Hits > 1",
    "| sort by Hits desc",
    "| top 5 by Hits",
    "| project Hits",
    "| extend Level = case(Hits > 9, 'High', 'Low') | project Level, Hits",
    "| project-rename Count = Hits | extend Twice = Count * 2",
    "| where Hits > 0 | project Text = strcat('n', Hits), Hits | render table",
];

#[test]
fn a_query_on_the_rows_behind_a_row_gives_the_row_again() {
    let mut desk = Desk::open();
    let mut followed = 0;
    for (source, group, tail) in product() {
        let kql = format!("{source} | {group} {tail}");
        let Ok(grid) = desk.rows(&kql) else { panic!("{:?}", desk.rows(&kql)) };
        for row in sampled(grid.rows.len()) {
            let behind = match desk.behind(&kql, &grid, row) {
                Ok(behind) => behind,
                // A row that is just a number may stand for any of very many groups.
                Err(why) if why.starts_with("more than 50 groups") && tail.contains("project") => continue,
                Err(why) => panic!("{why}\n{kql}"),
            };
            check(&mut desk, &behind, group, tail, &grid, row);
            followed += 1;
        }
    }
    assert!(followed > 300, "{followed} rows were followed");
}

fn product() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let pairs = SOURCES.iter().flat_map(|source| GROUPS.iter().map(move |group| (*source, *group)));
    pairs.flat_map(|(source, group)| TAILS.iter().map(move |tail| (source, group, *tail)))
}

/// The first, one in the middle, the last.
fn sampled(rows: usize) -> Vec<usize> {
    let mut at = vec![0, rows / 2, rows.saturating_sub(1)];
    at.dedup();
    at.retain(|at| *at < rows);
    at
}

fn check(desk: &mut Desk, behind: &trace::Behind, group: &str, tail: &str, grid: &Grid, row: usize) {
    let again = desk.rows(&format!("{}\n| {group} {tail}", behind.kql)).unwrap();
    let wanted = &grid.rows[row];
    assert!(again.rows.contains(wanted), "{wanted:?} is not in {:?}\n{}", again.rows, behind.kql);
    // Several groups may look alike; then each of their rows looks like this one.
    let groups = behind.keys.len().max(1);
    let alike = again.rows.iter().all(|one| one == wanted);
    assert!(groups > 1 || alike && again.rows.len() == 1, "{:?}\n{}", again.rows, behind.kql);
    assert_eq!(groups > 1, behind.remarks.iter().any(|remark| remark.contains("groups")), "{behind:?}");
    let hits = grid.columns.iter().position(|column| matches!(column.name.as_str(), "Hits" | "Count"));
    let count = desk.rows(&format!("{}\n| count", behind.kql)).unwrap().rows.remove(0).remove(0);
    if let (Some(at), Value::Long(count), 1) = (hits, count, groups) {
        assert_eq!(grid.columns[at].ty, Type::Long);
        assert_eq!(wanted[at], Value::Long(count), "{}", behind.kql);
    }
}

#[test]
fn names_and_other_operators_are_followed_or_refused() {
    let mut desk = Desk::open();
    let grouped = "OfficeActivity | summarize Hits = count() by UserId";
    for (kql, hits) in [
        (
            format!("let Users = {grouped}; let Many = Users | where Hits > 5; Many | project UserId, Hits"),
            true,
        ),
        (format!("({grouped} | where Hits > 5) | extend a = 1"), true),
        (
            format!(
                "{grouped} | join kind=inner (CloudAppEvents | take 3 | project b = 1) on $left.Hits == $right.b"
            ),
            false,
        ),
        ("OfficeActivity | distinct UserId, OfficeWorkload".into(), false),
        ("OfficeActivity | project UserId, ClientIP | distinct *".into(), false),
        ("OfficeActivity | count".into(), false),
        ("OfficeActivity | make-series count() on TimeGenerated step 1d by UserId".into(), false),
    ] {
        let grid = desk.rows(&kql).unwrap();
        for row in sampled(grid.rows.len()) {
            let behind = desk.behind(&kql, &grid, row).unwrap_or_else(|why| panic!("{why}\n{kql}"));
            let count = desk.rows(&format!("{}\n| count", behind.kql)).unwrap().rows.remove(0).remove(0);
            let at = grid.columns.iter().position(|column| matches!(column.name.as_str(), "Hits" | "Count"));
            match at.filter(|_| hits) {
                Some(at) => assert_eq!(grid.rows[row][at], count, "{}", behind.kql),
                None => assert_ne!(count, Value::Long(0), "{}", behind.kql),
            }
        }
    }
    for (kql, why) in [
        ("OfficeActivity | take 1 | project UserId", "no operator of the query makes one row of several"),
        ("OfficeActivity | summarize n = count() by UserId | union (print n = 1)", "'union'"),
        ("OfficeActivity | summarize n = count() by UserId | evaluate narrow()", "'evaluate'"),
    ] {
        let grid = desk.rows(kql).unwrap();
        assert!(desk.behind(kql, &grid, 0).unwrap_err().contains(why), "{kql}");
        assert!(why.contains('\'') || !trace::aggregates(kql));
    }
}

/// Queries that end in a chart whose values are counts of rows.
const CHARTS: [&str; 10] = [
    "OfficeActivity | summarize count() by bin(TimeGenerated, 1d) | render timechart",
    "OfficeActivity | summarize count() by bin(TimeGenerated, 6h), OfficeWorkload | render columnchart with (kind=stacked)",
    "OfficeActivity | summarize Hits = count() by Day = startofday(TimeGenerated), UserType, OfficeWorkload | render timechart with (series=UserType, ycolumns=Hits, xcolumn=Day)",
    "OfficeActivity | summarize All = count(), Good = countif(ResultStatus == 'True') by bin(TimeGenerated, 1d) | project When = TimeGenerated, All | render areachart",
    "OfficeActivity | summarize count() by Operation | sort by count_ desc | render barchart",
    "OfficeActivity | summarize count() by tolower(UserId) | top 12 by count_ | render piechart",
    "OfficeActivity | summarize Hits = count() by ClientIP, OfficeWorkload | where Hits > 1 | render columnchart",
    "let Mail = OfficeActivity | where OfficeWorkload == 'Exchange'; Mail | summarize count() by hourofday(TimeGenerated) | render linechart",
    "OfficeActivity | make-series Hits = count() on TimeGenerated from datetime(2026-05-01) to datetime(2026-05-14) step 1d by OfficeWorkload | render timechart",
    "OfficeActivity | make-series Hits = count() default=0 on TimeGenerated from datetime(2026-05-01 03:00) to datetime(2026-05-13 14:00) step 7h | render timechart",
];

#[test]
fn rows_behind_a_point_are_as_many_as_it_says() {
    let mut desk = Desk::open();
    let mut points = 0;
    for kql in CHARTS {
        let grid = desk.rows(kql).unwrap();
        let compiled = desk.engine.compile(kql, &desk.options, &Cancel::new()).expect("compiles");
        let render = compiled.results[0].render.clone().expect("has a chart");
        let drawn = chart::chart(&grid.columns, &grid.rows, &render).unwrap();
        let Body::Plot(plot) = &drawn.body else { panic!("{kql}") };
        for stop in sampled(plot.stops.len()) {
            for series in sampled(plot.series.len()) {
                let Some(value) = plot.value(series, plot.stops[stop]) else { continue };
                let view = View { cursor: Some(stop), chosen: Some(series), ..View::new(&drawn) };
                if !view.shows(series) {
                    continue;
                }
                let found = match chart::source(&drawn, &view, &grid.columns, &grid.rows, &render) {
                    Ok(found) => found,
                    Err(why) => panic!("{why}\n{kql}"),
                };
                let rows: Vec<_> = found.rows.iter().map(|at| grid.rows[*at].clone()).collect();
                let behind = desk.behind_rows(kql, &grid, &rows, found.bins).unwrap();
                assert_eq!(desk.count(&behind.kql) as f64, value, "{kql}\n{}", behind.kql);
                points += 1;
            }
        }
    }
    assert!(points > 45, "{points} points were opened");
}

#[test]
fn rows_of_a_branch_and_of_a_lane_are_those_that_made_it() {
    let mut desk = Desk::open();
    let mut drawn = |kql: &str| {
        let grid = desk.rows(kql).unwrap();
        let compiled = desk.engine.compile(kql, &desk.options, &Cancel::new()).expect("compiles");
        let render = compiled.results[0].render.clone().expect("has a chart");
        (chart::chart(&grid.columns, &grid.rows, &render).unwrap(), grid, render)
    };
    let found = |(drawn, grid, render): &(Chart, Grid, Render), (anchor, cursor)| {
        let view = View { anchor: Some(anchor), cursor: Some(cursor), ..View::default() };
        chart::source(drawn, &view, &grid.columns, &grid.rows, render).unwrap().rows
    };
    let shares =
        drawn("OfficeActivity | summarize Hits = count() by OfficeWorkload, UserType | render treemap");
    let Body::Tree(tree) = &shares.0.body else { panic!("no tree") };
    let hits = |rows: Vec<usize>| {
        rows.iter().filter_map(|at| shares.1.rows[*at][2].text().parse::<f64>().ok()).sum()
    };
    let root = &tree.branches[0];
    let sums: [f64; 3] = [(0, 0), (1, 1), (1, 2)].map(|place| hits(found(&shares, place)));
    assert!(root.parts.len() > 1);
    assert_eq!(sums, [root.value, root.parts[0].value, root.parts[0].value + root.parts[1].value]);
    let spans = drawn(
        "OfficeActivity | project OfficeWorkload, UserType, TimeGenerated, End = TimeGenerated + 1h | render ladderchart",
    );
    let Body::Lanes(lanes) = &spans.0.body else { panic!("no lanes") };
    let number = |at: usize| lanes.lanes[at].spans.len();
    assert_eq!(found(&spans, (1, 1)).len(), number(1));
    assert_eq!(found(&spans, (0, 2)).len(), number(0) + number(1) + number(2));
    // A branch is meant with all of its parts, once; a row without a size or a beginning made nothing.
    assert_eq!(hits(found(&shares, (0, 2))), root.value);
    let sizes = drawn("datatable(N:string, V:long)['x', -5, 'x', 7, 'y', 3] | render treemap");
    assert_eq!(found(&sizes, (0, 0)), [1]);
    let joined = "datatable(A:string, B:string, F:datetime, T:datetime)['x, y', 'z', datetime(2026-05-01), datetime(2026-05-02),
        'x', 'y, z', datetime(2026-05-01), datetime(2026-05-03), 'x', 'y, z', datetime(null), datetime(2026-05-03)] | render ladderchart";
    let joined = drawn(joined);
    assert_eq!([(0, 0), (1, 1), (0, 1)].map(|place| found(&joined, place)), [vec![0], vec![1], vec![0, 1]]);
}

#[test]
fn what_of_a_chart_cannot_be_opened_is_said() {
    let mut desk = Desk::open();
    let kql = "OfficeActivity | summarize count() by bin(TimeGenerated, 1d), OfficeWorkload";
    let grid = desk.rows(kql).unwrap();
    let source = |kind: &str, properties: &[(&str, &str)], change: fn(&mut View)| {
        let properties = properties.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        let render = Render { kind: kind.into(), properties: properties.collect() };
        let drawn = chart::chart(&grid.columns, &grid.rows, &render).unwrap();
        let mut view = View::new(&drawn);
        change(&mut view);
        chart::source(&drawn, &view, &grid.columns, &grid.rows, &render)
    };
    assert!(source("timechart", &[], |_| {}).unwrap_err().contains("move the cursor"));
    let summed = source("timechart", &[("accumulate", "true")], |view| view.cursor = Some(0)).unwrap();
    assert!(summed.remarks[0].contains("adds up"));
    let all = source("timechart", &[], |view| (view.anchor, view.cursor) = (Some(0), Some(999))).unwrap_err();
    assert!(all.contains("move the cursor"), "{all}");
    let many: Vec<_> = (0..grid.rows.len()).map(|at| grid.rows[at].clone()).collect();
    assert!(desk.behind_rows(kql, &grid, &many, None).unwrap_err().contains("more than 50 rows"));
    // Lists that no make-series made: their bins are not known.
    let lists = "OfficeActivity | summarize count() by bin(TimeGenerated, 1d) | summarize make_list(TimeGenerated), make_list(count_)";
    let grid = desk.rows(lists).unwrap();
    let behind = desk.behind_rows(lists, &grid, &grid.rows, Some((0, 1))).unwrap();
    assert!(behind.remarks[0].contains("All rows of the series"));
}
