//! Tabular operators ("Tabular operators" in the Kusto reference). Data only.

use super::{Construct, row};

const GRAPH: &str = "Follow edges with join, one join for each step.";

pub static ROWS: &[Construct] = &[
    row("as", "Names the rows so far, for union and join further on.", ("range x from 1 to 2 step 1 | as T | union withsource=From T | distinct From | top 1 by From asc", "T")),
    row("assert-schema", "Fails where the columns are not these.", ("print x = 1 | assert-schema (x:long)", "1")),
    row("consume", "Reads all rows and gives none of them.", ("range x from 1 to 5 step 1 | consume", "")),
    row("count", "The number of rows, as Count.", ("range x from 1 to 5 step 1 | count", "5")).by_parts(),
    row("datatable", "Rows that are written in the query.", ("datatable(User:string)['ann']", "ann")),
    row("distinct", "Each different row of the columns once.", ("datatable(u:string)['a', 'a'] | distinct u | count", "1")).by_parts(),
    row("evaluate", "Runs a plugin.", ("print d = dynamic({'a': 7}) | evaluate bag_unpack(d) : (a:long)", "7"))
        .note("Plugins have a table of their own below."),
    row("extend", "Adds columns, or replaces them.", ("print n = 3 | extend n = n * 2", "6"))
        .note("Each assignment sees the columns as they were before the operator.").by_parts(),
    row("externaldata", "Rows of a file.", ("externaldata(Ip:string)['https://example.com/bad.csv'] with(format='csv')", ""))
        .also(&["external_data"]),
    row(
        "facet",
        "One table of counts for each column, and the rows of a subquery.",
        ("datatable(u:string)['a', 'a', 'b'] | facet by u", "a"),
    ),
    row(
        "find",
        "Rows of many tables that a condition holds for.",
        ("find in (OfficeActivity) where UserId == 'nobody' | count", "0"),
    ),
    row(
        "fork",
        "Several results of the same rows.",
        ("range x from 1 to 3 step 1 | fork (count) (top 1 by x)", "3"),
    ),
    row("getschema", "The columns and their types.", ("print x = 1 | getschema | project ColumnType", "long")),
    row("graph-mark-components", "Numbers the connected parts of a graph.", ("print a = 1 | graph-mark-components", "")).refused(GRAPH),
    row("graph-match", "Finds patterns in a graph.", ("print a = 1 | graph-match (a)", "")).refused(GRAPH),
    row("graph-shortest-paths", "Finds the shortest paths in a graph.", ("print a = 1 | graph-shortest-paths (a)", "")).refused(GRAPH),
    row("graph-to-table", "Gives the nodes or edges of a graph as rows.", ("print a = 1 | graph-to-table nodes", "")).refused(GRAPH),
    row("graph-where-edges", "Keeps the edges that a condition holds for.", ("print a = 1 | graph-where-edges true", "")).refused(GRAPH),
    row("graph-where-nodes", "Keeps the nodes that a condition holds for.", ("print a = 1 | graph-where-nodes true", "")).refused(GRAPH),
    row("inline_external_table", "Rows of files in a store.", ("inline_external_table (x:long) kind=storage (h'a')", ""))
        .refused("Load the file with kqlhunt ingest --table NAME FILE and query that table."),
    row("invoke", "Calls a function with the rows as its first argument.", ("let twice = (T:(n:long)) { T | extend n = n * 2 }; print n = 4 | invoke twice()", "8")),
    row("join", "Puts together rows of two tables that share keys.", ("datatable(k:long)[1] | join kind=inner (datatable(k:long, v:string)[1, 'x']) on k | project v", "x"))
        .note("Without a kind it is innerunique. Null keys meet."),
    row("lookup", "Adds the columns of a smaller table by key.", ("datatable(k:long)[1] | lookup (datatable(k:long, v:string)[1, 'x']) on k | project v", "x")),
    row("macro-expand", "Runs a query for each member of an entity group.", ("macro-expand G as X (X.T)", ""))
        .refused("Write the parts out and put them together with union."),
    row("make-graph", "Makes a graph of edges.", ("print a = 1, b = 2 | make-graph a --> b", "")).refused(GRAPH),
    row("make-series", "Values over an axis as arrays, with a default for what is missing.", ("print t = datetime(2026-05-14) | make-series n = count() on t from datetime(2026-05-13) to datetime(2026-05-15) step 1d", "[0,1]")).by_parts(),
    row("materialized-view-combine", "Joins a view with what came after it.", ("materialized-view-combine ('V') base (T) delta (T) aggregates (count())", ""))
        .refused("Query the table itself."),
    row("mv-apply", "Runs a subquery over the elements of each row's array.", ("print d = dynamic([3, 5]) | mv-apply n = d to typeof(long) on (summarize sum(n)) | project sum_n", "8"))
        .also(&["mvapply"]).by_parts(),
    row("mv-expand", "One row for each element of an array or bag.", ("print d = dynamic(['a', 'b']) | mv-expand d to typeof(string)", "a"))
        .also(&["mvexpand"])
        .note("A null array is one row of null, an empty one is no row. mvexpand takes 128 elements of each row.").by_parts(),
    row("parse", "Columns out of text, by a pattern.", ("print 'user=ann id=7' | parse print_0 with 'user=' User ' id=' Id:long | project User", "ann")).by_parts(),
    row("parse-kv", "Columns out of text made of keys and values.", ("print t = 'user=ann;id=7' | parse-kv t as (user:string, id:long) with (pair_delimiter=';', kv_delimiter='=') | project id", "7")).by_parts(),
    row("parse-where", "Columns out of text, by a pattern, of the rows that match.", ("datatable(t:string)['id=7', 'none'] | parse-where t with 'id=' Id:long | project Id", "7")).by_parts(),
    row("partition", "Runs a subquery for each value of a column.", ("datatable(u:string, n:long)['a', 1, 'a', 5] | partition by u (top 1 by n) | project n", "5")),
    row("print", "One row of expressions.", ("print 6 * 7", "42")),
    row("project", "Just these columns.", ("print a = 1, b = 'x' | project b", "x")).by_parts(),
    row("project-away", "All columns but these.", ("print a = 1, b = 'x' | project-away a", "x")).by_parts(),
    row("project-by-names", "The columns that a list of names or an array gives.", ("print a = 1, b = 'x' | project-by-names 'b'", "x")).by_parts(),
    row("project-keep", "Just these columns, in their old order.", ("print a = 1, b = 'x', c1 = 2 | project-keep c*, b", "x")).by_parts(),
    row("project-rename", "New names for columns.", ("print a = 1 | project-rename n = a", "1")).by_parts(),
    row("project-reorder", "These columns first, in an order.", ("print a = 1, b = 'x' | project-reorder b", "x")).by_parts(),
    row("range", "Numbers or times in even steps.", ("range x from 1 to 5 step 2 | count", "3")),
    row("reduce", "Groups texts that look alike.", ("print t = 'login failed' | reduce by t", "login failed"))
        .note("By the published algorithm; a warning says that Kusto's own patterns may differ."),
    row("render", "Says which chart to draw; the rows stay as they are.", ("print x = 1 | render table", "1")),
    row("sample", "Some rows.", ("range x from 1 to 9 step 1 | sample 3 | count", "3")).by_parts(),
    row("sample-distinct", "Some different values of a column.", ("range x from 1 to 9 step 1 | sample-distinct 3 of x | count", "3")).by_parts(),
    row("scan", "Walks through the rows in order and matches steps of a sequence.", ("range x from 1 to 3 step 1 | scan declare (s:long = 0) with (step a: true => s = x + a.s;) | top 1 by x | project s", "6")).by_parts(),
    row("search", "Rows of many tables that hold a term.", ("search in (OfficeActivity) 'nobody' | count", "0")),
    row("serialize", "Keeps the rows in their order, for window functions.", ("datatable(n:long)[5, 7] | serialize p = prev(n) | top 1 by n | project p", "5")).by_parts(),
    row("sort", "Orders the rows, from the greatest down unless told otherwise.", ("datatable(n:long)[5, 7] | sort by n", "7"))
        .also(&["order"]).by_parts(),
    row("summarize", "Aggregates over groups of rows.", ("datatable(u:string, n:long)['a', 1, 'a', 5] | summarize sum(n) by u | project sum_n", "6")).by_parts(),
    row("take", "Some rows, the first ones of rows in an order.", ("range x from 1 to 5 step 1 | take 2 | count", "2"))
        .also(&["limit"]).by_parts(),
    row("top", "The first rows in an order.", ("datatable(n:long)[5, 7] | top 1 by n", "7")).by_parts(),
    row("top-hitters", "The most frequent values.", ("datatable(u:string)['a', 'b', 'b'] | top-hitters 1 of u | project u", "b"))
        .note("Kusto estimates the counts; here they are exact.").by_parts(),
    row("top-nested", "The greatest groups, and the greatest in each of them.", ("datatable(u:string, n:long)['a', 1, 'b', 5] | top-nested 1 of u by sum(n)", "b")),
    row("union", "The rows of several tables, columns by name.", ("print x = 1 | union (print x = 2) | count", "2"))
        .note("A name with several types becomes a column of each."),
    row("where", "The rows that a condition holds for.", ("range x from 1 to 5 step 1 | where x > 4", "5")).also(&["filter"]).by_parts(),
];
