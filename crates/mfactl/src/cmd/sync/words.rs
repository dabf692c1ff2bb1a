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
    for unread in unread(report, is_done) {
        line(&mut text, &unread);
    }
    if let Some(end) = end(file, told, report, changes) {
        line(&mut text, &end);
    }
    text
}

/// Says what stays in the file that no account has.
fn unread(report: &SyncReport, is_done: bool) -> Vec<String> {
    let stays = match is_done {
        true => "Left unchanged",
        false => "Would leave unchanged",
    };
    let mut lines = Vec::new();
    lines.extend(report.unread.iter().map(|entry| {
        let entry = clean(entry);
        format!("{stays}: the entry {entry}, whose codes this version cannot read")
    }));
    let named = u32::try_from(report.unread.len()).unwrap_or(u32::MAX);
    match report.unreadable.saturating_sub(named) {
        0 => {}
        1 => lines.push(format!("{stays}: 1 account that this version cannot read")),
        count => lines.push(format!(
            "{stays}: {count} accounts that this version cannot read"
        )),
    }
    lines.extend(report.other_secrets.iter().map(|entry| {
        let entry = clean(entry);
        format!(
            "{stays}: a second secret in the entry {entry}, from which other programs make codes"
        )
    }));
    lines.extend(report.other_codes.iter().map(|entry| {
        let entry = clean(entry);
        format!(
            "{stays}: the entry {entry}, whose codes are not in the field “otp” (to read them: mfactl import FILE)"
        )
    }));
    lines.extend(report.cut.iter().map(|text| {
        let text = clean(text);
        format!("Only the beginning fits into an account, and the file keeps the rest: {text}")
    }));
    lines
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
        (Told::DryRun, true, _) => format!("{file} would be created. Nothing was changed."),
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
mod tests;
