//! The daemon keeps the accounts in step with a file by itself, and comes to rest afterwards.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use tests::{Desktop, LINK, SECRET, eventually_within, rest, run};

use super::{BANK, PASSPHRASE, Shared, accounts, names, sync_with};
use crate::killed::cheap;

/// How long a synchronisation may take, in seconds: its key derivation is not optimised here.
const PATIENCE: u64 = 150;

/// Returns a desktop whose daemon follows a file.
fn following(shared: &Shared) -> Desktop {
    let desktop = Desktop::headless();
    desktop.configure(&format!("sync-file = {:?}\n", shared.path()));
    desktop
}

/// Synchronises as a person who wants the daemon to do so from now on.
fn remember(desktop: &Desktop, shared: &Shared) -> String {
    let line = format!("mfactl sync --yes --remember {}", shared.file());
    let typed = match shared.path().exists() {
        true => vec![&*line, PASSPHRASE],
        false => vec![&*line, PASSPHRASE, PASSPHRASE],
    };
    desktop.person(&typed).ok()
}

fn status(desktop: &Desktop) -> String {
    let status = desktop.mfactl(&["status"]).ok();
    let line = status.lines().find(|line| line.starts_with("sync "));
    line.unwrap_or_else(|| panic!("{status}")).to_owned()
}

fn until(what: &str, is_so: impl FnMut() -> bool) {
    eventually_within(PATIENCE, what, is_so);
}

fn until_named(desktop: &Desktop, expected: &[&str]) {
    until(&format!("the accounts are {expected:?}"), || {
        names(desktop) == expected
    });
}

/// Returns what changes whenever a file is written.
fn written(path: &Path) -> (u64, SystemTime) {
    let metadata = fs::metadata(path).unwrap();
    (metadata.ino(), metadata.modified().unwrap())
}

#[test]
fn computers_and_keepassxc_meet_without_a_command() {
    let shared = Shared::new();
    let (one, two) = (following(&shared), following(&shared));
    one.add("aws", LINK);
    let said = "no passphrase is kept for it: mfactl sync --remember FILE";
    until("the passphrase is missed", || status(&one).contains(said));
    assert!(!shared.path().exists(), "it was made");
    let kept = remember(&one, &shared);
    assert!(
        kept.contains("keeps the accounts in step with") && !kept.contains(PASSPHRASE),
        "{kept}"
    );
    remember(&two, &shared);
    until_named(&two, &["aws"]);
    two.add("bank", BANK);
    until_named(&one, &["aws", "bank"]);
    one.mfactl(&["rm", "--yes", "aws"]).ok();
    until_named(&two, &["bank"]);
    shared.keepassxc(&one, &["edit", &shared.file(), "bank", "-t", "prod"]);
    until_named(&one, &["prod"]);
    until_named(&two, &["prod"]);
    // The passphrase is no account.
    assert_eq!(one.mfactl(&["list", "--plain"]).ok().lines().count(), 1);
    let log = two.mfactl(&["access", "log"]).ok();
    assert!(log.contains("automatic, because sync-file is set"), "{log}");
    assert_quiet(&[&one, &two], &shared);
}

/// Both come to rest, and the file stays as it is.
fn assert_quiet(desktops: &[&Desktop], shared: &Shared) {
    let copy = shared.path().with_file_name("other.kdbx");
    let mut before = written(&shared.path());
    until("nobody writes any more", || {
        // Longer than a daemon waits after a change, so that one that goes on would have written.
        thread::sleep(Duration::from_secs(10));
        let now = written(&shared.path());
        std::mem::replace(&mut before, now) == now
    });
    for desktop in desktops {
        rest::sleeps(desktop.daemon());
        assert!(!status(desktop).contains("failed"), "{}", status(desktop));
    }
    // The same file once more is no reason to synchronise.
    let synced = status(desktops[0]);
    fs::copy(shared.path(), &copy).unwrap();
    fs::rename(&copy, shared.path()).unwrap();
    let replaced = written(&shared.path());
    thread::sleep(Duration::from_secs(8));
    assert_eq!(
        (status(desktops[0]), written(&shared.path())),
        (synced, replaced)
    );
}

/// The service takes no code twice, so the other computer must not give the same ones.
#[test]
fn a_counter_follows_its_codes() {
    let shared = Shared::new();
    cheap(&shared.path(), PASSPHRASE);
    let (one, two) = (following(&shared), following(&shared));
    one.add("bank", BANK);
    remember(&one, &shared);
    remember(&two, &shared);
    until_named(&two, &["bank"]);
    for _ in 0..2 {
        one.mfactl(&["get", "bank"]).ok();
    }
    until("the other computer has counted too", || {
        accounts(&two)[0]["counter"] == 5
    });
}

