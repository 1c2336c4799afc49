SELECT
  operation,
  extension,
  count(*)
FROM hunt.activity
WHERE regexp_matches(object, '/(Payroll|Salaries|Customers)[^/]*\d{3,}\.(zip|pst|csv)$')
GROUP BY operation, extension
