//! The request and the answer of `mfa-export write`, and its exit codes.
//!
//! The request is one JSON object on standard input, so that no secret is in an argument or in the environment:
//!
//! ```json
//! {"schema":1,"format":"otpauth","form":"file","date":"2026-11-29",
//!  "accounts":[{"account":{"name":"aws","issuer":"AWS","type":"totp","digits":6,"period":30},
//!               "link":"otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP"}]}
//! ```
//!
//! An account has the fields that `mfactl list --json` prints. Without its `link`, it has no secret. If no account has
//! one, nothing is written: the answer only says what the format cannot hold.
//!
//! The answer is one line of JSON on standard output, and then the bytes of its parts, one after the other:
//!
//! ```json
//! {"schema":1,"left_out":[{"account":"bank","reason":"its codes are counter-based"}],
//!  "lost":[{"what":"note","accounts":["aws (root)"]}],"written":1,"count":[1,1],"parts":[{"name":"","bytes":53}]}
//! ```
//!
//! Later versions may add fields. Any other change requires a new [`SCHEMA`].

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The version of the request and of the answer.
pub const SCHEMA: u32 = 1;

/// The argument that writes an export.
pub const WRITE: &str = "write";

/// The beginning of each message on standard error.
pub const PREFIX: &str = "mfa-export: ";

/// What is to be written. `A` is an account without its secret: one that serialises like that of mfa-core at the one
/// end, [`Fields`] at the other.
#[derive(Serialize, Deserialize)]
pub struct Request<A> {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The name of the format.
    pub format: String,
    /// The form of the export.
    pub form: Form,
    /// Whether the export is encrypted.
    #[serde(default)]
    pub encrypt: bool,
    /// The password of an encrypted export. It is not needed if no account has a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Zeroizing<String>>,
    /// Whether a KDBX file also has the attributes that KeePass 2 reads.
    #[serde(default)]
    pub keepass2: bool,
    /// The date, for a format that says when it was made.
    pub date: String,
    /// The accounts, in their order.
    pub accounts: Vec<Item<A>>,
}

/// An account to be written.
#[derive(Serialize, Deserialize)]
pub struct Item<A> {
    /// The account without its secret.
    pub account: A,
    /// The link of the account with its secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Zeroizing<String>>,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A file of the format.
    File,
    /// QR codes as texts of half blocks, for a terminal. A full block is a light module.
    Text,
    /// QR codes as pictures (PNG).
    Png,
}

/// An account without its secret.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// The id, a UUID.
    pub id: String,
    /// The name that a person types.
    pub name: String,
    /// The issuer.
    pub issuer: String,
    /// The user name or e-mail address.
    pub username: String,
    /// The kind of code, which may be one that only a newer program knows.
    #[serde(rename = "type")]
    pub kind: String,
    /// The hash function.
    pub algorithm: Option<String>,
    /// The number of digits of a code.
    pub digits: Option<u64>,
    /// The number of seconds that a code is valid.
    pub period: Option<u64>,
    /// The counter of the next code.
    pub counter: Option<u64>,
    /// The tags.
    pub tags: Vec<String>,
    /// The sites in whose logins a browser may fill in the codes.
    pub domains: Vec<String>,
    /// Whether the account is at the top of menus.
    pub pinned: bool,
    /// The note of the user.
    pub note: String,
    /// The serial number of the linked device.
    pub serial: String,
    /// The time when the account was added, in Unix seconds.
    pub created: u64,
    /// The time when the account was last edited, in Unix seconds.
    pub modified: u64,
}

/// The first line of the answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The accounts that the format cannot hold.
    pub left_out: Vec<LeftOut>,
    /// The fields that the format cannot hold.
    pub lost: Vec<Lost>,
    /// The number of accounts that are in the export, or would be.
    pub written: usize,
    /// The number of parts that there are, or would be: at least and at most. It may depend on the secrets.
    #[serde(default)]
    pub count: (usize, usize),
    /// The parts that follow: one file, or QR codes.
    pub parts: Vec<Piece>,
}

/// An account that is not in the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The label of the account.
    pub account: String,
    /// The reason, for people: a sentence without its end.
    pub reason: String,
}

/// What is lost where a format has no place for the times of accounts. All of them have some, and codes do without.
pub const TIMES: &str = "times of creation and change";

/// A field that is not in the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// What is lost, for people: “note”.
    pub what: String,
    /// The labels of the accounts that have such a field.
    pub accounts: Vec<String>,
}

