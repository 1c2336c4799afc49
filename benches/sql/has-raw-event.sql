SELECT
  action,
  count(*),
  epoch_us(max(moment)) * 10 + 621355968000000000
FROM hunt.events
WHERE regexp_matches(raw, '(?i)(^|[^0-9a-z])(forwardto|add-mailboxpermission|50126|anonymouslinkcreated)([^0-9a-z]|$)')
GROUP BY action
