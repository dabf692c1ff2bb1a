//! Tests of single cases. [`runs`] goes through all that can happen to several computers.

mod checks;
mod machines;
mod parts;
mod runs;

use super::*;
use crate::account::Kind;
use crate::item::tests::entry;

fn known(entry: Entry) -> Known {
    Known {
        entry,
        marks: Marks::default(),
        moved: 0,
    }
}

fn side(entries: Vec<Entry>) -> Side {
    Side {
        accounts: entries.into_iter().map(known).collect(),
        ..Side::default()
    }
}

fn edited(name: &str, modified: u64, edit: impl FnOnce(&mut Account)) -> Entry {
    let mut entry = entry(1, name, "Amazon", "root");
    entry.account.modified = modified;
    edit(&mut entry.account);
    entry
}

/// The base after both sides had this account.
fn base(entry: &Entry) -> Base {
    merge(&[entry], &Base::default(), &[Side::default()]).base
}

/// The file after both sides had the first account, with what another program has made of it.
fn file(old: &Entry, new: Entry) -> Side {
    let mut known = known(new);
    known.marks = base(old).marks(old.account.id).unwrap().clone();
    Side {
        accounts: vec![known],
        ..Side::default()
    }
}

fn only(outcome: &Outcome) -> &Account {
    assert_eq!(outcome.accounts.len(), 1);
    &outcome.accounts.values().next().unwrap().entry.account
}

#[test]
fn each_side_gets_what_the_other_one_has_changed() {
    let old = edited("aws", 10, |_| {});
    let ours = edited("prod", 20, |_| {});
    let theirs = edited("aws", 30, |account| account.note = "theirs".into());
    let outcome = merge(&[&ours], &base(&old), &[file(&old, theirs)]);
    let account = only(&outcome);
    assert_eq!((&*account.name, &*account.note), ("prod", "theirs"));
    assert!(outcome.conflicts.is_empty());
    let id = account.id;
    assert_eq!(outcome.here.changed[&id], ["note"]);
    assert_eq!(outcome.file.changed[&id], ["name"]);
}

/// The list counts as one value, as that of the tags does: a domain that was taken away does not come back.
#[test]
fn domains_follow_the_side_that_has_changed_them() {
    let with = |domains: &[&str], modified| {
        edited("aws", modified, |account| {
            account.domains = crate::site::known(domains.iter().copied());
        })
    };
    let old = with(&["a.example", "b.example"], 10);
    let one = with(&["b.example"], 20);
    let same = with(&["a.example", "b.example"], 10);
    let outcome = merge(&[&one], &base(&old), &[file(&old, same)]);
    assert_eq!(only(&outcome).domains, one.account.domains);
    assert_eq!(outcome.file.changed[&old.account.id], ["domains"]);
    let none = with(&[], 30);
    let outcome = merge(&[&one], &base(&old), &[file(&old, none)]);
    assert!(only(&outcome).domains.is_empty());
    let [conflict] = &*outcome.conflicts else {
        panic!("one conflict");
    };
    assert_eq!(conflict.field, "domains");
    assert_eq!(conflict.lost.domains, one.account.domains);
}

#[test]
fn of_two_changes_the_later_one_wins_and_the_other_one_is_named() {
    let old = edited("aws", 10, |_| {});
    for (ours, theirs, name, winner) in [
        (20, 30, "theirs", Source::File),
        (30, 20, "ours", Source::Here),
    ] {
        let ours = edited("ours", ours, |_| {});
        let theirs = edited("theirs", theirs, |_| {});
        let outcome = merge(&[&ours], &base(&old), &[file(&old, theirs)]);
        assert_eq!(only(&outcome).name, name);
        let [conflict] = &*outcome.conflicts else {
            panic!("one conflict");
        };
        assert_eq!((&*conflict.field, conflict.winner), ("name", winner));
        assert_ne!(conflict.lost.name, name);
    }
}

