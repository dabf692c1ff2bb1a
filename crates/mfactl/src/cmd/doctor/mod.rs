//! `mfactl doctor`: checks everything that codes depend on, and says what to do.

mod clipboard;
mod configured;

use std::path::Path;

use clap::Args as Arguments;
use mfa_ipc::types::Status;
use mfa_ipc::{launcher, paths};
use serde::Serialize;

use super::columns::{Column, GAP, Table};
use super::context::Context;
use super::status::{self, why_locked};
use super::sync::standing;
use crate::error::{Error, Kind};
use crate::finding::{Finding, Grade, fail, ok, warn};
use crate::output::Output;
use crate::platform::{self, RESTART};
use crate::text::{hanging, width};

/// The grade, and what the finding is about. Neither is shortened.
const COLUMNS: [Column; 2] = [Column::new("", 0), Column::new("", 0)];

/// `mfactl doctor --json`
#[derive(Serialize)]
struct Checks<'a> {
    findings: &'a [Finding],
}

impl<'a> Checks<'a> {
    fn new(findings: &'a [Finding]) -> Self {
        Self { findings }
    }
}

/// The arguments of `doctor`.
#[derive(Debug, Arguments)]
pub(crate) struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(context: &Context, args: Doctor) -> Result<(), Error> {
    let mut findings = Vec::new();
    let status = daemon(&mut findings).await;
    findings.push(platform::clock().await);
    findings.extend(clipboard::finding());
    platform::desktop(&mut findings, status.as_ref()).await;
    let failed = findings.iter().filter(|f| f.grade == Grade::Fail).count();
    if args.json {
        context.output.json(&Checks::new(&findings))?;
    } else {
        for line in lines(context.output, &findings) {
            context.output.line(line)?;
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::new(
            Kind::Other,
            "mfactl cannot produce codes. Fix the failed checks above",
        )),
    }
}

/// Returns the lines of the findings, each with its text in a column of its own.
fn lines(output: Output, findings: &[Finding]) -> Vec<String> {
    let cells = findings.iter().map(|finding| {
        let grade = finding.grade.as_str();
        [grade, finding.what].map(str::to_owned)
    });
    let cells: Vec<_> = cells.collect();
    let table = Table::whole(&COLUMNS, &cells);
    let line = |(finding, cells): (&Finding, _)| {
        let [grade, what] = table.cells(cells, str::to_owned);
        let indent = width(&grade) + width(&what) + 2 * GAP.len();
        let grade = match finding.grade {
            Grade::Ok => output.good(&grade),
            Grade::Warn => output.caution(&grade),
            Grade::Fail => output.bad(&grade),
        };
        let text = hanging(&finding.text, indent);
        format!("{grade}{GAP}{what}{GAP}{text}")
    };
    findings.iter().zip(&cells).map(line).collect()
}

/// Checks the daemon, and asks it about the keychain.
async fn daemon(findings: &mut Vec<Finding>) -> Option<Status> {
    let client = match launcher::connect().await {
        Ok(client) => client,
        Err(error) => {
            findings.push(fail("daemon", format!("{error}. {}", error.hint())));
            // The daemon would have said more about the keychain.
            findings.push(store(&paths::config()).await);
            return None;
        }
    };
    // This makes a daemon that was just started look at the keychain.
    let listed = client.list_accounts().await;
    let status = match client.status().await {
        Ok(status) => status,
        Err(error) => {
            findings.push(fail("daemon", error.text()));
            return None;
        }
    };
    findings.push(version(&status));
    if status.is_locked_itself() && matches!(listed, Err(mfa_ipc::Error::Locked(_))) {
        findings.extend(locked(&status).await);
    } else {
        findings.push(keychain(&status, &listed.map(|accounts| accounts.len())));
    }
    if let Some(before) = &status.keychain_changed_from {
        let text = format!(
            "the accounts were in {before}, but the keychain is now {}. Start {before} again, or import \
             the accounts",
            status.keychain
        );
        findings.push(warn("keychain", text));
    }
    if status.unreadable > 0 {
        let text = format!(
            "{} items could not be read and were left unchanged. The log of mfad lists them by their ids: {}. \
             Items from a newer version need a newer mfactl. Delete damaged items in the program that manages your keychain",
            status.unreadable,
            launcher::where_it_logs()
        );
        findings.push(warn("accounts", text));
    }
    findings.extend(backup(&status));
    findings.extend(synced(&status));
    Some(status)
}

