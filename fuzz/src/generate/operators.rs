//! Operators, each with its clauses.

use kqlhunt::catalog;
use kqlhunt::catalog::func::Func;
use kqlhunt::types::Type;

use super::literals::literal;
use super::{Query, SCALARS};

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

impl Query<'_> {
    /// An operator with its pipe.
    pub(super) fn operator(&mut self, out: &mut String, depth: usize) {
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
}
