//! Functions that SQL cannot say exactly: one pure Rust function a row, registered in DuckDB by
//! `engine::ffi`. Knows values only; no DuckDB, no plan. `cargo test --no-default-features` runs them.

pub mod address;
pub mod among;
pub mod array;
pub mod bag;
pub mod beta;
pub mod collect;
pub mod convert;
pub mod datetime;
pub mod decimal;
pub mod different;
pub mod distinct;
pub mod dynamic;
pub mod encode;
pub mod fold;
pub mod format;
pub mod geo;
pub mod geohash;
pub mod hash;
pub mod json;
pub mod math;
mod memo;
pub mod net;
pub mod observable;
pub mod operand;
pub mod packed;
pub mod pairs;
pub mod parse;
pub mod pattern;
pub mod percentile;
pub mod punycode;
pub mod range;
pub mod real;
pub mod reduce;
pub mod regexes;
pub mod series;
pub mod set;
pub mod shape;
pub mod sort;
pub mod sphere;
pub mod spread;
pub mod terms;
pub mod text;
pub mod units;
pub mod unixtime;
pub mod user_agent;
mod wide;
pub mod xml;
pub mod zone;

use crate::quick::QuickMap;
use std::rc::Rc;
use std::sync::LazyLock;

/// The physical type of a kernel's argument or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phys {
    Bool,
    Int,
    Long,
    /// 128 bits, as DuckDB's sums of BIGINT are.
    Huge,
    Real,
    /// VARCHAR: strings, dynamic (JSON text), guid and decimal.
    Text,
    /// VARCHAR[]: what `list(...)` collects, for aggregates. As a result: see [`items`].
    Texts,
}

/// One value on its way in or out. `Null` is SQL's NULL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Huge(i128),
    Real(f64),
    Text(&'a str),
    Texts(&'a [Option<&'a str>]),
    /// Out only: the query fails with this message (lower case, no full stop, user text quoted).
    /// The engine raises it; it never becomes a value.
    Error(&'a str),
}

/// What becomes of a row with a NULL argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// The result is NULL and the function is not called.
    Propagate,
    /// The function is called and decides.
    Handle,
}

/// Computes one row. A text result is written into `out` (which comes empty) and returned as
/// `Cell::Text(out)`, or is a slice of an argument. So is the message of `Cell::Error`: see [`fail`].
pub type RowFn = for<'a> fn(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a>;

/// One function that the engine registers under `name`.
pub struct Kernel {
    /// The name in SQL, `kql_` first.
    pub name: &'static str,
    pub params: &'static [Phys],
    /// Set when any number of further arguments of this type may follow `params`.
    pub rest: Option<Phys>,
    pub returns: Phys,
    pub nulls: Nulls,
    /// Called for every row even when the arguments are equal (`rand`, `new_guid`).
    pub volatile: bool,
    /// It runs where its result is needed, not when a query is compiled: the result is larger than the arguments
    /// by far, or depends on a file that is in force.
    pub late: bool,
    /// `Some(false)`: it never gives a [`Cell::Error`], so that DuckDB may also call it for rows that a filter
    /// drops. What says nothing is taken as fallible.
    pub fallible: Option<bool>,
    pub run: RowFn,
    /// What Kusto computes for constants, where that is something else than `run` gives for rows.
    pub constant: Option<RowFn>,
    /// For a text that varies and further arguments that are the same for many rows: what `run` gives,
    /// without looking at those for each of them.
    pub prepare: Option<Prepare>,
}

