//! Decides what becomes of each account of a backup.
//!
//! An account of the backup and a stored one are the same if they have the same id. An account that was added again has
//! another id, so the same codes also make it the same one ([`matches`]). Two entries of the backup with the same codes,
//! names and user are one account too: another program has copied an entry, or computers have put their files together. The one that is
//! stored here counts, or else the one that was edited last.
//!
//! No secret takes the place of another one: an account of the backup with another secret than the stored one of the same
//! id is another account, and both stay.

mod matches;
mod twins;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::unlocked::Unlocked;
use mfa_core::{Account, AccountId, merge, naming};
use mfa_ipc::Error;
use mfa_ipc::types::{MAX_IMPORTED, RestoreResult, Restored};

use super::accounts::Accounts;
use super::{Service, errors};
use crate::database::Unreadable;
use matches::Matches;
use twins::Twins;

/// The accounts of a backup.
#[derive(Default)]
pub(crate) struct Backup {
    pub(crate) accounts: Vec<Entry>,
    /// What of an entry its account does not have.
    pub(crate) remarks: HashMap<AccountId, String>,
    /// The entries with codes that are not understood.
    pub(crate) unreadable: Vec<Unreadable>,
}

/// What is to become of the accounts of a backup.
#[derive(Default)]
pub(super) struct Plan {
    /// The results, by the names in the backup.
    pub(super) results: Vec<RestoreResult>,
    /// The accounts that are stored.
    pub(super) puts: Vec<Entry>,
}

/// Decides on the accounts of a backup. Those that differ from the stored ones are replaced if `replace` is set.
pub(super) fn plan(accounts: &Accounts, backup: Backup, replace: bool) -> Result<Plan, Error> {
    let Backup {
        accounts: mut backup,
        mut remarks,
        unreadable,
    } = backup;
    if backup.len() + unreadable.len() > MAX_IMPORTED {
        return Err(errors::too_many_imported());
    }
    let unlocked = &accounts.unlocked;
    backup.sort_by_cached_key(|entry| {
        let account = &entry.account;
        let is_new = unlocked.get(account.id).is_none();
        let edited = Reverse(account.modified);
        (account.name.to_lowercase(), is_new, edited, account.id)
    });
    for entry in &mut backup {
        let remark = remarks.remove(&entry.account.id);
        displace(unlocked, entry);
        remarks.extend(remark.map(|remark| (entry.account.id, remark)));
    }
    let matches = Matches::new(unlocked, &backup);
    let pairs: Vec<_> = backup
        .into_iter()
        .map(|entry| (matches.stored(unlocked, &entry), entry))
        .collect();
    let mut taken = Taken::new(unlocked, &pairs, replace);
    let mut twins = Twins::new(&pairs);
    let mut plan = Plan::default();
    for (stored, mut entry) in pairs {
        let remark = remarks.remove(&entry.account.id);
        if let Some(result) = twins.repeated(&mut entry) {
            plan.results.push(RestoreResult { remark, ..result });
            continue;
        }
        let here = match stored {
            Some(stored) => Here::Account(stored),
            None if accounts.unread.contains_key(&entry.account.id) => Here::Unreadable,
            None => Here::Nothing,
        };
        let (result, put) = fate(here, entry, replace, &mut taken);
        plan.results.push(RestoreResult { remark, ..result });
        plan.puts.extend(put);
    }
    plan.results.extend(unreadable.into_iter().map(not_read));
    Ok(plan)
}

/// Returns the result of an entry with codes that are not understood.
fn not_read(entry: Unreadable) -> RestoreResult {
    let Unreadable {
        name,
        username,
        is_account,
    } = entry;
    let reason = match is_account {
        true => "its codes cannot be read",
        false => "another program keeps its codes in a way of its own",
    };
    RestoreResult {
        fate: Restored::Skipped,
        name,
        name_there: None,
        issuer: String::new(),
        username,
        id: None,
        differs: Vec::new(),
        reason: Some(reason.to_owned()),
        remark: None,
        missing: is_account,
    }
}

/// Gives an account of a backup another id, if the stored one of its id has another secret.
fn displace(unlocked: &Unlocked, entry: &mut Entry) {
    let id = entry.account.id;
    if unlocked
        .get(id)
        .is_some_and(|stored| !stored.secret.same_as(&entry.secret))
    {
        entry.account.id = merge::displaced_id(id, &entry.secret);
    }
}

impl Service {
    /// Raises the counters of accounts of a backup that were counted further before they were removed here.
    pub(super) fn count_on(&self, backup: &mut Backup) {
        for entry in &mut backup.accounts {
            let known = self.parts.notes.removed.get(&entry.account.id);
            if let (Kind::Hotp { counter }, Some(known)) = (&mut entry.account.kind, known) {
                *counter = (*known).max(*counter);
            }
        }
    }
}

/// What is stored here of an account of a backup.
#[derive(Clone, Copy)]
enum Here<'a> {
    Nothing,
    Account(&'a Entry),
    /// An item of this id that cannot be read.
    Unreadable,
}

