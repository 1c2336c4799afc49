SELECT
  epoch_us(moment) * 10 + 621355968000000000,
  account,
  address,
  object,
  bytes
FROM hunt.events
WHERE action = 'FileDownloaded'
ORDER BY bytes DESC, report
LIMIT 100
