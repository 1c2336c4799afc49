//! The tables that kernels are measured over.

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
