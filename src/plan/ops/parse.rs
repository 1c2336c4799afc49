//! parse and parse-where: columns cut out of a text by a pattern.

use crate::catalog::func::Func;
use crate::catalog::parsing;
use crate::diag::code;
use crate::kernels::pattern::{self, Fragment, Kind, Step};
use crate::kernels::regexes;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Expr, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, Name, OpParam, ParseStep};
use crate::types::Type;
use crate::value::Value;

use super::cols::projected;
use super::param_word;

const KINDS: [(&str, Kind); 3] =
    [("simple", Kind::Simple), ("relaxed", Kind::Relaxed), ("regex", Kind::Regex)];

/// The flags of regular expressions that are known to mean the same in Kusto ("parse operator", "Regex
/// syntax").
const FLAGS: &str = "imsUx";

/// What a pattern looks for, and the columns that it fills.
pub struct Pattern {
    pub program: String,
    pub columns: Vec<(Name, Type)>,
}

impl Binder<'_> {
    pub fn parse_pattern(
        &mut self,
        params: &[OpParam],
        steps: &[ParseStep],
        only_matches: bool,
    ) -> Checked<Pattern> {
        let kind = self.parse_kind(params, only_matches)?;
        let flags = self.parse_flags(params, kind)?;
        self.arranged(steps)?;
        for (at, step) in steps.iter().enumerate() {
            self.parse_step(kind, &flags, step, &steps[at + 1..])?;
        }
        let found: Vec<Step<'_>> = steps.iter().map(step_of).collect();
        let columns = steps.iter().filter_map(|step| match step {
            ParseStep::Column { name, ty } => Some((name.clone(), ty.map_or(Type::String, |(ty, _)| ty))),
            ParseStep::Text(..) | ParseStep::Skip(_) => None,
        });
        Ok(Pattern { program: pattern::program(kind, &flags, &found), columns: columns.collect() })
    }

    fn parse_kind(&mut self, params: &[OpParam], only_matches: bool) -> Checked<Kind> {
        let Some((_, place)) = param_word(params, "kind") else { return Ok(Kind::Simple) };
        let kind = self.kind(params, "parse", &KINDS)?.unwrap_or(Kind::Simple);
        if only_matches && kind == Kind::Relaxed {
            let help = "Use kind=simple or kind=regex, or parse and then where.";
            self.error(code::SYNTAX, place, "parse-where cannot be relaxed", help);
            return Err(Stop);
        }
        Ok(kind)
    }

    fn parse_flags(&mut self, params: &[OpParam], kind: Kind) -> Checked<String> {
        let Some((flags, place)) = param_word(params, "flags") else { return Ok(String::new()) };
        if kind != Kind::Regex {
            self.error(code::SYNTAX, place, "flags belong to regular expressions", "Add kind=regex.");
            return Err(Stop);
        }
        if let Some(wrong) = flags.chars().find(|flag| !FLAGS.contains(*flag)) {
            self.refuse(place, &format!("the flag '{wrong}'"), "The flags are i, m, s, U and x.");
            return Err(Stop);
        }
        Ok(flags)
    }

    /// The order of texts, columns and `*` that Kusto's binder asks for.
    fn arranged(&mut self, steps: &[ParseStep]) -> Checked<()> {
        let mut names: Vec<&str> = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| steps.get(at));
            let wrong = match step {
                ParseStep::Text(text, place) if text.is_empty() => {
                    Some((*place, "an empty text in a pattern", "Leave it out, or write what separates."))
                }
                ParseStep::Skip(place) if is_string(before) => {
                    Some((*place, "* after a column of type string", "Put a text between them."))
                }
                ParseStep::Skip(place) if !matches!(steps.get(at + 1), None | Some(ParseStep::Text(..))) => {
                    Some((*place, "* without a text after it", "Write the text to skip to."))
                }
                ParseStep::Column { name, .. } if !matches!(before, None | Some(ParseStep::Text(..))) => {
                    Some((name.span, "a column that does not follow a text", "Put a text before it."))
                }
                ParseStep::Column { name, .. } if names.contains(&name.text.as_str()) => {
                    Some((name.span, "a column that is there already", "Give it another name."))
                }
                ParseStep::Column { name, .. } => {
                    names.push(&name.text);
                    None
                }
                ParseStep::Text(..) | ParseStep::Skip(_) => None,
            };
            if let Some((place, message, help)) = wrong {
                self.error(code::SYNTAX, place, message, help);
                return Err(Stop);
            }
        }
        Ok(())
    }

    fn parse_step(&mut self, kind: Kind, flags: &str, step: &ParseStep, rest: &[ParseStep]) -> Checked<()> {
        match step {
            ParseStep::Text(text, place) if kind == Kind::Regex => self.regex_text(text, *place),
            ParseStep::Text(..) | ParseStep::Skip(_) | ParseStep::Column { ty: None, .. } => Ok(()),
            ParseStep::Column { ty: Some((ty, place)), .. } => {
                self.parsed_type(kind, flags, *ty, *place, rest)
            }
        }
    }

    fn regex_text(&mut self, text: &str, place: Span) -> Checked<()> {
        let fragment = Fragment::read(text);
        if let Err(message) = regexes::compiled(&fragment.regex) {
            let help = "Regular expressions are those of Rust's regex crate, as in Kusto: no look-around.";
            self.error(code::SYNTAX, place, message, help);
            return Err(Stop);
        }
        if fragment.splits {
            let help = "Put it into parentheses: (a|b).";
            self.refuse(place, "'|' outside of parentheses in a pattern", help);
            return Err(Stop);
        }
        Ok(())
    }

    /// Where it is not known what Kusto takes for a value of the type.
    fn parsed_type(
        &mut self,
        kind: Kind,
        flags: &str,
        ty: Type,
        place: Span,
        rest: &[ParseStep],
    ) -> Checked<()> {
        let time = matches!(ty, Type::Datetime | Type::Timespan);
        let (what, help) = match kind {
            _ if ty == Type::Decimal => ("the type decimal".to_owned(), "Use real."),
            Kind::Regex if time && flags.contains('U') => {
                (format!("{} with flags=U", ty.one()), "Leave U out and write .*? where it matters.")
            }
            Kind::Regex if time && rest.iter().all(may_be_empty) && !ends_in_skip(rest) => {
                (format!("{} at the end of a regular expression", ty.one()), "End the pattern with *.")
            }
            Kind::Simple | Kind::Relaxed
                if (time || ty == Type::Dynamic) && matches!(rest.first(), Some(ParseStep::Skip(_))) =>
            {
                (format!("{} before *", ty.one()), "Put the text that follows it before the *.")
            }
            _ => return Ok(()),
        };
        self.refuse(place, &what, help);
        Err(Stop)
    }

    pub fn parse(
        &mut self,
        pattern: &Pattern,
        expr: &ast::Expr,
        only_matches: bool,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let (mut rel, packed) = self.cut(&parsing::PARSE, &pattern.program, expr, input, env, span)?;
        if only_matches {
            let matched = self.apply_named("isnotnull", vec![Expr::col(&packed, span)], span)?;
            let (cols, order) = (rel.cols.clone(), rel.order.clone());
            rel = Rel { node: Node::Filter { input: Box::new(rel), predicate: matched }, cols, order, span };
        }
        self.unpacked(rel, &packed, &pattern.columns, span)
    }

    /// The input with one more column, which its user does not see: the texts that a program cuts out of
    /// another text, packed.
    pub fn cut(
        &mut self,
        row: &'static Func,
        program: &str,
        expr: &ast::Expr,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<(Rel, Column)> {
        let text = self.scalar(expr, env, &input.cols)?;
        let text = self.convert(text, Type::String);
        let program = Expr::lit(Value::String(program.to_owned()), Type::String, span);
        let value = self.apply(row, row.name, vec![text, program], span)?;
        let packed = self.new_column("", Type::Dynamic);
        let shown = input.cols.clone();
        let cols = shown.iter().cloned().chain([packed.clone()]).collect();
        let rel = projected(input, cols, vec![(packed.id, value)], span);
        Ok((Rel { cols: shown, ..rel }, packed))
    }

    /// Makes columns of packed texts, each converted to its type. As with extend, which the reference calls
    /// parse another way to write ("parse operator"), a column of the same name is replaced in place, whatever
    /// its type (measured for texts; Microsoft's binder lists both).
    pub fn unpacked(
        &mut self,
        input: Rel,
        packed: &Column,
        columns: &[(Name, Type)],
        span: Span,
    ) -> Checked<Rel> {
        let mut cols = input.cols.clone();
        let mut set = Vec::new();
        for (at, (name, ty)) in columns.iter().enumerate() {
            let index = Expr::long(i64::try_from(at).unwrap_or(i64::MAX), span);
            let text = self.apply(&parsing::FIELD, "parse", vec![Expr::col(packed, span), index], span)?;
            let value = self.typed(text, *ty, name.span)?;
            let column = self.new_column(name.text.clone(), *ty);
            set.push((column.id, value));
            match cols.iter_mut().find(|known| known.name == name.text) {
                Some(known) => *known = column,
                None => cols.push(column),
            }
        }
        Ok(projected(input, cols, set, span))
    }
}

fn is_string(step: Option<&ParseStep>) -> bool {
    match step {
        Some(ParseStep::Column { ty, .. }) => ty.is_none_or(|(ty, _)| ty == Type::String),
        Some(ParseStep::Text(..) | ParseStep::Skip(_)) | None => false,
    }
}

fn step_of(step: &ParseStep) -> Step<'_> {
    match step {
        ParseStep::Text(text, _) => Step::Text(text),
        ParseStep::Skip(_) => Step::Skip,
        ParseStep::Column { ty, .. } => Step::Column(ty.map_or(Type::String, |(ty, _)| ty)),
    }
}

/// Whether a regular expression, as part of a pattern, can match nothing at all.
fn may_be_empty(step: &ParseStep) -> bool {
    match step {
        ParseStep::Text(text, _) => {
            let whole = format!("^(?:{})$", Fragment::read(text).regex);
            regexes::compiled(&whole).is_ok_and(|regex| regex.is_match(""))
        }
        ParseStep::Skip(_) => true,
        ParseStep::Column { .. } => false,
    }
}

fn ends_in_skip(rest: &[ParseStep]) -> bool {
    matches!(rest, [ParseStep::Skip(_)])
}
