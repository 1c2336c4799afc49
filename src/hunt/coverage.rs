//! Which of ATT&CK's techniques hunts are for, as far as they say so. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::attack::{self, TACTICS};
use super::pack::Hunt;

/// What is known of one hunt beside its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its tables are there and its text makes sense.
    pub runnable: bool,
    /// Whether it found rows, where it was run.
    pub hit: Option<bool>,
}

/// The hunts of one tactic and technique.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub rules: u64,
    pub runnable: u64,
    /// Rules that found something.
    pub hit: u64,
}

/// Cells by tactic and technique, in ATT&CK's order of tactics; what a hunt does not name is empty.
pub fn cells<'h>(hunts: impl Iterator<Item = (&'h Hunt, Standing)>) -> Vec<Placed> {
    let mut found: BTreeMap<(usize, String, String), Cell> = BTreeMap::new();
    for (hunt, standing) in hunts {
        for (tactic, technique) in places(hunt) {
            let order = TACTICS.iter().position(|known| *known == tactic).unwrap_or(TACTICS.len());
            found.entry((order, tactic, technique)).or_default().add(standing);
        }
    }
    found.into_iter().map(|((_, tactic, technique), cell)| ((tactic, technique), cell)).collect()
}

/// Where a hunt stands: each technique below those of the hunt's tactics that ATT&CK has it in, below all that it is in
/// when there are none, and below all of the hunt's when ATT&CK does not know it. A tactic for which no technique is
/// named stands alone.
pub fn places(hunt: &Hunt) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for technique in &hunt.techniques {
        let known = attack::find(technique).map(|known| known.tactics.as_slice()).unwrap_or_default();
        let both: Vec<&str> =
            known.iter().filter(|tactic| hunt.tactics.iter().any(|own| own == *tactic)).copied().collect();
        let of_hunt = hunt.tactics.iter().map(String::as_str);
        let tactics: Vec<&str> = match (known.is_empty(), both.is_empty()) {
            (false, false) => both,
            (false, true) => known.to_vec(),
            (true, _) if hunt.tactics.is_empty() => vec![""],
            (true, _) => of_hunt.collect(),
        };
        found.extend(tactics.into_iter().map(|tactic| (tactic.to_owned(), technique.clone())));
    }
    for tactic in &hunt.tactics {
        if !found.iter().any(|(known, _)| known == tactic) {
            found.insert((tactic.clone(), String::new()));
        }
    }
    if found.is_empty() {
        found.insert(Default::default());
    }
    found
}

/// The techniques of a tactic that none of these is, or is a part of.
fn gaps(tactic: &str, covered: &BTreeSet<&str>) -> Vec<&'static str> {
    of_tactic(tactic).filter(|id| !covered.contains(id)).collect()
}

/// The techniques of a tactic, without sub-techniques.
pub fn of_tactic(tactic: &str) -> impl Iterator<Item = &'static str> {
    let all = attack::techniques().iter();
    all.filter(move |one| one.is_main() && one.tactics.contains(&tactic)).map(|one| one.id)
}

/// A cell of a tactic and a technique.
pub type Placed = ((String, String), Cell);

/// The cells, and behind those of each tactic of ATT&CK its techniques for which there is no hunt, of whatever tactic.
pub fn with_gaps(cells: Vec<Placed>) -> Vec<Placed> {
    let covered: BTreeSet<String> =
        cells.iter().map(|((_, technique), _)| attack::main(technique).to_owned()).collect();
    let covered: BTreeSet<&str> = covered.iter().map(String::as_str).collect();
    let (known, others): (Vec<Placed>, Vec<Placed>) =
        cells.into_iter().partition(|((tactic, _), _)| TACTICS.contains(&tactic.as_str()));
    let mut all = Vec::new();
    for tactic in TACTICS {
        let own = || known.iter().filter(|((of, _), _)| of == tactic);
        all.extend(own().cloned());
        let open = gaps(tactic, &covered);
        all.extend(open.into_iter().map(|id| ((String::from(*tactic), String::from(id)), Cell::default())));
    }
    all.extend(others);
    all
}

