-- The database of the hand-written SQL: plain columns of plain types, of exactly the properties that the queries
-- read, in the order of the rows in the database that kqlhunt made (attached as `hunt`).
CREATE MACRO moment(ticks) AS make_timestamp((ticks - 621355968000000000) // 10);

CREATE TABLE events AS
SELECT
  moment("Timestamp") AS moment,
  "ActionType" AS action,
  "AccountId" AS account,
  "IPAddress" AS address,
  "UserAgent" AS agent,
  "IsAdminOperation" AS admin,
  "ObjectName" AS object,
  "ReportId" AS report,
  "RawEventData" AS raw,
  json_extract_string("RawEventData", '$.Workload') AS workload,
  json_extract_string("RawEventData", '$.Operation') AS operation,
  json_extract_string("RawEventData", '$.ResultStatus') AS result,
  TRY_CAST(json_extract_string("RawEventData", '$.LogonType') AS INTEGER) AS logon_type,
  TRY_CAST(json_extract_string("RawEventData", '$.OperationCount') AS BIGINT) AS operations,
  TRY_CAST(json_extract_string("RawEventData", '$.FileSizeBytes') AS BIGINT) AS bytes,
  from_json("ActivityObjects", '[{"Type": "VARCHAR", "Role": "VARCHAR", "Name": "VARCHAR", "Id": "VARCHAR"}]') AS objects
FROM hunt.main."CloudAppEvents";

CREATE TABLE activity AS
SELECT
  moment("TimeGenerated") AS moment,
  "Operation" AS operation,
  "OfficeWorkload" AS workload,
  "UserId" AS account,
  "UserAgent" AS agent,
  "ClientIP" AS client,
  "Client_IPAddress" AS mailbox_client,
  "ActorIpAddress" AS actor,
  "SourceFileName" AS file,
  "SourceFileExtension" AS extension,
  "OfficeObjectId" AS object,
  "Site_Url" AS site
FROM hunt.main."OfficeActivity";

CREATE TABLE indicators AS
SELECT
  moment("TimeGenerated") AS moment,
  "Id" AS id,
  "IsActive" AS active,
  "Revoked" AS revoked,
  "IsDeleted" AS deleted,
  moment("ValidFrom") AS valid_from,
  moment("ValidUntil") AS valid_until,
  "Pattern" AS pattern,
  "ObservableKey" AS key,
  "ObservableValue" AS value,
  "Confidence" AS confidence,
  "Tags" AS tags,
  json_extract_string("Data", '$.description') AS description
FROM hunt.main."ThreatIntelIndicators";

CHECKPOINT;
