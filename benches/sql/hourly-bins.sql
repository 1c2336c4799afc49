SELECT
  epoch_us(date_trunc('hour', moment)) * 10 + 621355968000000000,
  action,
  count(*),
  count(DISTINCT account)
FROM hunt.events
WHERE moment > TIMESTAMP '2026-04-14 12:00:00'
GROUP BY date_trunc('hour', moment), action
