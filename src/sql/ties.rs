//! Rows that tie for being the greatest or least of their group, or the first of all.

use super::most::contended;
use crate::plan::{Pick, Picked};
use crate::types::Type;

/// How many groups have several rows with their best value. `keys` is a SELECT of so many columns of groups and, as
/// the last, of the value that decides, which is of this type; in it a null loses against all else.
pub fn ties(keys: &str, groups: usize, greatest: bool, ty: Type) -> String {
    let names: Vec<String> = (0..groups).map(|at| format!("g{at}")).collect();
    let groups = if names.is_empty() { "()".to_owned() } else { names.join(", ") };
    let columns: Vec<&str> = names.iter().map(String::as_str).chain(["k"]).collect();
    let (columns, best) = (columns.join(", "), if greatest { "max" } else { "min" });
    let key = contended("k", ty, greatest);
    // The two best of each group take a tenth of the time of a window over all values.
    format!(
        "SELECT count(*) FROM (SELECT {best}({key}, 2) AS best, count(k) AS known, count(*) AS n FROM ({keys}) AS \
         t({columns}) GROUP BY {groups}) WHERE best[1] = best[2] OR known = 0 AND n > 1"
    )
}

/// In how many groups there was a choice: more values than one, or more than a list or set holds. `keys` is a SELECT of
/// the keys of groups, then for each pick of the value, and of whether it counts where that is said.
pub fn choices(keys: &str, groups: usize, picks: &[Pick]) -> String {
    let names: Vec<String> = (0..groups).map(|at| format!("g{at}")).collect();
    let groups = if names.is_empty() { "()".to_owned() } else { names.join(", ") };
    let mut columns = names;
    let mut several = Vec::new();
    for (at, Pick { picked, conditional }) in picks.iter().enumerate() {
        columns.push(format!("k{at}"));
        let mut counts = Vec::new();
        if *conditional {
            columns.push(format!("c{at}"));
            counts.push(format!("c{at}"));
        }
        if let Picked::Any { text: true } = picked {
            counts.push(format!("k{at} <> ''"));
        }
        let counted = if counts.is_empty() {
            String::new()
        } else {
            format!(" FILTER (WHERE {})", counts.join(" AND "))
        };
        several.push(match picked {
            Picked::Any { .. } => format!("min(k{at}){counted} <> max(k{at}){counted}"),
            Picked::Set(most) => format!("count(DISTINCT k{at}){counted} > {most}"),
            Picked::List(most) => format!("count(*){counted} > {most}"),
        });
    }
    let (columns, several) = (columns.join(", "), several.join(" OR "));
    format!(
        "SELECT count(*) FROM (SELECT 1 FROM ({keys}) AS t({columns}) GROUP BY {groups} HAVING {several})"
    )
}

/// Whether the row after the first ones, in their order, is sorted where one of these is: `taken` and `more` are
/// SELECTs of what rows are sorted by, of those that are taken, and of one more.
pub fn ties_of_first(taken: &str, more: &str) -> String {
    format!(
        "WITH taken AS MATERIALIZED ({taken}) SELECT count(*) FROM ((({more}) EXCEPT ALL FROM taken) INTERSECT \
         FROM taken)"
    )
}
