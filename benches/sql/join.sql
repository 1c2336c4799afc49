SELECT
  a.account,
  a.client,
  count(*),
  max(i.confidence)
FROM hunt.activity AS a
JOIN hunt.indicators AS i ON a.client = i.value AND i.key = 'ipv4-addr:value'
GROUP BY a.account, a.client
