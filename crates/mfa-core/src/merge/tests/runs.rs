//! What people do at several computers, in any order, and what has to hold afterwards.

use proptest::prelude::*;

use super::super::*;
use super::machines::{DAY, Row, World};
use crate::account::{Kind, Period};

const ISSUERS: [&str; 4] = ["Issuer", "Issuer", "Other", ""];

#[derive(Clone, Debug)]
enum Act {
    Add {
        secret: u8,
        hotp: bool,
        issuer: usize,
    },
    /// An account is removed, and added again from where it came from.
    AddAgain {
        which: usize,
    },
    Edit {
        which: usize,
        field: u8,
        value: u8,
    },
    Delete {
        which: usize,
    },
    /// A deleted account comes back from a backup, with its old times.
    PutBack {
        which: usize,
    },
    Count {
        which: usize,
    },
    /// What another program does to the file.
    EditFile {
        which: usize,
        field: u8,
        value: u8,
    },
    DeleteFromFile {
        which: usize,
    },
    NewSecret {
        which: usize,
        secret: u8,
    },
    /// The same at one computer, such as in a vault file.
    NewSecretHere {
        which: usize,
        secret: u8,
    },
    Sync,
    Carry,
}

pub(super) fn edit(account: &mut Account, field: u8, value: u8, now: u64) {
    let text = format!("v{value}");
    match field % 8 {
        0 => account.name = text,
        1 => account.note = text,
        2 => account.tags = vec![text],
        3 => account.pinned = value.is_multiple_of(2),
        4 => account.serial = text,
        5 => drop(account.more.insert("icon".into(), text.into())),
        6 => drop(account.more.remove("icon")),
        _ => account.domains = crate::site::known([&*format!("{text}.example")]),
    }
    account.modified = now;
}

pub(super) fn nth(rows: &BTreeMap<AccountId, Row>, which: usize) -> Option<AccountId> {
    rows.keys().nth(which % rows.len().max(1)).copied()
}

impl World {
    fn act(&mut self, who: usize, act: &Act) {
        self.now += 10;
        let who = who % self.machines.len();
        let now = self.now - self.machines[who].behind;
        match *act {
            Act::Add {
                secret,
                hotp,
                issuer,
            } => self.add(who, (secret, hotp, ISSUERS[issuer]), now),
            Act::AddAgain { which } => self.add_again(who, which, now),
            Act::NewSecretHere { which, secret } => self.new_secret(who, which, secret, now),
            Act::Sync => self.sync(who),
            Act::Carry => self.carry(who),
            Act::Edit {
                which,
                field,
                value,
            } => {
                let rows = &mut self.machines[who].rows;
                let Some(id) = nth(rows, which) else { return };
                let mut account = rows[&id].account.clone();
                edit(&mut account, field, value, now);
                let clashes = |other: &Account| {
                    let is_serial = !account.serial.is_empty() && other.serial == account.serial;
                    other.id != id && (other.name == account.name || is_serial)
                };
                if !rows.values().any(|row| clashes(&row.account)) {
                    rows.get_mut(&id).unwrap().account = account;
                }
            }
            Act::Delete { which } => self.delete_here(who, which),
            Act::PutBack { which } => self.put_back(who, which),
            Act::Count { which } => {
                let rows = &mut self.machines[who].rows;
                let Some(row) = nth(rows, which).and_then(|id| rows.get_mut(&id)) else {
                    return;
                };
                if let Kind::Hotp { counter } = &mut row.account.kind {
                    *counter += 1;
                    let most = self.counted.entry(row.secret).or_default();
                    *most = (*most).max(*counter);
                }
            }
            _ => self.act_on_file(who, act, now),
        }
    }

