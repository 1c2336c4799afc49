//! Expressions of a type: columns, literals, operations and calls.

use kqlhunt::catalog;
use kqlhunt::catalog::func::{Arity, Func, Lower, Param, Ret, Sig};
use kqlhunt::syntax::{BINARY_OPS, LIST_OPS};
use kqlhunt::types::Type;

use super::literals::{WORDS, literal};
use super::{Query, SCALARS};

impl Query<'_> {
    /// An expression of this type, mostly.
    pub(super) fn expr(&mut self, ty: Type, depth: usize) -> String {
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
    pub(super) fn call(
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
            Ret::Arg(at) | Ret::Promoted(at) | Ret::Common(at, _) => {
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
        if param.pattern.is_some() {
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
        Ret::Arg(at) | Ret::Promoted(at) | Ret::Common(at, _) => {
            let param = sig.params.get(usize::from(at)).or(sig.params.last());
            param.is_some_and(|param| {
                param.convert == Some(ty) || param.convert.is_none() && param.types.contains(&ty)
            })
        }
        Ret::Typeof => true,
    }
}
