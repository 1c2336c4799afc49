//! Tables that kqlhunt computes from others, as data: each is a query. No Kusto has them.

use super::tables::{Column, column};
use crate::schema::Schema;
use crate::types::Type::*;

/// One computed table.
pub struct View {
    pub name: &'static str,
    /// One sentence with a full stop.
    pub doc: &'static str,
    pub columns: &'static [Column],
    /// The table that it reads: where that is not there, neither is the view.
    pub reads: &'static str,
    /// What helps where Kusto is to run the query.
    pub instead: &'static str,
    /// Why no data are loaded into it, and what to do.
    pub no_data: &'static str,
    /// A body in KQL.
    pub query: &'static str,
}

pub static VIEWS: &[View] = &[View {
    name: "ThreatIntelObservables",
    doc: "Each value that an indicator looks for, of its newest version at the query's clock.",
    reads: "ThreatIntelIndicators",
    instead: "For Kusto, read ThreatIntelIndicators: the newest row of each Id, and the values in its Pattern.",
    no_data: "kqlhunt computes ThreatIntelObservables from ThreatIntelIndicators; name another table with --table",
    #[rustfmt::skip]
    columns: &[
        column("TimeGenerated", Datetime, "When the newest version was ingested."),
        column("Id", String, "The indicator's Id in ThreatIntelIndicators."),
        column("ObservableType", String, "What the value is: ipv4-addr, ipv6-addr, domain-name, url, email-addr, MD5, SHA-256 and so on."),
        column("ObservableValue", String, "The value in one spelling: addresses and networks, hosts and hashes in small letters, defanged ones mended."),
        column("ObservableKey", String, "The object path of the pattern, such as ipv4-addr:value."),
        column("Operator", String, "How the pattern compares: =, IN, ISSUBSET, LIKE, MATCHES, != and so on."),
        column("WrittenValue", String, "The value as the pattern has it."),
        column("IsNetwork", Bool, "The value is a network and not one address."),
        column("MatchesAlone", Bool, "One sighting of the value is a match; false for parts of AND and FOLLOWEDBY, and for what must not be seen."),
        column("IsValid", Bool, "Active, and valid at the query's clock."),
        column("IsActive", Bool, "Neither revoked nor deleted; says nothing of validity in time."),
        column("ValidFrom", Datetime, "From when it is valid."),
        column("ValidUntil", Datetime, "Until when it is valid; null is for ever."),
        column("Confidence", Int, "How sure its author is, 0 to 100."),
        column("TLP", String, "The strictest marking of the traffic light protocol, such as Amber."),
        column("Tags", String, "Labels of the indicator: text that holds a JSON array."),
        column("Name", String, "The indicator's name."),
        column("Description", String, "What its author says of it."),
        column("Source", String, "Name of the source."),
        column("Pattern", String, "The whole pattern."),
        column("Problem", String, "What makes the pattern invalid; one that cannot be read has one row without a value."),
    ],
    // Versions of one load share their TimeGenerated. A row without an Id is an indicator of its own.
    query: r#"ThreatIntelIndicators
| where isnull(TimeGenerated) or TimeGenerated <= now()
| extend Key_ = iff(isempty(Id), Pattern, Id), Version_ = strcat(tolong(TimeGenerated), "/", tolong(Modified))
| summarize arg_max(Version_, *) by Key_
| extend Found_ = kqlhunt_stix_observables(Pattern)
| extend Found_ = iff(array_length(Found_) == 0, dynamic([null]), Found_)
| mv-expand Found_
| extend IsActive = coalesce(IsActive, true) and not(coalesce(Revoked, false)) and not(coalesce(IsDeleted, false))
| project
    TimeGenerated, Id,
    ObservableType = tostring(Found_.type),
    ObservableValue = tostring(Found_.value),
    ObservableKey = tostring(Found_.key),
    Operator = tostring(Found_.operator),
    WrittenValue = tostring(Found_.written),
    IsNetwork = coalesce(tobool(Found_.network), false),
    MatchesAlone = coalesce(tobool(Found_.alone), false),
    IsValid = IsActive and (isnull(ValidFrom) or ValidFrom <= now()) and (isnull(ValidUntil) or ValidUntil > now()),
    IsActive, ValidFrom, ValidUntil, Confidence,
    TLP = tostring(AdditionalFields.TLPLevel),
    Tags,
    Name = tostring(Data.name),
    Description = tostring(Data.description),
    Source = coalesce(SourceSystem, Source),
    Pattern,
    Problem = kqlhunt_stix_problem(Pattern)"#,
}];

/// The view of this name; names are case-sensitive.
pub fn find(name: &str) -> Option<&'static View> {
    VIEWS.iter().find(|view| view.name == name)
}

/// The views that these tables have; a table of a view's name hides it.
pub fn of(schema: &Schema) -> impl Iterator<Item = &'static View> {
    let there = |view: &&View| schema.table(view.reads).is_some() && schema.table(view.name).is_none();
    VIEWS.iter().filter(there)
}
