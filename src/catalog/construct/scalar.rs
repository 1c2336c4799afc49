//! What stands between operands ("Scalar operators" and "String operators" in the Kusto reference). Data only.

use super::{Construct, row};

const KEEPS: &str = "Holds for null and for the empty string.";
const TERM: &str = "A term is a run of letters and digits; an underscore ends it.";

macro_rules! test {
    ($name:literal, $doc:literal, $left:literal, $right:literal, $note:expr) => {
        row($name, $doc, (concat!("print ", $left, " ", $name, " ", $right), "true")).note($note)
    };
}

pub static ROWS: &[Construct] = &[
    row(
        "+",
        "Adds numbers, and timespans to times.",
        ("print datetime(2026-05-14) + 2h", "2026-05-14T02:00:00Z"),
    ),
    row(
        "-",
        "Subtracts; of two datetimes it gives a timespan.",
        ("print datetime(2026-05-14) - datetime(2026-05-13)", "1.00:00:00"),
    ),
    row("*", "Multiplies numbers, and timespans by numbers.", ("print 1d * 2", "2.00:00:00")),
    row("/", "Divides; whole numbers to whole numbers.", ("print -7 / 2", "-3"))
        .note("By zero a whole number gives null, a real infinity."),
    row("%", "The rest of a division.", ("print -5 % 3", "1")).note("Never negative."),
    test!("==", "The same value.", "'a'", "'a'", "Against null it is false, of two nulls null."),
    test!("!=", "Not equal.", "long(null)", "5", "Holds for null, of two nulls it is null.").also(&["<>"]),
    test!("<", "The lesser one.", "1", "2", "Null beside null."),
    test!("<=", "Less or equal.", "2", "2", "Null beside null."),
    test!(">", "The greater one.", "2", "1", "Null beside null."),
    test!(">=", "Greater or equal.", "2", "2", "Null beside null."),
    test!("and", "Both conditions hold.", "1 == 1", "2 == 2", "In three values: null and false is false."),
    test!("or", "One of the conditions holds.", "1 == 2", "2 == 2", "In three values: null or true is true."),
    test!(
        "between",
        "Inside of a range, its ends too.",
        "5",
        "(1 .. 5)",
        "The second end may be a timespan from the first."
    ),
    test!("!between", "Outside of a range.", "6", "(1 .. 5)", "Null beside null."),
    test!(
        "in",
        "One of some values.",
        "'a'",
        "('a', 'b')",
        "The values may be an array or a table's first column."
    ),
    test!("!in", "None of some values.", "'c'", "('a', 'b')", KEEPS),
    test!("in~", "One of some values, case aside.", "'A'", "('a', 'b')", ""),
    test!("!in~", "None of some values, case aside.", "'C'", "('a', 'b')", KEEPS),
    test!("=~", "Equal, case aside.", "'Ann'", "'ANN'", ""),
    test!("!~", "Not equal, case aside.", "'Ann'", "'bo'", KEEPS),
    test!("contains", "Holds a text, case aside.", "'mailbox'", "'BOX'", ""),
    test!("!contains", "Does not hold a text, case aside.", "'mailbox'", "'fax'", KEEPS),
    test!("contains_cs", "Holds a text.", "'mailbox'", "'box'", ""),
    test!("!contains_cs", "Does not hold a text.", "'mailbox'", "'BOX'", KEEPS),
    test!("startswith", "Begins with a text, case aside.", "'mailbox'", "'MAIL'", ""),
    test!("!startswith", "Does not begin with a text, case aside.", "'mailbox'", "'box'", KEEPS),
    test!("startswith_cs", "Begins with a text.", "'mailbox'", "'mail'", ""),
    test!("!startswith_cs", "Does not begin with a text.", "'mailbox'", "'MAIL'", KEEPS),
    test!("endswith", "Ends with a text, case aside.", "'mailbox'", "'BOX'", ""),
    test!("!endswith", "Does not end with a text, case aside.", "'mailbox'", "'mail'", KEEPS),
    test!("endswith_cs", "Ends with a text.", "'mailbox'", "'box'", ""),
    test!("!endswith_cs", "Does not end with a text.", "'mailbox'", "'BOX'", KEEPS),
    test!("has", "Holds a term, case aside.", "'New-InboxRule'", "'inboxrule'", TERM),
    test!("!has", "Does not hold a term, case aside.", "'New-InboxRule'", "'inbox'", KEEPS),
    test!("has_cs", "Holds a term.", "'New-InboxRule'", "'InboxRule'", TERM),
    test!("!has_cs", "Does not hold a term.", "'New-InboxRule'", "'inboxrule'", KEEPS),
    test!("hasprefix", "Holds a term that begins so, case aside.", "'New-InboxRule'", "'inbox'", TERM),
    test!("!hasprefix", "Holds no term that begins so, case aside.", "'New-InboxRule'", "'rule'", KEEPS),
    test!("hasprefix_cs", "Holds a term that begins so.", "'New-InboxRule'", "'Inbox'", TERM),
    test!("!hasprefix_cs", "Holds no term that begins so.", "'New-InboxRule'", "'inbox'", KEEPS),
    test!("hassuffix", "Holds a term that ends so, case aside.", "'New-InboxRule'", "'rule'", TERM),
    test!("!hassuffix", "Holds no term that ends so, case aside.", "'New-InboxRule'", "'inbox'", KEEPS),
    test!("hassuffix_cs", "Holds a term that ends so.", "'New-InboxRule'", "'Rule'", TERM),
    test!("!hassuffix_cs", "Holds no term that ends so.", "'New-InboxRule'", "'rule'", KEEPS),
    test!(
        "has_any",
        "Holds one of some terms, case aside.",
        "'new mail'",
        "('mail', 'fax')",
        "A table as the list has parentheses of its own."
    ),
    test!(
        "has_all",
        "Holds all of some terms, case aside.",
        "'new mail'",
        "('mail', 'new')",
        "A table as the list has parentheses of its own."
    ),
    test!(
        "matches regex",
        "Holds a match of a regular expression.",
        "'id 42'",
        "@'\\d+'",
        "The dialect is that of Rust's regex crate, as in Kusto: no look-around."
    ),
];
