//! Whether arguments fit the parameters of a function, and what is said where they do not. Knows no SQL.

use super::Expr;
use super::check::{Binder, Checked, Stop};
use super::expr::columns_of;
use crate::catalog::binary;
use crate::catalog::func::{Arity, Fixed, Func, Keeps, Pairs, Param, Pattern, Shape, Sig};
use crate::diag::code;
use crate::kernels::regexes;
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// Refuses an argument of the right type whose value its parameter does not take; `at` counts from 0.
    pub fn argument_allowed(&mut self, name: &str, at: usize, param: &Param, arg: &Expr) -> Checked<()> {
        self.check_shape(name, param.shape, arg)?;
        let value = arg.literal();
        self.warn_of_column(param, arg);
        let (code, message, help) = if param.constant && value.is_none() {
            let message = format!("'{name}' wants a constant for its argument {}", at + 1);
            (code::TYPE, message, "Write a literal, or a let that holds one.".to_owned())
        } else if let Some((least, greatest)) = param.within
            && !lies_within(value, least, greatest)
        {
            let message = format!("'{name}' wants a number from {least} to {greatest} here");
            (code::TYPE, message, "Write one.".to_owned())
        } else if let Some(Value::String(text)) = value
            && !param.one_of.is_empty()
            && !param.one_of.iter().any(|known| known.eq_ignore_ascii_case(text))
        {
            let help = format!("Write one of {}.", param.one_of.join(", "));
            (code::CHOICE, format!("'{name}' knows no '{text}' here"), help)
        } else if let (Some(pattern), Some(Value::String(text))) = (param.pattern, value)
            && let Err(message) = compiles(pattern, text)
        {
            let help = "Regular expressions are those of Rust's regex crate, as in Kusto: no look-around.";
            (code::SYNTAX, message, help.to_owned())
        } else {
            return Ok(());
        };
        self.error(code, arg.span, message, help);
        Err(Stop)
    }

    /// Kusto's binder refuses a column where the parameter is to be the same for all rows.
    fn warn_of_column(&mut self, param: &Param, arg: &Expr) {
        let (code, wanted) = match param.fixed {
            Fixed::Any => return,
            Fixed::Constant => (code::CONSTANT, "constant"),
            Fixed::Literal => (code::LITERAL, "literal"),
        };
        if !columns_of(arg).is_empty() {
            let message = format!("Kusto's editors want a {wanted} here; this differs from row to row");
            self.warn(code, arg.span, message, "Write a literal, or a let that holds one.");
        }
    }

    /// Warns of groups that a constant pattern of extract_all() does not have.
    pub fn warn_of_groups(&mut self, row: &Func, args: &[Expr]) {
        let ("extract_all", [pattern, groups, _]) = (row.name, args) else { return };
        if let (Some(Value::String(pattern)), Some(Value::Dynamic(wanted))) =
            (pattern.literal(), groups.literal())
            && let Some((odd, last)) = regexes::odd_group(pattern, wanted)
        {
            let (code, said, help) = match odd {
                "0" => (
                    code::UNCERTAIN,
                    "group 0 is the whole match here".to_owned(),
                    "Kusto's page knows groups from 1; put parentheses around the whole expression.",
                ),
                _ => (
                    code::SUSPICIOUS,
                    format!("{odd} is none of the groups of the regular expression, which has {last}"),
                    "It is left out, as in Kusto; where none is left, all groups are taken.",
                ),
            };
            self.warn(code, groups.span, said, help);
        }
    }

    /// Warns where a decimal becomes a text.
    pub fn warn_of_zeros(&mut self, row: &Func, wanted: Option<Type>, arg: &Expr) {
        let text = row.name == "tostring" || matches!(wanted, Some(Type::String | Type::Dynamic));
        if arg.ty == Type::Decimal && text {
            let help = "Whether Kusto keeps zeros that were written, as in 1.50, is not recorded.";
            self.warn(code::CONVERTED, arg.span, "a decimal's text ends in no zeros here", help);
        }
    }

    /// Whether arguments that come in pairs do.
    pub fn pairs(&mut self, row: &Func, name: &str, args: &[Expr], span: Span) -> Checked<()> {
        let Some(Pairs { first, after }) = row.pairs else { return Ok(()) };
        if args.len() < 2 + after {
            self.no_signature(row, name, args, span);
            return Err(Stop);
        }
        if args.len() % 2 != after {
            let message = format!("the arguments of '{name}' come in pairs");
            self.error(code::ARITY_PAIRS, span, message, row.doc);
            return Err(Stop);
        }
        for arg in args[..args.len() - after].iter().step_by(2) {
            if !first.contains(&arg.ty) {
                let message = format!("{} stands where {} must", arg.ty.one(), first[0].one());
                self.error(code::TYPE, arg.span, message, row.doc);
                return Err(Stop);
            }
            self.check_shape(name, Shape::Plain, arg)?;
        }
        Ok(())
    }

    /// Says why no signature takes these arguments.
    pub fn no_signature(&mut self, row: &Func, name: &str, args: &[Expr], span: Span) {
        let counts: Vec<(usize, usize)> = row.sigs.iter().map(arity).collect();
        let least = counts.iter().map(|(least, _)| *least).min().unwrap_or(0);
        let most = counts.iter().map(|(_, most)| *most).max().unwrap_or(0);
        if args.len() < least || args.len() > most {
            self.wrong_count(row, name, (least, most), args.len(), span);
            return;
        }
        let given: Vec<&str> = args.iter().map(|arg| arg.ty.name()).collect();
        if binary::row(name).is_some_and(|known| std::ptr::eq(known, row)) {
            let message = format!("'{name}' is not defined for a {}", given.join(" and a "));
            self.error(
                code::OPERANDS,
                span,
                message,
                "Convert one of them, with tostring(), tolong() or their kin.",
            );
            return;
        }
        if let Some(decimal) = args.iter().find(|arg| arg.ty == Type::Decimal) {
            let place = if decimal.span.length() > 0 { decimal.span } else { span };
            self.refuse(place, &format!("'{name}' of a decimal"), "Convert it with toreal() or tostring().");
            return;
        }
        // The signature that fits longest is the one that was meant.
        let fitting = |sig: &Sig| args.iter().enumerate().take_while(|(at, arg)| fits(sig, *at, arg)).count();
        let meant = row.sigs.iter().rev().max_by_key(|sig| fitting(sig));
        let wrong = meant.and_then(|sig| args.get(fitting(sig)));
        let place = wrong.map(|arg| arg.span).filter(|place| place.length() > 0).unwrap_or(span);
        let code = wrong_type(
            row,
            wrong.map_or(0, |wrong| args.iter().position(|arg| std::ptr::eq(arg, wrong)).unwrap_or(0)),
        );
        let help = match meant {
            Some(_) if wrong.is_some_and(|arg| arg.ty == Type::Dynamic) => {
                "Convert the dynamic first, with tolong(), tostring() or their kin.".to_owned()
            }
            Some(_) if code == code::ORDER => "Compare its text: write tostring(...) around it.".to_owned(),
            Some(sig) => format!("It takes ({}).", parameters(sig)),
            None => row.doc.to_owned(),
        };
        let place = if code == code::COMBINATION { span } else { place };
        self.error(code, place, format!("'{name}' does not take ({})", given.join(", ")), help);
    }

    fn wrong_count(&mut self, row: &Func, name: &str, wanted: (usize, usize), given: usize, span: Span) {
        let wants = match wanted {
            (least, usize::MAX) => format!("at least {least}"),
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least} to {most}"),
        };
        let code = if wanted.1 == usize::MAX { code::ARITY_RANGE } else { code::ARITY };
        self.error(code, span, other_number(name, &wants, given), row.doc);
    }
}