/// What differs if the stored account cannot be read.
const UNREADABLE: &str = "unreadable";

/// The result of an account of which nothing is restored.
fn skipped(entry: &Entry) -> RestoreResult {
    let account = &entry.account;
    RestoreResult {
        fate: Restored::Skipped,
        name: account.name.clone(),
        name_there: None,
        issuer: account.issuer.clone(),
        username: account.username.clone(),
        id: None,
        differs: Vec::new(),
        reason: None,
        remark: None,
        missing: false,
    }
}

/// The names and serials that are taken, and the accounts that are decided.
struct Taken {
    names: HashSet<String>,
    serials: HashSet<String>,
    decided: HashSet<AccountId>,
}

impl Taken {
    fn new(unlocked: &Unlocked, pairs: &[(Option<&Entry>, Entry)], replace: bool) -> Self {
        let is_replaced = |stored: &Entry, entry| replace && !differences(stored, entry).is_empty();
        let replaced = pairs
            .iter()
            .filter_map(|(stored, entry)| stored.filter(|stored| is_replaced(stored, entry)));
        let replaced: HashSet<_> = replaced.map(|stored| stored.account.id).collect();
        let kept = unlocked.entries().map(|entry| &entry.account);
        let kept: Vec<_> = kept.filter(|kept| !replaced.contains(&kept.id)).collect();
        Self {
            names: kept.iter().map(|kept| kept.name.to_lowercase()).collect(),
            serials: kept.iter().map(|kept| kept.serial.clone()).collect(),
            decided: HashSet::new(),
        }
    }

    /// Gives an account a free name, and takes away a serial that another one has.
    fn admit(&mut self, account: &mut Account) {
        account.name = naming::free(&account.name, |name| {
            self.names.contains(&name.to_lowercase())
        });
        self.names.insert(account.name.to_lowercase());
        if !self.serials.insert(account.serial.clone()) {
            account.serial.clear();
        }
    }
}

fn fate(
    here: Here<'_>,
    mut entry: Entry,
    replace: bool,
    taken: &mut Taken,
) -> (RestoreResult, Option<Entry>) {
    let stored = match here {
        Here::Account(stored) => Some(stored),
        Here::Nothing | Here::Unreadable => None,
    };
    let id = stored.map_or(entry.account.id, |stored| stored.account.id);
    let mut result = skipped(&entry);
    result.id = Some(id.to_string());
    if let Some(stored) = stored {
        result.name.clone_from(&stored.account.name);
    }
    let there = entry.account.name.clone();
    if let Err(error) = entry.to_text() {
        result.id = None;
        result.reason = Some(error.to_string());
        result.missing = true;
        return (result, None);
    }
    if !taken.decided.insert(id) {
        result.reason = Some("it is in the backup twice".to_owned());
        return (result, None);
    }
    let mut put = None;
    let differs = match here {
        Here::Account(stored) => differences(stored, &entry),
        Here::Unreadable => vec![UNREADABLE],
        Here::Nothing => Vec::new(),
    };
    result.fate = match (here, differs.is_empty(), replace) {
        (Here::Nothing, ..) => Restored::Added,
        (_, true, _) => Restored::Same,
        (_, false, false) => Restored::Kept,
        (_, false, true) => Restored::Replaced,
    };
    result.differs = differs.into_iter().map(str::to_owned).collect();
    if let Some(stored) = stored {
        entry.account.id = id;
        entry.keep_counter_of(stored);
    }
    if matches!(result.fate, Restored::Added | Restored::Replaced) {
        taken.admit(&mut entry.account);
        result.name.clone_from(&entry.account.name);
        put = Some(entry);
    }
    result.name_there = Some(there).filter(|there| *there != result.name);
    (result, put)
}

/// Returns the names of the fields in which the account of a backup differs from the stored one. A counter that is
/// behind is no difference, because it never goes back; neither is a time.
fn differences(stored: &Entry, there: &Entry) -> Vec<&'static str> {
    let (one, other) = (&stored.account, &there.account);
    let counter = match (one.kind, other.kind) {
        (Kind::Hotp { counter }, Kind::Hotp { counter: there }) => there > counter,
        _ => false,
    };
    let codes = (
        one.kind.as_str(),
        one.kind.period(),
        one.algorithm,
        one.digits,
    ) != (
        other.kind.as_str(),
        other.kind.period(),
        other.algorithm,
        other.digits,
    );
    let all = [
        ("name", one.name != other.name),
        ("issuer", one.issuer != other.issuer),
        ("username", one.username != other.username),
        ("codes", codes),
        ("counter", counter),
        ("tags", one.tags != other.tags),
        ("domains", one.domains != other.domains),
        ("pinned", one.pinned != other.pinned),
        ("note", one.note != other.note),
        ("serial", one.serial != other.serial),
        ("other fields", one.more != other.more),
    ];
    let differ = all.into_iter().filter(|(_, differs)| *differs);
    differ.map(|(field, _)| field).collect()
}
