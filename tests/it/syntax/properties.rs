//! What holds for every text: no panic, diagnostics and tokens inside the text, the same tree twice.

use kqlhunt::ide::highlight::highlight;
use kqlhunt::span::Span;
use kqlhunt::syntax::token::Token;
use kqlhunt::syntax::{parse, statement_at, statements, tokens};
use proptest::prelude::*;

fn lies_in(span: Span, text: &str) -> bool {
    let (start, end) = (span.start as usize, span.end as usize);
    start <= end && text.is_char_boundary(start) && text.is_char_boundary(end)
}

/// All that must hold for a text, whatever it is.
fn holds(text: &str) {
    let (script, diagnostics) = parse(text);
    for diagnostic in &diagnostics {
        assert!(lies_in(diagnostic.span, text), "{text:?}: {diagnostic:?}");
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'), "{diagnostic:?}");
        let help = diagnostic.help.as_deref().unwrap_or("None.");
        assert!(help.ends_with(['.', '?']), "{diagnostic:?}");
    }
    for statement in &script.statements {
        assert!(lies_in(statement.span, text), "{text:?}: {:?}", statement.span);
    }
    let order = script.statements.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    assert!(order, "{text:?}: statements overlap");

    let tokens: Vec<Token> = tokens(text);
    let mut end = 0;
    for token in &tokens {
        assert!(lies_in(token.span, text) && token.span.start >= end && token.span.length() > 0);
        let between = &text[end as usize..token.span.start as usize];
        assert!(
            between.chars().all(|char| char.is_whitespace() || "\u{180e}\u{200b}\u{feff}".contains(char))
        );
        end = token.span.end;
    }
    let mut end = 0;
    for (span, _) in highlight(text, &tokens, 0..tokens.len()) {
        assert!(lies_in(span, text) && span.start >= end && span.length() > 0, "{text:?}: {span:?}");
        end = span.end;
    }
    let queries = statements(text, &tokens);
    for cursor in [0, text.len() / 2, text.len()] {
        assert!(lies_in(statement_at(&queries, cursor), text));
    }
}

/// Pieces of queries, right and wrong ones.
fn piece() -> impl Strategy<Value = String> {
    let words = "T a b where project extend summarize by count() join kind=inner on $left.a == and or not has \
        in !in~ between ( ) [ ] { } , ; | . .. : = + - * / % < <> => ! !has let = set declare view materialize \
        toscalar datatable externaldata print range from to step union search find parse with mv-expand mv-apply \
        make-series default top sort asc desc nulls first take distinct evaluate invoke partition scan fork facet \
        reduce render timechart as limit of typeof(long) long string dynamic({\"a\":1}) dynamic([ datetime(2026-01-01) \
        datetime( int(1) int(x) 1 1.5 1. 1..2 1d 0x1F 0x 'x' 'x \"y\" \"\\d\" @'z' ``` ~~~ h\"s\" // # ['n'] ['n' ] \
        a* *a * $ @ ~ ` \\ “ é 😀 \u{200b}";
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    prop_oneof![9 => prop::sample::select(words), 1 => Just("\n".to_owned()), 1 => ".{0,3}"]
}

/// A handful of queries of our own, to cut and to change.
const QUERIES: &[&str] = &[
    "let a = 1h; let f = (x:long, T:(y:string)) { T | where y has 'q' }; f(1, Events) | take 5",
    "T | where a in ('x', \"y\") and b between (1 .. 2) or not(c =~ 'z') | summarize n = count() by bin(t, 1d), d",
    "T | join kind=leftanti (U | where e matches regex @\"\\d+\\s\" | project f) on $left.g == $right.f // why",
    "datatable(a:long, b:dynamic)[1, dynamic({\"k\": [1, 2d, null]}), -2, dynamic(null)] | mv-expand b to typeof(long)",
    "union isfuzzy=true T*, (print x = datetime(2026-05-14 12:00)) | parse x with * \"a=\" y:long \",\" * | render timechart with (title=\"t\")",
    "T | mv-apply x = y on (order by x asc | take 1) | make-series c = count() default=0 on t from ago(1d) to now() step 1h",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::random::many(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_unicode(text in "\\PC{0,60}") {
        holds(&text);
    }

    #[test]
    fn any_bytes_that_are_text(text in prop::collection::vec(any::<char>(), 0..60)) {
        holds(&text.into_iter().collect::<String>());
    }

    #[test]
    fn token_soup(pieces in prop::collection::vec((piece(), " {0,1}"), 0..40)) {
        holds(&pieces.into_iter().map(|(piece, space)| piece + &space).collect::<String>());
    }

    #[test]
    fn cut_queries(query in prop::sample::select(QUERIES), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let marks: Vec<usize> = query.char_indices().map(|(at, _)| at).chain([query.len()]).collect();
        let (from, to) = (*from.get(&marks), *to.get(&marks));
        holds(&query[from.min(to)..from.max(to)]);
        holds(&query[..to]);
    }

    #[test]
    fn changed_queries(query in prop::sample::select(QUERIES), changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, piece()), 1..4)) {
        let mut text = query.to_owned();
        for (place, how, piece) in changes {
            let tokens = tokens(&text);
            if tokens.is_empty() {
                continue;
            }
            let span = place.get(&tokens).span;
            let range = match how {
                0 => span.start as usize..span.end as usize,
                1 => span.start as usize..span.start as usize,
                _ => span.end as usize..span.end as usize,
            };
            text.replace_range(range, &piece);
        }
        holds(&text);
    }
}

#[test]
fn the_queries_themselves_have_no_mistakes() {
    for query in QUERIES {
        assert_eq!(parse(query).1, [], "{query}");
        holds(query);
    }
}

#[test]
fn real_queries_cut_and_changed_anywhere() {
    let Some(queries) = super::shared("hunting/queries-dev.jsonl") else { return };
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    for line in queries.lines().step_by(4) {
        let query: serde_json::Value = serde_json::from_str(line).unwrap();
        let kql = query["kql"].as_str().unwrap();
        let marks: Vec<usize> = kql.char_indices().map(|(at, _)| at).collect();
        let (one, two) = (marks[random(marks.len())], marks[random(marks.len())]);
        let (from, to) = (one.min(two), one.max(two));
        holds(kql);
        holds(&kql[..to]);
        holds(&kql[from..]);
        holds(&format!("{}{}", &kql[..from], &kql[to..]));
    }
}

#[test]
fn a_text_that_ends_in_the_middle_is_told_behind_its_last_character() {
    let text = "T | extend a = f('\u{e9}";
    holds(text);
    let (_, diagnostics) = parse(text);
    let places: Vec<(&str, u32)> = diagnostics.iter().map(|it| (it.span.text(text), it.span.end)).collect();
    let end = text.len() as u32;
    assert_eq!(places, [("'\u{e9}", end), ("", end)]);
}
