//! What must hold for every text, target by target. A finding is a panic.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use kqlhunt::catalog::tables;
use kqlhunt::compile::{Options, compile};
use kqlhunt::diag::{Diagnostic, any_error, code};
use kqlhunt::ide::format::format;
use kqlhunt::ide::highlight::highlight;
use kqlhunt::schema::{Schema, Table, TableColumn};
use kqlhunt::span::Span;
use kqlhunt::syntax::token::TokenKind;
use kqlhunt::syntax::{parse, statement_at, statements, tokens};
use kqlhunt::types::TYPES;
use rustix::time::{ClockId, clock_gettime};

/// A finding is a panic.
pub type Check = fn(&str);

/// One check with the name of its target.
pub const TARGETS: &[(&str, Check)] =
    &[("lexer", lexer), ("parser", parser), ("format", formatted), ("translate", translate)];

/// A text below this must be done within [`SECONDS_MAX`].
const BYTES_TIMED: usize = 4096;
const SECONDS_MAX: Duration = Duration::from_secs(1);

/// Runs a check. Where it took long, it runs again beside the clock of its thread, which stands still while the machine
/// does something else; to ask that clock each time would cost more than most checks.
pub fn run(check: Check, text: &str) {
    let start = Instant::now();
    check(text);
    if start.elapsed() < SECONDS_MAX || text.len() > BYTES_TIMED {
        return;
    }
    let start = thread_time();
    check(text);
    assert!(thread_time().saturating_sub(start) < SECONDS_MAX, "takes longer than a second");
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Tokens and colors lie in the text, one after the other, and leave out nothing but white space.
pub fn lexer(text: &str) {
    let tokens = tokens(text);
    let mut end = 0;
    for token in &tokens {
        inside(token.span, text);
        assert!(token.span.start >= end && token.span.length() > 0, "{token:?} overlaps");
        let between = &text[end as usize..token.span.start as usize];
        let white = |char: char| char.is_whitespace() || "\u{180e}\u{200b}\u{feff}".contains(char);
        assert!(between.chars().all(white), "{between:?} is no token");
        end = token.span.end;
    }
    let mut end = 0;
    for (span, _) in highlight(text, &tokens, 0..tokens.len()) {
        inside(span, text);
        assert!(span.start >= end, "{span:?} overlaps");
        end = span.end;
    }
    let queries = statements(text, &tokens);
    for cursor in [0, text.len() / 2, text.len()] {
        inside(statement_at(&queries, cursor), text);
    }
}

/// The tree and its diagnostics lie in the text, and a second time gives the same.
pub fn parser(text: &str) {
    let (script, diagnostics) = parse(text);
    explained(&diagnostics, text);
    for statement in &script.statements {
        inside(statement.span, text);
    }
    assert!(script.statements.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
    let (first, second) = ((script, diagnostics), parse(text));
    // As text a NaN is like another.
    let same = first == second || format!("{first:?}") == format!("{second:?}");
    assert!(same, "a second time gives another tree");
}

/// A formatted text has the same tokens and the same tree, and formatting it again changes nothing.
pub fn formatted(text: &str) {
    let Ok(once) = format(text) else { return };
    let words = |text: &str| -> Vec<(TokenKind, String)> {
        tokens(text).iter().map(|token| (token.kind, token.span.text(text).trim_end().to_owned())).collect()
    };
    assert_eq!(words(text), words(&once), "other tokens in {once:?}");
    let (tree, (again, diagnostics)) = (parse(text).0, parse(&once));
    assert!(!any_error(&diagnostics), "{once:?}: {diagnostics:?}");
    assert_eq!(placeless(&format!("{tree:?}")), placeless(&format!("{again:?}")), "{once:?}");
    assert_eq!(format(&once).as_deref(), Ok(once.as_str()), "a second time changes it");
}

/// A text gives mistakes or SQL, never both and never neither.
pub fn translate(text: &str) {
    let options = Options { now: 639_143_568_000_000_000, ..Options::default() };
    let compilation = compile(text, &SCHEMA, &options);
    explained(&compilation.diagnostics, text);
    let ours = compilation.diagnostics.iter().find(|found| found.code == code::OURS);
    assert!(ours.is_none(), "{ours:?}");
    assert_eq!(any_error(&compilation.diagnostics), compilation.results.is_empty());
    for result in &compilation.results {
        assert!(!result.sql.contains('\u{1}'));
        assert_eq!(result.columns.len(), result.origins.len());
    }
}

/// The known tables, and `T` with a column of each type, called as the type with a capital.
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = tables::schema();
    let column = |row: &kqlhunt::types::TypeRow| {
        let (first, rest) = row.name.split_at(1);
        TableColumn::new(first.to_uppercase() + rest, row.ty)
    };
    let columns = TYPES.iter().map(column).collect();
    schema.tables.push(Table { name: "T".into(), from: "T".into(), columns });
    schema
});

fn inside(span: Span, text: &str) {
    let (start, end) = (span.start as usize, span.end as usize);
    let whole = text.is_char_boundary(start) && text.is_char_boundary(end);
    assert!(start <= end && whole, "{span:?} is not in the text");
}

fn explained(diagnostics: &[Diagnostic], text: &str) {
    for found in diagnostics {
        inside(found.span, text);
        assert!(!found.message.is_empty(), "{found:?}");
    }
}

/// A tree's Debug text without its places.
fn placeless(tree: &str) -> String {
    let mut out = String::with_capacity(tree.len());
    let mut rest = tree;
    while let Some((before, after)) = rest.split_once("Span { start: ") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}
