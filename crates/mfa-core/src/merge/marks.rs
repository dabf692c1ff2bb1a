//! When each field of an account was set, and a fingerprint of what it was set to.
//!
//! A side keeps the marks of its accounts beside them: this computer in its state folder, a file in the entries. A field
//! whose fingerprint is another one was changed since, by a person or by a program that knows nothing of marks. It gets a
//! new time: that of the edit, but at least one second after everything that this side knew of the account. So an edit
//! always wins against what its author saw, however wrong the clock is.
//!
//! A fingerprint is an HMAC with the secret of the account as its key. It tells nothing to somebody who does not have the
//! secret, so the state folder holds nothing private.

use std::borrow::Cow;
use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use super::fields::{self, Field};
use crate::account::{Account, AccountId};
use crate::secret::Secret;

/// The number of bytes of a fingerprint. More would only make files larger: nobody gains from two that are equal.
const PRINT: usize = 12;
/// The last second that KeePass can store, at the end of the year 9999.
pub(super) const MAX_TIME: u64 = 253_402_300_799;
/// The maximum length of the text of the marks of one account, in bytes.
const MAX_TEXT: usize = 32 * 1024;

/// When each field was set.
pub(super) type Times = BTreeMap<Field, u64>;

/// The fingerprint of the value of a field.
pub(super) type Print = [u8; PRINT];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) print: Print,
    pub(super) time: u64,
}

/// The marks of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(pub(super) BTreeMap<Field, Mark>);

impl Marks {
    /// Returns whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the time of the last change that is known, or 0.
    #[must_use]
    pub fn top(&self) -> u64 {
        self.0.values().map(|mark| mark.time).max().unwrap_or(0)
    }

    /// Returns the marks as JSON: `{"name":["a fingerprint",time]}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let fields = self.0.iter().map(|(field, mark)| {
            let print = HEXLOWER.encode(&mark.print);
            (
                field.to_string(),
                vec![print.into(), Value::from(mark.time)].into(),
            )
        });
        Value::Object(fields.collect())
    }

    /// Returns the fingerprint of the secret, if it is known.
    pub(super) fn secret(&self) -> Option<Print> {
        self.0.get(fields::SECRET).map(|mark| mark.print)
    }

    /// Reads what [`to_json`](Self::to_json) has written. A field that cannot be read is left out: then, it counts as
    /// changed.
    #[must_use]
    pub fn from_json(json: &Value) -> Self {
        let none = Map::new();
        let fields = json.as_object().unwrap_or(&none);
        let marks = fields.iter().filter_map(|(field, mark)| {
            let text = mark.get(0)?.as_str()?;
            let print = HEXLOWER.decode(text.as_bytes()).ok()?;
            let print = Print::try_from(print).ok()?;
            let time = mark.get(1)?.as_u64()?.min(MAX_TIME);
            Some((Cow::Owned(field.clone()), Mark { print, time }))
        });
        Self(marks.collect())
    }

    /// Returns the marks as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_json().to_string()
    }

    /// Reads the text of marks. What cannot be read counts as nothing.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if text.len() > MAX_TEXT {
            return Self::default();
        }
        let json = serde_json::from_str(text).unwrap_or_default();
        Self::from_json(&json)
    }

    /// Returns the marks of an account whose fields were set at these times.
    pub(super) fn of(account: &Account, secret: &Secret, times: &Times) -> Self {
        let press = Press::new(account.id, secret);
        let marks = times.iter().map(|(field, time)| {
            let print = press.print(account, field);
            (field.clone(), Mark { print, time: *time })
        });
        Self(marks.collect())
    }

    /// Returns when the fields of an account were set. `changed` is the time of its last edit, as its side says.
    pub(super) fn observe(&self, account: &Account, secret: &Secret, changed: u64) -> Times {
        let changed = changed.min(MAX_TIME);
        let press = Press::new(account.id, secret);
        let later = changed.max(self.top() + 1).min(MAX_TIME);
        let new = if self.is_empty() { changed } else { later };
        let mut times: Times = fields::names(account)
            .map(|field| {
                let time = match self.0.get(&field) {
                    Some(mark) if mark.print == press.print(account, &field) => mark.time,
                    Some(_) => later,
                    // A program that does not know the field has marked the others. It has not emptied this one.
                    None if !self.is_empty() && is_empty(account, &field) => 0,
                    None => new,
                };
                (field, time)
            })
            .collect();
        // A field of a newer program that is not there any more was removed.
        for (field, mark) in &self.0 {
            if !times.contains_key(field) {
                let same = mark.print == press.print(account, field);
                times.insert(field.clone(), if same { mark.time } else { later });
            }
        }
        times
    }
}

