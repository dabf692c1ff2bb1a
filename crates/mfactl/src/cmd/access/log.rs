//! The access log, as text for people or as JSON. [`mfa_host::access_log`] reads its files.

use std::time::Duration;

use clap::Args as Arguments;
use mfa_core::access::Record;
use mfa_core::access::record::{Action, Ground, Outcome};
use mfa_host::{access_log, utc};
use mfa_ipc::paths;

use super::super::context::Context;
use crate::error::Error;
use crate::output::Output;
use crate::text::clean;

/// How often `--follow` looks for new lines.
const LOOK: Duration = Duration::from_millis(500);

/// The arguments of `access log`.
#[derive(Debug, Arguments)]
pub(crate) struct Log {
    /// Show the last N events
    #[arg(short = 'n', long = "lines", value_name = "N", default_value_t = 20)]
    count: usize,
    /// Wait for further events and show them
    #[arg(short, long)]
    follow: bool,
    /// Print JSON, one event per line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Log) -> Result<(), Error> {
    let path = paths::access_log();
    let (lines, mut position) = access_log::all(&path)?;
    if lines.is_empty() && !args.follow {
        context.output.hint("nothing was logged yet");
    }
    let from = lines.len().saturating_sub(args.count);
    print(context.output, lines.get(from..).unwrap_or_default(), args)?;
    if !args.follow {
        return Ok(());
    }
    loop {
        // To be told of a change, mfactl would need a library that watches files.
        std::thread::sleep(LOOK);
        let (new, end) = access_log::next(&path, position)?;
        position = end;
        print(context.output, &new, args)?;
    }
}

fn print(output: Output, lines: &[String], args: &Log) -> Result<(), Error> {
    for line in lines {
        let Some(record) = access_log::record(line) else {
            continue;
        };
        if args.json {
            output.line(clean(line.trim_end()))?;
        } else {
            output.line(text(&record, &utc::date_and_time(record.time)))?;
        }
    }
    Ok(())
}

fn text(record: &Record, date: &str) -> String {
    let what = action(record.action);
    let outcome = match record.outcome {
        Outcome::Allowed => "allowed",
        Outcome::Refused => "refused",
        Outcome::Unknown => "?",
    };
    let account = match (&record.name, &record.account) {
        (Some(name), _) => format!(" of {name}"),
        (None, Some(id)) => format!(" of {id}"),
        (None, None) => String::new(),
    };
    let transport = if record.bus {
        ", on the session bus"
    } else {
        ""
    };
    let why = ground(record.ground);
    // The asker has made no such rule: the user has, as the answer to its question.
    let is_answer = record.action == Action::Rule && record.ground == Ground::Always;
    let mut text = match (record.action, record.note.as_deref().unwrap_or("?")) {
        (Action::Rule, note) if is_answer => format!("{date}  rule: {note} ({why})"),
        // A rule was set, whatever allowed that.
        (Action::Rule, note) => format!("{date}  rule: {note}"),
        _ => format!(
            "{date}  {outcome}: {what}{account} for {}{transport} ({why})",
            record.asker
        ),
    };
    if record.chain.contains('←') {
        let by = if is_answer { "asked by" } else { "by" };
        text.push_str(&format!("\n    {by} {}, pid {}", record.chain, record.pid));
    }
    if let Some(reason) = &record.reason {
        text.push_str(&format!("\n    reason given: {reason}"));
    }
    if let (Some(note), false) = (&record.note, record.action == Action::Rule) {
        text.push_str(&format!("\n    {note}"));
    }
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

/// Returns what was done or wanted, in words.
fn action(action: Action) -> &'static str {
    match action {
        Action::Code => "code",
        Action::Copy => "copy",
        Action::Look => "look at codes",
        Action::Reveal => "secret",
        Action::Export => "all secrets",
        Action::Sync => "sync",
        Action::Unlock => "unlock",
        Action::Rule => "rule",
        Action::Unknown => "?",
    }
}

/// Returns the ground in words, with the scope of an answer. A rule always holds.
fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::Default => "by default",
        Ground::Rule => "by a rule",
        Ground::Once => "your answer, once",
        Ground::UntilLocked => "your answer, until locked",
        Ground::Always => "your answer, always",
        Ground::Silence => "the same request was refused a moment ago",
        Ground::Unanswered => "nobody answered the question",
        Ground::Unattended => "nobody could be asked",
        Ground::Site => "the account is used on other sites",
        Ground::NoQuestion => "the request did not permit a question",
        Ground::Limit => "too many requests",
        Ground::Changed => "the process switched to a different program",
        Ground::Bus => "codes are turned off on the session bus",
        Ground::Locked => "the accounts were locked",
        Ground::Unknown => "?",
    }
}

#[cfg(test)]
mod tests {
    use mfa_core::access::record::Scope;

    use super::*;

    fn record() -> Record {
        Record {
            time: 1_700_000_000,
            action: Action::Code,
            outcome: Outcome::Allowed,
            ground: Ground::UntilLocked,
            scope: Some(Scope::UntilLocked),
            account: Some("id".into()),
            name: Some("aws".into()),
            asker: "/usr/bin/terraform".into(),
            chain: "mfactl ← bash ← terraform".into(),
            pid: 42,
            bus: false,
            reason: Some("a\u{1b}b".into()),
            note: None,
        }
    }

    #[test]
    fn a_line_says_who_had_what_and_why() {
        assert_eq!(
            text(&record(), "2023-11-14 22:13:20"),
            "2023-11-14 22:13:20  allowed: code of aws for /usr/bin/terraform (your answer, until locked)\n    \
             by mfactl ← bash ← terraform, pid 42\n    reason given: a\u{fffd}b"
        );
        let refused = Record {
            action: Action::Export,
            outcome: Outcome::Refused,
            ground: Ground::Rule,
            scope: Some(Scope::Always),
            account: None,
            name: None,
            chain: "python3".into(),
            bus: true,
            reason: None,
            ..record()
        };
        assert_eq!(
            text(&refused, "now"),
            "now  refused: all secrets for /usr/bin/terraform, on the session bus (by a rule)"
        );
        let rule = Record {
            action: Action::Rule,
            note: Some("deny anybody, all accounts".into()),
            ..refused
        };
        assert_eq!(text(&rule, "now"), "now  rule: deny anybody, all accounts");
    }

    #[test]
    fn a_rule_that_is_an_answer_is_that_of_the_user() {
        let by_person = Record {
            action: Action::Rule,
            ground: Ground::Default,
            scope: None,
            asker: "a person at a terminal".into(),
            chain: "mfactl ← bash".into(),
            reason: None,
            note: Some("forgot: allow /usr/bin/terraform, account aws".into()),
            ..record()
        };
        assert_eq!(
            text(&by_person, "now"),
            "now  rule: forgot: allow /usr/bin/terraform, account aws\n    by mfactl ← bash, pid 42"
        );
        let answer = Record {
            action: Action::Rule,
            ground: Ground::Always,
            scope: Some(Scope::Always),
            reason: None,
            note: Some("allow /usr/bin/terraform, account aws".into()),
            ..record()
        };
        assert_eq!(
            text(&answer, "now"),
            "now  rule: allow /usr/bin/terraform, account aws (your answer, always)\n    \
             asked by mfactl ← bash ← terraform, pid 42"
        );
    }
}
