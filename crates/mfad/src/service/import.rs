//! Imports: many accounts at once, all of them or none.
//!
//! First it is decided what becomes of each, against the vault as it is. Then their ids are noted,
//! their items are written one after the other, and read back; then the note is crossed out. If
//! something fails, what was written is removed again. What cannot be removed then, or was left by a
//! daemon that was killed, is noted still: it is not served, and is removed as soon as the keychain
//! has been read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mfa_core::AccountId;
use mfa_core::account::{Kind, MAX_FIELD, MAX_NAME, MAX_NOTE, MAX_TAGS};
use mfa_core::item::{self, Entry};
use mfa_core::naming;
use mfa_core::port::StoreError;
use mfa_core::vault::Vault;
use mfa_ipc::Error;
use mfa_ipc::types::{AccountFields, Fate, ImportResult};
use tokio::sync::mpsc;

use super::fields::{self, Others};
use super::request::Reply;
use super::writes::Write;
use super::{QUEUE, Service, answer, errors};
use crate::keychain::{Item, Keychain};

/// What becomes of the accounts of an import.
#[derive(Default)]
pub(super) struct Batch {
    /// In the order in which they came.
    pub(super) results: Vec<ImportResult>,
    /// Those that are added.
    pub(super) entries: Vec<Entry>,
    items: Vec<Item>,
    stored: Arc<AtomicU32>,
}

/// What is written for it.
pub(super) struct Task {
    items: Vec<Item>,
    stored: Arc<AtomicU32>,
}

impl Batch {
    /// How many are stored so far.
    pub(super) fn stored(&self) -> u32 {
        self.stored.load(Ordering::Relaxed)
    }

    pub(super) fn ids(&self) -> BTreeSet<AccountId> {
        self.entries.iter().map(|entry| entry.account.id).collect()
    }

    /// The results of a dry run, whose new ids are never seen again.
    fn planned(mut self) -> Vec<ImportResult> {
        let new: HashSet<_> = self.ids().iter().map(ToString::to_string).collect();
        for result in &mut self.results {
            result.id.take_if(|id| new.contains(id));
        }
        self.results
    }

    /// Takes out what is to be written, if there is anything.
    pub(super) fn task(&mut self) -> Option<Task> {
        let items = std::mem::take(&mut self.items);
        let stored = Arc::clone(&self.stored);
        (!items.is_empty()).then_some(Task { items, stored })
    }
}

impl Task {
    pub(super) fn ids(&self) -> BTreeSet<AccountId> {
        self.items.iter().map(|(id, _)| *id).collect()
    }

    /// Writes all items, or none. Says which could not be removed again.
    pub(super) async fn run(
        self,
        keychain: &Keychain,
    ) -> (Result<(), StoreError>, BTreeSet<AccountId>) {
        let Err(error) = self.put(keychain).await else {
            return (Ok(()), BTreeSet::new());
        };
        // Those that are stored, and the one that failed; to look for the others takes its time.
        let begun = usize::try_from(self.stored.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let begun = self.items.iter().take(begun.saturating_add(1));
        let begun: BTreeSet<_> = begun.map(|(id, _)| *id).collect();
        let (_, left) = remove(keychain, begun.clone()).await;
        // What came too late for us may still come.
        let left = match error {
            StoreError::TimedOut => begun,
            _ => left,
        };
        (Err(error), left)
    }

    async fn put(&self, keychain: &Keychain) -> Result<(), StoreError> {
        for (id, text) in &self.items {
            keychain.put(*id, None, text.clone()).await?;
            self.stored.fetch_add(1, Ordering::Relaxed);
        }
        self.read_back(keychain).await
    }

    /// Looks whether the keychain has kept them as they are.
    async fn read_back(&self, keychain: &Keychain) -> Result<(), StoreError> {
        let (sink, mut arriving) = mpsc::channel::<Item>(QUEUE);
        let mut missing: HashMap<_, _> = self.items.iter().map(|(id, text)| (*id, text)).collect();
        let compare = async {
            while let Some((id, text)) = arriving.recv().await {
                if missing
                    .get(&id)
                    .is_some_and(|ours| item::same(id, ours, &text))
                {
                    missing.remove(&id);
                }
            }
        };
        let (loaded, ()) = tokio::join!(keychain.load(sink), compare);
        loaded?;
        if missing.is_empty() {
            return Ok(());
        }
        let text = format!("of what was written, {} did not stay", missing.len());
        Err(StoreError::Unavailable(text))
    }
}

/// Removes items. Says which are there still.
pub(super) async fn remove(
    keychain: &Keychain,
    mut ids: BTreeSet<AccountId>,
) -> (Result<(), StoreError>, BTreeSet<AccountId>) {
    while let Some(id) = ids.first().copied() {
        if let Err(error) = keychain.delete(id).await {
            return (Err(error), ids);
        }
        ids.remove(&id);
    }
    (Ok(()), ids)
}

impl Service {
    /// Says what would become of the accounts, or has them stored.
    pub(super) fn import(
        &mut self,
        mut accounts: Vec<AccountFields>,
        dry_run: bool,
        reply: Reply<Vec<ImportResult>>,
    ) {
        if dry_run {
            let results = self.plan_import(&mut accounts).map(Batch::planned);
            return answer(reply, results);
        }
        self.write(Write::Import {
            accounts,
            batch: Batch::default(),
            reply,
        });
    }

    /// Decides what becomes of each account.
    pub(super) fn plan_import(&self, accounts: &mut [AccountFields]) -> Result<Batch, Error> {
        let mut planner = Planner {
            vault: &self.vault,
            now: self.now()?,
            names: HashSet::new(),
            serials: HashSet::new(),
            batch: Batch::default(),
        };
        for account in accounts {
            let result = planner.decide(account);
            planner.batch.results.push(result);
        }
        Ok(planner.batch)
    }

