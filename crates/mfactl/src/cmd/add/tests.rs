//! What is refused before anything is read, and what the command line becomes.

use clap::Parser;
use mfa_core::AccountId;
use mfa_core::account::Kind as Codes;

use super::*;
use crate::error;

fn args(arguments: &[&str]) -> Add {
    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        add: Add,
    }
    let all = ["add"].iter().chain(arguments);
    Program::try_parse_from(all).unwrap().add
}

fn checked(arguments: &[&str], may_ask: bool) -> Result<(), Error> {
    check(&Context::at_terminal(may_ask), &args(arguments))
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    for flag in ["--uri", "--secret"] {
        assert!(checked(&[flag, "-"], false).is_ok());
        let error = checked(&[flag, "JBSWY3DPEHPK3PXP"], true).unwrap_err();
        assert_eq!(error.kind, error::Kind::Usage);
        let text = error.to_string();
        let begin = format!("{flag} accepts only “-”");
        assert!(text.starts_with(&begin) && !text.contains("JBSW"), "{text}");
    }
}

#[test]
fn without_a_person_the_secret_has_to_come_from_somewhere() {
    assert!(checked(&["aws"], true).is_ok());
    let error = checked(&["aws"], false).unwrap_err();
    assert_eq!(error.kind, error::Kind::Usage);
    assert_eq!(error.to_string().lines().count(), 3, "{error}");
}

#[test]
fn what_is_typed_is_a_link_or_a_secret() {
    let is_link = |text: &str, is_link, from_input| {
        let (link, secret) = told_apart(text.to_owned().into(), is_link, from_input).unwrap();
        assert_ne!(link.is_some(), secret.is_some());
        link.is_some()
    };
    assert!(is_link("otpauth://totp/a?secret=JBSWY3DP", false, false));
    assert!(!is_link("JBSWY3DP", false, false));
    assert!(is_link("anything", true, true));
    // The daemon says what is wrong with it.
    assert!(!is_link("otpauth://totp/a", false, true));
}

#[test]
fn an_export_is_not_one_account() {
    let export = " OTPAUTH-migration://offline?data=x".to_owned();
    let error = told_apart(export.into(), true, true)
        .unwrap_err()
        .to_string();
    assert!(error.contains("mfactl import FILE"), "{error}");
}

#[test]
fn the_command_line_becomes_the_account() {
    let given = given(args(&["aws", "--type", "hotp", "--pin", "--counter", "7"]));
    assert_eq!(given.name.as_deref(), Some("aws"));
    assert_eq!(given.kind.as_deref(), Some("hotp"));
    assert_eq!((given.pinned, given.counter), (Some(true), Some(7)));
    assert_eq!(self::given(args(&[])).pinned, None);
}

#[test]
fn aws_asks_for_two_codes() {
    let account = |issuer: &str| Account {
        name: "work".into(),
        issuer: issuer.into(),
        ..Account::new(AccountId::from_random([1; 16]), Codes::Unknown, 0)
    };
    let hint = next_step(&account("amazon web services"));
    assert!(hint.is_some_and(|hint| hint.ends_with("mfactl pair work")));
    assert_eq!(next_step(&account("GitHub")), None);
}
