//! Tests of where an export goes, and of what the user is asked.

use clap::Parser;
use mfa_helper::export::{LeftOut, SCHEMA};

use super::*;

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    export: Export,
}

fn args(arguments: &[&str]) -> Result<Export, clap::Error> {
    let all = ["export", "--format", "otpauth"].iter().chain(arguments);
    Program::try_parse_from(all).map(|program| program.export)
}

fn plan(written: usize, left_out: usize) -> Answer {
    let one = LeftOut {
        account: "bank".into(),
        reason: "r".into(),
    };
    Answer {
        schema: SCHEMA,
        left_out: vec![one; left_out],
        lost: Vec::new(),
        written,
        count: (1, 1),
        parts: Vec::new(),
    }
}

#[test]
fn a_terminal_gets_secrets_only_if_it_is_asked_for() {
    let target_of = |terminal, arguments: &[&str]| target(terminal, &args(arguments).unwrap());
    assert_eq!(target_of(true, &[]).unwrap_err().kind, Kind::Usage);
    assert_eq!(target_of(false, &[]).unwrap(), Target::Output);
    assert_eq!(target_of(true, &["-o", "-"]).unwrap(), Target::Output);
    let file = Target::File("a".into());
    assert_eq!(target_of(true, &["--output", "a"]).unwrap(), file);
    let screen = Target::Screen { inverted: true };
    assert_eq!(target_of(true, &["--qr", "--invert"]).unwrap(), screen);
    let pictures = Target::Pictures("a.png".into());
    assert_eq!(target_of(true, &["--png", "a.png"]).unwrap(), pictures);
    for wrong in [
        &["--qr", "-o", "a"][..],
        &["--invert"],
        &["--png", "a", "-o", "b"],
    ] {
        assert!(args(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_question_names_the_file_and_what_is_left_out() {
    let file = Target::File("list.txt".into());
    assert_eq!(
        question(&file, false, 1, 2),
        "This writes the secrets of 1 account in plain text to list.txt. Anyone who sees them can generate the \
         codes forever. 2 accounts are left out."
    );
    let screen = Target::Screen { inverted: false };
    let text = question(&screen, false, 2, 0);
    assert!(
        text.starts_with("This shows the secrets of 2 accounts."),
        "{text}"
    );
    assert!(text.ends_with("forever."), "{text}");
    let text = question(&file, true, 2, 1);
    assert_eq!(
        text,
        "This exports 2 accounts, encrypted. 1 account is left out."
    );
}

#[test]
fn a_script_says_so_if_accounts_may_be_left_out() {
    let agreed = |arguments: &[&str], plan: &Answer| {
        let args = args(arguments).unwrap();
        needs_person(&Context::at_terminal(false), &args)?;
        agree(
            &Context::at_terminal(false),
            &args,
            &Target::Output,
            plan,
            0,
        )
    };
    assert!(agreed(&["--yes-i-know"], &plan(1, 0)).is_ok());
    let error = agreed(&["--yes-i-know"], &plan(1, 1)).unwrap_err();
    assert!(error.to_string().contains("--allow-incomplete"), "{error}");
    assert!(agreed(&["--yes-i-know", "--allow-incomplete"], &plan(1, 1)).is_ok());
    let sealed = ["--encrypt", "--password-file", "p"];
    assert!(agreed(&sealed, &plan(1, 0)).is_ok());
    assert!(agreed(&sealed, &plan(1, 1)).is_err());
    assert_eq!(
        agreed(&["--encrypt"], &plan(1, 0)).unwrap_err().kind,
        Kind::Usage
    );
    let unread = |arguments: &[&str]| {
        let args = args(arguments).unwrap();
        agree(
            &Context::at_terminal(false),
            &args,
            &Target::Output,
            &plan(1, 0),
            2,
        )
    };
    let error = unread(&["--yes-i-know"]).unwrap_err().to_string();
    assert!(error.contains("2 accounts would be missing"), "{error}");
    assert!(unread(&["--yes-i-know", "--allow-incomplete"]).is_ok());
    let all = ["--yes-i-know", "--allow-incomplete"];
    assert!(
        agreed(&all, &plan(0, 1)).is_err(),
        "there is nothing to export"
    );
}

#[test]
fn an_encrypted_export_that_loses_nothing_is_not_asked_about() {
    let person = Context::at_terminal(true);
    let args = args(&["--encrypt"]).unwrap();
    assert!(needs_person(&person, &args).is_ok());
    assert!(agree(&person, &args, &Target::File("a".into()), &plan(1, 0), 0).is_ok());
}

#[test]
fn an_export_that_differs_from_the_plan_is_noticed() {
    assert!(is_same(&plan(1, 1), &plan(1, 1)));
    assert!(!is_same(&plan(1, 1), &plan(2, 1)));
    assert!(!is_same(&plan(1, 1), &plan(1, 0)));
}
