SELECT
  epoch_us(date_trunc('day', moment)) * 10 + 621355968000000000,
  count(*)
FROM hunt.events
WHERE action = 'QuarantineReleaseMessage'
GROUP BY date_trunc('day', moment)
ORDER BY date_trunc('day', moment)
