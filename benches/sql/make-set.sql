SELECT
  account,
  to_json(operations)::VARCHAR,
  len(clients[:5]),
  events
FROM (
  SELECT
    account,
    list(DISTINCT operation) AS operations,
    list(DISTINCT client) AS clients,
    count(*) AS events
  FROM hunt.activity
  WHERE moment > TIMESTAMP '2026-05-07 12:00:00'
    AND account IN (
      SELECT account
      FROM hunt.activity
      WHERE moment > TIMESTAMP '2026-05-07 12:00:00'
      GROUP BY account
      HAVING count(*) > 500
    )
  GROUP BY account
)
