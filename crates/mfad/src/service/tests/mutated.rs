//! Backups whose file is sound and whose entries are not. Who knows the passphrase can write anything into a file, and other
//! programs make mistakes too. Whatever it is, a restore is refused as a whole, or says what becomes of each account.

use keepass::Database;
use keepass::config::KdfConfig;
use keepass::db::{EntryId, Value, fields};
use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::{AccountId, Secret};
use mfa_ipc::types::{RestoreOptions, RestoreResult, Restored};

use super::applying::{entry, id, world};
use super::*;
use crate::keychain::Passphrase;

const CASES: u32 = 400;
/// The numbers of the accounts of a backup. Two of them are stored here already.
const NUMBERS: [u8; 6] = [1, 3, 41, 42, 43, 44];

/// Numbers that look random, and are the same in each run.
struct Random(u32);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % end
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

fn account(number: u8) -> Entry {
    let mut entry = match number {
        1 => entry(1, "stays", None),
        3 => entry(3, "counts", Some(12)),
        _ => entry(number, &format!("account {number}"), None),
    };
    match number {
        41 => entry.account.kind = Kind::Hotp { counter: 7 },
        42 => {
            entry.account.tags = vec!["a, b".into(), "work".into()];
            entry.account.pinned = true;
            entry.account.note = "two\nlines".into();
            entry.account.more.insert("icon".into(), "a.png".into());
        }
        43 => {
            entry.account.serial = "serial".into();
            let secret = Secret::from_bytes(vec![43; 16]).unwrap();
            entry.secret = secret;
        }
        _ => {}
    }
    entry
}

fn backup() -> Database {
    let mut database = mfa_keepass::create();
    database.config.kdf_config = KdfConfig::Argon2id {
        iterations: 1,
        memory: 64 * 1024,
        parallelism: 1,
        version: argon2::Version::Version13,
    };
    for number in NUMBERS {
        mfa_keepass::entry::write(&mut database, &account(number));
    }
    database
}

/// What takes the place of a text.
fn damaged(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = random.below(chars.len() + 1);
    match random.below(6) {
        0 => chars.truncate(at),
        1 => chars.insert(
            at,
            random.pick(&['%', '\0', '&', '"', '\u{202e}', '9', '/', '\n']),
        ),
        2 => drop(chars.drain(..at)),
        3 => return String::new(),
        4 => {
            return text
                .repeat(random.pick(&[2, 40]))
                .chars()
                .take(9_000)
                .collect();
        }
        _ => {
            let other = [
                "null",
                "{",
                "-1",
                "99999999999999999999",
                "otpauth://totp/?secret=",
            ];
            return random.pick(&other).to_owned();
        }
    }
    chars.into_iter().collect()
}

/// Damages one entry, and says how.
fn damage(database: &mut Database, random: &mut Random) -> String {
    let ids: Vec<EntryId> = database
        .iter_all_entries()
        .map(|entry| entry.id())
        .collect();
    let Some(mut entry) = database.entry_mut(random.pick(&ids)) else {
        return String::new();
    };
    let names: BTreeSet<_> = entry.fields.keys().cloned().collect();
    let names: Vec<_> = names.into_iter().collect();
    match random.below(8) {
        0..3 => {
            let text = entry.get_raw_otp_value().unwrap_or_default().to_owned();
            let text = damaged(&text, random);
            entry.set(fields::OTP, Value::protected(text));
            "link".into()
        }
        3 if !names.is_empty() => {
            let name = &names[random.below(names.len())];
            let text = damaged(entry.get(name).unwrap_or_default(), random);
            entry.set_unprotected(name.clone(), text);
            format!("field {name}")
        }
        4 if !names.is_empty() => {
            let name = &names[random.below(names.len())];
            entry.fields.remove(name);
            format!("no field {name}")
        }
        5 => {
            let field = [
                "v", "uri", "name", "created", "tags", "serial", "pinned", "kind", "id", "",
            ];
            let text = damaged("[1]", random);
            entry.set_unprotected(format!("mfactl {}", random.pick(&field)), text);
            "attribute".into()
        }
        6 => {
            entry.times.creation = random.pick(&[None, Some(Default::default())]);
            entry.times.last_modification = random.pick(&[None, Some(Default::default())]);
            entry.tags = vec!["t".repeat(random.pick(&[1, 300])); random.pick(&[1, 70])];
            "times and tags".into()
        }
        _ => {
            let copy = entry.fields.clone();
            let mut root = database.root_mut();
            root.add_entry().fields = copy;
            "twice".into()
        }
    }
}