/// Checks the backups, if there is anything to lose.
fn backup(status: &Status) -> Option<Finding> {
    let missing = status.not_backed_up.as_ref()?;
    let text = status::backup(status);
    match missing.is_empty() && status.backup_problem.is_empty() {
        true => status.backed_up_at.map(|_| ok("backup", text)),
        false => Some(warn("backup", text)),
    }
}

/// Checks whether the accounts and the file of the configuration are in step.
fn synced(status: &Status) -> Option<Finding> {
    let text = standing(status)?;
    match status.sync_problem.is_empty() {
        true => Some(ok("sync", text)),
        false => Some(warn("sync", text)),
    }
}

/// Checks the store of the accounts, for when no daemon can tell.
async fn store(configuration: &Path) -> Finding {
    match configured::vault(configuration) {
        Ok(None) => platform::keychain().await,
        Ok(Some(file)) => vault_file(&file),
        Err(configured::Unreadable) => warn(
            "keychain",
            format!(
                "cannot tell where the accounts are: {} cannot be read",
                configuration.display()
            ),
        ),
    }
}

fn vault_file(file: &Path) -> Finding {
    let path = file.display();
    // The daemon accepts no other path.
    if file.is_absolute() && file.is_file() {
        let text = format!("the accounts are in {path}; only the daemon opens it");
        return ok("keychain", text);
    }
    let text = format!(
        "the accounts are in the vault file {path}, which does not exist. Restore it, or create a new one: \
         mfactl vault create"
    );
    fail("keychain", text)
}

/// Checks the vault file that the configuration names, if it names one.
fn configured_file(configuration: &Path) -> Finding {
    match configured::vault(configuration) {
        Ok(Some(file)) => vault_file(&file),
        Ok(None) | Err(configured::Unreadable) => ok("keychain", "available"),
    }
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
            "mfad {} is running, but this is mfactl {own}. {RESTART}",
            status.version
        );
        warn("daemon", text)
    }
}

/// Returns the findings for locked accounts: the daemon asks no keychain then, so we look ourselves.
async fn locked(status: &Status) -> [Finding; 2] {
    // A daemon that has been locked since it started does not know the name.
    let name = Some(status.keychain.as_str()).filter(|name| !["", "none"].contains(name));
    let there = match (status.vault_file, name) {
        (true, Some(file)) => vault_file(Path::new(file)),
        (true, None) => configured_file(&paths::config()),
        (false, _) => platform::keychain().await,
    };
    // The keychain itself may be open: the accounts are locked.
    let keychain = match there.grade {
        Grade::Ok => {
            let name = name.unwrap_or("available");
            let unused = format!("{name}, not used while the accounts are locked");
            ok("keychain", unused)
        }
        _ => fail("keychain", there.text),
    };
    let unlock = format!("{}. To unlock: mfactl unlock", why_locked(status));
    [keychain, warn("accounts", unlock)]
}

/// Returns the finding about the keychain, including whether it is locked.
fn keychain(status: &Status, listed: &Result<usize, mfa_ipc::Error>) -> Finding {
    let name = &status.keychain;
    match listed {
        Ok(1) => ok("keychain", format!("{name}, unlocked, 1 account")),
        Ok(accounts) => ok("keychain", format!("{name}, unlocked, {accounts} accounts")),
        Err(mfa_ipc::Error::Locked(_)) => warn(
            "keychain",
            format!("{name} is locked. To unlock: mfactl unlock"),
        ),
        Err(error) => fail("keychain", error.text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_several_lines_stays_in_its_column() {
        let findings = [
            fail("keychain", "no keychain is running\n  On a server: a file"),
            ok("notifications", "shown"),
        ];
        assert_eq!(
            lines(Output::TERMINAL, &findings),
            [
                "fail   keychain        no keychain is running\n                       On a server: a file",
                "ok     notifications   shown"
            ]
        );
    }

    #[test]
    fn a_vault_file_has_to_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.kdbx");
        assert_eq!(vault_file(&path).grade, Grade::Fail);
        std::fs::write(&path, "").unwrap();
        let found = vault_file(&path);
        assert_eq!(found.grade, Grade::Ok);
        let expected = format!(
            "the accounts are in {}; only the daemon opens it",
            path.display()
        );
        assert_eq!(found.text, expected);
    }
}
