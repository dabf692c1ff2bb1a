//! Automatic backups: they follow each change, old ones are removed, and what is wrong with them is said.

mod killed;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use keepass::{Database, DatabaseKey};
use tests::{Desktop, LINK, Tray, eventually, eventually_within, run};

use crate::backing_up::{PASSPHRASE, back_up, with_accounts};
use crate::copying::{ROW, x11};
use crate::syncing::BANK;

/// How long a backup may take, in seconds: its key derivation is not optimised here.
const PATIENCE: u64 = 120;

/// Returns a desktop whose daemon writes backups to a folder, once it has a passphrase.
fn configured() -> (Desktop, PathBuf) {
    let desktop = Desktop::headless();
    let folder = desktop.folder().join("backups");
    fs::create_dir(&folder).unwrap();
    desktop.configure(&format!("backup-folder = {folder:?}\nbackup-keep = 2\n"));
    (desktop, folder)
}

/// Sets the passphrase, as a person does.
fn set_passphrase(desktop: &Desktop) -> String {
    let typed = ["mfactl backup --automatic", PASSPHRASE, PASSPHRASE];
    desktop.person(&typed).ok()
}

fn status(desktop: &Desktop) -> String {
    let status = desktop.mfactl(&["status"]).ok();
    let line = status.lines().find(|line| line.starts_with("backup"));
    line.unwrap_or_else(|| panic!("{status}")).to_owned()
}

/// Returns the files in the folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Returns the names of the accounts in the latest backup.
fn latest(folder: &Path) -> Vec<String> {
    latest_with(folder, PASSPHRASE)
}

