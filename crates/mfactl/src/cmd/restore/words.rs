//! The sentences about a restore.

use mfa_intake::accounts;
use mfa_ipc::types::{RestoreResult, Restored};
use serde::Serialize;

/// How many accounts have which result.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Tally {
    pub(super) added: usize,
    pub(super) same: usize,
    pub(super) kept: usize,
    pub(super) replaced: usize,
    pub(super) skipped: usize,
}

impl Tally {
    pub(super) fn of(results: &[RestoreResult]) -> Self {
        let count = |fate| results.iter().filter(|result| result.fate == fate).count();
        Self {
            added: count(Restored::Added),
            same: count(Restored::Same),
            kept: count(Restored::Kept),
            replaced: count(Restored::Replaced),
            skipped: count(Restored::Skipped),
        }
    }

    /// Returns the sentences about the accounts that stay as they are.
    fn rest(&self) -> String {
        let texts = [
            (self.same, "the same here"),
            (self.kept, "kept as here"),
            (self.skipped, "skipped"),
        ];
        let texts = texts.iter().filter(|(count, _)| *count > 0);
        let texts: Vec<_> = texts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        match texts.is_empty() {
            true => String::new(),
            false => format!(" ({})", texts.join(", ")),
        }
    }
}

/// Says what was restored.
pub(super) fn said(tally: &Tally) -> String {
    let rest = tally.rest();
    match (tally.added, tally.replaced) {
        (0, 0) => format!("Nothing was changed{rest}."),
        (added, 0) => format!("Restored {}{rest}.", accounts(added)),
        (0, replaced) => format!("Replaced {}{rest}.", accounts(replaced)),
        (added, replaced) => format!(
            "Restored {} and replaced {replaced}{rest}.",
            accounts(added)
        ),
    }
}

/// Says what would be restored.
pub(super) fn planned_text(tally: &Tally, keep: bool) -> String {
    let (added, replaced) = (accounts(tally.added), tally.replaced);
    let kept = match tally.kept {
        1 => "1 account differs".to_owned(),
        kept => format!("{kept} accounts differ"),
    };
    let are_kept = match tally.kept {
        1 => "is kept",
        _ => "are kept",
    };
    match (tally.added, replaced, tally.kept) {
        (0, 0, 0) if tally.skipped > 0 => {
            let skipped = accounts(tally.skipped);
            format!("{skipped} cannot be restored; see above.")
        }
        (0, 0, 0) => "All accounts of the backup are here already.".to_owned(),
        (0, 0, _) if keep => format!("Nothing to restore: {kept} and {are_kept}."),
        (0, 0, _) => format!("{kept}: add --keep or --replace."),
        (_, 0, 0) => format!("{added} would be added."),
        (_, 0, _) if keep => format!("{added} would be added; {kept} and {are_kept}."),
        (_, 0, _) => format!("{added} would be added; {kept}: add --keep or --replace."),
        (0, _, _) => format!("{} would be replaced.", accounts(replaced)),
        _ => format!("{added} would be added, and {replaced} replaced."),
    }
}

/// Says how many accounts of the backup would be missing.
pub(super) fn missing(planned: &[RestoreResult]) -> Option<String> {
    match planned.iter().filter(|result| result.missing).count() {
        0 => None,
        1 => Some("1 account of the backup cannot be restored".to_owned()),
        count => Some(format!("{count} accounts of the backup cannot be restored")),
    }
}

#[cfg(test)]
mod tests;