    fn act_on_file(&mut self, who: usize, act: &Act, now: u64) {
        let file = &mut self.machines[who].folder.file;
        match *act {
            Act::EditFile {
                which,
                field,
                value,
            } => {
                let Some(id) = nth(&file.rows, which) else {
                    return;
                };
                edit(
                    &mut file.rows.get_mut(&id).unwrap().account,
                    field,
                    value,
                    now,
                );
            }
            Act::DeleteFromFile { which } => {
                let Some(id) = nth(&file.rows, which) else {
                    return;
                };
                let row = file.rows.remove(&id).unwrap();
                file.deleted.insert(id, Deletion::at(now));
                self.delete(row.secret);
                self.machines[who].backup.insert(id, row);
                let last = self.deleted_in_file.entry(id).or_default();
                *last = now.max(*last);
            }
            Act::NewSecret { which, secret } => {
                let Some(id) = nth(&file.rows, which) else {
                    return;
                };
                let row = file.rows.get_mut(&id).unwrap();
                // Who did this has replaced the secret on purpose; but it may not be lost elsewhere.
                let old = std::mem::replace(&mut row.secret, secret);
                row.account.modified = now;
                self.replaced.push((id, secret, now));
                self.replace(old, secret);
            }
            _ => {}
        }
    }

    /// A person has replaced a secret on purpose.
    fn replace(&mut self, old: u8, new: u8) {
        self.added.insert(new);
        self.gave_way.insert(old);
        self.delete(old);
    }

    fn new_secret(&mut self, who: usize, which: usize, secret: u8, now: u64) {
        let rows = &mut self.machines[who].rows;
        let Some(id) = nth(rows, which) else { return };
        if rows.values().any(|row| row.secret == secret) {
            return;
        }
        let row = rows.get_mut(&id).unwrap();
        let old = std::mem::replace(&mut row.secret, secret);
        row.account.modified = now;
        self.replaced.push((id, secret, now));
        self.replace(old, secret);
        // How far the old one was counted is gone with it.
        self.counted.remove(&old);
    }

    fn add_again(&mut self, who: usize, which: usize, now: u64) {
        let id = self.new_id();
        let machine = &mut self.machines[who];
        let Some(old) = nth(&machine.rows, which) else {
            return;
        };
        let mut row = machine.rows.remove(&old).unwrap();
        if let Some(counter) = row.account.kind.counter() {
            machine.removed.insert(old, counter);
        }
        (row.account.id, row.marks) = (id, Marks::default());
        (row.account.created, row.account.modified) = (now, now);
        machine.rows.insert(id, row);
    }

    /// Returns a new id. Ids are in no order.
    fn new_id(&mut self) -> AccountId {
        self.next_id += 1;
        AccountId::from_random([self.next_id.wrapping_mul(97); 16])
    }

    fn delete_here(&mut self, who: usize, which: usize) {
        let rows = &mut self.machines[who].rows;
        let Some(id) = nth(rows, which) else { return };
        let row = rows.remove(&id).unwrap();
        self.delete(row.secret);
        let machine = &mut self.machines[who];
        if let Some(counter) = row.account.kind.counter() {
            machine.removed.insert(id, counter);
        }
        // Nobody else can know how far an account was counted that was never anywhere else.
        if machine.base.marks(id).is_none() {
            self.counted.remove(&row.secret);
        }
        machine.backup.insert(id, row);
    }

    fn delete(&mut self, secret: u8) {
        self.deleted.insert(secret);
        *self.deletions.entry(secret).or_default() += 1;
    }

    fn put_back(&mut self, who: usize, which: usize) {
        let machine = &mut self.machines[who];
        let Some(id) = nth(&machine.backup, which) else {
            return;
        };
        let row = machine.backup[&id].clone();
        let clashes = |other: &Row| {
            let names = [&other.account.name, &row.account.name];
            let serials = [&other.account.serial, &row.account.serial];
            let is_serial = !serials[0].is_empty() && serials[0] == serials[1];
            let is_name = names[0].eq_ignore_ascii_case(names[1]);
            other.secret == row.secret || is_name || is_serial
        };
        if machine.rows.contains_key(&id) || machine.rows.values().any(clashes) {
            return;
        }
        let secret = row.secret;
        machine.rows.insert(id, row);
        // It stays unless somebody else has deleted it too, who did not know that it came back.
        let is_synced = machine.base.deleted().contains_key(&id);
        if is_synced && self.deletions.get(&secret) == Some(&1) {
            self.deleted.remove(&secret);
            self.deletions.remove(&secret);
        }
    }

