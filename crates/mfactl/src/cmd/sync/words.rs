//! What a synchronisation did, or would do, in words.

use std::path::Path;

use mfa_host::utc;
use mfa_ipc::types::{Status, SyncChange, SyncReport};

use super::Synced;
use crate::cmd::intake::short;
use crate::text::clean;

/// Whether what is told was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It was done.
    Done,
    /// It would be done; somebody wanted to know no more.
    DryRun,
    /// It is to be done, once somebody agrees.
    Plan,
}

/// Writes the result for a person.
pub(super) fn text(file: &Path, told: Told, (report, changes): &Synced) -> String {
    let mut text = String::new();
    let is_done = told == Told::Done;
    let titles = match is_done {
        true => ["Changed here", "Changed in the file"],
        false => ["Would change here", "Would change in the file"],
    };
    for (side, title) in ["here", "file"].into_iter().zip(titles) {
        let of_side = |change: &&SyncChange| change.side == side && change.what != "conflict";
        let lines: Vec<_> = changes.iter().filter(of_side).map(sentence).collect();
        section(&mut text, title, &lines);
    }
    let conflicts = changes.iter().filter(|change| change.what == "conflict");
    let conflicts: Vec<_> = conflicts.map(|change| conflict(change, is_done)).collect();
    section(&mut text, "Changed on both sides", &conflicts);
    for copy in &report.copies {
        line(&mut text, &folded(copy, report.folder.as_deref(), is_done));
    }
    let stays = match is_done {
        true => "Left",
        false => "Would leave",
    };
    match report.unreadable {
        0 => {}
        1 => line(
            &mut text,
            &format!("{stays} unchanged: 1 account that this version cannot read"),
        ),
        count => line(
            &mut text,
            &format!("{stays} unchanged: {count} accounts that this version cannot read"),
        ),
    }
    for entry in &report.other_secrets {
        let entry = clean(entry);
        line(
            &mut text,
            &format!(
                "{stays} unchanged: a second secret in the entry {entry}, from which only KeePass 2 makes codes"
            ),
        );
    }
    if let Some(end) = end(file, told, report, changes) {
        line(&mut text, &end);
    }
    text
}

/// Returns the last sentence. Before a question there is none: the question follows.
fn end(file: &Path, told: Told, report: &SyncReport, changes: &[SyncChange]) -> Option<String> {
    let file = short(file);
    let all = match report.unreadable {
        0 => "All accounts",
        _ => "All other accounts",
    };
    let end = match (told, report.created, changes.is_empty()) {
        (Told::Plan, ..) => return None,
        (Told::DryRun, ..) => "Nothing was changed.".to_owned(),
        (Told::Done, true, _) => format!("Created {file}."),
        (Told::Done, false, true) => format!("{all} are the same here and in {file}."),
        (Told::Done, false, false) => format!("{all} are now the same here and in {file}."),
    };
    Some(end)
}

/// Says what becomes of a conflict copy.
fn folded(copy: &str, folder: Option<&str>, is_done: bool) -> String {
    let copy = clean(copy);
    match (is_done, folder) {
        (true, Some(folder)) => {
            let folder = clean(&short(Path::new(folder)));
            format!("Merged the conflict copy {copy}, and moved it to {folder}")
        }
        (true, None) => format!("Merged the conflict copy {copy}"),
        (false, _) => {
            format!("Would merge the conflict copy {copy}, and move it to a folder beside the file")
        }
    }
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    line(text, &format!("{title}:"));
    for one in lines {
        line(text, &format!("  {one}"));
    }
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn sentence(change: &SyncChange) -> String {
    let name = clean(&change.name);
    match &*change.what {
        "added" => format!("+ {name}"),
        "removed" => format!("- {name}"),
        _ => format!("~ {name}: {}", fields(change)),
    }
}

/// Says which value of a field stays. The other one is in the history of the entry.
fn conflict(change: &SyncChange, is_done: bool) -> String {
    let place = |side: &str| match side {
        "here" => "here",
        "copy" => "in a conflict copy",
        _ => "in the file",
    };
    let (name, fields) = (clean(&change.name), fields(change));
    let (winner, loser) = (
        place(&change.side),
        place(change.loser.as_deref().unwrap_or_default()),
    );
    let (stays, is_kept) = match is_done {
        true => ("stays", "is kept"),
        false => ("would stay", "would be kept"),
    };
    format!(
        "{name}: {fields}: the value {winner} is later and {stays}; the one {loser} {is_kept} in the history of the entry \
         in the file"
    )
}

fn fields(change: &SyncChange) -> String {
    clean(&change.fields.join(", "))
}

/// Says when the daemon has synchronised by itself, and what is wrong with that.
pub(in crate::cmd) fn standing(status: &Status) -> Option<String> {
    let file = short(Path::new(status.sync_file.as_ref()?));
    let at = match status.synced_at {
        Some(at) => utc::date_and_time(at),
        None => "not yet".to_owned(),
    };
    let problem = match status.sync_problem.as_str() {
        "" => String::new(),
        problem => format!("; the last attempt failed: {}", clean(problem)),
    };
    let conflicts = match status.sync_conflicts.as_deref() {
        None | Some([]) => String::new(),
        Some(fields) => {
            let fields: Vec<_> = fields.iter().map(|field| clean(field)).collect();
            format!(
                "; changed on both sides, with the earlier value in the history of the entry: {}",
                fields.join("; ")
            )
        }
    };
    Some(format!("{at}, with {file}{problem}{conflicts}"))
}

#[cfg(test)]
mod tests {
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
            unreadable: 1,
            other_secrets: vec!["b\x1bank".into()],
            ..SyncReport::default()
        };
        let synced = (report, changes);
        let planned = "Would change here:\n  + bank\nWould change in the file:\n  ~ aws: note\nChanged on both \
                       sides:\n  aws: note: the value in the file is later and would stay; the one here would be kept in \
                       the history of the entry in the file\nWould merge the conflict copy a.sync-conflict.kdbx, and \
                       move it to a folder beside the file\nWould leave unchanged: 1 account that this version cannot \
                       read\nWould leave unchanged: a second secret in the entry b\u{fffd}ank, from which only KeePass \
                       2 makes codes\n";
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
        let said = text(
            Path::new("/a"),
            Told::Done,
            &(SyncReport::default(), Vec::new()),
        );
        assert_eq!(said, "All accounts are the same here and in /a.\n");
    }
}
