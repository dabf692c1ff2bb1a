//! Real keychains: gnome-keyring and KeePassXC, running, locked, killed and absent.

mod unreadable;

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tests::{Desktop, LINK, SECRET, eventually, now, oathtool, run};

use crate::strace::Traced;

#[test]
fn an_item_says_nothing_until_it_is_unlocked() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let item = desktop
        .shell("secret-tool search --all service mfactl 2>&1")
        .ok();
    let attributes: Vec<_> = item
        .lines()
        .filter(|line| !line.starts_with("secret"))
        .collect();
    assert!(
        item.contains(&format!("secret={SECRET}")),
        "the item is not there: {item}"
    );
    assert!(
        attributes.contains(&"label = mfactl account"),
        "{attributes:?}"
    );
    for telling in ["aws", "Amazon", "root"] {
        assert!(
            !attributes.iter().any(|line| line.contains(telling)),
            "{attributes:?}"
        );
    }
}

#[test]
fn accounts_outlive_the_daemon() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.end_daemon("-KILL");
    let before = now();
    let code = desktop.mfactl(&["get", "aws"]).ok();
    assert!(
        [before, now()]
            .map(|time| oathtool(SECRET, 30, time))
            .contains(&code)
    );
    desktop.mfactl(&["rm", "aws", "--yes"]).ok();
    desktop.end_daemon("-TERM");
    let gone = desktop.mfactl(&["get", "aws"]).fails(3);
    assert!(gone.contains("no accounts yet"), "{gone}");
    assert_eq!(
        desktop
            .shell("secret-tool search --all service mfactl 2>&1")
            .stdout,
        ""
    );
}

#[test]
fn keepassxc_is_a_keychain_too() {
    let desktop = Desktop::start(&["--display", "none", "--secrets", "keepassxc"]);
    desktop.add("aws", LINK);
    let code = desktop.mfactl(&["get", "aws"]).ok();
    assert_eq!(code.len(), 6);
    desktop
        .mfactl(&["edit", "aws", "--name", "amazon", "--note", "second device"])
        .ok();
    desktop.end_daemon("-KILL");
    let shown = desktop.mfactl(&["show", "amazon"]).ok();
    assert!(shown.contains("second device"), "{shown}");
    assert!(desktop.mfactl(&["status"]).ok().contains("KeePassXC"));
    desktop.mfactl(&["rm", "amazon", "--yes"]).ok();
    desktop.end_daemon("-KILL");
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok(), "");
}

#[test]
fn keepassxc_may_be_locked_and_killed() {
    let desktop = Desktop::start(&["--display", "none", "--secrets", "keepassxc"]);
    desktop.add("aws", LINK);
    desktop.lock_keychain();
    assert_locked(&desktop);
    // The daemon meets KeePassXC at every moment of its start.
    let again = "ds-secrets kill && { ds-secrets start >/dev/null 2>&1 & } && \
                 gdbus wait --session --timeout 20 org.freedesktop.secrets";
    desktop.shell(again).ok();
    eventually("the accounts are back", || {
        desktop.mfactl(&["get", "aws"]).status == 0
    });
}

/// The user cleans up the keychain by hand.
#[test]
fn an_item_that_was_removed_does_not_come_back() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.shell("secret-tool clear service mfactl").ok();
    let error = desktop.mfactl(&["edit", "aws", "--note", "n"]).fails(1);
    assert!(
        error.contains("another program changed this account"),
        "{error}"
    );
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok(), "");
}

#[test]
fn a_locked_keychain_is_said_to_be_locked() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    // The running daemon notices by itself and forgets its accounts.
    desktop.lock_keychain();
    assert_locked(&desktop);
    // A daemon that starts now must not ask, either.
    desktop.end_daemon("-KILL");
    assert_locked(&desktop);
    assert!(
        desktop
            .mfactl_with(&["add", "x", "--secret", "-"], SECRET)
            .status
            == 5
    );
}

