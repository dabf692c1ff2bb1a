//! Tests of the side that a database is, and of the changes to it.

mod history;
mod runs;
mod secrets;

use keepass::db::{Icon, fields};
use mfa_core::account::{Kind, Period};
use mfa_core::item::Entry;
use mfa_core::merge::{Base, merge};
use mfa_core::{Account, Secret};

use super::*;

fn account(byte: u8, name: &str, modified: u64) -> Entry {
    let period = Period::default();
    Entry {
        account: Account {
            name: name.into(),
            issuer: "Issuer".into(),
            modified,
            ..Account::new(
                AccountId::from_random([byte; 16]),
                Kind::Totp { period },
                1000,
            )
        },
        secret: Secret::from_bytes(vec![byte; 20]).unwrap(),
    }
}

/// Merges the accounts of a computer with a database, and changes the database.
fn synced(here: &[&Entry], base: &Base, database: &mut Database) -> Outcome {
    let outcome = merge(here, base, &[side(database)]);
    apply(database, &outcome);
    let again = merge(&entries(&outcome), &outcome.base, &[side(database)]);
    assert!(!again.writes_file() && !again.changes_here());
    assert_eq!(again.base, outcome.base);
    outcome
}

fn entries(outcome: &Outcome) -> Vec<&Entry> {
    outcome.accounts.values().map(|kept| &kept.entry).collect()
}

fn found<'d>(database: &'d Database, entry: &Entry) -> EntryRef<'d> {
    database.entry(id(entry.account.id)).unwrap()
}

#[test]
fn accounts_go_into_a_file_and_changes_come_out_of_it() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    assert_eq!(first.file.added.len(), 1);
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_unprotected(fields::TITLE, "prod");
    entry.times.last_modification = time(3000);
    let second = synced(&[&aws], &first.base, &mut database);
    assert_eq!(second.here.changed[&aws.account.id], ["name"]);
    assert_eq!(entries(&second)[0].account.name, "prod");
}

#[test]
fn what_no_account_has_is_named_and_stays() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    for (title, name) in [
        ("seed", "TOTP Seed"),
        ("two", "TimeOtp-Secret-Hex"),
        ("", "Password"),
    ] {
        let mut root = database.root_mut();
        let mut entry = root.add_entry();
        entry.set_unprotected(fields::TITLE, title);
        entry.set_protected(name, "00ff");
    }
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_unprotected(fields::NOTES, "n".repeat(100_000));
    entry.set_protected("TOTP Seed", "MFRGGZDFMFRGGZDF");
    let before = database.clone();
    assert_eq!(unread::other_codes(&database), ["seed", "two"]);
    assert!(unread::links(&database).is_empty());
    assert_eq!(unread::other_secrets(&database), ["aws"]);
    assert_eq!(unread::cut(&database), ["notes of aws"]);
    let outcome = merge(&[&aws], &first.base, &[side(&database)]);
    let mut read = entries(&outcome);
    assert_eq!(
        read.pop().unwrap().account.note.len(),
        mfa_core::account::MAX_NOTE
    );
    assert!(read.is_empty());
    synced(&[&aws], &first.base, &mut database);
    let of_others = |database: &Database| {
        let entries = database.iter_all_entries();
        let others = entries.filter(|entry| !entry::has_link(entry));
        let mut others: Vec<_> = others.map(|entry| (*entry).clone()).collect();
        others.sort_by_key(|entry| entry.get_title().map(str::to_owned));
        others
    };
    assert_eq!(of_others(&database), of_others(&before));
    assert_eq!(unread::cut(&database), ["notes of aws"]);
}

/// A new entry has an icon, and whatever somebody chooses instead of it stays.
#[test]
fn an_icon_is_chosen_once() {
    let mut database = crate::create();
    let mut aws = account(1, "aws", 2000);
    let mut bank = account(2, "bank", 2000);
    bank.account.kind = Kind::Hotp { counter: 1 };
    let first = synced(&[&aws, &bank], &Base::default(), &mut database);
    let icon = |database: &Database, entry: &Entry| found(database, entry).icon().cloned();
    assert_eq!(icon(&database, &aws), Some(Icon::BuiltIn(39)));
    assert_eq!(icon(&database, &bank), Some(Icon::BuiltIn(13)));
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_icon_builtin(5);
    let mut entry = database.entry_mut(id(bank.account.id)).unwrap();
    entry.set_icon_none();
    aws.account.note = "new".into();
    bank.account.name = "new".into();
    (aws.account.modified, bank.account.modified) = (3000, 3000);
    let second = synced(&[&aws, &bank], &first.base, &mut database);
    assert_eq!(second.file.changed.len(), 2);
    let key = crate::DatabaseKey::new().with_password("p");
    let saved = crate::save(&database, key.clone()).unwrap();
    let database = crate::open(&saved, &key).unwrap();
    assert_eq!(icon(&database, &aws), Some(Icon::BuiltIn(5)));
    assert_eq!(icon(&database, &bank), None);
}

