//! Makes the names and the serials of merged accounts different, as those of one computer have to be.

use std::collections::{BTreeMap, BTreeSet};

use super::join::Merged;
use crate::account::AccountId;
use crate::naming;

/// Gives accounts whose name another one has a number, and takes away a serial that another one has. The account that was added first keeps the name, except that one
/// that has lost its id loses its name too.
pub(super) fn separate(merged: &mut BTreeMap<AccountId, Merged>) {
    let mut order: Vec<_> = merged.keys().copied().collect();
    order.sort_by_key(|id| (merged[id].is_displaced, merged[id].account.created, *id));
    let all = merged.values().map(|one| one.account.name.to_lowercase());
    let all: BTreeSet<_> = all.collect();
    let (mut taken, mut serials) = (BTreeSet::new(), BTreeSet::new());
    for id in order {
        let Some(one) = merged.get_mut(&id) else {
            continue;
        };
        let serial = &one.account.serial;
        if !serial.is_empty() && !serials.insert(serial.clone()) {
            one.clear_serial();
        }
        if taken.insert(one.account.name.to_lowercase()) {
            continue;
        }
        let is_taken = |name: &str| {
            let name = name.to_lowercase();
            taken.contains(&name) || all.contains(&name)
        };
        let name = naming::free(&one.account.name, is_taken);
        taken.insert(name.to_lowercase());
        one.rename(name);
    }
}
