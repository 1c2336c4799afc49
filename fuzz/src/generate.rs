//! Random queries that are mostly well typed, from the rows of the catalog: every function, operator and
//! kind of join, over `T`, the known tables, and tables written in the query.

use std::fmt::Write;

use kqlhunt::catalog;
use kqlhunt::catalog::func::{Arity, Func, Lower, Param, Ret, Sig};
use kqlhunt::syntax::{BINARY_OPS, LIST_OPS};
use kqlhunt::types::Type;

use super::checks::SCHEMA;

/// The same numbers for the same seed, everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// By splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// The types of values; decimal has literals and little else.
const SCALARS: &[Type] = &[
    Type::Bool,
    Type::Datetime,
    Type::Dynamic,
    Type::Guid,
    Type::Int,
    Type::Long,
    Type::Real,
    Type::String,
    Type::Timespan,
];

const JOINS: &[&str] = &[
    "innerunique",
    "inner",
    "leftouter",
    "rightouter",
    "fullouter",
    "leftsemi",
    "rightsemi",
    "leftanti",
    "rightanti",
    "anti",
    "semi",
];

/// One query: perhaps lets, a source, operators.
pub fn query(random: &mut Random) -> String {
    let mut writer = Query { random, columns: Vec::new(), next: 0 };
    let mut text = String::new();
    if writer.random.one_in(4) {
        let mut table = String::new();
        writer.source(&mut table, 1);
        let (open, close) = *writer.random.pick(&[("", ""), ("", ""), ("materialize(", ")")]);
        write!(text, "let L = {open}{table}{close};\nL").ok();
        if writer.random.one_in(2) {
            text.push_str("\n| union L");
        }
    } else {
        writer.source(&mut text, 2);
    }
    for _ in 0..writer.random.below(5) {
        writer.operator(&mut text, 2);
    }
    text
}

struct Query<'r> {
    random: &'r mut Random,
    columns: Vec<(String, Type)>,
    /// For names that are not yet there.
    next: usize,
}

