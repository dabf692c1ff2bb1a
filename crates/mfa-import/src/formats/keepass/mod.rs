//! KeePass and KeePassXC: databases, XML and CSV. Only the fields of an entry that concern codes are read, and its address,
//! except in a database that mfactl made: a backup or a vault file. A table does not say who made it, so there a note is
//! read if the entry has no password.

mod entry;
mod header;
mod kdbx;
mod stream;

use zeroize::Zeroizing;

use super::xml::{self, Step};
use super::{Format, table};
use crate::damage::Damage;
use crate::draft::{TRASHED, note_on_codes};
use crate::error::Error;
use crate::found::Found;
use crate::text;
use entry::Entry;
use stream::Stream;

/// An export of KeePass or KeePassXC.
pub(super) struct KeePass;

/// The name of a database that mfactl made.
const OURS: &str = "mfactl";

/// The columns of CSV that hold secrets.
const COLUMNS: [&str; 9] = [
    "totp",
    "timeotp-secret",
    "timeotp-secret-hex",
    "timeotp-secret-base32",
    "timeotp-secret-base64",
    "hmacotp-secret",
    "hmacotp-secret-hex",
    "hmacotp-secret-base32",
    "hmacotp-secret-base64",
];

impl Format for KeePass {
    fn name(&self) -> &'static str {
        "keepass"
    }

    fn title(&self) -> &'static str {
        "a KeePass or KeePassXC database (KDBX 3 and 4, with a password alone), or its export: XML or CSV"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(header::MAGIC)
            || is_xml(bytes)
            || COLUMNS
                .iter()
                .any(|column| table::has_columns(bytes, &["title", column]))
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        if bytes.starts_with(header::MAGIC) {
            let inside = kdbx::open(bytes, password)?;
            return Ok(entries(&inside.xml, inside.stream)?);
        }
        if is_xml(bytes) {
            return Ok(entries(bytes, Stream::Plain)?);
        }
        Ok(rows(bytes)?)
    }
}

fn is_xml(bytes: &[u8]) -> bool {
    let head = bytes.get(..1024).unwrap_or(bytes);
    head.windows(13).any(|window| window == b"<KeePassFile>")
}

/// The position of a walk over the XML.
struct Walk {
    stream: Stream,
    /// Whether the next value is protected.
    protected: bool,
    found: Found,
    entry: Entry,
    key: String,
    /// Whether mfactl made the database.
    is_ours: bool,
    /// The identity of the group that is the recycle bin.
    bin: String,
    /// The depth of the current group, and the depth at which the recycle bin began.
    depth: usize,
    in_bin: Option<usize>,
    in_entry: bool,
    in_history: bool,
}

fn entries(bytes: &[u8], stream: Stream) -> Result<Found, Damage> {
    let mut walk = Walk::new(stream);
    xml::walk(bytes, |step| match step {
        Step::Open { tag, protected, .. } => {
            walk.protected = protected;
            walk.open(tag);
            Ok(())
        }
        Step::Close(tag, text) if walk.protected => {
            let text = walk.show(text)?;
            walk.protected = false;
            walk.close(tag, &text);
            Ok(())
        }
        Step::Close(tag, text) => {
            walk.close(tag, text);
            Ok(())
        }
    })?;
    Ok(walk.found)
}

impl Walk {
    fn new(stream: Stream) -> Self {
        Self {
            stream,
            protected: false,
            found: Found::default(),
            entry: Entry::default(),
            key: String::new(),
            is_ours: false,
            bin: String::new(),
            depth: 0,
            in_bin: None,
            in_entry: false,
            in_history: false,
        }
    }

