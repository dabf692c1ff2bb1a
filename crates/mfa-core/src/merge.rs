//! Merges the accounts of this computer with those of a file, account by account and field by field.
//!
//! Each field of an account knows when it was set ([`Marks`]). Of two values, the one that was set later wins, and of two
//! that were set in the same second, the larger one: every computer decides alike, so all of them come to the same
//! accounts, in whatever order they meet, and also through copies of the file that fell apart. What was set is known
//! from the *base*, which holds what this computer and the file had in common last, and from the marks that the file
//! keeps in its entries.
//!
//! | what happened | what becomes of it |
//! |---|---|
//! | one side changed a field | the other side gets the value |
//! | both sides changed it | the later value wins; the other one is a [`Conflict`] |
//! | one side deleted the account | it is deleted, and remembered as deleted |
//! | and the other one edited it | it stays |
//! | an account is missing, and nothing says that it was deleted | it is added again: copies of a file may be old |
//! | an account has two secrets | both stay, the earlier one under an id that follows from the old id and the secret |
//! | both sides added the same account | it becomes one |
//! | two accounts have one name | one gets a number |
//! | a counter moved | the larger one wins, also of an account that was deleted and comes back |
//!
//! A deletion counts one second after the last change that its side knew of. So an edit that it did not know of always
//! wins against it. A deletion by another program counts by its clock, because it says nothing else.

mod base;
mod deletion;
mod fields;
mod graves;
mod join;
mod marks;
mod names;
mod twins;

use std::collections::{BTreeMap, BTreeSet};

pub use base::Base;
pub use deletion::Deletion;
pub use join::displaced_id;
pub use marks::Marks;

use crate::account::{Account, AccountId};
use crate::item::Entry;
use crate::secret::Secret;
use join::{Merged, Version};
use marks::Times;

/// What a file says.
#[derive(Debug, Default)]
pub struct Side {
    /// Its accounts.
    pub accounts: Vec<Known>,
    /// The ids of deleted accounts, and when they were deleted.
    pub deleted: BTreeMap<AccountId, Deletion>,
    /// The ids of accounts that cannot be read. They stay as they are, here and there.
    pub unreadable: BTreeSet<AccountId>,
}

/// An account of a file, and what the file knows about its fields.
#[derive(Debug)]
pub struct Known {
    /// The account.
    pub entry: Entry,
    /// When its fields were set.
    pub marks: Marks,
    /// When it was moved to its place in the file.
    pub moved: u64,
}

/// An account after the merge.
#[derive(Debug)]
pub struct Kept {
    /// The account.
    pub entry: Entry,
    /// When its fields were set.
    pub marks: Marks,
}

/// What one side has to do to have the merged accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The accounts to add.
    pub added: BTreeSet<AccountId>,
    /// The accounts to change, and which fields of them, in words.
    pub changed: BTreeMap<AccountId, Vec<String>>,
    /// The accounts to remove, by name.
    pub removed: BTreeMap<AccountId, String>,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The accounts of this computer.
    Here,
    /// The file.
    File,
    /// A copy of the file, by its number.
    Copy(usize),
}

/// A field that two sides have changed, so that one value had to give way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The account.
    pub id: AccountId,
    /// The field, in words.
    pub field: String,
    /// Where the value comes from that stays.
    pub winner: Source,
    /// Where the value came from that gave way.
    pub loser: Source,
    /// The account as the loser had it.
    pub lost: Account,
}

/// The result of a merge.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All accounts, by id.
    pub accounts: BTreeMap<AccountId, Kept>,
    /// The ids of deleted accounts, and when they were deleted.
    pub deleted: BTreeMap<AccountId, Deletion>,
    /// The changes for this computer.
    pub here: Changes,
    /// The changes for the file.
    pub file: Changes,
    /// The accounts whose marks the file has to store, though nothing else of them changes.
    pub marked: BTreeSet<AccountId>,
    /// The deletions that the file does not know.
    pub buried: BTreeMap<AccountId, Deletion>,
    /// The accounts of this computer that get another id: that of the file, or a new one if they lose theirs to another
    /// secret.
    pub moved: BTreeMap<AccountId, AccountId>,
    /// The accounts that the file loses because this computer had them and has them no more.
    pub missing: BTreeSet<AccountId>,
    /// What gave way.
    pub conflicts: Vec<Conflict>,
    /// What to remember, once both sides have the merged accounts.
    pub base: Base,
}

