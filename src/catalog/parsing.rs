//! Texts with a structure of their own, taken apart. Knows `kernels::parse` by name.

use super::func::Lower::{Kernel, Sql};
use super::func::Ret::Is;
use super::func::{DYN, Func, LONG, Label, ONLY_STR, PLAIN, Param, REAL, STR, constant, f, named, sig};
use crate::types::Type::{Decimal, Dynamic, String};

/// The values of all columns of the operator parse, packed; null for a text that does not fit the program.
pub static PARSE: Func =
    f("parse", &[sig(&[ONLY_STR, named("program", ONLY_STR)], Is(Dynamic), Kernel("kql_parse"))]);
/// The values of all keys of the operator parse-kv, packed.
pub static PARSE_KV: Func =
    f("parse-kv", &[sig(&[ONLY_STR, named("program", ONLY_STR)], Is(Dynamic), Kernel("kql_parse_kv"))]);
/// The patterns of the operator reduce: an array of `[pattern, rows, one of the texts]`. Each text comes with how
/// many rows have it.
pub static REDUCE: Func = f(
    "reduce",
    &[sig(
        &[ONLY_STR, constant(named("threshold", REAL)), constant(named("characters", ONLY_STR))],
        Is(Dynamic),
        Sql("kql_reduce(list({0}), {1}, {2})"),
    )],
);
/// One of several packed values, by its position.
pub static FIELD: Func = f("parse", &[sig(&[DYN, named("index", LONG)], Is(String), Kernel("kql_field"))]);

const USER_AGENT: Param = named("user_agent", PLAIN);

pub static ROWS: &[Func] = &[
    f("parse_url", &[sig(&[named("url", PLAIN)], Is(Dynamic), Kernel("kql_parse_url"))])
        .formerly(&["parseurl"])
        .doc("The scheme, host, port, path, user, query and fragment of a URL as a bag.")
        .trap("Without a scheme there is no host: all of it is the path. Query values stay encoded.")
        .example("print tostring(parse_url('https://contoso.com:8443/a?x=1').Host)", "contoso.com"),
    f("parse_urlquery", &[sig(&[named("query", PLAIN)], Is(Dynamic), Kernel("kql_parse_urlquery"))])
        .formerly(&["parseurlquery"])
        .doc("The keys and values of a URL's query, in a bag under Query Parameters.")
        .example("print tostring(parse_urlquery('x=1&y=2')['Query Parameters'].y)", "2"),
    f("parse_path", &[sig(&[named("path", PLAIN)], Is(Dynamic), Kernel("kql_parse_path"))])
        .doc("The root, directory, file name and extension of a file path as a bag.")
        .example("print tostring(parse_path(@'C:\\temp\\a.exe').Filename)", "a.exe"),
    f("parse_csv", &[sig(&[named("csv_text", STR)], Is(Dynamic), Kernel("kql_parse_csv"))])
        .label(Label::FirstArg)
        .doc("The fields of one CSV record as an array.")
        .trap("Only the first record counts.")
        .example("print parse_csv('a,\"b,c\"')", "[\"a\",\"b,c\"]"),
    f(
        "parse_command_line",
        &[sig(
            &[named("command_line", STR), named("parser_type", PLAIN)],
            Is(Dynamic),
            Kernel("kql_parse_command_line"),
        )],
    )
    .doc("The arguments of a Windows command line as an array.")
    .example("print parse_command_line('cmd.exe /c \"dir x\"', 'windows')", "[\"cmd.exe\",\"/c\",\"dir x\"]"),
    f("parse_version", &[sig(&[PLAIN], Is(Decimal), Kernel("kql_parse_version"))])
        .doc("A version number of one to four parts, each of up to eight digits, as a decimal; else null.")
        .trap("Parts that are left out are 0 and stand at the end: 1.2 is 1.2.0.0.")
        .example("print parse_version('1.2.3.40') > parse_version('1.2.3.5')", "true"),
    f(
        "parse_user_agent",
        &[
            sig(&[USER_AGENT, constant(named("look_for", ONLY_STR))], Is(Dynamic), Kernel("kql_user_agent")),
            sig(&[USER_AGENT, constant(named("look_for", DYN))], Is(Dynamic), Kernel("kql_user_agent")),
        ],
    )
    .doc("The browser, os and device that a user agent names, by the rules in the file regexes.yaml of --files.")
    .trap("The rules are those of the ua-parser project; another version of them may answer otherwise than Kusto's.")
    .example("print tostring(parse_user_agent('', 'browser').Browser.Family)", "Other"),
    f("parse_xml", &[sig(&[named("xml", STR)], Is(Dynamic), Kernel("kql_parse_xml"))])
        .label(Label::FirstArg)
        .doc("An XML text as a bag: attributes stand under '@name', a text beside others under '#text'.")
        .trap("Numbers stay texts, so convert them: toint(x). An element is an array only where it comes twice.")
        .example("print tostring(parse_xml('<e><d n=\"a\">1</d></e>').e.d['@n'])", "a"),
];
