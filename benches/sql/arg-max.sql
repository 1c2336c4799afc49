SELECT
  newest.key,
  newest.tags,
  count(*),
  avg(newest.confidence)
FROM (
  SELECT
    arg_max({'key': key, 'tags': tags, 'confidence': confidence, 'active': active, 'until': valid_until}, moment)
      AS newest
  FROM hunt.indicators
  GROUP BY id
)
WHERE newest.active AND newest.until > TIMESTAMP '2026-05-14 12:00:00'
GROUP BY newest.key, newest.tags