#[test]
fn accounts_may_stay_open_while_the_keychain_is_locked() {
    let desktop = Desktop::headless();
    desktop.configure("lock-with-keychain = false\n");
    desktop.add("aws", LINK);
    desktop.shell("ds-secrets lock").ok();
    let log = desktop.variable("XDG_STATE_HOME").join("mfactl/mfad.log");
    eventually("the daemon notices the lock", || {
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        log.contains("the keychain is locked; the accounts stay open")
    });
    assert_eq!(desktop.property("Locked"), "b false");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    let locked = desktop.mfactl(&["unlock", "--no-input"]).fails(5);
    assert!(locked.contains("the keychain is locked"), "{locked}");
    let change = ["edit", "aws", "--note", "n"];
    let error = desktop.mfactl(&change).fails(5);
    assert!(error.contains("the keychain is locked"), "{error}");
    // Nothing was changed, and the other accounts are still there.
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    // It is another matter if the keychain is gone.
    desktop.shell("ds-secrets kill").ok();
    eventually("the daemon notices the loss", || {
        desktop.mfactl(&["get", "aws"]).status == 7
    });
    desktop.shell("ds-secrets start").ok();
    desktop.mfactl(&change).ok();
}

fn assert_locked(desktop: &Desktop) {
    for command in [&["get", "aws"][..], &["list"], &["unlock"]] {
        let start = Instant::now();
        let error = desktop.mfactl(command).fails(5);
        assert!(error.contains("the keychain is locked"), "{error}");
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{command:?} took too long"
        );
    }
}

#[test]
fn a_keychain_that_dies_is_missed_and_found_again() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.shell("ds-secrets kill").ok();
    eventually("the daemon notices the loss", || {
        desktop.mfactl(&["get", "aws"]).status == 7
    });
    desktop.shell("ds-secrets start").ok();
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    desktop.add(
        "other",
        &format!("otpauth://totp/Other:jane?secret={SECRET}"),
    );
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 2);
}

/// It dies at a step of writing its file, with the change of an account under way.
#[test]
fn a_keychain_that_dies_within_a_write_loses_nothing() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let pid = "awk '$1 == \"gnome-keyring\" { print $2 }' $DS_PIDS | tail -n 1";
    for (number, call) in ["link", "fsync", "rename", "unlink"].iter().enumerate() {
        let (trace, inject) = (
            format!("trace={call}"),
            format!("inject={call}:signal=SIGKILL"),
        );
        let options = ["-e", &trace, "-e", &inject, "-o", "/dev/null"];
        let keyring = desktop.shell(pid).ok();
        let traced = Traced::attach_to(&desktop, &keyring, &options);
        let edited = desktop.mfactl(&["edit", "aws", "--note", call]);
        let name = format!("new{number}");
        let link = format!("otpauth://totp/{name}:u?secret=JBSWY3DPEHPK3PXP");
        let added = desktop.mfactl_with(&["add", &name, "--yes", "--uri", "-"], &link);
        traced.bury();
        let error = edited.fails(7);
        assert!(
            error.contains("it ended before it answered"),
            "{call}: {error}"
        );
        let error = added.fails(7);
        assert!(error.contains("no keychain is running"), "{call}: {error}");
        desktop.shell("ds-secrets start").ok();
        assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6, "{call}");
        let note = format!("after {call}");
        desktop.mfactl(&["edit", "aws", "--note", &note]).ok();
        assert!(desktop.mfactl(&["show", "aws"]).ok().contains(&note));
        desktop.add(&name, &link);
        desktop.end_daemon("-TERM");
        let listed = desktop.mfactl(&["list", "--plain"]).ok();
        assert_eq!(listed.lines().count(), number + 2, "{call}: {listed}");
    }
}

