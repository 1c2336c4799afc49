//! Kinds of render ("render operator" in the Kusto reference). Data only.

use super::Construct;

const DRAWN: &str = "Drawn in the workbench, and by `--format chart` and `--format svg`.";
const TABLE: &str = "Shown as the table.";

macro_rules! kinds {
    ($($name:literal, $doc:literal, $note:expr;)*) => {
        &[$(Construct {
            name: $name,
            aliases: &[],
            doc: $doc,
            note: $note,
            example: (
                concat!("range y from 1 to 3 step 1 | extend t = datetime(2026-05-14) + y * 1h | render ", $name),
                "1",
            ),
            refused: "",
            by_parts: false,
        }),*]
    };
}

pub static ROWS: &[Construct] = kinds![
    "timechart", "Lines over time, one for each series.", DRAWN;
    "linechart", "Lines over numbers or time.", DRAWN;
    "areachart", "Areas below lines.", DRAWN;
    "stackedareachart", "Areas on top of each other.", DRAWN;
    "scatterchart", "Points over numbers or time.", DRAWN;
    "anomalychart", "Lines over time, with anomalies marked.", DRAWN;
    "barchart", "Bars to the right, one for each row.", DRAWN;
    "columnchart", "Bars upwards, one for each row.", DRAWN;
    "piechart", "Shares of a whole, as bars.", DRAWN;
    "table", "The rows as they are.", TABLE;
    "list", "The rows, one value a line.", TABLE;
    "card", "The first row's values.", DRAWN;
    "ladderchart", "Spans between two times.", DRAWN;
    "timeline", "Points of time in order.", DRAWN;
    "timepivot", "Events over time, one line for each series.", DRAWN;
    "pivotchart", "A pivot table with a chart.", TABLE;
    "treemap", "Shares within shares.", DRAWN;
    "3Dchart", "A chart with a third axis.", TABLE;
    "plotly", "A chart that Plotly draws from JSON.", TABLE;
    "graph", "Nodes and edges of a graph.", TABLE;
    "sankey", "Flows between stages.", TABLE;
];
