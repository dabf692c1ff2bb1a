//! Several computers, a carrier that brings their files together, and what people do meanwhile, in any order.
//!
//! Each computer has its own copy of the file, as with Syncthing. If two copies have changed, the carrier keeps one of
//! them beside the other, as a conflict copy. Another program, such as KeePassXC, edits the files too.

use super::super::*;

pub(super) const DAY: u64 = 86_400;
/// The second at which it begins.
pub(super) const START: u64 = 1_000_000;
/// More rounds than any of the runs needs: in each, every computer meets the carrier and syncs.
pub(super) const ROUNDS: usize = 8;

/// An account whose secret can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) account: Account,
    pub(super) secret: u8,
    pub(super) marks: Marks,
    pub(super) moved: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    pub(super) rows: BTreeMap<AccountId, Row>,
    pub(super) deleted: BTreeMap<AccountId, Deletion>,
}

/// A file and its conflict copies, at one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Folder {
    pub(super) file: File,
    pub(super) copies: BTreeMap<u32, File>,
}

#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) rows: BTreeMap<AccountId, Row>,
    pub(super) base: Base,
    pub(super) folder: Folder,
    /// The file as it was when the carrier came last.
    pub(super) carried: File,
    /// The copies that were there then.
    pub(super) seen: BTreeSet<u32>,
    pub(super) behind: u64,
    /// What a person has deleted there, as a backup holds it.
    pub(super) backup: BTreeMap<AccountId, Row>,
    /// How far the accounts were counted that were deleted there.
    pub(super) removed: BTreeMap<AccountId, u64>,
    /// The accounts and the folder after the last sync.
    pub(super) synced: Option<(BTreeMap<AccountId, Row>, Folder)>,
}

impl Machine {
    /// What it had in common with the file, and how far it has counted what is gone.
    fn known(&self) -> Base {
        let mut base = self.base.clone();
        for (id, counter) in &self.removed {
            base.count(*id, *counter);
        }
        base
    }
}

pub(super) struct World {
    pub(super) machines: Vec<Machine>,
    pub(super) cloud: Folder,
    pub(super) now: u64,
    pub(super) next_id: u8,
    pub(super) next_copy: u32,
    pub(super) added: BTreeSet<u8>,
    /// The secrets of the accounts that were added, with the issuers.
    pub(super) services: BTreeSet<(u8, &'static str)>,
    pub(super) deleted: BTreeSet<u8>,
    /// How often an account with a secret was deleted or lost its secret.
    pub(super) deletions: BTreeMap<u8, u32>,
    /// The secrets that another program gave to accounts, and when, by its clock.
    pub(super) replaced: Vec<(AccountId, u8, u64)>,
    /// The secrets that were replaced so.
    pub(super) gave_way: BTreeSet<u8>,
    /// When another program has deleted accounts last, by its clock.
    pub(super) deleted_in_file: BTreeMap<AccountId, u64>,
    pub(super) counted: BTreeMap<u8, u64>,
}

impl Folder {
    fn sides(&self) -> Vec<Side> {
        let files = std::iter::once(&self.file).chain(self.copies.values());
        files.map(File::side).collect()
    }
}

pub(super) fn secret(byte: u8) -> Secret {
    Secret::from_bytes(vec![byte; 10]).unwrap()
}

pub(super) fn entry(row: &Row) -> Entry {
    Entry {
        account: row.account.clone(),
        secret: secret(row.secret),
    }
}

impl File {
    pub(super) fn side(&self) -> Side {
        let known = |row: &Row| Known {
            entry: entry(row),
            marks: row.marks.clone(),
            moved: row.moved,
        };
        Side {
            accounts: self.rows.values().map(known).collect(),
            deleted: self.deleted.clone(),
            unreadable: BTreeSet::new(),
        }
    }
}

impl World {
    pub(super) fn new(behind: &[u64]) -> Self {
        let machine = |behind: &u64| Machine {
            behind: *behind,
            ..Machine::default()
        };
        Self {
            machines: behind.iter().map(machine).collect(),
            cloud: Folder::default(),
            now: START,
            next_id: 0,
            next_copy: 0,
            added: BTreeSet::new(),
            services: BTreeSet::new(),
            deleted: BTreeSet::new(),
            deletions: BTreeMap::new(),
            replaced: Vec::new(),
            gave_way: BTreeSet::new(),
            deleted_in_file: BTreeMap::new(),
            counted: BTreeMap::new(),
        }
    }

