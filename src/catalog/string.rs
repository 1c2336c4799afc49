//! Functions over text. Knows `kernels::{text, terms, regexes}` by name.

use super::func::Lower::{Build, Kernel, Sql};
use super::func::Ret::{Is, Typeof};
use super::func::{
    ANY, Arg, DYN, Elements, Fixed, Func, JSON, LONG, Label, PLAIN, Param, STR, Shape, TEXT, TYPE, f, fixed,
    known, named, one_of, opt, pattern, pattern_inside, rest, shaped, sig,
};
use crate::types::Type::{Bool, Dynamic, Int, Long, String};

const SOURCE: Param = named("source", PLAIN);
const REWRITE: Param = named("rewrite", PLAIN);
const FIXED_REWRITE: Param = fixed(Fixed::Constant, REWRITE);
/// A code point, or an array of some.
const CODE: Param = Param { types: &[Int, Long, Dynamic], ..named("code", shaped(Shape::Array, JSON)) };
const LIST: Param = shaped(Shape::Array, DYN);
const REGEX: Param = fixed(Fixed::Constant, pattern(named("regex", PLAIN)));
/// Part of a larger pattern, so not always one by itself: `a)|(b`.
const TRIMMED: Param = fixed(Fixed::Constant, pattern_inside(named("regex", PLAIN)));
const OCCURRENCES: [Param; 3] =
    [opt(named("start", LONG)), opt(named("length", LONG)), opt(named("occurrence", LONG))];

const KIND: Param = one_of(&["normal", "regex"], named("kind", PLAIN));

