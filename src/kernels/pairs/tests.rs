//! `parse-kv` against texts, as hunters write them.

use super::*;
use crate::kernels::testing::texts;

fn found(layout: &Layout, quotes: &[(char, char)], escapes: &str, keys: &[&str], text: &str) -> String {
    texts("kql_parse_kv", &[text, &program(layout, quotes, escapes, keys)])
}

fn delimited(pair: &str, keys: &[&str], text: &str) -> String {
    let layout = Layout::Delimited { pair: pair.into(), kv: "=".into(), greedy: false };
    found(&layout, &[('"', '"')], "\\", keys, text)
}

#[test]
fn blanks_around_do_not_count() {
    assert_eq!(delimited(" ", &["src", "dst"], "  src  =  10.0.0.1  dst=10.0.0.2 "), "8:10.0.0.18:10.0.0.2");
    assert_eq!(delimited(";", &["src", "dst"], " dst = b ; src = a c "), "3:a c1:b");
    assert_eq!(delimited(" ", &["b"], "junk a=1 more b=2"), "1:2");
}

#[test]
fn the_first_value_of_a_key_counts() {
    assert_eq!(delimited(";", &["a", "c"], "a=1;a=2;b"), "1:1-");
    assert_eq!(delimited(";", &["a"], "a=;a=2"), "0:");
    assert_eq!(delimited(";", &["a"], "a==b=c"), "4:=b=c");
    assert!(delimited("", &["a"], "a=1").starts_with("error: "), "no end of empty delimiters");
}

#[test]
fn quotes_keep_delimiters() {
    let text = r#"msg="a \"b\" c" "event time"=10:00 x=1"#;
    assert_eq!(delimited(" ", &["msg", "event time", "x"], text), r#"7:a "b" c5:10:001:1"#);
    assert!(delimited(" ", &["msg"], "msg=\"open").starts_with("error: parse-kv meets \" without"));
    assert!(
        delimited(" ", &["msg"], r#"msg="C:\Temp""#).starts_with(r"error: parse-kv meets the escape '\T'")
    );
    let layout = Layout::Delimited { pair: " ".into(), kv: "=".into(), greedy: false };
    assert_eq!(found(&layout, &[('(', ')')], "", &["a b"], "(a b)=(c d)"), "3:c d");
}

#[test]
fn greedy_values_go_on_until_the_next_key() {
    let layout = Layout::Delimited { pair: " ".into(), kv: "=".into(), greedy: true };
    let run = |keys: &[&str]| found(&layout, &[], "", keys, "user=Eve K url=x?a=b city=New York");
    assert_eq!(run(&["user", "url", "city"]), "5:Eve K5:x?a=b8:New York");
    assert!(run(&["user", "city"]).contains("meets 'url'"));
}

#[test]
fn without_delimiters_words_pair_up() {
    let run = |text| found(&Layout::Words, &[('\'', '\'')], "", &["Host", "Text"], text);
    assert_eq!(run("[INFO]: 7, Host:web01, Text: 'up and running'"), "5:web0114:up and running");
    assert!(run("Id 7 INFO Host:web01 Text:x").starts_with("error: parse-kv without delimiters"));
}

#[test]
fn a_regular_expression_has_a_group_for_each() {
    let layout = Layout::Regex(r"(\w+)\s*->\s*(\w+)".into());
    assert_eq!(found(&layout, &[], "", &["b", "x"], "a -> 1, b->2"), "1:2-");
}

#[test]
fn a_long_text_is_read_once() {
    let text = "a;".repeat(100_000);
    assert_eq!(delimited(";", &["k"], &text), "-");
    assert_eq!(delimited(";", &["k"], &format!("{text}k=v")), "1:v");
    assert_eq!(delimited(";", &["k"], &format!("{text}{}=v", " ".repeat(100_000))), "-");
    let greedy = Layout::Delimited { pair: ";".into(), kv: "=".into(), greedy: true };
    let text = format!("k={}", "=".repeat(200_000));
    assert!(found(&greedy, &[], "", &["k"], &text).starts_with("200000:="));
}
