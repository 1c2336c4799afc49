SELECT
  action,
  admin,
  count(*)
FROM hunt.events
WHERE lower(account) IN ('@accounts')
GROUP BY action, admin
