//! `mfactl doctor`: looks at everything that codes depend on, and says what to do.

use mfa_ipc::launcher;
use mfa_ipc::types::Status;

use super::Context;
use super::json::{Checks, Finding};
use crate::args::Doctor;
use crate::error::{Error, Kind};
use crate::platform::{self, RESTART};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grade {
    /// As it should be.
    Ok,
    /// It works, but not all of it.
    Warn,
    /// No codes are to be had.
    Fail,
}

impl Grade {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

pub(crate) fn ok(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Ok, what, text.into())
}

pub(crate) fn warn(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Warn, what, text.into())
}

pub(crate) fn fail(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Fail, what, text.into())
}

pub(super) async fn run(context: &Context, args: Doctor) -> Result<(), Error> {
    let mut findings = Vec::new();
    let status = daemon(&mut findings).await;
    findings.push(platform::clock().await);
    platform::desktop(&mut findings, status.as_ref()).await;
    let failed = findings.iter().filter(|f| f.grade == Grade::Fail).count();
    if args.json {
        context.output.json(&Checks::new(&findings))?;
    } else {
        for finding in &findings {
            let grade = format!("{:<5}", finding.grade.as_str());
            let grade = match finding.grade {
                Grade::Ok => context.output.green(&grade),
                Grade::Warn => context.output.yellow(&grade),
                Grade::Fail => context.output.red(&grade),
            };
            let (what, text) = (finding.what, &finding.text);
            context
                .output
                .line(format_args!("{grade} {what:<14}{text}"))?;
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::new(
            Kind::Other,
            "mfactl can give no codes. Repair what failed above",
        )),
    }
}

/// Looks at the daemon, and asks it for the keychain.
async fn daemon(findings: &mut Vec<Finding>) -> Option<Status> {
    let client = match launcher::connect().await {
        Ok(client) => client,
        Err(error) => {
            findings.push(fail("daemon", format!("{error}. {}", error.hint())));
            // It would have said more of it.
            findings.push(platform::keychain().await);
            return None;
        }
    };
    // Has a daemon that was just started look at the keychain.
    let listed = client.list_accounts().await;
    let status = match client.status().await {
        Ok(status) => status,
        Err(error) => {
            findings.push(fail("daemon", error.text()));
            return None;
        }
    };
    findings.push(version(&status));
    if status.locked_by_user && matches!(listed, Err(mfa_ipc::Error::Locked(_))) {
        findings.extend(locked(&status).await);
    } else {
        findings.push(keychain(&status, &listed.map(|accounts| accounts.len())));
    }
    if let Some(before) = &status.keychain_changed_from {
        let text = format!(
            "the accounts were in {before} before; today {} answers. Start {before} again, or import them",
            status.keychain
        );
        findings.push(warn("keychain", text));
    }
    if status.unreadable > 0 {
        let text = format!(
            "{} items could not be read and were left as they are; see the daemon's log",
            status.unreadable
        );
        findings.push(warn("accounts", text));
    }
    Some(status)
}

fn version(status: &Status) -> Finding {
    let own = env!("CARGO_PKG_VERSION");
    if status.version == own {
        ok(
            "daemon",
            format!("mfad {}, private connection", status.version),
        )
    } else {
        let text = format!(
            "mfad {} is running, and this is mfactl {own}. {RESTART}",
            status.version
        );
        warn("daemon", text)
    }
}

/// What there is to say while the accounts are locked: the daemon asks no keychain then, so we look ourselves.
async fn locked(status: &Status) -> [Finding; 2] {
    let there = match status.vault_file {
        true => ok("keychain", ""),
        false => platform::keychain().await,
    };
    // The keychain itself may be open: it is the accounts that are locked.
    let keychain = match (there.grade, status.vault_file || status.keychain != "none") {
        (Grade::Ok, known) => {
            let name = if known {
                &status.keychain
            } else {
                "one is there"
            };
            let unused = format!("{name}, not used while the accounts are locked");
            ok("keychain", unused)
        }
        _ => fail("keychain", there.text),
    };
    let unlock = "locked with “mfactl lock”, in the tray, or after a time without use. Unlock: mfactl unlock";
    [keychain, warn("accounts", unlock)]
}

/// The keychain, and whether it is locked.
fn keychain(status: &Status, listed: &Result<usize, mfa_ipc::Error>) -> Finding {
    let name = &status.keychain;
    match listed {
        Ok(1) => ok("keychain", format!("{name}, unlocked, 1 account")),
        Ok(accounts) => ok("keychain", format!("{name}, unlocked, {accounts} accounts")),
        Err(mfa_ipc::Error::Locked(_)) => warn(
            "keychain",
            format!("{name} is locked. Unlock: mfactl unlock"),
        ),
        Err(error) => fail("keychain", error.text()),
    }
}
