//! What we print as JSON. Fields are only ever added; anything else makes a new [`SCHEMA`].

use mfa_intake::Part;
use mfa_ipc::types::{AccountInfo, Fate, IssuedCode, Status};
use serde::{Serialize, Serializer};

use super::doctor::Grade;
use super::plan::{Plan, Row};

/// The version of all JSON that we print.
pub(super) const SCHEMA: u32 = 1;

/// `mfactl get --json`
#[derive(Serialize)]
pub(super) struct Got<'a> {
    schema: u32,
    id: &'a str,
    name: &'a str,
    issuer: &'a str,
    username: &'a str,
    code: &'a str,
    digits: u32,
    period: Option<u32>,
    #[serde(flatten)]
    validity: Validity,
    remaining: Option<u64>,
}

impl<'a> Got<'a> {
    pub(super) fn new(account: &'a AccountInfo, code: &'a IssuedCode, now: u64) -> Self {
        Self {
            schema: SCHEMA,
            id: &account.id,
            name: &account.name,
            issuer: &account.issuer,
            username: &account.username,
            code: &code.code,
            digits: account.digits,
            period: account.period,
            validity: Validity::of(code),
            remaining: remaining(code, now),
        }
    }
}

/// When a code is valid, in Unix seconds; `null` for a counter-based one.
#[derive(Serialize)]
struct Validity {
    valid_from: Option<u64>,
    valid_until: Option<u64>,
}

impl Validity {
    fn of(code: &IssuedCode) -> Self {
        let timed = code.valid_until > 0;
        Self {
            valid_from: timed.then_some(code.valid_from),
            valid_until: timed.then_some(code.valid_until),
        }
    }
}

/// How many seconds a code is still valid for; nothing for a counter-based one.
pub(super) fn remaining(code: &IssuedCode, now: u64) -> Option<u64> {
    (code.valid_until > 0).then(|| code.valid_until.saturating_sub(now))
}

/// `mfactl pair --json`
#[derive(Serialize)]
pub(super) struct Codes<'a> {
    schema: u32,
    codes: Vec<Code<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    #[serde(flatten)]
    validity: Validity,
}

impl<'a> Codes<'a> {
    pub(super) fn new(codes: &'a [IssuedCode]) -> Self {
        let code = |code: &'a IssuedCode| Code {
            code: &code.code,
            validity: Validity::of(code),
        };
        Self {
            schema: SCHEMA,
            codes: codes.iter().map(code).collect(),
        }
    }
}

/// `mfactl list --json`
#[derive(Serialize)]
pub(super) struct Accounts<'a> {
    schema: u32,
    accounts: Vec<Account<'a>>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(
        rows: impl Iterator<Item = (&'a AccountInfo, Option<&'a IssuedCode>)>,
        now: u64,
    ) -> Self {
        let row = |(info, code): (&'a AccountInfo, Option<&'a IssuedCode>)| Account {
            current: code.map(|code| Current {
                code: &code.code,
                validity: Validity::of(code),
                remaining: remaining(code, now),
            }),
            ..Account::from(info)
        };
        Self {
            schema: SCHEMA,
            accounts: rows.map(row).collect(),
        }
    }
}

/// `mfactl show --json`
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    schema: u32,
    #[serde(flatten)]
    account: Account<'a>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(info: &'a AccountInfo) -> Self {
        Self {
            schema: SCHEMA,
            account: info.into(),
        }
    }
}

#[derive(Serialize)]
struct Account<'a> {
    id: &'a str,
    name: &'a str,
    issuer: &'a str,
    username: &'a str,
    r#type: &'a str,
    algorithm: &'a str,
    digits: u32,
    period: Option<u32>,
    counter: Option<u64>,
    tags: &'a [String],
    pinned: bool,
    note: &'a str,
    serial: &'a str,
    created: u64,
    modified: u64,
    #[serde(flatten)]
    current: Option<Current<'a>>,
}

/// The current code of a listed account.
#[derive(Serialize)]
struct Current<'a> {
    code: &'a str,
    #[serde(flatten)]
    validity: Validity,
    remaining: Option<u64>,
}

impl<'a> From<&'a AccountInfo> for Account<'a> {
    fn from(info: &'a AccountInfo) -> Self {
        Self {
            id: &info.id,
            name: &info.name,
            issuer: &info.issuer,
            username: &info.username,
            r#type: &info.kind,
            algorithm: &info.algorithm,
            digits: info.digits,
            period: info.period,
            counter: info.counter,
            tags: &info.tags,
            pinned: info.pinned,
            note: &info.note,
            serial: &info.serial,
            created: info.created,
            modified: info.modified,
            current: None,
        }
    }
}

/// `mfactl add --json`
#[derive(Serialize)]
pub(super) struct Added<'a> {
    schema: u32,
    id: &'a str,
    name: &'a str,
}

impl<'a> Added<'a> {
    pub(super) fn new(info: &'a AccountInfo) -> Self {
        Self {
            schema: SCHEMA,
            id: &info.id,
            name: &info.name,
        }
    }
}

/// `mfactl import --json`
#[derive(Serialize)]
pub(super) struct Imports<'a> {
    schema: u32,
    dry_run: bool,
    format: &'a str,
    read: usize,
    added: usize,
    present: usize,
    skipped: usize,
    /// The QR codes of an export that were not there.
    missing: &'a [Part],
    accounts: Vec<Import<'a>>,
}

/// What became of one entry of a file.
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
            schema: SCHEMA,
            dry_run,
            format: &plan.format,
            read: plan.read(),
            added: plan.count(Fate::Added),
            present: plan.count(Fate::Present),
            skipped: plan.count(Fate::Skipped),
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

/// `mfactl status --json`
#[derive(Serialize)]
pub(super) struct Health<'a> {
    schema: u32,
    version: &'a str,
    pid: u32,
    keychain: &'a str,
    vault_file: bool,
    locked: bool,
    locked_by_user: bool,
    problem: Option<&'a str>,
    keychain_changed_from: Option<&'a str>,
    accounts: Option<u32>,
    unreadable: u32,
    bus_codes: bool,
    tray: bool,
}

impl<'a> Health<'a> {
    pub(super) fn new(status: &'a Status) -> Self {
        Self {
            schema: SCHEMA,
            version: &status.version,
            pid: status.pid,
            keychain: &status.keychain,
            vault_file: status.vault_file,
            locked: status.locked,
            locked_by_user: status.locked_by_user,
            problem: Some(status.problem.as_str()).filter(|problem| !problem.is_empty()),
            keychain_changed_from: status.keychain_changed_from.as_deref(),
            accounts: status.accounts,
            unreadable: status.unreadable,
            bus_codes: status.bus_codes,
            tray: status.tray,
        }
    }
}

/// `mfactl doctor --json`
#[derive(Serialize)]
pub(super) struct Checks<'a> {
    schema: u32,
    findings: &'a [Finding],
}

impl<'a> Checks<'a> {
    pub(super) fn new(findings: &'a [Finding]) -> Self {
        Self {
            schema: SCHEMA,
            findings,
        }
    }
}

/// One thing that was looked at.
#[derive(Serialize)]
pub(crate) struct Finding {
    #[serde(serialize_with = "grade")]
    pub(super) grade: Grade,
    pub(super) what: &'static str,
    pub(super) text: String,
}

impl Finding {
    pub(super) fn new(grade: Grade, what: &'static str, text: String) -> Self {
        Self { grade, what, text }
    }
}

fn grade<S: Serializer>(grade: &Grade, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(grade.as_str())
}
