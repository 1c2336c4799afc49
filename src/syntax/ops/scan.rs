//! scan: a state machine over rows in their order.

use crate::syntax::ast::{ExprKind, OpKind, Scan, ScanOutput, ScanStep, ScanVariable};
use crate::syntax::parser::{Failed, Parsed, Parser};
use crate::syntax::token::TokenKind;

/// `scan with_match_id=m declare (c:long=0) with (step s1: x > 1 => c = s1.c + 1; step s2 output=none: y == 2;)`
pub(super) fn scan(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let mut match_id = None;
    for param in parser.params(&["with_match_id"])? {
        match (param.name.text.as_str(), param.value.kind) {
            ("with_match_id", ExprKind::Name(name)) => match_id = Some(name),
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => {
                let what = format!("the parameter '{name}' of scan");
                parser.unsupported(param.name.span, what, "Leave it out.");
            }
        }
    }
    for word in ["order", "partition"] {
        if parser.at_word(word) {
            let help =
                "Sort before scan; for each group by itself write partition by x (sort by t | scan ...).";
            return refused(parser, &format!("scan with '{word} by'"), help);
        }
    }
    let variables = match parser.eat_word("declare") {
        true => variables(parser)?,
        false => Vec::new(),
    };
    parser.expect_word("with")?;
    parser.expect(TokenKind::LeftParen, "(")?;
    let mut steps = vec![step(parser)?];
    while parser.at_word("step") {
        steps.push(step(parser)?);
    }
    parser.expect(TokenKind::RightParen, ")")?;
    Ok(OpKind::Scan(Box::new(Scan { match_id, variables, steps })))
}

fn refused<T>(parser: &mut Parser<'_>, what: &str, help: &str) -> Parsed<T> {
    let span = parser.span();
    parser.unsupported(span, what, help);
    Err(Failed)
}

fn variables(parser: &mut Parser<'_>) -> Parsed<Vec<ScanVariable>> {
    parser.expect(TokenKind::LeftParen, "(")?;
    let mut variables = Vec::new();
    loop {
        let column = parser.column_decl()?;
        let default = match parser.eat(TokenKind::Assign) {
            true => Some(parser.unary_expr()?),
            false => None,
        };
        variables.push(ScanVariable { column, default });
        if !parser.eat(TokenKind::Comma) {
            parser.expect(TokenKind::RightParen, ")")?;
            return Ok(variables);
        }
    }
}

/// `step s1 output=none: x > 1 => a = 1, b = s1.b + 1;`
fn step(parser: &mut Parser<'_>) -> Parsed<ScanStep> {
    parser.expect_word("step")?;
    let name = parser.name(true, "the name of a step")?;
    if parser.at_word("optional") {
        return refused(parser, "an optional step of scan", "Write one scan for each way through the steps.");
    }
    let mut output = ScanOutput::All;
    let mut output_span = parser.span();
    if parser.eat_word("output") {
        parser.expect(TokenKind::Assign, "=")?;
        output_span = parser.span();
        output = match parser.word() {
            "all" => ScanOutput::All,
            "last" => ScanOutput::Last,
            "none" => ScanOutput::None,
            _ => return parser.expected("'all', 'last' or 'none'"),
        };
        parser.advance();
    }
    parser.expect(TokenKind::Colon, ":")?;
    let condition = parser.expr()?;
    let mut assignments = Vec::new();
    if parser.eat(TokenKind::Arrow) {
        loop {
            let variable = parser.name(true, "a declared name")?;
            parser.expect(TokenKind::Assign, "=")?;
            assignments.push((variable, parser.expr()?));
            if !parser.eat(TokenKind::Comma) {
                break;
            }
        }
    }
    parser.expect(TokenKind::Semicolon, ";")?;
    Ok(ScanStep { name, output, output_span, condition, assignments })
}
