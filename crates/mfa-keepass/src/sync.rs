//! The accounts of a database as a side of a merge, and what the merge changes in the database.
//!
//! | a database has | the merge sees |
//! |---|---|
//! | an entry with a link | an account |
//! | an entry with a link that cannot be read or stored here | an account that stays as it is |
//! | an account in the recycle bin | a deleted account |
//! | an entry whose link was removed | a deleted account |
//! | a deleted object | a deleted account |
//! | any other entry | nothing; [`unread`] names what of it makes codes |
//!
//! When the fields of an account were set is in the custom data of its entry, which other programs keep and do not show.
//! Everything else that other programs put into the file stays.

pub mod unread;

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDateTime;
use keepass::Database;
use keepass::db::{CustomDataItem, CustomDataValue, Entry, EntryMut, EntryRef, History, Times};
use mfa_core::merge::{Conflict, Deletion, Known, Marks, Outcome, Side, Source};
use mfa_core::{AccountId, merge};
use serde_json::{Map, Value as Json};

use crate::entry::{self, groups, id, is_in_bin, read, time};

/// The name of the custom data of an entry or of the database.
const DATA: &str = "mfactl sync";
/// The name of what they say of an account that was removed from an entry with more in it.
const DELETED: &str = "deleted";
/// How many older versions of an entry are kept if the database does not say it; KeePassXC's default.
const MAX_HISTORY: isize = 10;

/// Returns what a database says about accounts.
#[must_use]
pub fn side(database: &Database) -> Side {
    let mut side = Side::default();
    let certain = certain(database);
    for (uuid, deleted) in &database.deleted_objects {
        let id = AccountId::from_bytes(uuid.into_bytes());
        let time = seconds(*deleted);
        let known = certain.get(&id).filter(|known| known.time == time);
        let deletion = known.copied().unwrap_or(Deletion::at(time));
        side.deleted.insert(id, deletion);
    }
    for entry in database.iter_all_entries() {
        let id = AccountId::from_bytes(entry.id().uuid().into_bytes());
        look_at(id, &entry, &mut side);
    }
    side
}

fn look_at(id: AccountId, entry: &EntryRef<'_>, side: &mut Side) {
    let marks = marks(entry);
    let moved = moved(entry);
    side.deleted.remove(&id);
    if !entry::has_link(entry) {
        let changed = seconds(entry.times.last_modification);
        let removed = (!marks.is_empty()).then(|| Deletion::after(&marks, changed));
        // Ours is the later one, and says more, unless another program has removed the link once more.
        if let Some(deletion) = stripped(entry).max(removed) {
            side.deleted.insert(id, deletion);
        }
    } else if is_in_bin(entry) {
        let ours = stripped(entry).filter(|deletion| deletion.time >= moved);
        let deletion = ours.unwrap_or(Deletion::after(&marks, moved));
        let counter = read(id, entry).and_then(|found| found.account.kind.counter());
        side.deleted.insert(id, deletion.counted(counter));
    } else if let Some(account) = read(id, entry).filter(|account| account.to_text().is_ok()) {
        let known = Known {
            entry: account,
            marks,
            moved,
        };
        side.accounts.push(known);
    } else {
        side.unreadable.insert(id);
    }
}

/// Returns when an entry, or a group that it is in, was moved last. Whoever takes a group out of the recycle bin takes its
/// entries out too, though nothing of them is changed.
fn moved(entry: &EntryRef<'_>) -> u64 {
    let groups = groups(entry).filter_map(|id| entry.database().group(id));
    let times = groups.map(|group| group.times.location_changed);
    let times = times.chain([entry.times.location_changed]);
    times.map(seconds).max().unwrap_or(0)
}

/// Changes a database as a merge wants it.
pub fn apply(database: &mut Database, outcome: &Outcome) {
    let mut certain = certain(database);
    for id in outcome.file.removed.keys() {
        if let Some(deletion) = outcome.deleted.get(id) {
            remove(database, *id, *deletion);
        }
    }
    for (id, deletion) in &outcome.buried {
        if let Some(mut entry) = database.entry_mut(self::id(*id)) {
            note_deleted(&mut entry, *deletion);
        } else {
            database
                .deleted_objects
                .insert(uuid(*id), time(deletion.time));
            certain.insert(*id, *deletion);
        }
    }
    for id in &outcome.file.added {
        add(database, *id, outcome);
        certain.remove(id);
    }
    for (id, fields) in &outcome.file.changed {
        change(database, *id, fields, outcome);
    }
    for id in &outcome.marked {
        if let Some(kept) = outcome.accounts.get(id) {
            mark(database, *id, &kept.marks);
        }
    }
    let lost = outcome.conflicts.iter().map(|conflict| conflict.id);
    let is_done =
        |id: &AccountId| outcome.file.changed.contains_key(id) || outcome.file.added.contains(id);
    for id in lost.filter(|id| !is_done(id)) {
        change(database, id, &[], outcome);
    }
    certain.retain(|id, _| database.deleted_objects.contains_key(&uuid(*id)));
    note_certain(database, &certain);
}

