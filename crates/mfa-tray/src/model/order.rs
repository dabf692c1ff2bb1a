//! In which order accounts stand in the menu: pinned ones first, then the most used.
//!
//! Nothing moves while the menu may be open: whoever is about to click must not hit another row.

use std::cmp::Reverse;
use std::collections::HashMap;

use mfa_ipc::types::AccountInfo;

use super::label::{self, Labels};
use super::memory::Memory;

/// How many seconds a menu may be open. It is known when it opens, but not when it closes.
const OPEN: u64 = 120;
/// Within so many seconds a menu that is said to open again is still the same: some panels say it twice.
const AGAIN: u64 = 1;

/// The ids of the accounts, in their order.
#[derive(Debug, Default)]
pub(super) struct Order {
    ids: Vec<String>,
    opened: Option<u64>,
}

impl Order {
    /// The menu is about to be opened at `now`, in Unix seconds. Says whether it was closed until now, so
    /// that everything may find its place.
    pub(super) fn opens(&mut self, now: u64) -> bool {
        let was_closed = self.opened.is_none_or(|then| now.abs_diff(then) > AGAIN);
        if was_closed {
            self.opened = None;
        }
        was_closed
    }

    /// It was opened: from now on everything stays where it is.
    pub(super) fn opened(&mut self, now: u64) {
        self.opened = Some(now);
    }

    /// Something was chosen in the menu, which closes it.
    pub(super) fn closed(&mut self) {
        self.opened = None;
    }

    /// Whether the menu may be open.
    fn is_fixed(&self, now: u64) -> bool {
        self.opened.is_some_and(|then| now.abs_diff(then) <= OPEN)
    }

    /// Puts the accounts in order, unless the menu may be open: then only what is new is put behind
    /// what is there.
    pub(super) fn arrange(
        &mut self,
        accounts: &[AccountInfo],
        labels: &Labels,
        memory: &Memory,
        now: u64,
    ) {
        let mut sorted: Vec<_> = accounts.iter().collect();
        sorted.sort_by_cached_key(|account| {
            let label = label::key(&labels.plain(account));
            let uses = memory.uses(&account.id);
            (!account.pinned, Reverse(uses), label, account.name.clone())
        });
        if self.is_fixed(now) {
            let old = self.ids.iter().enumerate();
            let places: HashMap<_, _> = old.map(|(place, id)| (id.as_str(), place)).collect();
            let place = |account: &&AccountInfo| places.get(account.id.as_str()).copied();
            sorted.sort_by_key(|account| place(account).unwrap_or(usize::MAX));
        }
        self.ids = sorted
            .into_iter()
            .map(|account| account.id.clone())
            .collect();
    }

    /// The accounts in their order.
    pub(super) fn of<'a>(&self, accounts: &'a [AccountInfo]) -> Vec<&'a AccountInfo> {
        let by_id: HashMap<_, _> = accounts.iter().map(|a| (a.id.as_str(), a)).collect();
        let ids = self.ids.iter();
        ids.filter_map(|id| by_id.get(id.as_str()).copied())
            .collect()
    }
}