fn latest_with(folder: &Path, passphrase: &str) -> Vec<String> {
    let key = DatabaseKey::new().with_password(passphrase);
    let file = files(folder).pop().unwrap();
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let database = Database::open(&mut fs::File::open(file).unwrap(), key).unwrap();
    let names = database.iter_all_entries();
    let mut names: Vec<_> = names
        .map(|entry| entry.get_title().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Waits until all accounts are in a backup.
fn until_backed_up(desktop: &Desktop) {
    eventually_within(PATIENCE, "all accounts are in a backup", || {
        let line = status(desktop);
        line.ends_with(" UTC")
    });
}

#[test]
fn each_change_is_followed_by_a_backup() {
    let (desktop, folder) = configured();
    desktop.add("aws", LINK);
    let said = "no passphrase is set: mfactl backup --automatic";
    eventually_within(PATIENCE, "the passphrase is missed", || {
        status(&desktop).contains(said)
    });
    assert!(files(&folder).is_empty(), "a backup that is not encrypted");
    let doctor = desktop.mfactl(&["doctor"]).stdout;
    assert!(doctor.contains(said), "{doctor}");
    let set = set_passphrase(&desktop);
    assert!(
        set.contains(&format!("Automatic backups go to {}", folder.display())),
        "{set}"
    );
    until_backed_up(&desktop);
    assert_eq!(latest(&folder), ["aws"]);
    // Files of others stay, and of ours only two.
    fs::write(folder.join("mfactl-2020-01-01.kdbx"), "mine").unwrap();
    for name in ["one", "two", "three"] {
        desktop.mfactl(&["edit", "aws", "--note", name]).ok();
        assert!(status(&desktop).contains("no backup holds aws"));
        until_backed_up(&desktop);
    }
    assert_eq!(files(&folder).len(), 3);
    assert!(folder.join("mfactl-2020-01-01.kdbx").exists());
    assert_eq!(latest(&folder), ["aws"]);
    // The passphrase is no account.
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 1);
    let doctor = desktop.mfactl(&["doctor"]).stdout;
    let mut lines = doctor.lines();
    let line = lines.find(|line| line.contains("backup"));
    assert!(
        line.is_some_and(|line| line.ends_with(" UTC") && !line.contains("no backup")),
        "{doctor}"
    );
}

/// Codes come one after the other, so they share a backup.
#[test]
fn codes_that_were_counted_are_in_the_next_backup() {
    let (desktop, folder) = configured();
    set_passphrase(&desktop);
    desktop.add("bank", BANK);
    until_backed_up(&desktop);
    let before = files(&folder).len();
    for _ in 0..3 {
        desktop.mfactl(&["get", "bank"]).ok();
    }
    let line = status(&desktop);
    assert!(line.contains("no backup holds bank"), "{line}");
    until_backed_up(&desktop);
    assert_eq!(files(&folder).len(), before + 1);
    let fresh = Desktop::headless();
    let file = files(&folder).pop().unwrap().display().to_string();
    let restore = ["restore", &file, "--yes", "--password-file", "-"];
    fresh.mfactl_with(&restore, PASSPHRASE).ok();
    let list = fresh.mfactl(&["list", "--json"]).ok();
    assert!(list.contains("\"counter\":6"), "{list}");
}

#[test]
fn a_folder_that_is_missing_is_told_and_tried_again_with_the_next_change() {
    let (desktop, folder) = configured();
    set_passphrase(&desktop);
    let aside = desktop.folder().join("aside");
    fs::rename(&folder, &aside).unwrap();
    desktop.add("aws", LINK);
    eventually_within(PATIENCE, "the folder is missed", || {
        status(&desktop).contains("does not exist; if it is on a drive, connect the drive")
    });
    assert!(!folder.exists(), "it was made");
    fs::rename(&aside, &folder).unwrap();
    desktop.mfactl(&["edit", "aws", "--note", "x"]).ok();
    until_backed_up(&desktop);
    assert_eq!(latest(&folder), ["aws"]);
}

/// Whoever has forgotten the passphrase sets another one, and needs a backup that it opens.
#[test]
fn a_passphrase_and_a_folder_that_are_new_are_followed_by_a_backup() {
    let (desktop, folder) = configured();
    set_passphrase(&desktop);
    desktop.add("aws", LINK);
    until_backed_up(&desktop);
    let before = files(&folder);
    let another = "another pässphrase";
    let typed = ["mfactl backup --automatic", another, another];
    desktop.person(&typed).ok();
    eventually_within(PATIENCE, "another passphrase has its backup", || {
        files(&folder).last() != before.last()
    });
    assert_eq!(latest_with(&folder, another), ["aws"]);
    let start_again = || {
        desktop.end_daemon("-TERM");
        desktop.mfactl(&["list"]).ok();
    };
    for file in files(&folder) {
        fs::remove_file(file).unwrap();
    }
    start_again();
    eventually_within(
        PATIENCE,
        "the folder that was emptied has one again",
        || !files(&folder).is_empty(),
    );
    let other = desktop.folder().join("other");
    fs::create_dir(&other).unwrap();
    desktop.configure(&format!("backup-folder = {other:?}\n"));
    start_again();
    eventually_within(PATIENCE, "the other folder has one", || {
        !files(&other).is_empty()
    });
    assert_eq!(latest_with(&other, another), ["aws"]);
}

#[test]
fn only_a_person_may_set_the_passphrase() {
    let (desktop, _) = configured();
    let set = ["backup", "--automatic", "--password-file", "-"];
    let mut python = desktop.command("python3");
    let mfactl = tests::binary("mfactl").display().to_string();
    let job = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))";
    let refused = run(python.args(["-c", job, &mfactl]).args(set), PASSPHRASE).fails(5);
    assert!(refused.contains("only a person at a terminal"), "{refused}");
}

#[test]
fn a_backup_of_the_user_counts_too() {
    let desktop = with_accounts();
    let none = status(&desktop);
    assert!(none.contains("none; to make one: mfactl backup"), "{none}");
    back_up(&desktop);
    assert!(status(&desktop).ends_with(" UTC"));
    desktop.add("more", "otpauth://totp/More:jane?secret=JBSWY3DPEHPK3PXP");
    assert!(status(&desktop).contains("no backup holds more"));
    // It is remembered.
    desktop.end_daemon("-TERM");
    desktop.mfactl(&["list"]).ok();
    assert!(status(&desktop).contains("no backup holds more"));
    let how = desktop
        .person(&["mfactl backup --automatic /b", PASSPHRASE, PASSPHRASE])
        .ok();
    assert!(how.contains("backup-folder = \"/b\""), "{how}");
}

/// The tray asks when its menu opens, and says nothing once all accounts are in a backup.
#[test]
fn the_menu_of_the_tray_names_what_no_backup_holds() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    tray.wait_for("1 account is in no backup");
    let file = desktop.folder().join("backup.kdbx");
    let backup = format!(
        "mfactl backup --password-file ~/passphrase {}",
        file.display()
    );
    let typed = ["umask 077", "echo secret >~/passphrase", &backup];
    desktop.person(&typed).ok();
    assert!(file.exists());
    eventually("the menu says nothing of backups", || {
        desktop.shell("ds-menu open").ok();
        !tray.menu().concat().contains("backup")
    });
}
