//! The rules on who may have codes.

use std::path::PathBuf;

use clap::Args as Arguments;
use mfa_core::access::Verdict;
use mfa_core::access::rules::Subject;
use mfa_ipc::types::{AccessRule, RuleScope};
use serde::Serialize;

use super::super::columns::{Column, GAP, Table};
use super::super::context::{Context, connect};
use super::{near, subject};
use crate::error::Error;
use crate::output::Output;
use crate::text::clean;

/// The columns of the list.
const COLUMNS: [Column; 3] = [
    Column::new("RULE", 5),
    Column::new("PROGRAM", 10),
    Column::new("ACCOUNTS", 8),
];

/// The arguments of `access rules`.
#[derive(Debug, Arguments)]
pub(crate) struct Rules {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// For whom, and for which accounts, a rule is.
#[derive(Debug, Arguments)]
pub(crate) struct Scope {
    /// The program that the rule is for
    #[arg(value_name = "PROGRAM", long_help = who("The program that the rule is for"))]
    who: String,
    #[command(flatten)]
    more: More,
}

/// The arguments of `access forget`.
#[derive(Debug, Arguments)]
pub(crate) struct Forget {
    /// The program that the rule is for
    #[arg(value_name = "PROGRAM", required_unless_present = "all", long_help = who("The program that the rule is for"))]
    who: Option<String>,
    /// Remove all rules
    #[arg(long, conflicts_with_all = ["who", "script", "account", "tag"])]
    all: bool,
    #[command(flatten)]
    more: More,
}

/// What narrows a rule down.
#[derive(Debug, Default, Arguments)]
pub(crate) struct More {
    /// Only if the program runs this script; for a browser, only on this site (https://HOST)
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    script: Option<PathBuf>,
    /// Only for this account; see mfactl --help
    #[arg(long, value_name = "QUERY", conflicts_with = "tag")]
    account: Option<String>,
    /// Only for accounts with this tag
    #[arg(long)]
    tag: Option<String>,
}

impl Scope {
    pub(super) fn new(who: String, more: More) -> Self {
        Self { who, more }
    }
}

/// Returns the help for an argument that names the subject of a rule. It begins with what the argument is.
pub(super) fn who(what: &str) -> String {
    format!("{what}\n\n{}", subject::NAMES)
}

pub(super) async fn list(context: &Context, args: &Rules) -> Result<(), Error> {
    let rules = connect().await?.access_rules().await?;
    if args.json {
        let rules = rules.iter().map(Shown::from).collect();
        return context.output.json(&All { rules });
    }
    for line in table(context.output, &rules) {
        context.output.line(line)?;
    }
    Ok(())
}

/// Sets a rule.
pub(super) async fn set(context: &Context, verdict: Verdict, args: Scope) -> Result<(), Error> {
    let rule = AccessRule {
        verdict,
        scope: scope(Some(&args.who), args.more, true)?,
        name: None,
        has_changed: false,
        is_default: false,
    };
    let client = connect().await?;
    let set = context.ask(&client, async |client| client.set_access_rule(&rule).await);
    if let Err(error) = set.await {
        let query = rule.scope.account.as_deref().unwrap_or_default();
        return Err(context.explain(&client, query, error).await);
    }
    let who = subject::words(rule.scope.subject.as_ref());
    let accounts = accounts(&rule);
    let verb = verdict.as_str();
    context
        .output
        .hint(format_args!("rule set: {verb} {who}, {accounts}"));
    Ok(())
}

pub(super) async fn forget(context: &Context, args: Forget) -> Result<(), Error> {
    let scope = scope(args.who.as_deref(), args.more, false)?;
    let client = connect().await?;
    let forgot = context.ask(&client, async |client| {
        client.forget_access_rules(&scope).await
    });
    match forgot.await {
        Ok(0) => {
            let rules = client.access_rules().await.unwrap_or_default();
            context.output.hint(near::hint(&scope, &rules));
        }
        Ok(1) => context.output.hint("removed 1 rule"),
        Ok(count) => context.output.hint(format_args!("removed {count} rules")),
        Err(error) => {
            let query = scope.account.as_deref().unwrap_or_default();
            return Err(context.explain(&client, query, error).await);
        }
    }
    Ok(())
}

/// Returns the scope of rules. Rules for a program that is gone can still be forgotten.
fn scope(who: Option<&str>, more: More, must_exist: bool) -> Result<RuleScope, Error> {
    let subject = who.map(|who| subject::named(who, more.script.as_deref(), must_exist));
    Ok(RuleScope {
        subject: subject.transpose()?,
        account: more.account,
        tag: more.tag,
    })
}

fn table(output: Output, rules: &[AccessRule]) -> Vec<String> {
    let cells: Vec<_> = rules
        .iter()
        .map(|rule| {
            [
                rule.verdict.as_str().to_owned(),
                subject::words(rule.scope.subject.as_ref()),
                accounts(rule),
            ]
        })
        .collect();
    let table = Table::whole(&COLUMNS, &cells);
    let heading = output.faint(&table.heading());
    let lines = rules.iter().zip(&cells).map(|(rule, cells)| {
        let line = table.cells(cells, str::to_owned).join(GAP);
        let remark = match (rule.is_default, rule.has_changed) {
            (true, _) => "default",
            (false, true) => "the program or its script has changed since this rule was made",
            (false, false) => return line.trim_end().to_owned(),
        };
        format!("{line}{GAP}{}", output.faint(&format!("({remark})")))
    });
    std::iter::once(heading).chain(lines).collect()
}

fn accounts(rule: &AccessRule) -> String {
    match (&rule.name, &rule.scope.account, &rule.scope.tag) {
        (Some(name), _, _) => clean(name),
        (None, Some(query), _) => clean(query),
        (None, None, Some(tag)) => format!("accounts with the tag {}", clean(tag)),
        (None, None, None) => "all accounts".to_owned(),
    }
}

/// `mfactl access rules --json`
#[derive(Serialize)]
struct All {
    rules: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    verdict: &'static str,
    subject: &'static str,
    program: Option<String>,
    script: Option<String>,
    account: Option<String>,
    name: Option<String>,
    tag: Option<String>,
    changed: bool,
    default: bool,
}

impl From<&AccessRule> for Shown {
    fn from(rule: &AccessRule) -> Self {
        let (subject, program, script) = match &rule.scope.subject {
            None | Some(Subject::Anybody) => ("anybody", None, None),
            Some(Subject::Person) => ("person", None, None),
            Some(Subject::Tray) => ("tray", None, None),
            Some(Subject::Search) => ("search", None, None),
            Some(Subject::App(id)) => ("app", Some(id.clone()), None),
            Some(Subject::System(name)) => ("system", Some(name.clone()), None),
            Some(Subject::Program { path, script }) => {
                let path = path.to_string_lossy().into_owned();
                ("program", Some(path), script.clone())
            }
        };
        Self {
            verdict: rule.verdict.as_str(),
            subject,
            program,
            script,
            account: rule.scope.account.clone(),
            name: rule.name.clone(),
            tag: rule.scope.tag.clone(),
            changed: rule.has_changed,
            default: rule.is_default,
        }
    }
}

#[cfg(test)]
mod tests;
