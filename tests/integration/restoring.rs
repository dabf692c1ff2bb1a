//! `mfactl restore`: the accounts of a backup are as they were, and a restore is made as a whole or not at all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use keepass::config::KdfConfig;
use keepass::{Database, DatabaseKey};
use serde_json::Value;
use tests::{Desktop, LINK, SECRET, now, oathtool, run};

use crate::backing_up::{PASSPHRASE, back_up, with_accounts};
use crate::durability::with_cheap_vault;
use crate::importing::terminal;
use crate::strace::{Traced, calls, inject, numbered};
use crate::vault;

/// Returns all accounts with all fields.
fn listed(desktop: &Desktop) -> Value {
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let mut list: Value = serde_json::from_str(&list).unwrap();
    list["accounts"].take()
}

fn restore(desktop: &Desktop, file: &str, options: &[&str]) -> tests::Run {
    let all = [&["restore", file, "--password-file", "-"], options].concat();
    desktop.mfactl_with(&all, PASSPHRASE)
}

/// Makes a backup quick to open.
fn cheap(file: &str) {
    let key = DatabaseKey::new().with_password(PASSPHRASE);
    let mut database = Database::open(&mut File::open(file).unwrap(), key.clone()).unwrap();
    database.config.kdf_config = KdfConfig::Aes { rounds: 1 };
    database
        .save(&mut File::create(file).unwrap(), key)
        .unwrap();
}

#[test]
fn a_fresh_home_has_the_same_accounts_again() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let fresh = Desktop::headless();
    let dry = restore(&fresh, &file, &["--dry-run"]).ok();
    assert!(
        dry.contains("new") && dry.contains("2 accounts would be added."),
        "{dry}"
    );
    assert_eq!(listed(&fresh), Value::Array(Vec::new()));
    let done = restore(&fresh, &file, &["--yes"]).ok();
    assert!(done.trim_end().ends_with("Restored 2 accounts."), "{done}");
    // Ids and times too.
    assert_eq!(listed(&fresh), listed(&desktop));
    for account in ["bank", "aws"] {
        let code = |desktop: &Desktop| desktop.mfactl(&["get", account]).ok();
        // At the end of a period, codes differ once.
        let is_same = || code(&fresh) == code(&desktop);
        assert!(is_same() || is_same(), "{account}");
    }
    let again = restore(&desktop, &file, &["--yes", "--replace"]).ok();
    assert!(
        again.contains("All accounts of the backup are here already."),
        "{again}"
    );
}

/// Returns the account with this id.
fn find(list: &Value, id: &Value) -> Value {
    let mut list = list.as_array().unwrap().iter();
    list.find(|account| account["id"] == *id).cloned().unwrap()
}

#[test]
fn what_differs_is_kept_or_replaced_by_choice_and_a_counter_never_goes_back() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let before = listed(&desktop);
    let edit = [
        "edit", "aws", "--name", "other", "--note", "mine", "--tag", "x",
    ];
    desktop.mfactl(&edit).ok();
    desktop.mfactl(&["get", "bank"]).ok();
    desktop.add("aws", "otpauth://totp/More:jane?secret=JBSWY3DPEHPK3PXP");
    let changed = listed(&desktop);
    let dry = restore(&desktop, &file, &["--dry-run", "--json"]).ok();
    let dry: Value = serde_json::from_str(&dry).unwrap();
    let rows = dry["accounts"].as_array().unwrap();
    let aws = rows.iter().find(|row| row["name"] == "other").unwrap();
    assert_eq!(aws["fate"], "kept");
    let differs = serde_json::json!(["name", "tags", "note"]);
    assert_eq!(aws["differs"], differs);
    let asked = restore(&desktop, &file, &["--yes"]).fails(2);
    assert!(asked.contains("--keep"), "{asked}");
    restore(&desktop, &file, &["--yes", "--keep"]).ok();
    let line = format!("restore {file}");
    let typed = format!("{PASSPHRASE}\nkeep\n");
    let kept = terminal(&desktop, &line, &typed);
    assert!(
        kept.stdout.contains("differs in: name, tags, note"),
        "{kept}"
    );
    assert_eq!((kept.status, listed(&desktop)), (0, changed));
    let typed = format!("{PASSPHRASE}\nreplace\nyes\n");
    let replaced = terminal(&desktop, &line, &typed);
    assert_eq!(replaced.status, 0, "{replaced}");
    let after = listed(&desktop);
    for old in before.as_array().unwrap() {
        let mut expected = old.clone();
        let now = find(&after, &old["id"]);
        if old["name"] == "bank" {
            expected["counter"] = 4.into();
            assert_eq!(now["counter"], 4, "the counter has gone back");
        } else {
            // Its name belongs to another account meanwhile.
            expected["name"] = "aws-2".into();
        }
        assert_eq!(now, expected);
    }
    assert_eq!(after.as_array().unwrap().len(), 3);
}

