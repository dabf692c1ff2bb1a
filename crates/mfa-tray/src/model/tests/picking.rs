//! Tests of the shortcut, and of the menu that it shows.

use super::*;

fn press(model: &mut Model, now: u64) -> Vec<Effect> {
    model.update(Msg::Shortcut { token: None }, now)
}

fn locked() -> Msg {
    Msg::Connected {
        locked: true,
        accounts: Vec::new(),
        problem: None,
    }
}

fn gone() -> Msg {
    Msg::Disconnected {
        problem: "The daemon stopped.".to_owned(),
        hint: None,
    }
}

#[test]
fn a_press_shows_one_menu_and_a_code_is_copied_for_the_choice() {
    let mut model = model();
    assert_eq!(press(&mut model, NOW), [Effect::Pick]);
    assert_eq!(press(&mut model, NOW + 1), [], "it is open");
    let effects = model.update(Msg::Picked(Ok(Some(id("gh")))), NOW);
    let (_, count, _) = fetched(&effects).unwrap();
    assert_eq!(count, 1);
    assert_eq!(press(&mut model, NOW + 2), [Effect::Pick]);
    assert_eq!(model.update(Msg::Picked(Ok(None)), NOW + 3), []);
    assert_eq!(press(&mut model, NOW + 4), [Effect::Pick], "again");
}

#[test]
fn a_menu_that_cannot_be_shown_is_told_of() {
    let mut model = model();
    press(&mut model, NOW);
    let failed = Msg::Picked(Err("No menu is installed.".to_owned()));
    let effects = model.update(failed, NOW);
    let [Effect::Notify(notice)] = &effects[..] else {
        panic!("it is not told: {effects:?}");
    };
    assert_eq!(notice.summary, "No code was copied");
    assert_eq!(notice.body, "No menu is installed.");
    assert_eq!(press(&mut model, NOW), [Effect::Pick]);
}

#[test]
fn locked_accounts_are_unlocked_first() {
    let mut model = model();
    model.update(Msg::Locked, NOW);
    assert_eq!(press(&mut model, NOW), [Effect::Unlock]);
    model.update(locked(), NOW + 1);
    let accounts = || connected(vec![account("aws", "AWS", "")]);
    assert_eq!(model.update(accounts(), NOW + 60), [Effect::Pick]);
    assert_eq!(model.update(accounts(), NOW + 61), [], "once");
}

#[test]
fn nobody_waits_for_a_menu_after_two_minutes() {
    let mut model = model();
    model.update(Msg::Locked, NOW);
    press(&mut model, NOW);
    let accounts = connected(vec![account("aws", "AWS", "")]);
    assert_eq!(model.update(accounts, NOW + 121), []);
    // A clock that is set back does not keep the press for ever.
    model.update(Msg::Locked, NOW);
    press(&mut model, NOW);
    let accounts = || connected(vec![account("aws", "AWS", "")]);
    assert_eq!(model.update(accounts(), NOW - 500), [Effect::Pick]);
}

#[test]
fn accounts_that_are_locked_while_the_menu_is_open_give_no_code() {
    let mut model = model();
    press(&mut model, NOW);
    model.update(Msg::Locked, NOW);
    let effects = model.update(Msg::Picked(Ok(Some(id("aws")))), NOW);
    assert_eq!(said(&effects), ["No code was copied"]);
    assert_eq!(fetched(&effects), None);
}

#[test]
fn a_press_before_the_daemon_is_there_waits_for_it() {
    let new = || Model::new(Settings::default(), Memory::default(), "XFCE".to_owned());
    let mut model = new();
    assert_eq!(press(&mut model, NOW), []);
    let accounts = connected(vec![account("aws", "AWS", "")]);
    assert_eq!(model.update(accounts, NOW + 1), [Effect::Pick]);
    let mut model = new();
    press(&mut model, NOW);
    let effects = model.update(gone(), NOW + 1);
    assert_eq!(said(&effects), ["No code was copied"]);
    assert_eq!(press(&mut model, NOW + 2), [Effect::Reconnect]);
    let effects = model.update(gone(), NOW + 3);
    assert_eq!(said(&effects), ["No code was copied"]);
    assert_eq!(said(&model.update(gone(), NOW + 4)), [""; 0], "once");
}

#[test]
fn without_accounts_there_is_nothing_to_choose() {
    let mut model = with(Settings::default(), Vec::new());
    assert_eq!(said(&press(&mut model, NOW)), ["No accounts yet"]);
    assert_eq!(said(&press(&mut model, NOW)), ["No accounts yet"]);
}

#[test]
fn the_desktop_is_asked_when_the_setting_changes() {
    let wish = |keys: Option<&str>| {
        Msg::Settings(Settings {
            shortcut: keys.map(str::to_owned),
            ..Settings::default()
        })
    };
    let asked = |keys: Option<&str>| [Effect::Shortcut(keys.map(str::to_owned))];
    let mut model = model();
    assert_eq!(model.update(wish(None), NOW), []);
    let (one, other) = (Some("CTRL+ALT+m"), Some("LOGO+m"));
    assert_eq!(model.update(wish(one), NOW), asked(one));
    assert_eq!(model.update(wish(one), NOW), []);
    assert_eq!(model.update(wish(other), NOW), asked(other));
    assert_eq!(model.update(wish(None), NOW), asked(None));
}
