//! Tests of the values that give way: they are in the history of the entry.

use super::*;

#[test]
fn what_gives_way_goes_into_the_history() {
    let mut database = crate::create();
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    for (ours, theirs) in [("ours", 5000_u64), ("ours later", 100)] {
        let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
        entry.set_unprotected(fields::TITLE, format!("theirs of {theirs}"));
        entry.times.last_modification = time(theirs);
        let ours = account(1, ours, 4000);
        let outcome = synced(&[&ours], &first.base, &mut database);
        assert_eq!(outcome.conflicts.len(), 1);
    }
    let entry = found(&database, &aws);
    assert_eq!(
        entry.get_title(),
        Some("theirs of 100"),
        "it has seen what it changes"
    );
    let history = entry.history.as_ref().unwrap().get_entries();
    let titles: Vec<_> = history.iter().map(|old| old.get_title().unwrap()).collect();
    assert_eq!(titles, ["ours", "ours later"]);
}

#[test]
fn the_history_does_not_grow_for_ever_and_not_for_a_counter() {
    let mut database = crate::create();
    database.meta.history_max_items = Some(3);
    let mut bank = account(1, "bank", 2000);
    bank.account.kind = Kind::Hotp { counter: 0 };
    let mut base = synced(&[&bank], &Base::default(), &mut database).base;
    for counter in 1..5 {
        bank.account.kind = Kind::Hotp { counter };
        base = synced(&[&bank], &base, &mut database).base;
    }
    let count = |database: &Database| {
        let entry = found(database, &bank);
        entry
            .history
            .as_ref()
            .map_or(0, |history| history.get_entries().len())
    };
    assert_eq!(count(&database), 0);
    let id = bank.account.id;
    let mut bank = account(1, "bank", 2000);
    bank.account.kind = Kind::Hotp { counter: 4 };
    for number in 0..5 {
        bank.account.note = format!("note {number}");
        base = synced(&[&bank], &base, &mut database).base;
    }
    let entry = database.entry(self::id(id)).unwrap();
    let history = entry.history.as_ref().unwrap().get_entries();
    let notes: Vec<_> = history.iter().map(|old| old.get(fields::NOTES)).collect();
    assert_eq!(notes, [Some("note 1"), Some("note 2"), Some("note 3")]);
}

/// Whoever wants no history still wants to lose nothing to another computer.
#[test]
fn a_value_that_gives_way_is_kept_even_without_a_history() {
    let mut database = crate::create();
    database.meta.history_max_items = Some(0);
    let aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let notes = |database: &Database| {
        let history = found(database, &aws).history.clone().unwrap_or_default();
        let notes = history.get_entries().iter();
        let notes = notes.map(|old| old.get(fields::NOTES).unwrap_or_default().to_owned());
        notes.collect::<Vec<_>>()
    };
    // The value of the file gives way.
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_unprotected(fields::NOTES, "earlier, in the file");
    entry.times.last_modification = time(3000);
    let mut later = account(1, "aws", 4000);
    later.account.note = "later, here".into();
    let second = synced(&[&later], &first.base, &mut database);
    assert_eq!(notes(&database), ["earlier, in the file"]);
    // And now the one here.
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_unprotected(fields::NOTES, "later, in the file");
    entry.times.last_modification = time(6000);
    later.account.note = "earlier, here".into();
    later.account.modified = 5000;
    let third = synced(&[&later], &second.base, &mut database);
    assert_eq!(notes(&database), ["earlier, here"]);
    // A change without a conflict is kept nowhere, as it is wanted.
    let mut last = account(1, "aws", 7000);
    last.account.note = "last".into();
    synced(&[&last], &third.base, &mut database);
    assert!(notes(&database).is_empty());
}

#[test]
fn a_note_that_is_too_long_for_us_stays_whole_when_ours_gives_way() {
    let mut database = crate::create();
    let mut aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let long = "recovery code ".repeat(100);
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    entry.set_unprotected(fields::NOTES, &long);
    entry.times.last_modification = time(4000);
    aws.account.note = "ours".into();
    aws.account.modified = 3000;
    let second = synced(&[&aws], &first.base, &mut database);
    assert_eq!(second.conflicts.len(), 1);
    let entry = found(&database, &aws);
    assert_eq!(entry.get(fields::NOTES), Some(&*long));
    let history = entry.history.as_ref().unwrap().get_entries();
    assert_eq!(history[0].get(fields::NOTES), Some("ours"));
}

#[test]
fn the_same_value_is_in_the_history_once() {
    let mut database = crate::create();
    let mut aws = account(1, "aws", 2000);
    let mut base = synced(&[&aws], &Base::default(), &mut database).base;
    for (number, note) in ["one", "two", "one", "two", "one"].iter().enumerate() {
        aws.account.note = (*note).into();
        aws.account.modified = 3000 + number as u64;
        base = synced(&[&aws], &base, &mut database).base;
    }
    let entry = found(&database, &aws);
    let history = entry.history.as_ref().unwrap().get_entries();
    let notes: Vec<_> = history
        .iter()
        .map(|old| old.get(fields::NOTES).unwrap_or_default())
        .collect();
    assert_eq!(notes.len(), 3, "{notes:?}");
    for note in ["", "one", "two"] {
        assert!(notes.contains(&note), "{notes:?}");
    }
}

/// Some programs write a version into the history each time an entry is saved.
#[test]
fn what_others_have_put_into_the_history_stays() {
    let mut database = crate::create();
    let mut aws = account(1, "aws", 2000);
    let first = synced(&[&aws], &Base::default(), &mut database);
    let mut entry = database.entry_mut(id(aws.account.id)).unwrap();
    let mut history = History::default();
    for (number, note) in ["a", "", "b", ""].into_iter().enumerate() {
        let mut older = (*entry.as_ref()).clone();
        older.history = None;
        older.custom_data.clear();
        older.set_unprotected(fields::NOTES, note);
        older.times.last_modification = time(100 + number as u64);
        history.add_entry(older);
    }
    entry.history = Some(history.clone());
    let before = history.get_entries().clone();
    aws.account.note = "new".into();
    aws.account.modified = 3000;
    synced(&[&aws], &first.base, &mut database);
    let entry = found(&database, &aws);
    let after = entry.history.as_ref().unwrap().get_entries();
    assert!(
        before.iter().all(|older| after.contains(older)),
        "{after:?}"
    );
}

#[test]
fn what_a_twin_said_is_in_the_history() {
    let with = |byte, note: &str, modified| {
        let mut twin = account(1, "aws", modified);
        twin.account.id = AccountId::from_random([byte; 16]);
        twin.account.note = note.into();
        twin
    };
    for (ours, theirs) in [(2000, 3000), (3000, 2000)] {
        let mut database = crate::create();
        let there = with(2, "theirs", theirs);
        synced(&[&there], &Base::default(), &mut database);
        let here = with(1, "ours", ours);
        synced(&[&here], &Base::default(), &mut database);
        let entry = found(&database, &there);
        let history = entry.history.as_ref().unwrap().get_entries();
        let mut notes: Vec<_> = history.iter().map(|old| old.get(fields::NOTES)).collect();
        notes.push(entry.get(fields::NOTES));
        assert!(notes.contains(&Some("ours")) && notes.contains(&Some("theirs")));
    }
}
