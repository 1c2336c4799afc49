//! The line is lost in the middle of each thing that the workbench does: it ends at once, and the next start has
//! what was typed, where that is still on the screen or not.

use super::{CTRL_O, ENDLESS, F3, F5, F9};
use crate::terminal::{Setup, Terminal};

/// What is done until the line is lost: keys, and what the screen then has.
type Steps = &'static [(&'static str, &'static str)];

const MANY: &str = "range N from 1 to 400000 step 1 | extend A = strcat('a', N), B = N * 2";
const HITS: &str =
    "OfficeActivity | where ClientIP == '203.0.113.45' | summarize Events = count() by UserId, ClientIP";
const CHART: &str =
    "OfficeActivity | summarize Events = count() by bin(TimeGenerated, 1d) | render timechart";

const PHASES: &[(&str, &str, Steps)] = &[
    ("opening", "print 5", &[]),
    ("typing a value", "OfficeActivity | where UserId == 'ana", &[]),
    ("running", ENDLESS, &[(F5, "Ctrl-C stops it")]),
    ("a popup", "print 6", &[(F3, "Shipped hunts")]),
    ("asked for a parameter", "print {Name}", &[(F5, "Parameters")]),
    ("a record", "OfficeActivity | take 1", &[(F5, "1 row "), (CTRL_O, "row 1/1"), ("z", "Record")]),
    ("a chart", CHART, &[(F5, "max "), ("\x1b[17~", "row 1/"), ("\x1b[17~", "B brush")]),
    ("stepping", HITS, &[(F5, "rows "), (F9, "Hit 1/")]),
    ("sweeping", "print 7", &[(CTRL_O, "print 7"), (":sweep 30\r", "Sweep  4 hunts")]),
    ("exporting", MANY, &[(F5, "400,000 rows"), (CTRL_O, "row 1/"), (":export many.csv\r", "row 1/")]),
];

#[test]
fn the_line_is_lost_in_every_phase() {
    for (at, (phase, text, steps)) in PHASES.iter().enumerate() {
        // Every other time as under nohup, where no signal tells of it.
        let ignore_hang_up = at % 2 == 1;
        let setup = Setup { ignore_hang_up, size: (120, 40), ..Setup::default() };
        let mut terminal = if *phase == "opening" { Terminal::start(setup) } else { Terminal::ready(setup) };
        terminal.wait(" RUN");
        terminal.send(text);
        let end: String = text.chars().skip(text.chars().count().saturating_sub(20)).collect();
        terminal.wait(&end);
        for (keys, shown) in *steps {
            terminal.send(keys);
            terminal.wait(shown);
        }
        terminal.hang_up();
        terminal.end();
        let exported = terminal.file("many.csv");
        let whole = std::fs::read_to_string(&exported).map_or(400_001, |text| text.lines().count());
        assert_eq!(whole, 400_001, "{phase}: half a file");
        let home = terminal.home.clone();
        let mut again = Terminal::ready(Setup { home: Some(home), size: (120, 40), ..Setup::default() });
        again.wait_until(phase, |screen| screen.contains("link lost") && screen.contains(&end));
        again.send("\x11");
        assert_eq!(again.end().exit_code(), 0, "{phase}");
    }
}
