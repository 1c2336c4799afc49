//! The rows of the bench of kernels: what is called over which column, and what DuckDB has beside it.

/// One comparison.
pub struct Row {
    /// The KQL function or operator.
    pub name: &'static str,
    /// What it is called over, for the table.
    pub column: &'static str,
    pub table: &'static str,
    pub gives: Gives,
    pub ours: Call,
    /// DuckDB's function, for the table.
    pub rival: &'static str,
    pub theirs: Call,
    /// The most that the ratio may be.
    pub bar: Option<f64>,
    /// Both give the same over these rows.
    pub same: bool,
}

/// What an expression gives, which a query must use up.
#[derive(Clone, Copy)]
pub enum Gives {
    Bool,
    Text,
    Number,
}

/// An expression of SQL.
pub enum Call {
    Fixed(&'static str),
    /// With as many values of a list instead of `LIST`, and as JSON instead of `JSON`.
    Listed(&'static str, usize, fn(usize) -> String),
}

impl Gives {
    pub fn query(self, expression: &str, table: &str) -> String {
        match self {
            Gives::Bool => format!("SELECT count(*) FROM hunt.main.{table} WHERE {expression}"),
            Gives::Text => format!("SELECT sum(strlen({expression}))::BIGINT FROM hunt.main.{table}"),
            Gives::Number => format!("SELECT max({expression})::BIGINT FROM hunt.main.{table}"),
        }
    }
}

impl Call {
    pub fn text(&self) -> String {
        match self {
            Call::Fixed(text) => (*text).to_owned(),
            Call::Listed(text, count, value) => {
                let values: Vec<String> = (0..*count).map(value).collect();
                let list: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                let json: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                text.replace("LIST", &list.join(", "))
                    .replace("JSON", &format!("'[{}]'", json.join(",")))
                    .replace("PATTERN", &values.join("|"))
            }
        }
    }
}

/// `rows` has a text of 300 bytes as command lines and user agents are, one of 7 short ones, users in several
/// cases, addresses of which some are private, URLs, and times as ticks and as DuckDB's. `docs` has a tenth of
/// the rows, each a JSON of 1 to 2 kB.
pub const DATA: &str = r#"
CREATE TABLE rows AS
SELECT
  i AS n,
  format('{} -NoProfile -WindowStyle {} -File C:\Users\{}\AppData\Local\Temp\{:x}.{} /id:{} /u {}@contoso.example --url https://cdn{}.example.net/{:x}/update?v={} Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.{}.{} Safari/537.36 {}',
    ['C:\Windows\System32\svchost.exe', 'C:\Program Files\Common Files\agent.exe', 'powershell.exe', 'cmd.exe /c start', 'rundll32.exe shell32.dll'][1 + a % 5],
    ['Hidden', 'Normal', 'Maximized'][1 + b % 3], ['anna', 'boris', 'chen', 'dora'][1 + c % 4], a, ['ps1', 'tmp', 'js', 'dat'][1 + d % 4],
    a % 100000, ['anna', 'boris', 'chen', 'dora'][1 + c % 4], b % 40, d, c % 1000, 90 + a % 40, b % 6000, c % 200,
    CASE WHEN i % 1000 = 7 THEN 'Invoke-Mimikatz' WHEN i % 10 = 3 THEN 'EncodedCommand ' || left(to_base64(md5(i::VARCHAR)::BLOB), 40) ELSE 'Idle' END) AS line,
  ['FileDownloaded', 'New-InboxRule', 'Send', 'MailItemsAccessed', 'UserLoggedIn', 'Set-Mailbox', 'FileAccessed'][1 + a % 7] AS operation,
  CASE c % 3 WHEN 0 THEN format('User{}@Contoso.example', a % 200000) ELSE format('user{}@contoso.example', a % 200000) END AS account,
  format('{}.{}.{}.{}', [10, 172, 192, 203, 198, 52][1 + a % 6], [16, 168, 0, 51][1 + b % 4], c % 256, d % 256) AS ip,
  format('https://host{}.example.com:8443/a/{:x}/b?user={}&id={}#top', a % 5000, b, c % 9999, d % 77) AS url,
  621355968000000000 + 17000000000000000 + (a % 100000000) * 864000 AS ticks,
  make_timestamp((17000000000000000 + (a % 100000000) * 864000) // 10) AS time
FROM (SELECT i, (hash(i) % 1000000007)::BIGINT AS a, (hash(i + 1000000000) % 1000003)::BIGINT AS b, (hash(i + 2000000000) % 999983)::BIGINT AS c, (hash(i + 3000000000) % 999979)::BIGINT AS d FROM range(ROWS) r(i));
CREATE TABLE docs AS
SELECT n, format('{{"Id":"{}","Operation":"{}","UserId":"{}","ClientIP":"{}","Parameters":[{{"Name":"Line","Value":"{}"}},{{"Name":"Url","Value":"{}"}}],"Item":{{"Size":{},"Path":"{}"}},"Tail":"{}"}}',
  md5(n::VARCHAR), operation, account, ip, replace(line, '\', '\\'), url, n * 7, replace(line, '\', '/'), repeat(md5(n::VARCHAR), 1 + n % 30)) AS json
FROM rows WHERE n % 10 = 0;
CHECKPOINT;
"#;

use Call::{Fixed, Listed};
use Gives::{Bool, Number, Text};

const fn row(
    name: &'static str,
    column: &'static str,
    gives: Gives,
    ours: Call,
    rival: &'static str,
    theirs: Call,
) -> Row {
    Row { name, column, table: "rows", gives, ours, rival, theirs, bar: None, same: true }
}

impl Row {
    const fn bar(mut self, bar: f64) -> Row {
        self.bar = Some(bar);
        self
    }

    /// The nearest that DuckDB has does something else.
    const fn other(mut self) -> Row {
        self.same = false;
        self
    }

    const fn docs(mut self) -> Row {
        self.table = "docs";
        self
    }
}

fn user(at: usize) -> String {
    format!("user{}@contoso.example", at * 17 + 3)
}

fn range(at: usize) -> String {
    format!("{}.{}.0.0/16", 11 + at % 150, at / 150 % 256)
}

fn word(at: usize) -> String {
    format!("tool{at}x")
}

pub const ROWS: &[Row] = &[
    row("reading the text alone", "line", Text, Fixed("line"), "the same", Fixed("line")),
    row(
        "has",
        "line",
        Bool,
        Fixed("kql_has(line, 'Invoke')"),
        "regexp_matches",
        Fixed(r"regexp_matches(line, '(?i)\bInvoke\b')"),
    )
    .bar(0.2),
    row("has", "line", Bool, Fixed("kql_has(line, 'Invoke')"), "contains", Fixed("contains(line, 'Invoke')"))
        .bar(1.5),
    row(
        "has, a usual word",
        "line",
        Bool,
        Fixed("kql_has(line, 'powershell')"),
        "contains",
        Fixed("contains(line, 'powershell')"),
    )
    .bar(1.5),
    row(
        "has, absent",
        "line",
        Bool,
        Fixed("kql_has(line, 'sekurlsa')"),
        "contains",
        Fixed("contains(line, 'sekurlsa')"),
    )
    .bar(1.5),
    row(
        "has_cs",
        "line",
        Bool,
        Fixed("kql_has_cs(line, 'Invoke')"),
        "contains",
        Fixed("contains(line, 'Invoke')"),
    ),
    row(
        "hasprefix",
        "line",
        Bool,
        Fixed("kql_hasprefix(line, 'mimi')"),
        "ILIKE",
        Fixed("line ILIKE '%mimi%'"),
    ),
    row(
        "contains",
        "line",
        Bool,
        Fixed("kql_contains(line, 'mimikatz')"),
        "ILIKE",
        Fixed("line ILIKE '%mimikatz%'"),
    )
    .bar(1.0),
    row(
        "contains, a usual word",
        "line",
        Bool,
        Fixed("kql_contains(line, 'shell')"),
        "ILIKE",
        Fixed("line ILIKE '%shell%'"),
    )
    .bar(1.0),
    row(
        "contains_cs",
        "line",
        Bool,
        Fixed("kql_contains_cs(line, 'Mimikatz')"),
        "contains",
        Fixed("contains(line, 'Mimikatz')"),
    ),
    row(
        "startswith",
        "line",
        Bool,
        Fixed("kql_startswith(line, 'POWERSHELL')"),
        "ILIKE",
        Fixed("line ILIKE 'POWERSHELL%'"),
    ),
    row(
        "startswith_cs",
        "line",
        Bool,
        Fixed("kql_startswith_cs(line, 'powershell')"),
        "prefix",
        Fixed("prefix(line, 'powershell')"),
    ),
    row(
        "endswith",
        "account",
        Bool,
        Fixed("kql_endswith(account, '7@CONTOSO.example')"),
        "ILIKE",
        Fixed("account ILIKE '%7@CONTOSO.example'"),
    ),
    row(
        "=~",
        "account",
        Bool,
        Fixed("kql_equals_fold(account, 'USER77@contoso.example')"),
        "lower and =",
        Fixed("lower(account) = 'user77@contoso.example'"),
    ),
    row(
        "has, of 7 texts",
        "operation",
        Bool,
        Fixed("kql_has(operation, 'inboxrule')"),
        "ILIKE",
        Fixed("operation ILIKE '%inboxrule%'"),
    )
    .bar(1.5),
    row(
        "contains, of 7 texts",
        "operation",
        Bool,
        Fixed("kql_contains(operation, 'INBOX')"),
        "ILIKE",
        Fixed("operation ILIKE '%INBOX%'"),
    )
    .bar(1.0),
    row(
        "matches regex, of 7 texts",
        "operation",
        Bool,
        Fixed("kql_matches_known(operation, '^New-.*Rule$')"),
        "regexp_matches",
        Fixed("regexp_matches(operation, '^New-.*Rule$')"),
    )
    .bar(1.0),
    row(
        "tolower, of 7 texts",
        "operation",
        Text,
        Fixed("kql_tolower(operation)"),
        "lower",
        Fixed("lower(operation)"),
    ),
    row(
        "has_any, 10 words",
        "line",
        Bool,
        Listed("kql_has_any_json(line, JSON)", 10, word),
        "regexp_matches",
        Listed(r"regexp_matches(line, '(?i)\b(PATTERN)\b')", 10, word),
    ),
    row(
        "has_any, 1,000 words",
        "line",
        Bool,
        Listed("kql_has_any_json(line, JSON)", 1_000, word),
        "regexp_matches",
        Listed(r"regexp_matches(line, '(?i)\b(PATTERN)\b')", 1_000, word),
    ),
    row(
        "in~, 10 values",
        "account",
        Bool,
        Listed("kql_fold(account) IN (LIST)", 10, user),
        "lower and IN",
        Listed("lower(account) IN (LIST)", 10, user),
    ),
    row(
        "in~, 1,000 values",
        "account",
        Bool,
        Listed("kql_fold(account) IN (LIST)", 1_000, user),
        "lower and IN",
        Listed("lower(account) IN (LIST)", 1_000, user),
    ),
    row(
        "in~, 10,000 values",
        "account",
        Bool,
        Listed("kql_fold(account) IN (LIST)", 10_000, user),
        "lower and IN",
        Listed("lower(account) IN (LIST)", 10_000, user),
    ),
    row(
        "matches regex, a literal in it",
        "line",
        Bool,
        Fixed(r"kql_matches_known(line, '(?i)invoke-\w+')"),
        "regexp_matches",
        Fixed(r"regexp_matches(line, '(?i)invoke-\w+')"),
    )
    .bar(1.0),
    row(
        "matches regex, base64",
        "line",
        Bool,
        Fixed("kql_matches_known(line, 'EncodedCommand [A-Za-z0-9+/=]{20,}')"),
        "regexp_matches",
        Fixed("regexp_matches(line, 'EncodedCommand [A-Za-z0-9+/=]{20,}')"),
    )
    .bar(1.0),
    row(
        "matches regex, no literal",
        "line",
        Bool,
        Fixed("kql_matches_known(line, '[A-Za-z0-9+/]{36,}={0,2}')"),
        "regexp_matches",
        Fixed("regexp_matches(line, '[A-Za-z0-9+/]{36,}={0,2}')"),
    )
    .bar(1.0),
    row(
        "extract, a group",
        "line",
        Text,
        Fixed("kql_extract_known('--url https?://([^/]+)/', 1, line)"),
        "regexp_extract",
        Fixed("regexp_extract(line, '--url https?://([^/]+)/', 1)"),
    )
    .bar(1.0),
    row(
        "extract, a number",
        "line",
        Text,
        Fixed("kql_extract_known('/id:([0-9]+)', 1, line)"),
        "regexp_extract",
        Fixed("regexp_extract(line, '/id:([0-9]+)', 1)"),
    )
    .bar(1.0),
    row(
        "extract_all",
        "line",
        Text,
        Fixed("kql_extract_all('([0-9]+)', NULL, line)"),
        "regexp_extract_all to JSON",
        Fixed("to_json(regexp_extract_all(line, '([0-9]+)', 1))::VARCHAR"),
    )
    .bar(1.0),
    row(
        "replace_regex",
        "line",
        Text,
        Fixed("kql_replace_known(line, '[0-9]+', 'N')"),
        "regexp_replace",
        Fixed("regexp_replace(line, '[0-9]+', 'N', 'g')"),
    )
    .bar(1.0),
    row("tolower", "line", Text, Fixed("kql_tolower(line)"), "lower", Fixed("lower(line)")),
    row("toupper", "account", Text, Fixed("kql_toupper(account)"), "upper", Fixed("upper(account)")),
    row(
        "substring",
        "line",
        Text,
        Fixed("kql_substring(line, 20::BIGINT, 40::BIGINT)"),
        "substring",
        Fixed("substring(line, 21, 40)"),
    ),
    row(
        "indexof",
        "line",
        Number,
        Fixed("kql_indexof(line, '--url', NULL::BIGINT, NULL::BIGINT, NULL::BIGINT)"),
        "instr",
        Fixed("instr(line, '--url') - 1"),
    ),
    row(
        "split",
        "url",
        Text,
        Fixed("kql_split(url, '/', NULL::BIGINT)"),
        "string_split to JSON",
        Fixed("to_json(string_split(url, '/'))::VARCHAR"),
    ),
    row(
        "split, one part",
        "url",
        Text,
        Fixed("coalesce(kql_json_tostring(kql_json_get(kql_split(url, '/', NULL::BIGINT), 'i2:')), '')"),
        "split_part",
        Fixed("split_part(url, '/', 3)"),
    ),
    row(
        "replace_string",
        "line",
        Text,
        Fixed("kql_replace_string(line, 'example', 'e')"),
        "replace",
        Fixed("replace(line, 'example', 'e')"),
    ),
    row(
        "trim",
        "account",
        Text,
        Fixed("kql_trim('[a-z]', account)"),
        "regexp_replace",
        Fixed("regexp_replace(account, '^([a-z])|([a-z])$', '', 'g')"),
    )
    .other(),
    row(
        "strcat",
        "account",
        Text,
        Fixed("(account || '-' || ip)"),
        "concat",
        Fixed("concat(account, '-', ip)"),
    ),
    row(
        "hash_sha256",
        "account",
        Text,
        Fixed("coalesce(sha256(nullif(account, '')), '')"),
        "sha256",
        Fixed("sha256(account)"),
    ),
    row(
        "parse_url",
        "url",
        Text,
        Fixed("kql_parse_url(url)"),
        "regexp_extract",
        Fixed("regexp_extract(url, '^([a-z]+)://([^/:]+)(:[0-9]+)?([^?]*)[?]([^#]*)#(.*)$', 4)"),
    )
    .other(),
    row(
        "base64_decode_tostring",
        "account",
        Text,
        Fixed("kql_base64_decode(kql_base64_encode(account))"),
        "base64 and from_base64",
        Fixed("decode(from_base64(base64(encode(account))))"),
    ),
    row(
        "tolong",
        "n as text",
        Number,
        Fixed("kql_tolong_text(n::VARCHAR)"),
        "TRY_CAST",
        Fixed("TRY_CAST(n::VARCHAR AS BIGINT)"),
    ),
    row(
        "todatetime",
        "time as text",
        Number,
        Fixed("kql_todatetime(time::VARCHAR)"),
        "TRY_CAST",
        Fixed("epoch_us(TRY_CAST(time::VARCHAR AS TIMESTAMP))"),
    )
    .other(),
    row(
        "bin by a day",
        "ticks",
        Number,
        Fixed("ticks // 864000000000 * 864000000000"),
        "date_trunc",
        Fixed("epoch_us(date_trunc('day', time))"),
    )
    .bar(1.2)
    .other(),
    row(
        "format_datetime",
        "ticks",
        Text,
        Fixed("kql_format_datetime(ticks, 'yyyy-MM-dd HH:mm')"),
        "strftime",
        Fixed("strftime(time, '%Y-%m-%d %H:%M')"),
    ),
    row(
        "ipv4_is_in_range",
        "ip",
        Bool,
        Fixed("kql_ipv4_is_match(ip, '10.0.0.0/8', NULL)"),
        "prefix",
        Fixed("prefix(ip, '10.')"),
    ),
    row(
        "ipv4_is_in_any_range, 1,000 ranges",
        "ip",
        Bool,
        Listed("kql_ipv4_is_in_any_range(ip, JSON)", 1_000, range),
        "IN of the first two numbers",
        Listed("regexp_extract(ip, '^[0-9]+[.][0-9]+') || '.0.0/16' IN (LIST)", 1_000, range),
    ),
    row(
        "ipv4_is_private",
        "ip",
        Bool,
        Fixed("kql_ipv4_is_private(ip)"),
        "regexp_matches",
        Fixed(r"regexp_matches(ip, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)')"),
    ),
    row(
        "parse_ipv4",
        "ip",
        Number,
        Fixed("kql_parse_ipv4(ip, NULL)"),
        "split_part",
        Fixed(
            "split_part(ip, '.', 1)::BIGINT * 16777216 + split_part(ip, '.', 2)::BIGINT * 65536 + split_part(ip, '.', 3)::BIGINT * 256 + split_part(ip, '.', 4)::BIGINT",
        ),
    ),
    row(
        "has_ipv4",
        "line",
        Bool,
        Fixed("kql_has_any_ipv4(line, '203.0.113.7')"),
        "contains",
        Fixed("contains(line, '203.0.113.7')"),
    ),
    row("parse_json", "json", Text, Fixed("kql_parse_json(json)"), "CAST to JSON", Fixed("json::JSON"))
        .docs(),
    row(
        "one property",
        "json",
        Text,
        Fixed("coalesce(kql_json_tostring(kql_json_get(json, 'k6:UserId')), '')"),
        "->>",
        Fixed("json->>'$.UserId'"),
    )
    .docs(),
    row(
        "a property of an element",
        "json",
        Text,
        Fixed("coalesce(kql_json_tostring(kql_json_get(json, 'k10:Parametersi1:k5:Value')), '')"),
        "->>",
        Fixed("json->>'$.Parameters[1].Value'"),
    )
    .docs(),
    row(
        "has in JSON",
        "json",
        Bool,
        Fixed("kql_has(json, 'mimikatz')"),
        "contains",
        Fixed("contains(json, 'Mimikatz')"),
    )
    .docs(),
];
