-- The least of the hundred numbers first; then the texts beside those that are no less, and beside missing ones where
-- there are too few numbers.
WITH greatest AS MATERIALIZED (
  SELECT bytes
  FROM hunt.events
  WHERE action = 'FileDownloaded'
  ORDER BY bytes DESC NULLS LAST
  LIMIT 100
)
SELECT
  epoch_us(moment) * 10 + 621355968000000000,
  account,
  address,
  object,
  bytes
FROM (
  SELECT *
  FROM hunt.events
  WHERE action = 'FileDownloaded' AND bytes >= (SELECT min(bytes) FROM greatest)
  UNION ALL
  SELECT *
  FROM hunt.events
  WHERE action = 'FileDownloaded' AND bytes IS NULL AND (SELECT count(bytes) FROM greatest) < 100
)
ORDER BY bytes DESC NULLS LAST, report
LIMIT 100
