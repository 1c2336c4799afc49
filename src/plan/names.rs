//! What unnamed columns are called: Kusto's ResultNameKind rules, and suffixes against clashes.

use super::check::{Binder, Checked, Stop};
use super::open::is_open;
use super::several::{Several, Values, value_taken};
use super::{Column, ColumnName};
use crate::catalog::func::Label;
use crate::catalog::{self, clauses};
use crate::diag::code;
use crate::quick::QuickSet;
use crate::syntax::ast::{Arg, Expr, ExprKind, Literal, Name, Named};

/// The name that an expression brings along, if it has one. Only columns have names; a scalar `let` has none.
fn infer(expr: &Expr, column: &dyn Fn(&str) -> bool) -> Option<String> {
    let infer = |expr: &Expr| infer(expr, column);
    match &expr.kind {
        ExprKind::Name(name) => column(&name.text).then(|| name.text.clone()),
        ExprKind::Path(base, name) => {
            let base = of_base(base, &infer).filter(|base| base != "$left" && base != "$right");
            Some(base.map_or_else(|| name.text.clone(), |base| format!("{base}_{}", name.text)))
        }
        ExprKind::Index(base, index) => {
            if let Some((several, at)) = value_taken(expr) {
                return Some(of_several(&several, at, &infer));
            }
            let base = of_base(base, &infer);
            let step = match &index.kind {
                ExprKind::Literal(Literal::String(key)) => key.clone(),
                ExprKind::Literal(Literal::Long(at)) => at.to_string().replace('-', "_"),
                ExprKind::Sign { negative: true, expr } => match &expr.kind {
                    ExprKind::Literal(Literal::Long(at)) => format!("_{at}"),
                    _ => return base,
                },
                _ => return base,
            };
            Some(base.map_or_else(|| step.clone(), |base| format!("{base}_{step}")))
        }
        ExprKind::Call { name, args } if is_column_ifexists(name) => match &args.first()?.expr.kind {
            ExprKind::Literal(Literal::String(wanted)) => column(wanted).then(|| wanted.clone()),
            _ => None,
        },
        ExprKind::Call { name, args } => of_call(name, args, &infer),
        _ => None,
    }
}

/// Its result is called as the column whose name it takes, where there is one.
fn is_column_ifexists(name: &Name) -> bool {
    clauses::special(&name.text).is_some_and(|row| row.name == "column_ifexists")
}

/// The name of one value of a call that gives several.
fn of_several(several: &Several<'_>, at: usize, infer: &dyn Fn(&Expr) -> Option<String>) -> String {
    let arg = |at: usize| several.args.get(at).map(|arg| &arg.expr);
    if let Values::Listed(row) = several.values {
        let of = arg(0).and_then(infer).unwrap_or_default();
        return format!("{}_{of}_{}", row.name, row.parts[at].0);
    }
    let name = arg(at).and_then(|array| match &array.kind {
        // A `let` too, unlike anywhere else (the reference's examples of array_sort_asc()).
        ExprKind::Name(name) => Some(name.text.clone()),
        _ => infer(array),
    });
    format!("{}_sorted", name.unwrap_or_else(|| format!("array{at}")))
}

/// The name that a call brings along.
fn of_call(name: &Name, args: &[Arg], infer: &dyn Fn(&Expr) -> Option<String>) -> Option<String> {
    // `toint(Total = count())` names its column through the argument.
    let first = || match args.first() {
        Some(Arg { name: Some(name), .. }) => Some(name.text.clone()),
        first => first.filter(|arg| !hands_no_name(&arg.expr)).and_then(|arg| infer(&arg.expr)),
    };
    match label(&name.text, args.len())? {
        Label::None => None,
        Label::FirstArg => first(),
        Label::OnlyArg => first().filter(|_| args.len() == 1),
        Label::Suffix(suffix, otherwise) => {
            Some(first().map_or_else(|| otherwise.to_owned(), |name| format!("{name}{suffix}")))
        }
        Label::PrefixAndTwoArgs(prefix) => {
            let names = args.iter().take(2).map(|arg| infer(&arg.expr).unwrap_or_default());
            Some(format!("{prefix}_{}", names.collect::<Vec<_>>().join("_")))
        }
        Label::PrefixAndNumber(prefix) => {
            let number = match args.last().map(|arg| &arg.expr.kind) {
                Some(ExprKind::Literal(Literal::Long(number))) => number.to_string(),
                Some(ExprKind::Literal(Literal::Real(number))) => number.to_string().replace('.', "_"),
                _ => String::new(),
            };
            Some(format!("{prefix}_{}_{number}", first().unwrap_or_default()))
        }
        Label::Fixed(name) => Some(name.to_owned()),
        Label::Prefix(prefix) => Some(format!("{prefix}_{}", first().unwrap_or_default())),
        Label::NameAndFirstArg => Some(format!("{}_{}", name.text, first().unwrap_or_default())),
    }
}

/// The name of what a property is taken of: a call that names its result lends none, nor does a part of one.
fn of_base(base: &Expr, infer: &dyn Fn(&Expr) -> Option<String>) -> Option<String> {
    match value_taken(base) {
        Some((several, at)) if matches!(several.values, Values::Sorted(_)) => Some(at.to_string()),
        _ if hands_no_name(base) => None,
        _ => infer(base),
    }
}

/// A call that hands no name on to a call around it: one that names its result by [`Label::Suffix`], and
/// take_any().
fn hands_no_name(expr: &Expr) -> bool {
    let ExprKind::Call { name, .. } = &expr.kind else { return false };
    name.text == "take_any" || matches!(label(&name.text, 1), Some(Label::Suffix(..)))
}

