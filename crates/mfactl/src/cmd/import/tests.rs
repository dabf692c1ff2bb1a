//! What is refused before anything is read, what needs somebody to agree, and what is said at the end.

use clap::Parser;
use mfa_core::AccountId;
use mfa_core::account::Kind as Codes;
use mfa_intake::{Part, Tally};

use super::*;
use crate::cmd::plan::Row;

fn args(arguments: &[&str]) -> Import {
    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        import: Import,
    }
    let all = ["import"].iter().chain(arguments);
    Program::try_parse_from(all).unwrap().import
}

fn checked(arguments: &[&str], may_ask: bool) -> Result<(), Error> {
    check(&Context::at_terminal(may_ask), &args(arguments))
}

/// Returns the plan of an export. `skipped` entries cannot be read, and are followed by its missing QR codes.
fn plan(added: &[AccountId], present: usize, skipped: usize, missing: &[Part]) -> Plan {
    let row = |fate, id: Option<&AccountId>| Row {
        issuer: String::new(),
        username: String::new(),
        result: ImportResult {
            fate,
            name: String::new(),
            id: id.map(ToString::to_string),
            clash: None,
            reason: None,
        },
    };
    let mut rows: Vec<_> = added.iter().map(|id| row(Fate::Added, Some(id))).collect();
    rows.extend((0..present).map(|_| row(Fate::Present, None)));
    rows.extend((0..skipped + missing.len()).map(|_| row(Fate::Skipped, None)));
    Plan {
        format: "google".into(),
        missing: missing.to_vec(),
        rows,
        tally: Tally {
            added: added.len(),
            present,
            skipped,
            ..Tally::default()
        },
    }
}

fn id(number: u8) -> AccountId {
    AccountId::from_random([number; 16])
}

const MISSING: Part = Part {
    batch: 1,
    number: 2,
    of: 3,
};

#[test]
fn standard_input_is_read_once() {
    assert!(checked(&["-", "a.json"], true).is_ok());
    assert!(checked(&["a.json", "--password-file", "-"], true).is_ok());
    for arguments in [&["-", "-"][..], &["-", "--password-file", "-"]] {
        let error = checked(arguments, true).unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(error.to_string(), "standard input can be used only once");
    }
}

#[test]
fn somebody_has_to_agree_or_be_asked() {
    for agreed in ["--yes", "-y", "--dry-run"] {
        assert!(checked(&["a.json", agreed], false).is_ok());
        assert!(checked(&["a.json", agreed, "--json"], false).is_ok());
    }
    assert!(checked(&["a.json"], true).is_ok());
    let error = checked(&["a.json"], false).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(
        error.to_string(),
        "cannot ask for confirmation: no terminal\n  To add without asking: --yes. To only see what would be \
         added: --dry-run"
    );
    let error = checked(&["a.json", "--json"], true).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(
        error.to_string(),
        "--json cannot ask for confirmation\n  Add --yes or --dry-run."
    );
}

#[test]
fn a_part_of_an_export_is_not_added_unless_that_is_wanted() {
    let agreed = |arguments: &[&str], missing: &[Part]| {
        let plan = plan(&[id(1)], 0, 0, missing);
        agree(&Context::at_terminal(false), &args(arguments), &plan)
    };
    assert!(agreed(&["1.png", "--yes"], &[]).is_ok());
    assert!(agreed(&["1.png", "--yes", "--allow-incomplete"], &[MISSING]).is_ok());
    let error = agreed(&["1.png", "--yes"], &[MISSING]).unwrap_err();
    assert_eq!(error.kind, Kind::Other);
    assert_eq!(
        error.to_string(),
        "QR code 2 of 3 is missing: import again and include it\n  Nothing was added. To add the accounts that \
         were found: --allow-incomplete"
    );
}

#[test]
fn the_end_says_what_is_where() {
    let all = plan(&[id(1), id(2)], 0, 0, &[]);
    assert_eq!(
        stored(&all, "gnome-keyring"),
        "Added 2 accounts to gnome-keyring (read back and verified)."
    );
    let some = plan(&[id(1)], 1, 1, &[]);
    assert_eq!(
        stored(&some, "/v.kdbx"),
        "Added 1 account to /v.kdbx (read back and verified). 1 was already stored. 1 was skipped."
    );
}

#[test]
fn what_was_stored_has_to_be_listed() {
    let listed = [id(1), id(2)].map(|id| Account::new(id, Codes::Unknown, 0));
    let done = |added: &[AccountId]| are_among(&listed, &plan(added, 1, 1, &[]));
    assert!(done(&[]).is_ok());
    assert!(done(&[id(2), id(1)]).is_ok());
    let error = done(&[id(1), id(3)]).unwrap_err();
    assert_eq!(error.kind, Kind::Other);
    assert_eq!(
        error.message(),
        "some of the accounts that were just stored are missing"
    );
    // The daemon says which account it has stored.
    let mut nameless = plan(&[id(1)], 0, 0, &[]);
    nameless.rows[0].result.id = None;
    assert!(are_among(&listed, &nameless).is_err());
}

#[test]
fn it_is_no_error_if_all_accounts_are_there_already() {
    let said = |plan: &Plan| not_stored(plan).map_err(|error| (error.kind, error.to_string()));
    let dry = said(&plan(&[id(1), id(2)], 0, 0, &[]));
    assert_eq!(dry.as_deref(), Ok("2 accounts would be added."));
    let present = said(&plan(&[], 2, 0, &[]));
    assert_eq!(
        present.as_deref(),
        Ok("Nothing to add. 2 accounts were already stored.")
    );
    for (skipped, missing) in [(1, &[][..]), (0, &[MISSING])] {
        assert_eq!(
            said(&plan(&[], 0, skipped, missing)),
            Err((Kind::Other, "no account can be added".to_owned()))
        );
    }
}
