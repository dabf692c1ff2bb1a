//! `mfactl status`: prints the state of the daemon and the keychain. It does not start a daemon itself.

use clap::Args as Arguments;
use mfa_host::utc;
use mfa_ipc::{launcher, types};
use serde::Serialize;

use super::columns::named;
use super::context::Context;
use super::sync::standing;
use crate::error::{Error, Kind};
use crate::text::clean;

/// How wide the column of names is.
const NAMES: usize = 11;
/// The number of accounts that are named at most.
const MAX_NAMES: usize = 5;

/// The arguments of `status`.
#[derive(Debug, Arguments)]
pub(crate) struct Status {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(context: &Context, args: Status) -> Result<(), Error> {
    let Some(client) = launcher::running().await? else {
        return Err(Error::new(Kind::Unreachable, "the daemon is not running")
            .hint("Commands that need the daemon start it, for example: mfactl list"));
    };
    let status = client.status().await?;
    if args.json {
        return context.output.json(&Health::new(&status));
    }
    let output = context.output;
    let line = |(name, value): &(&str, String)| output.line(named(output, name, NAMES, value));
    rows(&status).iter().try_for_each(line)
}

/// Returns what a person sees, by name.
fn rows(status: &types::Status) -> Vec<(&'static str, String)> {
    let keychain = match status.problem.as_str() {
        "" => status.keychain.clone(),
        problem => problem.to_owned(),
    };
    let accounts = match (status.accounts, status.unreadable) {
        (None, _) if status.locked => why_locked(status),
        (None, _) => "not read".to_owned(),
        (Some(accounts), 0) => accounts.to_string(),
        (Some(accounts), unreadable) => format!("{accounts}, and {unreadable} unreadable"),
    };
    let bus = match status.bus_codes.as_str() {
        "allow" => "allowed",
        "ask" => "only if you allow it",
        _ => "denied",
    };
    let questions = match status.attended {
        true => "by a notification",
        false => "not possible, because nothing shows notifications",
    };
    let tray = if status.tray {
        "running"
    } else {
        "not running"
    };
    let mut rows = vec![
        (
            "daemon",
            format!("mfad {}, pid {}", status.version, status.pid),
        ),
        ("keychain", keychain),
        ("accounts", accounts),
        ("bus codes", bus.to_owned()),
        ("questions", questions.to_owned()),
        ("tray", tray.to_owned()),
        ("backup", backup(status)),
    ];
    rows.extend(standing(status).map(|text| ("sync", text)));
    rows
}

/// Says when the latest backup was made, what is not in it, and what is wrong with automatic ones.
pub(super) fn backup(status: &types::Status) -> String {
    let made = match status.backed_up_at {
        Some(at) => utc::date_and_time(at),
        None => "none".to_owned(),
    };
    let missing = match status.not_backed_up.as_deref() {
        None | Some([]) => String::new(),
        Some(_) if status.backed_up_at.is_none() => "; to make one: mfactl backup".to_owned(),
        Some(names) => format!("; no backup holds {}", listed(names)),
    };
    let problem = match status.backup_problem.as_str() {
        "" => String::new(),
        problem => format!("; the last automatic one failed: {}", clean(problem)),
    };
    format!("{made}{missing}{problem}")
}

/// Returns a few names of accounts, and the number of the others.
fn listed(names: &[String]) -> String {
    let (some, more) = names.split_at(names.len().min(MAX_NAMES));
    let some: Vec<_> = some.iter().map(|name| clean(name)).collect();
    match more.len() {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

/// Says that the accounts are locked, and why.
pub(super) fn why_locked(status: &types::Status) -> String {
    let why = match status.locked_because.as_str() {
        "request" => " by mfactl lock or by the tray",
        "idle" => " because they were not used for a while",
        "keychain" => " because the keychain is locked",
        "screen" => " because the screen is locked",
        "suspend" => " because the system went to sleep; the next request unlocks them",
        "session-end" => " because the session has ended; the next request unlocks them",
        // A newer daemon may know other reasons.
        _ => "",
    };
    format!("locked{why}")
}

/// `mfactl status --json`
#[derive(Serialize)]
struct Health<'a> {
    version: &'a str,
    pid: u32,
    keychain: &'a str,
    vault_file: bool,
    locked: bool,
    locked_by_user: bool,
    locked_because: Option<&'a str>,
    problem: Option<&'a str>,
    keychain_changed_from: Option<&'a str>,
    accounts: Option<u32>,
    unreadable: u32,
    bus_codes: &'a str,
    attended: bool,
    tray: bool,
    backup_folder: Option<&'a str>,
    backup_problem: Option<&'a str>,
    backed_up_at: Option<u64>,
    not_backed_up: Option<&'a [String]>,
    sync_file: Option<&'a str>,
    sync_problem: Option<&'a str>,
    synced_at: Option<u64>,
    sync_conflicts: Option<&'a [String]>,
}

impl<'a> Health<'a> {
    fn new(status: &'a types::Status) -> Self {
        Self {
            version: &status.version,
            pid: status.pid,
            keychain: &status.keychain,
            vault_file: status.vault_file,
            locked: status.locked,
            locked_by_user: status.locked_by_user,
            locked_because: Some(status.locked_because.as_str()).filter(|why| !why.is_empty()),
            problem: Some(status.problem.as_str()).filter(|problem| !problem.is_empty()),
            keychain_changed_from: status.keychain_changed_from.as_deref(),
            accounts: status.accounts,
            unreadable: status.unreadable,
            bus_codes: &status.bus_codes,
            attended: status.attended,
            tray: status.tray,
            backup_folder: status.backup_folder.as_deref(),
            backup_problem: Some(status.backup_problem.as_str()).filter(|why| !why.is_empty()),
            backed_up_at: status.backed_up_at,
            not_backed_up: status.not_backed_up.as_deref(),
            sync_file: status.sync_file.as_deref(),
            sync_problem: Some(status.sync_problem.as_str()).filter(|why| !why.is_empty()),
            synced_at: status.synced_at,
            sync_conflicts: status.sync_conflicts.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> types::Status {
        types::Status {
            version: "1.2".into(),
            pid: 7,
            keychain: "gnome-keyring".into(),
            bus_codes: "ask".into(),
            accounts: Some(3),
            ..types::Status::default()
        }
    }

    fn shown(status: &types::Status) -> Vec<String> {
        let rows = rows(status).into_iter();
        rows.map(|(name, value)| format!("{name}: {value}"))
            .collect()
    }

    #[test]
    fn all_is_well() {
        let expected = [
            "daemon: mfad 1.2, pid 7",
            "keychain: gnome-keyring",
            "accounts: 3",
            "bus codes: only if you allow it",
            "questions: not possible, because nothing shows notifications",
            "tray: not running",
            "backup: none",
        ];
        assert_eq!(shown(&status()), expected);
        let allowed = types::Status {
            bus_codes: "allow".into(),
            attended: true,
            tray: true,
            ..status()
        };
        assert_eq!(
            shown(&allowed)[3..],
            [
                "bus codes: allowed",
                "questions: by a notification",
                "tray: running",
                "backup: none"
            ]
        );
    }

    #[test]
    fn a_problem_stands_where_the_keychain_does() {
        let broken = types::Status {
            problem: "it does not answer".into(),
            accounts: None,
            ..status()
        };
        let expected = ["keychain: it does not answer", "accounts: not read"];
        assert_eq!(shown(&broken)[1..3], expected);
        let problem = Health::new(&broken).problem;
        assert_eq!(
            (problem, Health::new(&status()).problem),
            (Some("it does not answer"), None)
        );
    }

    #[test]
    fn what_no_backup_holds_is_named() {
        let names = |count: u8| Some((0..count).map(|n| format!("a{n}")).collect::<Vec<_>>());
        let shown = |backed_up_at, not_backed_up, problem: &str| {
            backup(&types::Status {
                backed_up_at,
                not_backed_up,
                backup_problem: problem.into(),
                ..status()
            })
        };
        assert_eq!(
            shown(None, names(1), ""),
            "none; to make one: mfactl backup"
        );
        assert_eq!(shown(Some(0), names(0), ""), "1970-01-01 00:00:00 UTC");
        let some = shown(Some(0), names(6), "it is full");
        let expected = "1970-01-01 00:00:00 UTC; no backup holds a0, a1, a2, a3, a4 and 1 more; the last automatic one \
                        failed: it is full";
        assert_eq!(some, expected);
    }

    #[test]
    fn locked_and_unreadable_accounts_are_told_apart() {
        let locked = types::Status {
            locked: true,
            accounts: None,
            ..status()
        };
        assert_eq!(shown(&locked)[2], "accounts: locked");
        let unreadable = types::Status {
            unreadable: 2,
            ..status()
        };
        assert_eq!(shown(&unreadable)[2], "accounts: 3, and 2 unreadable");
    }
}
