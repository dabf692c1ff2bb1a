//! The memory of the daemon: no other program of the user can look into it, and it holds a secret only as long as it
//! needs it.
//!
//! The tests read `/proc/PID/mem` as root. That shows everything that `gcore` would store, and more: the daemon keeps
//! its memory out of core files.

use std::process::Command;
use std::time::{Duration, Instant};

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER, HEXUPPER};
use tests::{Desktop, Run, SECRET, Tray, binary, run};

use crate::mocks::{Mock, gnome};
use crate::vault::{PASSPHRASE, passphrase_file, with_vault};

/// The secrets of three accounts, which occur nowhere else.
const SECRETS: [&[u8; 20]; 3] = [
    b"the first secret one",
    b"the second secret :2",
    b"the third secret ::3",
];

/// Returns a command that runs a program as root, but without some rights. Without all of them, root is a user like any
/// other: it may look into its own processes, but not into those that have forbidden it.
fn without(desktop: &Desktop, rights: &str) -> Command {
    let mut setpriv = desktop.command("setpriv");
    setpriv.arg(format!("--bounding-set={rights}"));
    setpriv
}

/// Returns whether another process of the user can open a file of a process in `/proc`.
fn is_open_to_others(desktop: &Desktop, pid: u32, file: &str) -> bool {
    let mut other = without(desktop, "-all");
    other.args(["bash", "-c", "exec 3<\"$0\" 2>/dev/null"]);
    let opened = run(other.arg(format!("/proc/{pid}/{file}")), "");
    opened.status == 0
}

/// Portals look into the process that asks them, so the tray must not be closed like the daemon.
#[test]
fn others_can_look_into_the_tray_but_not_into_the_daemon() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    let here = desktop.folder().join("here");
    std::fs::create_dir(&here).unwrap();
    let mut daemon = without(&desktop, "-all");
    daemon.arg(binary("mfad")).current_dir(&here);
    let mut daemon = desktop.start_daemon(&mut daemon);
    // The tray runs with the same rights, because nobody can look into a process that has more.
    let path = desktop.stand_in(
        "mfa-tray",
        &format!(
            "exec setpriv --bounding-set=-all {}",
            binary("mfa-tray").display()
        ),
    );
    let tray = Tray::found(&desktop, &path, "(No accounts yet)");
    let pid = desktop.daemon();
    for file in ["environ", "maps", "mem", "root/"] {
        assert!(!is_open_to_others(&desktop, pid, file), "{file} is open");
    }
    for file in ["environ", "maps", "root/"] {
        assert!(is_open_to_others(&desktop, tray.pid(), file), "{file}");
    }
    // A crash leaves nothing behind.
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits.lines().find(|line| line.contains("core file size"));
    let core: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{core:?}");
    let filter = std::fs::read_to_string(format!("/proc/{pid}/coredump_filter")).unwrap();
    assert_eq!(filter.trim(), "00000000");
    desktop.end_daemon("-ABRT");
    daemon.wait().unwrap();
    assert_eq!(std::fs::read_dir(&here).unwrap().count(), 0);
}

/// Where no memory can be locked, the daemon still serves.
#[test]
fn secrets_are_not_swapped_out_as_far_as_the_limit_allows() {
    let desktop = Desktop::headless();
    desktop.add("aws", tests::LINK);
    let pid = desktop.daemon();
    assert_ne!(kilobytes(pid, "status", "VmLck:"), 0, "no memory is locked");
    assert_eq!(kilobytes(pid, "smaps", "Swap:"), 0);
    desktop.end_daemon("-TERM");
    let mut daemon = without(&desktop, "-ipc_lock");
    let limited = "ulimit -l 0 && exec \"$0\"";
    daemon.args(["bash", "-c", limited]).arg(binary("mfad"));
    let mut daemon = desktop.start_daemon(&mut daemon);
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    assert_eq!(kilobytes(desktop.daemon(), "status", "VmLck:"), 0);
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}

/// Returns the sum of all lines with this name in a file of a process.
fn kilobytes(pid: u32, file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with(name));
    lines
        .map(|line| {
            let amount = line.split_whitespace().nth(1).unwrap();
            amount.parse::<u64>().unwrap()
        })
        .sum()
}

