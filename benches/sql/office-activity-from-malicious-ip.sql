WITH known AS (
  SELECT
    regexp_extract(pattern, 'ipv4-addr:value\s*=\s*''([^'']+)''', 1) AS address,
    list(DISTINCT tags)[:5] AS tags,
    max(confidence) AS severity,
    any_value(description) AS description
  FROM hunt.indicators
  WHERE moment > TIMESTAMP '2026-04-30 12:00:00'
    AND active
    AND (valid_until IS NULL OR valid_until > TIMESTAMP '2026-05-14 12:00:00')
    AND contains(pattern, 'ipv4-addr:value')
  GROUP BY address
),
hits AS (
  SELECT
    a.account,
    a.client,
    count(*) AS hits,
    count(*) FILTER (a.operation IN (
      'FileDownloaded', 'FileSyncDownloadedFull', 'MailItemsAccessed', 'New-InboxRule', 'New-MailboxExportRequest',
      'Add-MailboxPermission', 'SharingInvitationCreated', 'AnonymousLinkCreated', 'AnonymousLinkUsed',
      'MessageCreated', 'MemberAdded')) AS risky,
    list(DISTINCT a.operation)[:15] AS operations,
    list(DISTINCT a.workload)[:5] AS workloads,
    list(DISTINCT CASE WHEN a.file <> '' THEN a.file ELSE a.object END)[:10] AS files,
    any_value(k.tags) AS tags,
    any_value(k.severity) AS severity,
    any_value(k.description) AS description,
    min(a.moment) AS first,
    max(a.moment) AS last
  FROM hunt.activity AS a
  JOIN known AS k ON a.client = k.address
  WHERE a.moment > TIMESTAMP '2026-05-14 11:00:00' AND a.client <> '' AND k.address <> ''
  GROUP BY a.account, a.client
)
SELECT
  epoch_us(last) * 10 + 621355968000000000,
  account,
  client,
  to_json(tags)::VARCHAR,
  severity,
  description,
  hits,
  risky,
  to_json(operations)::VARCHAR,
  to_json(workloads)::VARCHAR,
  to_json(files)::VARCHAR,
  epoch_us(first) * 10 + 621355968000000000,
  CASE WHEN risky >= 5 THEN 'Critical' WHEN risky >= 1 THEN 'High' WHEN hits >= 10 THEN 'Medium' ELSE 'Low' END
FROM hits
