//! Tests of the sentences at the end of a restore.

use super::*;

fn tally(added: usize, kept: usize, skipped: usize) -> Tally {
    Tally {
        added,
        kept,
        skipped,
        ..Tally::default()
    }
}

#[test]
fn what_stays_is_not_called_restored() {
    for (tally, keep, expected) in [
        (
            tally(0, 0, 3),
            false,
            "3 accounts cannot be restored; see above.",
        ),
        (
            tally(0, 3, 0),
            true,
            "Nothing to restore: 3 accounts differ and are kept.",
        ),
        (
            tally(0, 1, 0),
            true,
            "Nothing to restore: 1 account differs and is kept.",
        ),
        (
            tally(0, 0, 0),
            true,
            "All accounts of the backup are here already.",
        ),
    ] {
        assert_eq!(planned_text(&tally, keep), expected);
    }
    assert_eq!(
        said(&tally(0, 2, 0)),
        "Nothing was changed (2 kept as here)."
    );
    assert_eq!(said(&tally(1, 0, 0)), "Restored 1 account.");
}

#[test]
fn what_would_be_done_is_told_as_it_was_chosen() {
    let text = |tally, keep| planned_text(&tally, keep);
    let choose = "add --keep or --replace.";
    assert_eq!(
        text(tally(1, 2, 0), false),
        format!("1 account would be added; 2 accounts differ: {choose}")
    );
    assert_eq!(
        text(tally(0, 1, 0), false),
        format!("1 account differs: {choose}")
    );
    assert_eq!(
        text(tally(1, 1, 0), true),
        "1 account would be added; 1 account differs and is kept."
    );
    let replaced = Tally {
        replaced: 2,
        ..tally(1, 0, 0)
    };
    assert_eq!(
        text(replaced, false),
        "1 account would be added, and 2 replaced."
    );
}
