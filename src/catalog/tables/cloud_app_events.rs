//! What Defender for Cloud Apps saw in Microsoft 365 and other apps: the union of the Defender and
//! Sentinel shapes.
//! Column names and types after Microsoft's table references; the sentences are ours.

use super::{Column, column};
use crate::types::Type::*;

#[rustfmt::skip]
pub(super) const COLUMNS: &[Column] = &[
    column("Timestamp", Datetime, "When it happened, as Defender names it."),
    column("TimeGenerated", Datetime, "When it happened, as Sentinel names it; the same instant as Timestamp."),
    column("ActionType", String, "What was done, such as FileDownloaded; the operation name of the source app."),
    column("Application", String, "The app in which it was done."),
    column("ApplicationId", Int, "Number of that app."),
    column("AppInstanceId", Int, "Number of the instance of that app."),
    column("AccountObjectId", String, "Entra object id of the account."),
    column("AccountId", String, "The account as Defender for Cloud Apps knows it: UPN, Entra id or other."),
    column("AccountDisplayName", String, "Name of the account in the address book."),
    column("IsAdminOperation", Bool, "Done by an administrator."),
    column("DeviceType", String, "Kind of device: workstation, mobile and so on."),
    column("OSPlatform", String, "Operating system of the device."),
    column("IPAddress", String, "Address from which it was done."),
    column("IsAnonymousProxy", Bool, "The address belongs to a known anonymous proxy."),
    column("CountryCode", String, "Two letters for the country of the address."),
    column("City", String, "City of the address."),
    column("ISP", String, "Internet provider of the address."),
    column("UserAgent", String, "User agent that the client sent."),
    column("ActivityType", String, "Broad kind of the activity."),
    column("ActivityObjects", Dynamic, "Array of the objects involved, such as files and folders."),
    column("ObjectName", String, "Name of the object acted on."),
    column("ObjectType", String, "Kind of the object acted on."),
    column("ObjectId", String, "Id of the object acted on."),
    column("ReportId", String, "Id of the event."),
    column("AccountType", String, "Regular, Admin, System or Application."),
    column("IsExternalUser", Bool, "The account is not of the organisation's domains."),
    column("IsImpersonated", Bool, "One account acted for another."),
    column("IPTags", Dynamic, "Tags that the customer gave to the address."),
    column("IPCategory", String, "What else is known of the address."),
    column("UserAgentTags", Dynamic, "Tags of the user agent, such as Robot or Outdated browser."),
    column("RawEventData", Dynamic, "The whole record as the source app wrote it."),
    column("AdditionalFields", Dynamic, "What else the event says."),
    column("LastSeenForUser", Dynamic, "For each attribute the days since this account last showed it; -1 is never before."),
    column("UncommonForUser", Dynamic, "Names of the attributes that are unusual for this account."),
    column("AuditSource", String, "Where it was seen: app connector, access control or session control."),
    column("SessionData", Dynamic, "Id of the session, for session control."),
    column("OAuthAppId", String, "Id of the OAuth app that acted."),
    column("_BilledSize", Real, "Size of the record in bytes."),
    column("_IsBillable", String, "Whether the record is billed; text."),
    column("SourceSystem", String, "What collected the record."),
    column("TenantId", String, "Id of the Log Analytics workspace."),
    column("Type", String, "Name of the table."),
    column("PerformedByDisplayName", String, "Name of the account that acted for another."),
];
