//! Shadows of documents in a hunt file: what a property is does not depend on where it is read from.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use kqlhunt::compile::{Options as Query, compile};
use kqlhunt::engine::store::{NewColumn, Store};
use kqlhunt::engine::{Cancel, Data, Engine, Options, Sql};
use kqlhunt::ingest::{Now, Source, into_file};
use kqlhunt::schema::{Schema, Trust};
use kqlhunt::types::Type;

use super::{Bench, NOW};

/// Documents of every kind, among those that a shadow cannot hold.
fn lines(rows: usize, odd: &[&str]) -> String {
    let mut lines = String::new();
    for row in 0..rows {
        let (user, size, managed) = (row % 7, row * 3, row % 2 == 0);
        let document = match odd.get(row) {
            Some(document) => (*document).to_owned(),
            None => format!(
                r#"{{"UserId":"user{user}@contoso.com","Size":{size},"Ip":"10.0.{user}.{}","Managed":{managed},"Rate":{row}.50,"Session":{{"Id":"s{row}","Kind":{user}}},"Target":[{}],"Names":[{{"Name":"n{user}"}},{{}}],"Mixed":{}}}"#,
                row % 5,
                (0..row % 4)
                    .map(|at| format!(r#"{{"ID":"t{}","Type":{user}}}"#, row % 50 + at))
                    .collect::<Vec<_>>()
                    .join(","),
                if managed { "\"x\"".to_owned() } else { row.to_string() }
            ),
        };
        let time = format!("2026-05-{:02}T{:02}:{:02}:00Z", 1 + row / 1440, row / 60 % 24, row % 60);
        lines.push_str(&format!(
            "{{\"TimeGenerated\":\"{time}\",\"ActionType\":\"Kind{}\",\"ReportId\":\"r{row}\",\"RawEventData\":{document}}}\n",
            row % 3
        ));
    }
    lines
}

fn load(bench: &Bench, database: &Path, name: &str, text: &str) {
    let sources = [Source::Path(bench.write(name, text))];
    let options = kqlhunt::ingest::Options { table: Some("CloudAppEvents".into()), ..bench.options.clone() };
    let go_on = &mut |_: &Now| ControlFlow::Continue(());
    into_file(database, &options, &Options::default(), &sources, go_on).expect("loads");
}

fn open(database: &Path) -> Engine {
    Engine::open(&Data::File(database.into()), &Options::default()).expect("opens")
}

fn bare(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    schema.tables.iter_mut().flat_map(|table| &mut table.columns).for_each(|column| column.shadows.clear());
    schema
}

fn sql(kql: &str, schema: &Schema) -> Sql {
    let compilation = compile(kql, schema, &Query { now: NOW, ..Query::default() });
    assert_eq!(compilation.diagnostics, [], "{kql}");
    Sql::from(&compilation.results[0])
}

fn answer(engine: &mut Engine, sql: &Sql) -> Vec<String> {
    let grid = engine.fetch(sql, &Cancel::new()).unwrap_or_else(|error| panic!("{error}: {}", sql.text));
    grid.rows.iter().map(|row| format!("{row:?}")).collect()
}

/// Queries that read properties, and whether none of them has to read the document.
const QUERIES: &[(&str, bool)] = &[
    ("where RawEventData.UserId == 'user3@contoso.com' | count", true),
    (
        "where RawEventData.UserId =~ 'USER3@contoso.com' | summarize count() by tostring(RawEventData.UserId)",
        true,
    ),
    (
        "where RawEventData.Size > 600 and RawEventData.Size <= 900 | project ReportId, RawEventData.Size",
        true,
    ),
    (
        "summarize sum(tolong(RawEventData.Size)), max(toreal(RawEventData.Size)), min(toint(RawEventData.Size))",
        true,
    ),
    ("summarize count() by tostring(RawEventData.Size) | sort by count_, RawEventData_Size | take 20", true),
    ("where tobool(RawEventData.Managed) | summarize count() by tostring(RawEventData.Managed)", true),
    (
        "extend m = RawEventData.Managed, u = RawEventData['UserId'] | project ReportId, m, u, gettype(m), gettype(u)",
        true,
    ),
    (
        "extend u = RawEventData.UserId | where u has 'user2' and isnotempty(u) | project u = tostring(u), ReportId",
        true,
    ),
    (
        "project s = RawEventData.Session, ReportId | extend i = tostring(s.Id), k = tolong(s.Kind) | project ReportId, i, k",
        true,
    ),
    (
        "project tostring(RawEventData.Session.Id), RawEventData.Session.Kind, RawEventData.Session.None, ReportId",
        false,
    ),
    (
        "union CloudAppEvents | extend s = RawEventData.Size | where s > 5 | summarize count(), sum(tolong(s)) by tostring(RawEventData.UserId)",
        true,
    ),
    ("where toint(RawEventData.Size) == 3 | project ReportId, toint(RawEventData.Size)", true),
    ("project RawEventData.Rate, tostring(RawEventData.Rate), toreal(RawEventData.Rate), ReportId", true),
    ("project RawEventData.Mixed, tostring(RawEventData.Mixed), tolong(RawEventData.Mixed), ReportId", true),
    ("mv-expand t = RawEventData.Target | project tostring(t.ID), tolong(t.Type), ReportId", true),
    ("mv-expand t = RawEventData.Target | project tostring(t.ID), t.ID, isempty(t.ID), ReportId", true),
    ("mv-expand t = RawEventData.Target | where t.ID == 't4' | count", true),
    (
        "mv-expand with_itemindex=i t = RawEventData.Target limit 2 | project i, tostring(t.ID), ReportId",
        true,
    ),
    (
        "mv-expand t = RawEventData.Target, u = RawEventData.Names | project tostring(t.ID), tostring(u.Name), ReportId",
        true,
    ),
    (
        "mv-expand t = RawEventData.Target | project tostring(t.ID), tostring(t), t.ID has 't1', ReportId",
        true,
    ),
    (
        "mv-expand RawEventData.Target | summarize dcount(tostring(RawEventData_Target.ID)) by ActionType",
        true,
    ),
    (
        "mv-apply t = RawEventData.Target on (where t.ID startswith 't' | summarize n = count(), s = dcount(tostring(t.ID))) \
      | project ReportId, n, s",
        true,
    ),
    (
        "sort by ReportId asc | mv-expand t = RawEventData.Target | extend n = row_number() | project n, tostring(t.ID)",
        true,
    ),
    (
        "extend d = RawEventData | mv-expand t = d.Target | join kind=inner (CloudAppEvents | mv-expand t = RawEventData.Target \
      | project i = tostring(t.ID), ReportId) on ReportId | summarize count() by tostring(t.ID), i",
        true,
    ),
    (
        "project tostring(RawEventData.Target[0].ID), RawEventData.Target[-1].Type, RawEventData.Target[7], ReportId",
        true,
    ),
    ("where isnull(RawEventData.UserId) or isempty(RawEventData.UserId) | project ReportId", true),
    (
        "where isnull(RawEventData.Size) or isnull(RawEventData.Managed) or isnull(RawEventData.Target) | project ReportId",
        true,
    ),
    (
        "where RawEventData.UserId in ('user1@contoso.com', 'user2@contoso.com') | distinct tostring(RawEventData.UserId)",
        true,
    ),
    (
        "summarize make_set(tostring(RawEventData.UserId)), dcount(tostring(RawEventData.Session.Id)) by ActionType",
        true,
    ),
    (
        "summarize arg_max(TimeGenerated, RawEventData) by ActionType | project ActionType, RawEventData.UserId",
        false,
    ),
    (
        "join kind=leftouter (CloudAppEvents | where ActionType == 'Kind1' | project ReportId, d = RawEventData) on ReportId \
      | project ReportId, tostring(d.UserId), tolong(d.Size), d.Managed",
        true,
    ),
    ("project ReportId, RawEventData, tostring(RawEventData.UserId)", false),
    (
        "where ActionType in (toscalar(CloudAppEvents | where RawEventData.UserId == 'user1@contoso.com' | project ActionType | take 1)) | count",
        true,
    ),
    (
        "where tostring(RawEventData.UserId) in ((CloudAppEvents | where RawEventData.Size == 3 | project tostring(RawEventData.UserId))) | count",
        true,
    ),
    (
        "partition by ActionType (top 2 by tolong(RawEventData.Size) | project ReportId, tostring(RawEventData.UserId))",
        true,
    ),
    (
        "serialize n = row_number() | extend p = prev(tostring(RawEventData.UserId)) | project n, p, RawEventData.Size",
        true,
    ),
    (
        "where ActionType != 'Kind1' | sort by tolong(RawEventData.Size) desc, ReportId asc | take 20 | project ReportId, ActionType, RawEventData.Size",
        true,
    ),
    (
        "sort by tolong(RawEventData.Size) desc, ReportId asc | take 1000 | extend Kind = strcat(ActionType, ReportId) | project Kind, RawEventData.UserId",
        true,
    ),
    (
        "where ReportId in ('r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7') | sort by tolong(RawEventData.Size) desc, ReportId asc, ActionType asc | take 14 | project ReportId, ActionType, RawEventData.Size, TimeGenerated, tostring(RawEventData.UserId)",
        true,
    ),
    (
        "where ActionType == 'no such' | top 5 by tolong(RawEventData.Size) | project ReportId, ActionType",
        true,
    ),
    (
        "summarize n = dcount(ReportId), make_set(ActionType) by u = tostring(RawEventData.UserId) | where n >= 101 | project n, u",
        true,
    ),
    (
        "where ActionType in ('Kind1', 'Kind2') | summarize n = count(), dcount(ReportId) by u = tostring(RawEventData.UserId) | where n == 133",
        true,
    ),
    (
        "where ActionType in ('Kind1', 'Kind2') and ipv4_is_in_any_range(tostring(RawEventData.Ip), toscalar(CloudAppEvents | where RawEventData.Size in (3, 12, 15) | summarize make_set(strcat(tostring(RawEventData.Ip), '/31')))) | summarize count() by tostring(RawEventData.Ip), ActionType",
        true,
    ),
    (
        "extend Ip = tostring(RawEventData.Ip) | where ActionType != 'Kind1' and ipv4_is_in_any_range(Ip, toscalar(CloudAppEvents | take 40 | summarize make_set(strcat(tostring(RawEventData.Ip), '/32')))) | summarize count(), max(tolong(RawEventData.Size)) by Ip",
        true,
    ),
    (
        "where TimeGenerated > datetime(2026-05-01 01:00) | summarize count(), Users = dcount(tostring(RawEventData.UserId)), max(tolong(RawEventData.Size)) by ActionType, bin(TimeGenerated, 2h), tobool(RawEventData.Managed) | where Users > 1",
        true,
    ),
    (
        "mv-expand t = RawEventData.Target | where t.ID in ('t4', 't7') and ActionType == 'Kind2' | summarize count() by ReportId",
        true,
    ),
    (
        "where RawEventData.Size in (3, 6, 900) or RawEventData.Size == 9 | summarize count() by ReportId",
        true,
    ),
    (
        "union (CloudAppEvents | where RawEventData.Size == 6) | summarize count() by tostring(RawEventData.UserId)",
        true,
    ),
];

fn compared(engine: &mut Engine, allowed: bool) {
    let schema = engine.schema();
    let bare = bare(&schema);
    for (query, without) in QUERIES {
        let lets = format!("let E = CloudAppEvents | where ActionType != ''; E | {query}");
        for kql in [format!("CloudAppEvents | {query}"), lets] {
            let (with, plain) = (sql(&kql, &schema), sql(&kql, &bare));
            let (mut one, mut other) = (answer(engine, &with), answer(engine, &plain));
            one.sort();
            other.sort();
            assert_eq!(one, other, "{kql}\n{}", with.text);
            let reads = with.text.contains("\"RawEventData\"");
            assert!(!allowed || !*without || !reads, "{kql} reads the document:\n{}", with.text);
        }
    }
}

#[test]
fn a_property_is_read_from_its_shadow() {
    let bench = Bench::new();
    let database = bench.folder.path().join("h.duckdb");
    load(&bench, &database, "a.jsonl", &lines(1200, &[]));
    let mut engine = open(&database);
    compared(&mut engine, true);
    let schema = engine.schema();
    let names: Vec<&str> = schema
        .table("CloudAppEvents")
        .expect("is there")
        .listed()
        .map(|column| column.name.as_str())
        .collect();
    assert!(names.iter().all(|name| !name.contains('.')), "{names:?}");
}

/// What JSON can say and a shadow cannot, or says in another way.
const ODD: &[&str] = &[
    r#"{"UserId":"","Size":null}"#,
    r#"{"UserId":"\u0041\u001b\"\\x","Size":1}"#,
    r#"{"UserId":"first","UserId":"second","Session":5,"Session":{"Id":"late"}}"#,
    r#"{"Target":null,"Rate":1e400,"Mixed":18446744073709551616,"Session":{"Id":null,"Kind":7}}"#,
    r#"{"Size":4294967299}"#,
    r#"{"UserId":"2026-05-01","Managed":null,"Session":null}"#,
    r#"{}"#,
    r#"[1,2]"#,
    r#"null"#,
    r#""text""#,
    r#"{"UserId":"a\ud800"}"#,
    r#"{"User\u0049d":"escaped"}"#,
    r#"{"Target":[{"ID":""},null,{"ID":null},{},5,[{"ID":"x"}],{"ID":"a","ID":"b"},{"ID":"\u001e\u0041"}]}"#,
    r#"{"Target":[],"Target":[{"ID":"late"}],"Names":null}"#,
];

/// And what makes a shadow useless.
const SPOILING: &[&str] = &[
    r#"{"UserId":7}"#,
    r#"{"Size":1.0}"#,
    r#"{"Managed":"true"}"#,
    r#"{"Session":{"Id":{"deep":1},"Kind":-0}}"#,
    r#"{"Size":9223372036854775808}"#,
    r#"{"Target":[{"ID":"z"},{"ID":7}],"Names":{"Name":"bag"}}"#,
    r#"{"Target":"text"}"#,
];

#[test]
fn odd_documents_are_read_right() {
    let odd: Vec<&str> = ODD.iter().chain(SPOILING).copied().collect();
    for count in [ODD.len(), odd.len()] {
        let bench = Bench::new();
        let database = bench.folder.path().join("h.duckdb");
        // Far behind the rows that the shadows are chosen from, and behind those that are there already.
        let (first, second) = (lines(1200, &[]), lines(700, &odd[..count]));
        load(&bench, &database, "a.jsonl", &first);
        load(&bench, &database, "b.jsonl", &second);
        let mut engine = open(&database);
        compared(&mut engine, false);
        let schema = engine.schema();
        let column = schema.table("CloudAppEvents").and_then(|table| table.column("RawEventData"));
        let trusts = column.expect("is there").shadows.iter().map(|shadow| shadow.trust);
        assert_eq!(trusts.clone().any(|trust| trust == Trust::None), count == odd.len());
        assert!(trusts.clone().any(|trust| trust == Trust::Part) || count == odd.len());
        assert!(trusts.clone().any(|trust| trust == Trust::Full));
    }
}

#[test]
fn rows_that_were_there_before_are_shadowed_too() {
    for odd in [&[][..], ODD, SPOILING] {
        let bench = Bench::new();
        let database = bench.folder.path().join("h.duckdb");
        // Too few rows to choose from.
        load(&bench, &database, "a.jsonl", &lines(100, odd));
        assert!(
            open(&database)
                .schema()
                .tables
                .iter()
                .all(|table| table.columns.iter().all(|column| column.shadows.is_empty()))
        );
        load(&bench, &database, "b.jsonl", &lines(900, &[]));
        compared(&mut open(&database), odd.is_empty());
    }
}

#[test]
fn rows_that_come_without_shadows_end_them() {
    let bench = Bench::new();
    let database = bench.folder.path().join("h.duckdb");
    load(&bench, &database, "a.jsonl", &lines(600, &[]));
    let mut store = Store::open(&database, &Options::default()).expect("opens");
    let mut buffer = kqlhunt::batch::Buffer::new(Type::Dynamic);
    if let kqlhunt::batch::Data::Text(texts) = &mut buffer.data {
        texts.push(r#"{"UserId":"other"}"#);
    }
    buffer.present();
    let batch = kqlhunt::batch::Batch { rows: 1, columns: vec![buffer] };
    store.append("CloudAppEvents", &["RawEventData"], &batch).expect("appends");
    let column = NewColumn {
        name: "rawEventData.UserId".into(),
        ty: Type::String,
        alias_of: None,
        unlisted: false,
        varied: false,
    };
    store.ensure_table("CloudAppEvents", &[column]).expect("a column of the name that a shadow has");
    store.finish().expect("finishes");
    compared(&mut open(&database), false);
}

/// Texts that nearly all differ are not compressed, of columns and of lists, and stay so in later loads. Ids are.
#[test]
fn varied_texts_are_stored_as_they_are() {
    let bench = Bench::new();
    let database = bench.folder.path().join("h.duckdb");
    let lines = |from: usize| {
        let line = |row: usize| {
            let (user, id) = (row % 9, row * 7919);
            format!(
                r#"{{"AccountId":"user{user}@contoso.com","ObjectId":"{id:032}","ReportId":"report {id}","RawEventData":{{"Id":"id {id}","Items":[{{"Name":"name {id}","Type":"File {user}"}},{{}}]}}}}"#
            )
        };
        (from..from + 3000).map(line).collect::<Vec<_>>().join("\n")
    };
    load(&bench, &database, "a.jsonl", &lines(0));
    load(&bench, &database, "b.jsonl", &lines(3000));
    let connection = duckdb::Connection::open(&database).expect("opens");
    let sql = "SELECT column_name, string_agg(DISTINCT compression) FROM pragma_storage_info('CloudAppEvents') \
        WHERE segment_type = 'VARCHAR' GROUP BY ALL";
    let mut statement = connection.prepare(sql).expect("a SELECT");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("runs");
    let compressions: HashMap<String, String> = rows.map(|row| row.expect("two texts")).collect();
    let plain = |column: &str| compressions[column] == "Uncompressed";
    let kept = ["ReportId", "RawEventData.Items[].Name"];
    let compressed =
        ["AccountId", "ObjectId", "RawEventData", "RawEventData.Id", "RawEventData.Items[].Type"];
    assert!(kept.into_iter().all(plain) && !compressed.into_iter().any(plain), "{compressions:?}");
}

/// Makes a database what an earlier kqlhunt would have left: without shadows in format 1, without lists in 2.
fn aged(database: &Path, format: i64) {
    let connection = duckdb::Connection::open(database).expect("opens");
    let kept = if format == 1 { "false" } else { "path NOT LIKE '%e:k%'" };
    let sql = format!("SELECT table_stored, stored FROM kqlhunt.shadows WHERE NOT ({kept})");
    let mut statement = connection.prepare(&sql).expect("a SELECT");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("runs");
    let dropped: Vec<(String, String)> = rows.map(|row| row.expect("two names")).collect();
    assert!(!dropped.is_empty());
    drop(statement);
    for (table, column) in dropped {
        connection
            .execute_batch(&format!("ALTER TABLE main.\"{table}\" DROP COLUMN \"{column}\""))
            .expect("drops");
    }
    let notes = if format == 1 {
        "DROP TABLE kqlhunt.shadows"
    } else {
        "DELETE FROM kqlhunt.shadows WHERE path LIKE '%e:k%'"
    };
    let meta = format!("UPDATE kqlhunt.meta SET value = {format} WHERE key = 'format'");
    connection.execute_batch(&format!("{notes}; {meta}; CHECKPOINT")).expect("notes");
}

#[test]
fn databases_of_earlier_formats_are_read_and_loaded_into() {
    for format in [1, 2] {
        let bench = Bench::new();
        let database = bench.folder.path().join("h.duckdb");
        load(&bench, &database, "a.jsonl", &lines(600, ODD));
        aged(&database, format);
        compared(&mut open(&database), false);
        load(&bench, &database, "b.jsonl", &lines(700, &[]));
        let mut engine = open(&database);
        compared(&mut engine, false);
        let schema = engine.schema();
        let rows = answer(&mut engine, &sql("CloudAppEvents | count", &schema));
        assert_eq!(rows, ["[Long(1300)]"]);
        let column = schema.table("CloudAppEvents").and_then(|table| table.column("RawEventData"));
        assert!(column.is_some_and(|column| column.shadows.iter().any(|shadow| shadow.trust != Trust::None)));
    }
}
