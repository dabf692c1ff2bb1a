//! The script mode of rofi (rofi-script(5)): rofi runs the program to get its rows, and again when one was chosen.
//!
//! A row carries the id of its account, which rofi passes back in the environment.

use std::env;
use std::io::{self, Write};

use mfa_core::{Account, AccountId};

use super::menu::row;
use crate::copying;
use crate::error::Error;
use crate::markup::escape;

/// What rofi wants.
enum Wanted {
    /// All rows.
    Rows,
    /// The account with this id was chosen.
    Copy(AccountId),
}

/// Returns what rofi wants, by its variables.
fn wanted(reason: Option<&str>, info: Option<&str>) -> Wanted {
    match (reason, info.and_then(AccountId::parse)) {
        (Some("1"), Some(id)) => Wanted::Copy(id),
        _ => Wanted::Rows,
    }
}

/// Answers rofi. If a code cannot be copied, rofi shows why and stays open.
///
/// # Errors
/// Those of standard output.
pub(super) fn answer(accounts: &[Account]) -> Result<(), Error> {
    let variable = |name| env::var(name).ok();
    let reason = variable("ROFI_RETV");
    let message = match wanted(reason.as_deref(), variable("ROFI_INFO").as_deref()) {
        Wanted::Rows => None,
        Wanted::Copy(id) => match copying::copy(id) {
            // Without rows, rofi closes.
            Ok(()) => return Ok(()),
            Err(reason) => Some(reason),
        },
    };
    Ok(io::stdout().write_all(rows(accounts, message.as_deref()).as_bytes())?)
}

/// Returns the options and rows, in the format of rofi.
fn rows(accounts: &[Account], message: Option<&str>) -> String {
    let mut text = String::from("\0prompt\x1fMFA\n\0no-custom\x1ftrue\n");
    if let Some(message) = message {
        text.push_str(&format!("\0message\x1f{}\n", escape(message)));
    }
    for account in accounts {
        let (row, id) = (row(account), account.id);
        text.push_str(&format!("{row}\0info\x1f{id}\x1ficon\x1fdialog-password\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::accounts;

    #[test]
    fn each_row_carries_the_id_of_its_account() {
        let all = accounts();
        let text = rows(&all, None);
        let row = text.lines().nth(2).unwrap();
        let expected = format!(
            "aws — Amazon Web Services · root\0info\x1f{}\x1ficon\x1fdialog-password",
            all[0].id
        );
        assert_eq!(row, expected);
        assert_eq!(text.lines().count(), 5);
        assert!(rows(&all, Some("<b>")).contains("\0message\x1f&lt;b&gt;\n"));
    }

    #[test]
    fn only_a_chosen_row_is_copied() {
        let id = accounts()[0].id.to_string();
        let is_copy = |reason, info| matches!(wanted(reason, info), Wanted::Copy(_));
        assert!(is_copy(Some("1"), Some(&id)));
        assert!(!is_copy(Some("0"), Some(&id)) && !is_copy(None, Some(&id)));
        assert!(!is_copy(Some("1"), Some("x")) && !is_copy(Some("1"), None));
    }
}
