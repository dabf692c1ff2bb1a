//! Decides what becomes of each account of an import.
//!
//! All other requests wait while a slice of it is decided, so whether an account is known is looked up and never searched for: the
//! time is proportional to the number of accounts, however similar they are.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use mfa_core::account::{Kind, MAX_FIELD, MAX_NAME, MAX_NOTE, MAX_TAGS, Period};
use mfa_core::change::Others;
use mfa_core::item::Entry;
use mfa_core::naming;
use mfa_core::site;
use mfa_core::unlocked::Unlocked;
use mfa_core::{Account, AccountChange, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::{Fate, ImportResult};

use super::accounts::{self, Accounts};
use super::errors;
use crate::keychain::Item;

/// The outcome of an import, account by account.
#[derive(Default)]
pub(super) struct Batch {
    /// The results, in the order of the accounts.
    pub(super) results: Vec<ImportResult>,
    /// The accounts that are added.
    pub(super) entries: Vec<Entry>,
    /// The items that are written for them.
    pub(super) items: Vec<Item>,
}

impl Batch {
    pub(super) fn ids(&self) -> BTreeSet<AccountId> {
        self.entries.iter().map(|entry| entry.account.id).collect()
    }
}

/// What is to become of each account, as long as the stored accounts stay as they are.
pub(crate) struct Planned {
    pub(super) batch: Batch,
    /// The revision of the stored accounts that were compared.
    pub(super) revision: u64,
}

impl Planned {
    /// Returns the results of a dry run, without the ids of new accounts, as nothing is stored.
    pub(super) fn into_results(self) -> Vec<ImportResult> {
        let mut batch = self.batch;
        let new: HashSet<_> = batch.ids().iter().map(ToString::to_string).collect();
        for result in &mut batch.results {
            result.id.take_if(|id| new.contains(id));
        }
        batch.results
    }
}

/// A planner that decides on one account after the other.
pub(super) struct Planner {
    now: u64,
    /// Its key differs from process to process, so a hash reveals nothing of a secret, and nobody can make
    /// secrets that all have the same hash.
    hasher: RandomState,
    /// The existing accounts, by the hash of their codes.
    known: HashMap<u64, AccountId>,
    /// The indices of the accounts that are added, by the hash of their codes, issuer and user name.
    added: HashMap<u64, usize>,
    /// The names of all accounts, by issuer and user name in lower case.
    labels: HashMap<(String, String), String>,
    /// The names of the accounts that are added, by the name in lower case.
    names: HashMap<String, String>,
    serials: HashSet<String>,
    pub(super) planned: Planned,
}

/// The names and serials that an account of an import must not have.
struct Taken<'p>(&'p Unlocked, &'p Planner);

impl Others for Taken<'_> {
    fn has_name(&self, name: &str) -> bool {
        self.0.has_name(name) || self.1.names.contains_key(&name.to_lowercase())
    }

    fn has_serial(&self, serial: &str) -> bool {
        self.0.has_serial(serial) || self.1.serials.contains(serial)
    }
}

impl Planner {
    pub(super) fn new(accounts: &Accounts, now: u64) -> Self {
        let unlocked = &accounts.unlocked;
        let hasher = RandomState::new();
        let known = unlocked.entries();
        let known = known.map(|entry| (hasher.hash_one(Codes(entry)), entry.account.id));
        let labels = unlocked.entries();
        let labels = labels.map(|entry| (label(entry), entry.account.name.clone()));
        Self {
            now,
            known: known.collect(),
            hasher,
            added: HashMap::new(),
            labels: labels.collect(),
            names: HashMap::new(),
            serials: HashSet::new(),
            planned: Planned {
                batch: Batch::default(),
                revision: accounts.revision,
            },
        }
    }

    /// Decides on one account.
    pub(super) fn decide(&mut self, unlocked: &Unlocked, fields: &mut AccountChange) {
        let result = self.fate(unlocked, fields).unwrap_or_else(|e| skipped(&e));
        self.planned.batch.results.push(result);
    }

    fn fate(
        &mut self,
        unlocked: &Unlocked,
        fields: &mut AccountChange,
    ) -> Result<ImportResult, Error> {
        let cut = tidy(fields);
        let taken = Taken(unlocked, self);
        let wanted = fields.name.take();
        if let Some(wanted) = &wanted {
            fields.name = Some(naming::free(wanted, |name| taken.has_name(name)));
        }
        // A serial that already belongs to another account stays with that account.
        fields.serial.take_if(|serial| taken.has_serial(serial));
        let entry = fields.create(accounts::new_id()?, self.now, &taken);
        let entry = entry.map_err(errors::change)?;
        let text = entry.to_text().map_err(errors::item)?;
        if let Some(twin) = self.twin(unlocked, &entry) {
            return Ok(ImportResult {
                fate: Fate::Present,
                name: twin.account.name.clone(),
                id: Some(twin.account.id.to_string()),
                clash: None,
                reason: None,
            });
        }
        let result = ImportResult {
            fate: Fate::Added,
            name: entry.account.name.clone(),
            id: Some(entry.account.id.to_string()),
            clash: self.clash(unlocked, &entry, wanted.as_deref()),
            reason: cut,
        };
        self.planned.batch.items.push((entry.account.id, text));
        self.add(entry);
        Ok(result)
    }

