SELECT
  regexp_extract(site, '^https://([^/]+)/', 1) AS host,
  count(*)
FROM hunt.activity
WHERE regexp_extract(client, '^\[?([0-9A-Fa-f:.]+?)\]?(?::\d+)?$', 1) <> ''
GROUP BY host