    fn add(&mut self, who: usize, (secret, hotp, issuer): (u8, bool, &'static str), now: u64) {
        let id = self.new_id();
        let kind = if hotp && secret.is_multiple_of(2) {
            Kind::Hotp { counter: 0 }
        } else {
            let period = Period::default();
            Kind::Totp { period }
        };
        let rows = &mut self.machines[who].rows;
        let is_it = |row: &Row| row.secret == secret && row.account.issuer == issuer;
        let is_known = rows.values().any(is_it);
        if is_known {
            return;
        }
        let mut account = Account::new(id, kind, now);
        account.issuer = issuer.into();
        account.name = crate::naming::free("aws", |name| {
            rows.values()
                .any(|row| row.account.name.eq_ignore_ascii_case(name))
        });
        let row = Row {
            account,
            secret,
            marks: Marks::default(),
            moved: 0,
        };
        rows.insert(id, row);
        if self.deleted.contains(&secret) {
            // The service counts anew.
            self.counted.remove(&secret);
        }
        self.added.insert(secret);
        self.services.insert((secret, issuer));
    }
}

fn act() -> impl Strategy<Value = Act> {
    let which = 0..3_usize;
    prop_oneof![
        3 => (0..12_u8, any::<bool>(), 0..ISSUERS.len()).prop_map(|(secret, hotp, issuer)| Act::Add { secret, hotp, issuer }),
        1 => which.clone().prop_map(|which| Act::AddAgain { which }),
        1 => (which.clone(), 12..16_u8).prop_map(|(which, secret)| Act::NewSecretHere { which, secret }),
        3 => (which.clone(), 0..8_u8, 0..3_u8).prop_map(|(which, field, value)| Act::Edit { which, field, value }),
        1 => which.clone().prop_map(|which| Act::Delete { which }),
        2 => which.clone().prop_map(|which| Act::PutBack { which }),
        2 => which.clone().prop_map(|which| Act::Count { which }),
        1 => (which.clone(), 0..8_u8, 0..3_u8).prop_map(|(which, field, value)| Act::EditFile { which, field, value }),
        1 => which.clone().prop_map(|which| Act::DeleteFromFile { which }),
        1 => (which, 12..16_u8).prop_map(|(which, secret)| Act::NewSecret { which, secret }),
        4 => Just(Act::Sync),
        4 => Just(Act::Carry),
    ]
}

fn skew() -> impl Strategy<Value = u64> {
    prop_oneof![Just(DAY), 0..=2 * DAY]
}

fn run(behind: &[u64], acts: &[(usize, Act)], to_the_end: bool) {
    let mut world = World::new(behind);
    for (who, act) in acts {
        world.act(*who, act);
    }
    world.settle();
    world.check();
    if to_the_end {
        world.check_that_a_person_is_obeyed();
    }
}

#[test]
fn an_account_whose_other_secret_is_deleted_settles() {
    let add = |secret| Act::Add {
        secret,
        hotp: false,
        issuer: 0,
    };
    let acts = [
        (2, add(2)),
        (2, Act::Sync),
        (2, Act::Carry),
        (0, add(0)),
        (
            2,
            Act::NewSecret {
                which: 0,
                secret: 12,
            },
        ),
        (2, Act::Sync),
        (2, Act::DeleteFromFile { which: 0 }),
    ];
    run(&[DAY; 3], &acts, false);
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    proptest::collection::vec((0..3_usize, act()), 1..24)
}

/// One run in five goes on after all agree.
fn to_the_end() -> impl Strategy<Value = bool> {
    proptest::bool::weighted(0.2)
}

// 10,000 runs in two halves, which take their time at the same time.
proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_computers_agree_and_lose_no_account(
        behind in [skew(), skew()], acts in acts(), to_the_end in to_the_end(),
    ) {
        run(&behind, &acts, to_the_end);
    }

    #[test]
    fn three_computers_agree_and_lose_no_account(
        behind in [skew(), skew(), skew()], acts in acts(), to_the_end in to_the_end(),
    ) {
        run(&behind, &acts, to_the_end);
    }
}