#[test]
fn a_deletion_wins_against_no_change_and_loses_against_one() {
    let old = edited("aws", 10, |_| {});
    let base = base(&old);
    let same = merge(&[], &base, &[file(&old, edited("aws", 10, |_| {}))]);
    assert!(same.accounts.is_empty());
    assert_eq!(same.file.removed.values().collect::<Vec<_>>(), ["aws"]);
    assert_eq!(same.buried[&old.account.id].time, 11);
    let other = merge(
        &[],
        &base,
        &[file(
            &old,
            edited("aws", 5, |account| account.pinned = true),
        )],
    );
    assert_eq!(
        only(&other).name,
        "aws",
        "the clock of the other side is behind"
    );
    let mut gone = Side::default();
    gone.deleted.insert(old.account.id, Deletion::at(11));
    let there = merge(&[&old], &base, &[gone]);
    assert!(there.accounts.is_empty() && there.here.removed.len() == 1);
    // A file without the account may be old.
    let back = merge(&[&old], &base, &[Side::default()]);
    assert_eq!((back.accounts.len(), back.file.added.len()), (1, 1));
}

#[test]
fn an_account_that_is_taken_out_of_the_bin_is_back_until_it_is_deleted_again() {
    let old = edited("aws", 10, |_| {});
    let base = base(&old);
    let mut binned = Side::default();
    let marks = base.marks(old.account.id).unwrap();
    binned
        .deleted
        .insert(old.account.id, Deletion::after(marks, 50));
    let gone = merge(&[&old], &base, &[binned]);
    assert_eq!(gone.here.removed.len(), 1);
    let mut back = file(&old, edited("aws", 10, |_| {}));
    back.accounts[0].moved = 60;
    let found = merge(&[], &gone.base, &[back]);
    assert_eq!(found.here.added.len(), 1);
    // Whoever deletes it now has seen that it was moved.
    let mut file = file(&old, edited("aws", 10, |_| {}));
    file.accounts[0].marks = found.accounts[&old.account.id].marks.clone();
    file.accounts[0].moved = 60;
    let gone = merge(&[], &found.base, &[file]);
    assert_eq!(gone.file.removed.len(), 1);
}

#[test]
fn an_account_that_is_restored_stays_on_all_computers() {
    let old = edited("aws", 10, |_| {});
    let before = base(&old);
    let gone = merge(&[], &before, &[file(&old, edited("aws", 10, |_| {}))]);
    let deleted = || Side {
        deleted: gone.buried.clone(),
        ..Side::default()
    };
    assert!(gone.accounts.is_empty() && gone.buried.len() == 1);
    // A backup has it as it was, with its old times.
    let back = merge(&[&old], &gone.base, &[deleted()]);
    assert_eq!((back.accounts.len(), back.file.added.len()), (1, 1));
    // It comes to a computer that knows of the deletion, and to one that does not.
    let kept = || {
        let mut side = file(&old, edited("aws", 10, |_| {}));
        side.accounts[0].marks = back.accounts[&old.account.id].marks.clone();
        side
    };
    assert_eq!(merge(&[], &gone.base, &[kept()]).here.added.len(), 1);
    assert_eq!(merge(&[&old], &before, &[kept()]).accounts.len(), 1);
    // Who removes it once more is obeyed.
    let again = merge(&[], &back.base, &[kept()]);
    assert_eq!(again.file.removed.len(), 1);
}

#[test]
fn no_secret_takes_the_place_of_another_one() {
    let ours = edited("aws", 10, |_| {});
    let mut theirs = edited("aws", 20, |_| {});
    theirs.secret = entry(2, "", "", "").secret;
    let outcome = merge(&[&ours], &base(&ours), &[file(&ours, theirs)]);
    assert_eq!(outcome.accounts.len(), 2);
    let of_file = &outcome.accounts[&ours.account.id].entry;
    assert!(of_file.secret.same_as(&entry(2, "", "", "").secret));
    assert_eq!(of_file.account.name, "aws");
    let mut others = outcome
        .accounts
        .values()
        .filter(|kept| kept.entry.account.id != ours.account.id);
    let other = &others.next().unwrap().entry;
    assert!(other.secret.same_as(&ours.secret) && other.account.name == "aws-2");
}

