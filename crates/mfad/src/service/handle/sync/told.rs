//! What a merge does, or would do, in words.

use mfa_core::AccountId;
use mfa_core::merge::{Changes, Outcome, Source};
use mfa_ipc::types::{SyncChange, SyncReport};

use super::Synced;
use crate::sync::{Here, Merged, Opened};

/// Returns what a merge does, or would do, in words.
pub(super) fn told(opened: &Opened, here: &Here, merged: &Merged) -> Synced {
    let Merged {
        outcome,
        is_first,
        unreadable,
        missing,
    } = merged;
    let report = SyncReport {
        done: false,
        first: *is_first,
        created: opened.is_new(),
        written: outcome.writes_file() || opened.is_new(),
        copies: opened.copies(),
        folder: None,
        left: opened.left(),
        unreadable: u32::try_from(*unreadable).unwrap_or(u32::MAX),
        missing: u32::try_from(*missing).unwrap_or(u32::MAX),
        other_secrets: opened.other_secrets(),
        other_codes: opened.other_codes(),
        cut: opened.cut(),
    };
    let mut all = Vec::new();
    all.extend(of_side("here", &outcome.here, outcome));
    all.extend(of_side("file", &outcome.file, outcome));
    for conflict in &outcome.conflicts {
        all.push(SyncChange {
            side: word(conflict.winner).to_owned(),
            what: "conflict".to_owned(),
            name: name(outcome, conflict.id),
            fields: vec![conflict.field.clone()],
            loser: Some(word(conflict.loser).to_owned()),
        });
    }
    Synced {
        report,
        changes: all,
        file: opened.fingerprint(),
        revision: here.revision,
    }
}

fn of_side(side: &str, changes: &Changes, outcome: &Outcome) -> Vec<SyncChange> {
    let change = |what: &str, name: String, fields: Vec<String>| SyncChange {
        side: side.to_owned(),
        what: what.to_owned(),
        name,
        fields,
        loser: None,
    };
    let added = changes.added.iter();
    let added = added.map(|id| change("added", name(outcome, *id), Vec::new()));
    let changed = changes.changed.iter();
    let changed = changed.map(|(id, fields)| change("changed", name(outcome, *id), fields.clone()));
    let removed = changes.removed.values();
    let removed = removed.map(|name| change("removed", name.clone(), Vec::new()));
    let mut all: Vec<_> = added.chain(changed).chain(removed).collect();
    all.sort_by_cached_key(|change| change.name.to_lowercase());
    all
}

fn name(outcome: &Outcome, id: AccountId) -> String {
    let kept = outcome.accounts.get(&id);
    kept.map(|kept| kept.entry.account.name.clone())
        .unwrap_or_default()
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Here => "here",
        Source::File => "file",
        Source::Copy(_) => "copy",
    }
}
