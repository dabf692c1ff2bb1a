//! `mfactl sync`: computers meet in one file, which KeePassXC edits in between.

mod following;
mod hesitating;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tests::{Desktop, LINK, Run, SECRET, run};

pub(crate) const PASSPHRASE: &str = "a pässphrase";
pub(crate) const BANK: &str = "otpauth://hotp/Bank:jane?secret=GEZDGNBVGY3TQOJQ&counter=3&digits=8";

/// A folder that a carrier would bring to all computers.
pub(crate) struct Shared(tempfile::TempDir);

impl Shared {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("mfa.kdbx")
    }

    pub(crate) fn file(&self) -> String {
        self.path().display().to_string()
    }

    fn keepassxc(&self, desktop: &Desktop, arguments: &[&str]) -> String {
        let mut command = desktop.command("keepassxc-cli");
        command.env("QT_QPA_PLATFORM", "offscreen").args(arguments);
        run(&mut command, &format!("{PASSPHRASE}\n")).ok()
    }

    fn names(&self) -> Vec<String> {
        let all = fs::read_dir(self.0.path()).unwrap();
        let names = all.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

pub(crate) fn sync_with(desktop: &Desktop, arguments: &[&str]) -> Run {
    let all = [&["sync", "--password-file", "-"], arguments].concat();
    desktop.mfactl_with(&all, PASSPHRASE)
}

/// Synchronises without a question, and returns the result.
pub(crate) fn sync(desktop: &Desktop, shared: &Shared) -> Value {
    let said = sync_with(desktop, &["--yes", "--json", &shared.file()]).ok();
    serde_json::from_str(&said).unwrap()
}

/// Returns what a person sees of all accounts.
pub(crate) fn accounts(desktop: &Desktop) -> Vec<Value> {
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let list: Value = serde_json::from_str(&list).unwrap();
    let mut accounts = list["accounts"].as_array().unwrap().clone();
    for account in &mut accounts {
        account.as_object_mut().unwrap().remove("modified");
    }
    accounts
}

fn names(desktop: &Desktop) -> Vec<String> {
    let all = accounts(desktop);
    let name = |account: &Value| account["name"].as_str().unwrap().to_owned();
    all.iter().map(name).collect()
}

fn changes(result: &Value, what: &str) -> Vec<String> {
    let all = result["changes"].as_array().unwrap().iter();
    let found = all.filter(|change| change["what"] == what);
    found
        .map(|change| {
            format!(
                "{} {}",
                change["side"].as_str().unwrap(),
                change["name"].as_str().unwrap()
            )
        })
        .collect()
}

/// KeePass counts in seconds.
fn a_second_later() {
    std::thread::sleep(Duration::from_millis(1100));
}

#[test]
fn two_computers_and_keepassxc_come_to_the_same_accounts() {
    let (one, two, shared) = (Desktop::headless(), Desktop::headless(), Shared::new());
    one.add("aws", LINK);
    two.add("bank", BANK);
    let first = sync(&one, &shared);
    assert_eq!(
        (&first["created"], changes(&first, "added")),
        (&Value::Bool(true), vec!["file aws".to_owned()])
    );
    let second = sync(&two, &shared);
    assert_eq!(changes(&second, "added"), ["here aws", "file bank"]);
    sync(&one, &shared);
    assert_eq!(accounts(&one), accounts(&two));
    // All three change something.
    a_second_later();
    one.mfactl(&["edit", "aws", "--note", "from one"]).ok();
    two.mfactl(&["edit", "bank", "--name", "my-bank"]).ok();
    shared.keepassxc(&one, &["edit", &shared.file(), "aws", "-t", "prod"]);
    shared.keepassxc(
        &one,
        &[
            "add",
            "-u",
            "jane",
            "--url",
            "https://x",
            &shared.file(),
            "password only",
        ],
    );
    let said = sync(&one, &shared);
    assert_eq!(changes(&said, "changed"), ["here prod", "file prod"]);
    sync(&two, &shared);
    sync(&one, &shared);
    assert_eq!(accounts(&one), accounts(&two));
    assert_eq!(names(&one), ["my-bank", "prod"]);
    let shown = shared.keepassxc(&one, &["show", &shared.file(), "prod"]);
    assert!(shown.contains("from one"), "{shown}");
    assert_deletions_are_shared(&one, &two, &shared);
}

fn assert_deletions_are_shared(one: &Desktop, two: &Desktop, shared: &Shared) {
    // KeePassXC moves it to its recycle bin.
    shared.keepassxc(one, &["rm", &shared.file(), "my-bank"]);
    assert_eq!(changes(&sync(one, shared), "removed"), ["here my-bank"]);
    sync(two, shared);
    assert_eq!(names(two), ["prod"]);
    // And a deletion here.
    two.mfactl(&["rm", "--yes", "prod"]).ok();
    two.add(
        "new",
        &format!("otpauth://totp/New:jane?secret={SECRET}AAAA"),
    );
    sync(two, shared);
    sync(one, shared);
    assert_eq!(names(one), ["new"]);
    assert!(
        shared
            .keepassxc(one, &["ls", &shared.file()])
            .contains("password only")
    );
    let same = sync_with(one, &[&shared.file()]).ok();
    assert!(
        same.starts_with("All accounts are the same here and in "),
        "{same}"
    );
}

#[test]
fn what_keepassxc_has_put_into_the_file_stays() {
    let (desktop, shared) = (Desktop::headless(), Shared::new());
    let xml = desktop.folder().join("everything.xml");
    fs::write(&xml, include_str!("samples/everything.xml")).unwrap();
    let mut import = desktop.command("keepassxc-cli");
    import.env("QT_QPA_PLATFORM", "offscreen");
    import.args([
        "import",
        "-t",
        "100",
        "-p",
        xml.to_str().unwrap(),
        &shared.file(),
    ]);
    run(&mut import, &format!("{PASSPHRASE}\n{PASSPHRASE}\n")).ok();
    let attached = desktop.folder().join("attached.txt");
    fs::write(&attached, "attached").unwrap();
    let attach = [
        "attachment-import",
        &shared.file(),
        "bank & co",
        "a.txt",
        attached.to_str().unwrap(),
    ];
    shared.keepassxc(&desktop, &attach);
    let export = || shared.keepassxc(&desktop, &["export", "-f", "xml", &shared.file()]);
    let before = export();
    desktop.add("aws", LINK);
    let result = sync(&desktop, &shared);
    assert_eq!(changes(&result, "added"), ["here bank & co", "file aws"]);
    let after = export();
    let elements = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(|line| line.trim().to_owned()).collect();
        // Each export has the time of the export.
        lines.retain(|line| !line.ends_with(" GMT</Value>"));
        lines.sort();
        lines
    };
    let (before, mut after) = (elements(&before), elements(&after));
    for line in &before {
        let found = after.iter().position(|other| other == line);
        assert!(found.is_some(), "lost: {line}");
        after.remove(found.unwrap());
    }
    assert_attachment_stays(&desktop, &shared);
}