/// How many of ATT&CK's techniques hunts are for, by their sub-techniques too, and how many there are.
pub fn covered<'h>(hunts: impl Iterator<Item = &'h Hunt>) -> (usize, usize) {
    let named = hunts.flat_map(|hunt| &hunt.techniques).map(|technique| attack::main(technique));
    let named: BTreeSet<&str> = named.filter(|technique| attack::find(technique).is_some()).collect();
    (named.len(), attack::techniques().iter().filter(|one| one.is_main()).count())
}

impl Cell {
    fn add(&mut self, standing: Standing) {
        self.rules += 1;
        self.runnable += u64::from(standing.runnable);
        self.hit += u64::from(standing.hit == Some(true));
    }
}

/// A layer for ATT&CK Navigator (layer format 4.5). A technique's score is the number of its runnable hunts; it is not
/// bound to a tactic, since hunts do not say which of theirs it is for. With `gaps` techniques that no hunt is for are in
/// it too, in a color of their own.
pub fn navigator<'h>(hunts: impl Iterator<Item = (&'h Hunt, Standing)>, gaps: bool) -> Json {
    let mut by_technique: BTreeMap<&str, (Cell, Vec<&str>)> = BTreeMap::new();
    let mut run = false;
    for (hunt, standing) in hunts {
        run |= standing.hit.is_some();
        for technique in &hunt.techniques {
            let (cell, names) = by_technique.entry(technique).or_default();
            cell.add(standing);
            names.push(&hunt.name);
        }
    }
    let most = by_technique.values().map(|(cell, _)| cell.runnable).max().unwrap_or(0).max(1);
    let technique = |(id, (cell, names)): (&&str, &(Cell, Vec<&str>))| {
        // Of rules that were not run nobody knows what they would find.
        let counts = [("rules", cell.rules), ("runnable", cell.runnable), ("rules with hits", cell.hit)];
        let told = counts.into_iter().take(if run { 3 } else { 2 });
        let metadata = told.map(|(name, count)| json!({ "name": name, "value": count.to_string() }));
        json!({
            "techniqueID": id,
            "score": cell.runnable,
            "enabled": true,
            "comment": names.join("\n"),
            "metadata": metadata.collect::<Vec<_>>(),
            "showSubtechniques": id.contains('.'),
        })
    };
    let mut techniques: Vec<Json> = by_technique.iter().map(technique).collect();
    if gaps {
        let covered = by_technique.keys().map(|technique| attack::main(technique)).collect();
        let open: BTreeSet<&str> = TACTICS.iter().flat_map(|tactic| self::gaps(tactic, &covered)).collect();
        techniques.extend(open.into_iter().map(gap));
    }
    let attack = attack::version().split('.').next().unwrap_or_default();
    json!({
        "name": "kqlhunt coverage",
        "versions": { "attack": attack, "layer": "4.5", "navigator": "5.0.0" },
        "domain": "enterprise-attack",
        "description": "Score: hunts that can be run on the tables that are there.",
        "techniques": techniques,
        "gradient": { "colors": ["#ffffff", "#66b1ff"], "minValue": 0, "maxValue": most },
        "hideDisabled": false,
    })
}

