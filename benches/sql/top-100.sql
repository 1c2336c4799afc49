-- The least of the hundred numbers first, which all downloads have; then the texts beside those.
SELECT
  epoch_us(moment) * 10 + 621355968000000000,
  account,
  address,
  object,
  bytes
FROM hunt.events
WHERE action = 'FileDownloaded'
  AND bytes >= (SELECT min(bytes) FROM (SELECT bytes FROM hunt.events WHERE action = 'FileDownloaded' ORDER BY bytes DESC LIMIT 100))
ORDER BY bytes DESC, report
LIMIT 100
