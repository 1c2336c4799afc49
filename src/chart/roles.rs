//! Which column is what: the axis, the series' names, the values ("render operator", how to render continuous
//! data). What the query does not say is the first column that works.

use super::array::{self, Holds};
use crate::catalog::charts::{Across, Form, Kind};
use crate::facts::Render;
use crate::types::{ColumnType, Type};
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    pub x: usize,
    pub names: Vec<usize>,
    pub values: Vec<usize>,
    pub anomalies: Vec<usize>,
}

impl Roles {
    /// The error says why there is no chart: one sentence, lower case.
    pub fn of(
        kind: &Kind,
        columns: &[ColumnType],
        rows: &[Vec<Value>],
        render: &Render,
    ) -> Result<Roles, String> {
        let asked = |property: &str| asked(columns, render, property);
        let (values, names) = (asked("ycolumns")?, asked("series")?);
        let anomalies = match kind.name == "anomalychart" {
            true => asked("anomalycolumns")?.unwrap_or_default(),
            false => Vec::new(),
        };
        let free = |x: usize, at: &usize| {
            let named = |list: &Option<Vec<usize>>| list.as_ref().is_some_and(|list| list.contains(at));
            *at != x && !anomalies.contains(at) && !named(&names) && !named(&values)
        };
        let values_beside = |x: usize| -> Vec<usize> {
            let arrays = array::holds(rows, x).is_some();
            let draws = |at: &usize| match columns[*at].ty {
                Type::Dynamic => arrays && array::holds(rows, *at) == Some(Holds::Numbers),
                ty => ty.numeric() && !arrays,
            };
            let found: Vec<_> = (0..columns.len()).filter(|at| free(x, at)).collect();
            let numbers: Vec<_> = found.iter().copied().filter(draws).collect();
            match numbers.is_empty() {
                true => found.into_iter().filter(|at| columns[*at].ty == Type::Timespan).collect(),
                false => numbers,
            }
        };
        let candidates = match asked("xcolumn")? {
            Some(found) => found.into_iter().take(1).collect(),
            None => axes(kind, columns, rows)
                .into_iter()
                .filter(|at| [&names, &values].iter().all(|list| !list.iter().flatten().any(|one| one == at)))
                .collect::<Vec<_>>(),
        };
        let needs = match kind.across {
            Across::Time => "needs a datetime column",
            Across::Continuous | Across::First => "needs a column for its axis",
        };
        let first = *candidates.first().ok_or_else(|| format!("a {} {needs}", kind.name))?;
        let works = |at: &usize| values.is_some() || !values_beside(*at).is_empty();
        let x = candidates.into_iter().find(works).unwrap_or(first);
        let values = values.clone().unwrap_or_else(|| values_beside(x));
        if values.is_empty() && kind.form != Form::Lane {
            return Err(format!("a {} needs a column of numbers beside its axis", kind.name));
        }
        let names = names.clone().unwrap_or_else(|| {
            let text = |at: &usize| matches!(columns[*at].ty, Type::String | Type::Guid | Type::Bool);
            (0..columns.len()).filter(|at| free(x, at) && !values.contains(at)).filter(text).collect()
        });
        Ok(Roles { x, names, values, anomalies })
    }
}

/// The columns that a property lists.
pub fn asked(columns: &[ColumnType], render: &Render, property: &str) -> Result<Option<Vec<usize>>, String> {
    let Some(names) = render.property(property) else { return Ok(None) };
    // A name may have a comma in it.
    if let Some(at) = columns.iter().position(|column| column.name == names) {
        return Ok(Some(vec![at]));
    }
    let find = |name: &str| {
        let found = columns.iter().position(|column| column.name == name);
        found.ok_or_else(|| format!("the result has no column '{name}' to draw"))
    };
    names.split(',').map(|name| find(name.trim())).collect::<Result<_, _>>().map(Some)
}

/// The columns that can be the axis, the likeliest first.
fn axes(kind: &Kind, columns: &[ColumnType], rows: &[Vec<Value>]) -> Vec<usize> {
    let of_type = |fits: fn(Type) -> bool| (0..columns.len()).filter(move |at| fits(columns[*at].ty));
    let of_arrays = |wanted: Holds| {
        let dynamic = of_type(|ty| ty == Type::Dynamic);
        dynamic.filter(move |at| array::holds(rows, *at) == Some(wanted))
    };
    let times = of_type(|ty| ty == Type::Datetime).chain(of_arrays(Holds::Times));
    match kind.across {
        Across::Time => times.collect(),
        Across::Continuous => {
            let scalar = of_type(|ty| ty == Type::Datetime || ty.numeric() || ty == Type::Timespan);
            let arrays = of_arrays(Holds::Times).chain(scalar).chain(of_arrays(Holds::Numbers));
            arrays.chain(of_type(|_| true)).collect()
        }
        Across::First => {
            let text = of_type(|ty| matches!(ty, Type::String | Type::Guid | Type::Datetime | Type::Bool));
            (0..columns.len().min(1)).chain(text).chain(of_arrays(Holds::Times)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::charts::kind_of;

    fn roles(kind: &str, columns: &[(&str, Type)], properties: &[(&str, &str)]) -> Result<Roles, String> {
        let columns: Vec<_> = columns.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect();
        let properties = properties.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        let render = Render { kind: kind.into(), properties: properties.collect() };
        Roles::of(kind_of(kind).expect("is a kind"), &columns, &[], &render)
    }

    const COLUMNS: &[(&str, Type)] = &[
        ("User", Type::String),
        ("Seen", Type::Datetime),
        ("Hits", Type::Long),
        ("Share", Type::Real),
        ("Took", Type::Timespan),
    ];

    #[test]
    fn the_first_column_that_works_is_the_axis() {
        let found = |kind| roles(kind, COLUMNS, &[]).expect("works");
        assert_eq!((found("timechart").x, found("linechart").x, found("barchart").x), (1, 1, 0));
        assert_eq!(found("timechart").names, [0]);
        assert_eq!(found("timechart").values, [2, 3]);
        let counted = [("count_", Type::Long), ("Seen", Type::Datetime)];
        assert_eq!(roles("linechart", &counted, &[]).expect("works").x, 1);
        assert_eq!(roles("barchart", &counted, &[]).expect("works").x, 1);
        let pairs = [("a", Type::Long), ("b", Type::Long)];
        assert_eq!(roles("scatterchart", &pairs, &[]).expect("works").values, [1]);
        let took = [("User", Type::String), ("Took", Type::Timespan)];
        assert_eq!(roles("barchart", &took, &[]).expect("works").values, [1]);
    }

    #[test]
    fn properties_win() {
        let asked = [("xcolumn", "User"), ("ycolumns", "Share, Hits"), ("series", "Seen")];
        let found = roles("columnchart", COLUMNS, &asked).expect("works");
        assert_eq!((found.x, found.values, found.names), (0, vec![3, 2], vec![1]));
        let anomalies = roles("anomalychart", COLUMNS, &[("anomalycolumns", "Share")]).expect("works");
        assert_eq!((anomalies.values, anomalies.anomalies), (vec![2], vec![3]));
    }

    #[test]
    fn what_cannot_be_drawn_says_why() {
        let text = [("User", Type::String)];
        assert_eq!(roles("timechart", &text, &[]).unwrap_err(), "a timechart needs a datetime column");
        assert!(roles("piechart", &text, &[]).unwrap_err().contains("column of numbers"));
        assert!(roles("piechart", COLUMNS, &[("ycolumns", "Nope")]).unwrap_err().contains("'Nope'"));
        assert!(roles("piechart", &[], &[]).is_err());
    }
}
