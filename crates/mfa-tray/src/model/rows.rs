//! The accounts in the menu itself, and the accounts in submenus.

use mfa_core::{Account, AccountId};

use super::Model;

/// The maximum number of accounts in the menu itself, if there are no others.
const MAX_ROWS: usize = 15;
/// The number of accounts in the menu itself, if there are others: their submenus need room too.
const FIRST_ROWS: usize = 10;
/// Returns the accounts in the menu itself, and the others.
pub(super) fn split(model: &Model) -> (Vec<&Account>, Vec<&Account>) {
    let mut first = model.order.of(&model.accounts);
    let rest = if first.len() > MAX_ROWS {
        first.split_off(FIRST_ROWS)
    } else {
        Vec::new()
    };
    (first, rest)
}

/// Returns the accounts in the menu itself.
pub(super) fn first_rows(model: &Model) -> Vec<&Account> {
    split(model).0
}

/// Returns the ids of the accounts with a shown code: those in the menu itself. Counter-based
/// accounts are left out, because showing a code would use it.
pub(super) fn with_codes(model: &Model) -> Vec<AccountId> {
    let moving = first_rows(model).into_iter();
    let moving = moving.filter(|account| account.kind.period().is_some());
    moving.map(|account| account.id).collect()
}
