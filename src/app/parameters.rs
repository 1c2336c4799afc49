//! Parameters of a text: `{Name}`, asked for before a run and put in as literals. A text that is KQL as it
//! stands has none, and neither have strings, comments and the bodies of functions.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lists::{Choice, Item};
use super::msg::{Effect, Follow};
use super::popup::{Input, List, ListKind, Popup};
use super::statement::Statement;
use super::{App, counts, several, text};
use crate::compile::quoted;
use crate::diag::{Diagnostic, Fix, code};
use crate::ide::format::format;
use crate::span::Span;
use crate::syntax::token::TokenKind;
use crate::syntax::{parse, tokens};

/// Values that are remembered, and the bytes of one.
const REMEMBERED: usize = 500;
const VALUE_BYTES: usize = 4 << 10;

/// What was typed for parameters, by their names.
pub type Values = BTreeMap<String, String>;

/// What is done with a statement once its parameters are known.
#[derive(Clone, Debug)]
pub enum Then {
    Run,
    /// What is asked about its rows, and what is said meanwhile.
    Follow(Follow, &'static str),
}

/// A statement that waits for the values of its parameters.
#[derive(Clone, Debug)]
pub struct Asked {
    statement: Statement,
    then: Then,
    /// Each name once, in the order of the text, with what is typed for it.
    fields: Vec<(String, String)>,
}

/// A text with its parameters put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    pub text: String,
    /// For each: its place in the text as it was written, and the place of the literal in this one.
    places: Vec<(Range<usize>, Range<usize>)>,
    /// What was typed for the parameters that it has.
    pub values: Values,
}

/// Where a text has parameters, and their names.
pub fn places(text: &str) -> Vec<(Range<usize>, String)> {
    let tokens: Vec<_> = tokens(text).into_iter().filter(|token| token.kind != TokenKind::Comment).collect();
    let mut places = Vec::new();
    for (at, three) in tokens.windows(3).enumerate() {
        let kinds = [three[0].kind, three[1].kind, three[2].kind];
        let adjacent = three[0].span.end == three[1].span.start && three[1].span.end == three[2].span.start;
        // What follows a parenthesis is the body of a function.
        let body = at > 0 && tokens[at - 1].kind == TokenKind::RightParen;
        if kinds == [TokenKind::LeftBrace, TokenKind::Word, TokenKind::RightBrace] && adjacent && !body {
            let place = three[0].span.start as usize..three[2].span.end as usize;
            places.push((place, three[1].span.text(text).to_owned()));
        }
    }
    if places.is_empty() || parse(text).1.is_empty() { Vec::new() } else { places }
}

/// Where a string holds what would be a parameter without its quotes: it is found nowhere, and nobody says why.
fn in_quotes(text: &str) -> Vec<Diagnostic> {
    let strings = tokens(text).into_iter().filter(|token| token.kind == TokenKind::String);
    let remark = |span: Span| {
        let name = span.text(text).strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        places(name).first().filter(|(place, _)| *place == (0..name.len()))?;
        let message = format!("'{name}' in quotes is a text, not a parameter");
        let warning = Diagnostic::warning(code::SUSPICIOUS, span, message);
        Some(warning.help("Leave the quotes out.").fix(span, name))
    };
    strings.filter_map(|token| remark(token.span)).collect()
}

/// The text with another one for each parameter, made of its name; `None` when there is none for one of them.
fn put(text: &str, mut made: impl FnMut(&str) -> Option<String>) -> Option<Filled> {
    let (mut filled, mut end) = (Filled::default(), 0);
    for (place, name) in places(text) {
        filled.text.push_str(&text[end..place.start]);
        end = place.end;
        let start = filled.text.len();
        filled.text.push_str(&made(&name)?);
        filled.places.push((place, start..filled.text.len()));
    }
    filled.text.push_str(&text[end..]);
    Some(filled)
}

/// The text with a literal for each parameter; `None` when the value of one is not known.
pub fn filled(text: &str, values: &Values) -> Option<Filled> {
    let mut used = Values::new();
    let filled = put(text, |name| {
        let value = values.get(name)?;
        used.insert(name.to_owned(), value.clone());
        Some(literal(value))
    })?;
    Some(Filled { values: used, ..filled })
}

/// `User = "amy", Back = 2h`; nothing where there are none.
pub fn told(values: &Values) -> String {
    let each = values.iter().map(|(name, value)| format!("{name} = {}", literal(value)));
    each.collect::<Vec<_>>().join(", ")
}