#[test]
fn a_deleted_account_becomes_a_deleted_object() {
    let mut database = crate::create();
    let (aws, bank) = (account(1, "aws", 2000), account(2, "bank", 2000));
    let first = synced(&[&aws, &bank], &Base::default(), &mut database);
    let second = synced(&[&bank], &first.base, &mut database);
    assert_eq!(second.file.removed.len(), 1);
    assert!(database.entry(id(aws.account.id)).is_none());
    assert_eq!(database.deleted_objects[&uuid(aws.account.id)], time(2001));
    // Another computer learns of it.
    let other = synced(&[&aws, &bank], &first.base, &mut database);
    assert_eq!(other.here.removed.len(), 1);
}

#[test]
fn an_entry_that_holds_more_stays_without_its_codes() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_protected("Recovery codes", "1234");
    let gone = synced(&[], &first.base, &mut database);
    assert_eq!(gone.file.removed.len(), 1);
    let entry = found(&database, &aws);
    assert!(entry.get_raw_otp_value().is_none() && entry.get("Recovery codes").is_some());
    // A person gets the codes back from the history.
    let history = entry.history.as_ref().unwrap().get_entries();
    assert!(history[0].get_raw_otp_value().is_some());
    assert!(database.deleted_objects.is_empty());
    let other = merge(&[&aws], &first.base, &[side(&database)]);
    assert_eq!(other.here.removed.len(), 1);
}

#[test]
fn a_link_that_was_removed_is_a_deletion_and_a_password_alone_is_nothing() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.fields.remove(fields::OTP);
    database
        .root_mut()
        .add_entry()
        .set_protected(fields::PASSWORD, "p");
    let before = database.clone();
    let outcome = synced(&[&aws], &first.base, &mut database);
    assert_eq!(
        (outcome.here.removed.len(), outcome.writes_file()),
        (1, false)
    );
    assert_eq!(database, before);
}

#[test]
fn the_recycle_bin_is_a_deletion_until_somebody_edits_the_account() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let mut bin = database.root_mut();
    let mut bin = bin.add_group();
    bin.name = "Recycle Bin".into();
    let bin = bin.id();
    database.meta.recyclebin_uuid = Some(bin.uuid());
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.move_to(bin).unwrap();
    entry.times.location_changed = time(3000);
    let outcome = synced(&[&aws], &first.base, &mut database);
    assert_eq!(
        (outcome.here.removed.len(), outcome.writes_file()),
        (1, false)
    );
    let edited = account(1, "prod", 4000);
    let outcome = synced(&[&edited], &first.base, &mut database);
    assert_eq!(outcome.file.added.len(), 1);
    let entry = found(&database, &aws);
    assert_eq!(
        (entry.get_title(), is_in_bin(&entry)),
        (Some("prod"), false)
    );
}

/// A second account in an entry is lost neither to an edit nor to a deletion, and a person learns of it.
#[test]
fn a_second_secret_for_keepass_2_stays_and_is_named() {
    let mut database = crate::create();
    let mut aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    assert!(unread::other_secrets(&database).is_empty());
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_protected("TimeOtp-Secret-Base32", "GEZDGNBVGY3TQOJQ");
    assert_eq!(unread::other_secrets(&database), ["aws"]);
    aws.account.kind = Kind::Totp {
        period: Period::new(60).unwrap(),
    };
    aws.account.modified = 3000;
    let second = synced(&[&aws], &first.base, &mut database);
    assert_eq!(second.file.changed[&aws.account.id], ["codes"]);
    let mut bin = database.root_mut();
    let bin = bin.add_group().id();
    database.meta.recyclebin_uuid = Some(bin.uuid());
    let gone = synced(&[], &second.base, &mut database);
    assert_eq!(gone.file.removed.len(), 1);
    let entry = found(&database, &aws);
    let kept = entry.get("TimeOtp-Secret-Base32");
    assert_eq!((kept, is_in_bin(&entry)), (Some("GEZDGNBVGY3TQOJQ"), false));
}