/// Takes the arguments after the first, none of them NULL; may keep what it made for the next time.
pub type Prepare = fn(rest: &[Cell<'_>]) -> Option<Rc<dyn Test>>;

/// What a kernel gives for a text, its other arguments known.
pub trait Test {
    fn test(&self, text: &str) -> Cell<'static>;
}

/// A kernel that gives NULL for NULL.
pub const fn strict(name: &'static str, params: &'static [Phys], returns: Phys, run: RowFn) -> Kernel {
    Kernel {
        name,
        params,
        rest: None,
        returns,
        nulls: Nulls::Propagate,
        volatile: false,
        late: false,
        fallible: None,
        run,
        constant: None,
        prepare: None,
    }
}

/// A kernel that sees NULLs.
pub const fn lenient(name: &'static str, params: &'static [Phys], returns: Phys, run: RowFn) -> Kernel {
    Kernel { nulls: Nulls::Handle, ..strict(name, params, returns, run) }
}

/// Kernels that cannot end the query with an error, but for those that say so.
pub const fn infallible<const N: usize>(mut kernels: [Kernel; N]) -> [Kernel; N] {
    let mut at = 0;
    while at < N {
        if kernels[at].fallible.is_none() {
            kernels[at].fallible = Some(false);
        }
        at += 1;
    }
    kernels
}

impl Kernel {
    /// Takes any number of further arguments of this type.
    pub const fn rest(mut self, phys: Phys) -> Kernel {
        self.rest = Some(phys);
        self
    }

    /// The types of its arguments, those of the rest without end.
    pub fn arguments(&self) -> impl Iterator<Item = Phys> {
        self.params.iter().copied().chain(std::iter::repeat_n(self.rest, usize::MAX).flatten())
    }

    pub const fn constant(mut self, run: RowFn) -> Kernel {
        self.constant = Some(run);
        self
    }

    pub const fn prepare(mut self, prepare: Prepare) -> Kernel {
        self.prepare = Some(prepare);
        self
    }

    /// May end the query with an error.
    pub const fn fallible(mut self) -> Kernel {
        self.fallible = Some(true);
        self
    }

    /// Cannot end the query with an error.
    pub const fn infallible(mut self) -> Kernel {
        self.fallible = Some(false);
        self
    }

    pub const fn late(mut self) -> Kernel {
        self.late = true;
        self
    }

    pub const fn volatile(mut self) -> Kernel {
        self.volatile = true;
        self
    }
}

impl<'a> Cell<'a> {
    pub fn text(self) -> Option<&'a str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An integer of any width that fits.
    pub fn long(self) -> Option<i64> {
        match self {
            Cell::Long(value) => Some(value),
            Cell::Int(value) => Some(i64::from(value)),
            Cell::Huge(value) => i64::try_from(value).ok(),
            _ => None,
        }
    }

    pub fn real(self) -> Option<f64> {
        match self {
            Cell::Real(value) => Some(value),
            _ => None,
        }
    }

    pub fn bool(self) -> Option<bool> {
        match self {
            Cell::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub fn texts(self) -> Option<&'a [Option<&'a str>]> {
        match self {
            Cell::Texts(texts) => Some(texts),
            _ => None,
        }
    }

    pub fn is_null(self) -> bool {
        matches!(self, Cell::Null)
    }
}

/// Stands before the message of a [`Cell::Error`] on its way through DuckDB, so that it is not taken
/// for an error of DuckDB's.
pub const QUERY_ERROR: char = '\u{1d}';

/// Ends the query with a message: an invalid regular expression, for one.
pub fn fail(out: &mut String, message: impl std::fmt::Display) -> Cell<'_> {
    use std::fmt::Write;
    out.clear();
    // Writing to a String cannot fail.
    let _ = write!(out, "{message}");
    Cell::Error(out)
}

impl From<Option<i64>> for Cell<'_> {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Cell::Null, Cell::Long)
    }
}

impl From<Option<f64>> for Cell<'_> {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Cell::Null, Cell::Real)
    }
}

impl From<Option<bool>> for Cell<'_> {
    fn from(value: Option<bool>) -> Self {
        value.map_or(Cell::Null, Cell::Bool)
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(value: Option<&'a str>) -> Self {
        value.map_or(Cell::Null, Cell::Text)
    }
}

/// Ends each item of a list result. JSON text never holds it: control characters are escaped there.
pub const ITEM_END: char = '\u{1e}';