#[test]
fn the_same_account_added_on_both_sides_becomes_one() {
    let ours = edited("aws", 10, |_| {});
    let mut theirs = edited("amazon", 20, |_| {});
    theirs.account.id = AccountId::from_bytes([255; 16]);
    let id = theirs.account.id;
    let outcome = merge(&[&ours], &Base::default(), &[side(vec![theirs])]);
    assert_eq!(only(&outcome).id, id, "the entry of the file may hold more");
    assert_eq!(only(&outcome).name, "amazon");
    // Two of one side stay two.
    let twin = |byte| {
        let mut twin = edited(&format!("aws{byte}"), 10, |_| {});
        twin.account.id = AccountId::from_bytes([byte; 16]);
        twin
    };
    let outcome = merge(&[&twin(1), &twin(2)], &Base::default(), &[Side::default()]);
    assert_eq!(outcome.accounts.len(), 2);
}

/// One secret at two services is a mistake of somebody, but not one to mend by losing an account.
#[test]
fn accounts_of_two_services_with_one_secret_stay_two() {
    let of = |byte, issuer: &str, modified| {
        let mut entry = edited(&format!("aws{byte}"), modified, |account| {
            account.issuer = issuer.into();
        });
        entry.account.id = AccountId::from_bytes([byte; 16]);
        entry
    };
    let merged = |here: &str, file: &str| {
        let side = side(vec![of(2, file, 20)]);
        let outcome = merge(&[&of(1, here, 10)], &Base::default(), &[side]);
        let accounts = outcome.accounts.into_values();
        let issuers = accounts.map(|kept| kept.entry.account.issuer);
        (issuers.collect::<Vec<_>>(), outcome.deleted.len())
    };
    let both = vec!["Amazon".to_owned(), "Google".to_owned()];
    assert_eq!(merged("Amazon", "Google"), (both, 0));
    // An issuer that is written otherwise is no other one, and none says nothing.
    assert_eq!(merged("Amazon", " amazon").0.len(), 1);
    assert_eq!(merged("Amazon", ""), (vec!["Amazon".to_owned()], 1));
    assert_eq!(merged("", "Amazon"), (vec!["Amazon".to_owned()], 1));
}

#[test]
fn what_one_of_two_twins_said_is_named() {
    let of = |byte, note: &str, modified| {
        let mut twin = edited("aws", modified, |account| account.note = note.into());
        twin.account.id = AccountId::from_bytes([byte; 16]);
        twin
    };
    for (ours, theirs, winner, loser) in [
        (("ours", 10), ("theirs", 20), Source::File, Source::Here),
        (("ours", 20), ("theirs", 10), Source::Here, Source::File),
        (("ours", 10), ("", 20), Source::File, Source::Here),
    ] {
        let here = of(1, ours.0, ours.1);
        let outcome = merge(
            &[&here],
            &Base::default(),
            &[side(vec![of(2, theirs.0, theirs.1)])],
        );
        let [conflict] = &*outcome.conflicts else {
            panic!("one conflict");
        };
        assert_eq!((conflict.winner, conflict.loser), (winner, loser));
        assert_eq!(conflict.field, "note");
        assert_eq!(conflict.id, only(&outcome).id);
        let notes = [&*conflict.lost.note, &*only(&outcome).note];
        assert!(notes.contains(&ours.0) && notes.contains(&theirs.0));
    }
}