fn add(database: &mut Database, id: AccountId, outcome: &Outcome) {
    let Some(kept) = outcome.accounts.get(&id) else {
        return;
    };
    let is_new = database.entry(self::id(id)).is_none();
    let root = database.root().id();
    if let Some(mut entry) = database.entry_mut(self::id(id))
        && is_in_bin(&entry.as_ref())
    {
        let before = entry.as_ref().previous_parent().map(|group| group.id());
        let outside = before.unwrap_or(root);
        // The group that it came from may be gone, or in the bin too.
        if entry.move_to(outside).is_err() || is_in_bin(&entry.as_ref()) {
            drop(entry.move_to(root));
        }
        entry.times.location_changed = time(kept.marks.top());
    }
    write_lost(database, id, outcome, 0, |_| true);
    entry::write(database, &kept.entry);
    if is_new && let Some(mut entry) = database.entry_mut(self::id(id)) {
        let created = time(kept.entry.account.created);
        entry.times.location_changed = created;
        entry.times.last_access = created;
        entry.times.expiry = created.unwrap_or_default();
    }
    mark(database, id, &kept.marks);
    database.deleted_objects.remove(&uuid(id));
}

/// Changes an entry. Its older version goes into its history, as do the values that gave way in a conflict.
fn change(database: &mut Database, id: AccountId, fields: &[String], outcome: &Outcome) {
    let Some(kept) = outcome.accounts.get(&id) else {
        return;
    };
    let is_count = fields.len() == 1 && fields[0] == "counter";
    let is_file = |conflict: &Conflict| conflict.loser == Source::File;
    let mut conflicts = outcome.conflicts.iter();
    let is_lost = conflicts.any(|conflict| conflict.id == id && is_file(conflict));
    if !fields.is_empty() && !is_count {
        remember(database, id, usize::from(is_lost));
    }
    write_lost(database, id, outcome, is_lost.into(), |conflict| {
        !is_file(conflict)
    });
    entry::write(database, &kept.entry);
    mark(database, id, &kept.marks);
}

/// Puts the values that gave way in conflicts into the history of an entry, and so into the entry before its new ones.
/// `before` is the number of such values that the history has already.
fn write_lost(
    database: &mut Database,
    id: AccountId,
    outcome: &Outcome,
    before: usize,
    is_missing: impl Fn(&Conflict) -> bool,
) {
    let Some(kept) = outcome.accounts.get(&id) else {
        return;
    };
    let mut lost: Vec<_> = outcome.conflicts.iter().collect();
    lost.retain(|conflict| conflict.id == id && is_missing(conflict));
    lost.dedup_by_key(|conflict| (conflict.loser, conflict.lost.clone()));
    for (number, conflict) in lost.into_iter().enumerate() {
        let as_it_is = database.entry(self::id(id)).map(|entry| (*entry).clone());
        let version = merge::version(&conflict.lost, &kept.entry.secret);
        entry::write(database, &version);
        remember(database, id, before + number + 1);
        // Only its history is another one now: what we cut or do not know is still in it.
        if let (Some(as_it_is), Some(mut entry)) = (as_it_is, database.entry_mut(self::id(id))) {
            let history = entry.history.take();
            *entry = as_it_is;
            entry.history = history;
        }
    }
}

/// Puts the entry as it is into its history, the oldest first, unless it is there already. The history is as long as the
/// database wants it, but at least so long that no value is lost that has just given way to another one.
fn remember(database: &mut Database, id: AccountId, at_least: usize) {
    let max = database.meta.history_max_items.unwrap_or(MAX_HISTORY);
    let Some(mut entry) = database.entry_mut(self::id(id)) else {
        return;
    };
    let mut version = (*entry.as_ref()).clone();
    version.history = None;
    version.custom_data.remove(DATA);
    let older = entry.history.take().unwrap_or_default();
    // A negative number means any number.
    let max = usize::try_from(max).unwrap_or(usize::MAX).max(at_least);
    let latest = || older.get_entries().iter().rev();
    let is_there = latest()
        .take(max)
        .any(|other| says_the_same(other, &version));
    // What others have put there stays, however alike it is.
    let new = (!is_there).then_some(&version);
    let mut history = History::default();
    // It puts each one before the others.
    for version in new.into_iter().chain(latest()).take(max) {
        history.add_entry(version.clone());
    }
    entry.history = Some(history);
}