/// The entry has more than an account, so it outlives the account.
fn assert_attachment_stays(desktop: &Desktop, shared: &Shared) {
    let kept = [
        "attachment-export",
        "--stdout",
        &shared.file(),
        "bank & co",
        "a.txt",
    ];
    assert_eq!(shared.keepassxc(desktop, &kept), "attached");
    for change in [
        &["edit", "bank & co", "--note", "new"][..],
        &["rm", "--yes", "aws"],
        &["rm", "--yes", "bank & co"],
    ] {
        a_second_later();
        desktop.mfactl(change).ok();
        sync(desktop, shared);
        assert_eq!(shared.keepassxc(desktop, &kept), "attached");
    }
}

/// A person is told what of the file is no account, and what of an account only the file has.
#[test]
fn what_is_not_read_is_named_and_stays() {
    let (desktop, shared) = (Desktop::headless(), Shared::new());
    crate::restoring::foreign(&shared.path());
    let export = || shared.keepassxc(&desktop, &["export", "-f", "csv", &shared.file()]);
    let before = export();
    let said = sync_with(&desktop, &["--yes", &shared.file()]).ok();
    for expected in [
        "Left unchanged: the entry keepass2, whose codes are not in the field “otp”",
        "Left unchanged: the entry older, whose codes are not in the field “otp”",
        "the file keeps the rest: notes of long",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("password"), "{said}");
    assert_eq!(names(&desktop), ["long"]);
    desktop.mfactl(&["edit", "long", "--tag", "work"]).ok();
    let report = sync(&desktop, &shared);
    assert_eq!(
        report["other_codes"],
        serde_json::json!(["keepass2", "older"])
    );
    let notes = |table: &str| table.matches('n').count();
    assert!(notes(&before) > 20_000 && notes(&export()) >= notes(&before));
    assert_eq!(export().lines().count(), before.lines().count());
}

