-- An account with so many addresses has as many events: the others are dropped first.
SELECT
  account,
  count(DISTINCT address) AS addresses,
  count(DISTINCT agent),
  count(*)
FROM hunt.events
WHERE account IN (SELECT account FROM hunt.events GROUP BY account HAVING count(*) > 1000)
GROUP BY account
HAVING addresses > 1000
