//! Tests of the model.

mod choices;
mod codes;
mod confirming;
mod copying;
mod menus;
mod picking;
mod questions;
mod texts;
mod uses;

use std::time::Duration;

use mfa_core::account::{Digits, Kind, Period};
use mfa_core::{Account, AccountId};
use mfa_ipc::types::IssuedCode;
use zeroize::Zeroizing;

use super::memory::Memory;
use super::view::Item;
use super::{Choice, Effect, Model, Msg, Timer};
use crate::config::{Codes, Settings};

/// A second that is 3 s into a step of 30 s.
const NOW: u64 = 1_000_000_000 - 10 + 3;

pub(super) fn account(name: &str, issuer: &str, username: &str) -> Account {
    Account {
        name: name.to_owned(),
        issuer: issuer.to_owned(),
        username: username.to_owned(),
        ..Account::new(id(name), every(30), 0)
    }
}

/// Returns the id of the account with this name.
pub(crate) fn id(name: &str) -> AccountId {
    let mut bytes = [0; 16];
    let name = name.bytes().cycle();
    bytes
        .iter_mut()
        .zip(name)
        .for_each(|(byte, letter)| *byte = letter);
    AccountId::from_random(bytes)
}

/// Returns the kind of codes that are valid for this number of seconds.
fn every(seconds: u64) -> Kind {
    let period = Period::new(seconds).unwrap();
    Kind::Totp { period }
}

fn code(digits: &str, valid_from: u64, period: u64) -> IssuedCode {
    IssuedCode {
        code: Zeroizing::new(digits.to_owned()),
        valid_from,
        valid_until: valid_from + period,
    }
}

fn with(settings: Settings, accounts: Vec<Account>) -> Model {
    let mut model = Model::new(settings, Memory::default(), "XFCE".to_owned());
    let effects = model.update(connected(accounts), NOW);
    assert_eq!(effects, [], "what is there at the start calls for nothing");
    model
}

fn connected(accounts: Vec<Account>) -> Msg {
    Msg::Connected {
        locked: false,
        accounts,
        problem: None,
    }
}

/// Returns a tray with two accounts.
fn model() -> Model {
    let aws = account("aws", "Amazon Web Services", "root@1234");
    with(
        Settings::default(),
        vec![aws, account("gh", "GitHub", "octo")],
    )
}

fn shown() -> Settings {
    Settings {
        codes: Some(Codes::Shown),
        ..Settings::default()
    }
}

fn choose(model: &mut Model, choice: Choice, now: u64) -> Vec<Effect> {
    model.update(Msg::Chosen(choice), now)
}

/// Returns the notifications among the effects.
fn said(effects: &[Effect]) -> Vec<String> {
    let notices = effects.iter().filter_map(|effect| match effect {
        Effect::Notify(notice) => Some(plain(&notice.summary)),
        _ => None,
    });
    notices.collect()
}

/// Returns the number, the count and the minimum validity of the requested codes.
fn fetched(effects: &[Effect]) -> Option<(u64, u32, u32)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Fetch {
            number,
            count,
            options,
            ..
        } => Some((*number, *count, options.min_remaining.unwrap_or(0))),
        _ => None,
    })
}

/// Returns the code that the effects put on the clipboard.
fn put(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Put { code, .. } => Some(code.0.to_string()),
        _ => None,
    })
}

/// Returns a text without its direction characters.
fn plain(text: &str) -> String {
    let text = text.replace(['\u{200e}', '\u{2066}', '\u{2068}', '\u{2069}'], "");
    text.replace('\u{a0}', " ")
}

/// Returns the lines of a menu. Lines of submenus are indented.
fn lines(items: &[Item]) -> Vec<String> {
    let mut lines = Vec::new();
    for item in items {
        match item {
            Item::Line => lines.push("---".to_owned()),
            Item::Text(label) => lines.push(format!("({label})")),
            Item::Action { label, .. } => lines.push(plain(label)),
            Item::Check { label, is_on, .. } => {
                lines.push(format!("{} {label}", if *is_on { "☑" } else { "☐" }));
            }
            Item::OneOf { options, selected } => {
                let mark = |at| if at == *selected { "◉" } else { "○" };
                let options = options.iter().enumerate();
                lines.extend(options.map(|(at, (label, _))| format!("{} {label}", mark(at))));
            }
            Item::Menu { label, items } => {
                lines.push(format!("{} >", plain(label)));
                lines.extend(self::lines(items).iter().map(|line| format!("  {line}")));
            }
        }
    }
    lines
}

#[test]
fn a_missing_panel_is_told_once_and_not_at_once() {
    let mut model = model();
    let effects = model.update(Msg::Panel(false), NOW);
    assert_eq!(
        effects,
        [Effect::Start(Timer::Panel, Duration::from_secs(20))]
    );
    let effects = model.update(Msg::Panel(true), NOW);
    assert_eq!(effects, [Effect::Stop(Timer::Panel)], "it came in time");
    model.update(Msg::Panel(false), NOW);
    let effects = model.update(Msg::Elapsed(Timer::Panel), NOW);
    assert_eq!(said(&effects), ["This desktop shows no tray icons"]);
    let Some(Effect::Save(memory)) = effects.last() else {
        panic!("it is not remembered: {effects:?}");
    };
    // The next login of the same user on the same desktop.
    let mut model = Model::new(Settings::default(), memory.clone(), "GNOME".to_owned());
    model.update(Msg::Panel(false), NOW);
    assert_eq!(model.update(Msg::Elapsed(Timer::Panel), NOW), []);
    // A panel was installed, and removed again.
    model.update(Msg::Panel(true), NOW);
    model.update(Msg::Panel(false), NOW);
    let effects = model.update(Msg::Elapsed(Timer::Panel), NOW);
    let Some(Effect::Notify(notice)) = effects.first() else {
        panic!("nothing is said: {effects:?}");
    };
    assert!(notice.body.contains("gnome-shell-extension-appindicator"));
}

#[test]
fn what_others_use_moves_up_and_what_we_show_does_not() {
    let mut model = model();
    let issued = |application: &str| Msg::Issued {
        account: id("gh"),
        application: application.to_owned(),
    };
    assert_eq!(model.update(issued("mfa-tray"), NOW), []);
    let order = |model: &Model| lines(&model.view(NOW).items)[0].clone();
    assert_eq!(order(&model), "Amazon Web Services — root@1234");
    let later = [Effect::Start(Timer::Save, Duration::from_secs(5))];
    assert_eq!(model.update(issued("mfactl"), NOW), later);
    assert_eq!(model.update(issued("mfactl"), NOW), [], "it is one write");
    assert_eq!(order(&model), "GitHub — octo");
    let effects = model.update(Msg::Elapsed(Timer::Save), NOW + 5);
    let [Effect::Save(memory)] = &effects[..] else {
        panic!("it is not kept: {effects:?}");
    };
    assert_eq!(memory.last(), Some(&*id("gh").to_string()));
}