/// Makes a file as other programs do, with codes that are in no link, and a note that is too long for an account.
pub(crate) fn foreign(file: &Path) {
    let note = "n".repeat(20_000);
    let settings = format!("otpauth://totp/Long:jane?secret={SECRET}&issuer=Long");
    let entries = [
        ("older", [("TOTP Seed", SECRET), ("TOTP Settings", "60;8")]),
        (
            "keepass2",
            [("TimeOtp-Secret-Base32", SECRET), ("TimeOtp-Length", "8")],
        ),
        ("long", [("otp", &settings), ("Notes", &note)]),
        ("password", [("Password", "p"), ("URL", "example.com")]),
    ];
    write(file, &entries);
}

/// Writes a file with entries of these titles and attributes.
fn write<const N: usize>(file: &Path, entries: &[(&str, [(&str, &str); N])]) {
    let key = DatabaseKey::new().with_password(PASSPHRASE);
    let mut database = Database::new();
    database.config.kdf_config = KdfConfig::Aes { rounds: 1 };
    for (title, attributes) in entries {
        let mut root = database.root_mut();
        let mut entry = root.add_entry();
        entry.set_unprotected("Title", *title);
        for (name, value) in attributes {
            entry.set_protected(*name, *value);
        }
    }
    database
        .save(&mut File::create(file).unwrap(), key)
        .unwrap();
}

/// What KeePassXC and KeePass 2 make codes from is there after a restore, or it is named.
#[test]
fn codes_of_other_programs_are_restored_and_what_is_cut_is_named() {
    let desktop = Desktop::headless();
    let path = desktop.folder().join("foreign.kdbx");
    foreign(&path);
    let file = path.display().to_string();
    let said = restore(&desktop, &file, &["--yes"]).ok();
    assert!(said.trim_end().ends_with("Restored 3 accounts."), "{said}");
    assert!(said.contains("new; too long, and cut: notes"), "{said}");
    for (name, period) in [("older", 60), ("keepass2", 30)] {
        let codes = || {
            let (before, code, after) = (now(), desktop.mfactl(&["get", name]).ok(), now());
            (before / period == after / period).then_some((code, after))
        };
        let (code, time) = std::iter::repeat_with(codes).flatten().next().unwrap();
        assert_eq!(code.len(), 8);
        assert!(code.ends_with(&oathtool(SECRET, period, time)), "{name}");
    }
    let again = restore(&desktop, &file, &["--dry-run", "--json"]).ok();
    let again: Value = serde_json::from_str(&again).unwrap();
    let rows = again["accounts"].as_array().unwrap();
    let remarks: Vec<_> = rows.iter().map(|row| &row["remark"]).collect();
    assert_eq!(
        remarks,
        [
            &Value::Null,
            &"too long, and cut: notes".into(),
            &Value::Null
        ]
    );
}

#[test]
fn what_cannot_be_read_is_named_and_the_others_are_restored_by_choice() {
    let desktop = Desktop::headless();
    let path = desktop.folder().join("partly.kdbx");
    let link = format!("otpauth://totp/Good:jane?secret={SECRET}&issuer=Good");
    let entries = [
        ("good", [("otp", &*link)]),
        ("broken", [("otp", "otpauth://totp/Broken:jane?secret=")]),
        ("foreign", [("TOTP Seed", "?")]),
    ];
    write(&path, &entries);
    let file = path.display().to_string();
    let refused = restore(&desktop, &file, &["--yes"]).fails(1);
    assert!(
        refused.contains("1 account of the backup cannot be restored")
            && refused.contains("--allow-incomplete"),
        "{refused}"
    );
    assert_eq!(listed(&desktop), Value::Array(Vec::new()));
    let line = format!("restore {file}");
    let asked = terminal(&desktop, &line, &format!("{PASSPHRASE}\nno\n"));
    assert_eq!(asked.status, 1);
    assert!(
        asked
            .stdout
            .contains("1 account of the backup cannot be restored. This adds 1 account."),
        "{asked}"
    );
    let said = restore(&desktop, &file, &["--yes", "--allow-incomplete"]).ok();
    let lines: Vec<_> = said
        .lines()
        .filter(|line| line.contains("cannot be restored: "))
        .collect();
    let is_told = |name: &str, why: &str| {
        lines
            .iter()
            .any(|line| line.starts_with(name) && line.ends_with(why))
    };
    assert!(
        lines.len() == 2
            && is_told("broken ", "its codes cannot be read")
            && is_told("foreign ", "keeps its codes in a way of its own"),
        "{said}"
    );
    assert!(
        said.trim_end().ends_with("Restored 1 account (2 skipped)."),
        "{said}"
    );
    assert_eq!(desktop.mfactl(&["get", "good"]).ok().len(), 6);
    // Nothing is left to do, but a script must not take that for a whole restore.
    let again = restore(&desktop, &file, &["--yes"]).fails(1);
    assert!(again.contains("--allow-incomplete"), "{again}");
}

