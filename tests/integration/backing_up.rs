//! `mfactl backup`: other KeePass apps open the file, and mfactl restores the accounts from it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use tests::{Desktop, LINK, SECRET, now, oathtool, run};

use crate::importing::terminal;
use crate::versions;

const PASSPHRASE: &str = "a pässphrase";

/// Returns a desktop with accounts of two kinds and with all fields.
fn with_accounts() -> Desktop {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let edit = ["edit", "aws", "--note", "two\nlines", "--tag", "work"];
    desktop
        .mfactl(&[&edit[..], &["--tag", "cloud", "--pin"]].concat())
        .ok();
    desktop.add(
        "bank",
        "otpauth://hotp/Bank:jane?secret=GEZDGNBVGY3TQOJQ&counter=3&digits=8",
    );
    desktop
}

/// Backs up all accounts, and returns the path of the backup.
fn back_up(desktop: &Desktop) -> String {
    let file = desktop.folder().join("backup.kdbx");
    let file = file.to_str().unwrap().to_owned();
    let backup = ["backup", "--password-file", "-", &file];
    let said = desktop.mfactl_with(&backup, PASSPHRASE).ok();
    assert!(said.starts_with("Saved 2 accounts in "), "{said}");
    file
}

/// Returns all fields of all accounts, but for those that are new after an import.
fn fields(desktop: &Desktop) -> Vec<Value> {
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let mut list: Value = serde_json::from_str(&list).unwrap();
    let accounts = list["accounts"].as_array_mut().unwrap();
    for account in accounts.iter_mut() {
        let account = account.as_object_mut().unwrap();
        for new in ["id", "created", "modified"] {
            assert!(account.remove(new).is_some(), "{new}");
        }
    }
    std::mem::take(accounts)
}

#[test]
fn keepassxc_opens_a_backup_and_shows_the_same_codes() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let keepassxc = |arguments: &[&str]| {
        let mut command = desktop.command("keepassxc-cli");
        command.env("QT_QPA_PLATFORM", "offscreen").args(arguments);
        run(&mut command, &format!("{PASSPHRASE}\n")).ok()
    };
    let codes = || {
        let before = now();
        (before, keepassxc(&["show", "--totp", &file, "aws"]), now())
    };
    let (_, code, time) = std::iter::repeat_with(codes)
        .find(|(before, _, after)| before / 30 == after / 30)
        .unwrap();
    assert_eq!(code.trim(), oathtool(SECRET, 30, time));
    let shown = keepassxc(&["show", "--all", &file, "aws"]);
    assert!(shown.contains("two\nlines"), "{shown}");
    assert!(keepassxc(&["ls", &file]).contains("bank"));
}

#[test]
fn a_backup_is_restored_by_an_import() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let fresh = Desktop::headless();
    let import = ["import", "--yes", "--password-file", "-", &file];
    fresh.mfactl_with(&import, PASSPHRASE).ok();
    assert_eq!(fields(&fresh), fields(&desktop));
    let wrong = fresh.mfactl_with(&import, "another").fails(5);
    assert!(wrong.contains("the password is wrong"), "{wrong}");
}

#[test]
fn a_backup_is_private_and_replaces_nothing() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let first = fs::read(&file).unwrap();
    let backup = ["backup", "--password-file", "-", &file];
    let refused = desktop.mfactl_with(&backup, PASSPHRASE).fails(1);
    assert!(refused.contains("already exists"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), first);
    let none = desktop.mfactl(&["backup", "other.kdbx"]).fails(2);
    assert!(none.contains("--password-file"), "{none}");
}

#[test]
fn the_passphrase_is_typed_twice_and_the_file_is_named_by_its_date() {
    let desktop = with_accounts();
    let folder = desktop.folder().display().to_string();
    let mfactl = tests::binary("mfactl");
    let line = format!("cd {folder}; exec {} backup", mfactl.display());
    let typed = |answers: &str| run(&mut desktop.on_a_terminal(&line), answers);
    let differ = typed("one\ntwo\n");
    assert!(
        differ.stdout.contains("the two passphrases differ"),
        "{differ}"
    );
    let done = typed("a passphrase\na passphrase\n");
    assert_eq!(done.status, 0, "{done}");
    assert!(!done.stdout.contains("a passphrase"), "{done}");
    let written = done.stdout.split_once(" in ").unwrap().1;
    let name = written.split_once(".\r").unwrap().0;
    assert!(name.starts_with("mfactl-20"), "{name}");
    assert!(Path::new(&folder).join(name).exists(), "{name}");
    let nothing = Desktop::headless();
    let none = terminal(&nothing, "backup none.kdbx", "a\na\n");
    assert!(none.stdout.contains("there are no accounts"), "{none}");
}

#[test]
fn fields_of_a_newer_version_are_backed_up_and_no_other_export_loses_them_silently() {
    let desktop = Desktop::headless();
    versions::store(
        &desktop,
        versions::ID,
        &versions::sample("item-1-newer.json"),
    );
    let file = desktop.folder().join("backup.kdbx").display().to_string();
    let backup = ["backup", "--password-file", "-", &file];
    desktop.mfactl_with(&backup, PASSPHRASE).ok();
    let mut shown = desktop.command("keepassxc-cli");
    shown.env("QT_QPA_PLATFORM", "offscreen");
    let shown = run(
        shown.args(["show", "--all", &file, "work"]),
        &format!("{PASSPHRASE}\n"),
    )
    .ok();
    assert!(shown.contains("mfactl uses: 7"), "{shown}");
    let links = desktop.folder().join("links").display().to_string();
    let export = format!("export --format otpauth --output {links}");
    let no = terminal(&desktop, &export, "yes\nno\n");
    let said = "the format cannot hold “fields of a newer version” of work";
    assert!(no.status == 1 && no.stdout.contains(said), "{no}");
    assert!(!Path::new(&links).exists());
    assert_eq!(terminal(&desktop, &export, "yes\nyes\n").status, 0);
}