#[test]
fn what_is_wrong_is_told_and_passes() {
    let shared = Shared::new();
    let desktop = following(&shared);
    desktop.add("aws", LINK);
    remember(&desktop, &shared);
    until("it is in step", || {
        !status(&desktop).contains("failed") && !status(&desktop).contains("not yet")
    });
    // Somebody gives the file another passphrase.
    let other = desktop.folder().join("other.kdbx");
    cheap(&other, "other");
    let ours = fs::read(shared.path()).unwrap();
    fs::rename(&other, shared.path()).unwrap();
    until("the wrong passphrase is told", || {
        status(&desktop).contains("the last attempt failed: the passphrase of the file is wrong")
    });
    let doctor = desktop.mfactl(&["doctor"]).stdout;
    assert!(doctor.contains("passphrase of the file"), "{doctor}");
    fs::write(shared.path(), ours).unwrap();
    until("it is in step", || !status(&desktop).contains("failed"));
    // A folder that is missing is not made, and the next change tries again.
    let folder = shared.path().parent().unwrap().to_owned();
    let aside = folder.with_extension("aside");
    fs::rename(&folder, &aside).unwrap();
    until("the folder is missed", || {
        status(&desktop).contains("the file does not exist")
    });
    assert!(!folder.exists(), "it was made");
    fs::rename(&aside, &folder).unwrap();
    desktop.mfactl(&["edit", "aws", "--note", "x"]).ok();
    until("it is in step", || !status(&desktop).contains("failed"));
    let shown = shared.keepassxc(&desktop, &["show", &shared.file(), "aws"]);
    assert!(shown.contains("Notes: x"), "{shown}");
}

#[test]
fn nothing_happens_while_the_accounts_are_locked() {
    let shared = Shared::new();
    let (one, two) = (following(&shared), Desktop::headless());
    one.add("aws", LINK);
    remember(&one, &shared);
    until("it is in step", || !status(&one).contains("not yet"));
    one.mfactl(&["lock"]).ok();
    two.add("bank", BANK);
    sync_with(&two, &["--yes", &shared.file()]).ok();
    let before = written(&shared.path());
    thread::sleep(Duration::from_secs(10));
    let locked = one.mfactl(&["status"]).ok();
    assert!(locked.contains("locked by mfactl lock"), "{locked}");
    assert!(!status(&one).contains("failed"), "{}", status(&one));
    assert_eq!(written(&shared.path()), before);
    one.mfactl(&["unlock"]).ok();
    until_named(&one, &["aws", "bank"]);
}

#[test]
fn a_conflict_copy_is_folded_in_and_a_field_that_gave_way_is_told() {
    let shared = Shared::new();
    let (one, two) = (following(&shared), Desktop::headless());
    one.add("aws", LINK);
    remember(&one, &shared);
    sync_with(&two, &["--yes", &shared.file()]).ok();
    until("it is in step", || !status(&one).contains("not yet"));
    // The other computer has a file of its own for a while, and this one has none.
    let apart = Shared::new();
    fs::copy(shared.path(), apart.path()).unwrap();
    sync_with(&two, &["--yes", &apart.file()]).ok();
    let folder = shared.path().parent().unwrap().to_owned();
    let aside = folder.with_extension("aside");
    fs::rename(&folder, &aside).unwrap();
    thread::sleep(Duration::from_millis(1100));
    one.mfactl(&["edit", "aws", "--note", "earlier"]).ok();
    thread::sleep(Duration::from_millis(1100));
    two.mfactl(&["edit", "aws", "--note", "later"]).ok();
    two.add(
        "new",
        &format!("otpauth://totp/New:jane?secret={SECRET}AAAA"),
    );
    sync_with(&two, &["--yes", &apart.file()]).ok();
    let copy = "mfa.sync-conflict-20240102-030405-ABCDEFG.kdbx";
    fs::copy(apart.path(), aside.join(copy)).unwrap();
    fs::rename(&aside, &folder).unwrap();
    one.mfactl(&["edit", "aws", "--tag", "work"]).ok();
    until_named(&one, &["aws", "new"]);
    until("the conflict is told", || {
        status(&one).contains(
            "changed on both sides, with the earlier value in the history of the entry: aws: note",
        )
    });
    let folder = shared.path().with_file_name("mfa conflicts");
    assert!(folder.join(copy).exists());
}

#[test]
fn only_a_person_may_have_the_passphrase_kept() {
    let shared = Shared::new();
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let file = shared.file();
    let asked = ["sync", "--yes", "--remember", "--password-file", "-", &file];
    let mut python = desktop.command("python3");
    let mfactl = tests::binary("mfactl").display().to_string();
    let job = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))";
    let refused = run(python.args(["-c", job, &mfactl]).args(asked), PASSPHRASE).fails(5);
    assert!(refused.contains("only a person at a terminal"), "{refused}");
    assert!(!shared.path().exists(), "it was made");
    // Without the setting, it is told how to turn it on.
    let how = remember(&desktop, &shared);
    assert!(how.contains(&format!("sync-file = {file:?}")), "{how}");
}
