//! The shape of a row: what a function or aggregate takes, gives, is called and becomes in SQL.
//! Knows types only; no syntax, no plan.

use crate::types::Type;

/// One scalar function or aggregate.
pub struct Func {
    pub name: &'static str,
    /// Other spellings; they behave exactly as `name` does.
    pub aliases: &'static [&'static str],
    /// Obsolete spellings, which behave so too and are warned of.
    pub formerly: &'static [&'static str],
    /// What to write instead, where the whole row is obsolete.
    pub successor: Option<&'static str>,
    /// The first signature whose parameters accept the arguments is chosen.
    pub sigs: &'static [Sig],
    /// How many arguments a query may give it.
    pub most: usize,
    /// How an unnamed result column is called.
    pub label: Label,
    /// One sentence with a full stop.
    pub doc: &'static str,
    /// What surprises people, with its source; may be empty.
    pub trap: &'static str,
    /// Gives something else at each call: `rand()`.
    pub volatile: bool,
    /// Names and types of the values of a call that gives several: columns of their own, or one by its
    /// index. SQL gives a JSON array of them.
    pub parts: &'static [(&'static str, Type)],
    /// Which of a group's values an aggregate hands out, where it hands out some.
    pub keeps: Option<Keeps>,
    /// What an aggregate holds of a group until all rows are read.
    pub holds: Holds,
    /// An aggregate gives no more than the number of a group's rows.
    pub counts: bool,
    /// Kusto refuses wrong types of its arguments as a combination, and does not say which.
    pub combines: bool,
    /// Arguments that come in pairs.
    pub pairs: Option<Pairs>,
    /// What the array that it gives holds, where that is known without the data.
    pub elements: Option<Elements>,
    /// What sorts one of several arrays by the first: a call with several gives all of them.
    pub sorts_by: Option<&'static Func>,
    /// It sees an array's elements and not their order.
    pub order_blind: bool,
    /// The types that it tells from texts inside of a dynamic.
    pub tells: &'static [Type],
    /// As `tells`, but only among values of other types.
    pub tells_mixed: &'static [Type],
    /// The aggregate that estimates the same, for less.
    pub estimate: Option<&'static str>,
    /// What every use is warned of, and what helps: an answer that may not be Kusto's to the last digit.
    pub caveat: Option<(&'static str, &'static str)>,
    /// Only kqlhunt has it: what helps where Kusto is to run the query.
    pub extension: Option<&'static str>,
    /// A whole query and the text of its first row's first value.
    pub example: (&'static str, &'static str),
}

/// Arguments that come in pairs: `bag_pack(name, value, ...)`, `case(condition, value, ..., else)`.
#[derive(Clone, Copy, Debug)]
pub struct Pairs {
    /// What the first of a pair may be.
    pub first: &'static [Type],
    /// How many arguments follow the pairs.
    pub after: usize,
}

/// What the array that a function gives holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elements {
    Texts,
    /// Values of the first argument.
    OfFirst,
    /// All arguments.
    OfAll,
    /// Elements of the arrays among the arguments.
    OfArrays,
}

/// Which of a group's values an aggregate hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// One, whichever; of texts none that is empty, if there are others.
    Any,
    /// The least or the greatest.
    End,
    /// The different ones, at most so many where no size is given.
    Set(Option<i64>),
    /// All, at most so many where no size is given.
    List(Option<i64>),
    /// The properties of bags, each of the first bag that has it.
    Bag,
}

/// What an aggregate holds of a group until all rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A few numbers or one value, so that a row costs no more than to find its group. Decimals are held as
    /// values where they are added.
    Little,
    /// Each different value.
    Different,
    /// Values, in whatever form.
    Values,
}

/// One way to call a function.
#[derive(Debug)]
pub struct Sig {
    pub params: &'static [Param],
    pub ret: Ret,
    pub lower: Lower,
}

impl Sig {
    /// Whether its result shows the order of the rows.
    pub fn reads_order(&self) -> bool {
        matches!(self.lower, Lower::Sql(template) if template.contains("{order}"))
    }
}

