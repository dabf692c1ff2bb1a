//! Tests of choices in the menu, of the configuration, and of the question about codes.

use super::*;
use crate::config::Look;
use crate::model::notice::{self, Kind};

fn configured(codes: Option<Codes>) -> Msg {
    Msg::Settings(Settings {
        codes,
        ..Settings::default()
    })
}

fn saved(effects: &[Effect]) -> Memory {
    let memory = effects.iter().find_map(|effect| match effect {
        Effect::Save(memory) => Some(memory.clone()),
        _ => None,
    });
    memory.unwrap_or_else(|| panic!("nothing is kept: {effects:?}"))
}

fn shows(model: &Model) -> bool {
    lines(&model.view(NOW).items).contains(&"☑ Show codes".to_owned())
}

#[test]
fn what_is_chosen_in_the_menu_is_remembered() {
    let mut model = model();
    let memory = saved(&choose(&mut model, Choice::ShowCodes(true), NOW));
    assert!(shows(&model));
    let memory = serde_json::to_string(&memory).unwrap();
    let memory = serde_json::from_str(&memory).unwrap();
    let mut model = Model::new(Settings::default(), memory, "XFCE".to_owned());
    model.update(configured(None), NOW);
    model.update(connected(vec![account("aws", "AWS", "")]), NOW);
    assert!(shows(&model), "after the next login");
    choose(&mut model, Choice::ShowCodes(false), NOW);
    assert!(!shows(&model));
}

#[test]
fn what_was_changed_last_counts() {
    let mut model = model();
    model.update(configured(Some(Codes::Shown)), NOW);
    assert!(shows(&model));
    choose(&mut model, Choice::ShowCodes(false), NOW);
    assert!(!shows(&model), "the menu over the configuration");
    // Another value in the file has changed.
    assert_eq!(model.update(configured(Some(Codes::Shown)), NOW), []);
    assert!(!shows(&model));
    saved(&model.update(configured(Some(Codes::Hidden)), NOW));
    assert_eq!(model.update(configured(Some(Codes::Shown)), NOW), []);
    assert!(shows(&model), "the configuration over an older choice");
}

#[test]
fn the_icon_can_be_chosen() {
    let mut model = model();
    assert_eq!(model.view(NOW).look, Look::Colour);
    saved(&choose(&mut model, Choice::Look(Look::Symbolic), NOW));
    let view = model.view(NOW);
    assert_eq!(view.look, Look::Symbolic);
    let lines = lines(&view.items);
    assert!(lines.contains(&"  ◉ Symbolic icon, coloured by the panel".to_owned()));
}

#[test]
fn starting_at_login_is_a_choice_where_it_can_be() {
    let mut model = model();
    let has = |model: &Model, line: &str| lines(&model.view(NOW).items).contains(&line.to_owned());
    assert!(!lines(&model.view(NOW).items).concat().contains("login"));
    model.update(Msg::StartsAtLogin(Some(true)), NOW);
    assert!(has(&model, "  ☑ Start at login"));
    let effects = choose(&mut model, Choice::StartAtLogin(false), NOW);
    assert!(effects.contains(&Effect::StartAtLogin(false)));
    model.update(Msg::StartsAtLogin(Some(false)), NOW);
    assert!(has(&model, "  ☐ Start at login"));
}

#[test]
fn the_first_account_raises_the_question_once() {
    let first = || connected(vec![account("aws", "AWS", "")]);
    let mut model = with(Settings::default(), Vec::new());
    let effects = model.update(first(), NOW);
    let Some(Effect::Notify(notice)) = effects.first() else {
        panic!("nothing is asked: {effects:?}");
    };
    let answers: Vec<_> = notice.actions.iter().map(|(label, _)| label).collect();
    assert_eq!(answers, ["Show codes in the menu", "Keep them hidden"]);
    assert_eq!(notice.kind, Kind::Question);
    let memory = saved(&model.update(Msg::Asked(true), NOW));
    choose(&mut model, notice.actions[0].1, NOW);
    assert!(shows(&model));
    model.update(connected(Vec::new()), NOW);
    assert_eq!(model.update(first(), NOW), [], "it was answered");
    let mut model = Model::new(Settings::default(), memory, "XFCE".to_owned());
    model.update(connected(Vec::new()), NOW);
    assert_eq!(model.update(first(), NOW), [], "it was asked");
}

/// There may be no notification daemon.
#[test]
fn a_question_that_was_not_shown_is_asked_again() {
    let first = || connected(vec![account("aws", "AWS", "")]);
    let asks = |effects: &[Effect]| said(effects) == ["Show codes in the menu of mfactl?"];
    let mut model = with(Settings::default(), Vec::new());
    let effects = model.update(first(), NOW);
    assert!(asks(&effects));
    let memory = saved(&effects);
    assert!(!memory.asked_about_codes);
    assert_eq!(model.update(first(), NOW), [], "it is on its way");
    assert_eq!(model.update(Msg::Asked(false), NOW), []);
    assert!(asks(&model.update(first(), NOW)), "the accounts changed");
    let mut model = Model::new(Settings::default(), memory, "XFCE".to_owned());
    assert!(asks(&model.update(first(), NOW)), "after the next login");
    let memory = saved(&model.update(Msg::Asked(true), NOW));
    let mut model = Model::new(Settings::default(), memory, "XFCE".to_owned());
    assert_eq!(model.update(first(), NOW), [], "it was asked");
}