pub static ROWS: &[Func] = &[
    f("strcat", &[sig(&[TEXT, rest(TEXT)], Is(String), Build(strcat))])
        .most(64)
        .doc("The arguments as one text.")
        .trap("A null adds nothing; true is written True.")
        .example("print strcat('n=', 4, ' ', true)", "n=4 True"),
    f("strcat_delim", &[sig(&[named("delimiter", TEXT), TEXT, rest(TEXT)], Is(String), Build(strcat_delim))])
        .most(65)
        .doc("The arguments as one text with a delimiter between them.")
        .trap("A null or empty argument still gets its delimiter.")
        .example("print strcat_delim('-', 'a', '', 3)", "a--3"),
    f(
        "strcat_array",
        &[sig(&[named("array", LIST), named("delimiter", TEXT)], Is(String), Build(strcat_array))],
    )
    .aliases(&["array_strcat"])
    .doc("The elements of an array as one text with a delimiter between them.")
    .trap("A null element is the empty text and keeps its delimiters.")
    .example("print strcat_array(dynamic([1, null, 'x']), '|')", "1||x"),
    f("strlen", &[sig(&[STR], Is(Long), Sql("length({0})"))])
        .label(Label::NameAndFirstArg)
        .doc("How many characters a text has.")
        .trap("Characters are Unicode code points: an emoji made of several counts as several.")
        .example("print strlen('naïve')", "5"),
    f("string_size", &[sig(&[STR], Is(Long), Sql("strlen({0})"))])
        .label(Label::NameAndFirstArg)
        .doc("How many bytes a text has in UTF-8.")
        .example("print string_size('naïve')", "6"),
    f("strcmp", &[sig(&[STR, STR], Is(Long), Kernel("kql_strcmp"))])
        .doc("-1, 0 or 1 as the first text sorts before, with or after the second.")
        .trap("The order is that of code points: every capital sorts before every small letter.")
        .example("print strcmp('B', 'a')", "-1"),
    f(
        "strrep",
        &[sig(
            &[TEXT, named("multiplier", LONG), opt(named("delimiter", TEXT))],
            Is(String),
            Kernel("kql_strrep"),
        )],
    )
    .doc("A text repeated 1 to 1024 times, with a delimiter in between.")
    .example("print strrep('ab', 3, '.')", "ab.ab.ab"),
    f(
        "substring",
        &[
            sig(&[named("source", TEXT), named("start", LONG)], Is(String), Kernel("kql_substring")),
            sig(
                &[named("source", TEXT), named("start", LONG), named("length", LONG)],
                Is(String),
                Kernel("kql_substring"),
            ),
        ],
    )
    .doc("A part of a text; the first character has the index 0.")
    .trap("A negative start counts from the end; one before the beginning gives an empty text.")
    .example("print substring('quarantine', -4, 2)", "ti"),
    f("toupper", &[sig(&[TEXT], Is(String), Kernel("kql_toupper"))])
        .doc("The text in capitals.")
        .example("print toupper('café')", "CAFÉ"),
    f("tolower", &[sig(&[TEXT], Is(String), Kernel("kql_tolower"))])
        .doc("The text in small letters.")
        .example("print tolower('CAFÉ')", "café"),
    f("reverse", &[sig(&[TEXT], Is(String), Kernel("kql_reverse"))])
        .doc("The characters of a text from last to first.")
        .example("print reverse('abc')", "cba"),
    f("indexof", &[sig(INDEXOF, Is(Long), Kernel("kql_indexof"))])
        .doc("Where a text first stands in another, counted from 0; -1 when it does not.")
        .trap("A negative start counts from the end; an empty text has no place and gives null.")
        .example("print indexof('release', 'e', 2)", "3"),
    f("indexof_regex", &[sig(INDEXOF_REGEX, Is(Long), Kernel("kql_indexof_regex"))])
        .doc("Where a regular expression first matches, counted from 0; -1 when it does not.")
        .trap("A negative start gives null, unlike that of indexof().")
        .example("print indexof_regex('user42', '[0-9]')", "4"),
    f("has_any_index", &[sig(&[STR, named("values", LIST)], Is(Long), Kernel("kql_has_any_index"))])
        .doc("The index of the first value of an array that the text has as a term; -1 when it has none.")
        .example("print has_any_index('disk is full', dynamic(['quota', 'FULL']))", "1"),
    f(
        "split",
        &[sig(
            &[named("source", TEXT), named("delimiter", PLAIN), opt(named("index", LONG))],
            Is(Dynamic),
            Kernel("kql_split"),
        )],
    )
    .label(Label::FirstArg)
    .elements(Elements::Texts)
    .doc("The parts of a text between delimiters, as an array.")
    .trap("With an index it is still an array, of that one part; null when there is no such part.")
    .example("print split('a/b', '/', 1)", "[\"b\"]"),
    f("trim", &[sig(&[TRIMMED, SOURCE], Is(String), Kernel("kql_trim"))])
        .doc("The text without one match of a regular expression at each end.")
        .trap("Only one match goes at each end: trim('-', '--a') is -a. Write '-+' for all.")
        .example("print trim('-+', '--a-')", "a"),
    f("trim_start", &[sig(&[TRIMMED, SOURCE], Is(String), Kernel("kql_trim_start"))])
        .doc("The text without one match of a regular expression at its start.")
        .example("print trim_start('https?://', 'https://contoso.com')", "contoso.com"),
    f("trim_end", &[sig(&[TRIMMED, SOURCE], Is(String), Kernel("kql_trim_end"))])
        .doc("The text without one match of a regular expression at its end.")
        .example("print trim_end(':[0-9]+', '192.0.2.1:443')", "192.0.2.1"),
    f(
        "replace_string",
        &[sig(&[PLAIN, named("lookup", PLAIN), REWRITE], Is(String), Kernel("kql_replace_string"))],
    )
    .doc("The text with each place of another text replaced.")
    .trap("An empty lookup replaces nothing.")
    .example("print replace_string('a.b.c', '.', '[.]')", "a[.]b[.]c"),
    f(
        "replace_strings",
        &[sig(
            &[PLAIN, named("lookups", LIST), named("rewrites", LIST)],
            Is(String),
            Kernel("kql_replace_strings"),
        )],
    )
    .doc("The text with each place of several texts replaced by that at the same index.")
    .trap("Earlier lookups win; what one replaced, the next does not look into.")
    .example("print replace_strings('cat', dynamic(['c', 'a']), dynamic(['a', 'u']))", "aut"),
    f(
        "replace_regex",
        &[
            sig(&[SOURCE, known(REGEX), FIXED_REWRITE], Is(String), Kernel("kql_replace_known")),
            sig(&[SOURCE, REGEX, FIXED_REWRITE], Is(String), Kernel("kql_replace_regex")),
        ],
    )
    .doc("The text with each match of a regular expression replaced.")
    .trap("A group is written \\1, the whole match \\0; $1 is plain text.")
    .example("print replace_regex('2026-05', @'(\\d+)-(\\d+)', @'\\2/\\1')", "05/2026"),
    f(
        "replace",
        &[sig(&[REGEX, FIXED_REWRITE, SOURCE], Is(String), Sql("kql_replace_regex({2}, {0}, {1})"))],
    )
    .successor("replace_regex")
    .doc("The old name of replace_regex(), with the text as its last argument.")
    .trap("The first argument is a regular expression: a point matches every character.")
    .example("print replace('[aeiou]', '*', 'kusto')", "k*st*"),
    f(
        "countof",
        &[
            sig(&[SOURCE, named("search", PLAIN)], Is(Long), Kernel("kql_countof")),
            sig(&[SOURCE, named("search", PLAIN), KIND], Is(Long), Kernel("kql_countof_kind")),
        ],
    )
    .doc("How often a text stands in another.")
    .trap("Places of plain text may overlap, those of a regular expression not.")
    .example("print countof('aaaa', 'aa')", "3"),
    f(
        "extract",
        &[
            sig(&[known(REGEX), named("group", LONG), SOURCE], Is(String), Kernel("kql_extract_known")),
            sig(&[REGEX, named("group", LONG), SOURCE], Is(String), Kernel("kql_extract")),
            sig(&[REGEX, named("group", LONG), SOURCE, TYPE], Typeof, Kernel("kql_extract")),
        ],
    )
    .doc("What a group of a regular expression matches first; group 0 is the whole match.")
    .trap("Without a match it is the empty text; with typeof() it is null.")
    .example("print extract('user=(\\\\w+)', 1, 'id=7 user=eve')", "eve"),
    f(
        "extract_all",
        &[
            sig(&[REGEX, SOURCE], Is(Dynamic), Build(extract_all)),
            sig(&[REGEX, named("groups", LIST), SOURCE], Is(Dynamic), Kernel("kql_extract_all")),
        ],
    )
    .formerly(&["extractall"])
    .doc("What the groups of a regular expression match, for every match, as an array.")
    .trap("One group gives a flat array, several an array of arrays; no match gives null.")
    .example("print extract_all('([0-9]+)', 'a1b22')", "[\"1\",\"22\"]"),
    f(
        "translate",
        &[sig(
            &[named("searchList", PLAIN), named("replacementList", PLAIN), SOURCE],
            Is(String),
            Kernel("kql_translate"),
        )],
    )
    .doc("The text with the characters of one list replaced by those of another.")
    .trap("The last character of a shorter replacement list stands for all that follow.")
    .example("print translate('abc', 'xyz', 'a cab')", "x zxy"),
    f("regex_quote", &[sig(&[STR], Is(String), Kernel("kql_regex_quote"))])
        .doc("A regular expression that matches just this text.")
        .example("print regex_quote('192.0.2.1')", "192\\.0\\.2\\.1"),
    f(
        "unicode_codepoints_to_string",
        &[sig(&[CODE, rest(CODE)], Is(String), Kernel("kql_codepoints_to_text"))],
    )
    .formerly(&["make_string"])
    .doc("The text that code points spell: numbers, or arrays of them.")
    .example("print unicode_codepoints_to_string(75, dynamic([81, 76]))", "KQL"),
    f("unicode_codepoints_from_string", &[sig(&[TEXT], Is(Dynamic), Kernel("kql_codepoints_from_text"))])
        .formerly(&["to_utf8"])
        .doc("The code points of a text as an array of numbers.")
        .example("print unicode_codepoints_from_string('KQL')", "[75,81,76]"),
    f("isascii", &[sig(&[TEXT], Is(Bool), Kernel("kql_isascii"))])
        .doc("Whether all characters of a text are ASCII.")
        .example("print isascii('café')", "false"),
    f("isutf8", &[sig(&[TEXT], Is(Bool), Sql("({0} IS NOT NULL)"))])
        .doc("Whether a text is valid UTF-8, which every text here is.")
        .example("print isutf8('café')", "true"),
    f("isempty", &[sig(&[STR], Is(Bool), Sql("({0} = '')")), sig(&[ANY], Is(Bool), Sql("({0} IS NULL)"))])
        .order_blind()
        .doc("Whether a text is empty, or any other value null.")
        .example("print isempty('')", "true"),
    f(
        "isnotempty",
        &[sig(&[STR], Is(Bool), Sql("({0} <> '')")), sig(&[ANY], Is(Bool), Sql("({0} IS NOT NULL)"))],
    )
    .formerly(&["notempty"])
    .order_blind()
    .doc("Whether a text is not empty, or any other value not null.")
    .example("print isnotempty('')", "false"),
    f("isnull", &[sig(&[ANY], Is(Bool), Sql("({0} IS NULL)"))])
        .order_blind()
        .doc("Whether a value is null.")
        .trap("A string is never null, a missing one is empty: use isempty().")
        .example("print isnull('')", "false"),
    f("isnotnull", &[sig(&[ANY], Is(Bool), Sql("({0} IS NOT NULL)"))])
        .formerly(&["notnull"])
        .order_blind()
        .doc("Whether a value is not null.")
        .trap("A string is never null, a missing one is empty: use isnotempty().")
        .example("print isnotnull(int(null))", "false"),
];

