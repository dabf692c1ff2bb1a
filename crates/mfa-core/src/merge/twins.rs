//! Accounts that two sides have added, each for itself: the same secret and parameters under two ids. They become one.
//!
//! Two such accounts of one side stay two, because somebody wants them so. So do those of two services: an issuer never
//! takes the place of another one.

use std::collections::BTreeMap;

use super::fields;
use super::join::{Digest, Merged, Version, digest};
use super::{Base, Conflict, Deletion, Marks, Source};
use crate::account::{AccountId, Kind};

/// The maximum number of deletions of counter-based accounts that are compared with those that are there. Each is compared
/// with each.
const MAX_COUNTED: usize = 200;

/// Makes one account of two that are the same. The smaller id stays; but when a computer meets a file for the first time,
/// that of the file, whose entry may hold more.
pub(super) fn merge(
    merged: &mut BTreeMap<AccountId, Merged>,
    deleted: &mut BTreeMap<AccountId, Deletion>,
    conflicts: &mut Vec<Conflict>,
    is_first: bool,
) {
    let mut by_secret: BTreeMap<Digest, Vec<AccountId>> = BTreeMap::new();
    for (id, one) in merged.iter() {
        by_secret.entry(digest(&one.secret)).or_default().push(*id);
    }
    for ids in by_secret.into_values().filter(|ids| ids.len() > 1) {
        while let Some((keep, drop)) = pair(&ids, merged, is_first) {
            let Some(mut other) = merged.remove(&drop) else {
                return;
            };
            if let Some(one) = merged.get_mut(&keep) {
                one.absorb(&other, conflicts);
            }
            // What gave way to it gives way to the one that stays.
            for conflict in conflicts.iter_mut().filter(|conflict| conflict.id == drop) {
                (conflict.id, conflict.lost.id) = (keep, keep);
            }
            other.mark();
            let deletion = Deletion::of(&other.marks).counted(other.account.kind.counter());
            let latest = deleted.entry(drop).or_insert(deletion);
            *latest = latest.with(deletion);
        }
    }
}

/// Returns the largest counter of each secret, also of accounts that are gone: one of them may have become another one, or
/// come back.
pub(super) fn counters(
    versions: &[Version<'_>],
    base: &Base,
    deleted: &BTreeMap<AccountId, Deletion>,
) -> BTreeMap<Digest, u64> {
    let mut counters = BTreeMap::new();
    let gone = deleted.iter().filter(|(_, deletion)| deletion.is_counted());
    let gone: Vec<_> = gone.take(MAX_COUNTED).collect();
    for version in versions {
        if let Some(counter) = version.account.kind.counter() {
            let print = version.print();
            let is_same = |marks: &Marks| marks.secret() == Some(print);
            let known = base.marks(version.id).filter(|marks| is_same(marks));
            let known = known.and_then(|_| base.counter(version.id));
            let gone = gone.iter();
            let gone = gone.filter_map(|(id, deletion)| deletion.counter(&version.print_as(**id)));
            // Its own deletion counts, however many there are.
            let own = deleted.get(&version.id);
            let own = own.and_then(|deletion| deletion.counter(&print));
            let gone = gone.max().max(own);
            let most: &mut u64 = counters.entry(digest(version.secret)).or_default();
            let all = [Some(counter), Some(*most), known, gone];
            *most = all.into_iter().flatten().max().unwrap_or(counter);
        }
    }
    counters
}

/// Raises the counter of each account to the largest one of its secret: the service has one counter for it.
pub(super) fn count(merged: &mut BTreeMap<AccountId, Merged>, counters: &BTreeMap<Digest, u64>) {
    for one in merged.values_mut() {
        if let Kind::Hotp { counter } = &mut one.account.kind {
            let most = counters.get(&digest(&one.secret)).copied();
            *counter = most.unwrap_or(0).max(*counter);
        }
    }
}

/// Finds two accounts that no side has both of. Returns the one that stays first.
fn pair(
    ids: &[AccountId],
    merged: &BTreeMap<AccountId, Merged>,
    is_first: bool,
) -> Option<(AccountId, AccountId)> {
    let present = ids.iter().filter_map(|id| Some((*id, merged.get(id)?)));
    let present: Vec<_> = present.collect();
    for (place, (one, a)) in present.iter().enumerate() {
        for (other, b) in &present[place + 1..] {
            let is_same = fields::same_codes(&a.account, &b.account) && a.secret.same_as(&b.secret);
            let may_be_one = is_same && !fields::other_issuers(&a.account, &b.account);
            if !may_be_one || !a.sources.is_disjoint(&b.sources) {
                continue;
            }
            let only_other =
                b.sources.contains(&Source::File) && !a.sources.contains(&Source::File);
            return Some(if is_first && only_other {
                (*other, *one)
            } else {
                (*one, *other)
            });
        }
    }
    None
}
