SELECT
  key,
  tags,
  count(*),
  avg(confidence)
FROM (
  SELECT
    arg_max(key, moment) AS key,
    arg_max(tags, moment) AS tags,
    arg_max(confidence, moment) AS confidence,
    arg_max(active, moment) AS active,
    arg_max(valid_until, moment) AS until
  FROM hunt.indicators
  GROUP BY id
)
WHERE active AND until > TIMESTAMP '2026-05-14 12:00:00'
GROUP BY key, tags