/// The text in its form, its parameters as they are. Names that stand nowhere in it stand for them meanwhile.
///
/// Errors: as [`format()`].
pub fn formatted(text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut names: Vec<(String, String)> = Vec::new();
    let named = put(text, |name| {
        let mut new = format!("_{name}_");
        while text.contains(&new) {
            new.push('_');
        }
        names.push((new.clone(), format!("{{{name}}}")));
        Some(new)
    });
    let back = |text: &str| {
        let mut back = text.to_owned();
        for token in tokens(text).iter().rev() {
            let range = token.span.start as usize..token.span.end as usize;
            if let Some((_, parameter)) = names.iter().find(|(name, _)| *name == text[range.clone()]) {
                back.replace_range(range, parameter);
            }
        }
        back
    };
    let formatted = format(named.as_ref().map_or(text, |named| &named.text));
    formatted.map(|formatted| back(&formatted)).map_err(|mut mistakes| {
        for (name, parameter) in &names {
            mistakes.iter_mut().for_each(|one| one.message = one.message.replace(name, parameter));
        }
        mistakes
    })
}

/// A number, a timespan, a string in quotes, `datetime(...)` and their kind as they are; all else is a text.
fn literal(typed: &str) -> String {
    let typed = typed.trim();
    let kinds: Vec<TokenKind> = tokens(typed).iter().map(|token| token.kind).collect();
    let unsigned = kinds.strip_prefix(&[TokenKind::Minus]).unwrap_or(&kinds);
    let one = match unsigned {
        [TokenKind::Long | TokenKind::Real | TokenKind::Timespan] => true,
        [TokenKind::String | TokenKind::Bool | TokenKind::Typed(_)] => unsigned.len() == kinds.len(),
        _ => false,
    };
    if one && parse(&format!("print {typed}")).1.is_empty() { typed.to_owned() } else { quoted(typed) }
}

impl Filled {
    /// Remarks on this text as remarks on the one that was written, with those on its parameters.
    pub fn written(&self, diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
        let moved = |one: &Diagnostic| {
            let fix = one.fix.clone().filter(|fix| self.untouched(fix.span));
            let fix = fix.map(|fix| Fix { span: self.back(fix.span), text: fix.text });
            Diagnostic { span: self.back(one.span), fix, ..one.clone() }
        };
        let mut quoted = in_quotes(&self.text);
        // A value in quotes was typed for a parameter.
        quoted.retain(|one| self.untouched(one.span));
        diagnostics.iter().chain(&quoted).map(moved).collect()
    }

    fn untouched(&self, span: Span) -> bool {
        let (start, end) = (span.start as usize, span.end as usize);
        self.places.iter().all(|(_, new)| end <= new.start || start >= new.end)
    }

    /// What is inside of a literal is all of its parameter.
    fn back(&self, span: Span) -> Span {
        let place = |byte: usize, end: bool| {
            let mut shift = 0;
            for (old, new) in &self.places {
                if byte < new.start || byte == new.start && end {
                    break;
                }
                if byte < new.end || byte == new.end && end {
                    return if end { old.end } else { old.start };
                }
                shift = old.end as isize - new.end as isize;
            }
            byte.saturating_add_signed(shift)
        };
        Span::new(place(span.start as usize, false), place(span.end as usize, true))
    }
}

/// Asks for the parameters of a statement first, if it has some.
pub fn ask(app: &mut App, statement: Statement, then: Then) -> Vec<Effect> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (_, name) in places(&statement.text) {
        if fields.iter().all(|(known, _)| *known != name) {
            let value = app.parameters.get(&name).cloned().unwrap_or_default();
            fields.push((name, value));
        }
    }
    let Some((_, first)) = fields.first() else { return go_on(app, statement, then) };
    app.popup = Some(Popup::List(List::offering(ListKind::Parameters, "", first)));
    app.asked = Some(Asked { statement, then, fields });
    app.dirty = true;
    Vec::new()
}

fn go_on(app: &mut App, statement: Statement, then: Then) -> Vec<Effect> {
    match then {
        Then::Run => several::run(app, statement),
        Then::Follow(follow, said) => {
            let filled = filled(&statement.text, &app.parameters).unwrap_or_default();
            counts::follow_statement(app, follow, said, statement.offset, filled)
        }
    }
}

pub fn count(app: &App) -> usize {
    app.asked.as_ref().map_or(0, |asked| asked.fields.len())
}

pub fn items(app: &App, list: &List) -> Vec<Item> {
    let fields = app.asked.iter().flat_map(|asked| &asked.fields).enumerate();
    let item = |(at, (name, value)): (usize, &(String, String))| {
        let value = if at == list.selected { &list.input.text } else { value };
        let shown = |part: &str| text::shown(part, app.ascii).into_owned();
        Item { left: shown(name), right: shown(&literal(value)), choice: Choice::Parameter }
    };
    fields.map(item).collect()
}

