//! Conversion between an account and a KeePass entry.
//!
//! | account | entry |
//! |---|---|
//! | name | title |
//! | username | user name |
//! | secret and everything about codes | `otp`, protected, as a link |
//! | note, tags | notes, tags |
//! | tags that KeePass would split, such as `a,b` | also the attribute `mfactl tags`, as JSON |
//! | created, modified | the entry's times |
//! | (none) | the icon: of a new entry a clock, or keys if the account has a counter |
//! | serial | the attribute `serial` |
//! | pinned | the attribute `pinned`, which is `yes` |
//! | any other field FIELD, such as the domains | the attribute `mfactl FIELD`, as JSON |
//!
//! Other attributes are those of other programs, as is a `pinned` that is anything else. Then ours is `mfactl pinned`.
//!
//! The fields are those of an [item](mfa_core::item::fields): what has no row here is in the last one, so that a new
//! field, or one of a newer program, is not lost.

use chrono::{DateTime, NaiveDateTime};
use keepass::Database;
use keepass::db::{EntryId, EntryMut, EntryRef, GroupId, Value, fields};
use mfa_core::account::{Kind, MAX_NAME, MAX_NOTE, MAX_TAGS};
use mfa_core::item::{self, Entry};
use mfa_core::uri::{self, Link};
use mfa_core::{Account, AccountId, Secret};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::{elsewhere, keepass2, tags};

const TAGS: &str = "tags";
const SERIAL: &str = "serial";
const PINNED: &str = "pinned";
const YES: &str = "yes";
/// The numbers of the icons of KeePass, for codes that change with time and for others.
const CLOCK: usize = 39;
const KEYS: usize = 13;
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

/// Returns whether an entry has a link.
#[must_use]
pub fn has_link(entry: &EntryRef<'_>) -> bool {
    let link = entry.get_raw_otp_value();
    link.is_some_and(|link| !link.is_empty())
}

/// Returns whether an entry has a link, or codes elsewhere.
#[must_use]
pub fn has_codes(entry: &EntryRef<'_>) -> bool {
    has_link(entry) || elsewhere::is_there(entry)
}

/// Returns whether an entry should be an account, because it has codes, or a place for a link, or an attribute that only we
/// write.
#[must_use]
pub fn is_meant_as_account(entry: &EntryRef<'_>) -> bool {
    has_codes(entry) || is_ours_or_has_link(entry)
}

/// Returns whether an entry was an account of ours, or has a link: if it cannot be read, an account is missing. Codes that
/// another program keeps elsewhere, in a way that we do not know, are no account.
#[must_use]
pub fn is_ours_or_has_link(entry: &EntryRef<'_>) -> bool {
    let mut names = entry.fields.keys();
    names.any(|name| name == fields::OTP || name.starts_with(PREFIX))
}

/// The account that an entry is, if it has a link and fields that can be read.
#[must_use]
pub fn read(id: AccountId, entry: &EntryRef<'_>) -> Option<Entry> {
    let link = uri::parse(entry.get_raw_otp_value()?).ok()?;
    read_as(id, entry, link)
}

/// The same, but without a link, its codes are those that it has elsewhere.
#[must_use]
pub fn read_any(id: AccountId, entry: &EntryRef<'_>) -> Option<Entry> {
    match has_link(entry) {
        true => read(id, entry),
        false => read_as(id, entry, elsewhere::link(entry)?),
    }
}

fn read_as(id: AccountId, entry: &EntryRef<'_>, link: Link) -> Option<Entry> {
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
    let mut found = more(entry);
    // Whoever types something else into them still has the account.
    found.retain(|field, value| match &**field {
        "serial" => value.is_string(),
        "pinned" => value.is_boolean(),
        _ => true,
    });
    let whole = found.remove(TAGS);
    let whole = whole.and_then(|list| tags::whole(list, &entry.tags));
    let tags = whole.as_ref().unwrap_or(&entry.tags).iter();
    let tags = tags.filter(|tag| !tag.is_empty());
    let own: [(_, Json); 5] = [
        ("name", name.into()),
        ("tags", tags.take(MAX_TAGS).cloned().collect()),
        (
            "note",
            cut(&get(fields::NOTES).replace('\r', ""), MAX_NOTE).into(),
        ),
        ("created", seconds(entry.times.creation).into()),
        ("modified", seconds(entry.times.last_modification).into()),
    ];
    found.extend(own.map(|(field, value)| (field.to_owned(), value)));
    Entry::from_fields(id, link, found).ok()
}

