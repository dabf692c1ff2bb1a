//! The ways in which entries store secrets: those of KeePassXC, of plugins and of KeePass 2 itself.

use std::collections::BTreeSet;

use mfa_core::account::Kind;
use mfa_core::site::{self, Site};
use percent_encoding::percent_decode_str;

use crate::document::Number;
use crate::draft::{Coded, Draft, Type, sites};
use crate::found::{Found, Imported};
use crate::{links, text};

/// The fields that concern codes, or say where they are used.
pub(super) const FIELDS: [&str; 18] = [
    "Title",
    "UserName",
    "URL",
    "TOTP Seed",
    "TOTP Settings",
    "TimeOtp-Secret",
    "TimeOtp-Secret-Hex",
    "TimeOtp-Secret-Base32",
    "TimeOtp-Secret-Base64",
    "TimeOtp-Length",
    "TimeOtp-Period",
    "TimeOtp-Algorithm",
    "HmacOtp-Secret",
    "HmacOtp-Secret-Hex",
    "HmacOtp-Secret-Base32",
    "HmacOtp-Secret-Base64",
    "HmacOtp-Counter",
    "otp",
];

/// The fields of an entry that concern codes.
#[derive(Default)]
pub(super) struct Entry {
    fields: Vec<(String, String)>,
    pub(super) tags: Vec<String>,
    /// The tags as mfactl has also written them, because some of them have a character that stands between tags.
    whole_tags: Vec<String>,
    domains: Vec<Site>,
    pub(super) note: String,
    pinned: bool,
    /// The reason to skip the entry, if it is in the recycle bin.
    pub(super) trashed: Option<&'static str>,
}

impl Entry {
    /// Sets a field, if it is one of [`FIELDS`].
    pub(super) fn set(&mut self, key: &str, value: &str) {
        if FIELDS.contains(&key) && !value.trim().is_empty() {
            self.fields.push((key.to_owned(), value.to_owned()));
        }
    }

    /// Sets a field that is only ours to read in a database of mfactl. Other databases keep passwords and the like in
    /// their notes.
    pub(super) fn set_own(&mut self, key: &str, value: &str) {
        match key {
            "Notes" => value.clone_into(&mut self.note),
            "pinned" => self.pinned |= value == "yes",
            "mfactl pinned" => self.pinned |= value == "true",
            "mfactl tags" => self.whole_tags = list(value),
            "mfactl domains" => self.domains = site::known(list(value).iter().map(String::as_str)),
            _ => {}
        }
    }

    fn get(&self, key: &str) -> &str {
        let field = self.fields.iter().find(|(name, _)| name == key);
        field.map_or("", |(_, value)| value.trim())
    }

    /// Returns the tags, as a whole unless somebody has changed them since.
    fn all_tags(&self) -> Vec<String> {
        let parts = self.whole_tags.iter().flat_map(|tag| super::tags(tag));
        let (parts, now): (BTreeSet<_>, _) = (parts.collect(), self.tags.iter().cloned().collect());
        let is_same = !parts.is_empty() && parts == now;
        if is_same {
            &self.whole_tags
        } else {
            &self.tags
        }
        .clone()
    }

    /// Returns the domains that mfactl has written, or else the site of the address.
    fn all_domains(&self) -> Vec<Site> {
        match &*self.domains {
            [] => sites([self.get("URL")]),
            known => known.to_vec(),
        }
    }

    fn draft(&self) -> Draft<'_> {
        Draft {
            issuer: self.get("Title"),
            username: self.get("UserName"),
            tags: self.all_tags(),
            domains: self.all_domains(),
            note: &self.note,
            pinned: self.pinned,
            unwanted: self.trashed,
            ..Draft::default()
        }
    }

    /// Adds the accounts of the entry: at most one time-based and one counter-based. If a secret is stored in
    /// several ways, the first one counts.
    pub(super) fn add(&self, found: &mut Found) {
        let before = found.accounts.len();
        let otp = self.get("otp");
        if !otp.is_empty() {
            if links::is_one(otp) || !otp.contains('=') {
                found.add_link(otp, &self.draft());
            } else {
                self.add_query(otp, found);
            }
        } else if !self.get("TOTP Seed").is_empty() {
            self.add_seed(found);
        } else if let Some(secret) = self.secret("TimeOtp") {
            found.add(&Draft {
                secret,
                algorithm: self.get("TimeOtp-Algorithm"),
                digits: number(self.get("TimeOtp-Length")),
                period: number(self.get("TimeOtp-Period")),
                ..self.draft()
            });
        }
        // What KeePassXC and mfactl have as a link may be there once more, for KeePass 2.
        let is_counted = |account: &Imported| matches!(account.kind, Kind::Hotp { .. });
        if found.accounts[before..].iter().any(is_counted) {
            return;
        }
        if let Some(secret) = self.secret("HmacOtp") {
            found.add(&Draft {
                kind: Type::Hotp,
                secret,
                counter: number(self.get("HmacOtp-Counter")),
                ..self.draft()
            });
        }
    }

    /// Reads `key=…&size=6&step=30&type=hotp&counter=1&otpHashMode=Sha256`, from the plugin KeeOtp.
    fn add_query(&self, query: &str, found: &mut Found) {
        let get = |key: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(name, _)| name.eq_ignore_ascii_case(key));
            let value = value.map_or("", |(_, value)| value);
            percent_decode_str(value).decode_utf8_lossy().into_owned()
        };
        let (key, kind, hash) = (get("key"), get("type"), get("otpHashMode"));
        found.add(&Draft {
            kind: if kind.is_empty() {
                Type::Totp
            } else {
                Type::parse(&kind)
            },
            secret: Coded::base32(&key),
            algorithm: &hash,
            digits: number(&get("size")),
            period: number(&get("step")),
            counter: number(&get("counter")),
            ..self.draft()
        });
    }

    /// Reads `TOTP Seed` and `TOTP Settings`: `30;6`, or `30;S` for Steam.
    fn add_seed(&self, found: &mut Found) {
        let mut settings = self.get("TOTP Settings").split(';');
        let (period, digits) = (settings.next().unwrap_or(""), settings.next().unwrap_or(""));
        let steam = digits.trim().eq_ignore_ascii_case("s");
        found.add(&Draft {
            kind: if steam { Type::Steam } else { Type::Totp },
            secret: Coded::base32(self.get("TOTP Seed")),
            digits: number(digits),
            period: number(period),
            ..self.draft()
        });
    }

    /// Returns a secret of KeePass 2, which can have one of four encodings.
    fn secret(&self, prefix: &str) -> Option<Coded<'_>> {
        let get = |code| {
            Some(self.get(&format!("{prefix}-Secret{code}"))).filter(|text| !text.is_empty())
        };
        get("-Base32")
            .map(Coded::base32)
            .or_else(|| get("-Hex").map(|hex| Coded::bytes(text::hex(hex), "hexadecimal")))
            .or_else(|| get("-Base64").map(|base64| Coded::bytes(text::base64(base64), "base64")))
            .or_else(|| get("").map(|text| Coded::Bytes(text.as_bytes().to_vec())))
    }
}

/// Reads a list of texts as mfactl writes it. What is none is empty.
fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

fn number(text: &str) -> Number {
    match text.trim() {
        "" => Number::Missing,
        text => text.parse().map_or(Number::Bad, Number::Whole),
    }
}
