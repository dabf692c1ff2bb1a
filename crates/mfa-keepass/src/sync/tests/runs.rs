//! Random runs: computers change their accounts, another program changes the file, and the file is written and opened each
//! time. In the end, all computers have the same accounts, and none is gone that nobody has removed.

use std::collections::BTreeSet;

use keepass::config::KdfConfig;

use super::*;

const RUNS: u32 = 300;
const STEPS: usize = 16;
const START: u64 = 1_000_000;

/// Numbers that look random, and are the same in each run.
struct Random(u32);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % end
    }
}

#[derive(Default)]
struct Computer {
    entries: Vec<Entry>,
    base: Base,
    /// How many seconds its clock is ahead.
    ahead: u64,
}

struct World {
    random: Random,
    computers: Vec<Computer>,
    database: Database,
    now: u64,
    added: u8,
    /// The secrets that each account has had.
    secrets: BTreeMap<AccountId, BTreeSet<u8>>,
    removed: BTreeSet<u8>,
}

fn copy(of: &Entry) -> Entry {
    mfa_core::merge::version(&of.account, &of.secret)
}

fn first_byte(entry: &Entry) -> u8 {
    entry.secret.expose()[0]
}

/// Returns the database as another program would find it.
fn opened_again(database: &Database) -> Database {
    let key = crate::DatabaseKey::new().with_password("p");
    let saved = crate::save(database, key.clone()).unwrap();
    crate::open(&saved, &key).unwrap()
}

impl World {
    fn new(seed: u32) -> Self {
        let mut random = Random(seed);
        let mut database = crate::create();
        database.config.kdf_config = KdfConfig::Aes { rounds: 1 };
        let computer = |_| Computer {
            ahead: 86_400 * random.below(2) as u64,
            ..Computer::default()
        };
        Self {
            computers: (0..3).map(computer).collect(),
            random,
            database,
            now: START,
            added: 0,
            secrets: BTreeMap::new(),
            removed: BTreeSet::new(),
        }
    }

    fn step(&mut self) {
        self.now += 1 + self.random.below(100) as u64;
        let who = self.random.below(self.computers.len());
        match self.random.below(9) {
            0 | 1 => self.add(who),
            2 => self.edit(who),
            3 => self.remove(who),
            4 => self.edit_file(),
            5 => self.remove_from_file(),
            6 => self.replace_secret_in_file(),
            _ => drop(self.sync(who)),
        }
    }

    fn add(&mut self, who: usize) {
        self.added += 1;
        let time = self.now + self.computers[who].ahead;
        let entry = account(self.added, &format!("account {}", self.added), time);
        self.know(&entry);
        self.computers[who].entries.push(entry);
    }

    fn know(&mut self, entry: &Entry) {
        let known = self.secrets.entry(entry.account.id).or_default();
        known.insert(first_byte(entry));
    }

    fn edit(&mut self, who: usize) {
        let (word, computer) = (self.random.below(3), &mut self.computers[who]);
        let now = self.now + computer.ahead;
        let place = self.random.below(computer.entries.len().max(1));
        let Some(entry) = computer.entries.get_mut(place) else {
            return;
        };
        let account = &mut entry.account;
        match word {
            0 => account.note = format!("note {now}"),
            1 => account.tags = vec![format!("tag {now}")],
            _ => account.pinned = !account.pinned,
        }
        account.modified = now.max(account.modified + 1);
    }

    fn remove(&mut self, who: usize) {
        let entries = &mut self.computers[who].entries;
        if entries.is_empty() {
            return;
        }
        let place = self.random.below(entries.len());
        let entry = entries.remove(place);
        self.is_removed(entry.account.id);
    }

    /// Nobody can tell which of the secrets of an account was meant.
    fn is_removed(&mut self, id: AccountId) {
        self.removed
            .extend(self.secrets.get(&id).into_iter().flatten());
    }

