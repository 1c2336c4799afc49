SELECT
  operation,
  count(*),
  count(DISTINCT account)
FROM hunt.activity
WHERE regexp_matches(agent, '(?i)(^|[^0-9a-z])(python|axios|curl|powershell)([^0-9a-z]|$)')
   OR (file ILIKE '%payroll%' AND regexp_matches(file, '(?i)(^|[^0-9a-z])payroll([^0-9a-z]|$)'))
GROUP BY operation