/// The entries that are accounts, or were some before they were damaged.
fn count(database: &Database) -> usize {
    let is_one = |entry: &mfa_keepass::EntryRef<'_>| {
        let mut names = entry.fields.keys();
        names.any(|name| name == fields::OTP || name.starts_with("mfactl "))
    };
    database.iter_all_entries().filter(is_one).count()
}

async fn restore(
    world: &World,
    database: &Database,
    allow_incomplete: bool,
) -> Result<Vec<RestoreResult>, Error> {
    let key = mfa_keepass::DatabaseKey::new().with_password("p");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.kdbx");
    std::fs::write(&path, mfa_keepass::save(database, key).unwrap()).unwrap();
    let passphrase = Passphrase::new("p".into()).ok().unwrap();
    let options = RestoreOptions {
        replace: true,
        allow_incomplete,
        ..RestoreOptions::default()
    };
    world
        .start()
        .restore(&us(), path, passphrase, options)
        .await
}

/// Checks that each account of a result is stored as the result says.
fn check(world: &World, results: &[RestoreResult], case: &str) {
    let items = world.store.items.lock().unwrap();
    for result in results {
        match result.fate {
            Restored::Skipped => assert!(result.reason.is_some(), "{case}: no reason"),
            _ => {
                let id = AccountId::parse(result.id.as_deref().unwrap()).unwrap();
                let stored = Entry::from_text(id, &items[&id]);
                assert!(stored.is_ok(), "{case}: {} cannot be read", result.name);
            }
        }
    }
    let stored = results.iter().filter_map(|result| result.id.as_ref());
    let stored: BTreeSet<_> = stored.collect();
    let known = results
        .iter()
        .filter(|result| result.fate != Restored::Skipped);
    assert_eq!(
        stored.len(),
        known.count(),
        "{case}: two accounts share an id"
    );
}

#[tokio::test]
async fn what_is_damaged_inside_a_sound_file_is_refused_or_named() {
    let (mut refused, mut restored, mut skipped, mut incomplete) = (0, 0, 0, 0);
    for seed in 1..=CASES {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9));
        let world = world();
        let before = world.store.items.lock().unwrap().clone();
        let mut database = backup();
        let mut how = Vec::new();
        for _ in 0..=random.below(3) {
            how.push(damage(&mut database, &mut random));
        }
        let case = format!("{seed}: {}", how.join(", "));
        let count = count(&database);
        match restore(&world, &database, false).await {
            Err(_) => {
                refused += 1;
                assert_eq!(
                    *world.store.items.lock().unwrap(),
                    before,
                    "{case}: some of it"
                );
                // Whoever says so gets the accounts that are sound.
                if let Ok(results) = restore(&world, &database, true).await {
                    incomplete += 1;
                    assert!(results.iter().any(|result| result.missing), "{case}");
                    assert_eq!(results.len(), count, "{case}: an account is not named");
                    check(&world, &results, &case);
                }
            }
            Ok(results) => {
                restored += 1;
                assert!(!results.iter().any(|result| result.missing), "{case}");
                assert_eq!(results.len(), count, "{case}: an account is not named");
                let is_skipped = |result: &&RestoreResult| result.fate == Restored::Skipped;
                skipped += results.iter().filter(is_skipped).count();
                check(&world, &results, &case);
                let items = world.store.items.lock().unwrap();
                assert!(before.keys().all(|id| items.contains_key(id)), "{case}");
            }
        }
    }
    assert!(
        refused > 50 && restored > 50 && skipped > 5 && incomplete > 50,
        "{refused} {restored} {skipped} {incomplete}"
    );
    // The whole one is restored, so it is the damage that is refused.
    let world = world();
    let results = restore(&world, &backup(), false).await.unwrap();
    assert_eq!(results.len(), NUMBERS.len());
    let fates: BTreeSet<_> = results.iter().map(|result| result.fate.as_str()).collect();
    assert_eq!(fates, ["added", "replaced", "same"].into());
    assert!(world.store.items.lock().unwrap().contains_key(&id(44)));
}
