//! Copies a code. mfactl does it, as for a person who types `mfactl get --copy`: by the tray, or without one by a small
//! process. The code does not come through here.

use std::io::{self, Read};
use std::process::{Command, Stdio};

use mfa_core::AccountId;
use mfa_ipc::launcher;

use crate::text::clean;

/// The longest message of mfactl that is read, in bytes.
const MESSAGE: u64 = 4096;

/// Copies the code of an account, and waits for it.
///
/// # Errors
/// What mfactl says, on one line.
pub(crate) fn copy(id: AccountId) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot run mfactl: {error}");
    let mut mfactl = Command::new(launcher::beside("mfactl"))
        .args(["get", "--copy", "--exact", &id.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut said = String::new();
    if let Some(errors) = mfactl.stderr.take() {
        errors.take(MESSAGE).read_to_string(&mut said).ok();
    }
    match mfactl.wait().map_err(failed)?.success() {
        true => Ok(()),
        false => Err(reason(&said)),
    }
}

/// Returns what mfactl said, on one line.
fn reason(said: &str) -> String {
    let said = said.strip_prefix("mfactl: ").unwrap_or(said).trim();
    let lines: Vec<_> = said.lines().map(|line| clean(line.trim())).collect();
    match lines.is_empty() {
        true => "cannot copy the code".to_owned(),
        false => lines.join(". "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mfactl_says_fits_on_a_line() {
        let said = "mfactl: the accounts are locked\n  To unlock: mfactl unlock\n";
        let line = "the accounts are locked. To unlock: mfactl unlock";
        assert_eq!(reason(said), line);
        assert_eq!(reason(""), "cannot copy the code");
    }
}
