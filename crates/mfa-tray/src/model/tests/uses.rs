//! Tests of the last uses in the menu.

use mfa_core::access::Record;
use mfa_core::access::record::{Action, Ground, Outcome};

use super::*;

/// Returns an event some seconds before [`NOW`], which is 01:46:33 UTC.
fn record(ago: u64, action: Action) -> Record {
    Record {
        time: NOW - ago,
        action,
        outcome: Outcome::Allowed,
        ground: Ground::Rule,
        scope: None,
        account: Some("id".into()),
        name: Some("aws".into()),
        asker: "/usr/bin/terraform".into(),
        chain: "mfactl ← bash ← terraform".into(),
        pid: 42,
        bus: false,
        reason: None,
        note: None,
    }
}

/// Returns the rows of the submenu.
fn rows(model: &Model) -> Vec<String> {
    let items = model.view(NOW).items;
    let found = items.into_iter().find_map(|item| match item {
        Item::Menu { label, items } if label == "Last used" => Some(items),
        _ => None,
    });
    let text = |item| match item {
        Item::Text(text) => text,
        other => panic!("it can be chosen: {other:?}"),
    };
    found.unwrap_or_default().into_iter().map(text).collect()
}

fn logged(records: Vec<Record>) -> Model {
    let mut model = model();
    assert_eq!(model.update(Msg::Logged(records), NOW), []);
    model
}

#[test]
fn the_last_uses_are_above_the_settings() {
    let model = logged(vec![record(60, Action::Code)]);
    let lines = lines(&model.view(NOW).items);
    let at = lines.iter().position(|line| line == "Last used >").unwrap();
    assert_eq!(
        lines[at - 1..at + 3],
        [
            "Lock",
            "Last used >",
            "  (01:45 UTC  aws: code for terraform)",
            "Settings >",
        ]
    );
}

#[test]
fn each_kind_of_use_has_its_word() {
    let refused = Record {
        outcome: Outcome::Refused,
        asker: "/usr/bin/python3 /srv/job.py".into(),
        chain: "python3".into(),
        ..record(0, Action::Copy)
    };
    let person = Record {
        asker: "a person at a terminal".into(),
        chain: "mfactl ← bash".into(),
        ..record(1, Action::Reveal)
    };
    let export = Record {
        account: None,
        name: None,
        asker: "/usr/bin/python3 -m backup".into(),
        chain: "python3".into(),
        ..record(2, Action::Export)
    };
    let copied = Record {
        asker: r"C:\Program Files\Tool\tool.exe".into(),
        chain: "tool.exe".into(),
        ..record(3, Action::Copy)
    };
    let model = logged(vec![copied, export, person, refused]);
    assert_eq!(
        rows(&model),
        [
            "01:46 UTC  aws: refused for job.py (python3)",
            "01:46 UTC  aws: secret for a person at a terminal",
            "01:46 UTC  all accounts: secrets for python3 -m backup",
            "01:46 UTC  aws: copied for tool.exe",
        ]
    );
}

#[test]
fn five_are_shown_and_the_newest_is_first() {
    let named = |n: u64| Record {
        name: Some(format!("account {n}")),
        ..record(20 - n, Action::Code)
    };
    let rows = rows(&logged((0..20).map(named).collect()));
    assert_eq!(rows.len(), 5);
    for (row, n) in rows.iter().zip((15..20).rev()) {
        assert!(row.contains(&format!("  account {n}: code")), "{row}");
    }
}

#[test]
fn looks_and_rules_are_no_uses() {
    let unknown = Record {
        outcome: Outcome::Unknown,
        ..record(1, Action::Code)
    };
    let none = vec![
        record(4, Action::Look),
        record(3, Action::Rule),
        record(2, Action::Unknown),
        unknown,
    ];
    let model = logged(none);
    assert_eq!(rows(&model), [""; 0]);
    assert!(!lines(&model.view(NOW).items).concat().contains("Last used"));
}

#[test]
fn of_another_day_the_date_is_shown() {
    let model = logged(vec![record(86_400, Action::Code)]);
    assert_eq!(rows(&model), ["2001-09-08  aws: code for terraform"]);
}

#[test]
fn locked_it_does_not_tell_who_used_what() {
    let mut model = logged(vec![record(60, Action::Code)]);
    model.update(Msg::Locked, NOW);
    assert_eq!(rows(&model), [""; 0]);
    model.update(connected(vec![account("aws", "AWS", "")]), NOW);
    assert_eq!(rows(&model).len(), 1, "the log has not changed");
}

#[test]
fn names_cannot_play_tricks() {
    let tricky = Record {
        name: Some("בנק 1".into()),
        asker: format!("/opt/evil\n\u{202e}{}", "x".repeat(100)),
        chain: "evil".into(),
        ..record(0, Action::Code)
    };
    let rows = rows(&logged(vec![tricky]));
    let expected = "\u{200e}01:46 UTC  \u{2068}בנק 1\u{2069}: code for evil xxxxxxxxxxxxxxxxxx…";
    assert_eq!(rows, [expected]);
}
