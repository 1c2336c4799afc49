//! `dynamic(...)`: JSON in which KQL's own literals may stand, to JSON text. Knows no expressions.
//!
//! What a literal becomes inside is recorded: a datetime its full text, a timespan its ticks, a guid its
//! text, a typed null `null`, `real(nan)` the string "NaN".

use super::ast::{ExprKind, Literal};
use super::expr::Tall;
use super::literal::{boolean, typed_value};
use super::parser::{Parsed, Parser};
use super::token::{Token, TokenKind};
use crate::ticks::iso_full;
use crate::types::Type;

impl Parser<'_> {
    pub(super) fn dynamic(&mut self) -> Parsed<Tall> {
        let word = self.advance();
        self.advance();
        let mut json = String::new();
        self.nested(|parser| parser.json_value(&mut json))?;
        let close = self.expect(TokenKind::RightParen, ")")?;
        let literal = if json == "null" { Literal::Null(Type::Dynamic) } else { Literal::Dynamic(json) };
        Ok(Tall::leaf(ExprKind::Literal(literal), word.span.to(close.span)))
    }

    fn json_value(&mut self, json: &mut String) -> Parsed<()> {
        let token = self.token();
        match token.kind {
            TokenKind::Long | TokenKind::Real => self.json_number(json, false),
            TokenKind::Minus if matches!(self.ahead(1).kind, TokenKind::Long | TokenKind::Real) => {
                self.advance();
                self.json_number(json, true)
            }
            TokenKind::Bool => {
                self.advance();
                let value = boolean(self.text_of(token)).unwrap_or_default();
                json.push_str(if value { "true" } else { "false" });
                Ok(())
            }
            TokenKind::String => {
                let value = self.strings();
                push_string(json, &value);
                Ok(())
            }
            TokenKind::Guid => {
                self.advance();
                push_string(json, &self.text_of(token).to_ascii_lowercase());
                Ok(())
            }
            TokenKind::Timespan => {
                self.advance();
                let value = super::literal::timespan_value(self.text_of(token), false);
                self.json_literal(token, value, json);
                Ok(())
            }
            TokenKind::Typed(ty) if ty != Type::Int => {
                self.advance();
                let value = typed_value(ty, self.text_of(token));
                self.json_literal(token, value, json);
                Ok(())
            }
            TokenKind::LeftBracket => self.nested(|parser| parser.json_array(json)),
            TokenKind::LeftBrace => self.nested(|parser| parser.json_object(json)),
            TokenKind::Word if self.word() == "null" => {
                self.advance();
                json.push_str("null");
                Ok(())
            }
            TokenKind::Word if self.word() == "dynamic" && self.ahead(1).kind == TokenKind::LeftParen => {
                self.advance();
                self.advance();
                self.nested(|parser| parser.json_value(json))?;
                self.expect(TokenKind::RightParen, ")")?;
                Ok(())
            }
            _ => self.expected_help(
                "a JSON value",
                Some("Only literals stand in dynamic(); compute with pack_array() or bag_pack().".into()),
            ),
        }
    }

    fn json_number(&mut self, json: &mut String, negative: bool) -> Parsed<()> {
        let token = self.advance();
        let text = self.text_of(token);
        if negative {
            json.push('-');
        }
        match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => match u64::from_str_radix(digits, 16) {
                Ok(number) => json.push_str(&number.to_string()),
                Err(_) => {
                    self.error(token.span, format!("{text} does not fit a long"), "Write it between quotes.")
                }
            },
            None if text.parse().is_ok_and(f64::is_infinite) => {
                self.error(token.span, format!("{text} does not fit a real"), "Write it between quotes.");
            }
            None => push_number(json, text),
        }
        Ok(())
    }

    fn json_literal(
        &mut self,
        token: Token,
        value: Result<Literal, super::literal::Wrong>,
        json: &mut String,
    ) {
        match value {
            Ok(Literal::Bool(value)) => json.push_str(if value { "true" } else { "false" }),
            Ok(Literal::Int(value)) => json.push_str(&value.to_string()),
            Ok(Literal::Long(value) | Literal::Timespan(value)) => json.push_str(&value.to_string()),
            Ok(Literal::Real(value)) if value.is_nan() => json.push_str("\"NaN\""),
            Ok(Literal::Real(value)) if value.is_infinite() => {
                self.unsupported(
                    token.span,
                    "an infinite number in dynamic()",
                    "Use pack_array() or bag_pack().",
                );
            }
            Ok(Literal::Real(_)) => {
                let text = self.text_of(token);
                let open = text.find('(').map_or(0, |at| at + 1);
                let number = text[open..].trim_end_matches(')').trim().trim_start_matches('+');
                push_number(json, number);
                if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
                    // `real(7)` stays a real.
                    json.push_str(".0");
                }
            }
            Ok(Literal::Decimal(text) | Literal::String(text) | Literal::Guid(text)) => {
                push_string(json, &text)
            }
            Ok(Literal::Datetime(ticks)) => push_string(json, &iso_full(ticks)),
            Ok(Literal::Dynamic(text)) => json.push_str(&text),
            Ok(Literal::Null(_)) => json.push_str("null"),
            Err(wrong) => self.wrong(token, wrong),
        }
    }

    fn json_array(&mut self, json: &mut String) -> Parsed<()> {
        self.advance();
        json.push('[');
        while !self.at_kind(TokenKind::RightBracket) {
            self.json_value(json)?;
            if !self.eat(TokenKind::Comma) {
                break;
            }
            json.push(',');
            if self.at_kind(TokenKind::RightBracket) {
                return self.expected("a JSON value");
            }
        }
        self.expect(TokenKind::RightBracket, "]")?;
        json.push(']');
        Ok(())
    }

    fn json_object(&mut self, json: &mut String) -> Parsed<()> {
        self.advance();
        json.push('{');
        while !self.at_kind(TokenKind::RightBrace) {
            if !self.at_kind(TokenKind::String) {
                let help = "A key stands between quotes: {\"key\": 1}.";
                return self.expected_help("a key", Some(help.into()));
            }
            let key = self.string();
            push_string(json, &key);
            self.expect(TokenKind::Colon, ":")?;
            json.push(':');
            self.json_value(json)?;
            if !self.eat(TokenKind::Comma) {
                break;
            }
            json.push(',');
            if self.at_kind(TokenKind::RightBrace) {
                return self.expected("a key");
            }
        }
        self.expect(TokenKind::RightBrace, "}")?;
        json.push('}');
        Ok(())
    }
}

/// KQL reads `1.` and `.5`, JSON does not.
fn push_number(json: &mut String, text: &str) {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    json.push_str(sign);
    let (mantissa, exponent) = digits.split_at(digits.find(['e', 'E']).unwrap_or(digits.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "-"));
    let whole = whole.trim_start_matches('0');
    json.push_str(if whole.is_empty() { "0" } else { whole });
    match fraction {
        "-" => {}
        "" => json.push_str(".0"),
        _ => {
            json.push('.');
            json.push_str(fraction);
        }
    }
    json.push_str(exponent);
}

/// A JSON string; what need not be escaped stands as it is.
fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for char in text.chars() {
        match char {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\0'..='\u{1f}' => json.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => json.push(char),
        }
    }
    json.push('"');
}
