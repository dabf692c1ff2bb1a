//! Accounts and codes for tests.

use mfa_core::account::{Kind, Period};
use mfa_core::{Account, AccountId};
use mfa_ipc::types::IssuedCode;

use crate::board::Board;
use crate::feed::{Codes, News};

/// A time in the middle of a minute: a code has 30 seconds left.
pub(crate) const NOW: u64 = 1_700_000_010;

pub(crate) fn account(number: u8, name: &str, issuer: &str, username: &str) -> Account {
    let period = Period::new(30).unwrap();
    Account {
        name: name.into(),
        issuer: issuer.into(),
        username: username.into(),
        ..Account::new(
            AccountId::from_random([number; 16]),
            Kind::Totp { period },
            0,
        )
    }
}

pub(crate) fn accounts() -> Vec<Account> {
    vec![
        account(1, "aws", "Amazon Web Services", "root"),
        account(2, "github", "GitHub", "jane"),
        account(3, "gitlab", "GitLab", "jane"),
    ]
}

pub(crate) fn code(text: &str, from: u64) -> IssuedCode {
    IssuedCode {
        code: text.to_owned().into(),
        valid_from: from,
        valid_until: from + 30,
    }
}

pub(crate) fn codes<const N: usize>(all: [(&Account, &str, u64); N]) -> Codes {
    let one =
        |(account, text, from): (&Account, &str, u64)| (account.id.to_string(), code(text, from));
    all.into_iter().map(one).collect()
}

/// A board with these accounts, and without codes.
pub(crate) fn open(accounts: Vec<Account>) -> Board {
    let mut board = Board::default();
    board.hear(News::Accounts(Ok(accounts)));
    board
}
