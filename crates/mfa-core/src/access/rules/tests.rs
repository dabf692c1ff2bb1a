//! Which rule decides.

use proptest::prelude::*;

use super::*;
use crate::account::{Kind, Period};

fn account(number: u8, tags: &[&str]) -> Account {
    let period = Period::default();
    let id = AccountId::from_random([number; 16]);
    Account {
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        ..Account::new(id, Kind::Totp { period }, 0)
    }
}

fn program(path: &str, script: Option<&str>) -> Who {
    Who::Program {
        path: path.into(),
        script: script.map(Into::into),
    }
}

fn rule(verdict: Verdict, subject: Subject, accounts: Accounts) -> Rule {
    Rule {
        verdict,
        subject,
        accounts,
        seen: Files::default(),
    }
}

fn about(path: &str, script: Option<&str>) -> Subject {
    Subject::Program {
        path: path.into(),
        script: script.map(Into::into),
    }
}

fn verdict(rules: &[Rule], who: &Who, account: &Account) -> Verdict {
    let rules = Rules::new(rules.to_vec());
    rules.decide(who, account, Use::Code).0
}

const TERRAFORM: &str = "/usr/bin/terraform";

#[test]
fn without_a_rule_a_person_and_the_tray_are_served_and_others_asked_about() {
    let (rules, account) = (Rules::default(), account(1, &[]));
    let decide = |who: &Who, usage| rules.decide(who, &account, usage).0;
    for usage in [Use::Code, Use::Copy] {
        assert_eq!(decide(&Who::Person, usage), Verdict::Allow);
        assert_eq!(decide(&Who::Tray, usage), Verdict::Allow);
        assert_eq!(decide(&program(TERRAFORM, None), usage), Verdict::Ask);
        assert_eq!(decide(&Who::System("cron".into()), usage), Verdict::Ask);
        assert_eq!(decide(&Who::Unknown, usage), Verdict::Ask);
    }
    let search = program("/usr/bin/krunner", None);
    assert_eq!(decide(&search, Use::Copy), Verdict::Allow);
    assert_eq!(decide(&search, Use::Code), Verdict::Ask);
    assert_eq!(
        decide(&program("/home/jane/krunner", None), Use::Copy),
        Verdict::Ask
    );
}

#[test]
fn the_most_specific_rule_decides() {
    let all = [
        rule(Verdict::Deny, Subject::Anybody, Accounts::All),
        rule(Verdict::Allow, about(TERRAFORM, None), Accounts::All),
        rule(
            Verdict::Deny,
            about(TERRAFORM, None),
            Accounts::Tag("prod".into()),
        ),
        rule(
            Verdict::Allow,
            about(TERRAFORM, None),
            Accounts::One(account(3, &[]).id),
        ),
    ];
    let terraform = program(TERRAFORM, None);
    assert_eq!(verdict(&all, &terraform, &account(1, &[])), Verdict::Allow);
    assert_eq!(
        verdict(&all, &terraform, &account(2, &["prod"])),
        Verdict::Deny
    );
    assert_eq!(
        verdict(&all, &terraform, &account(3, &["prod"])),
        Verdict::Allow
    );
    let other = program("/usr/bin/other", None);
    assert_eq!(verdict(&all, &other, &account(3, &[])), Verdict::Deny);
    // The default for a person is more specific than a rule for everybody.
    assert_eq!(
        verdict(&all, &Who::Person, &account(1, &[])),
        Verdict::Allow
    );
}

#[test]
fn of_two_that_are_as_specific_the_stricter_one_decides() {
    let prod = Accounts::Tag("prod".into());
    for (accounts, expected) in [
        (prod.clone(), Verdict::Deny),
        (Accounts::Tag("dev".into()), Verdict::Allow),
    ] {
        let all = [
            rule(Verdict::Deny, Subject::Anybody, accounts),
            rule(Verdict::Allow, about(TERRAFORM, None), Accounts::All),
        ];
        let account = account(1, &["prod"]);
        assert_eq!(verdict(&all, &program(TERRAFORM, None), &account), expected);
    }
    // So a user can have everybody asked about an account, even a person.
    let ask = [rule(Verdict::Ask, Subject::Anybody, prod)];
    assert_eq!(
        verdict(&ask, &Who::Person, &account(1, &["prod"])),
        Verdict::Ask
    );
}

#[test]
fn a_rule_for_a_script_is_for_no_other_script() {
    let python = "/usr/bin/python3.11";
    let all = [rule(
        Verdict::Allow,
        about(python, Some("/srv/a.py")),
        Accounts::All,
    )];
    let account = account(1, &[]);
    let asked = |script| verdict(&all, &program(python, script), &account);
    assert_eq!(asked(Some("/srv/a.py")), Verdict::Allow);
    assert_eq!(asked(Some("/srv/b.py")), Verdict::Ask);
    assert_eq!(asked(None), Verdict::Ask);
    let all = [rule(Verdict::Allow, about(python, None), Accounts::All)];
    assert_eq!(
        verdict(&all, &program(python, Some("/srv/b.py")), &account),
        Verdict::Allow
    );
}

/// The user has named it, and no script. No answer to a question makes such a rule.
#[test]
fn a_rule_that_names_an_interpreter_is_for_all_that_it_runs() {
    for path in ["/usr/bin/python3.11", "/windows/explorer.exe"] {
        let who = program(path, None);
        assert_eq!(Subject::exactly(&who), None);
        for subject in [about(path, None), Subject::Anybody] {
            let all = [rule(Verdict::Allow, subject, Accounts::All)];
            assert_eq!(verdict(&all, &who, &account(1, &[])), Verdict::Allow);
            let unknown = verdict(&all, &Who::Unknown, &account(1, &[]));
            assert_eq!(unknown, Verdict::Ask);
        }
    }
}

