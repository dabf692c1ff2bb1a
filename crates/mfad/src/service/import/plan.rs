//! Decides what becomes of each account of an import.
//!
//! Everybody else waits meanwhile, so whether an account is known is looked up and never searched for:
//! the time is in proportion to the accounts, however alike they are. A dry run goes on by slices,
//! between which others are served; what is changed meanwhile is seen when the accounts are stored.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::vec;

use mfa_core::account::{Kind, MAX_FIELD, MAX_NAME, MAX_NOTE, MAX_TAGS, Period};
use mfa_core::item::Entry;
use mfa_core::naming;
use mfa_core::vault::Vault;
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::{AccountFields, Fate, ImportResult};

use super::super::errors;
use super::super::fields::{self, Others};
use super::super::request::Reply;
use super::Batch;

/// How many accounts are decided on at a time, which takes about a millisecond.
const SLICE: usize = 100;

/// A dry run that is under way.
pub(in super::super) struct DryRun {
    accounts: vec::IntoIter<AccountFields>,
    planner: Planner,
    pub(in super::super) reply: Reply<Vec<ImportResult>>,
}

impl DryRun {
    pub(super) fn new(
        accounts: Vec<AccountFields>,
        planner: Planner,
        reply: Reply<Vec<ImportResult>>,
    ) -> Self {
        Self {
            accounts: accounts.into_iter(),
            planner,
            reply,
        }
    }

    /// Decides on some more accounts. Says whether there are others.
    pub(super) fn go_on(&mut self, vault: &Vault) -> bool {
        for mut account in self.accounts.by_ref().take(SLICE) {
            self.planner.decide(vault, &mut account);
        }
        self.accounts.len() > 0
    }

    pub(super) fn end(self) -> (Batch, Reply<Vec<ImportResult>>) {
        (self.planner.batch, self.reply)
    }
}

/// Decides on one account after the other.
pub(super) struct Planner {
    now: u64,
    /// Its key is another in each process, so a hash says nothing of a secret, and nobody can make
    /// secrets of which all have the same.
    hasher: RandomState,
    /// The accounts of the vault, by the hash of their codes.
    known: HashMap<u64, AccountId>,
    /// The places of those that are added, by the hash of their codes, issuer and user name.
    added: HashMap<u64, usize>,
    /// The names of all of them, by issuer and user name in lower case.
    labels: HashMap<(String, String), String>,
    /// The names of those that are added, by the same in lower case.
    names: HashMap<String, String>,
    serials: HashSet<String>,
    pub(super) batch: Batch,
}

/// What an account of an import must not have too.
struct Taken<'p>(&'p Vault, &'p Planner);

impl Others for Taken<'_> {
    fn have_name(&self, name: &str) -> bool {
        self.0.have_name(name) || self.1.names.contains_key(&name.to_lowercase())
    }

    fn have_serial(&self, serial: &str) -> bool {
        self.0.have_serial(serial) || self.1.serials.contains(serial)
    }
}

impl Planner {
    pub(super) fn new(vault: &Vault, now: u64) -> Self {
        let hasher = RandomState::new();
        let known = vault.entries();
        let known = known.map(|entry| (hasher.hash_one(Codes(entry)), entry.account.id));
        let labels = vault.entries();
        let labels = labels.map(|entry| (label(entry), entry.account.name.clone()));
        Self {
            now,
            known: known.collect(),
            hasher,
            added: HashMap::new(),
            labels: labels.collect(),
            names: HashMap::new(),
            serials: HashSet::new(),
            batch: Batch::default(),
        }
    }

    /// Decides on one account.
    pub(super) fn decide(&mut self, vault: &Vault, fields: &mut AccountFields) {
        let result = self.fate(vault, fields).unwrap_or_else(|e| skipped(&e));
        self.batch.results.push(result);
    }

    fn fate(&mut self, vault: &Vault, fields: &mut AccountFields) -> Result<ImportResult, Error> {
        let cut = tidy(fields);
        let taken = Taken(vault, self);
        let wanted = fields.name.take();
        if let Some(wanted) = &wanted {
            fields.name = Some(naming::free(wanted, |name| taken.have_name(name)));
        }
        // Its serial is known already as that of another account, which keeps it.
        fields.serial.take_if(|serial| taken.have_serial(serial));
        let entry = fields::create(fields, self.now, &taken)?;
        let text = entry.to_text().map_err(errors::item)?;
        if let Some(twin) = self.twin(vault, &entry) {
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
            clash: self.clash(vault, &entry, wanted.as_deref()),
            reason: cut,
        };
        self.batch.items.push((entry.account.id, text));
        self.add(entry);
        Ok(result)
    }

    fn add(&mut self, entry: Entry) {
        let place = self.batch.entries.len();
        self.added.insert(self.labelled(&entry), place);
        let Account { name, serial, .. } = &entry.account;
        self.labels
            .entry(label(&entry))
            .or_insert_with(|| name.clone());
        self.names.insert(name.to_lowercase(), name.clone());
        self.serials.insert(serial.clone());
        self.batch.entries.push(entry);
    }

    /// The account that this one is already: in the vault one with the same codes, whatever it is called
    /// there by now. Within a file two of another label are two, since a name would be lost.
    fn twin<'e>(&'e self, vault: &'e Vault, entry: &Entry) -> Option<&'e Entry> {
        let same_codes = |other: &&Entry| Codes(other) == Codes(entry);
        let known = self.known.get(&self.hasher.hash_one(Codes(entry)));
        let known = known.and_then(|id| vault.get(*id)).filter(same_codes);
        known.or_else(|| {
            let other = &self.batch.entries[*self.added.get(&self.labelled(entry))?];
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

    /// The name of whom the new account is easily taken for.
    fn clash(&self, vault: &Vault, entry: &Entry, wanted: Option<&str>) -> Option<String> {
        let label = label(entry);
        let has_label = !label.0.is_empty() || !label.1.is_empty();
        let alike = self.labels.get(&label).filter(|_| has_label);
        let alike = alike.or_else(|| {
            let known = vault.named(wanted?).map(|other| &other.account.name);
            known.or_else(|| self.names.get(&wanted?.to_lowercase()))
        });
        alike.cloned()
    }
}

/// Issuer and user name, in lower case.
fn label(entry: &Entry) -> (String, String) {
    let account = &entry.account;
    (
        account.issuer.to_lowercase(),
        account.username.to_lowercase(),
    )
}

/// An account as what gives its codes; that one has used more of them makes no difference.
struct Codes<'e>(&'e Entry);

impl Codes<'_> {
    /// All of it but the secret.
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

/// Cuts texts to what fits: other apps have longer ones, and no account may be lost for that. Says what
/// was cut.
fn tidy(fields: &mut AccountFields) -> Option<String> {
    let mut cut = Vec::new();
    for (what, text, max) in [
        ("name", &mut fields.name, MAX_NAME),
        ("issuer", &mut fields.issuer, MAX_FIELD),
        ("user name", &mut fields.username, MAX_FIELD),
        ("serial", &mut fields.serial, MAX_FIELD),
    ] {
        let Some(text) = text else { continue };
        if naming::fit(text, max) {
            cut.push(format!("its {what} was cut to {max} characters"));
        }
    }
    // A link as a name may hold a secret.
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
    if let Some(note) = &mut fields.note {
        *note = naming::tidy_lines(note, MAX_NOTE);
    }
    (!cut.is_empty()).then(|| cut.join(", "))
}