#[test]
fn a_file_that_is_no_backup_is_told_apart() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let fresh = Desktop::headless();
    let wrong = ["restore", &file, "--yes", "--password-file", "-"];
    let wrong = fresh.mfactl_with(&wrong, "another").fails(5);
    assert!(
        wrong.contains("the passphrase of the file is wrong"),
        "{wrong}"
    );
    let missing = restore(&fresh, "missing.kdbx", &["--yes"]).fails(3);
    assert!(
        missing.contains("missing.kdbx: the file does not exist"),
        "{missing}"
    );
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let damaged = restore(&fresh, &file, &["--yes"]).fails(1);
    assert!(damaged.contains("the file is damaged"), "{damaged}");
    fs::write(&file, "text").unwrap();
    let other = restore(&fresh, &file, &["--yes"]).fails(1);
    assert!(other.contains("mfactl import FILE"), "{other}");
    let pipe = desktop.folder().join("pipe").display().to_string();
    run(desktop.command("mkfifo").arg(&pipe), "").ok();
    let piped = restore(&fresh, &pipe, &["--yes"]).fails(1);
    assert!(piped.contains("not that of a regular file"), "{piped}");
    let none = fresh.mfactl(&["restore", &file]).fails(2);
    assert!(none.contains("--yes"), "{none}");
    assert_eq!(listed(&fresh), Value::Array(Vec::new()));
}

/// The names and notes of the accounts, which tell the old state from the new one.
fn state(desktop: &Desktop) -> Vec<(String, String)> {
    let accounts = listed(desktop);
    let text = |account: &Value, field: &str| account[field].as_str().unwrap_or("").to_owned();
    let accounts = accounts.as_array().unwrap().iter();
    accounts
        .map(|account| (text(account, "name"), text(account, "note")))
        .collect()
}

/// Kills the daemon at each of its calls on a file while it restores a backup. Returns how often the old accounts were
/// there afterwards, and how often those of the backup.
fn kill_at_each_call(desktop: &Desktop, file: &Path, restore: impl Fn() -> tests::Run) -> [u32; 2] {
    let old = [("bank".to_owned(), "local".to_owned())];
    let new = [
        ("aws".to_owned(), String::new()),
        ("bank".to_owned(), String::new()),
    ];
    let change = || {
        desktop.mfactl(&["edit", "bank", "--note", "local"]).ok();
        drop(desktop.mfactl(&["rm", "aws", "--yes"]));
        assert_eq!(state(desktop), old);
    };
    change();
    let calls = calls(desktop, file, || drop(restore().ok()));
    assert_eq!(state(desktop), new);
    let mut found = [0, 0];
    for step in numbered(&calls) {
        change();
        let traced: Traced = inject(desktop, file, &step, "signal=SIGKILL");
        let killed = restore();
        if killed.status == 0 {
            // What nobody waits for comes after the answer.
            traced.detach();
        } else {
            traced.bury();
        }
        let state = state(desktop);
        assert!(state == old || state == new, "{step:?}: {state:?}");
        found[usize::from(state == new)] += 1;
        assert!(state == new || killed.status != 0, "{step:?}");
    }
    found
}

#[test]
fn a_daemon_that_is_killed_leaves_the_old_vault_or_the_restored_one() {
    let (desktop, vault, _) = with_cheap_vault();
    desktop.add("aws", LINK);
    let backup = desktop.folder().join("backup.kdbx");
    fs::copy(&vault, &backup).unwrap();
    let passphrase = vault::passphrase_file(&desktop);
    let options = ["restore", "--yes", "--replace", "--password-file"];
    let files = [passphrase.to_str().unwrap(), backup.to_str().unwrap()];
    let restore = || desktop.mfactl(&[&options[..], &files].concat());
    let [old, new] = kill_at_each_call(&desktop, &vault, restore);
    assert!(old > 2 && new > 0, "{old} {new}");
}

#[test]
fn a_daemon_that_is_killed_leaves_the_old_keyring_or_the_restored_one() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.add(
        "bank",
        "otpauth://hotp/Bank:jane?secret=GEZDGNBVGY3TQOJQ&counter=3",
    );
    let file = back_up(&desktop);
    cheap(&file);
    let state: PathBuf = desktop.variable("XDG_STATE_HOME").join("mfactl/state.json");
    let restore = || restore(&desktop, &file, &["--yes", "--replace"]);
    let [old, new] = kill_at_each_call(&desktop, &state, restore);
    assert!(old > 2 && new > 2, "{old} {new}");
}