impl Query<'_> {
    fn name(&mut self) -> String {
        self.next += 1;
        format!("v{}", self.next)
    }

    fn source(&mut self, out: &mut String, depth: usize) {
        match self.random.below(8) {
            0 => {
                let count = 1 + self.random.below(4);
                let items = self.named(count, depth);
                write!(out, "print {items}").ok();
            }
            1 => {
                let name = self.name();
                let (from, to, step, ty) = *self.random.pick(&[
                    ("1", "5", "1", Type::Long),
                    ("0.5", "2.5", "0.5", Type::Real),
                    ("datetime(2026-05-01)", "datetime(2026-05-03)", "12h", Type::Datetime),
                    ("1d", "2d", "6h", Type::Timespan),
                    ("toint(1)", "toint(3)", "1", Type::Long),
                ]);
                write!(out, "range {name} from {from} to {to} step {step}").ok();
                self.columns = vec![(name, ty)];
            }
            2 | 3 => self.datatable(out),
            4 => {
                let table = self.random.pick(&SCHEMA.tables);
                out.push_str(&table.name);
                self.columns = table.listed().map(|column| (column.name.clone(), column.ty)).collect();
            }
            _ => {
                let table = &SCHEMA.tables[SCHEMA.tables.len() - 1];
                out.push_str(&table.name);
                self.columns = table.listed().map(|column| (column.name.clone(), column.ty)).collect();
            }
        }
    }

    fn datatable(&mut self, out: &mut String) {
        let count = 1 + self.random.below(4);
        self.columns = (0..count).map(|_| (self.name(), *self.random.pick(SCALARS))).collect();
        let declared: Vec<String> =
            self.columns.iter().map(|(name, ty)| format!("{name}: {}", ty.name())).collect();
        let cells: Vec<String> = (0..self.random.below(5))
            .flat_map(|_| self.columns.clone())
            .map(|(_, ty)| literal(self.random, ty).to_owned())
            .collect();
        write!(out, "datatable({})[{}]", declared.join(", "), cells.join(", ")).ok();
    }

    /// `v1 = ..., v2 = ...`, which become the columns.
    fn named(&mut self, count: usize, depth: usize) -> String {
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for _ in 0..count {
            let ty = *self.random.pick(SCALARS);
            let text = self.expr(ty, depth);
            let name = self.name();
            items.push(format!("{name} = {text}"));
            columns.push((name, ty));
        }
        self.columns = columns;
        items.join(", ")
    }

    fn column(&mut self, ty: Type) -> Option<String> {
        let fitting: Vec<&String> =
            self.columns.iter().filter(|column| column.1 == ty).map(|column| &column.0).collect();
        if fitting.is_empty() { None } else { Some((*self.random.pick(&fitting)).clone()) }
    }

    fn any_column(&mut self) -> (String, Type) {
        match self.columns.is_empty() {
            true => ("'none'".to_owned(), Type::String),
            false => self.random.pick(&self.columns).clone(),
        }
    }

    /// An operator with its pipe.
    fn operator(&mut self, out: &mut String, depth: usize) {
        out.push_str("\n| ");
        let text = match self.random.below(28) {
            0..4 => format!("where {}", self.expr(Type::Bool, depth)),
            4..7 => {
                let before = self.columns.clone();
                let count = 1 + self.random.below(3);
                let items = self.named(count, depth);
                self.columns.splice(0..0, before);
                format!("extend {items}")
            }
            7 => {
                let count = 1 + self.random.below(3);
                let items = self.named(count, depth);
                format!("project {items}")
            }
            8..12 => self.summarize(depth),
            12 | 13 => self.join(depth),
            14 => self.union(depth),
            15 => format!("{} by {}", self.random.pick(&["sort", "order"]), self.keys(depth)),
            16 => format!("top {} by {}", self.random.below(5), self.key(depth)),
            17 => format!("take {}", self.random.below(5)),
            18 => {
                let (name, _) = self.any_column();
                self.columns.retain(|column| column.0 == name);
                format!("distinct {name}")
            }
            19 => self.expand(),
            20 => self.serialized(depth),
            21 => {
                self.columns = vec![("Count".into(), Type::Long)];
                "count".to_owned()
            }
            22 => self.parse(),
            23 => self.make_series(depth),
            24 => self.apply(),
            25 => {
                let (name, _) = self.any_column();
                self.columns.retain(|column| column.0 != name);
                format!("project-away {name}")
            }
            26 => {
                let (old, ty) = self.any_column();
                let new = self.name();
                self.columns.retain(|column| column.0 != old);
                self.columns.push((new.clone(), ty));
                format!("project-rename {new} = {old}")
            }
            _ => self.rare(depth),
        };
        out.push_str(&text);
    }

    fn rare(&mut self, depth: usize) -> String {
        let (name, _) = self.any_column();
        let count = self.random.below(4);
        let total = self.expr(Type::Long, depth);
        let bag = self.column(Type::Dynamic).unwrap_or_else(|| "dynamic({'a': 1})".into());
        let options = [
            format!("sample-distinct {count} of {name}"),
            format!("sample {count}"),
            format!("top-hitters {count} of {name} by {total}"),
            format!(
                "top-nested {count} of {name} by n = count(), top-nested 1 of {name} by m = max({total})"
            ),
            format!("partition by {name} (take {count})"),
            format!("partition hint.strategy=native by {name} (summarize n = count())"),
            format!("as U | where {total} > 1"),
            format!("reduce by {name}"),
            format!("evaluate bag_unpack({bag})"),
            format!("evaluate pivot({name})"),
            "evaluate narrow()".to_owned(),
            format!("parse-kv {name} as (a: string, b: long) with (pair_delimiter=' ', kv_delimiter='=')"),
            format!("scan declare (s: long = 0) with (step one: true => s = one.s + {total};)"),
            format!("project-reorder *, {name}"),
            format!("project-keep {name}, v*"),
            "search 'x'".to_owned(),
            "getschema".to_owned(),
            "consume".to_owned(),
            "render timechart with (title='x')".to_owned(),
            format!("lookup (T) on $left.{name} == $right.Long"),
            "fork (where true) (count)".to_owned(),
            format!("facet by {name}"),
            format!("invoke f({total})"),
            format!("where {name} in ((T | project String))"),
            format!("where {total} > toscalar(T | summarize max(Long))"),
            "distinct *".to_owned(),
        ];
        self.columns.retain(|column| column.0 == name);
        self.random.pick(&options).clone()
    }

    fn keys(&mut self, depth: usize) -> String {
        let keys: Vec<String> = (0..=self.random.below(3)).map(|_| self.key(depth)).collect();
        keys.join(", ")
    }

    fn key(&mut self, depth: usize) -> String {
        let ty = *self.random.pick(SCALARS);
        let ends = ["", " asc", " desc", " asc nulls last", " desc nulls first", " nulls first"];
        format!("{}{}", self.expr(ty, depth - 1), self.random.pick(&ends))
    }

    fn summarize(&mut self, depth: usize) -> String {
        let groups: Vec<(String, Type, String)> = (0..self.random.below(3))
            .map(|_| {
                let ty = *self.random.pick(SCALARS);
                (self.name(), ty, self.expr(ty, depth - 1))
            })
            .collect();
        let mut columns: Vec<(String, Type)> =
            groups.iter().map(|(name, ty, _)| (name.clone(), *ty)).collect();
        let mut aggs = Vec::new();
        for _ in 0..self.random.below(4) {
            let name = self.name();
            let (text, ty) = self.aggregate(depth).unwrap_or(("count()".into(), Type::Long));
            aggs.push(format!("{name} = {text}"));
            columns.push((name, ty));
        }
        self.columns = columns;
        let by: Vec<String> = groups.iter().map(|(name, _, text)| format!("{name} = {text}")).collect();
        match (aggs.is_empty(), by.is_empty()) {
            (true, true) => "summarize count()".to_owned(),
            (_, true) => format!("summarize {}", aggs.join(", ")),
            _ => format!("summarize {} by {}", aggs.join(", "), by.join(", ")),
        }
    }

    fn aggregate(&mut self, depth: usize) -> Option<(String, Type)> {
        let rows: Vec<&'static Func> = catalog::aggregates().collect();
        let row = *self.random.pick(&rows);
        let sig = self.random.pick(row.sigs);
        let wanted = *self.random.pick(SCALARS);
        self.call(row, sig, wanted, depth)
    }

    fn side(&mut self, depth: usize) -> (String, Vec<(String, Type)>) {
        let mine = std::mem::take(&mut self.columns);
        let mut text = String::new();
        self.source(&mut text, depth - 1);
        if self.random.one_in(2) {
            self.operator(&mut text, 1);
        }
        let theirs = std::mem::replace(&mut self.columns, mine);
        (text, theirs)
    }

    fn join(&mut self, depth: usize) -> String {
        let (other, theirs) = self.side(depth);
        let kind = self.random.pick(JOINS);
        let pairs: Vec<(&String, &String)> = self
            .columns
            .iter()
            .flat_map(|mine| theirs.iter().filter(|other| other.1 == mine.1).map(|other| (&mine.0, &other.0)))
            .collect();
        let keys: Vec<String> = match pairs.is_empty() {
            true => vec!["$left.Long == $right.Long".to_owned()],
            false => (0..=self.random.below(2))
                .map(|_| self.random.pick(&pairs))
                .map(|(one, other)| format!("$left.{one} == $right.{other}"))
                .collect(),
        };
        let text = match self.random.below(4) {
            0 => format!(
                "lookup kind={} ({other}) on {}",
                ["inner", "leftouter"][self.random.below(2)],
                keys.join(", ")
            ),
            _ => format!("join kind={kind} ({other}) on {}", keys.join(", ")),
        };
        let right = matches!(*kind, "rightsemi" | "rightanti");
        let left = matches!(*kind, "leftsemi" | "leftanti" | "semi" | "anti");
        if right {
            self.columns = theirs;
        } else if !left {
            let new = theirs.into_iter().filter(|other| self.columns.iter().all(|mine| mine.0 != other.0));
            let new: Vec<(String, Type)> = new.collect();
            self.columns.extend(new);
        }
        text
    }

    fn union(&mut self, depth: usize) -> String {
        let (other, theirs) = self.side(depth);
        let kind = self.random.pick(&["", " kind=inner", " withsource=Origin", " isfuzzy=true"]);
        self.columns.retain(|mine| theirs.iter().all(|other| other.0 != mine.0 || other.1 == mine.1));
        format!("union{kind} ({other})")
    }

    fn expand(&mut self) -> String {
        let column = self.column(Type::Dynamic);
        let array = column.unwrap_or_else(|| literal(self.random, Type::Dynamic).to_owned());
        let name = self.name();
        self.columns.push((name.clone(), Type::Dynamic));
        let options = ["", "with_itemindex=i ", "bagexpansion=array ", "kind=array "];
        let option = self.random.pick(&options);
        let tail = self.random.pick(&["", " to typeof(long)", " to typeof(string)", " limit 2"]);
        format!("mv-expand {option}{name} = {array}{tail}")
    }

    fn apply(&mut self) -> String {
        let array = self.column(Type::Dynamic).unwrap_or_else(|| "dynamic([3, 1, 2])".into());
        let name = self.name();
        let body = self.random.pick(&[
            "summarize n = count(), m = max(tolong(X))",
            "order by tolong(X) desc | take 1",
            "where X > 1",
            "extend y = strcat('a', X)",
            "summarize make_list(X)",
        ]);
        format!("mv-apply {name} = {array} on ({})", body.replace('X', &name))
    }

    fn serialized(&mut self, depth: usize) -> String {
        let name = self.name();
        let ty = *self.random.pick(SCALARS);
        let value = self.expr(ty, depth - 1);
        let number = self.expr(Type::Long, depth - 1);
        let condition = self.expr(Type::Bool, depth - 1);
        let (text, ty) = match self.random.below(7) {
            0 => ("row_number()".to_owned(), Type::Long),
            1 => (format!("row_number(1, {condition})"), Type::Long),
            2 => (format!("prev({value})"), ty),
            3 => (format!("next({value}, 2)"), ty),
            4 => (format!("row_cumsum({number}, {condition})"), Type::Long),
            5 => (format!("prev({value}, 1, {value})"), ty),
            _ => (format!("row_rank_dense({value})"), Type::Long),
        };
        self.columns.push((name.clone(), ty));
        format!("serialize | extend {name} = {text}")
    }

    fn parse(&mut self) -> String {
        let text = self.column(Type::String).unwrap_or_else(|| "'a=1 b=2'".into());
        let (one, other) = (self.name(), self.name());
        self.columns.extend([(one.clone(), Type::String), (other.clone(), Type::Long)]);
        let word = self.random.pick(&["parse", "parse-where"]);
        let kind = self.random.pick(&["", "kind=relaxed ", "kind=regex "]);
        format!("{word} {kind}{text} with * 'a=' {one} ' b=' {other}: long *")
    }

    fn make_series(&mut self, depth: usize) -> String {
        let axis = self.column(Type::Datetime).unwrap_or_else(|| "datetime(2026-05-01)".into());
        let name = self.name();
        let (value, _) = self.aggregate(depth - 1).unwrap_or(("count()".into(), Type::Long));
        let by = match self.column(Type::String) {
            Some(column) if self.random.one_in(2) => format!(" by {column}"),
            _ => String::new(),
        };
        let default = self.random.pick(&["", " default=0", " default=real(nan)"]);
        self.columns = vec![(name.clone(), Type::Dynamic)];
        let range = self.random.pick(&[
            " from datetime(2026-05-01) to datetime(2026-05-04)",
            "",
            " from ago(3d) to now()",
        ]);
        format!("make-series {name} = {value}{default} on {axis}{range} step 1d{by}")
    }

    /// An expression of this type, mostly.
    fn expr(&mut self, ty: Type, depth: usize) -> String {
        if depth == 0 || self.random.one_in(5) {
            if let Some(column) = self.column(ty).filter(|_| !self.random.one_in(3)) {
                return column;
            }
            return literal(self.random, ty).to_owned();
        }
        match self.random.below(6) {
            0 => self.operation(ty, depth - 1),
            1 => self.converted(ty, depth - 1),
            _ => self.function(ty, depth - 1),
        }
    }

    fn converted(&mut self, ty: Type, depth: usize) -> String {
        let from = *self.random.pick(SCALARS);
        let value = self.expr(from, depth);
        match ty {
            Type::Dynamic => {
                format!("{}({value})", self.random.pick(&["todynamic", "parse_json", "pack_array"]))
            }
            Type::String if from == Type::Dynamic => format!("tostring({value}.a[0])"),
            _ => format!("to{}({value})", ty.name()),
        }
    }

    fn operation(&mut self, ty: Type, depth: usize) -> String {
        let other = *self.random.pick(SCALARS);
        match ty {
            Type::Bool => {
                let (op, _, _) = *self.random.pick(BINARY_OPS);
                let text = !op.contains(['=', '<', '>']) || op.contains('~');
                let side = match op {
                    "and" | "or" => Type::Bool,
                    ":" | "+" | "-" | "*" | "/" | "%" => return self.membership(other, depth),
                    _ if text => Type::String,
                    _ => other,
                };
                format!("({} {op} {})", self.expr(side, depth), self.expr(side, depth))
            }
            Type::Datetime => format!("({} + {})", self.expr(ty, depth), self.expr(Type::Timespan, depth)),
            Type::Dynamic => {
                let step = self.random.pick(&[".a", "['b c']", "[0]", "[-1]", ".a.b[1]"]);
                format!("{}{step}", self.column(ty).unwrap_or_else(|| "dynamic({'a':{'b':[1,2]}})".into()))
            }
            Type::Int | Type::Long | Type::Real | Type::Timespan => {
                let op = self.random.pick(&["+", "-", "*", "/", "%"]);
                let factor = if ty == Type::Timespan && matches!(*op, "*" | "/") { Type::Long } else { ty };
                format!("({} {op} {})", self.expr(ty, depth), self.expr(factor, depth))
            }
            _ => format!("-{}", self.expr(Type::Long, depth)),
        }
    }

    fn membership(&mut self, ty: Type, depth: usize) -> String {
        let value = self.expr(ty, depth);
        if self.random.one_in(3) {
            let (low, high) = (self.expr(ty, depth), self.expr(ty, depth));
            let not = ["", "!"][self.random.below(2)];
            return format!("({value} {not}between ({low} .. {high}))");
        }
        let (op, _) = *self.random.pick(LIST_OPS);
        let items: Vec<String> = (0..=self.random.below(3)).map(|_| self.expr(ty, depth)).collect();
        format!("({value} {op} ({}))", items.join(", "))
    }

    fn function(&mut self, ty: Type, depth: usize) -> String {
        let mut fitting: Vec<(&'static Func, &'static Sig)> = Vec::new();
        for row in catalog::functions() {
            fitting.extend(row.sigs.iter().filter(|sig| gives(sig, ty)).map(|sig| (row, sig)));
        }
        if fitting.is_empty() {
            return literal(self.random, ty).to_owned();
        }
        let (row, sig) = *self.random.pick(&fitting);
        match self.call(row, sig, ty, depth) {
            Some((text, _)) => text,
            None => literal(self.random, ty).to_owned(),
        }
    }

    /// The call's text and type; `None` for what is refused.
    fn call(
        &mut self,
        row: &'static Func,
        sig: &'static Sig,
        wanted: Type,
        depth: usize,
    ) -> Option<(String, Type)> {
        if matches!(sig.lower, Lower::Refuse(_)) {
            return None;
        }
        let name = match row.aliases.is_empty() || !self.random.one_in(8) {
            true => row.name,
            false => self.random.pick(row.aliases),
        };
        let mut args: Vec<String> = Vec::new();
        let mut types: Vec<Type> = Vec::new();
        for param in sig.params {
            let count = match param.arity {
                Arity::One => 1,
                Arity::Optional => self.random.below(2),
                Arity::Rest => self.random.below(3),
            };
            for _ in 0..count {
                let ty = self.param_type(param, wanted, sig.ret);
                args.push(self.argument(param, ty, depth.saturating_sub(1)));
                types.push(param.convert.unwrap_or(ty));
            }
            if count == 0 && param.arity == Arity::Optional {
                break;
            }
        }
        let ty = match sig.ret {
            Ret::Is(ty) => ty,
            Ret::Arg(at) | Ret::Promoted(at) | Ret::Common(at) => {
                *types.get(usize::from(at)).unwrap_or(&wanted)
            }
            Ret::Typeof => wanted,
        };
        let ty = if matches!(sig.ret, Ret::Promoted(_)) && ty == Type::Int { Type::Long } else { ty };
        Some((format!("{name}({})", args.join(", ")), ty))
    }

    fn param_type(&mut self, param: &Param, wanted: Type, ret: Ret) -> Type {
        if param.types.is_empty() {
            return wanted;
        }
        let follows = !matches!(ret, Ret::Is(_));
        if follows && param.types.contains(&wanted) { wanted } else { *self.random.pick(param.types) }
    }

    fn argument(&mut self, param: &Param, ty: Type, depth: usize) -> String {
        if param.types.is_empty() {
            return format!("typeof({})", ty.name());
        }
        if param.pattern {
            return (*self.random.pick(&["'a(b)?'", "@'^\\d+'", "'x|y'", "'(.)(.)'", "','"])).to_owned();
        }
        if param.constant {
            return literal(self.random, ty).to_owned();
        }
        // A function that takes a text often wants one of a few words.
        if ty == Type::String && self.random.one_in(4) {
            return (*self.random.pick(WORDS)).to_owned();
        }
        self.expr(ty, depth)
    }
}