/// The rule of a function; the ones that the plan knows itself follow Kusto's own table too.
fn label(name: &str, args: usize) -> Option<Label> {
    match name {
        // Of several sketches it is no aggregate.
        "hll_merge" | "tdigest_merge" | "merge_tdigest" if args > 1 => {
            catalog::function(name).map(|row| row.label)
        }
        "toscalar" => Some(Label::FirstArg),
        "any" => Some(Label::Prefix("any")),
        _ => catalog::aggregate(name).or_else(|| catalog::function(name)).map(|row| row.label),
    }
}

impl Binder<'_> {
    /// The name that an expression over these columns brings along.
    pub fn infer(&self, expr: &Expr, cols: &[Column]) -> Option<String> {
        let column = |name: &str| {
            cols.iter().any(|column| column.name == name || is_open(column))
                || (self.is_alias(name) && cols.iter().any(|column| self.alias_of(name, column).is_some()))
        };
        infer(expr, &column)
    }

    /// The name that an argument has got, as in `take_any(First = x)`, or else brings along.
    pub fn infer_argument(&self, arg: &Arg, cols: &[Column]) -> Option<String> {
        match &arg.name {
            Some(name) => Some(name.text.clone()),
            None => self.infer(&arg.expr, cols),
        }
    }

    /// The name of an item of `print`: its position, whatever it is made of, but for one of several values.
    pub fn printed(&self, expr: &Expr, at: usize) -> String {
        let inferred = value_taken(expr).and_then(|_| self.infer(expr, &[]));
        inferred.unwrap_or_else(|| format!("print_{at}"))
    }

    /// As [`Binder::infer`], for the operators that take over the name of a scalar `let` too.
    pub fn infer_bare(&self, expr: &Expr, cols: &[Column]) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(name) => Some(name.text.clone()),
            _ => self.infer(expr, cols),
        }
    }

    /// The name of an unnamed item: that of a column counts as given, another gets a suffix at a clash.
    pub fn named(&mut self, expr: &Expr, inferred: String, namer: &mut Namer) -> Checked<ColumnName> {
        match &expr.kind {
            ExprKind::Name(name) => self.given(name, namer),
            _ => Ok(namer.free(inferred)),
        }
    }

    /// A name that the query gives; a clash with an earlier given name is a mistake, with another a suffix.
    pub fn given(&mut self, name: &Name, namer: &mut Namer) -> Checked<ColumnName> {
        if namer.given.contains(name.text.as_str()) {
            let message = format!("'{}' is assigned twice", name.text);
            self.error(code::TAKEN, name.span, message, "Give one of them another name.");
            return Err(Stop);
        }
        let name = namer.reserved_name(&name.text);
        namer.given.insert(name.clone());
        Ok(namer.free(name))
    }
}

/// Names of one output: a clash gets 1, 2, ... and what has no name `Column1`, `Column2`, ...
#[derive(Default)]
pub struct Namer {
    used: QuickSet<ColumnName>,
    /// Those that the query has written itself so far.
    given: QuickSet<ColumnName>,
    /// Those that it writes anywhere in the operator; made into a set when the first suffix is needed.
    reserved: Vec<ColumnName>,
    reserved_set: Option<QuickSet<ColumnName>>,
    /// How many of the reserved ones were given: most are in their order.
    reserved_given: usize,
    unnamed: usize,
}

impl Namer {
    /// Takes names that are there already.
    pub fn with(names: impl IntoIterator<Item = ColumnName>) -> Namer {
        Namer { used: names.into_iter().collect(), ..Namer::default() }
    }

    /// Keeps the names that the items of an operator give away from suffixes.
    pub fn reserve<'n>(&mut self, items: impl Iterator<Item = &'n Named>) {
        self.reserved.extend(items.flat_map(|item| &item.names).map(|name| ColumnName::from(&name.text)));
        self.room(self.reserved.len());
        self.given.reserve(self.reserved.len());
    }

    /// A name that the query has written, shared with the reserved ones where it is the next of them.
    fn reserved_name(&mut self, text: &str) -> ColumnName {
        match self.reserved.get(self.reserved_given) {
            Some(name) if name == text => {
                self.reserved_given += 1;
                name.clone()
            }
            _ => ColumnName::from(text),
        }
    }

    /// Says how many more names will come.
    pub fn room(&mut self, names: usize) {
        self.used.reserve(names);
    }

    /// Keeps the names of columns that come away from suffixes.
    pub fn reserve_columns<'n>(&mut self, columns: impl Iterator<Item = &'n Column>) {
        self.reserved.extend(columns.map(|column| column.name.clone()));
        self.room(self.reserved.len());
    }

    /// A name that is free, made from this one.
    pub fn free(&mut self, wanted: impl Into<ColumnName>) -> ColumnName {
        let wanted = wanted.into();
        if self.used.insert(wanted.clone()) {
            return wanted;
        }
        let mut name = wanted.clone();
        let mut at = 0;
        // A name that is given elsewhere may be taken by the first comer, but never made by a suffix.
        while (at > 0 && self.reserves(&name)) || !self.used.insert(name.clone()) {
            at += 1;
            name = format!("{wanted}{at}").into();
        }
        name
    }

    fn reserves(&mut self, name: &str) -> bool {
        let reserved = &self.reserved;
        self.reserved_set.get_or_insert_with(|| reserved.iter().cloned().collect()).contains(name)
    }

    /// Whether the name is free; takes it.
    pub fn take(&mut self, name: impl Into<ColumnName>) -> bool {
        self.used.insert(name.into())
    }

    /// The next `ColumnN` that is not among these names, which are the input's.
    pub fn unnamed(&mut self, input: &[Column]) -> ColumnName {
        loop {
            self.unnamed += 1;
            let wanted = format!("Column{}", self.unnamed);
            if !input.iter().any(|column| column.name == wanted) {
                return self.free(wanted);
            }
        }
    }
}
