-- Each address is looked up once: the last network that begins at or before it.
WITH networks AS (
  SELECT DISTINCT
    split_part(value, '/', 1) AS base,
    32 - split_part(value, '/', 2)::INTEGER AS host_bits
  FROM hunt.indicators
  WHERE key = 'ipv4-addr:value' AND contains(value, '/')
),
ranges AS (
  SELECT
    split_part(base, '.', 1)::BIGINT * 16777216 + split_part(base, '.', 2)::BIGINT * 65536
      + split_part(base, '.', 3)::BIGINT * 256 + split_part(base, '.', 4)::BIGINT AS low,
    low + (1 << host_bits) - 1 AS high
  FROM networks
),
addresses AS (
  SELECT
    address,
    count(*) AS events,
    TRY_CAST(split_part(address, '.', 1) AS BIGINT) * 16777216 + TRY_CAST(split_part(address, '.', 2) AS BIGINT) * 65536
      + TRY_CAST(split_part(address, '.', 3) AS BIGINT) * 256 + TRY_CAST(split_part(address, '.', 4) AS BIGINT) AS number
  FROM hunt.events
  GROUP BY address
)
SELECT
  address,
  events
FROM addresses
ASOF JOIN ranges ON number >= low
WHERE number <= high
