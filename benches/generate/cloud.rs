//! CloudAppEvents as Defender's streaming export has them: `RawEventData` is the audit record of the service.

use crate::json::{Object, array, named_values, object};
use crate::random::Random;
use crate::world::{self, AGENTS, File, ORGANIZATION, TENANT, User, address, iso};

/// What happened, with the parts of its audit record that only such events have.
#[derive(Clone, Copy)]
enum Kind {
    File(&'static str),
    Link(&'static str),
    MailItems,
    Send,
    Cmdlet(&'static str),
    SignIn,
    Message,
    Quarantine,
}

const KINDS: &[(u64, Kind)] = &[
    (200, Kind::File("FileDownloaded")),
    (220, Kind::File("FileAccessed")),
    (90, Kind::File("FileModified")),
    (50, Kind::File("FileUploaded")),
    (170, Kind::MailItems),
    (60, Kind::Send),
    (120, Kind::SignIn),
    (60, Kind::Message),
    (12, Kind::Link("AnonymousLinkCreated")),
    (10, Kind::Link("SharingInvitationCreated")),
    (3, Kind::Cmdlet("New-InboxRule")),
    (4, Kind::Cmdlet("Set-InboxRule")),
    (1, Kind::Cmdlet("Add-MailboxPermission")),
    (3, Kind::Quarantine),
];

impl Kind {
    fn action(self) -> &'static str {
        match self {
            Kind::File(action) | Kind::Link(action) | Kind::Cmdlet(action) => action,
            Kind::MailItems => "MailItemsAccessed",
            Kind::Send => "Send",
            Kind::SignIn => "UserLoggedIn",
            Kind::Message => "MessageSent",
            Kind::Quarantine => "QuarantineReleaseMessage",
        }
    }

    /// The application's name and number, the workload and the type of audit record.
    fn service(self) -> (&'static str, u64, &'static str, u64) {
        match self {
            Kind::File(_) => ("Microsoft SharePoint Online", 20892, "SharePoint", 6),
            Kind::Link(_) => ("Microsoft OneDrive for Business", 15600, "OneDrive", 14),
            Kind::MailItems => ("Microsoft Exchange Online", 20893, "Exchange", 50),
            Kind::Send => ("Microsoft Exchange Online", 20893, "Exchange", 2),
            Kind::Cmdlet(_) => ("Microsoft Exchange Online", 20893, "Exchange", 1),
            Kind::SignIn => ("Microsoft 365", 11161, "AzureActiveDirectory", 15),
            Kind::Message => ("Microsoft Teams", 28375, "MicrosoftTeams", 25),
            Kind::Quarantine => ("Microsoft 365", 11161, "Quarantine", 65),
        }
    }
}

/// What one event is about.
struct Event {
    kind: Kind,
    user: User,
    address: String,
    agent: &'static str,
    file: File,
    record: String,
    micros: u64,
}

pub fn row(random: &mut Random, row: u64, rows: u64, line: &mut String) {
    let (kind, user) = (random.weighted(KINDS), User::some(random));
    let event = Event {
        kind,
        address: address(random),
        agent: random.weighted(AGENTS),
        file: File::some(random, &user),
        record: random.guid(),
        micros: world::time(random, row, rows),
        user,
    };
    let received = iso(event.micros + 40_000_000 + random.below(300_000_000), 6);
    let properties = properties(random, &event);
    Object::begin(line)
        .text("time", &format!("{received}7Z"))
        .text("tenantId", TENANT)
        .text("operationName", "Publish")
        .text("category", "AdvancedHunting-CloudAppEvents")
        .text("_TimeReceivedBySvc", &format!("{received}1Z"))
        .raw("properties", &properties)
        .text("Tenant", "DefaultTenant")
        .end();
}

fn properties(random: &mut Random, event: &Event) -> String {
    let (application, number, ..) = event.kind.service();
    let on_file = matches!(event.kind, Kind::File(_) | Kind::Link(_));
    let raw = raw_event(random, event);
    object(|row| {
        row.text("ActionType", event.kind.action())
            .number("ApplicationId", number)
            .text("AccountDisplayName", &event.user.display)
            .text("AccountObjectId", &event.user.object)
            .text("AccountId", &spelled(random, &event.user.account))
            .text("DeviceType", if event.agent.contains("iPhone") { "Mobile" } else { "Desktop" })
            .text("OSPlatform", if event.agent.contains("Mac OS") { "Mac OS" } else { "Windows 10" })
            .text("IPAddress", &event.address)
            .raw("IsAnonymousProxy", "null")
            .text("CountryCode", random.pick(&["NO", "DE", "ES", "CN", "US", "IN", "GH", "FR"]))
            .text(
                "City",
                random.pick(&["Oslo", "Berlin", "Madrid", "Shanghai", "Boston", "Pune", "Accra", "Lyon"]),
            )
            .text("ISP", random.pick(&["Example Net", "Example Mobile", "Example Cloud"]))
            .text("UserAgent", event.agent)
            .raw("IsAdminOperation", if matches!(event.kind, Kind::Cmdlet(_)) { "true" } else { "false" })
            .raw("ActivityObjects", &objects(random, event, on_file))
            .raw("AdditionalFields", "{}")
            .text("ActivityType", "Basic");
        if on_file {
            row.text("ObjectName", &event.file.url()).text("ObjectType", "File");
        } else {
            row.raw("ObjectName", "null").raw("ObjectType", "null");
        }
        row.raw("ObjectId", "null")
            .number("AppInstanceId", 0)
            .text("AccountType", if event.user.number.is_multiple_of(50) { "Admin" } else { "Regular" })
            .raw("IsExternalUser", "false")
            .raw("IsImpersonated", "false")
            .raw("IPTags", "null")
            .raw("UserAgentTags", "null");
        // The older export has the record as text.
        if random.once_in(4) {
            row.text("RawEventData", &raw);
        } else {
            row.raw("RawEventData", &raw);
        }
        row.raw("UncommonForUser", if random.once_in(30) { r#"["IPAddress","ISP"]"# } else { "[]" })
            .raw("LastSeenForUser", "{}")
            .raw("SessionData", "null")
            .text("AuditSource", "Defender for Cloud Apps app connector")
            .raw("OAuthAppId", "null")
            .text("ReportId", &format!("{}_{number}_{}", random.below(1 << 30), event.record))
            .text("Timestamp", &(iso(event.micros, 3) + "Z"))
            .text("Application", application);
    })
}

/// One account in a hundred is written in capitals.
fn spelled(random: &mut Random, account: &str) -> String {
    if random.once_in(100) { account.to_uppercase() } else { account.to_owned() }
}

fn objects(random: &mut Random, event: &Event, on_file: bool) -> String {
    let mut objects = vec![object(|actor| {
        actor
            .text("Type", "Account")
            .text("Role", "Actor")
            .text("Name", &event.user.display)
            .text("Id", &event.user.object)
            .number("ApplicationId", event.kind.service().1);
    })];
    if on_file {
        for (kind, name) in [("File", event.file.url()), ("Folder", event.file.site.clone())] {
            objects.push(object(|target| {
                target
                    .text("Type", kind)
                    .text("Role", "Target object")
                    .text("Name", &name)
                    .text("Id", &random.guid())
                    .number("ApplicationId", event.kind.service().1);
            }));
        }
    }
    array(objects)
}

/// The audit record.
fn raw_event(random: &mut Random, event: &Event) -> String {
    let (_, _, workload, record_type) = event.kind.service();
    let user = &event.user;
    object(|raw| {
        raw.text("CreationTime", &iso(event.micros, 0))
            .text("Id", &event.record)
            .text("Operation", event.kind.action())
            .text("OrganizationId", ORGANIZATION)
            .number("RecordType", record_type)
            .text("ResultStatus", random.pick(&["Success", "Succeeded", "True"]))
            .text("UserKey", &user.account)
            .number("UserType", if user.number.is_multiple_of(50) { 2 } else { 0 })
            .number("Version", 1)
            .text("Workload", workload)
            .text("UserId", &user.account);
        match event.kind {
            Kind::File(_) | Kind::Link(_) => file_record(random, event, raw),
            Kind::MailItems | Kind::Send => mail_record(random, event, raw),
            Kind::Cmdlet(_) => cmdlet_record(random, event, raw),
            Kind::SignIn => sign_in_record(random, event, raw),
            Kind::Message => message_record(random, event, raw),
            Kind::Quarantine => {
                raw.text("NetworkMessageId", &random.guid())
                    .text("ReleaseTo", &user.account)
                    .number("RequestType", 2)
                    .number("RequestSource", 1);
            }
        }
    })
}

fn file_record(random: &mut Random, event: &Event, raw: &mut Object) {
    let (file, client) = (&event.file, random.guid());
    let context = object(|context| {
        context
            .text("AADSessionId", &random.guid())
            .text("CorrelationId", &random.guid())
            .text("UniqueTokenId", &random.guid().replace('-', "")[..22])
            .text("ClientAppId", &client)
            .text("ClientAppName", "Microsoft Office");
    });
    raw.text("ClientIP", &event.address)
        .raw("AppAccessContext", &context)
        .text("ApplicationId", &client)
        .text("AuthenticationType", "OAuth")
        .text("BrowserName", "Chrome")
        .text("BrowserVersion", "124.0.0.0")
        .text("CorrelationId", &random.guid())
        .text("EventSource", "SharePoint")
        .raw("IsManagedDevice", if random.once_in(3) { "false" } else { "true" })
        .text("ItemType", "File")
        .text("ListId", &random.guid())
        .text("ListItemUniqueId", &random.guid())
        .text("Platform", "WinDesktop")
        .text("Site", &random.guid())
        .text("UserAgent", event.agent)
        .text("WebId", &random.guid())
        .text("DeviceDisplayName", &format!("WS-{:05}", event.user.number))
        .number("FileSizeBytes", 2_000 + random.skewed(50_000_000))
        .text("SourceFileExtension", file.extension)
        .text("SiteUrl", &file.site)
        .text("SourceFileName", &file.name)
        .text("SourceRelativeUrl", &file.folder)
        .text("ObjectId", &file.url());
    if matches!(event.kind, Kind::Link(_)) {
        raw.text("EventData", "<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>")
            .text("TargetUserOrGroupType", "SharePointGroup")
            .text("TargetUserOrGroupName", "Limited Access System Group");
    }
}

fn mail_record(random: &mut Random, event: &Event, raw: &mut Object) {
    let user = &event.user;
    raw.text("ClientIPAddress", &event.address)
        .text("ClientInfoString", "Client=OWA;Action=ViaProxy")
        .raw("ExternalAccess", "false")
        .number("InternalLogonType", 0)
        .number("LogonType", if random.once_in(40) { 2 } else { 0 })
        .text("LogonUserSid", &format!("S-1-5-21-1004336348-1177238915-682003330-{}", 1000 + user.number))
        .text("MailboxGuid", &user.object)
        .text("MailboxOwnerUPN", &user.account)
        .text("OrganizationName", "contoso.onmicrosoft.com")
        .text("OriginatingServer", &format!("MW4PR00MB{:04} (15.20.8000.012)", random.below(10_000)))
        .text("SessionId", &random.guid());
    let message = |random: &mut Random| {
        let (id, size) = (random.guid(), 20_000 + random.skewed(9_000_000));
        object(|item| {
            item.text("InternetMessageId", &format!("<{id}@mail.example.net>"))
                .text("ImmutableId", &format!("LgAAAAA{}AAJ", id.replace('-', "")))
                .number("SizeInBytes", size);
        })
    };
    if matches!(event.kind, Kind::Send) {
        let item = message(random);
        raw.raw("Item", &item);
        return;
    }
    let items: Vec<String> = (0..=random.skewed(12)).map(|_| message(random)).collect();
    let access = if random.once_in(8) { "Sync" } else { "Bind" };
    raw.raw("OperationProperties", &named_values(&[("MailAccessType", access), ("IsThrottled", "False")]))
        .number("OperationCount", items.len() as u64);
    let folder = object(|folder| {
        folder.raw("FolderItems", &array(items)).text("Id", "LgAAAAB540715AAAB").text("Path", "\\Inbox");
    });
    raw.raw("Folders", &array([folder]));
}

fn cmdlet_record(random: &mut Random, event: &Event, raw: &mut Object) {
    let name =
        format!("{} {}", random.pick(&["Newsletter", "..", "Invoices", "RSS Feeds"]), random.below(50));
    let target = if random.once_in(5) { "drop@example.net" } else { "archive@contoso.com" };
    raw.text("ClientIP", &format!("{}:{}", event.address, 1_024 + random.below(60_000)))
        .raw("ExternalAccess", "false")
        .text("ObjectId", &format!("{}\\{name}", event.user.account))
        .text("OriginatingServer", "MW4PR00MB0001 (15.20.8000.012)")
        .text("SessionId", &random.guid())
        .raw(
            "Parameters",
            &named_values(&[
                ("AlwaysDeleteOutlookRulesBlob", "False"),
                ("Force", "False"),
                ("Identity", &name),
                ("SubjectOrBodyContainsWords", "invoice;payment;bank"),
                ("ForwardTo", target),
                ("DeleteMessage", "True"),
            ]),
        );
}

fn sign_in_record(random: &mut Random, event: &Event, raw: &mut Object) {
    let identity = |id: &str, kind: u64| {
        object(|identity| {
            identity.text("ID", id).number("Type", kind);
        })
    };
    raw.text("ClientIP", &event.address)
        .text("ActorIpAddress", &event.address)
        .text("ObjectId", &random.guid())
        .number("AzureActiveDirectoryEventType", 1)
        .raw(
            "ExtendedProperties",
            &named_values(&[
                ("ResultStatusDetail", "Redirect"),
                ("UserAgent", event.agent),
                ("RequestType", "OAuth2:Authorize"),
            ]),
        )
        .raw("ModifiedProperties", "[]")
        .raw("Actor", &array([identity(&event.user.object, 0), identity(&event.user.account, 5)]))
        .text("ActorContextId", ORGANIZATION)
        .text("InterSystemsId", &random.guid())
        .text("IntraSystemId", &random.guid())
        .text("SupportTicketId", "")
        .raw("Target", &array([identity(&random.guid(), 0)]))
        .text("TargetContextId", ORGANIZATION)
        .text("ApplicationId", &random.guid())
        .raw(
            "DeviceProperties",
            &named_values(&[
                ("Id", &random.guid()),
                ("DisplayName", &format!("WS-{:05}", event.user.number)),
                ("OS", "Windows10"),
                ("BrowserType", "Chrome"),
                ("IsCompliant", "True"),
                ("IsCompliantAndManaged", "True"),
                ("TrustType", "1"),
                ("SessionId", &random.guid()),
            ]),
        )
        .text("ErrorNumber", random.pick(&["0", "0", "0", "50140", "50126"]));
}

fn message_record(random: &mut Random, event: &Event, raw: &mut Object) {
    raw.text("ClientIP", &event.address)
        .text("ChatThreadId", &format!("19:{}@thread.v2", random.guid()))
        .text("CommunicationType", random.pick(&["GroupChat", "OneOnOne", "Channel"]))
        .text("MessageId", &(event.micros / 1_000).to_string())
        .text("MessageVersion", &(event.micros / 1_000).to_string())
        .raw("ExtraProperties", "[]")
        .raw(
            "ParticipantInfo",
            r#"{"HasForeignTenantUsers":false,"HasGuestUsers":false,"HasOtherGuestUsers":false,"HasUnauthenticatedUsers":false,"ParticipatingTenantIds":["0a0b0c0d-0000-4000-8000-000000000001"]}"#,
        )
        .text("ResourceTenantId", ORGANIZATION)
        .text("ItemName", &event.user.object)
        .text("TeamName", "")
        .text("UserAgent", event.agent);
}
