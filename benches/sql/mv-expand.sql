SELECT
  object.Name,
  count(*)
FROM (
  SELECT
    unnest(objects) AS object
  FROM hunt.events
  WHERE (action IN ('FileDownloaded', 'FileUploaded')) IS TRUE
)
WHERE object.Type = 'File'
GROUP BY object.Name
ORDER BY count(*) DESC, object.Name
LIMIT 20