#[test]
fn accounts_that_a_computer_has_lost_are_named() {
    let all: Vec<_> = (1..=5)
        .map(|byte| entry(byte, &format!("a{byte}"), "", ""))
        .collect();
    let all: Vec<_> = all.iter().collect();
    let base = merge(&all, &Base::default(), &[Side::default()]).base;
    let copy = |entry: &&Entry| version(&entry.account, &entry.secret);
    let outcome = merge(&all[..2], &base, &[side(all.iter().map(copy).collect())]);
    let lost: BTreeSet<_> = all[2..].iter().map(|entry| entry.account.id).collect();
    assert_eq!(outcome.missing, lost);
    // What the file itself has deleted is not missing here.
    let mut deleted = side(vec![copy(&all[0])]);
    for entry in &all[1..] {
        let marks = base.marks(entry.account.id).unwrap();
        deleted
            .deleted
            .insert(entry.account.id, Deletion::after(marks, 50));
    }
    let outcome = merge(&all, &base, &[deleted]);
    assert_eq!((outcome.here.removed.len(), outcome.missing.len()), (4, 0));
}

#[test]
fn equal_names_get_a_number() {
    let ours = entry(1, "aws", "Amazon", "root");
    let theirs = entry(2, "AWS", "Other", "jane");
    let outcome = merge(&[&ours], &Base::default(), &[side(vec![theirs])]);
    let names: BTreeSet<_> = outcome
        .accounts
        .values()
        .map(|kept| &*kept.entry.account.name)
        .collect();
    assert_eq!(names, ["AWS-2", "aws"].into());
}

#[test]
fn what_cannot_be_read_stays_as_it_is() {
    let ours = edited("aws", 10, |_| {});
    let id = ours.account.id;
    let base = base(&ours);
    let unreadable = || Side {
        unreadable: [id].into(),
        ..Side::default()
    };
    for here in [vec![&ours], vec![]] {
        let outcome = merge(&here, &base, &[unreadable()]);
        assert!(!outcome.changes_here() && !outcome.writes_file());
        assert_eq!(outcome.base, base);
    }
    // Not even if only a copy of the file has it so.
    let known = file(&ours, edited("aws", 10, |_| {}));
    let outcome = merge(&[&ours], &base, &[known, unreadable()]);
    assert!(!outcome.changes_here() && !outcome.writes_file());
}

#[test]
fn a_base_is_read_as_it_was_written() {
    let old = edited("aws", 10, |_| {});
    let other = entry(2, "bank", "", "");
    let both = merge(&[&old, &other], &Base::default(), &[Side::default()]).base;
    let base = merge(&[&old], &both, &[Side::default()]).base;
    assert_eq!((base.len(), base.deleted().len()), (1, 1));
    let text = base.to_text();
    assert_eq!(Base::from_text(&text), Some(base));
    assert!(!text.contains("aws") && !text.contains("Amazon"));
    assert_eq!(Base::from_text(&text.replace("\"v\":1", "\"v\":2")), None);
    assert_eq!(Base::from_text("{"), None);
}

/// Rules and codes that were handed out have to follow.
#[test]
fn an_account_that_gets_another_id_is_told() {
    let (ours, mut theirs) = (
        entry(1, "aws", "Amazon", "root"),
        entry(1, "aws", "Amazon", "root"),
    );
    theirs.account.id = AccountId::from_random([9; 16]);
    let file = |entry: &Entry| Side {
        accounts: vec![Known {
            entry: version(&entry.account, &entry.secret),
            marks: Marks::default(),
            moved: 0,
        }],
        ..Side::default()
    };
    // Both have added it, and the id of the file stays.
    let outcome = merge(&[&ours], &Base::default(), &[file(&theirs)]);
    assert_eq!(outcome.moved, [(ours.account.id, theirs.account.id)].into());
    // It loses its id to another secret.
    let mut other = entry(2, "aws", "Amazon", "root");
    other.account.id = ours.account.id;
    other.account.modified = ours.account.modified + 10;
    let outcome = merge(&[&ours], &Base::default(), &[file(&other)]);
    let new = outcome.moved[&ours.account.id];
    assert!(new != ours.account.id);
    assert!(outcome.accounts[&new].entry.secret.same_as(&ours.secret));
    // Nothing happens to this one.
    let same = merge(&[&ours], &Base::default(), &[file(&ours)]);
    assert!(same.moved.is_empty());
}