const INDEXOF: &[Param] =
    &[named("source", TEXT), named("lookup", TEXT), OCCURRENCES[0], OCCURRENCES[1], OCCURRENCES[2]];
const INDEXOF_REGEX: &[Param] = &[
    named("source", TEXT),
    fixed(Fixed::Constant, pattern(named("regex", STR))),
    OCCURRENCES[0],
    OCCURRENCES[1],
    OCCURRENCES[2],
];

fn strcat(args: &[Arg<'_>]) -> std::string::String {
    let parts: Vec<&str> = args.iter().map(|arg| arg.sql).collect();
    format!("({})", parts.join(" || "))
}

fn strcat_delim(args: &[Arg<'_>]) -> std::string::String {
    let parts: Vec<&str> = args.iter().skip(1).map(|arg| arg.sql).collect();
    let delimiter = args.first().map_or("''", |arg| arg.sql);
    format!("({})", parts.join(&format!(" || {delimiter} || ")))
}

fn strcat_array(args: &[Arg<'_>]) -> std::string::String {
    let parts: Vec<&str> = args.iter().map(|arg| arg.sql).collect();
    // A null array is the empty text.
    format!("coalesce(kql_strcat_array({}), '')", parts.join(", "))
}

fn extract_all(args: &[Arg<'_>]) -> std::string::String {
    let parts: Vec<&str> = args.iter().map(|arg| arg.sql).collect();
    format!("kql_extract_all({})", parts.join(", NULL, "))
}
