//! The result of a restore as JSON.

use mfa_ipc::types::RestoreResult;
use serde::Serialize;

use super::words::Tally;

/// The output of `mfactl restore --json`.
#[derive(Serialize)]
pub(super) struct Restores<'a> {
    dry_run: bool,
    #[serde(flatten)]
    tally: Tally,
    accounts: Vec<Row<'a>>,
}

/// One account of the backup and what became of it.
#[derive(Serialize)]
struct Row<'a> {
    fate: &'static str,
    name: &'a str,
    name_there: Option<&'a str>,
    issuer: &'a str,
    username: &'a str,
    id: Option<&'a str>,
    differs: &'a [String],
    reason: Option<&'a str>,
    remark: Option<&'a str>,
    missing: bool,
}

impl<'a> Restores<'a> {
    pub(super) fn new(results: &'a [RestoreResult], dry_run: bool) -> Self {
        let row = |result: &'a RestoreResult| Row {
            fate: result.fate.as_str(),
            name: &result.name,
            name_there: result.name_there.as_deref(),
            issuer: &result.issuer,
            username: &result.username,
            id: result.id.as_deref(),
            differs: &result.differs,
            reason: result.reason.as_deref(),
            remark: result.remark.as_deref(),
            missing: result.missing,
        };
        Self {
            dry_run,
            tally: Tally::of(results),
            accounts: results.iter().map(row).collect(),
        }
    }
}