/// Takes what is typed for the selected one, before another is.
pub fn take(app: &mut App) {
    let (Some(Popup::List(list)), Some(asked)) = (&app.popup, &mut app.asked) else { return };
    if let Some((_, value)) = asked.fields.get_mut(list.selected) {
        value.clone_from(&list.input.text);
    }
}

/// Shows what is known of the one that is selected now.
pub fn give(app: &mut App) {
    let (Some(Popup::List(list)), Some(asked)) = (&mut app.popup, &app.asked) else { return };
    if let Some((_, value)) = asked.fields.get(list.selected) {
        list.input = Input::offering("", value);
    }
}

/// The next one, or the run behind the last.
pub fn accept(app: &mut App) -> Vec<Effect> {
    take(app);
    let Some(asked) = &app.asked else { return Vec::new() };
    if let Some(Popup::List(list)) = &mut app.popup
        && list.selected + 1 < asked.fields.len()
    {
        list.selected += 1;
        give(app);
        app.dirty = true;
        return Vec::new();
    }
    let Some(Asked { statement, then, fields }) = app.asked.take() else { return Vec::new() };
    app.popup = None;
    for (name, value) in fields {
        if value.len() <= VALUE_BYTES
            && (app.parameters.len() < REMEMBERED || app.parameters.contains_key(&name))
        {
            app.parameters.insert(name, value);
        }
    }
    go_on(app, statement, then)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        places(text).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn only_braces_that_are_no_kql_are_parameters() {
        assert_eq!(names("T | where A == {User} and B has {Ip} // {No}"), ["User", "Ip"]);
        assert_eq!(names("let f = () {T}; f | where A == {User} and B == '{No}'"), ["User"]);
        assert!(names("let f = () {T}; f").is_empty());
        assert!(names("T | where A == { User }").is_empty());
        assert!(names("print d = dynamic({\"a\":1})").is_empty());
    }

    #[test]
    fn a_form_leaves_parameters_where_they_are() {
        let text = "T|where A=={User} and _User_ has {User}|take {No}";
        assert_eq!(
            formatted(text).as_deref(),
            Ok("T\n| where A == {User} and _User_ has {User}\n| take {No}\n")
        );
        let mistakes = formatted("T | where A == {User} {No}").unwrap_err();
        assert!(mistakes[0].message.contains("'{No}'"), "{}", mistakes[0].message);
    }

    #[test]
    fn values_are_literals_whatever_is_typed() {
        let typed = [
            ("7", "7"),
            (" -1.5 ", "-1.5"),
            ("2h", "2h"),
            ("datetime(2026-05-14)", "datetime(2026-05-14)"),
            ("\"amy\"", "\"amy\""),
            ("amy@contoso.com", "\"amy@contoso.com\""),
            ("203.0.113.9", "\"203.0.113.9\""),
            ("1 | take 1", "\"1 | take 1\""),
            ("x\" or true //", "\"x\\\" or true //\""),
            ("\"x\" \"y", "\"\\\"x\\\" \\\"y\""),
            ("", "\"\""),
        ];
        for (typed, expected) in typed {
            assert_eq!(literal(typed), expected, "{typed}");
        }
    }

    #[test]
    fn what_is_in_quotes_is_no_parameter_which_is_said() {
        let text = "T | where A == '{User}' and B == {User} and C has 'a {No} b' and D == '{1}'";
        let filled = filled(text, &Values::from([("User".into(), "somebody".into())])).unwrap();
        let [remark] = filled.written(&[]).try_into().unwrap();
        assert_eq!(remark.span.text(text), "'{User}'");
        assert_eq!(remark.fix.unwrap().text, "{User}");
    }

    #[test]
    fn remarks_go_back_to_what_was_written() {
        let text = "T | where A == {User} and Bb == {Ip} | taek 1";
        let values = Values::from([("User".into(), "somebody".into()), ("Ip".into(), "1".into())]);
        let filled = filled(text, &values).unwrap();
        assert_eq!(filled.text, "T | where A == \"somebody\" and Bb == 1 | taek 1");
        let back = |part: &str| {
            let start = filled.text.find(part).unwrap();
            let span = filled.back(Span::new(start, start + part.len()));
            text[span.start as usize..span.end as usize].to_owned()
        };
        assert_eq!(back("taek"), "taek");
        assert_eq!(back("Bb"), "Bb");
        assert_eq!(back("\"somebody\""), "{User}");
        assert_eq!(back("A == \"somebody\" and"), "A == {User} and");
        assert_eq!(back("1 |"), "{Ip} |");
        assert_eq!(super::filled(text, &Values::new()), None);
    }
}