#[test]
fn both_change_one_field_and_the_later_value_wins() {
    let (one, two, shared) = (Desktop::headless(), Desktop::headless(), Shared::new());
    one.add("aws", LINK);
    sync(&one, &shared);
    sync(&two, &shared);
    a_second_later();
    one.mfactl(&["edit", "aws", "--note", "earlier"]).ok();
    a_second_later();
    two.mfactl(&["edit", "aws", "--note", "later"]).ok();
    sync(&two, &shared);
    let said = sync_with(&one, &[&shared.file()]).ok();
    let expected = "aws: note: the value in the file is later and stays; the one here is kept in the history of the entry";
    assert!(said.contains(expected), "{said}");
    let xml = shared.keepassxc(&one, &["export", "-f", "xml", &shared.file()]);
    let history = xml.split_once("<History>").unwrap().1;
    assert!(history.contains("earlier"), "{history}");
    assert_eq!(accounts(&one), accounts(&two));
}

#[test]
fn a_conflict_copy_is_merged_and_moved() {
    let (one, two, shared) = (Desktop::headless(), Desktop::headless(), Shared::new());
    one.add("aws", LINK);
    sync(&one, &shared);
    let before = fs::read(shared.path()).unwrap();
    one.mfactl(&["edit", "aws", "--note", "from one"]).ok();
    sync(&one, &shared);
    // The other computer had the older file, and changed it too.
    let theirs = fs::read(shared.path()).unwrap();
    fs::write(shared.path(), before).unwrap();
    two.add("bank", BANK);
    sync(&two, &shared);
    let copy = "mfa.sync-conflict-20240102-030405-ABCDEFG.kdbx";
    fs::write(shared.0.path().join(copy), theirs).unwrap();
    fs::write(
        shared
            .0
            .path()
            .join("mfa (conflicted copy 2024-01-02 030405).kdbx"),
        "damaged",
    )
    .unwrap();
    let result = sync(&two, &shared);
    assert_eq!(result["copies"].as_array().unwrap(), &[copy]);
    assert_eq!(result["left"].as_array().unwrap().len(), 1);
    assert_eq!(
        shared.names(),
        [
            "mfa (conflicted copy 2024-01-02 030405).kdbx",
            "mfa conflicts",
            "mfa.kdbx"
        ]
    );
    assert!(shared.0.path().join("mfa conflicts").join(copy).exists());
    sync(&one, &shared);
    assert_eq!(accounts(&one), accounts(&two));
    let note = accounts(&two)[0]["note"].as_str().unwrap().to_owned();
    assert_eq!((note.as_str(), names(&two).len()), ("from one", 2));
}

#[test]
fn the_copies_of_other_carriers_are_merged_too() {
    let (one, shared) = (Desktop::headless(), Shared::new());
    one.add("aws", LINK);
    sync(&one, &shared);
    let before = fs::read(shared.path()).unwrap();
    let copies = [
        (
            "dropbox",
            "AAAA",
            "mfa (Jane's conflicted copy 2024-01-02).kdbx",
        ),
        ("git", "BBBB", "mfa.kdbx.orig"),
    ];
    for (name, end, copy) in copies {
        let other = Desktop::headless();
        sync(&other, &shared);
        other.add(
            name,
            &format!("otpauth://totp/{name}:jane?secret={SECRET}{end}"),
        );
        sync(&other, &shared);
        let theirs = fs::read(shared.path()).unwrap();
        fs::write(shared.0.path().join(copy), theirs).unwrap();
        fs::write(shared.path(), &before).unwrap();
    }
    sync(&one, &shared);
    assert_eq!(names(&one), ["aws", "dropbox", "git"]);
    for (_, _, copy) in copies {
        assert!(shared.0.path().join("mfa conflicts").join(copy).exists());
    }
    assert_eq!(shared.names(), ["mfa conflicts", "mfa.kdbx"]);
}

#[test]
fn a_file_that_changes_meanwhile_is_read_again() {
    let (one, two, shared) = (Desktop::headless(), Desktop::headless(), Shared::new());
    one.add("aws", LINK);
    two.add("bank", BANK);
    sync(&one, &shared);
    std::thread::scope(|scope| {
        for desktop in [&one, &two] {
            scope.spawn(|| {
                for number in 0..3 {
                    desktop
                        .mfactl(&["edit", &names(desktop)[0], "--note", &number.to_string()])
                        .ok();
                    sync(desktop, &shared);
                }
            });
        }
    });
    sync(&two, &shared);
    sync(&one, &shared);
    sync(&two, &shared);
    assert_eq!(accounts(&one), accounts(&two));
    assert_eq!(shared.names(), ["mfa.kdbx"]);
}