fn gives(sig: &Sig, ty: Type) -> bool {
    match sig.ret {
        Ret::Is(given) => given == ty,
        Ret::Arg(at) | Ret::Promoted(at) | Ret::Common(at) => {
            let param = sig.params.get(usize::from(at)).or(sig.params.last());
            param.is_some_and(|param| {
                param.convert == Some(ty) || param.convert.is_none() && param.types.contains(&ty)
            })
        }
        Ret::Typeof => true,
    }
}

const WORDS: &[&str] = &[
    "'day'",
    "'week_of_year'",
    "'Hour'",
    "'minute'",
    "'second'",
    "'nanosecond'",
    "'month'",
    "'year'",
    "'quarter'",
    "'yyyy-MM-dd HH:mm:ss.fffffff'",
    "'d.hh:mm'",
    "'$.a[0]'",
    "'UTC'",
    "'Europe/Berlin'",
    "'US/Pacific'",
    "'a'",
    "','",
    "'10.0.0.0/8'",
    "'192.168.1.1'",
    "'::1'",
    "'fe80::/10'",
    "'https://user:pw@example.com:8080/p/a?q=1#f'",
    "'KB'",
    "'GB'",
    "'{\"a\": [1, 2]}'",
    "'YWJj'",
    "'{{'",
    "'g'",
    "'1.2.3.4'",
    "'%20'",
];