/// A part of the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What it is, for people. Empty if there is only one.
    pub name: String,
    /// Its length in bytes.
    pub bytes: usize,
}

/// Splits the output into its first line and the bytes that follow.
#[must_use]
pub fn split(output: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = output.iter().position(|byte| *byte == b'\n')?;
    Some((&output[..end], &output[end + 1..]))
}

/// Returns the bytes of each part, unless there are too few or too many of them.
#[must_use]
pub fn parts<'b>(answer: &Answer, mut bytes: &'b [u8]) -> Option<Vec<&'b [u8]>> {
    let mut parts = Vec::new();
    for part in &answer.parts {
        let (first, rest) = bytes.split_at_checked(part.bytes)?;
        parts.push(first);
        bytes = rest;
    }
    bytes.is_empty().then_some(parts)
}

/// The reason for a failure. Each is an exit code, which never changes. 0 means that there is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Any other error.
    Other = 1,
    /// The command line or the request is wrong: the other end is of another version.
    Usage = 2,
    /// There is no such format.
    UnknownFormat = 3,
    /// The format does not have this form, such as QR codes.
    NoSuchForm = 4,
}

impl Exit {
    /// All reasons, in the order of their codes.
    pub const ALL: [Self; 4] = [
        Self::Other,
        Self::Usage,
        Self::UnknownFormat,
        Self::NoSuchForm,
    ];

    /// Returns the name in the help.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Other => "other error",
            Self::Usage => "usage",
            Self::UnknownFormat => "unknown format",
            Self::NoSuchForm => "no QR codes or no encryption in this format",
        }
    }

    /// Returns the reason for an exit code other than 0.
    #[must_use]
    pub fn from_code(code: i32) -> Self {
        let named = Self::ALL.into_iter().find(|exit| i32::from(*exit) == code);
        named.unwrap_or(Self::Other)
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit as Self
    }
}

impl From<Exit> for i32 {
    fn from(exit: Exit) -> Self {
        Self::from(u8::from(exit))
    }
}

#[cfg(test)]
mod tests {
    use mfa_core::account::Kind;
    use mfa_core::{Account, AccountId};

    use super::*;

    #[test]
    fn an_account_is_read_as_it_was_sent() {
        let id = AccountId::from_random([1; 16]);
        let account = Account {
            name: "bank".into(),
            tags: vec!["home".into()],
            domains: mfa_core::site::known(["bank.example"]),
            ..Account::new(id, Kind::Hotp { counter: 7 }, 9)
        };
        let request = Request {
            schema: SCHEMA,
            format: "otpauth".into(),
            form: Form::Text,
            encrypt: true,
            password: None,
            keepass2: false,
            date: String::new(),
            accounts: vec![Item {
                account: &account,
                link: None,
            }],
        };
        let json = serde_json::to_string(&request).unwrap();
        let read: Request<Fields> = serde_json::from_str(&json).unwrap();
        assert_eq!((read.form, read.encrypt), (Form::Text, true));
        let read = &read.accounts[0].account;
        assert_eq!((&*read.id, &*read.kind), (&*id.to_string(), "hotp"));
        assert_eq!((read.counter, read.period), (Some(7), None));
        assert_eq!((&*read.tags, read.created), (&["home".to_owned()][..], 9));
        assert_eq!(read.domains, ["bank.example"]);
    }

    #[test]
    fn the_parts_are_told_apart_or_refused() {
        let part = |bytes| Piece {
            name: String::new(),
            bytes,
        };
        let answer = |lengths: &[usize]| Answer {
            schema: SCHEMA,
            left_out: Vec::new(),
            lost: Vec::new(),
            written: 0,
            count: (0, 0),
            parts: lengths.iter().copied().map(part).collect(),
        };
        let (line, rest) = split(b"{}\na\nbc").unwrap();
        assert_eq!((line, rest), (&b"{}"[..], &b"a\nbc"[..]));
        let both = parts(&answer(&[2, 2]), rest);
        assert_eq!(both, Some(vec![&b"a\n"[..], b"bc"]));
        assert_eq!(parts(&answer(&[2]), rest), None);
        assert_eq!(parts(&answer(&[2, 3]), rest), None);
        assert_eq!(split(b"{}"), None);
    }

    #[test]
    fn each_exit_code_has_its_reason() {
        for (code, exit) in (1..).zip(Exit::ALL) {
            assert_eq!((i32::from(exit), Exit::from_code(code)), (code, exit));
        }
        assert_eq!(Exit::from_code(101), Exit::Other);
    }
}
