//! Conversion between an account and a KeePass entry.
//!
//! | account | entry |
//! |---|---|
//! | name | title |
//! | username | user name |
//! | secret and everything about codes | `otp`, protected, as a link |
//! | note, tags | notes, tags |
//! | serial, pinned | the attributes `serial` and `pinned` |
//! | created, modified | the entry's times |
//! | any other field FIELD | the attribute `mfactl FIELD`, as JSON |
//!
//! The fields are those of an [item](mfa_core::item::fields): what has no row here is in the last one, so that a new
//! field, or one of a newer program, is not lost.

use chrono::{DateTime, NaiveDateTime};
use keepass::Database;
use keepass::db::{EntryId, EntryMut, EntryRef, Value, fields};
use mfa_core::account::{MAX_NAME, MAX_NOTE, MAX_TAGS};
use mfa_core::item::{self, Entry};
use mfa_core::{Account, AccountId, uri};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

const SERIAL: &str = "serial";
const PINNED: &str = "pinned";
/// The beginning of the names of all other attributes of ours.
const PREFIX: &str = "mfactl ";

/// The id of the entry of an account: the same UUID.
#[must_use]
pub fn id(id: AccountId) -> EntryId {
    EntryId::from_uuid(uuid::Uuid::from_bytes(id.to_bytes()))
}

/// Returns the text of the item, as the other keychains hold it; empty if the entry cannot be used.
#[must_use]
pub fn to_text(id: AccountId, entry: &EntryRef<'_>) -> Zeroizing<String> {
    read(id, entry)
        .and_then(|account| account.to_text().ok())
        .unwrap_or_default()
}

/// The account that an entry is, if it has a link and fields that can be read.
#[must_use]
pub fn read(id: AccountId, entry: &EntryRef<'_>) -> Option<Entry> {
    let link = uri::parse(entry.get_raw_otp_value()?).ok()?;
    let get = |field| entry.get(field).unwrap_or_default();
    let cut = |text: &str, length| text.trim().chars().take(length).collect::<String>();
    let seconds = |time: Option<NaiveDateTime>| {
        time.and_then(|time| u64::try_from(time.and_utc().timestamp()).ok())
            .unwrap_or(0)
    };
    let title = cut(get(fields::TITLE), MAX_NAME);
    let name = if title.is_empty() {
        cut(&link.issuer, MAX_NAME)
    } else {
        title
    };
    let name = if name.is_empty() {
        "account".to_owned()
    } else {
        name
    };
    let tags = entry.tags.iter().filter(|tag| !tag.is_empty());
    let mut found = more(entry);
    let own: [(_, Json); 7] = [
        ("name", name.into()),
        ("tags", tags.take(MAX_TAGS).cloned().collect()),
        ("pinned", entry.get(PINNED).is_some().into()),
        (
            "note",
            cut(&get(fields::NOTES).replace('\r', ""), MAX_NOTE).into(),
        ),
        ("serial", get(SERIAL).into()),
        ("created", seconds(entry.times.creation).into()),
        ("modified", seconds(entry.times.last_modification).into()),
    ];
    found.extend(own.map(|(field, value)| (field.to_owned(), value)));
    Entry::from_fields(id, link, found).ok()
}

