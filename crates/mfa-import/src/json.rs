//! The answer, as JSON. Fields are only ever added; anything else makes a new [`SCHEMA`].

use mfa_core::account::Kind;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::formats::{self, Format};
use crate::found::{self, Found, Imported, Skipped};

/// The version of the answer.
const SCHEMA: u32 = 1;

/// What `decode` prints.
#[derive(Serialize)]
pub(crate) struct Answer<'a> {
    schema: u32,
    format: &'a str,
    what: &'a str,
    accounts: Vec<Account<'a>>,
    skipped: Vec<Entry<'a>>,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Account<'a> {
    r#type: &'a str,
    issuer: &'a str,
    username: &'a str,
    name: &'a str,
    #[serde(serialize_with = "text")]
    secret: Zeroizing<String>,
    pin: Option<&'a str>,
    algorithm: &'a str,
    digits: u8,
    period: Option<u64>,
    counter: Option<u64>,
    tags: &'a [String],
    note: &'a str,
    pinned: bool,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<Part>,
}

#[derive(Serialize)]
struct Part {
    batch: i64,
    number: usize,
    of: usize,
}

fn text<S: Serializer>(text: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl<'a> Answer<'a> {
    pub(crate) fn new(format: &'a dyn Format, found: &'a Found) -> Self {
        Self {
            schema: SCHEMA,
            format: format.name(),
            // Whatever a picture or a text is, what is spread over several codes is Google's.
            what: if found.parts.is_empty() {
                format.brief()
            } else {
                formats::Google.brief()
            },
            accounts: found.accounts.iter().map(Account::from).collect(),
            skipped: found.skipped.iter().map(Entry::from).collect(),
            parts: found.parts.iter().copied().map(Part::from).collect(),
        }
    }
}

impl<'a> From<&'a Imported> for Account<'a> {
    fn from(account: &'a Imported) -> Self {
        Self {
            r#type: account.kind.as_str(),
            issuer: &account.issuer,
            username: &account.username,
            name: &account.name,
            secret: account.secret.to_base32(),
            pin: Some(account.secret.expose_pin()).filter(|pin| !pin.is_empty()),
            algorithm: account.kind.hash(account.algorithm),
            digits: account.digits.get(),
            period: match account.kind {
                Kind::Totp { period } => Some(period.get()),
                _ => None,
            },
            counter: account.kind.counter(),
            tags: &account.tags,
            note: &account.note,
            pinned: account.pinned,
        }
    }
}

impl<'a> From<&'a Skipped> for Entry<'a> {
    fn from(skipped: &'a Skipped) -> Self {
        Self {
            name: &skipped.name,
            reason: &skipped.reason,
            part: skipped.part.map(Part::from),
        }
    }
}

impl From<found::Part> for Part {
    fn from(part: found::Part) -> Self {
        Self {
            batch: part.batch,
            number: part.number,
            of: part.of,
        }
    }
}
