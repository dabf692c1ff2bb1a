//! The plan of an import, as a person reads it.

mod table;

use mfa_intake::{Decoded, Part, Short, Tally};
use mfa_ipc::types::{Fate, ImportResult};
use serde::Serialize;

use super::context::Context;
use crate::error::Error;
use crate::text::clean;

/// The plan of an import: what becomes of each entry.
pub(super) struct Plan {
    /// The format of the first file.
    pub(super) format: String,
    /// The QR codes of the export that are missing.
    pub(super) missing: Vec<Part>,
    /// The entries in the order of the files; those that could not be read come last.
    pub(super) rows: Vec<Row>,
    /// The numbers of the entries by what becomes of them.
    pub(super) tally: Tally,
}

/// An entry and what becomes of it. An entry that could not be read has its place or its name as its issuer.
pub(super) struct Row {
    pub(super) issuer: String,
    pub(super) username: String,
    pub(super) result: ImportResult,
}

impl Plan {
    pub(super) fn new(found: &Decoded, results: Vec<ImportResult>) -> Self {
        let tally = found.tally(&results);
        let read = found
            .accounts
            .iter()
            .zip(results)
            .map(|(account, mut result)| {
                if result.fate == Fate::Added {
                    let short = mfa_intake::short(account).map(Short::short_remark);
                    let remarks = result.reason.into_iter().chain(short);
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
            tally,
        }
    }

    /// Returns the number of entries, whether they can be added or not.
    pub(super) fn read(&self) -> usize {
        self.rows.len() - self.missing.len()
    }

    /// Prints the whole plan.
    pub(super) fn print(&self, context: &Context) -> Result<(), Error> {
        let output = context.output;
        let columns = match output.terminal {
            true => output.columns(),
            false => None,
        };
        let lines = table::lines(self, output, columns);
        lines.iter().try_for_each(|line| output.line(line))
    }

    /// Returns the sentences about the entries that are not added, to be appended to another one.
    pub(super) fn rest(&self) -> String {
        clean(&self.tally.rest())
    }
}

/// `mfactl import --json`
#[derive(Serialize)]
pub(super) struct Imports<'a> {
    dry_run: bool,
    format: &'a str,
    read: usize,
    added: usize,
    present: usize,
    skipped: usize,
    /// The QR codes of an export that are missing.
    missing: &'a [Part],
    accounts: Vec<Import<'a>>,
}

/// One entry of a file and what became of it.
#[derive(Serialize)]
struct Import<'a> {
    fate: &'static str,
    name: Option<&'a str>,
    id: Option<&'a str>,
    issuer: &'a str,
    username: &'a str,
    clash: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Imports<'a> {
    pub(super) fn new(plan: &'a Plan, dry_run: bool) -> Self {
        Self {
            dry_run,
            format: &plan.format,
            read: plan.read(),
            added: plan.tally.added,
            present: plan.tally.present,
            skipped: plan.tally.skipped,
            missing: &plan.missing,
            accounts: plan.rows.iter().map(Import::from).collect(),
        }
    }
}

impl<'a> From<&'a Row> for Import<'a> {
    fn from(row: &'a Row) -> Self {
        let name = row.result.name.as_str();
        Self {
            fate: row.result.fate.as_str(),
            name: Some(name).filter(|name| !name.is_empty()),
            id: row.result.id.as_deref(),
            issuer: &row.issuer,
            username: &row.username,
            clash: row.result.clash.as_deref(),
            reason: row.result.reason.as_deref(),
        }
    }
}
