//! Tests of what is said of a synchronisation.

use super::*;

fn change(side: &str, what: &str, name: &str, fields: &[&str]) -> SyncChange {
    SyncChange {
        side: side.into(),
        what: what.into(),
        name: name.into(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        loser: (what == "conflict").then(|| "here".to_owned()),
    }
}

#[test]
fn the_result_says_what_happens_on_both_sides() {
    let changes = vec![
        change("here", "added", "b\x1bank", &[]),
        change("here", "changed", "aws", &["name", "note"]),
        change("file", "removed", "old", &[]),
        change("file", "conflict", "aws", &["note"]),
    ];
    let report = SyncReport {
        copies: vec!["a.sync-conflict.kdbx".into()],
        folder: Some("/s/a conflicts".into()),
        ..SyncReport::default()
    };
    let synced = (report, changes);
    let said = text(Path::new("/s/a.kdbx"), Told::Done, &synced);
    let expected = "Changed here:\n  + b\u{fffd}ank\n  ~ aws: name, note\nChanged in the file:\n  - old\nChanged on \
                    both sides:\n  aws: note: the value in the file is later and stays; the one here is kept in the \
                    history of the entry in the file\nMerged the conflict copy a.sync-conflict.kdbx, and moved it to \
                    /s/a conflicts\nAll accounts are now the same here and in /s/a.kdbx.\n";
    assert_eq!(said, expected);
}

/// Nothing is said as if it were done before it is.
#[test]
fn what_would_happen_is_not_called_done() {
    let changes = vec![
        change("here", "added", "bank", &[]),
        change("file", "changed", "aws", &["note"]),
        change("file", "conflict", "aws", &["note"]),
    ];
    let report = SyncReport {
        copies: vec!["a.sync-conflict.kdbx".into()],
        unreadable: 2,
        unread: vec!["odd".into()],
        other_secrets: vec!["b\x1bank".into()],
        other_codes: vec!["shop".into()],
        cut: vec!["notes of aws".into()],
        ..SyncReport::default()
    };
    let synced = (report, changes);
    let planned = "Would change here:\n  + bank\nWould change in the file:\n  ~ aws: note\nChanged on both \
                   sides:\n  aws: note: the value in the file is later and would stay; the one here would be kept in \
                   the history of the entry in the file\nWould merge the conflict copy a.sync-conflict.kdbx, and \
                   move it to a folder beside the file\nWould leave unchanged: the entry odd, whose codes this version \
                   cannot read\nWould leave unchanged: 1 account that this version cannot \
                   read\nWould leave unchanged: a second secret in the entry b\u{fffd}ank, from which other \
                   programs make codes\nWould leave unchanged: the entry shop, whose codes are not in the field “otp” \
                   (to read them: mfactl import FILE)\nOnly the beginning fits into an account, and the file keeps the \
                   rest: notes of aws\n";
    let said = |told| text(Path::new("/s/a.kdbx"), told, &synced);
    assert_eq!(said(Told::Plan), planned);
    assert_eq!(
        said(Told::DryRun),
        format!("{planned}Nothing was changed.\n")
    );
    let done = said(Told::Done);
    assert!(
        !done.contains("ould") && done.contains("All other accounts"),
        "{done}"
    );
}

#[test]
fn what_the_daemon_does_by_itself_is_told() {
    let none = Status::default();
    assert_eq!(standing(&none), None);
    let mut status = Status {
        sync_file: Some("/s/a.kdbx".into()),
        ..none
    };
    assert_eq!(standing(&status).unwrap(), "not yet, with /s/a.kdbx");
    status.synced_at = Some(0);
    status.sync_problem = "it is full".into();
    status.sync_conflicts = Some(vec!["aws: note".into()]);
    let expected = "1970-01-01 00:00:00 UTC, with /s/a.kdbx; the last attempt failed: it is full; changed on both \
                    sides, with the earlier value in the history of the entry: aws: note";
    assert_eq!(standing(&status).unwrap(), expected);
}

#[test]
fn a_dry_run_says_that_nothing_was_changed() {
    let said = text(
        Path::new("/a"),
        Told::DryRun,
        &(SyncReport::default(), Vec::new()),
    );
    assert_eq!(said, "Nothing was changed.\n");
    let created = SyncReport {
        created: true,
        ..SyncReport::default()
    };
    let added = vec![change("file", "added", "bank", &[])];
    let said = text(Path::new("/a"), Told::DryRun, &(created, added));
    let expected =
        "Would change in the file:\n  + bank\n/a would be created. Nothing was changed.\n";
    assert_eq!(said, expected);
    let said = text(
        Path::new("/a"),
        Told::Done,
        &(SyncReport::default(), Vec::new()),
    );
    assert_eq!(said, "All accounts are the same here and in /a.\n");
}
