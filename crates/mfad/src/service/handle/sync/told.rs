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
        unread: opened.unread(),
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

impl Synced {
    /// Adds what earlier attempts have written to the file, before the accounts changed and all began again.
    pub(super) fn follow(&mut self, attempts: Vec<Self>) {
        for attempt in attempts {
            self.report.written = true;
            self.report.created |= attempt.report.created;
            let is_of_file =
                |change: &SyncChange| change.side == "file" || change.what == "conflict";
            for change in attempt.changes.into_iter().filter(is_of_file) {
                if !self.changes.contains(&change) {
                    self.changes.push(change);
                }
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn synced(written: bool, changes: &[(&str, &str, &str)]) -> Synced {
        let change = |(side, what, name): &(&str, &str, &str)| SyncChange {
            side: (*side).to_owned(),
            what: (*what).to_owned(),
            name: (*name).to_owned(),
            ..SyncChange::default()
        };
        Synced {
            report: SyncReport {
                written,
                created: written,
                ..SyncReport::default()
            },
            changes: changes.iter().map(change).collect(),
            file: None,
            revision: 1,
        }
    }

    #[test]
    fn what_the_first_attempt_has_written_is_told_too() {
        let first = synced(
            true,
            &[
                ("file", "added", "aws"),
                ("here", "changed", "bank"),
                ("here", "conflict", "mail"),
            ],
        );
        let mut second = synced(
            false,
            &[("here", "added", "new"), ("here", "conflict", "mail")],
        );
        second.follow(vec![first]);
        assert!(second.report.written && second.report.created);
        let changes = second.changes.iter();
        let changes: Vec<_> = changes
            .map(|change| (&*change.side, &*change.what, &*change.name))
            .collect();
        assert_eq!(
            changes,
            [
                ("here", "added", "new"),
                ("here", "conflict", "mail"),
                ("file", "added", "aws")
            ]
        );
        let mut alone = synced(false, &[]);
        alone.follow(Vec::new());
        assert!(!alone.report.written && alone.changes.is_empty());
    }
}
