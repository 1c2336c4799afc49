//! Patterns of `parse` against texts, as hunters write them.

use super::*;
use crate::kernels::testing::texts;

const NAME: Step<'static> = Step::Column(Type::String);
const NUMBER: Step<'static> = Step::Column(Type::Long);
const SKIP: Step<'static> = Step::Skip;

fn parsed(kind: Kind, flags: &str, steps: &[Step<'_>], text: &str) -> String {
    texts("kql_parse", &[text, &program(kind, flags, steps)])
}

fn simple(steps: &[Step<'_>], text: &str) -> String {
    parsed(Kind::Simple, "", steps, text)
}

#[test]
fn a_column_takes_little_and_the_pattern_reaches_the_end() {
    use Step::Text;
    assert_eq!(simple(&[Text("u="), NAME, Text(";"), SKIP], "u=eve;x;"), "3:eve");
    assert_eq!(simple(&[Text("u="), NAME, Text(";")], "u=eve;x;"), "5:eve;x");
    assert_eq!(simple(&[Text("u="), NAME, Text(";")], "u=eve;x"), "NULL");
    assert_eq!(simple(&[SKIP, Text("u="), NAME], "a\nu=e.v"), "3:e.v", "any character is skipped");
    assert_eq!(simple(&[Text("u."), NAME], "ux1"), "NULL", "texts are texts");
}

#[test]
fn one_wrong_value_spoils_the_row() {
    use Step::Text;
    let steps = [Text("p="), NUMBER, Text(" u="), NAME];
    assert_eq!(simple(&steps, "p= 22 u=eve"), "2:223:eve");
    assert_eq!(simple(&steps, "p=x u=eve"), "NULL");
    assert_eq!(parsed(Kind::Relaxed, "", &steps, "p=x u=eve"), "-3:eve");
}

#[test]
fn before_a_skip_a_value_ends_with_its_type() {
    use Step::Text;
    assert_eq!(simple(&[Text("p="), NUMBER, SKIP, Text("u="), NAME], "p=22 tcp u=eve"), "2:223:eve");
    assert_eq!(parsed(Kind::Relaxed, "", &[Text("p="), NUMBER, SKIP], "p=x"), "-");
}

#[test]
fn regular_expressions_are_greedy_unless_told_otherwise() {
    use Step::Text;
    let steps = [Text("(u|user)="), NAME, Text(";")];
    assert_eq!(parsed(Kind::Regex, "", &steps, "at u=a;b;c"), "3:a;b");
    assert_eq!(parsed(Kind::Regex, "U", &steps, "at u=a;b;c"), "1:a");
    assert_eq!(parsed(Kind::Regex, "i", &steps, "USER=a;"), "1:a");
    assert_eq!(parsed(Kind::Regex, "", &[Text("p="), NUMBER], "p=22x"), "2:22");
}

#[test]
fn what_is_not_known_ends_the_query() {
    use Step::Text;
    let late = simple(&[Text("u="), NAME], "id=1 u=eve");
    assert!(late.starts_with("error: parse found its pattern inside 'id=1 u=eve'"), "{late}");
    let more = simple(&[Text("t="), Step::Column(Type::Datetime)], "t=2026-11-20 10:00 x");
    assert!(more.starts_with("error: parse has '2026-11-20 10:00 x'"), "{more}");
}

#[test]
fn guids_may_have_braces() {
    let steps = [Step::Column(Type::Guid)];
    let plain = "0f0e0d0c-0b0a-0908-0706-050403020100";
    assert_eq!(simple(&steps, &format!("{{{}}}", plain.to_uppercase())), format!("36:{plain}"));
}