/// Returns which texts of an entry are longer than an account can hold. [`read`] cuts them; the entry keeps them whole.
#[must_use]
pub fn too_long(entry: &EntryRef<'_>) -> Vec<&'static str> {
    let texts = [
        ("title", fields::TITLE, MAX_NAME),
        ("notes", fields::NOTES, MAX_NOTE),
    ];
    let is_long = |field, max| {
        let text = entry.get(field).unwrap_or_default();
        text.trim().replace('\r', "").chars().nth(max).is_some()
    };
    let long = texts.iter().filter(|(_, field, max)| is_long(field, *max));
    long.map(|(what, ..)| *what).collect()
}

/// The fields that KeePass has no place for.
fn more(entry: &EntryRef<'_>) -> Map<String, Json> {
    let attributes = entry.fields.keys().filter_map(|name| {
        let field = name.strip_prefix(PREFIX)?;
        let value = serde_json::from_str(entry.get(name)?).ok()?;
        Some((field.to_owned(), value))
    });
    attributes.collect()
}

/// Returns whether an entry is in the recycle bin or in a group within it.
#[must_use]
pub fn is_in_bin(entry: &EntryRef<'_>) -> bool {
    let database = entry.database();
    let Some(bin) = database.recycle_bin().map(|group| group.id()) else {
        return false;
    };
    let above = |id| {
        database
            .group(id)
            .and_then(|group| group.parent().map(|group| group.id()))
    };
    std::iter::successors(Some(entry.parent().id()), |id| above(*id)).any(|id| id == bin)
}

/// Adds the entry, or changes the existing one with the same id.
///
/// In an existing entry, only the fields that differ from those that we read are written. So a title that is
/// too long for us, a user name other than that of the link, and everything else that KeePassXC stores stay as
/// they are.
pub fn write(database: &mut Database, Entry { account, secret }: &Entry) {
    let id = self::id(account.id);
    let old = database
        .entry(id)
        .and_then(|entry| read(account.id, &entry));
    let link = uri::print(account, secret);
    let same_link = old
        .as_ref()
        .is_some_and(|old| uri::print(&old.account, &old.secret) == link);
    let old = old.map(|entry| entry.account);
    if database.entry(id).is_none()
        && let Err(error) = database.root_mut().add_entry_with_id(id)
    {
        tracing::error!(%error, "an entry that is not there is there");
    }
    let Some(mut entry) = database.entry_mut(id) else {
        return;
    };
    let old = old.as_ref();
    if old.is_none_or(|old| old.name != account.name) {
        entry.set_unprotected(fields::TITLE, &account.name);
    }
    if old.is_none_or(|old| old.username != account.username) {
        entry.set_unprotected(fields::USERNAME, &account.username);
    }
    if old.is_none_or(|old| old.note != account.note) {
        entry.set_unprotected(fields::NOTES, &account.note);
    }
    if old.is_none_or(|old| old.tags != account.tags) {
        entry.tags.clone_from(&account.tags);
    }
    if !same_link {
        entry.set(fields::OTP, Value::protected(link.as_str()));
    }
    write_attributes(&mut entry, account);
    entry.times.creation = time(account.created);
    entry.times.last_modification = time(account.modified);
}

/// Writes the fields of which KeePass knows nothing.
fn write_attributes(entry: &mut EntryMut<'_>, account: &Account) {
    remove_attributes(entry);
    for (field, value) in item::fields(account) {
        match (&*field, value) {
            // These have their places.
            ("name" | "note" | "tags" | "created" | "modified", _) => {}
            (SERIAL, Json::String(serial)) => entry.set_unprotected(SERIAL, serial),
            (PINNED, _) => entry.set_unprotected(PINNED, "yes"),
            (_, value) => entry.set_unprotected(format!("{PREFIX}{field}"), value.to_string()),
        }
    }
}

fn remove_attributes(entry: &mut EntryMut<'_>) {
    let is_ours = |name: &str| [SERIAL, PINNED].contains(&name) || name.starts_with(PREFIX);
    entry.fields.retain(|name, _| !is_ours(name));
}

/// Removes the account: the whole entry, or only our fields if the entry holds more, such as a password.
pub fn remove(database: &mut Database, id: AccountId) {
    let Some(mut entry) = database.entry_mut(self::id(id)) else {
        return;
    };
    let holds = |field| entry.get(field).is_some_and(|text| !text.is_empty());
    let is_more = holds(fields::PASSWORD) || holds(fields::URL);
    if is_more || entry.as_ref().attachments().next().is_some() {
        entry.fields.remove(fields::OTP);
        remove_attributes(&mut entry);
    } else {
        entry.remove();
    }
}

fn time(seconds: u64) -> Option<NaiveDateTime> {
    let seconds = i64::try_from(seconds).ok()?;
    DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}

#[cfg(test)]
mod tests {
    use mfa_core::Secret;
    use mfa_core::account::{Algorithm, Digits, Kind, Period};

    use super::*;

    /// What a link says of an account; an item keeps it there. `id` is the id of the entry.
    const OF_LINK: [&str; 8] = [
        "id",
        "issuer",
        "username",
        "type",
        "algorithm",
        "digits",
        "period",
        "counter",
    ];

    fn written_and_read(entry: &Entry) -> Entry {
        let mut database = crate::create();
        write(&mut database, entry);
        let id = entry.account.id;
        read(id, &database.entry(self::id(id)).unwrap()).unwrap()
    }

    fn of(kind: Kind) -> Account {
        let id = AccountId::from_random([7; 16]);
        Account {
            name: "bank".into(),
            issuer: "Bank".into(),
            username: "jane".into(),
            algorithm: Algorithm::Sha512,
            digits: Digits::new(8).unwrap(),
            ..Account::new(id, kind, 0)
        }
    }

    /// Another value than the field has by default.
    fn unusual(value: &Json) -> Json {
        match value {
            Json::Bool(is) => (!is).into(),
            Json::Number(number) => (number.as_u64().unwrap() + 1_700_000_000).into(),
            Json::String(text) => format!("{text}x").into(),
            Json::Array(_) => vec!["x"].into(),
            other => panic!("say what an unusual value of {other} is"),
        }
    }

    /// Goes through all fields that an account has in JSON, so that a new one is tested too.
    #[test]
    fn no_field_of_an_account_is_lost() {
        let period = Period::new(60).unwrap();
        for kind in [Kind::Totp { period }, Kind::Hotp { counter: 7 }] {
            let account = of(kind);
            let Json::Object(mut expected) = serde_json::to_value(&account).unwrap() else {
                panic!("an account is an object");
            };
            let mut fields = item::fields(&account);
            for (field, value) in &mut expected {
                if !OF_LINK.contains(&field.as_str()) {
                    *value = unusual(value);
                    fields.insert(field.clone(), value.clone());
                }
            }
            let secret = Secret::from_bytes(vec![1; 20]).unwrap();
            let link = uri::parse(&uri::print(&account, &secret)).unwrap();
            let full = Entry::from_fields(account.id, link, fields).unwrap();
            assert_eq!(
                serde_json::to_value(&full.account).unwrap(),
                Json::Object(expected),
                "an item keeps all fields"
            );
            let read = written_and_read(&full);
            assert_eq!(read.account, full.account);
            assert!(read.secret.same_as(&full.secret));
        }
    }

    #[test]
    fn texts_that_are_cut_are_named() {
        let entry = Entry {
            account: of(Kind::Hotp { counter: 7 }),
            secret: Secret::from_bytes(vec![1; 20]).unwrap(),
        };
        let mut database = crate::create();
        write(&mut database, &entry);
        let account = entry.account.id;
        let id = self::id(account);
        let mut cut = |title: usize, notes: usize| {
            let mut entry = database.entry_mut(id).unwrap();
            entry.set_unprotected(fields::TITLE, " ".to_owned() + &"t".repeat(title));
            entry.set_unprotected(fields::NOTES, "n".repeat(notes) + "\r\n");
            let read = read(account, &entry.as_ref()).unwrap();
            let whole = (title, notes) == (read.account.name.len(), read.account.note.len());
            let cut = too_long(&entry.as_ref());
            assert_eq!(whole, cut.is_empty());
            cut
        };
        assert!(cut(MAX_NAME, MAX_NOTE).is_empty());
        assert_eq!(cut(MAX_NAME + 1, MAX_NOTE), ["title"]);
        assert_eq!(cut(MAX_NAME + 1, MAX_NOTE + 1), ["title", "notes"]);
    }

    #[test]
    fn a_field_that_is_no_longer_there_is_removed() {
        let mut database = crate::create();
        let mut account = of(Kind::Hotp { counter: 7 });
        account.serial = "s".into();
        account.pinned = true;
        account.more.insert("icon".into(), "a.png".into());
        let mut entry = Entry {
            account,
            secret: Secret::from_bytes(vec![1; 20]).unwrap(),
        };
        write(&mut database, &entry);
        let stored = |database: &Database| {
            let found = database.entry(id(entry.account.id)).unwrap();
            let get = |name| found.get(name).map(str::to_owned);
            [get(SERIAL), get(PINNED), get("mfactl icon")]
        };
        let full = ["s", "yes", "\"a.png\""].map(|text| Some(text.to_owned()));
        assert_eq!(stored(&database), full);
        let plain = of(Kind::Hotp { counter: 7 });
        let old = std::mem::replace(&mut entry.account, plain);
        write(&mut database, &entry);
        let found = database.entry(id(old.id)).unwrap();
        assert!(
            [SERIAL, PINNED, "mfactl icon"]
                .iter()
                .all(|name| found.get(name).is_none())
        );
    }
}
