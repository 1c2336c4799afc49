SELECT
  account,
  count(DISTINCT address) AS addresses,
  count(DISTINCT agent),
  count(*)
FROM hunt.events
GROUP BY account
HAVING addresses > 1000
