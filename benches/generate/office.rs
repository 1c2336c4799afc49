//! OfficeActivity as Log Analytics exports it.

use crate::json::{Object, array, named_values, object};
use crate::random::Random;
use crate::world::{self, AGENTS, File, ORGANIZATION, User, WORKSPACE, address, iso};

/// What happened: workload, type of record, operation.
type Kind = (&'static str, &'static str, &'static str);

const KINDS: &[(u64, Kind)] = &[
    (130, ("SharePoint", "SharePointFileOperation", "FileDownloaded")),
    (120, ("OneDrive", "SharePointFileOperation", "FileDownloaded")),
    (200, ("SharePoint", "SharePointFileOperation", "FileAccessed")),
    (90, ("OneDrive", "SharePointFileOperation", "FileModified")),
    (40, ("OneDrive", "SharePointFileOperation", "FileSyncDownloadedFull")),
    (14, ("SharePoint", "SharePointSharingOperation", "AnonymousLinkCreated")),
    (10, ("SharePoint", "SharePointSharingOperation", "SharingInvitationCreated")),
    (200, ("Exchange", "ExchangeItemAggregated", "MailItemsAccessed")),
    (80, ("Exchange", "ExchangeItem", "Send")),
    (6, ("Exchange", "ExchangeAdmin", "New-InboxRule")),
    (9, ("Exchange", "ExchangeAdmin", "Set-Mailbox")),
    (2, ("Exchange", "ExchangeAdmin", "Add-MailboxPermission")),
    (80, ("MicrosoftTeams", "MicrosoftTeams", "MessageCreated")),
    (8, ("MicrosoftTeams", "MicrosoftTeams", "MemberAdded")),
];

pub fn row(random: &mut Random, row: u64, rows: u64, line: &mut String) {
    let (workload, record_type, operation) = random.weighted(KINDS);
    let (user, record, micros) = (User::some(random), random.guid(), world::time(random, row, rows));
    let account = if random.once_in(100) { user.account.to_uppercase() } else { user.account.clone() };
    let admin = user.number.is_multiple_of(50);
    let mut row = Object::begin(line);
    row.text("TimeGenerated", &(iso(micros, if workload == "Exchange" { 6 } else { 0 }) + "Z"))
        .text("TenantId", WORKSPACE)
        .text("SourceSystem", "OfficeActivityManager")
        .text("OfficeId", &record)
        .text("OfficeWorkload", workload)
        .text("Operation", operation)
        .text("OrganizationId", ORGANIZATION)
        .text("OfficeTenantId", ORGANIZATION)
        .text("SourceRecordId", &record)
        .text("UserId", &account)
        .text("UserKey", &user.object)
        .text("UserType", if admin { "Admin" } else { "Regular" })
        .text("RecordType", record_type);
    match record_type {
        "SharePointFileOperation" | "SharePointSharingOperation" => on_file(random, &user, &mut row),
        "ExchangeAdmin" => cmdlet(random, &user, &mut row),
        "MicrosoftTeams" => team(random, &mut row),
        _ => mail(random, &user, &mut row),
    }
    row.text("Type", "OfficeActivity").end();
}

fn on_file(random: &mut Random, user: &User, row: &mut Object) {
    let file = File::some(random, user);
    row.text("ClientIP", &address(random))
        .text("UserAgent", random.weighted(AGENTS))
        .text("EventSource", "SharePoint")
        .text("ItemType", "File")
        .text("Site_", &random.guid())
        .text("Site_Url", &file.site)
        .text("SourceFileName", &file.name)
        .text("SourceFileExtension", file.extension)
        .text("SourceRelativeUrl", &file.folder)
        .text("OfficeObjectId", &file.url())
        .raw("IsManagedDevice", if random.once_in(3) { "false" } else { "true" });
}

fn cmdlet(random: &mut Random, user: &User, row: &mut Object) {
    let target = if random.once_in(5) { "smtp:drop@example.net" } else { "smtp:archive@contoso.com" };
    let name = format!("rule {}", random.below(50));
    // A string column that holds JSON text.
    let parameters =
        named_values(&[("Identity", &name), ("ForwardTo", target), ("DeliverToMailboxAndForward", "False")]);
    row.text("ResultStatus", "True")
        .text("ClientIP", &format!("{}:{}", address(random), 1_024 + random.below(60_000)))
        .text("OfficeObjectId", &format!("{}\\{name}", user.account))
        .text("OriginatingServer", &format!("MW4PR00MB{:04} (15.20.8000.012)", random.below(10_000)))
        .text("ExternalAccess", "False")
        .text("OrganizationName", "contoso.onmicrosoft.com")
        .text("Parameters", &parameters);
}

fn mail(random: &mut Random, user: &User, row: &mut Object) {
    row.text("ResultStatus", "Succeeded")
        .text("Client_IPAddress", &address(random))
        .text(
            "ClientInfoString",
            random.pick(&["Client=OWA;Action=ViaProxy", "Client=REST;Client=RESTSystem;;"]),
        )
        .text("Logon_Type", if random.once_in(40) { "Delegated" } else { "Owner" })
        .text("ExternalAccess", "false")
        .text("MailboxGuid", &user.object)
        .text("MailboxOwnerUPN", &user.account)
        .text("LogonUserSid", &format!("S-1-5-21-1004336348-1177238915-682003330-{}", 1000 + user.number));
    let items = (0..=random.skewed(6)).map(|_| {
        let (id, size) = (random.guid(), 20_000 + random.skewed(9_000_000));
        object(|item| {
            item.text("InternetMessageId", &format!("<{id}@mail.example.net>")).number("SizeInBytes", size);
        })
    });
    let items = array(items.collect::<Vec<_>>());
    let folder = object(|folder| {
        folder.raw("FolderItems", &items).text("Path", "\\Inbox");
    });
    row.raw("OperationProperties", &named_values(&[("MailAccessType", "Bind"), ("IsThrottled", "False")]))
        .text("Folders", &array([folder]));
}

fn team(random: &mut Random, row: &mut Object) {
    row.text("ClientIP", &address(random))
        .text("TeamName", random.pick(&["Falcon", "Osprey", "Heron", "Everybody"]))
        .text("ChannelName", random.pick(&["General", "Reviews", "Launch"]))
        .text("CommunicationType", "Channel")
        .text("TeamGuid", &format!("19:{}@thread.skype", random.guid()));
}
