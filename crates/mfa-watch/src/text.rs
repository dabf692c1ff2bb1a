//! Texts that are safe to show: names of accounts come from other programs and other people.

use mfa_core::Account;

pub(crate) use mfa_core::naming::clean;

/// Returns what a person knows an account by: `aws (root)`.
pub(crate) fn label(account: &Account) -> String {
    clean(&account.label())
}

/// Returns what an account is known by besides its name: `Amazon Web Services · root`.
pub(crate) fn details(account: &Account) -> String {
    let parts = [&account.issuer, &account.username];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|part| !part.is_empty() && **part != account.name)
        .map(|part| clean(part))
        .collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::account;

    #[test]
    fn a_name_cannot_control_the_terminal() {
        let account = account(1, "a\x1b[2J\u{202e}", "", "");
        assert_eq!(label(&account), "a\u{fffd}[2J\u{fffd}");
    }

    #[test]
    fn details_do_not_repeat_the_name() {
        let of = |name, issuer, username| details(&account(1, name, issuer, username));
        assert_eq!(of("aws", "Amazon", "root"), "Amazon · root");
        assert_eq!(of("GitHub", "GitHub", "jane"), "jane");
        assert_eq!(of("aws", "", ""), "");
    }
}
