SELECT
  operation,
  result,
  count(*),
  coalesce(sum(operations), 0)::BIGINT
FROM hunt.events
WHERE workload = 'Exchange' AND logon_type = 2
GROUP BY operation, result
