//! Nothing changes before the user has agreed: `--dry-run`, a wrong passphrase, a question.

use std::fs;

use tests::{Desktop, LINK, SECRET};

use super::{BANK, PASSPHRASE, Shared, accounts, changes, names, sync, sync_with};
use crate::importing::terminal;

/// What would go into it is no secret of a new file.
#[test]
fn a_dry_run_needs_neither_a_file_nor_a_passphrase() {
    let (one, shared) = (Desktop::headless(), Shared::new());
    one.add("aws", LINK);
    let new = one.mfactl(&["sync", "--dry-run", &shared.file()]).ok();
    assert!(
        new.starts_with("Would change in the file:\n  + aws\n")
            && new.ends_with("would be created. Nothing was changed."),
        "{new}"
    );
    assert_eq!(shared.names(), [""; 0]);
}

#[test]
fn a_dry_run_and_a_wrong_passphrase_change_nothing() {
    let (one, two, shared) = (Desktop::headless(), Desktop::headless(), Shared::new());
    one.add("aws", LINK);
    two.add("bank", BANK);
    sync(&one, &shared);
    let (file, before) = (fs::read(shared.path()).unwrap(), accounts(&two));
    let said = sync_with(&two, &["--dry-run", &shared.file()]).ok();
    assert_eq!(
        said,
        "Would change here:\n  + aws\nWould change in the file:\n  + bank\nNothing was changed."
    );
    let refused = sync_with(&two, &[&shared.file()]).fails(2);
    assert!(refused.contains("--yes"), "{refused}");
    // A script that reads JSON is not asked either, and reads nothing else.
    let line = format!("sync --json {}", shared.file());
    let json = terminal(&two, &line, &format!("{PASSPHRASE}\n"));
    assert!(
        json.status == 2
            && json.stdout.contains("--json cannot ask")
            && !json.stdout.contains("Would"),
        "{json}"
    );
    let wrong = two
        .mfactl_with(
            &["sync", "--yes", "--password-file", "-", &shared.file()],
            "wrong",
        )
        .fails(5);
    assert!(
        wrong.contains("the passphrase of the file is wrong"),
        "{wrong}"
    );
    assert_eq!(
        (fs::read(shared.path()).unwrap(), accounts(&two)),
        (file, before)
    );
    let line = format!("sync {}", shared.file());
    let no = terminal(&two, &line, &format!("{PASSPHRASE}\nno\n"));
    assert!(
        no.status == 1
            && no.stdout.contains("first synchronisation")
            && no.stdout.contains("+ aws")
            && !no.stdout.contains("Nothing was changed"),
        "{no}"
    );
    let yes = terminal(&two, &line, &format!("{PASSPHRASE}\nyes\n"));
    assert!(yes.status == 0 && !yes.stdout.contains(PASSPHRASE), "{yes}");
    assert_eq!(names(&two), ["aws", "bank"]);
}

#[test]
fn a_file_does_not_lose_many_accounts_without_a_question() {
    let (desktop, shared) = (Desktop::headless(), Shared::new());
    for (name, end) in [
        ("one", "AA"),
        ("two", "BB"),
        ("three", "CC"),
        ("four", "DD"),
    ] {
        let secret = format!("{SECRET}AAAAAA{end}");
        desktop.add(name, &format!("otpauth://totp/{name}:jane?secret={secret}"));
    }
    sync(&desktop, &shared);
    desktop.mfactl(&["rm", "--yes", "one"]).ok();
    sync_with(&desktop, &[&shared.file()]).ok();
    let file = fs::read(shared.path()).unwrap();
    for name in ["two", "three"] {
        desktop.mfactl(&["rm", "--yes", name]).ok();
    }
    let refused = sync_with(&desktop, &[&shared.file()]).fails(2);
    assert!(
        refused.contains("2 accounts are missing here, but are still in the file"),
        "{refused}"
    );
    assert_eq!(fs::read(shared.path()).unwrap(), file);
    let line = format!("sync {}", shared.file());
    let no = terminal(&desktop, &line, &format!("{PASSPHRASE}\nno\n"));
    assert!(no.status == 1 && no.stdout.contains("missing here"), "{no}");
    let said = sync(&desktop, &shared);
    assert_eq!(changes(&said, "removed"), ["file three", "file two"]);
}