/// Says that a function takes another number of arguments than it is given, such as `at least 1`.
pub fn other_number(name: &str, takes: &str, given: usize) -> String {
    let arguments = if takes.split(' ').next_back() == Some("1") { "argument" } else { "arguments" };
    let are = if given == 1 { "is" } else { "are" };
    format!("'{name}' takes {takes} {arguments}, {given} {are} given")
}

/// The parameters of a signature, as a reader sees them.
fn parameters(sig: &Sig) -> String {
    let parameter = |param: &Param| {
        let types: Vec<&str> = param.types.iter().map(|ty| ty.name()).collect();
        format!("{}: {}", param.name, types.join(" or "))
    };
    sig.params.iter().map(parameter).collect::<Vec<_>>().join("; ")
}

/// Kusto's code for an argument of a wrong type, by what may stand in its place.
fn wrong_type(row: &Func, at: usize) -> &'static str {
    if row.combines {
        return code::COMBINATION;
    }
    if row.keeps == Some(Keeps::End) {
        return code::ORDER;
    }
    let accepted = |ty: Type| {
        row.sigs.iter().any(|sig| param_at(sig, at).is_some_and(|param| param.types.contains(&ty)))
    };
    match (accepted(Type::Long), accepted(Type::Real), accepted(Type::String), accepted(Type::Timespan)) {
        (true, false, false, false) => code::INTEGER,
        (true, true, false, false) => code::NUMBER,
        _ => code::TYPE,
    }
}

fn compiles(pattern: Pattern, text: &str) -> Result<(), String> {
    match pattern {
        Pattern::Alone => regexes::compiled(text).map(drop),
        Pattern::Inside => regexes::compiled_to_trim(text),
    }
}

fn lies_within(value: Option<&Value>, least: u32, greatest: u32) -> bool {
    let number = match value {
        Some(Value::Int(number)) => f64::from(*number),
        Some(Value::Long(number)) => *number as f64,
        Some(Value::Real(number)) => *number,
        _ => return false,
    };
    (f64::from(least)..=f64::from(greatest)).contains(&number)
}

/// The parameter that an argument is for.
pub fn param_at(sig: &Sig, at: usize) -> Option<&Param> {
    sig.params.get(at).or_else(|| sig.params.last().filter(|param| param.arity == Arity::Rest))
}

/// Least and most arguments.
fn arity(sig: &Sig) -> (usize, usize) {
    let least = sig.params.iter().filter(|param| param.arity == Arity::One).count();
    let endless = sig.params.iter().any(|param| param.arity == Arity::Rest);
    (least, if endless { usize::MAX } else { sig.params.len() })
}

/// Whether a signature takes these arguments.
pub fn accepts(sig: &Sig, args: &[Expr]) -> bool {
    let (least, most) = arity(sig);
    (least..=most).contains(&args.len()) && args.iter().enumerate().all(|(at, arg)| fits(sig, at, arg))
}

fn fits(sig: &Sig, at: usize, arg: &Expr) -> bool {
    param_at(sig, at).is_some_and(|param| {
        let same = |only: &str| matches!(arg.literal(), Some(Value::String(text)) if text.eq_ignore_ascii_case(only));
        let power = match arg.literal() {
            Some(Value::Int(number)) => *number > 0 && number.count_ones() == 1,
            Some(Value::Long(number)) => *number > 0 && number.count_ones() == 1,
            _ => false,
        };
        let known = matches!(arg.literal(), Some(Value::String(_)));
        param.types.contains(&arg.ty)
            && param.only.is_none_or(same)
            && (power || !param.power_of_two)
            && (known || !param.known)
    })
}
