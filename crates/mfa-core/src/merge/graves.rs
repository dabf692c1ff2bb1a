//! The deletions that are known, and the accounts that they remove.

use std::collections::{BTreeMap, BTreeSet};

use super::join::Version;
use super::{Base, Deletion, Side};
use crate::account::AccountId;
use crate::item::Entry;

/// Returns all deletions that are known: those of the files, those of the base, and what this computer had and has no
/// more.
pub(super) fn deletions(
    here: &[&Entry],
    base: &Base,
    sides: &[Side],
    versions: &[Version<'_>],
) -> BTreeMap<AccountId, Deletion> {
    let ids: BTreeSet<_> = here.iter().map(|entry| entry.account.id).collect();
    let gone = base.ids().filter(|id| !ids.contains(id));
    let gone = gone.filter_map(|id| {
        let deletion = Deletion::of(base.marks(id)?);
        Some((id, deletion.counted(base.counter(id))))
    });
    let told = sides.iter().flat_map(|side| &side.deleted);
    let told = told.map(|(id, deletion)| match base.marks(*id) {
        Some(marks) => (*id, deletion.or(marks, base.counter(*id))),
        None => (*id, *deletion),
    });
    let known = base.deleted().iter().map(|(id, deletion)| (*id, *deletion));
    let mut deleted = BTreeMap::new();
    for (id, deletion) in gone.chain(told).chain(known) {
        let latest = deleted.entry(id).or_insert(deletion);
        *latest = latest.with(deletion);
    }
    count(&mut deleted, versions);
    deleted
}

/// Notes in each deletion how far somebody has counted the account since.
fn count(deleted: &mut BTreeMap<AccountId, Deletion>, versions: &[Version<'_>]) {
    for version in versions {
        let counter = version.account.kind.counter();
        if counter.is_some()
            && let Some(deletion) = deleted.get_mut(&version.id)
            && deletion.may_be_of(&version.print())
        {
            *deletion = deletion.counted(counter);
        }
    }
}

/// Leaves out the versions of an account that was deleted after the last change of it.
pub(super) fn bury(versions: &mut Vec<Version<'_>>, deletion: Option<Deletion>) {
    let Some(deletion) = deletion else {
        return;
    };
    let mut last = BTreeMap::new();
    for version in versions.iter() {
        let latest = last.entry(version.print()).or_insert(version.alive);
        *latest = version.alive.max(*latest);
    }
    versions.retain(|version| {
        let print = version.print();
        let alive = last.get(&print).copied().unwrap_or(version.alive);
        !deletion.kills(alive, &print)
    });
}