/// Where a regular expression stands when it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    Alone,
    /// In the parentheses that Kusto's trim() puts around it: `a)|(b` is one there.
    Inside,
}

/// What one parameter accepts and what its argument becomes.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    /// The types that are accepted as they are.
    pub types: &'static [Type],
    /// The argument is converted to this type before it reaches the SQL; `None` leaves it alone.
    /// A dynamic becomes a string by being unwrapped (`tostring`), an int a long, an integer a real.
    pub convert: Option<Type>,
    pub arity: Arity,
    /// Must be a constant of the query (a literal, a `let` of one, or an expression of those).
    pub constant: bool,
    /// A regular expression: a constant one is checked before the query runs.
    pub pattern: Option<Pattern>,
    /// What Kusto's binder wants where values of rows are taken too, with a warning.
    pub fixed: Fixed,
    /// The least and the greatest number that a constant may be.
    pub within: Option<(u32, u32)>,
    /// The texts that a constant may be, in any case; any where there are none.
    pub one_of: &'static [&'static str],
    /// The one constant text, in any case, for which the signature is there.
    pub only: Option<&'static str>,
    /// The signature is there for constant powers of two only.
    pub power_of_two: bool,
    /// The signature is there for constants only.
    pub known: bool,
    /// What a dynamic must hold, as far as the query tells what it holds.
    pub shape: Shape,
}

/// What Kusto's binder wants an argument to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    Any,
    Constant,
    Literal,
}

/// What Kusto's binder wants a dynamic to hold where it is a literal, or a column that is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Any,
    /// Neither an array nor a bag: what stands for a text or a number.
    Plain,
    Array,
    Bag,
    /// An array; the engine gives null for anything else (recorded, of `array_length()`).
    ArrayOrNull,
    /// The same for a bag ("bag_set_key() function").
    BagOrNull,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    One,
    /// May be left out; the SQL then gets NULL in its place.
    Optional,
    /// Zero or more; must be the last. `Lower` sees them all.
    Rest,
}

/// The type of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ret {
    Is(Type),
    /// The type of the argument at this index, after conversion.
    Arg(u8),
    /// Int becomes long, the rest stays (argument at this index).
    Promoted(u8),
    /// The one type that all arguments from this index on share; of pairs the second ones, and what follows those.
    Common(u8, Mixed),
    /// What the last argument, a [`TYPE`], names. The SQL gives a string, which is converted as by
    /// `tolong()` and its kin.
    Typeof,
}

/// How values of different types share one. Whole numbers widen among themselves in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixed {
    /// A dynamic beside others becomes what they are. Kusto's binder takes other mixtures, its engine does not.
    Unwrapped,
    /// The same, and a whole number beside reals becomes one.
    Numbers,
    /// A dynamic beside others is refused.
    Strict,
}