#[test]
fn nothing_is_asked_that_is_known() {
    let settings = Settings {
        codes: Some(Codes::Hidden),
        ..Settings::default()
    };
    let mut model = with(settings, Vec::new());
    let first = || connected(vec![account("aws", "AWS", "")]);
    assert_eq!(model.update(first(), NOW), [], "the configuration says it");
    // Accounts that were locked are not new.
    let mut model = Model::new(Settings::default(), Memory::default(), String::new());
    let locked = Msg::Connected {
        locked: true,
        accounts: Vec::new(),
        problem: None,
    };
    model.update(locked, NOW);
    assert_eq!(model.update(first(), NOW), []);
}

#[test]
fn whoever_starts_it_again_is_told_where_it_is() {
    let mut model = model();
    let said = |model: &mut Model| said(&model.update(Msg::StartedAgain, NOW));
    assert_eq!(said(&mut model), ["mfactl is in the panel"]);
    model.update(Msg::Panel(false), NOW);
    assert_eq!(said(&mut model), ["This desktop shows no tray icons"]);
}

#[test]
fn the_last_account_can_be_copied_again_even_before_the_daemon_is_there() {
    let mut model = model();
    let copy = |model: &mut Model| {
        let (choice, token) = (Choice::CopyLast, None);
        model.update(Msg::Activated { choice, token }, NOW)
    };
    assert_eq!(said(&copy(&mut model)), ["No code was used yet"]);
    let aws = account("aws", "Amazon Web Services", "root@1234");
    let id = aws.id;
    model.update(connected(vec![aws.clone()]), NOW);
    let issued = Msg::Issued {
        account: id,
        application: "mfactl".to_owned(),
    };
    model.update(issued, NOW);
    let memory = saved(&model.update(Msg::Elapsed(Timer::Save), NOW));
    let fetches = |effects: &[Effect]| {
        let is_it =
            |effect: &Effect| matches!(effect, Effect::Fetch { account, .. } if *account == id);
        effects.iter().filter(|effect| is_it(effect)).count()
    };
    assert_eq!(fetches(&copy(&mut model)), 1);
    // The bus has started the tray for this.
    let mut model = Model::new(Settings::default(), memory, String::new());
    assert_eq!(copy(&mut model), []);
    assert_eq!(fetches(&model.update(connected(vec![aws.clone()]), NOW)), 1);
    assert_eq!(fetches(&model.update(connected(vec![aws]), NOW)), 0, "once");
}

#[test]
fn a_pinned_account_moves_up_at_the_next_opening() {
    let mut model = model();
    let first = |model: &Model| lines(&model.view(NOW).items)[0].clone();
    model.update(Msg::MenuOpens, NOW);
    let mut accounts = vec![
        account("aws", "Amazon Web Services", "root@1234"),
        account("gh", "GitHub", "octo"),
    ];
    accounts[1].pinned = true;
    model.update(connected(accounts), NOW + 5);
    model.update(Msg::MenuOpens, NOW);
    assert!(first(&model).starts_with("Amazon"), "it is still open");
    model.update(Msg::MenuOpens, NOW + 10);
    assert_eq!(first(&model), "GitHub — octo");
}

/// The accounts were locked when the tray started.
#[test]
fn whether_codes_are_shown_is_asked_after_a_lock_too() {
    let mut model = Model::new(Settings::default(), Memory::default(), String::new());
    let connected = |locked, accounts| Msg::Connected {
        locked,
        accounts,
        problem: None,
    };
    model.update(connected(false, Vec::new()), NOW);
    model.update(connected(true, Vec::new()), NOW);
    let accounts = vec![account("github", "GitHub", "jane")];
    let effects = model.update(connected(false, accounts), NOW);
    let asks =
        |effect: &Effect| matches!(effect, Effect::Notify(notice) if notice.kind == Kind::Question);
    assert!(effects.iter().any(asks), "{effects:?}");
}

#[test]
fn what_was_skipped_is_said_after_one_account_and_after_several() {
    let rest = mfa_intake::Tally {
        skipped: 1,
        why: Some("line 3: the link\nhas no secret".into()),
        ..mfa_intake::Tally::default()
    };
    let end = "1 was skipped. Line 3: the link has no secret.";
    let one = notice::with_rest(notice::added(id("aws"), "AWS", "aws"), &rest);
    assert_eq!(one.kind, Kind::Problem);
    assert_eq!(
        one.body,
        format!("Click it in the menu to copy its code. {end}")
    );
    let remarks = ["its name was cut to 64 characters".to_owned()];
    let cut = notice::with_remarks(notice::added(id("aws"), "AWS", "aws"), &remarks);
    assert!(
        cut.body
            .ends_with("code. Its name was cut to 64 characters.")
    );
    let there = "this secret is already stored as “aws”";
    let reason = notice::reason_with_rest(there, &rest);
    let failed = notice::not_done("No account was added", &reason);
    let there = "This secret is already stored as “aws”.";
    assert_eq!(failed.body, format!("{there} {end}"));
    let several = notice::several(&mfa_intake::Tally { added: 2, ..rest });
    assert_eq!((several.kind, &*several.body), (Kind::Problem, end));
    let all = notice::several(&mfa_intake::Tally {
        added: 2,
        ..mfa_intake::Tally::default()
    });
    assert_eq!((all.kind, &*all.body), (Kind::News, ""));
}