    fn add(&mut self, entry: Entry) {
        let place = self.planned.batch.entries.len();
        self.added.insert(self.labelled(&entry), place);
        let Account { name, serial, .. } = &entry.account;
        self.labels
            .entry(label(&entry))
            .or_insert_with(|| name.clone());
        self.names.insert(name.to_lowercase(), name.clone());
        self.serials.insert(serial.clone());
        self.planned.batch.entries.push(entry);
    }

    /// Returns the account that this one duplicates: an existing account with the same codes, whatever its name
    /// is by now, or an account of the import with the same codes and label. Within an import, accounts with
    /// different labels are different accounts, because a name would be lost otherwise.
    fn twin<'e>(&'e self, unlocked: &'e Unlocked, entry: &Entry) -> Option<&'e Entry> {
        let same_codes = |other: &&Entry| Codes(other) == Codes(entry);
        let known = self.known.get(&self.hasher.hash_one(Codes(entry)));
        let known = known.and_then(|id| unlocked.get(*id)).filter(same_codes);
        known.or_else(|| {
            let other = &self.planned.batch.entries[*self.added.get(&self.labelled(entry))?];
            let (a, b) = (&other.account, &entry.account);
            let same_label = a.issuer == b.issuer && a.username == b.username;
            Some(other).filter(same_codes).filter(|_| same_label)
        })
    }

    fn labelled(&self, entry: &Entry) -> u64 {
        let account = &entry.account;
        self.hasher
            .hash_one((Codes(entry), &account.issuer, &account.username))
    }

    /// Returns the name of the account that the new one is easily mistaken for.
    fn clash(&self, unlocked: &Unlocked, entry: &Entry, wanted: Option<&str>) -> Option<String> {
        let label = label(entry);
        let has_label = !label.0.is_empty() || !label.1.is_empty();
        let alike = self.labels.get(&label).filter(|_| has_label);
        let alike = alike.or_else(|| {
            let known = unlocked.named(wanted?).map(|other| &other.account.name);
            known.or_else(|| self.names.get(&wanted?.to_lowercase()))
        });
        alike.cloned()
    }
}

/// Returns issuer and user name in lower case.
fn label(entry: &Entry) -> (String, String) {
    let account = &entry.account;
    (
        account.issuer.to_lowercase(),
        account.username.to_lowercase(),
    )
}

/// An account, compared by what its codes are made of. How many of them were used makes no difference.
pub(super) struct Codes<'e>(pub(super) &'e Entry);

impl Codes<'_> {
    /// Returns everything that the codes are made of, except the secret.
    fn parameters(&self) -> impl PartialEq + Hash {
        let account = &self.0.account;
        let kind = match account.kind {
            Kind::Hotp { .. } => Kind::Hotp { counter: 0 },
            kind => kind,
        };
        let period = kind.period().map(Period::get);
        let algorithm = account.algorithm.as_str();
        (kind.as_str(), period, algorithm, account.digits.get())
    }
}

impl PartialEq for Codes<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.parameters() == other.parameters() && self.0.secret.same_as(&other.0.secret)
    }
}

impl Hash for Codes<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parameters().hash(state);
        self.0.secret.expose().hash(state);
        self.0.secret.expose_pin().hash(state);
    }
}

fn skipped(error: &Error) -> ImportResult {
    ImportResult {
        fate: Fate::Skipped,
        name: String::new(),
        id: None,
        clash: None,
        reason: Some(error.text().to_owned()),
    }
}

/// Makes the texts of other apps fit, so that no account is lost because of them. Returns a text that says what was
/// cut.
fn tidy(fields: &mut AccountChange) -> Option<String> {
    let texts = [
        &mut fields.name,
        &mut fields.issuer,
        &mut fields.username,
        &mut fields.serial,
    ];
    for text in texts.into_iter().flatten() {
        *text = naming::tidy(text, usize::MAX);
    }
    let mut cut = mfa_core::cut(fields);
    if let Some(serial) = &mut fields.serial
        && naming::fit(serial, MAX_FIELD)
    {
        cut.push(naming::was_cut("serial", MAX_FIELD));
    }
    // A link as a name may contain a secret.
    fields.name = fields
        .name
        .take()
        .filter(|name| !name.is_empty() && !name.contains("://"));
    fields.serial = fields.serial.take().filter(|serial| !serial.is_empty());
    if let Some(tags) = &mut fields.tags {
        let tidied = tags.iter().map(|tag| naming::tidy(tag, MAX_NAME));
        *tags = tidied
            .filter(|tag| !tag.is_empty())
            .take(MAX_TAGS)
            .collect();
    }
    if let Some(domains) = &mut fields.domains {
        let known = site::known(domains.iter().map(String::as_str));
        *domains = known.iter().map(ToString::to_string).collect();
    }
    if let Some(note) = &mut fields.note {
        let whole = naming::tidy_lines(note, usize::MAX);
        *note = naming::tidy_lines(&whole, MAX_NOTE);
        if *note != whole {
            cut.push(naming::was_cut("note", MAX_NOTE));
        }
    }
    (!cut.is_empty()).then(|| cut.join(", "))
}
