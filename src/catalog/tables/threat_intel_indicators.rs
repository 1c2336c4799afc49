//! Threat indicators in STIX form, as Sentinel holds them; one row for each version of an indicator.
//! Column names and types after Microsoft's table references; the sentences are ours.

use super::{Column, column};
use crate::types::Type::*;

#[rustfmt::skip]
pub(super) const COLUMNS: &[Column] = &[
    column("AdditionalFields", Dynamic, "What Sentinel adds, such as TLPLevel."),
    column("AzureTenantId", String, "Tenant that submitted the indicator."),
    column("_BilledSize", Real, "Size of the record in bytes."),
    column("Confidence", Int, "How sure its author is, 0 to 100."),
    column("Created", Datetime, "When the indicator was made."),
    column("Data", Dynamic, "The whole STIX object."),
    column("Id", String, "The source in base64, three hyphens, the STIX id; rows of one id are versions of one indicator."),
    column("IsActive", Bool, "May be used for detection: neither revoked nor deleted. Says nothing of validity in time."),
    column("_IsBillable", String, "Whether the record is billed; text."),
    column("IsDeleted", Bool, "Deleted from Sentinel."),
    column("LastUpdateMethod", String, "What last changed the indicator."),
    column("Modified", Datetime, "When the indicator was last changed."),
    column("ObservableKey", String, "Left side of a pattern that is one comparison; empty for compound patterns."),
    column("ObservableValue", String, "Right side of a pattern that is one comparison; empty for compound patterns."),
    column("Pattern", String, "The pattern, such as [ipv4-addr:value = '192.0.2.1']."),
    column("_ResourceId", String, "Id of the resource that the record belongs to."),
    column("Revoked", Bool, "Its author took it back."),
    column("Source", String, "Name of the source, in the older reference; newer rows use SourceSystem."),
    column("SourceSystem", String, "Name of the source."),
    column("_SubscriptionId", String, "Id of the subscription that the record belongs to."),
    column("Tags", String, "Labels of the indicator: text that holds a JSON array."),
    column("TenantId", String, "Id of the Log Analytics workspace."),
    column("TimeGenerated", Datetime, "When this version was ingested; live indicators come again about every 7 days."),
    column("Type", String, "Name of the table."),
    column("ValidFrom", Datetime, "From when it is valid."),
    column("ValidUntil", Datetime, "Until when it is valid; null is for ever."),
    column("WorkspaceId", String, "Workspace that submitted the indicator."),
];