/// Returns which texts and lists of an entry are longer than an account can hold. [`read`] cuts them; the entry keeps them whole.
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
    let mut long: Vec<_> = long.map(|(what, ..)| *what).collect();
    if entry.tags.len() > MAX_TAGS {
        long.push("tags");
    }
    long
}

/// The fields that KeePass has no place for.
fn more(entry: &EntryRef<'_>) -> Map<String, Json> {
    let attributes = entry.fields.keys().filter_map(|name| {
        let value = entry.get(name)?;
        match &**name {
            SERIAL => Some((name.clone(), value.into())),
            PINNED if value == YES => Some((name.clone(), true.into())),
            _ => {
                let field = name.strip_prefix(PREFIX)?;
                Some((field.to_owned(), serde_json::from_str(value).ok()?))
            }
        }
    });
    attributes.collect()
}

/// Returns whether an entry is in the recycle bin or in a group within it.
#[must_use]
pub fn is_in_bin(entry: &EntryRef<'_>) -> bool {
    let bin = entry.database().recycle_bin();
    bin.is_some_and(|bin| above(entry).any(|id| id == bin.id()))
}

/// Returns the groups that an entry is in and that a person can move: neither the recycle bin nor the root.
pub(crate) fn groups(entry: &EntryRef<'_>) -> impl Iterator<Item = GroupId> {
    let database = entry.database();
    let bin = database.recycle_bin().map(|bin| bin.id());
    let root = database.root().id();
    above(entry).filter(move |id| *id != root && Some(*id) != bin)
}

/// Returns all groups that an entry is in.
fn above(entry: &EntryRef<'_>) -> impl Iterator<Item = GroupId> {
    let database = entry.database();
    let parent = |id: &GroupId| Some(database.group(*id)?.parent()?.id());
    std::iter::successors(Some(entry.parent().id()), parent)
}

/// Adds the entry, or changes the existing one with the same id.
///
/// In an existing entry, only the fields that differ from those that we read are written. So a title that is
/// too long for us, a user name other than that of the link, and everything else that KeePassXC stores stay as
/// they are.
pub fn write(database: &mut Database, account_and_secret: &Entry) {
    let Entry { account, secret } = account_and_secret;
    let account = &account.clone().fit_for_xml();
    let id = self::id(account.id);
    let old = database
        .entry(id)
        .and_then(|entry| read(account.id, &entry));
    let link = uri::print(account, secret);
    let same_link = old
        .as_ref()
        .is_some_and(|old| uri::print(&old.account, &old.secret) == link);
    let same_codes = old.as_ref().is_some_and(|old| {
        let of = |account: &Account| (account.kind, account.algorithm, account.digits);
        of(&old.account) == of(account) && old.secret.same_as(secret)
    });
    let (old, old_secret) = old.map(|old| (old.account, old.secret)).unzip();
    if database.entry(id).is_none() {
        match database.root_mut().add_entry_with_id(id) {
            Ok(mut entry) => entry.set_icon_builtin(icon(account.kind)),
            Err(error) => tracing::error!(%error, "an entry that is not there is there"),
        }
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
        entry.tags = tags::split(&account.tags);
    }
    if !same_link {
        entry.set(fields::OTP, Value::protected(link.as_str()));
    }
    write_attributes(&mut entry, account);
    entry.times.creation = time(account.created);
    entry.times.last_modification = time(account.modified);
    let secrets: Vec<_> = old_secret.iter().chain([secret]).collect();
    if !same_codes && keepass2::remove(&mut entry, &secrets) {
        keepass2::add(database, account_and_secret);
    }
}

