-- The few actions are numbers while accounts are counted.
WITH actions AS MATERIALIZED (
  SELECT action, row_number() OVER () AS number
  FROM (SELECT DISTINCT action FROM hunt.events WHERE moment > TIMESTAMP '2026-04-14 12:00:00')
)
SELECT
  epoch_us(hour) * 10 + 621355968000000000,
  action,
  events,
  accounts
FROM (
  SELECT
    date_trunc('hour', moment) AS hour,
    number,
    count(*) AS events,
    count(DISTINCT account) AS accounts
  FROM hunt.events
  JOIN actions USING (action)
  WHERE moment > TIMESTAMP '2026-04-14 12:00:00'
  GROUP BY hour, number
)
JOIN actions USING (number)