    /// Returns an account of the file.
    fn of_file(&mut self) -> Option<Entry> {
        let mut entries: Vec<_> = self
            .database
            .iter_all_entries()
            .filter_map(|item| {
                let id = AccountId::from_bytes(item.id().uuid().into_bytes());
                entry::read(id, &item)
            })
            .collect();
        entries.sort_by_key(|entry| entry.account.id);
        if entries.is_empty() {
            return None;
        }
        let place = self.random.below(entries.len());
        Some(entries.swap_remove(place))
    }

    fn edit_file(&mut self) {
        let Some(entry) = self.of_file() else { return };
        let mut item = self.database.entry_mut(id(entry.account.id)).unwrap();
        item.set_unprotected(fields::TITLE, format!("title {}", self.now));
        item.times.last_modification = time(self.now);
    }

    fn remove_from_file(&mut self) {
        let Some(entry) = self.of_file() else { return };
        let mut item = self.database.entry_mut(id(entry.account.id)).unwrap();
        item.fields.remove(fields::OTP);
        item.times.last_modification = time(self.now);
        self.is_removed(entry.account.id);
    }

    fn replace_secret_in_file(&mut self) {
        let Some(mut entry) = self.of_file() else {
            return;
        };
        let old = first_byte(&entry);
        let mut known = self.computers.iter().flat_map(|one| &one.entries);
        if !known.any(|known| first_byte(known) == old) {
            // No computer has seen the one that the other program overwrites.
            self.removed.insert(old);
        }
        self.added += 1;
        entry.secret = Secret::from_bytes(vec![self.added; 20]).unwrap();
        self.know(&entry);
        let link = mfa_core::uri::print(&entry.account, &entry.secret);
        let mut item = self.database.entry_mut(id(entry.account.id)).unwrap();
        item.set_protected(fields::OTP, link.as_str());
        item.times.last_modification = time(self.now);
    }

    fn sync(&mut self, who: usize) -> bool {
        let computer = &mut self.computers[who];
        let here: Vec<_> = computer.entries.iter().collect();
        let outcome = merge(&here, &computer.base, &[side(&self.database)]);
        apply(&mut self.database, &outcome);
        self.database = opened_again(&self.database);
        computer.entries = entries(&outcome).into_iter().map(copy).collect();
        computer.base = outcome.base.clone();
        let all: Vec<_> = computer.entries.iter().map(copy).collect();
        all.iter().for_each(|entry| self.know(entry));
        outcome.changes_here() || outcome.writes_file()
    }

    fn seen(&self, who: usize) -> BTreeMap<AccountId, (Account, u8)> {
        let entries = self.computers[who].entries.iter();
        let seen = entries.map(|entry| {
            let account = Account {
                created: 0,
                modified: 0,
                ..entry.account.clone()
            };
            (entry.account.id, (account, first_byte(entry)))
        });
        seen.collect()
    }
}

#[test]
fn computers_and_another_program_come_to_the_same_accounts_in_a_real_file() {
    let mut kept = 0;
    for run in 1..=RUNS {
        let mut world = World::new(run.wrapping_mul(0x9e37_79b9));
        for _ in 0..STEPS {
            world.step();
        }
        let mut rounds = 0;
        while (0..3).filter(|who| world.sync(*who)).count() > 0 {
            rounds += 1;
            assert!(rounds < 8, "{run}: there is no end");
        }
        let seen = world.seen(0);
        assert_eq!(seen, world.seen(1), "{run}");
        assert_eq!(seen, world.seen(2), "{run}");
        let there: BTreeSet<_> = seen.values().map(|(_, secret)| *secret).collect();
        let all: BTreeSet<_> = (1..=world.added).collect();
        let lost: Vec<_> = all
            .difference(&there)
            .filter(|secret| !world.removed.contains(secret))
            .collect();
        assert!(lost.is_empty(), "{run}: {lost:?} of {all:?}");
        kept += there.len();
    }
    assert!(kept > 500, "{kept}");
}
