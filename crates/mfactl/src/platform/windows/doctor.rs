//! What `mfactl doctor` looks at on Windows.

use std::future::{Ready, ready};

use mfa_ipc::types::Status;

use crate::cmd::doctor::{ok, warn};
use crate::cmd::json::Finding;

/// Windows tells nobody whether it has set the clock, but for administrators.
pub(crate) fn clock() -> Ready<Finding> {
    ready(warn(
        "clock",
        "nothing here says whether it is right. If codes are refused: Settings, Time & language, \
         Set time automatically",
    ))
}

/// There always is one.
pub(crate) fn keychain() -> Ready<Finding> {
    ready(ok(
        "keychain",
        "Credential Manager; without the daemon it is not used",
    ))
}

/// Looks at the tray.
pub(crate) fn desktop(findings: &mut Vec<Finding>, status: Option<&Status>) -> Ready<()> {
    findings.push(match status {
        Some(status) if status.tray => ok("tray", "running"),
        _ => ok("tray", "not running. Start it: mfa-tray"),
    });
    ready(())
}