fn is_empty(account: &Account, field: &str) -> bool {
    field != fields::SECRET && fields::value(account, field).is_none()
}

/// Makes the fingerprints of one account.
pub(super) struct Press(Hmac<Sha256>);

impl Press {
    pub(super) fn new(id: AccountId, secret: &Secret) -> Self {
        let mut hmac =
            Hmac::<Sha256>::new_from_slice(secret.expose()).expect("HMAC takes keys of any length");
        hmac.update(&id.to_bytes());
        hmac.update(secret.expose_pin().as_bytes());
        hmac.update(&[0]);
        Self(hmac)
    }

    pub(super) fn print(&self, account: &Account, field: &str) -> Print {
        let mut hmac = self.0.clone();
        hmac.update(field.as_bytes());
        if let Some(value) = fields::value(account, field) {
            hmac.update(&[0]);
            hmac.update(value.as_bytes());
        }
        let mut print = [0; PRINT];
        print.copy_from_slice(&hmac.finalize().into_bytes()[..PRINT]);
        print
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::tests::entry;

    #[test]
    fn an_edit_is_later_than_all_that_its_author_saw() {
        let mut aws = entry(1, "aws", "Amazon", "root");
        let first = Marks::default().observe(&aws.account, &aws.secret, 1000);
        assert!(first.values().all(|time| *time == 1000));
        let marks = Marks::of(&aws.account, &aws.secret, &first);
        assert_eq!(marks.observe(&aws.account, &aws.secret, 5), first);
        aws.account.name = "prod".into();
        // The clock is wrong.
        let second = marks.observe(&aws.account, &aws.secret, 5);
        assert_eq!((second["name"], second["issuer"]), (1001, 1000));
        let third = marks.observe(&aws.account, &aws.secret, 2000);
        assert_eq!((third["name"], third["issuer"]), (2000, 1000));
    }

    #[test]
    fn a_field_that_is_removed_is_a_change() {
        let mut aws = entry(1, "aws", "Amazon", "root");
        aws.account.more.insert("icon".into(), "a.png".into());
        let times = Marks::default().observe(&aws.account, &aws.secret, 7);
        let marks = Marks::of(&aws.account, &aws.secret, &times);
        aws.account.more.clear();
        let times = marks.observe(&aws.account, &aws.secret, 7);
        assert_eq!(times["more.icon"], 8);
        let marks = Marks::of(&aws.account, &aws.secret, &times);
        assert_eq!(marks.observe(&aws.account, &aws.secret, 9), times);
    }

    #[test]
    fn marks_are_text_that_tells_nothing() {
        let mut aws = entry(1, "aws", "Amazon", "root");
        aws.account.note = "a note".into();
        let times = Marks::default().observe(&aws.account, &aws.secret, 7);
        let marks = Marks::of(&aws.account, &aws.secret, &times);
        let text = marks.to_text();
        assert_eq!(Marks::from_text(&text), marks);
        for private in ["aws", "Amazon", "root", "a note"] {
            assert!(!text.contains(private), "{text}");
        }
        for damaged in ["", "[]", "{\"name\":1}", "{\"name\":[\"zz\",1]}"] {
            assert!(Marks::from_text(damaged).is_empty(), "{damaged}");
        }
        // With another secret, the same values have other fingerprints.
        let other = entry(2, "aws", "Amazon", "root").secret;
        assert_ne!(Marks::of(&aws.account, &other, &times), marks);
    }
}
