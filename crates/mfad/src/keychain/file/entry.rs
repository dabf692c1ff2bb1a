//! How an account and a KeePass entry become each other.
//!
//! | account | entry |
//! |---|---|
//! | name | title |
//! | username | user name |
//! | secret and everything about codes | `otp`, protected, as a link |
//! | note, tags | notes, tags |
//! | serial, pinned | the attributes `serial` and `pinned` |
//! | created, modified | the entry's times |

use chrono::{DateTime, NaiveDateTime};
use keepass::Database;
use keepass::db::{EntryId, EntryRef, Value, fields};
use mfa_core::account::{MAX_NAME, MAX_NOTE, MAX_TAGS};
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, uri};
use zeroize::Zeroizing;

const SERIAL: &str = "serial";
const PINNED: &str = "pinned";

pub(super) fn entry_id(id: AccountId) -> EntryId {
    EntryId::from_uuid(uuid::Uuid::from_bytes(id.to_bytes()))
}

/// The text of the item, as the other keychains hold it; empty if the entry cannot be used.
pub(super) fn to_text(id: AccountId, entry: &EntryRef<'_>) -> Zeroizing<String> {
    read(id, entry)
        .and_then(|account| account.to_text().ok())
        .unwrap_or_default()
}

fn read(id: AccountId, entry: &EntryRef<'_>) -> Option<Entry> {
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
    let account = Account {
        id,
        name: if name.is_empty() {
            "account".to_owned()
        } else {
            name
        },
        issuer: link.issuer,
        username: link.username,
        kind: link.kind,
        algorithm: link.algorithm,
        digits: link.digits,
        tags: entry
            .tags
            .iter()
            .filter(|tag| !tag.is_empty())
            .take(MAX_TAGS)
            .cloned()
            .collect(),
        pinned: entry.get(PINNED).is_some(),
        note: cut(&get(fields::NOTES).replace('\r', ""), MAX_NOTE),
        serial: get(SERIAL).to_owned(),
        created: seconds(entry.times.creation),
        modified: seconds(entry.times.last_modification),
    };
    Some(Entry {
        account,
        secret: link.secret,
    })
}

/// Whether an entry is in the recycle bin, also in a group in it.
pub(super) fn is_in_bin(entry: &EntryRef<'_>) -> bool {
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

/// Adds the entry or changes the one of the same id.
///
/// Of an entry that is there, only what differs from what we read of it is written: a longer title,
/// a user name of its own, whatever else KeePassXC knows, stay.
pub(super) fn write(database: &mut Database, Entry { account, secret }: &Entry) {
    let id = entry_id(account.id);
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
    let mut attribute = |name: &str, value: &str| {
        if value.is_empty() {
            entry.fields.remove(name);
        } else {
            entry.set_unprotected(name, value);
        }
    };
    attribute(SERIAL, &account.serial);
    attribute(PINNED, if account.pinned { "yes" } else { "" });
    entry.times.creation = time(account.created);
    entry.times.last_modification = time(account.modified);
}

/// Removes the account: the whole entry, or only what is ours of one that holds a password too.
pub(super) fn remove(database: &mut Database, id: AccountId) {
    let Some(mut entry) = database.entry_mut(entry_id(id)) else {
        return;
    };
    let holds = |field| entry.get(field).is_some_and(|text| !text.is_empty());
    let is_more = holds(fields::PASSWORD) || holds(fields::URL);
    if is_more || entry.as_ref().attachments().next().is_some() {
        for field in [fields::OTP, SERIAL, PINNED] {
            entry.fields.remove(field);
        }
    } else {
        entry.remove();
    }
}

fn time(seconds: u64) -> Option<NaiveDateTime> {
    let seconds = i64::try_from(seconds).ok()?;
    DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}
