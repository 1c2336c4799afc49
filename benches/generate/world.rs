//! What the tables share: time, users, addresses, files.

use crate::random::{Random, guid, mix};

pub const ORGANIZATION: &str = "0a0b0c0d-0000-4000-8000-000000000001";
pub const TENANT: &str = "b1f2c3d4-0000-4000-8000-00000000c0de";
pub const WORKSPACE: &str = "5a5a5a5a-0000-4000-8000-0000000000ab";

pub const AGENTS: &[(u64, &str)] = &[
    (
        40,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    ),
    (
        22,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.2478.97",
    ),
    (
        12,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
    ),
    (10, "Microsoft SkyDriveSync 24.076.0414.0005 ship; Windows NT 10.0 (22631)"),
    (
        8,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    ),
    (6, "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17425; Pro)"),
    (1, "python-requests/2.31.0"),
    (1, "axios/1.6.8"),
];

const GIVEN: &[&str] = &[
    "ana", "bo", "chen", "dana", "eli", "fatima", "gus", "hana", "ivo", "jun", "kofi", "lena", "mei", "noor",
    "ola", "priya", "quinn", "rosa", "sven", "tariq", "uma", "vera", "wim", "xenia", "yara", "zoe",
];
const FAMILY: &[&str] = &[
    "ruiz", "larsen", "wei", "novak", "stern", "khan", "meyer", "sato", "petrov", "silva", "mensah",
    "fischer", "haddad", "berg", "rao", "moreau", "costa", "lind", "aziz", "gupta",
];
const WORDS: &[&str] = &[
    "Budget",
    "Roadmap",
    "Salaries",
    "Contract",
    "Minutes",
    "Forecast",
    "Customers",
    "Invoice",
    "Design",
    "Review",
    "Falcon",
    "Osprey",
    "Heron",
    "Merlin",
    "Kestrel",
    "Audit",
    "Vendor",
    "Launch",
    "Payroll",
    "Archive",
];
const EXTENSIONS: &[(u64, &str)] =
    &[(30, "docx"), (28, "xlsx"), (16, "pptx"), (14, "pdf"), (5, "csv"), (4, "zip"), (2, "one"), (1, "pst")];

/// How many there are of each.
const USERS: u64 = 20_000;
const ADDRESSES: u64 = 200_000;
const FILES: u64 = 300_000;

/// Ticks are not needed: times are microseconds since 1970.
const CLOCK: u64 = 1_778_760_000_000_000;
const MONTH: u64 = 30 * 86_400_000_000;

/// When the row of this number happened, in microseconds since 1970. Rows come in this order but for a few
/// seconds, as exports do.
pub fn time(random: &mut Random, row: u64, rows: u64) -> u64 {
    let share = (u128::from(MONTH) * u128::from(row) / u128::from(rows)) as u64;
    CLOCK - MONTH + share - random.below(4_000_000)
}

/// `2026-05-14T12:00:00.123456` without a zone; `digits` of the fraction, at most six.
pub fn iso(micros: u64, digits: usize) -> String {
    let (seconds, fraction) = (micros / 1_000_000, format!("{:06}", micros % 1_000_000));
    let (days, clock) = ((seconds / 86_400) as i64, seconds % 86_400);
    // Days to a date of the Gregorian calendar, years beginning with March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if digits > 0 {
        text.push('.');
        text.push_str(&fraction[..digits]);
    }
    text
}

/// A person.
pub struct User {
    pub number: u64,
    /// `given.family123@contoso.com`.
    pub account: String,
    pub display: String,
    pub object: String,
}

impl User {
    /// One of all, the first ones most of the time.
    pub fn some(random: &mut Random) -> User {
        User::of(random.skewed(USERS))
    }

    pub fn of(number: u64) -> User {
        let bits = mix(number + 77);
        let given = GIVEN[(bits % GIVEN.len() as u64) as usize];
        let family = FAMILY[(bits / 64 % FAMILY.len() as u64) as usize];
        let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
        User {
            number,
            account: format!("{given}.{family}{number}@contoso.com"),
            display: format!("{} {}", capital(given), capital(family)),
            object: guid(bits, mix(bits)),
        }
    }
}

/// Indicated addresses are numbered below this; all are of 198.18.0.0/15, which is reserved for measuring.
pub const INDICATED: u64 = 1 << 17;

pub fn indicated_address(number: u64) -> String {
    let bits = 0xc612_0000 + number % INDICATED;
    format!("{}.{}.{}.{}", bits >> 24, bits >> 16 & 255, bits >> 8 & 255, bits & 255)
}

/// Where an event comes from: an indicated address once in 10,000 times, else one of 100.64.0.0/10 or, one in
/// twenty, of 2001:db8::/32.
pub fn address(random: &mut Random) -> String {
    if random.once_in(10_000) {
        return indicated_address(mix(random.skewed(2_000)));
    }
    let number = random.skewed(ADDRESSES);
    let bits = mix(number + 991);
    if number % 20 == 7 {
        return format!("2001:db8:{:x}:{:x}::{:x}", bits & 0xffff, bits >> 16 & 0xffff, bits >> 32 & 0xffff);
    }
    format!("100.{}.{}.{}", 64 + (bits & 63), bits >> 6 & 255, bits >> 14 & 255)
}

/// A file on a site.
pub struct File {
    pub name: String,
    pub extension: &'static str,
    pub folder: String,
    pub site: String,
}

impl File {
    pub fn some(random: &mut Random, user: &User) -> File {
        let bits = mix(random.skewed(FILES) + 5);
        let word = |shift: u32| WORDS[(bits >> shift) as usize % WORDS.len()];
        let extension = Random::new("file", bits).weighted(EXTENSIONS);
        let site = if bits.is_multiple_of(3) {
            format!("https://contoso.sharepoint.com/sites/{}/", word(40).to_lowercase())
        } else {
            let owner = user.account.split('@').next().unwrap_or_default().replace('.', "_");
            format!("https://contoso-my.sharepoint.com/personal/{owner}_contoso_com/")
        };
        File {
            name: format!("{} {} {}.{extension}", word(8), word(16), bits % 4_000),
            extension,
            folder: format!("Shared Documents/{}/{}", word(24), word(32)),
            site,
        }
    }

    pub fn url(&self) -> String {
        format!("{}{}/{}", self.site, self.folder, self.name).replace(' ', "%20")
    }
}