/// Kusto's ResultNameKind: what an unnamed column is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// `Column1`, `Column2` ...
    None,
    /// The name of the first argument, if it has one.
    FirstArg,
    /// As `FirstArg`, of a call with one argument.
    OnlyArg,
    /// The name of the first argument with this after it, or the second text where it has none. Inside of
    /// another call it has no name.
    Suffix(&'static str, &'static str),
    /// `prefix_` and the name of the first argument; just `prefix_` if it has none.
    Prefix(&'static str),
    /// `prefix_` and the names of the first two arguments, `covariance_x_y`.
    PrefixAndTwoArgs(&'static str),
    /// `prefix_`, the name of the first argument and the number that the last is, `percentile_x_99_9`.
    PrefixAndNumber(&'static str),
    /// This name, whatever the arguments.
    Fixed(&'static str),
    /// The function's own name and the first argument's, `strlen_x`; like `Prefix(name)`.
    NameAndFirstArg,
}

/// What a call becomes in SQL.
#[derive(Clone, Copy, Debug)]
pub enum Lower {
    /// A template: `{0}` is the first argument, `{*}` all of them with commas. Arguments come parenthesised where needed.
    /// In aggregates `{order}` is ` ORDER BY ...` where the input is sorted, else nothing.
    Sql(&'static str),
    /// A call of this kernel with all arguments in order.
    Kernel(&'static str),
    Build(fn(&[Arg<'_>]) -> std::string::String),
    /// Known to Kusto, not to us: a real sentence that says why, and what to do.
    Refuse(&'static str),
}

/// An argument on its way into SQL.
#[derive(Debug)]
pub struct Arg<'a> {
    pub sql: &'a str,
    pub ty: Type,
    /// The SQL can give NULL. Strings never can.
    pub nullable: bool,
}

pub const fn f(name: &'static str, sigs: &'static [Sig]) -> Func {
    Func {
        name,
        aliases: &[],
        formerly: &[],
        successor: None,
        sigs,
        most: usize::MAX,
        label: Label::None,
        doc: "",
        trap: "",
        volatile: false,
        parts: &[],
        keeps: None,
        holds: Holds::Values,
        counts: false,
        combines: false,
        pairs: None,
        elements: None,
        sorts_by: None,
        order_blind: false,
        tells: &[],
        tells_mixed: &[],
        estimate: None,
        caveat: None,
        extension: None,
        example: ("", ""),
    }
}

impl Func {
    /// Its name and all other spellings.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().chain(self.formerly).copied())
    }

    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Func {
        self.aliases = aliases;
        self
    }

    pub const fn formerly(mut self, names: &'static [&'static str]) -> Func {
        self.formerly = names;
        self
    }

    pub const fn successor(mut self, name: &'static str) -> Func {
        self.successor = Some(name);
        self
    }

    pub const fn label(mut self, label: Label) -> Func {
        self.label = label;
        self
    }

    pub const fn doc(mut self, doc: &'static str) -> Func {
        self.doc = doc;
        self
    }

    pub const fn most(mut self, most: usize) -> Func {
        self.most = most;
        self
    }

    pub const fn trap(mut self, trap: &'static str) -> Func {
        self.trap = trap;
        self
    }

    pub const fn volatile(mut self) -> Func {
        self.volatile = true;
        self
    }

    pub const fn parts(mut self, parts: &'static [(&'static str, Type)]) -> Func {
        self.parts = parts;
        self
    }

    pub const fn keeps(mut self, keeps: Keeps) -> Func {
        self.keeps = Some(keeps);
        self
    }

    pub const fn holds(mut self, holds: Holds) -> Func {
        self.holds = holds;
        self
    }

    pub const fn counts(mut self) -> Func {
        self.counts = true;
        self
    }

    pub const fn combines(mut self) -> Func {
        self.combines = true;
        self
    }

    pub const fn pairs(mut self, first: &'static [Type], after: usize) -> Func {
        self.pairs = Some(Pairs { first, after });
        self
    }

    pub const fn elements(mut self, elements: Elements) -> Func {
        self.elements = Some(elements);
        self
    }

    pub const fn sorts_by(mut self, row: &'static Func) -> Func {
        self.sorts_by = Some(row);
        self
    }

    pub const fn order_blind(mut self) -> Func {
        self.order_blind = true;
        self
    }

    pub const fn tells_mixed(mut self, types: &'static [Type]) -> Func {
        self.tells_mixed = types;
        self
    }

    pub const fn tells(mut self, types: &'static [Type]) -> Func {
        self.tells = types;
        self
    }

    pub const fn estimate(mut self, name: &'static str) -> Func {
        self.estimate = Some(name);
        self
    }

    pub const fn caveat(mut self, message: &'static str, help: &'static str) -> Func {
        self.caveat = Some((message, help));
        self
    }

    pub const fn extension(mut self, instead: &'static str) -> Func {
        self.extension = Some(instead);
        self
    }

    pub const fn example(mut self, kql: &'static str, first_value: &'static str) -> Func {
        self.example = (kql, first_value);
        self
    }
}

pub const fn sig(params: &'static [Param], ret: Ret, lower: Lower) -> Sig {
    Sig { params, ret, lower }
}

const fn param(name: &'static str, types: &'static [Type], convert: Option<Type>) -> Param {
    Param {
        name,
        types,
        convert,
        arity: Arity::One,
        constant: false,
        pattern: None,
        fixed: Fixed::Any,
        within: None,
        one_of: &[],
        only: None,
        power_of_two: false,
        known: false,
        shape: Shape::Any,
    }
}

use Type::*;

/// A string; a dynamic is unwrapped.
pub const STR: Param = param("text", &[String, Dynamic], Some(String));
/// A string; a dynamic is unwrapped, and must not be known to be an array or a bag.
pub const PLAIN: Param = shaped(Shape::Plain, STR);
/// Anything, as `tostring()` shows it.
pub const TEXT: Param = param(
    "value",
    &[Bool, Datetime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan],
    Some(String),
);
/// A type, as `typeof(long)`. It gives no SQL.
pub const TYPE: Param = param("type", &[], None);
/// A string, and nothing else.
pub const ONLY_STR: Param = param("text", &[String], None);
pub const BOOL: Param = param("condition", &[Bool], None);
/// An integer, as a long.
pub const LONG: Param = param("number", &[Int, Long], Some(Long));
/// Any number but a decimal, as a real.
pub const REAL: Param = param("number", &[Int, Long, Real], Some(Real));
/// Any number, as a decimal.
pub const TO_DECIMAL: Param = param("number", &[Decimal, Int, Long, Real], Some(Decimal));
/// A decimal, and nothing else.
pub const DECIMAL: Param = param("number", &[Decimal], None);
/// Any number but a decimal, as it is.
pub const NUM: Param = param("number", &[Int, Long, Real], None);
pub const DATETIME: Param = param("datetime", &[Datetime], None);
pub const TIMESPAN: Param = param("timespan", &[Timespan], None);
pub const DYN: Param = param("value", &[Dynamic], None);
pub const GUID: Param = param("guid", &[Guid], None);
/// Anything, as it is.
pub const ANY: Param =
    param("value", &[Bool, Datetime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan], None);
/// Anything but dynamic and decimal, as it is.
pub const SCALAR: Param = param("value", &[Bool, Datetime, Guid, Int, Long, Real, String, Timespan], None);
/// Anything but decimal, as JSON text.
pub const JSON: Param =
    param("value", &[Bool, Datetime, Dynamic, Guid, Int, Long, Real, String, Timespan], Some(Dynamic));

/// This parameter under another name.
pub const fn named(name: &'static str, mut param: Param) -> Param {
    param.name = name;
    param
}

/// This parameter with what a dynamic must hold.
pub const fn shaped(shape: Shape, mut param: Param) -> Param {
    param.shape = shape;
    param
}

pub const fn opt(mut param: Param) -> Param {
    param.arity = Arity::Optional;
    param
}

pub const fn rest(mut param: Param) -> Param {
    param.arity = Arity::Rest;
    param
}

pub const fn pattern(mut param: Param) -> Param {
    param.pattern = Some(Pattern::Alone);
    param
}

/// A regular expression that is written between the parentheses of another.
pub const fn pattern_inside(mut param: Param) -> Param {
    param.pattern = Some(Pattern::Inside);
    param
}

/// This parameter where Kusto's binder does not take a column.
pub const fn fixed(fixed: Fixed, mut param: Param) -> Param {
    param.fixed = fixed;
    param
}

/// This parameter in a signature for constants: a pattern that is checked before the query runs has a kernel
/// that cannot fail.
pub const fn known(mut param: Param) -> Param {
    param.known = true;
    param
}

/// One of these texts where it is a constant.
pub const fn one_of(texts: &'static [&'static str], mut param: Param) -> Param {
    param.one_of = texts;
    param
}

/// This parameter where its argument is this constant.
pub const fn only(text: &'static str, mut param: Param) -> Param {
    param.only = Some(text);
    param
}

pub const fn power_of_two(mut param: Param) -> Param {
    param.power_of_two = true;
    param
}

/// A constant from the one number to the other.
pub const fn within(mut param: Param, least: u32, greatest: u32) -> Param {
    param.constant = true;
    param.within = Some((least, greatest));
    param
}

pub const fn constant(mut param: Param) -> Param {
    param.constant = true;
    param
}
