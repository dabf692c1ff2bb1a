//! The answer of mfa-import: one JSON object on standard output, or an exit code and a message on standard
//! error.
//!
//! ```json
//! {"schema":1,"format":"otpauth","what":"a text file with links",
//!  "accounts":[{"secret":"JBSWY3DPEHPK3PXP","issuer":"AWS","username":"root","period":60}],
//!  "skipped":[{"name":"line 3","reason":"the link has no secret"}],"parts":[]}
//! ```
//!
//! An account has the fields of [`AccountChange`], with `type` for the kind of code. `secret` is base32.
//! Fields that the file does not contain are left out, and so are defaults: `totp`, `SHA1`, 6 digits, 30
//! seconds. Later versions may add fields. Any other change requires a new [`SCHEMA`].

use mfa_core::AccountChange;
use serde::{Deserialize, Serialize};

/// The version of the answer.
pub const SCHEMA: u32 = 1;

/// The beginning of each message on standard error.
pub const PREFIX: &str = "mfa-import: ";

/// The contents of a file.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The name of the format.
    pub format: String,
    /// A description of the file, for people: “an Aegis vault”.
    pub what: String,
    /// The accounts that can be added.
    pub accounts: Vec<AccountChange>,
    /// The entries that cannot be added, and the reasons.
    pub skipped: Vec<Skipped>,
    /// The QR codes that were read, of exports that are spread over several.
    pub parts: Vec<Part>,
}

/// An entry that cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The place or the name of the entry. Never a secret.
    pub name: String,
    /// The reason.
    pub reason: String,
    /// The missing part of an export, if the entry stands for one. Another file may contain it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// One of the QR codes that an export is spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The number of the export.
    pub batch: i64,
    /// The number of this QR code, from 1.
    pub number: u32,
    /// The number of QR codes.
    pub of: u32,
}

/// The reason for a failure. Each is an exit code, which never changes. 0 means that there is an answer. A
/// program that is ended by a signal has exceeded its own limit on memory or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Any other error.
    Other = 1,
    /// The command line is wrong, for example the name of the format.
    Usage = 2,
    /// No format matches the file.
    NotRecognised = 3,
    /// The file is encrypted, and no password was given.
    PasswordNeeded = 4,
    /// The file is encrypted with a different password.
    WrongPassword = 5,
    /// The format matches, but the file is damaged.
    Damaged = 6,
}

impl Exit {
    /// All reasons, in the order of their codes.
    pub const ALL: [Self; 6] = [
        Self::Other,
        Self::Usage,
        Self::NotRecognised,
        Self::PasswordNeeded,
        Self::WrongPassword,
        Self::Damaged,
    ];

    /// Returns the name in the help.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Other => "other error",
            Self::Usage => "usage",
            Self::NotRecognised => "not recognised",
            Self::PasswordNeeded => "password needed",
            Self::WrongPassword => "wrong password",
            Self::Damaged => "damaged",
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
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        let part = Part {
            batch: -1,
            number: 2,
            of: 2,
        };
        let answer = Answer {
            schema: SCHEMA,
            format: "otpauth".into(),
            what: "a text".into(),
            accounts: vec![AccountChange {
                secret: Some("JBSWY3DPEHPK3PXP".to_owned().into()),
                kind: Some("steam".into()),
                ..AccountChange::default()
            }],
            skipped: vec![Skipped {
                name: "QR code 2 of 2".into(),
                reason: "missing".into(),
                part: Some(part),
            }],
            parts: Vec::new(),
        };
        let json = serde_json::to_string(&answer).unwrap();
        let accounts = r#""accounts":[{"secret":"JBSWY3DPEHPK3PXP","type":"steam"}]"#;
        assert!(json.contains(accounts), "{json}");
        let read: Answer = serde_json::from_str(&json).unwrap();
        assert_eq!(read.skipped, answer.skipped);
        assert_eq!(read.accounts[0].kind.as_deref(), Some("steam"));
    }

    #[test]
    fn another_answer_is_refused_without_showing_it() {
        let refused = serde_json::from_str::<Answer>(r#"{"format":"PRIVATE"}"#);
        let error = refused.err().unwrap();
        assert!(!error.to_string().contains("PRIVATE"), "{error}");
    }

    #[test]
    fn each_exit_code_has_its_reason() {
        for (code, exit) in (1..).zip(Exit::ALL) {
            assert_eq!((i32::from(exit), Exit::from_code(code)), (code, exit));
        }
        assert_eq!(Exit::from_code(101), Exit::Other);
    }
}
