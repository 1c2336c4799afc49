//! parse-kv: columns from the keys and values in a text.

use crate::catalog::parsing;
use crate::diag::{Diagnostic, code, nearest};
use crate::kernels::pairs::{self, Layout};
use crate::kernels::regexes;
use crate::plan::Rel;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::span::Span;
use crate::syntax::ast::{self, ColumnDecl, ExprKind as Ast, Literal, Name, OpParam};
use crate::types::Type;

/// The properties ("parse-kv operator").
const PROPERTIES: [&str; 6] = ["pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex"];

/// The properties as they are written.
#[derive(Default)]
struct Properties {
    pair: Option<String>,
    kv: Option<String>,
    regex: Option<String>,
    greedy: bool,
    quotes: Vec<(char, char)>,
    escapes: String,
}

impl Binder<'_> {
    /// The program that finds the values of these keys.
    pub fn pair_layout(&mut self, params: &[OpParam], columns: &[ColumnDecl], span: Span) -> Checked<String> {
        let mut read = Properties::default();
        for param in params {
            self.pair_property(param, &mut read)?;
        }
        self.declared_once(columns, code::SYNTAX)?;
        let keys: Vec<&str> = columns.iter().map(|column| column.name.text.as_str()).collect();
        let (quotes, escapes) = (read.quotes.clone(), read.escapes.clone());
        let layout = match (read.regex, read.pair, read.kv) {
            (Some(regex), None, None) if !read.greedy && quotes.is_empty() && escapes.is_empty() => {
                Layout::Regex(regex)
            }
            (None, Some(pair), Some(kv)) => Layout::Delimited { pair, kv, greedy: read.greedy },
            (None, None, None) if !read.greedy => Layout::Words,
            _ => {
                let help = "Give both delimiters, or regex alone, or neither.";
                self.error(code::SYNTAX, span, "these properties of parse-kv do not go together", help);
                return Err(Stop);
            }
        };
        Ok(pairs::program(&layout, &quotes, &escapes, &keys))
    }

    fn pair_property(&mut self, param: &OpParam, read: &mut Properties) -> Checked<()> {
        let place = param.value.span;
        let name = param.name.text.as_str();
        if name == "greedy" {
            match &param.value.kind {
                Ast::Literal(Literal::Bool(greedy)) => read.greedy = *greedy,
                _ => return self.wrong_property(place, "greedy is true or false"),
            }
            return Ok(());
        }
        if !PROPERTIES.contains(&name) {
            let message = format!("unknown property '{name}'");
            let help = format!("The properties are {}.", PROPERTIES.join(", "));
            let error = Diagnostic::error(code::UNKNOWN_NAME, param.name.span, message);
            self.diagnostics.push(error.mean(nearest(name, PROPERTIES), help));
            return Err(Stop);
        }
        let Ast::Literal(Literal::String(text)) = &param.value.kind else {
            return self.wrong_property(place, &format!("{name} is a string"));
        };
        let mut characters = text.chars();
        match (name, characters.next(), characters.next(), characters.next()) {
            (_, None, ..) => return self.wrong_property(place, &format!("{name} is empty")),
            ("pair_delimiter", ..) => read.pair = Some(text.clone()),
            ("kv_delimiter", ..) => read.kv = Some(text.clone()),
            ("quote", Some(open), close, None) => read.quotes.push((open, close.unwrap_or(open))),
            ("escape", Some(escape), None, None) => read.escapes.push(escape),
            ("regex", ..) => read.regex = Some(self.pair_regex(text, place)?),
            _ => {
                let wants = if name == "quote" { "one or two characters" } else { "one character" };
                return self.wrong_property(place, &format!("{name} is {wants}"));
            }
        }
        Ok(())
    }

    fn pair_regex(&mut self, text: &str, place: Span) -> Checked<String> {
        match regexes::compiled(text) {
            Ok(regex) if regex.captures_len() == 3 => Ok(text.to_owned()),
            Ok(_) => {
                let help = "The first group is the key, the second the value.";
                self.error(code::SYNTAX, place, "the regular expression of parse-kv has two groups", help);
                Err(Stop)
            }
            Err(message) => {
                let help =
                    "Regular expressions are those of Rust's regex crate, as in Kusto: no look-around.";
                self.error(code::SYNTAX, place, message, help);
                Err(Stop)
            }
        }
    }

    fn wrong_property(&mut self, place: Span, message: &str) -> Checked<()> {
        self.error(code::TYPE, place, message, "Write it so.");
        Err(Stop)
    }

    pub fn parse_kv(
        &mut self,
        program: &str,
        expr: &ast::Expr,
        columns: &[ColumnDecl],
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let (rel, packed) = self.cut(&parsing::PARSE_KV, program, expr, input, env, span)?;
        let columns: Vec<(Name, Type)> =
            columns.iter().map(|column| (column.name.clone(), column.ty)).collect();
        self.unpacked(rel, &packed, &columns, span)
    }
}
