//! Tests of counters, and of parts that do not fit together.

use super::*;

#[test]
fn the_larger_counter_wins() {
    let at = |counter, modified| {
        edited("bank", modified, |account| {
            account.kind = Kind::Hotp { counter }
        })
    };
    let outcome = merge(&[&at(9, 1)], &Base::default(), &[side(vec![at(4, 9)])]);
    assert_eq!(only(&outcome).kind, Kind::Hotp { counter: 9 });
    assert!(!outcome.changes_here());
    assert_eq!(outcome.file.changed.values().next().unwrap(), &["counter"]);
}

/// The service takes no code twice, so a counter that was used elsewhere before the deletion stays used.
#[test]
fn the_counter_of_an_account_that_comes_back_does_not_go_back() {
    let at = |counter, modified, note: &str| {
        edited("bank", modified, |account| {
            account.kind = Kind::Hotp { counter };
            account.note = note.into();
        })
    };
    let old = at(5, 10, "");
    let before = base(&old);
    for synced in [true, false] {
        // One computer counts on, with or without a merge after it, and removes the account.
        let mut known = match synced {
            true => merge(&[&at(9, 10, "")], &before, &[file(&old, at(5, 10, ""))]).base,
            false => before.clone(),
        };
        known.count(old.account.id, 9);
        let gone = merge(&[], &known, &[file(&old, at(5, 10, ""))]);
        assert!(gone.accounts.is_empty());
        let json = gone.buried[&old.account.id].to_json();
        let deleted = [(old.account.id, Deletion::from_json(&json).unwrap())];
        let buried = Side {
            deleted: deleted.into(),
            ..Side::default()
        };
        // The other one edits it meanwhile.
        let back = merge(&[&at(5, 20, "edited")], &before, &[buried]);
        let account = only(&back);
        assert_eq!(
            (account.kind.counter(), &*account.note),
            (Some(9), "edited")
        );
        assert_eq!(back.here.changed[&old.account.id], ["counter"]);
    }
    // Somebody puts it back from a backup.
    let gone = merge(&[], &base(&at(9, 10, "")), &[file(&old, at(9, 10, ""))]);
    let nowhere = Side {
        deleted: gone.buried.clone(),
        ..Side::default()
    };
    let back = merge(&[&old], &gone.base, &[nowhere]);
    assert_eq!(only(&back).kind.counter(), Some(9));
    let text = gone.base.to_text();
    assert_eq!(Base::from_text(&text), Some(gone.base));
}

#[test]
fn parts_that_do_not_fit_together_are_not_put_together() {
    let old = edited("aws", 10, |_| {});
    let ours = edited("aws", 20, |account| account.note = "語".repeat(300));
    let theirs = edited("aws", 30, |account| {
        (account.issuer, account.note) = ("語".repeat(100), "theirs".into());
    });
    let fit = [&ours, &theirs].map(|entry| entry.to_text().is_ok());
    assert_eq!(fit, [true, true]);
    let mut both = edited("aws", 20, |account| account.note = "語".repeat(300));
    both.account.issuer.clone_from(&theirs.account.issuer);
    assert!(both.to_text().is_err());
    let theirs = edited("aws", 30, |account| account.issuer = "語".repeat(100));
    let outcome = merge(&[&ours], &base(&old), &[file(&old, theirs)]);
    let kept = outcome.accounts.values().next().unwrap();
    assert!(kept.entry.to_text().is_ok());
    // What gives way for want of room is named, though only one side has changed it.
    assert_eq!(kept.entry.account.note, "");
    let [conflict] = &*outcome.conflicts else {
        panic!("one conflict");
    };
    assert_eq!(
        (&*conflict.field, conflict.winner, conflict.loser),
        ("note", Source::File, Source::Here)
    );
    assert_eq!(conflict.lost.note, ours.account.note);
    let mut twin = version(&ours.account, &ours.secret);
    twin.account.id = AccountId::from_bytes([255; 16]);
    twin.account.issuer.clear();
    let long = edited("aws", 30, |account| account.issuer = "語".repeat(100));
    let outcome = merge(&[&twin], &Base::default(), &[side(vec![long])]);
    let fields: BTreeSet<_> = outcome.conflicts.iter().map(|lost| &*lost.field).collect();
    assert!(only(&outcome).note.is_empty() && fields.contains("note"));
}

#[test]
fn an_account_that_could_not_be_read_again_is_not_made() {
    let old = edited("aws", 10, |_| {});
    let ours = edited("aws", 20, |account| account.issuer.clear());
    let theirs = edited("aws", 30, |account| account.username.clear());
    let outcome = merge(&[&ours], &base(&old), &[file(&old, theirs)]);
    let account = only(&outcome);
    assert_eq!((&*account.issuer, &*account.username), ("Amazon", ""));
}

#[test]
fn a_program_that_does_not_know_a_field_has_not_emptied_it() {
    let old = edited("aws", 10, |_| {});
    let ours = edited("aws", 20, |account| {
        account.domains = crate::site::known(["signin.aws.amazon.com"]);
    });
    for before in [base(&old), Base::default()] {
        let mut theirs = file(&old, edited("prod", 30, |_| {}));
        theirs.accounts[0].marks.0.remove("domains");
        let outcome = merge(&[&ours], &before, &[theirs]);
        let account = only(&outcome);
        assert_eq!((&*account.name, account.domains.len()), ("prod", 1));
    }
}
