//! The checks of `mfactl doctor` on Windows.

use std::future::{Ready, ready};

use mfa_ipc::types::Status;

use crate::finding::{Finding, ok, warn};

/// Returns a warning: Windows tells only administrators whether it has set the clock.
pub(crate) fn clock() -> Ready<Finding> {
    ready(warn(
        "clock",
        "cannot tell whether the clock is right. If codes are rejected: Settings, Time & language, Set \
         time automatically",
    ))
}

/// Returns a finding without a check: there always is a keychain.
pub(crate) fn keychain() -> Ready<Finding> {
    ready(ok(
        "keychain",
        "Credential Manager; only the daemon uses it",
    ))
}

/// Checks whether the tray is running.
pub(crate) fn desktop(findings: &mut Vec<Finding>, status: Option<&Status>) -> Ready<()> {
    findings.push(match status {
        Some(status) if status.tray => ok("tray", "running"),
        _ => ok("tray", "not running. To start it: mfa-tray"),
    });
    ready(())
}
