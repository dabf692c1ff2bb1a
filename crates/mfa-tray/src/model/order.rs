//! The order of accounts in the menu: pinned ones first, then those used last, then by name.
//!
//! No row moves while the menu may be open, because a user who is about to click must not hit another row.

use std::collections::HashMap;

use mfa_core::{Account, AccountId};

use super::label::{self, Labels};
use super::memory::Memory;

/// The number of seconds that a menu may be open. The tray knows when it opens, but not when it closes.
const OPEN: u64 = 120;
/// A menu that is reported open again within this number of seconds is the same one, because some panels
/// report it twice.
const AGAIN: u64 = 1;

/// The ids of the accounts in their order.
#[derive(Debug, Default)]
pub(super) struct Order {
    ids: Vec<AccountId>,
    opened: Option<u64>,
}

impl Order {
    /// Handles the opening of the menu at `now`, in Unix seconds. Returns whether it was closed until now, so
    /// that rows may move.
    pub(super) fn opens(&mut self, now: u64) -> bool {
        let was_closed = self.opened.is_none_or(|then| now.abs_diff(then) > AGAIN);
        if was_closed {
            self.opened = None;
        }
        was_closed
    }

    /// Records that the menu is open. From now on, all rows stay in place.
    pub(super) fn opened(&mut self, now: u64) {
        self.opened = Some(now);
    }

    /// Records that the menu was closed, because something was chosen in it.
    pub(super) fn closed(&mut self) {
        self.opened = None;
    }

    /// Returns whether the menu may be open.
    fn is_fixed(&self, now: u64) -> bool {
        self.opened.is_some_and(|then| now.abs_diff(then) <= OPEN)
    }

    /// Sorts the accounts. If the menu may be open, only adds new accounts at the end.
    pub(super) fn arrange(
        &mut self,
        accounts: &[Account],
        labels: &Labels,
        memory: &Memory,
        now: u64,
    ) {
        let places: HashMap<_, _> = memory.recent().zip(0..).collect();
        let mut sorted: Vec<_> = accounts.iter().collect();
        sorted.sort_by_cached_key(|account| {
            let label = label::key(&labels.plain(account));
            let place = places.get(&*account.id.to_string()).copied();
            let place = place.unwrap_or(usize::MAX);
            (!account.pinned, place, label, account.name.clone())
        });
        if self.is_fixed(now) {
            let old = self.ids.iter().enumerate();
            let places: HashMap<_, _> = old.map(|(place, id)| (*id, place)).collect();
            let place = |account: &&Account| places.get(&account.id).copied();
            sorted.sort_by_key(|account| place(account).unwrap_or(usize::MAX));
        }
        self.ids = sorted.into_iter().map(|account| account.id).collect();
    }

    /// Returns the accounts in their order.
    pub(super) fn of<'a>(&self, accounts: &'a [Account]) -> Vec<&'a Account> {
        let by_id: HashMap<_, _> = accounts.iter().map(|a| (a.id, a)).collect();
        let ids = self.ids.iter();
        ids.filter_map(|id| by_id.get(id).copied()).collect()
    }
}
