//! Texts that nobody writes and everybody can paste: the parser answers each of them in bounded time and
//! stack, with diagnostics that lie in the text.

use kqlhunt::diag::code;
use kqlhunt::syntax::parse;

/// Less than any thread of ours has.
const STACK_BYTES: usize = 512 << 10;

fn on_a_small_stack(check: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(check).unwrap();
    thread.join().unwrap();
}

#[test]
fn depth_bombs_end_in_a_limit() {
    let deep = 100_000;
    let wrap = |before: &str, middle: &str, after: &str| before.repeat(deep) + middle + &after.repeat(deep);
    let bombs = [
        wrap("(", "1", ")"),
        format!("print {}", wrap("(", "1", ")")),
        format!("print {}", wrap("f(", "1", ")")),
        format!("print {}", wrap("a[", "1", "]")),
        format!("print {}", wrap("-(", "1", ")")),
        format!("print {}", wrap("1 in (", "1", ")")),
        format!("print {}", wrap("1 between (1 .. ", "1", ")")),
        format!("print {}", wrap("1+(1*(1 has (", "1", ")))")),
        format!("print {}", wrap("1 or (", "1", ")")),
        format!("print dynamic({})", wrap("[", "1", "]")),
        format!("print dynamic({})", wrap("{\"a\":", "1", "}")),
        format!("print {}", wrap("dynamic(", "1", ")")),
        wrap("T | join (", "T", ") on a"),
        wrap("union (", "T", ")"),
        format!("T | {}", wrap("mv-apply a on (", "take 1", ")")),
        format!("T | {}", wrap("partition by a (", "take 1", ")")),
        format!("T | {}", wrap("partition by a {T | ", "take 1", "}")),
        format!("T | where a in ({}", wrap("T | where a in (", "T", ")")),
        wrap("let f = () { ", "1", "};"),
        wrap("let f = (a:long) { let g = () { ", "1", "}; };"),
        format!("T | {}", wrap("scan with (", "", ")")),
        format!("T | where {}", "(".repeat(deep)),
        format!("T | where {}", "f(".repeat(deep)),
        "(".repeat(deep),
        "[".repeat(deep),
        "{".repeat(deep),
        "let x = (".repeat(deep),
        "T | join kind=inner (".repeat(deep),
        "case(a, b, ".repeat(deep),
    ];
    on_a_small_stack(move || {
        for bomb in bombs {
            let (script, diagnostics) = parse(&bomb);
            let shown: String = bomb.chars().take(40).collect();
            assert!(!diagnostics.is_empty() || shown.contains("scan"), "{shown}");
            drop(script.clone());
        }
    });
}

#[test]
fn long_chains_are_no_bombs() {
    let terms = 10_000;
    let chain = |term: &str, between: &str| vec![term; terms].join(between);
    let texts = [
        format!("T | where {}", chain("a == 1", " and ")),
        format!("T | where {}", chain("a has 'x'", " or ")),
        format!("T | where {}", chain("a == 1 and b == 2", " or ")),
        format!("print {}", chain("1", " + ")),
        format!("print {}", chain("1", " * ")),
        format!("print {}", chain("'a'", " ")),
        format!("T | where a in ({})", chain("'a'", ", ")),
        format!("T | project {}", chain("a", ", ")),
        format!("print dynamic([{}])", chain("1", ",")),
        chain("let a = 1", "; ") + "; print a",
        format!("datatable(a:long) [{}]", chain("1", ",")),
    ];
    on_a_small_stack(move || {
        for text in texts {
            let (script, diagnostics) = parse(&text);
            let shown: String = text.chars().take(40).collect();
            assert!(diagnostics.is_empty(), "{shown}: {:?}", diagnostics.first());
            let copy = script.clone();
            assert_eq!(script, copy);
        }
    });
}

#[test]
fn tall_trees_that_are_not_nested_in_the_text_end_in_a_limit() {
    on_a_small_stack(|| {
        for text in [
            format!("print a{}", ".b".repeat(10_000)),
            format!("print a{}", "[0]".repeat(10_000)),
            format!("print f(){}", ".g()".repeat(10_000)),
        ] {
            let (_, diagnostics) = parse(&text);
            assert_eq!(diagnostics.len(), 1);
            assert_eq!(diagnostics[0].code, code::LIMIT);
        }
    });
}

#[test]
fn a_pipeline_has_a_limit() {
    let (_, diagnostics) = parse(&format!("T{}", " | where a == 1".repeat(256)));
    assert_eq!(diagnostics, []);
    let text = format!("T{}", " | where a == 1".repeat(10_000));
    let (_, diagnostics) = parse(&text);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!((diagnostics[0].code, diagnostics[0].span.start), (code::LIMIT, 2 + 256 * 15));
}

#[test]
fn a_text_beyond_the_limit_is_not_parsed() {
    let (script, diagnostics) = parse(&"print 1;".repeat(200_000));
    assert!(script.statements.is_empty());
    assert_eq!(diagnostics[0].code, code::LIMIT);
}

#[test]
fn warnings_do_not_crowd_out_an_error() {
    let text = format!("{}T | where a ==", "T | where a = 1;\n".repeat(1000));
    let (_, diagnostics) = parse(&text);
    assert_eq!(diagnostics.len(), 100);
    assert!(diagnostics[99].is_error(), "{:?}", diagnostics[99]);
}

#[test]
fn a_thousand_mistakes_are_shown_as_a_hundred() {
    for text in ["? ".repeat(1000), "T | foo ".repeat(100) + &";T | foo".repeat(1000), "x #\n".repeat(1000)] {
        let (_, diagnostics) = parse(&text);
        assert_eq!(diagnostics.len(), 100);
        assert!(diagnostics.iter().all(|it| it.is_error()));
    }
}