    /// What is left of imports that are not complete.
    pub(super) fn unfinished(&self) -> BTreeSet<AccountId> {
        self.parts.notes.unfinished.clone()
    }

    /// Notes which accounts are stored but not to stay.
    pub(super) fn note_unfinished(&mut self, ids: BTreeSet<AccountId>) -> io::Result<()> {
        let before = std::mem::replace(&mut self.parts.notes.unfinished, ids);
        let noted = self.parts.journal.store(&self.parts.notes);
        if noted.is_err() {
            self.parts.notes.unfinished.extend(before);
        }
        noted
    }

    /// All items are read: has those removed that are left of an import, unless that is under way.
    pub(super) fn discard_left(&mut self) {
        let left = std::mem::take(&mut self.left);
        let importing = matches!(self.writing, Some(Write::Import { .. }));
        if self.parts.notes.unfinished.is_empty() || importing {
            return;
        }
        // Of the others there is nothing, and to look for each takes its time.
        if let Err(error) = self.note_unfinished(left) {
            tracing::warn!(%error, "what is left of an import stays noted");
        }
        self.discard_unfinished();
    }

    fn discard_unfinished(&mut self) {
        if !self.parts.notes.unfinished.is_empty() {
            tracing::warn!("removing what is left of an import that was not complete");
            self.writes.push_back(Write::Discard);
        }
    }

    /// An import is complete but the note cannot be crossed out, by which the next daemon would
    /// remove it: so it is removed now, and fails.
    pub(super) fn take_back(&mut self, write: Write, error: &io::Error) {
        tracing::warn!(%error, "an import cannot be completed");
        write.fail(errors::import_not_noted(error));
        self.discard_unfinished();
        self.write_next();
    }
}

/// Decides on one account after the other.
struct Planner<'v> {
    vault: &'v Vault,
    now: u64,
    /// The names and serials of accounts that are added, names in lower case.
    names: HashSet<String>,
    serials: HashSet<String>,
    batch: Batch,
}

impl Others for Planner<'_> {
    fn have_name(&self, name: &str) -> bool {
        self.vault.have_name(name) || self.names.contains(&name.to_lowercase())
    }

    fn have_serial(&self, serial: &str) -> bool {
        self.vault.have_serial(serial) || self.serials.contains(serial)
    }
}

impl Planner<'_> {
    fn decide(&mut self, fields: &mut AccountFields) -> ImportResult {
        let cut = tidy(fields);
        let wanted = fields.name.take();
        if let Some(wanted) = &wanted {
            fields.name = Some(naming::free(wanted, |name| self.have_name(name)));
        }
        // Its serial is known already as that of another account, which keeps it.
        if fields
            .serial
            .as_deref()
            .is_some_and(|serial| self.have_serial(serial))
        {
            fields.serial = None;
        }
        let made = fields::create(fields, self.now, self).and_then(|entry| {
            let text = entry.to_text().map_err(errors::item)?;
            Ok((entry, text))
        });
        let (entry, text) = match made {
            Ok(made) => made,
            Err(error) => return skipped(&error),
        };
        if let Some(twin) = self.twin(&entry) {
            return ImportResult {
                fate: Fate::Present,
                name: twin.account.name.clone(),
                id: Some(twin.account.id.to_string()),
                clash: None,
                reason: None,
            };
        }
        let result = ImportResult {
            fate: Fate::Added,
            name: entry.account.name.clone(),
            id: Some(entry.account.id.to_string()),
            clash: self.clash(&entry, wanted.as_deref()),
            reason: cut,
        };
        self.names.insert(entry.account.name.to_lowercase());
        self.serials.insert(entry.account.serial.clone());
        self.batch.items.push((entry.account.id, text));
        self.batch.entries.push(entry);
        result
    }

    /// The account that this one is already: in the vault one with the same codes, whatever it is called
    /// there by now. Within a file two of another label are two, since a name would be lost.
    fn twin(&self, entry: &Entry) -> Option<&Entry> {
        let new = &entry.account;
        let in_batch = |other: &&Entry| {
            let other = &other.account;
            other.issuer == new.issuer && other.username == new.username
        };
        let vault = self.vault.entries();
        let batch = self.batch.entries.iter().filter(in_batch);
        vault.chain(batch).find(|other| same_codes(other, entry))
    }

    fn known(&self) -> impl Iterator<Item = &Entry> {
        self.vault.entries().chain(&self.batch.entries)
    }

    /// Whom the new account is easily taken for.
    fn clash(&self, entry: &Entry, wanted: Option<&str>) -> Option<String> {
        let new = &entry.account;
        let wanted = wanted.map(str::to_lowercase);
        let is_alike = |other: &&Entry| {
            let other = &other.account;
            let has_label = !new.issuer.is_empty() || !new.username.is_empty();
            let same_label = has_label
                && same(&other.issuer, &new.issuer)
                && same(&other.username, &new.username);
            same_label || wanted.as_ref() == Some(&other.name.to_lowercase())
        };
        let other = self.known().find(is_alike);
        other.map(|other| other.account.name.clone())
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Whether two accounts give the same codes; that one has used more of them makes no difference.
fn same_codes(one: &Entry, other: &Entry) -> bool {
    let (a, b) = (&one.account, &other.account);
    let same_kind = match (a.kind, b.kind) {
        (Kind::Hotp { .. }, Kind::Hotp { .. }) => true,
        (a, b) => a == b,
    };
    same_kind
        && a.algorithm == b.algorithm
        && a.digits == b.digits
        && one.secret.same_as(&other.secret)
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
