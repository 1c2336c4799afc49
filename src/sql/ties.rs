//! Rows that tie for being the greatest or least of their group.

/// How many groups have several rows with their best value. `keys` is a SELECT of so many columns of groups and, as
/// the last, of the value that decides; in it a null loses against all else.
pub fn ties(keys: &str, groups: usize, greatest: bool) -> String {
    let names: Vec<String> = (0..groups).map(|at| format!("g{at}")).collect();
    let part = if names.is_empty() { String::new() } else { format!("PARTITION BY {}", names.join(", ")) };
    let columns: Vec<&str> = names.iter().map(String::as_str).chain(["k"]).collect();
    let (columns, best) = (columns.join(", "), if greatest { "max" } else { "min" });
    format!(
        "SELECT count(*) FROM (SELECT count(*) AS n, k, {best}(k) OVER ({part}) AS best FROM ({keys}) AS t({columns}) \
         GROUP BY {columns}) WHERE n > 1 AND k IS NOT DISTINCT FROM best"
    )
}