/// Returns the icon of a new entry: one that all programs have. The entry keeps it, or whatever somebody chooses later.
fn icon(kind: Kind) -> usize {
    match kind.counter() {
        Some(_) => KEYS,
        None => CLOCK,
    }
}

/// Writes the fields of which KeePass knows nothing.
fn write_attributes(entry: &mut EntryMut<'_>, account: &Account) {
    remove_attributes(entry);
    for (field, value) in item::fields(account) {
        match (&*field, value) {
            (TAGS, value) if tags::split(&account.tags) != account.tags => {
                entry.set_unprotected(format!("{PREFIX}{TAGS}"), json(&value));
            }
            // These have their places.
            ("name" | "note" | TAGS | "created" | "modified", _) => {}
            (SERIAL, Json::String(serial)) => entry.set_unprotected(SERIAL, serial),
            (PINNED, _) if entry.get(PINNED).is_none() => entry.set_unprotected(PINNED, YES),
            (_, value) => entry.set_unprotected(format!("{PREFIX}{field}"), json(&value)),
        }
    }
}

/// Returns a value as text without the characters that XML has no place for.
fn json(value: &Json) -> String {
    let text = value.to_string();
    text.replace('\u{fffe}', "\\ufffe")
        .replace('\u{ffff}', "\\uffff")
}

fn remove_attributes(entry: &mut EntryMut<'_>) {
    entry
        .fields
        .retain(|name, value| !is_attribute(name, value.get()));
}

/// Returns whether a field is an attribute of ours.
fn is_attribute(name: &str, value: &str) -> bool {
    name == SERIAL || name == PINNED && value == YES || name.starts_with(PREFIX)
}

/// Returns whether a field says something of an account.
fn is_ours(name: &str, value: &str) -> bool {
    let of_account = [fields::TITLE, fields::USERNAME, fields::NOTES, fields::OTP];
    of_account.contains(&name) || is_attribute(name, value)
}

/// Returns whether an entry holds more than an account, such as a password or an attachment.
pub(crate) fn holds_more(entry: &EntryRef<'_>) -> bool {
    let mut fields = entry.fields.iter();
    let is_codes = |name: &str, value: &str| is_ours(name, value) || keepass2::is_attribute(name);
    let is_more = fields.any(|(name, value)| {
        let value = value.get();
        !value.is_empty() && !is_codes(name, value)
    });
    is_more || has_another_secret(entry) || entry.attachments().next().is_some()
}

/// Returns whether an entry has a second secret beside its link, from which other programs make codes. It is no account
/// here, and stays in the entry.
#[must_use]
pub fn has_another_secret(entry: &EntryRef<'_>) -> bool {
    has_another(entry, secret(entry).as_ref())
}

/// Returns whether an entry has another secret than that of its account.
#[must_use]
pub fn has_another_secret_than(entry: &EntryRef<'_>, secret: &Secret) -> bool {
    has_another(entry, Some(secret))
}

fn has_another(entry: &EntryRef<'_>, secret: Option<&Secret>) -> bool {
    keepass2::has_another_secret(entry, secret) || elsewhere::has_another_seed(entry, secret)
}

/// The secret of the link of an entry.
fn secret(entry: &EntryRef<'_>) -> Option<Secret> {
    let link = uri::parse(entry.get_raw_otp_value()?).ok()?;
    Some(link.secret)
}

/// Removes the account: the whole entry, or only our fields if the entry holds more, such as a password.
pub fn remove(database: &mut Database, id: AccountId) {
    let Some(mut entry) = database.entry_mut(self::id(id)) else {
        return;
    };
    if holds_more(&entry.as_ref()) {
        let secret = secret(&entry.as_ref());
        entry.fields.remove(fields::OTP);
        keepass2::remove(&mut entry, secret.as_ref().as_slice());
        remove_attributes(&mut entry);
    } else {
        entry.remove();
    }
}

pub(crate) fn time(seconds: u64) -> Option<NaiveDateTime> {
    let seconds = i64::try_from(seconds).ok()?;
    DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}

#[cfg(test)]
mod tests;