/// The items of a list result, which a kernel that returns `Phys::Texts` gives as `Cell::Text`; an
/// empty one is NULL.
pub fn items(text: &str) -> impl Iterator<Item = Option<&str>> {
    text.split_terminator(ITEM_END).map(|item| (!item.is_empty()).then_some(item))
}

/// Every kernel, family by family.
pub fn all() -> impl Iterator<Item = &'static Kernel> {
    FAMILIES.iter().copied().flatten()
}

const FAMILIES: &[&[Kernel]] = &[
    address::KERNELS,
    among::KERNELS,
    array::KERNELS,
    bag::KERNELS,
    beta::KERNELS,
    collect::KERNELS,
    convert::KERNELS,
    datetime::KERNELS,
    decimal::KERNELS,
    distinct::KERNELS,
    dynamic::KERNELS,
    encode::KERNELS,
    format::KERNELS,
    geo::KERNELS,
    geohash::KERNELS,
    hash::KERNELS,
    math::KERNELS,
    net::KERNELS,
    observable::KERNELS,
    operand::KERNELS,
    packed::KERNELS,
    pairs::KERNELS,
    parse::KERNELS,
    pattern::KERNELS,
    percentile::KERNELS,
    punycode::KERNELS,
    range::KERNELS,
    reduce::KERNELS,
    regexes::KERNELS,
    series::KERNELS,
    series::decompose::KERNELS,
    series::elements::KERNELS,
    series::fill::KERNELS,
    series::filter::KERNELS,
    series::fit::KERNELS,
    series::fourier::KERNELS,
    series::outliers::KERNELS,
    series::periods::KERNELS,
    series::polynomial::KERNELS,
    series::stats::KERNELS,
    sort::KERNELS,
    shape::KERNELS,
    sphere::KERNELS,
    spread::KERNELS,
    terms::KERNELS,
    terms::document::KERNELS,
    text::KERNELS,
    units::KERNELS,
    unixtime::KERNELS,
    user_agent::KERNELS,
    xml::KERNELS,
    zone::KERNELS,
];

pub fn find(name: &str) -> Option<&'static Kernel> {
    static INDEX: LazyLock<QuickMap<&str, &Kernel>> =
        LazyLock::new(|| all().map(|kernel| (kernel.name, kernel)).collect());
    INDEX.get(name).copied()
}

#[cfg(test)]
pub mod testing {
    //! Calls a kernel by its name, as the engine would for one row.

    use super::{Cell, Nulls, find};