/// While the accounts are unlocked, each secret is in memory once. After locking, nothing of it is left: neither as
/// bytes nor as text.
#[test]
fn a_secret_is_in_memory_once_and_after_locking_not_at_all() {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    for (number, secret) in SECRETS.iter().enumerate() {
        let secret = BASE32_NOPAD.encode(*secret);
        let link = format!("otpauth://totp/Test:{number}?secret={secret}");
        desktop.add(&format!("account-{number}"), &link);
    }
    desktop.mfactl(&["edit", "account-0", "--note", "n"]).ok();
    thousand_codes(&desktop).ok();
    assert_each_is_there(&desktop, 1);
    desktop.mfactl(&["lock"]).ok();
    assert_each_is_there(&desktop, 0);
    desktop.mfactl(&["unlock"]).ok();
    thousand_codes(&desktop).ok();
    // A daemon that has only read the accounts.
    desktop.end_daemon("-TERM");
    thousand_codes(&desktop).ok();
    assert_each_is_there(&desktop, 1);
    desktop.mfactl(&["lock"]).ok();
    assert_each_is_there(&desktop, 0);
}

/// Gets a thousand codes to use and as many to look at, of all accounts, on one connection.
fn thousand_codes(desktop: &Desktop) -> Run {
    desktop.mfactl(&["get", "account-0"]).ok();
    let program = r#"
import os
from dbus.connection import Connection
private = Connection(f"unix:path={os.environ['XDG_RUNTIME_DIR']}/mfad/bus")
NAME, PATH = "org.mfactl.Authenticator1", "/org/mfactl/Authenticator1"
for number in range(1000):
    account = f"account-{number % 3}"
    code = private.call_blocking(None, PATH, NAME, "GetCode", "sa{sv}", (account, {}))
    assert len(code[0]) == 6, account
    if number % 3 == 0:
        codes = private.call_blocking(None, PATH, NAME, "PeekCodes", "asa{sv}", ([], {}))
        assert len(codes) == 3, len(codes)
"#;
    run(
        desktop.command("/usr/bin/python3").args(["-c", program]),
        "",
    )
}

/// Checks how often each secret is in the memory of the daemon, in any form.
fn assert_each_is_there(desktop: &Desktop, times: usize) {
    for secret in SECRETS {
        let found = found(desktop, secret);
        let all: usize = found.iter().map(|(_, count)| count).sum();
        assert_eq!(all, times, "{found:?}");
    }
}

/// Returns the forms in which a secret is in the memory of the daemon, each with its number of copies.
fn found(desktop: &Desktop, secret: &[u8]) -> Vec<(&'static str, usize)> {
    let base32 = BASE32_NOPAD.encode(secret);
    let forms = [
        ("bytes", secret.to_vec()),
        ("base32", base32.to_lowercase().into()),
        ("base32", base32.into()),
        ("hex", HEXLOWER.encode(secret).into()),
        ("hex", HEXUPPER.encode(secret).into()),
        ("base64", BASE64.encode(secret).into()),
    ];
    let needles: Vec<_> = forms.iter().map(|(_, form)| form.as_slice()).collect();
    let names = forms.iter().map(|(form, _)| *form);
    let counts = names.zip(counts(desktop, &needles));
    counts.filter(|(_, count)| *count > 0).collect()
}

/// Adds the accounts, the last one with a counter.
fn add_accounts(desktop: &Desktop) {
    for (number, secret) in SECRETS.iter().enumerate() {
        let kind = if number == 2 { "hotp" } else { "totp" };
        let secret = BASE32_NOPAD.encode(*secret);
        let link = format!("otpauth://{kind}/Test:{number}?secret={secret}");
        desktop.add(&format!("account-{number}"), &link);
    }
}

/// Gets codes of all accounts. Each code of a counter is a write.
fn codes_of_all(desktop: &Desktop) {
    for _ in 0..10 {
        for number in 0..SECRETS.len() {
            let code = desktop.mfactl(&["get", &format!("account-{number}")]);
            assert_eq!(code.ok().len(), 6);
        }
    }
}

/// Each code passes the secret to the keychain, which stores it with the new counter.
#[test]
fn the_secret_of_a_counter_is_in_memory_once_too() {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    add_accounts(&desktop);
    for _ in 0..2 {
        codes_of_all(&desktop);
        assert_each_is_there(&desktop, 1);
        desktop.mfactl(&["lock"]).ok();
        assert_each_is_there(&desktop, 0);
        desktop.mfactl(&["unlock"]).ok();
    }
}

