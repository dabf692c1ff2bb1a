//! The questions that wait for an answer: from another terminal, or over SSH.

use clap::Args as Arguments;
use mfa_core::access::{Answer, Question, Transport, Use, Verdict};
use serde::Serialize;

use super::super::context::{Context, connect};
use super::rules::{self, More, Scope};
use crate::error::Error;
use crate::text::clean;

/// The arguments of `access pending`.
#[derive(Debug, Arguments)]
pub(crate) struct Pending {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The arguments of `access approve`.
#[derive(Debug, Arguments)]
pub(crate) struct Approve {
    /// The number of the question; see mfactl access pending
    id: u64,
    /// Also allow the same request until the accounts are locked, for at most 12 hours; ends after 10 minutes without use
    #[arg(long, conflicts_with = "always")]
    until_locked: bool,
    /// Also allow the same request from now on
    #[arg(long)]
    always: bool,
}

/// The arguments of `access deny`.
#[derive(Debug, Arguments)]
pub(crate) struct Deny {
    /// The number of a question, or the program that the rule is for
    #[arg(value_name = "ID|PROGRAM", long_help = rules::who("The number of a question, or the program that the rule is for"))]
    what: String,
    /// Also deny the same request from now on; only with the number of a question
    #[arg(long, conflicts_with_all = ["script", "account", "tag"])]
    never: bool,
    #[command(flatten)]
    more: More,
}

pub(super) async fn list(context: &Context, args: &Pending) -> Result<(), Error> {
    let questions = connect().await?.questions().await?;
    if args.json {
        let questions = questions.iter().map(Shown::from).collect();
        return context.output.json(&All { questions });
    }
    if questions.is_empty() {
        context.output.hint("no question is open");
    }
    for question in &questions {
        context.output.line(text(question))?;
    }
    if let Some(question) = questions.first() {
        let id = question.id;
        context.output.hint(format_args!(
            "to answer: mfactl access approve {id}, or mfactl access deny {id}"
        ));
    }
    Ok(())
}

fn text(question: &Question) -> String {
    let head = format!(
        "{}  {} ({} s left)",
        question.id,
        question.summary(),
        question.seconds
    );
    let details = question.details();
    let lines = std::iter::once(clean(&head))
        .chain(details.iter().map(|line| format!("   {}", clean(line))));
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) async fn approve(context: &Context, args: &Approve) -> Result<(), Error> {
    let answer = match (args.until_locked, args.always) {
        (true, _) => Answer::UntilLocked,
        (false, true) => Answer::Always,
        (false, false) => Answer::Once,
    };
    connect().await?.answer_question(args.id, answer).await?;
    context.output.hint("allowed");
    Ok(())
}

pub(super) async fn deny(context: &Context, args: Deny) -> Result<(), Error> {
    let Ok(id) = args.what.parse() else {
        if args.never {
            let error = Error::usage("--never applies only to a question");
            return Err(
                error.hint("To deny a program, omit --never: the rule stays until you change it.")
            );
        }
        return rules::set(context, Verdict::Deny, Scope::new(args.what, args.more)).await;
    };
    let answer = if args.never {
        Answer::Never
    } else {
        Answer::Deny
    };
    connect().await?.answer_question(id, answer).await?;
    context.output.hint("denied");
    Ok(())
}

/// `mfactl access pending --json`
#[derive(Serialize)]
struct All {
    questions: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    id: u64,
    asker: String,
    chain: String,
    account: Option<String>,
    #[serde(rename = "use")]
    usage: &'static str,
    reason: Option<String>,
    bus: bool,
    seconds: u64,
}

impl From<&Question> for Shown {
    fn from(question: &Question) -> Self {
        Self {
            id: question.id,
            asker: question.asker.clone(),
            chain: question.line.clone(),
            account: question.account.clone(),
            usage: match question.usage {
                Use::Code => "code",
                Use::Copy => "copy",
                Use::Secret => "secret",
                Use::Unlock => "unlock",
            },
            reason: question.reason.clone(),
            bus: question.transport == Transport::SessionBus,
            seconds: question.seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_listed_with_what_one_has_to_know() {
        let question = Question {
            id: 3,
            asker: "/usr/bin/terraform".into(),
            line: "terraform ← bash ← kitty".into(),
            account: Some("aws".into()),
            usage: Use::Code,
            count: 1,
            reason: Some("a\u{1b}[2Jb".into()),
            transport: Transport::Private,
            is_recognisable: true,
            is_first_site: false,
            seconds: 27,
        };
        let text = text(&question);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "3  terraform wants a code for aws (27 s left)",
                "   Reason given: a\u{fffd}[2Jb",
                "   Started by: bash ← kitty",
                "   Program: /usr/bin/terraform",
            ]
        );
    }
}