    /// The result as text: `NULL`, `error: ...`, else the value.
    pub fn call(name: &str, args: &[Cell<'_>]) -> String {
        let kernel = find(name).expect(name);
        if kernel.nulls == Nulls::Propagate && args.iter().any(|arg| arg.is_null()) {
            return "NULL".into();
        }
        let mut out = String::new();
        match (kernel.run)(args, &mut out) {
            Cell::Null => "NULL".into(),
            Cell::Bool(value) => value.to_string(),
            Cell::Int(value) => value.to_string(),
            Cell::Long(value) => value.to_string(),
            Cell::Huge(value) => value.to_string(),
            Cell::Real(value) => super::real::real_text(value),
            Cell::Text(value) => value.to_owned(),
            Cell::Texts(values) => format!("{values:?}"),
            Cell::Error(message) => format!("error: {message}"),
        }
    }

    pub fn bool_of(name: &str, args: &[Cell<'_>]) -> bool {
        call(name, args).parse().expect("a bool")
    }

    /// Calls a kernel of texts only.
    pub fn texts(name: &str, args: &[&str]) -> String {
        call(name, &args.iter().map(|arg| Cell::Text(arg)).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Nulls, Phys, all};
    use proptest::prelude::*;

    /// A value of any type: which one is taken is the kernel's to say.
    #[derive(Clone, Debug)]
    struct Anything {
        null: bool,
        text: String,
        list: Vec<Option<String>>,
        long: i64,
        real: f64,
    }

    fn anything() -> impl Strategy<Value = Anything> {
        let text = prop_oneof![
            any::<String>(),
            "[a-z.@/:?&=%+ \\\\\"'-]{0,12}",
            "[0-9.:/a-f-]{0,20}",
            "[\\[\\]{}\",:0-9ntu\\\\a é-]{0,12}",
            "[()|*+?a\\\\^$.-]{0,5}",
            Just("[\"a\",[1.5,null],{\"k\":\"v\"},\"\\u00e9\\n\"]".to_owned()),
            Just("{\"k\":1,\"k\":[2,{}]}".to_owned()),
            Just("yyyy-MM-dd HH:mm:ss.fffffff tt".to_owned()),
        ];
        let long = prop_oneof![any::<i64>(), -3i64..40, Just(i64::MIN), Just(i64::MAX)];
        let real = prop_oneof![any::<f64>(), -3.0..3.0f64];
        let list = prop::collection::vec(prop::option::of(text.clone()), 0..4);
        (prop::bool::weighted(0.1), text, list, long, real)
            .prop_map(|(null, text, list, long, real)| Anything { null, text, list, long, real })
    }

    proptest! {
        // Every case calls all kernels.
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        #[test]
        fn every_kernel_takes_anything(values in prop::collection::vec(anything(), 8), extra in 0usize..3) {
            for kernel in all() {
                let lists: Vec<Vec<Option<&str>>> =
                    values.iter().map(|value| value.list.iter().map(Option::as_deref).collect()).collect();
                // Datetimes in SQL are always ones that exist.
                let families = [super::datetime::KERNELS, super::format::KERNELS];
                let dated = families.iter().any(|family| family.iter().any(|known| known.name == kernel.name));
                let long = |long: i64| if dated { long.rem_euclid(crate::ticks::DATETIME_MAX + 1) } else { long };
                let phys = kernel.params.iter().chain(std::iter::repeat_n(&kernel.rest, extra).flatten());
                let cell = |(at, phys): (usize, &Phys)| {
                    let value = &values[at % values.len()];
                    match phys {
                        _ if value.null => Cell::Null,
                        Phys::Bool => Cell::Bool(value.long % 2 == 0),
                        Phys::Int => Cell::Int(value.long as i32),
                        Phys::Long => Cell::Long(long(value.long)),
                        Phys::Huge => Cell::Huge(i128::from(value.long) * 3),
                        Phys::Real => Cell::Real(value.real),
                        Phys::Text => Cell::Text(&value.text),
                        Phys::Texts => Cell::Texts(&lists[at % values.len()]),
                    }
                };
                let args: Vec<Cell<'_>> = phys.enumerate().map(cell).collect();
                if kernel.nulls == Nulls::Propagate && args.iter().any(|arg| arg.is_null()) {
                    continue;
                }
                // Their patterns were compiled before.
                if kernel.name.ends_with("_known") {
                    continue;
                }
                let mut out = String::new();
                let result = (kernel.run)(&args, &mut out);
                let fits = matches!(
                    (kernel.returns, result),
                    (_, Cell::Null | Cell::Error(_))
                        | (Phys::Bool, Cell::Bool(_))
                        | (Phys::Int, Cell::Int(_))
                        | (Phys::Long, Cell::Long(_))
                        | (Phys::Huge, Cell::Huge(_))
                        | (Phys::Real, Cell::Real(_))
                        | (Phys::Text | Phys::Texts, Cell::Text(_))
                );
                prop_assert!(fits, "{}: {:?}", kernel.name, result);
                if let (Some(prepare), Some(text)) = (kernel.prepare, args.first().and_then(|arg| arg.text()))
                    && !args.iter().any(|arg| arg.is_null())
                    && let Some(test) = prepare(&args[1..])
                {
                    prop_assert_eq!(test.test(text), result, "{} prepared", kernel.name);
                }
                prop_assert!(kernel.fallible != Some(false) || !matches!(result, Cell::Error(_)), "{} fails", kernel.name);
            }
        }
    }
}
