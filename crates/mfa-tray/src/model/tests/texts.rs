//! All notifications and the texts of the prompts, to be read in one sitting.

use std::fmt::Write;

use mfa_core::access::Answer;
use mfa_intake::{Decoded, Tally};
use mfa_ipc::Error;
use mfa_ipc::types::{Fate, ImportResult};

use super::*;
use crate::model::notice::{self, Notice};
use crate::{add, unlock};

fn all() -> Vec<Notice> {
    let several = |added, present, skipped, why: Option<&str>| {
        notice::several(&Tally {
            added,
            present,
            stored_as: (added + present == 1).then(|| "aws".into()),
            skipped,
            why: why.map(Into::into),
        })
    };
    vec![
        notice::copied("AWS", Some(27)),
        notice::copied("AWS", None),
        notice::waiting("AWS", 3),
        notice::next("AWS", 14),
        notice::first("AWS", Duration::from_secs(21)),
        notice::second("AWS", Some(30)),
        notice::failed("The accounts are locked."),
        notice::gone(),
        notice::no_panel("ubuntu:GNOME"),
        notice::no_panel("sway"),
        notice::ask_about_codes(),
        notice::running(),
        notice::no_accounts(),
        notice::added(id("aws"), "Amazon Web Services", "aws"),
        notice::added(id("aws"), "", "aws"),
        several(0, 1, 0, None),
        several(0, 2, 0, None),
        several(0, 0, 2, Some("the secret is not base32")),
        several(1, 1, 0, None),
        several(3, 0, 1, Some("the secret is not base32")),
        notice::not_answered(&Error::NotFound("there is no such question".into())),
        notice::not_answered(&Error::AccessDenied("only a person may answer".into())),
        notice::asked(&super::questions::question(7)),
        notice::needs_terminal(7, Answer::Once, false),
        notice::needs_terminal(7, Answer::UntilLocked, false),
        notice::needs_terminal(7, Answer::Always, false),
        notice::needs_terminal(7, Answer::Always, true),
        notice::cancelled(7, Answer::Always, 42, false),
        notice::cancelled(7, Answer::Always, 42, true),
        notice::still_going("Add from clipboard…"),
    ]
}

/// The notifications about adding accounts from the screen or the clipboard, and about unlocking them.
fn asked_for() -> Vec<Notice> {
    let added = || notice::added(id("aws"), "Amazon Web Services", "aws");
    let cut = [
        "its name was cut to 64 characters".to_owned(),
        "its issuer was cut to 200 characters".to_owned(),
    ];
    let unlock = |error| notice::not_done("Cannot unlock the accounts", &notice::reason(&error));
    let several = |changed: usize| {
        let result = |number: usize| ImportResult {
            fate: Fate::Added,
            name: format!("bank-{number}"),
            id: None,
            clash: None,
            reason: (number <= changed).then(|| cut[number % 2].clone()),
        };
        let results: Vec<_> = (1..=5).map(result).collect();
        let added = notice::several(&Decoded::default().tally(&results));
        notice::with_remarks(added, &notice::about_several(&results))
    };
    vec![
        notice::with_remarks(added(), &cut),
        several(0),
        several(2),
        several(3),
        several(5),
        add::cleared(added()),
        add::unnamed(added()),
        add::nothing(add::LOCKED.into()),
        add::nothing(add::NO_PROMPT.into()),
        add::nothing("no account found".into()),
        add::nothing(add::incomplete("QR code 1 of 2 is missing")),
        add::nothing(mfa_clipboard::NOTHING.into()),
        unlock(unlock::no_prompt()),
        unlock(unlock::wrong()),
    ]
}

/// The texts of the prompts.
fn prompts() -> Vec<String> {
    let passphrase = |fault| {
        let question = unlock::question(fault);
        let lines = [Some(question.title), Some(question.text), question.error];
        let lines = lines.into_iter().flatten().chain([question.prompt]);
        lines.collect::<Vec<_>>().join("\n")
    };
    vec![
        add::question(160),
        passphrase(None),
        passphrase(Some(unlock::EMPTY)),
        passphrase(Some(unlock::WRONG)),
    ]
}

#[test]
fn all_notifications_and_prompts_are_as_they_were_read() {
    let mut texts = String::new();
    for notice in all().into_iter().chain(asked_for()) {
        writeln!(texts, "{}", notice.summary).unwrap();
        for line in notice.body.lines() {
            writeln!(texts, "    {line}").unwrap();
        }
        for (button, _) in notice.actions {
            writeln!(texts, "    [{button}]").unwrap();
        }
    }
    for prompt in prompts() {
        writeln!(texts, "{}", prompt.replace('\n', "\n    ")).unwrap();
    }
    assert_eq!(texts, include_str!("texts.txt"), "\n{texts}");
}