/// The keychain is there, and does not answer.
#[test]
fn a_keychain_that_hangs_keeps_nobody_waiting_for_ever() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let pid = "$(awk '$1 == \"gnome-keyring\" { print $2 }' $DS_PIDS | tail -n 1)";
    desktop.shell(&format!("kill -STOP {pid}")).ok();
    // Accounts that are known already are served.
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    let start = Instant::now();
    let note = desktop.mfactl(&["edit", "aws", "--note", "n"]);
    assert!([7, 8].contains(&note.status), "{note}");
    desktop.mfactl(&["status"]).ok();
    // A daemon that starts now knows nothing.
    desktop.end_daemon("-KILL");
    let get = desktop.mfactl(&["get", "aws", "--timeout", "3"]);
    assert!([7, 8].contains(&get.status), "{get}");
    desktop.mfactl(&["status"]).ok();
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
    desktop.shell(&format!("kill -CONT {pid}")).ok();
    eventually("it serves again", || {
        desktop.mfactl(&["get", "aws"]).status == 0
    });
}

#[test]
fn no_keychain_is_an_error_that_helps() {
    let desktop = Desktop::without_keychain();
    for command in [
        &["get", "aws"][..],
        &["list"],
        &["unlock"],
        &["pair", "aws"],
    ] {
        let start = Instant::now();
        let error = desktop.mfactl(command).fails(7);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{command:?} took too long"
        );
        assert!(error.contains("no keychain is running"), "{error}");
        assert!(error.contains("mfactl vault create"), "{error}");
    }
    assert!(
        desktop
            .mfactl(&["status"])
            .ok()
            .contains("no keychain is running")
    );
}

/// KWallet keeps passwords for KDE's own programs, and has to be told to do so for others.
#[test]
fn kwallet_without_its_secret_service_is_told_apart() {
    let desktop = Desktop::without_keychain();
    let kde = |arguments: &[&str]| {
        let mut mfactl = desktop.ours("mfactl");
        run(mfactl.args(arguments).env("XDG_CURRENT_DESKTOP", "KDE"), "")
    };
    let without = kde(&["list"]).fails(7);
    assert!(
        without.contains("System Settings → KDE Wallet"),
        "{without}"
    );
    assert!(!without.contains("gnome-keyring"), "{without}");
    let own = "import dbus, sys; dbus.SessionBus().request_name('org.kde.kwalletd6'); \
               print('ready', flush=True); sys.stdin.read()";
    let mut kwallet = desktop
        .command("/usr/bin/python3")
        .args(["-c", own])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    let mut says = BufReader::new(kwallet.stdout.take().unwrap());
    says.read_line(&mut ready).unwrap();
    let without = kde(&["list"]).fails(7);
    assert!(without.contains("KWallet is running"), "{without}");
    assert!(
        without.contains("Use KWallet for the Secret Service interface"),
        "{without}"
    );
    drop(kwallet.stdin.take());
    kwallet.wait().unwrap();
}

#[test]
fn no_session_bus_is_an_error_that_helps() {
    let desktop = Desktop::start(&["--display", "none", "--no-bus"]);
    let start = Instant::now();
    let error = desktop.mfactl(&["list"]).fails(7);
    assert!(error.contains("no session bus is running"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(3));
}

/// Yesterday the accounts were in another keychain, so today there are none.
#[test]
fn another_keychain_than_before_is_told() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.end_daemon("-TERM");
    // The keychain is remembered once it has been read.
    desktop.mfactl(&["list"]).ok();
    desktop.end_daemon("-TERM");
    desktop.shell("secret-tool clear service mfactl").ok();
    let state = desktop.variable("XDG_STATE_HOME").join("mfactl/state.json");
    let noted = std::fs::read_to_string(&state).unwrap();
    assert!(noted.contains("gnome-keyring"), "{noted}");
    std::fs::write(&state, noted.replace("gnome-keyring", "KWallet")).unwrap();
    let doctor = desktop.mfactl(&["doctor"]).stdout;
    assert!(
        doctor.contains("the accounts were in KWallet, but the keychain is now gnome-keyring"),
        "{doctor}"
    );
}