/// An open vault file holds each secret too, as the text of its link. Once it is closed, nothing of it is left, and no
/// passphrase.
#[test]
fn a_vault_file_holds_each_secret_once_more_and_its_passphrase_until_it_is_closed() {
    let (desktop, vault) = with_vault();
    let vault = vault.to_str().unwrap();
    desktop.configure(&format!("vault = {vault:?}\ncodes-per-minute = 0\n"));
    let file = passphrase_file(&desktop);
    let unlock = ["unlock", "--password-file", file.to_str().unwrap()];
    desktop.end_daemon("-TERM");
    desktop.mfactl(&unlock).ok();
    add_accounts(&desktop);
    for _ in 0..2 {
        codes_of_all(&desktop);
        for secret in SECRETS {
            assert_eq!(found(&desktop, secret), [("bytes", 1), ("base32", 1)]);
        }
        assert_eq!(counts(&desktop, &[PASSPHRASE.as_bytes()]), [1]);
        desktop.mfactl(&["lock"]).ok();
        assert_each_is_there(&desktop, 0);
        assert_eq!(counts(&desktop, &[PASSPHRASE.as_bytes()]), [0]);
        desktop.mfactl(&unlock).ok();
    }
}

#[test]
fn a_lock_wipes_the_secrets_within_two_seconds() {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    let _saver = Mock::gnome(&desktop);
    add_accounts(&desktop);
    is_wiped_in_time(&desktop, || drop(desktop.mfactl(&["lock"]).ok()));
    desktop.mfactl(&["unlock"]).ok();
    is_wiped_in_time(&desktop, || gnome(&desktop, true));
}

/// Makes sure that the secrets are no longer in memory two seconds after a lock.
fn is_wiped_in_time(desktop: &Desktop, lock: impl FnOnce()) {
    codes_of_all(desktop);
    assert_each_is_there(desktop, 1);
    let start = Instant::now();
    lock();
    loop {
        // It counts when the look began: on a busy machine, the look itself may take a while.
        let passed = start.elapsed();
        let mut secrets = SECRETS.iter();
        if secrets.all(|secret| found(desktop, *secret).is_empty()) {
            return;
        }
        assert!(passed < Duration::from_secs(2), "{passed:?}");
    }
}

/// Returns how often texts occur in the readable memory of the daemon.
fn counts(desktop: &Desktop, needles: &[&[u8]]) -> Vec<usize> {
    let program = r#"
import sys
pid, needles = sys.argv[1], [bytes.fromhex(needle) for needle in sys.argv[2:]]
counts = [0] * len(needles)
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
        area, access = line.split()[:2]
        if access[0] != "r" or "[v" in line:
            continue
        start, end = (int(address, 16) for address in area.split("-"))
        memory.seek(start)
        data = memory.read(end - start)
        counts = [count + data.count(needle) for count, needle in zip(counts, needles)]
print(*counts)
"#;
    let mut python = desktop.command("/usr/bin/python3");
    python.args(["-c", program, &desktop.daemon().to_string()]);
    python.args(needles.iter().map(|needle| HEXLOWER.encode(needle)));
    let counts = run(&mut python, "").ok();
    counts
        .split(' ')
        .map(|count| count.parse().unwrap())
        .collect()
}

/// The daemon forgets what it was given to add, whether it has added it or not.
#[test]
fn what_was_refused_is_forgotten() {
    let desktop = Desktop::headless();
    desktop.add("aws", tests::LINK);
    let taken = BASE32_NOPAD.encode(SECRETS[0]);
    let taken = desktop.mfactl_with(&["add", "aws", "--secret", "-"], &taken);
    assert!(taken.fails(1).contains("is taken by"));
    desktop.mfactl(&["lock"]).ok();
    let refused = BASE32_NOPAD.encode(SECRETS[1]);
    let refused = desktop.mfactl_with(&["add", "x", "--secret", "-"], &refused);
    let _locked = refused.fails(5);
    assert_each_is_there(&desktop, 0);
    let counts = counts(&desktop, &[SECRET.as_bytes(), b"12345678901234567890"]);
    assert_eq!(counts, [0, 0]);
}