    pub(super) fn sync(&mut self, who: usize) {
        let machine = &mut self.machines[who];
        // Nothing has changed since, so the same would come of it.
        let is_same = |(rows, folder): &(_, _)| *rows == machine.rows && *folder == machine.folder;
        if machine.synced.as_ref().is_some_and(is_same) {
            return;
        }
        let here: Vec<_> = machine.rows.values().map(entry).collect();
        let here: Vec<_> = here.iter().collect();
        let outcome = merge(&here, &machine.known(), &machine.folder.sides());
        let before = machine.folder.file.clone();
        let file = &mut machine.folder.file;
        for (id, kept) in &outcome.accounts {
            let row = Row {
                account: kept.entry.account.clone(),
                secret: kept.entry.secret.expose()[0],
                marks: kept.marks.clone(),
                moved: file.rows.get(id).map_or(0, |row| row.moved),
            };
            let of_file = [&outcome.file.added, &outcome.marked]
                .iter()
                .any(|ids| ids.contains(id));
            if of_file || outcome.file.changed.contains_key(id) {
                file.rows.insert(*id, row.clone());
                file.deleted.remove(id);
            }
            if outcome.here.added.contains(id) || outcome.here.changed.contains_key(id) {
                machine.rows.insert(*id, row);
            }
        }
        for id in outcome.file.removed.keys() {
            file.rows.remove(id);
        }
        file.deleted.extend(&outcome.buried);
        for id in outcome.here.removed.keys() {
            machine.rows.remove(id);
        }
        assert!(
            outcome.writes_file() || machine.folder.file == before,
            "it says when it writes"
        );
        machine.folder.copies.clear();
        machine.base = outcome.base;
        machine.synced = Some((machine.rows.clone(), machine.folder.clone()));
        let names = machine
            .rows
            .values()
            .map(|row| row.account.name.to_lowercase());
        let names: BTreeSet<_> = names.collect();
        assert_eq!(names.len(), machine.rows.len(), "names are unique");
    }

    /// Brings the folder of a machine and the cloud together.
    pub(super) fn carry(&mut self, who: usize) {
        let machine = &mut self.machines[who];
        let cloud = &mut self.cloud;
        let folder = &mut machine.folder;
        // Copies that were moved away disappear everywhere.
        cloud
            .copies
            .retain(|id, _| folder.copies.contains_key(id) || !machine.seen.contains(id));
        let (mine, its) = (
            folder.file != machine.carried,
            cloud.file != machine.carried,
        );
        if mine && its && folder.file != cloud.file {
            self.next_copy += 1;
            // The carrier decides by rules of its own.
            if self.next_copy.is_multiple_of(2) {
                std::mem::swap(&mut cloud.file, &mut folder.file);
            }
            let copy = std::mem::replace(&mut folder.file, cloud.file.clone());
            cloud.copies.insert(self.next_copy, copy);
        } else if mine {
            cloud.file = folder.file.clone();
        } else {
            folder.file = cloud.file.clone();
        }
        folder.copies = cloud.copies.clone();
        machine.seen.extend(cloud.copies.keys());
        machine.carried = folder.file.clone();
    }

    /// Lets all computers sync until nothing changes any more.
    pub(super) fn settle(&mut self) {
        for round in 0.. {
            assert!(round < ROUNDS, "they do not come to an end");
            let before = self.state();
            for who in 0..self.machines.len() {
                self.now += 10;
                self.carry(who);
                self.sync(who);
                self.carry(who);
            }
            if round > 0 && before == self.state() {
                return;
            }
        }
    }

    pub(super) fn state(&self) -> (Vec<BTreeMap<AccountId, Row>>, Vec<File>, usize) {
        let rows = self
            .machines
            .iter()
            .map(|machine| machine.rows.clone())
            .collect();
        let files = self
            .machines
            .iter()
            .map(|machine| machine.folder.file.clone())
            .collect();
        (rows, files, self.cloud.copies.len())
    }

    /// What a person sees of the accounts of one computer.
    pub(super) fn seen(&self, who: usize) -> BTreeMap<AccountId, (String, u8)> {
        let rows = self.machines[who].rows.iter();
        rows.map(|(id, row)| {
            let account = Account {
                created: 0,
                modified: 0,
                ..row.account.clone()
            };
            (*id, (format!("{account:?}"), row.secret))
        })
        .collect()
    }
}