    /// Decrypts a protected value. All of them must be decrypted, needed or not, since they share one stream.
    fn show(&mut self, text: &str) -> Result<Zeroizing<String>, Damage> {
        let mut bytes = Zeroizing::new(text::base64(text).ok_or(Damage::Inside)?);
        self.stream.show(&mut bytes)?;
        Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn open(&mut self, tag: &str) {
        match tag {
            "Group" => self.depth += 1,
            "History" => self.in_history = true,
            "Entry" if !self.in_history => {
                self.entry = Entry::default();
                self.in_entry = true;
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: &str, text: &str) {
        match tag {
            "DatabaseName" => self.is_ours = text == OURS,
            "RecycleBinUUID" => text.trim().clone_into(&mut self.bin),
            "History" => self.in_history = false,
            _ if self.in_history => {}
            "UUID" if !self.in_entry && self.depth > 0 && text.trim() == self.bin => {
                self.in_bin.get_or_insert(self.depth);
            }
            "Group" => {
                if self.in_bin == Some(self.depth) {
                    self.in_bin = None;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            "Key" => text.clone_into(&mut self.key),
            "Value" => {
                self.entry.set(&self.key, text);
                if self.is_ours {
                    self.entry.set_own(&self.key, text);
                }
            }
            "Tags" => self.entry.tags = tags(text),
            "Entry" => {
                self.in_entry = false;
                self.entry.trashed = self.in_bin.map(|_| TRASHED);
                self.entry.add(&mut self.found);
            }
            _ => {}
        }
    }
}

fn tags(text: &str) -> Vec<String> {
    let tags = text
        .split([';', ',', '\t'])
        .map(str::trim)
        .filter(|tag| !tag.is_empty());
    tags.map(str::to_owned).collect()
}

fn rows(bytes: &[u8]) -> Result<Found, Damage> {
    let mut found = Found::default();
    for row in table::rows(bytes)? {
        let mut entry = Entry::default();
        for column in entry::FIELDS {
            entry.set(column, row.get(&column.to_ascii_lowercase()));
        }
        entry.set(
            "UserName",
            match row.get("user name") {
                "" => row.get("username"),
                user => user,
            },
        );
        entry.set("otp", row.get("totp"));
        let note = note_on_codes(row.get("notes"), row.get("password"));
        note.clone_into(&mut entry.note);
        entry.add(&mut found);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use mfa_core::account::Period;

    use super::*;

    fn entry(fields: &[(&str, &str)]) -> String {
        let fields: String = fields
            .iter()
            .map(|(key, value)| format!("<String><Key>{key}</Key><Value ProtectInMemory=\"True\">{value}</Value></String>"))
            .collect();
        format!(
            "<Entry><UUID>e</UUID><Tags>Work;Home</Tags>{fields}<History><Entry>{fields}</Entry></History></Entry>"
        )
    }

    /// Returns a file with entries of all kinds.
    fn file() -> String {
        let title = ("Title", "T&amp;T");
        let all = [
            entry(&[
                title,
                ("UserName", "u"),
                (
                    "otp",
                    "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP&amp;period=60",
                ),
            ]),
            entry(&[
                title,
                (
                    "otp",
                    "key=JBSWY3DPEHPK3PXP&amp;size=8&amp;step=60&amp;otpHashMode=Sha256",
                ),
            ]),
            entry(&[title, ("TOTP Seed", "JBSW Y3DP"), ("TOTP Settings", "30;S")]),
            entry(&[title, ("TOTP Seed", "JBSWY3DP"), ("TOTP Settings", "60;8")]),
            entry(&[
                title,
                ("TimeOtp-Secret-Hex", "00ff"),
                ("TimeOtp-Algorithm", "HMAC-SHA-512"),
                ("TimeOtp-Length", "7"),
            ]),
            entry(&[
                title,
                ("HmacOtp-Secret", "text"),
                ("HmacOtp-Counter", "9"),
                ("TimeOtp-Secret-Base64", "AAE="),
            ]),
            entry(&[title, ("Password", "PRIVATE"), ("Notes", "PRIVATE")]),
            format!(
                "<Group><UUID>bin</UUID><Group>{}</Group></Group>",
                entry(&[title, ("otp", "JBSWY3DP")])
            ),
        ];
        format!(
            "<?xml version=\"1.0\"?><KeePassFile><Meta><RecycleBinUUID>bin</RecycleBinUUID></Meta><Root>\
             <Group><UUID>root</UUID>{}</Group></Root></KeePassFile>",
            all.concat()
        )
    }

    #[test]
    fn all_ways_to_keep_a_secret_are_known() {
        let file = file();
        assert!(KeePass.detect(file.as_bytes()));
        let found = KeePass.read(file.as_bytes(), None).unwrap();
        let accounts: Vec<_> = found
            .accounts
            .iter()
            .map(|a| {
                (
                    a.kind.as_str(),
                    a.kind.period().map_or(0, Period::get),
                    a.digits.get(),
                    a.algorithm.as_str(),
                    a.secret.expose().len(),
                )
            })
            .collect();
        assert_eq!(
            accounts,
            [
                ("totp", 60, 6, "SHA1", 10),
                ("totp", 60, 8, "SHA256", 10),
                ("steam", 30, 5, "SHA1", 5),
                ("totp", 60, 8, "SHA1", 5),
                ("totp", 30, 7, "SHA512", 2),
                ("totp", 30, 6, "SHA1", 2),
                ("hotp", 0, 6, "SHA1", 4),
            ]
        );
        assert_eq!(
            (&*found.accounts[0].issuer, &*found.accounts[0].name),
            ("AWS", "T&T")
        );
        assert_eq!(found.accounts[1].issuer, "T&T");
        assert_eq!(found.accounts[1].tags, ["Work", "Home"]);
        assert_eq!(found.skipped[0].reason, TRASHED);
        assert_eq!((found.accounts.len(), found.skipped.len()), (7, 1));
    }

    #[test]
    fn a_secret_that_is_there_for_two_programs_is_one_account() {
        let counted = "otpauth://hotp/Bank:jane?secret=JBSWY3DPEHPK3PXP&amp;counter=7";
        let timed = "otpauth://totp/Bank:jane?secret=JBSWY3DPEHPK3PXP";
        let keepass2 = [
            ("TimeOtp-Secret-Base32", "JBSWY3DPEHPK3PXP"),
            ("HmacOtp-Secret-Base32", "JBSWY3DPEHPK3PXP"),
            ("HmacOtp-Counter", "7"),
        ];
        let count = |link: &str| {
            let all = entry(&[&[("Title", "T"), ("otp", link)], &keepass2[..]].concat());
            let file = format!("<KeePassFile><Root><Group>{all}</Group></Root></KeePassFile>");
            KeePass.read(file.as_bytes(), None).unwrap().accounts.len()
        };
        assert_eq!(count(counted), 1);
        assert_eq!(count(timed), 2, "one of each kind");
    }

    #[test]
    fn tables_are_read() {
        let file = b"\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\"\n\
            \"Root\",\"AWS\",\"root\",\"PRIVATE\",\"\",\"\",\"otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP&issuer=AWS\",\"0\"\n\
            \"Root\",\"None\",\"\",\"\",\"\",\"\",\"\",\"0\"\n";
        assert!(KeePass.detect(file));
        assert_eq!(KeePass.read(file, None).unwrap().accounts.len(), 1);
        let file =
            b"Title,User Name,HmacOtp-Secret-Base32,HmacOtp-Counter,Group\n,demo,JBSWY3DP,4,OTP\n";
        assert!(KeePass.detect(file));
        let found = KeePass.read(file, None).unwrap();
        assert_eq!(
            (
                found.accounts[0].kind.counter(),
                &*found.accounts[0].username
            ),
            (Some(4), "demo")
        );
    }

    #[test]
    fn what_is_only_ours_is_read_only_if_the_database_is_ours() {
        let of = |name: &str| {
            let fields = [
                ("otp", "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP"),
                ("Notes", "a note"),
                ("pinned", "yes"),
                ("mfactl domains", "[\"aws.amazon.com\",\"no host\"]"),
            ];
            let xml = format!(
                "<KeePassFile><Meta><DatabaseName>{name}</DatabaseName></Meta><Root><Group>{}</Group></Root>\
                 </KeePassFile>",
                entry(&fields)
            );
            let found = KeePass.read(xml.as_bytes(), None).unwrap();
            let account = found.accounts.into_iter().next().unwrap();
            (account.note, account.pinned, account.domains)
        };
        let domains = mfa_core::site::known(["aws.amazon.com"]);
        assert_eq!(of("mfactl"), ("a note".to_owned(), true, domains));
        assert_eq!(of("Passwords"), (String::new(), false, Vec::new()));
    }
}