/// Returns whether two versions of an entry differ at most in their times.
fn says_the_same(one: &Entry, other: &Entry) -> bool {
    let said = |version: &Entry| {
        let mut said = version.clone();
        said.times = Times::default();
        said.history = None;
        said.custom_data.remove(DATA);
        said
    };
    said(one) == said(other)
}

/// Removes an account: the whole entry, or only what is ours if it holds more. If the database has a recycle bin, the
/// entry goes there, so that a person gets it back.
fn remove(database: &mut Database, id: AccountId, deletion: Deletion) {
    if throw_away(database, id, deletion) {
        return;
    }
    // The crate does not know after opening which entries share an attachment, and would remove it from all.
    database.remove_unused_attachments();
    // Other programs keep the older version of an entry that they change, and a person gets the codes back from it.
    if database
        .entry(self::id(id))
        .is_some_and(|entry| entry::holds_more(&entry))
    {
        remember(database, id, 0);
    }
    entry::remove(database, id);
    match database.entry_mut(self::id(id)) {
        None => drop(
            database
                .deleted_objects
                .insert(uuid(id), time(deletion.time)),
        ),
        Some(mut entry) => {
            entry.custom_data.remove(DATA);
            note_deleted(&mut entry, deletion);
            let later = entry.times.last_modification.max(time(deletion.time));
            entry.times.last_modification = later;
        }
    }
}

/// Moves an entry that holds only an account into the recycle bin. Returns whether it is there now.
fn throw_away(database: &mut Database, id: AccountId, deletion: Deletion) -> bool {
    let is_wanted = database.meta.recyclebin_enabled != Some(false);
    let Some(bin) = database.recycle_bin().map(|group| group.id()) else {
        return false;
    };
    let Some(mut entry) = database.entry_mut(self::id(id)).filter(|_| is_wanted) else {
        return false;
    };
    if entry::holds_more(&entry.as_ref()) || entry.move_to(bin).is_err() {
        return false;
    }
    entry.times.location_changed = time(deletion.time);
    // Its marks stay, for the day on which somebody takes it out.
    note_deleted(&mut entry, deletion);
    true
}

/// Notes beside the marks of an entry that its account was deleted.
fn note_deleted(entry: &mut EntryMut<'_>, deletion: Deletion) {
    let mut known = marks(&entry.as_ref()).to_json();
    if let Some(known) = known.as_object_mut() {
        known.insert(DELETED.to_owned(), deletion.to_json());
    }
    entry.custom_data.insert(DATA.to_owned(), item(&known));
}

fn mark(database: &mut Database, id: AccountId, marks: &Marks) {
    if let Some(mut entry) = database.entry_mut(self::id(id)) {
        entry
            .custom_data
            .insert(DATA.to_owned(), item(&marks.to_json()));
    }
}

fn item(json: &Json) -> CustomDataItem {
    CustomDataItem {
        value: Some(CustomDataValue::String(json.to_string())),
        last_modification_time: None,
    }
}

fn data(items: &HashMap<String, CustomDataItem>) -> Option<Json> {
    match items.get(DATA)?.value.as_ref()? {
        CustomDataValue::String(text) => serde_json::from_str(text).ok(),
        CustomDataValue::Binary(_) => None,
    }
}

fn marks(entry: &EntryRef<'_>) -> Marks {
    let found = data(&entry.custom_data).unwrap_or_default();
    Marks::from_json(&found)
}

/// Returns what an entry says of the deletion of its account.
fn stripped(entry: &EntryRef<'_>) -> Option<Deletion> {
    Deletion::from_json(data(&entry.custom_data)?.get(DELETED)?)
}

/// Returns what is known about deleted objects besides their times.
fn certain(database: &Database) -> BTreeMap<AccountId, Deletion> {
    let found = data(&database.meta.custom_data).unwrap_or_default();
    let deleted = found.as_object().into_iter().flatten();
    deleted
        .filter_map(|(id, json)| Some((AccountId::parse(id)?, Deletion::from_json(json)?)))
        .collect()
}

fn note_certain(database: &mut Database, certain: &BTreeMap<AccountId, Deletion>) {
    let all = certain
        .iter()
        .map(|(id, deletion)| (id.to_string(), deletion.to_json()));
    let all: Map<_, _> = all.collect();
    let items = &mut database.meta.custom_data;
    if all.is_empty() {
        items.remove(DATA);
    } else {
        items.insert(DATA.to_owned(), item(&Json::Object(all)));
    }
}

fn uuid(id: AccountId) -> uuid::Uuid {
    uuid::Uuid::from_bytes(id.to_bytes())
}

fn seconds(time: Option<NaiveDateTime>) -> u64 {
    let seconds = time.map(|time| time.and_utc().timestamp());
    seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
