//! What becomes of the entries of an import, as a person reads it.

use mfa_intake::{Decoded, Part};
use mfa_ipc::types::{Fate, ImportResult};

use super::{Context, strength};
use crate::error::Error;
use crate::output::{clean, pad, width};

/// What becomes of each entry.
pub(super) struct Plan {
    /// The format of the first file.
    pub(super) format: String,
    /// The QR codes of the export that were not there.
    pub(super) missing: Vec<Part>,
    /// In the order of the files; what could not be read comes last.
    pub(super) rows: Vec<Row>,
}

/// An entry and what becomes of it. What could not be read has its place or its name for an issuer.
pub(super) struct Row {
    pub(super) issuer: String,
    pub(super) username: String,
    pub(super) result: ImportResult,
}

impl Plan {
    pub(super) fn new(found: &Decoded, results: Vec<ImportResult>) -> Self {
        let read = found
            .accounts
            .iter()
            .zip(results)
            .map(|(account, mut result)| {
                if result.fate == Fate::Added {
                    let remarks = result.reason.into_iter().chain(strength::remark(account));
                    let remarks = remarks.collect::<Vec<_>>().join(", ");
                    result.reason = Some(remarks).filter(|remarks| !remarks.is_empty());
                }
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                let issuer = account.issuer.as_ref().or(account.name.as_ref());
                Row {
                    issuer: issuer.cloned().unwrap_or_default(),
                    username: text(&account.username),
                    result,
                }
            });
        let unread = found.skipped.iter().map(|skipped| Row {
            issuer: skipped.name.clone(),
            username: String::new(),
            result: ImportResult {
                fate: Fate::Skipped,
                name: String::new(),
                id: None,
                clash: None,
                reason: Some(skipped.reason.clone()),
            },
        });
        Self {
            format: found.format.clone(),
            missing: found.missing(),
            rows: read.chain(unread).collect(),
        }
    }

    /// How many entries there are, whether they can be added or not.
    pub(super) fn read(&self) -> usize {
        self.rows.len() - self.missing.len()
    }

    /// How many there are of which this becomes. A QR code that is missing is none of them.
    pub(super) fn count(&self, fate: Fate) -> usize {
        let rows = self.rows.iter().filter(|row| row.result.fate == fate);
        match fate {
            Fate::Skipped => rows.count() - self.missing.len(),
            Fate::Added | Fate::Present => rows.count(),
        }
    }

    /// Prints all of it.
    pub(super) fn print(&self, context: &Context) -> Result<(), Error> {
        let output = context.output;
        let rows: Vec<_> = self.rows.iter().map(Row::cells).collect();
        let widest = |n: usize| rows.iter().map(|cells| width(&cells[n])).max().unwrap_or(0);
        let widths = [widest(0), widest(1), widest(2)];
        for cells in &rows {
            let [what, issuer, username] = [0, 1, 2].map(|n| pad(&cells[n], widths[n]));
            let (what, remark) = (output.bold(&what), &cells[3]);
            output.line(format!("{what}   {issuer}   {username}   {remark}").trim_end())?;
        }
        Ok(())
    }

    /// What is not added, as the end of a sentence.
    pub(super) fn rest(&self) -> String {
        let mut rest = String::new();
        match self.count(Fate::Present) {
            0 => {}
            1 => rest.push_str(" 1 was here already."),
            n => rest.push_str(&format!(" {n} were here already.")),
        }
        match self.count(Fate::Skipped) {
            0 => {}
            1 => rest.push_str(" 1 was skipped."),
            n => rest.push_str(&format!(" {n} were skipped.")),
        }
        rest
    }
}

impl Row {
    fn cells(&self) -> [String; 4] {
        let result = &self.result;
        let name = clean(&result.name);
        let reason = clean(result.reason.as_deref().unwrap_or_default());
        let (what, mut remark) = match (result.fate, &result.clash) {
            (Fate::Added, None) => ("add", format!("as {name}")),
            (Fate::Added, Some(other)) => {
                let other = clean(other);
                ("clash", format!("as {name}: “{other}” gives other codes"))
            }
            (Fate::Present, _) => ("have", format!("it is “{name}”")),
            (Fate::Skipped, _) => ("skip", reason.clone()),
        };
        if result.fate == Fate::Added && !reason.is_empty() {
            remark = format!("{remark}; {reason}");
        }
        [
            what.to_owned(),
            clean(&self.issuer),
            clean(&self.username),
            remark,
        ]
    }
}

/// So many accounts.
pub(super) fn accounts(count: usize) -> String {
    match count {
        1 => "1 account".to_owned(),
        n => format!("{n} accounts"),
    }
}