/// A file of another program may have taken the path since.
#[test]
fn a_rule_for_a_program_is_not_for_one_whose_file_is_gone() {
    let all = [
        rule(Verdict::Allow, about(TERRAFORM, None), Accounts::All),
        rule(
            Verdict::Allow,
            about("/usr/bin/bash", Some("/srv/a.sh")),
            Accounts::All,
        ),
    ];
    for (path, script) in [(TERRAFORM, None), ("/usr/bin/bash", Some("/srv/a.sh"))] {
        let asked = |path: &str| verdict(&all, &program(path, script), &account(1, &[]));
        assert_eq!(asked(path), Verdict::Allow);
        let gone = format!("{path} (deleted)");
        assert_eq!(asked(&gone), Verdict::Ask);
        assert_eq!(Subject::exactly(&program(&gone, script)), None);
    }
}

#[test]
fn who_cannot_be_recognised_is_not_remembered() {
    assert_eq!(Subject::exactly(&Who::Unknown), None);
    assert_eq!(
        Subject::exactly(&program("/usr/bin/python3.11", None)),
        None
    );
    let script = program("/usr/bin/python3.11", Some("/srv/a.py"));
    assert_eq!(
        Subject::exactly(&script),
        Some(about("/usr/bin/python3.11", Some("/srv/a.py")))
    );
    assert_eq!(
        Subject::exactly(&program(TERRAFORM, None)),
        Some(about(TERRAFORM, None))
    );
}

#[test]
fn a_rule_takes_the_place_of_the_one_before_and_of_a_default() {
    let mut rules = Rules::default();
    let person = |verdict| rule(verdict, Subject::Person, Accounts::All);
    assert!(rules.set(person(Verdict::Deny)));
    assert!(rules.set(person(Verdict::Ask)));
    assert_eq!(rules.own(), [person(Verdict::Ask)]);
    assert_eq!(rules.remaining_defaults().count(), 3);
    let (verdict, decisive) = rules.decide(&Who::Person, &account(1, &[]), Use::Code);
    assert_eq!(
        (verdict, decisive),
        (Verdict::Ask, Some(&person(Verdict::Ask)))
    );
    assert_eq!(rules.forget(|rule| rule.subject == Subject::Person), 1);
    assert_eq!(rules, Rules::default());
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Allow),
        Just(Verdict::Ask),
        Just(Verdict::Deny)
    ]
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let subject = prop_oneof![
        Just(Subject::Anybody),
        Just(Subject::Person),
        Just(about(TERRAFORM, None)),
        Just(about("/usr/bin/python3", Some("/srv/a.py"))),
    ];
    let accounts = prop_oneof![
        Just(Accounts::All),
        Just(Accounts::Tag("prod".into())),
        Just(Accounts::One(account(1, &[]).id)),
    ];
    (any_verdict(), subject, accounts)
        .prop_map(|(verdict, subject, accounts)| rule(verdict, subject, accounts))
}

proptest! {
    /// The order in which rules were made decides nothing, and who is unknown is never allowed.
    #[test]
    fn the_order_does_not_matter_and_nobody_unknown_is_allowed(
        all in proptest::collection::vec(any_rule(), 0..8),
    ) {
        let mut rules = Rules::default();
        for rule in &all {
            rules.set(rule.clone());
        }
        let reversed = Rules::new(rules.own().iter().rev().cloned().collect());
        let account = account(1, &["prod"]);
        for who in [
            Who::Person,
            Who::Unknown,
            program(TERRAFORM, None),
            program("/usr/bin/python3", Some("/srv/a.py")),
        ] {
            let verdict = rules.decide(&who, &account, Use::Code).0;
            prop_assert_eq!(verdict, reversed.decide(&who, &account, Use::Code).0);
            prop_assert!(who != Who::Unknown || verdict != Verdict::Allow);
        }
    }
}

#[test]
fn paths_of_windows_fit_in_any_case_and_stay_as_they_were_given() {
    let (given, of_kernel) = (r"c:\TOOLS\Aws.exe", r"C:\Tools\aws.exe");
    let mut rules = Rules::new(vec![rule(
        Verdict::Allow,
        about(given, None),
        Accounts::All,
    )]);
    let decide = |rules: &Rules, who: &Who| rules.decide(who, &account(1, &[]), Use::Code).0;
    assert_eq!(decide(&rules, &program(of_kernel, None)), Verdict::Allow);
    let with_script = program(of_kernel, Some(r"C:\Jobs\a.py"));
    assert_eq!(decide(&rules, &with_script), Verdict::Allow);
    assert_eq!(
        decide(&rules, &program(r"D:\Tools\aws.exe", None)),
        Verdict::Ask
    );
    assert_eq!(rules.own()[0].subject, about(given, None));
    // The same program has one rule for the same accounts.
    rules.set(rule(Verdict::Deny, about(of_kernel, None), Accounts::All));
    assert_eq!(rules.own().len(), 1);
    rules.set(rule(
        Verdict::Allow,
        about(given, Some(r"c:\jobs\A.py")),
        Accounts::All,
    ));
    assert_eq!(decide(&rules, &with_script), Verdict::Allow);
    let wanted = about(given, None);
    assert_eq!(rules.forget(|rule| rule.subject.is_same(&wanted)), 1);
    // On Unix, these are two programs.
    let other = about("/opt/Aws", None);
    assert!(!other.is_same(&about("/opt/aws", None)) && other.is_same(&other));
}