impl Outcome {
    /// Returns whether the file has to be written: it also keeps the values that gave way to its own.
    #[must_use]
    pub fn writes_file(&self) -> bool {
        let keeps = |conflict: &Conflict| conflict.loser != Source::File;
        if self.conflicts.iter().any(keeps) {
            return true;
        }
        self.file != Changes::default() || !self.marked.is_empty() || !self.buried.is_empty()
    }

    /// Returns whether this computer has to change accounts.
    #[must_use]
    pub fn changes_here(&self) -> bool {
        self.here != Changes::default()
    }
}

/// Merges the accounts of this computer with those of a file and of its copies, of which each is a side. The file is the
/// first of them.
#[must_use]
pub fn merge(here: &[&Entry], base: &Base, sides: &[Side]) -> Outcome {
    let frozen: BTreeSet<_> = sides
        .iter()
        .flat_map(|side| &side.unreadable)
        .copied()
        .collect();
    let is_first = base.is_empty();
    let versions = versions(here, base, sides);
    let mut deleted = graves::deletions(here, base, sides, &versions);
    deleted.retain(|id, _| !frozen.contains(id));
    let counters = twins::counters(&versions, base, &deleted);
    let groups = alive(versions, &frozen, &mut deleted);
    let mut conflicts = Vec::new();
    let mut merged: BTreeMap<_, _> = groups
        .iter()
        .map(|(id, versions)| (*id, join::join(*id, versions, base, &mut conflicts)))
        .collect();
    twins::merge(&mut merged, &mut deleted, &mut conflicts, is_first);
    twins::count(&mut merged, &counters);
    names::separate(&mut merged);
    merged.values_mut().for_each(Merged::mark);
    conflicts.retain(|conflict| merged.contains_key(&conflict.id));
    let mut outcome = Outcome {
        conflicts,
        here: changes_here(here, &merged, &frozen),
        ..Outcome::default()
    };
    outcome.moved = moved(here, &merged);
    compare_file(sides.first(), &merged, &deleted, &frozen, &mut outcome);
    let is_here = |id: &AccountId| here.iter().any(|entry| entry.account.id == *id);
    let removed = outcome.file.removed.keys();
    let missing = removed.filter(|id| base.marks(**id).is_some() && !is_here(id));
    outcome.missing = missing.copied().collect();
    let known = merged.iter();
    let known = known.map(|(id, one)| (*id, one.marks.clone(), one.account.kind.counter()));
    outcome.base = Base::of(known, &deleted, base, &frozen);
    outcome.deleted = deleted;
    outcome.accounts = merged
        .into_iter()
        .map(|(id, one)| (id, one.kept()))
        .collect();
    outcome
}

/// Brings together what is said about each account, and leaves out those that are deleted.
fn alive<'a>(
    versions: Vec<Version<'a>>,
    frozen: &BTreeSet<AccountId>,
    deleted: &mut BTreeMap<AccountId, Deletion>,
) -> BTreeMap<AccountId, Vec<Version<'a>>> {
    let mut groups: BTreeMap<AccountId, Vec<Version<'a>>> = BTreeMap::new();
    for version in versions {
        if !frozen.contains(&version.id) {
            groups.entry(version.id).or_default().push(version);
        }
    }
    let mut bury_all = |groups: &mut BTreeMap<AccountId, Vec<Version<'a>>>| {
        groups.retain(|id, versions| {
            graves::bury(versions, deleted.get(id).copied());
            if !versions.is_empty() {
                deleted.remove(id);
            }
            !versions.is_empty()
        });
    };
    bury_all(&mut groups);
    join::split(&mut groups);
    // An account that loses its id here may have lost it elsewhere before, and been deleted under the other one.
    bury_all(&mut groups);
    groups
}

/// Returns what every side says about every account.
fn versions<'a>(here: &[&'a Entry], base: &Base, sides: &'a [Side]) -> Vec<Version<'a>> {
    let none = Marks::default();
    let ours = here.iter().map(|entry| {
        let id = entry.account.id;
        let marks = base.marks(id).unwrap_or(&none);
        // It was gone after the last merge. Somebody has put it back since, whatever times it came with.
        let deletion = base.deleted().get(&id);
        let back = deletion.map_or(0, |deletion| deletion.time + 1);
        Version::observed(Source::Here, entry, marks, back)
    });
    let theirs = sides.iter().enumerate().flat_map(|(number, side)| {
        let source = match number {
            0 => Source::File,
            number => Source::Copy(number - 1),
        };
        let known = side.accounts.iter();
        known.map(move |known| Version::observed(source, &known.entry, &known.marks, known.moved))
    });
    ours.chain(theirs).collect()
}