/// Whoever throws a group away and takes it out again changes only the group.
#[test]
fn a_group_that_is_taken_out_of_the_recycle_bin_is_not_thrown_back() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let root = database.root().id();
    let [bin, work] = ["Recycle Bin", "Work"].map(|name| {
        let mut root = database.root_mut();
        let mut group = root.add_group();
        group.name = name.into();
        group.id()
    });
    database.meta.recyclebin_uuid = Some(bin.uuid());
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.move_to(work).unwrap();
    let mut group = database.group_mut(work).unwrap();
    group.move_to(bin).unwrap();
    group.times.location_changed = time(3000);
    let gone = synced(&[&aws], &first.base, &mut database);
    assert_eq!((gone.here.removed.len(), gone.writes_file()), (1, false));
    let mut group = database.group_mut(work).unwrap();
    group.move_to(root).unwrap();
    group.times.location_changed = time(4000);
    let back = synced(&[], &gone.base, &mut database);
    assert_eq!(back.here.added.len(), 1);
    assert!(!is_in_bin(&found(&database, &aws)));
    // And who removes it here now is obeyed.
    let gone = synced(&[], &back.base, &mut database);
    assert_eq!(gone.file.removed.len(), 1);
}

/// The entry in the bin says how far the account was counted.
#[test]
fn the_counter_of_an_account_in_the_recycle_bin_does_not_go_back() {
    for holds_more in [false, true] {
        let mut database = crate::create();
        let at = |counter, modified| {
            let mut bank = account(1, "bank", modified);
            bank.account.kind = Kind::Hotp { counter };
            bank
        };
        let first = synced(&[&at(5, 2000)], &Base::default(), &mut database);
        let mut bin = database.root_mut();
        let bin = bin.add_group().id();
        database.meta.recyclebin_uuid = Some(bin.uuid());
        if holds_more {
            let mut entry = database.entry_mut(id(at(5, 0).account.id)).unwrap();
            entry.set_protected(fields::PASSWORD, "p");
        }
        let second = synced(&[&at(9, 2000)], &first.base, &mut database);
        let gone = synced(&[], &second.base, &mut database);
        assert_eq!(gone.file.removed.len(), 1);
        // Somebody else has counted further meanwhile, and learns of the deletion.
        synced(&[&at(12, 2000)], &first.base, &mut database);
        let mut edited = at(5, 9000);
        edited.account.note = "edited".into();
        let back = synced(&[&edited], &first.base, &mut database);
        assert_eq!(entries(&back)[0].account.kind.counter(), Some(12));
    }
}

#[test]
fn a_deleted_account_goes_to_the_recycle_bin_if_there_is_one() {
    let mut database = crate::create();
    let (aws, bank) = (account(1, "aws", 2000), account(2, "bank", 2000));
    let first = synced(&[&aws, &bank], &Base::default(), &mut database);
    let mut bin = database.root_mut();
    let bin = bin.add_group().id();
    database.meta.recyclebin_uuid = Some(bin.uuid());
    let gone = synced(&[&bank], &first.base, &mut database);
    assert_eq!(gone.file.removed.len(), 1);
    assert!(is_in_bin(&found(&database, &aws)) && database.deleted_objects.is_empty());
    // Another computer learns of it.
    let other = merge(&[&aws, &bank], &first.base, &[side(&database)]);
    assert_eq!(other.here.removed.len(), 1);
    // A person takes it out again.
    let root = database.root().id();
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.move_to(root).unwrap();
    entry.times.location_changed = time(9000);
    let back = synced(&[&bank], &gone.base, &mut database);
    assert_eq!(back.here.added.len(), 1);
    // Nobody wants one.
    database.meta.recyclebin_enabled = Some(false);
    synced(&[&bank], &back.base, &mut database);
    assert!(database.entry(id(aws.account.id)).is_none());
}

#[test]
fn a_link_that_cannot_be_read_stays_as_it_is() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_protected(fields::OTP, "key=AAAA&step=30&size=6");
    let before = database.clone();
    assert_eq!(unread::links(&database), ["aws"]);
    for here in [vec![&aws], vec![]] {
        let outcome = merge(&here, &first.base, &[side(&database)]);
        apply(&mut database, &outcome);
        assert!(!outcome.changes_here() && !outcome.writes_file());
        assert_eq!(database, before);
    }
}