/// A technique that no hunt is for.
fn gap(id: &str) -> Json {
    json!({ "techniqueID": id, "color": "#ffd9d9", "enabled": true, "comment": "no hunt", "showSubtechniques": false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunts() -> [(Hunt, Standing); 3] {
        let hunt = |name: &str, tactics: &[&str], techniques: &[&str]| Hunt {
            name: name.into(),
            tactics: tactics.iter().map(|tactic| (*tactic).into()).collect(),
            techniques: techniques.iter().map(|technique| (*technique).into()).collect(),
            ..Hunt::default()
        };
        [
            (
                hunt("a", &["Impact", "InitialAccess"], &["T1566"]),
                Standing { runnable: true, hit: Some(true) },
            ),
            (hunt("b", &["InitialAccess"], &["T1566", "T1078.004"]), Standing::default()),
            (hunt("c", &[], &[]), Standing { runnable: true, hit: Some(false) }),
        ]
    }

    #[test]
    fn a_technique_stands_below_its_own_tactics() {
        let hunts = hunts();
        let told: Vec<_> = cells(hunts.iter().map(|(hunt, standing)| (hunt, *standing)))
            .into_iter()
            .map(|((tactic, technique), cell)| (tactic, technique, cell.rules, cell.runnable, cell.hit))
            .collect();
        let row = |tactic: &str, technique: &str, rules, runnable, hit| {
            (tactic.into(), technique.into(), rules, runnable, hit)
        };
        assert_eq!(
            told,
            [
                row("InitialAccess", "T1078.004", 1, 0, 0),
                row("InitialAccess", "T1566", 2, 1, 1),
                row("Impact", "", 1, 1, 1),
                row("", "", 1, 1, 0),
            ]
        );
    }

    #[test]
    fn what_only_one_side_knows_is_not_lost() {
        let stands = |tactics: &[&str], techniques: &[&str]| {
            let words = |words: &[&str]| words.iter().map(|word| (*word).into()).collect();
            let hunt = Hunt { tactics: words(tactics), techniques: words(techniques), ..Hunt::default() };
            places(&hunt)
                .into_iter()
                .map(|(tactic, technique)| format!("{tactic} {technique}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(stands(&[], &["T1530"]), ["Collection T1530"]);
        assert_eq!(stands(&["Impact"], &["T1530"]), ["Collection T1530", "Impact "]);
        assert_eq!(stands(&["Impact", "Ours"], &["T0000"]), ["Impact T0000", "Ours T0000"]);
        assert_eq!(stands(&[], &["T0000"]), [" T0000"]);
        assert_eq!(stands(&[], &[]), [" "]);
    }

    #[test]
    fn gaps_are_techniques_without_a_hunt() {
        let open = gaps("InitialAccess", &BTreeSet::from(["T1078", "T1566"]));
        assert!(open.contains(&"T1190") && !open.contains(&"T1078") && !open.contains(&"T1566"), "{open:?}");
        assert!(open.iter().all(|id| !id.contains('.')));
        let hunts = hunts();
        let all = with_gaps(cells(hunts.iter().map(|(hunt, standing)| (hunt, *standing))));
        let open = |id: &str| all.iter().any(|((_, technique), cell)| technique == id && cell.rules == 0);
        assert!(open("T1190") && !open("T1078") && !open("T1566"), "not below another tactic either");
        let (some, all) = covered(hunts.iter().map(|(hunt, _)| hunt));
        assert!(some == 2 && all > 200, "{some} of {all}");
        let layer = navigator(hunts.iter().map(|(hunt, standing)| (hunt, *standing)), true);
        // T1078.004 in place of T1078, and T1566.
        assert_eq!(layer["techniques"].as_array().unwrap().len(), all);
    }

    #[test]
    fn a_layer_tells_of_hits_only_where_rules_were_run() {
        let names = |hunts: &[(Hunt, Standing)]| {
            let layer = navigator(hunts.iter().map(|(hunt, standing)| (hunt, *standing)), false);
            let told = layer["techniques"][0]["metadata"].as_array().unwrap();
            told.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let run = hunts();
        let unrun = hunts().map(|(hunt, standing)| (hunt, Standing { hit: None, ..standing }));
        assert_eq!(names(&run), ["rules", "runnable", "rules with hits"]);
        assert_eq!(names(&unrun), ["rules", "runnable"]);
    }

    #[test]
    fn a_layer_scores_what_can_be_run() {
        let hunts = hunts();
        let layer = navigator(hunts.iter().map(|(hunt, standing)| (hunt, *standing)), false);
        let scores: Vec<_> = layer["techniques"]
            .as_array()
            .unwrap()
            .iter()
            .map(|technique| {
                (technique["techniqueID"].as_str().unwrap(), technique["score"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(scores, [("T1078.004", 0), ("T1566", 1)]);
        assert_eq!(
            (layer["domain"].as_str(), layer["gradient"]["maxValue"].as_u64()),
            (Some("enterprise-attack"), Some(1))
        );
    }
}