fn changes_here(
    here: &[&Entry],
    merged: &BTreeMap<AccountId, Merged>,
    frozen: &BTreeSet<AccountId>,
) -> Changes {
    let old: BTreeMap<_, _> = here
        .iter()
        .map(|entry| (entry.account.id, *entry))
        .collect();
    let mut changes = Changes::default();
    for (id, new) in merged {
        match old.get(id) {
            None => drop(changes.added.insert(*id)),
            Some(old) => changes.note(*id, new.differs(old)),
        }
    }
    for (id, old) in old {
        if !merged.contains_key(&id) && !frozen.contains(&id) {
            changes.removed.insert(id, old.account.name.clone());
        }
    }
    changes
}

/// Finds out which accounts of this computer have another id now. They have kept their secrets.
fn moved(here: &[&Entry], merged: &BTreeMap<AccountId, Merged>) -> BTreeMap<AccountId, AccountId> {
    let stays = |entry: &Entry| {
        let now = merged.get(&entry.account.id);
        now.is_some_and(|now| now.secret.same_as(&entry.secret))
    };
    let (staying, leaving): (Vec<&Entry>, Vec<&Entry>) =
        here.iter().copied().partition(|entry| stays(entry));
    let staying: BTreeSet<_> = staying.iter().map(|entry| entry.account.id).collect();
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, one) in merged {
        if one.sources.contains(&Source::Here) && !staying.contains(id) {
            let places = places.entry(join::digest(&one.secret)).or_default();
            places.push(*id);
        }
    }
    let place = |entry: &Entry| {
        let places = places.get_mut(&join::digest(&entry.secret))?;
        Some((entry.account.id, places.pop()?))
    };
    leaving.into_iter().filter_map(place).collect()
}

/// Finds out what the file lacks.
fn compare_file(
    file: Option<&Side>,
    merged: &BTreeMap<AccountId, Merged>,
    deleted: &BTreeMap<AccountId, Deletion>,
    frozen: &BTreeSet<AccountId>,
    outcome: &mut Outcome,
) {
    let nothing = Side::default();
    let file = file.unwrap_or(&nothing);
    let old: BTreeMap<_, _> = file
        .accounts
        .iter()
        .map(|known| (known.entry.account.id, known))
        .collect();
    for (id, new) in merged {
        let Some(old) = old.get(id) else {
            outcome.file.added.insert(*id);
            continue;
        };
        outcome.file.note(*id, new.differs(&old.entry));
        if !outcome.file.changed.contains_key(id) && new.has_other_marks(old) {
            outcome.marked.insert(*id);
        }
    }
    for (id, old) in old {
        if !merged.contains_key(&id) && !frozen.contains(&id) {
            let name = old.entry.account.name.clone();
            outcome.file.removed.insert(id, name);
        }
    }
    let unknown = deleted
        .iter()
        .filter(|(id, deletion)| file.deleted.get(id).is_none_or(|known| known < deletion));
    outcome.buried = unknown.map(|(id, time)| (*id, *time)).collect();
}

impl Changes {
    fn note(&mut self, id: AccountId, fields: Vec<String>) {
        if !fields.is_empty() {
            self.changed.insert(id, fields);
        }
    }
}

/// Puts a version of an account together with the secret that it shares with the others.
#[must_use]
pub fn version(account: &Account, secret: &Secret) -> Entry {
    Entry {
        account: account.clone(),
        secret: copy(secret),
    }
}

/// Returns a second secret with the same bytes and the same PIN. It is wiped like the first.
fn copy(secret: &Secret) -> Secret {
    let copy = Secret::from_bytes(secret.expose().to_vec());
    let copy = copy.expect("a secret is as long as a secret may be");
    if secret.expose_pin().is_empty() {
        return copy;
    }
    copy.with_pin(secret.expose_pin())
        .expect("a PIN is what a PIN may be")
}

#[cfg(test)]
mod tests;