fn literal(random: &mut Random, ty: Type) -> &'static str {
    let all: &[&'static str] = match ty {
        Type::Bool => &["true", "false", "bool(null)"],
        Type::Datetime => &[
            "datetime(2026-05-14)",
            "datetime(2026-05-14 12:34:56.1234567)",
            "datetime(0001-01-01)",
            "datetime(9999-12-31 23:59:59.9999999)",
            "datetime(1969-12-31 23:59:59)",
            "datetime(null)",
            "now()",
        ],
        Type::Decimal => &["decimal(1.5)", "decimal(null)"],
        Type::Dynamic => &[
            "dynamic({'a': [1, {'b': null}], 'b c': 'x'})",
            "dynamic([1, 2.5, 'x', null, true, [3]])",
            "dynamic([])",
            "dynamic({})",
            "dynamic(null)",
            "dynamic('text')",
            "dynamic(42)",
            "dynamic([3, 1, 2])",
            "dynamic(['b', 'a', 'b'])",
        ],
        Type::Guid => &["guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", "guid(null)"],
        Type::Int => &["int(1)", "int(-7)", "int(2147483647)", "int(null)"],
        Type::Long => &[
            "1",
            "0",
            "-1",
            "42",
            "3",
            "2",
            "9223372036854775807",
            "-9223372036854775807",
            "long(null)",
            "1000000000000",
        ],
        Type::Real => {
            &["1.5", "0.0", "-2.25", "real(nan)", "real(+inf)", "real(-inf)", "1e308", "1e-308", "real(null)"]
        }
        Type::String => &[
            "'a'",
            "''",
            "'Hello World'",
            "'1'",
            "'2026-05-14T00:00:00Z'",
            "'{\"a\": 1}'",
            "'10.0.0.1'",
            "'a,b;c d'",
            "'\u{e9}\u{1f600}'",
            "'\\\\x'",
            "'tab\\there'",
            "\"it's\"",
        ],
        Type::Timespan => {
            &["1d", "-1h", "0s", "1.5m", "1tick", "timespan(null)", "time(1.02:03:04.0000001)", "10675199d"]
        }
    };
    random.pick::<&'static str>(all)
}
