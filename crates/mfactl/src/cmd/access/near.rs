//! The rules that a person may have meant who wanted to remove one that is not there.

use std::path::Path;

use mfa_core::access::is_same_path;
use mfa_core::access::rules::Subject;
use mfa_ipc::types::{AccessRule, RuleScope};

use super::subject;
use crate::text::word;

/// The number of rules that are named.
const MAX_NAMED: usize = 5;

/// Returns what to say if no rule has a scope: also how to remove the rules that are like it.
pub(super) fn hint(scope: &RuleScope, rules: &[AccessRule]) -> String {
    let none = "there was no such rule";
    let is_near = |rule: &&AccessRule| !rule.is_default && is_like(scope, &rule.scope);
    let near: Vec<_> = rules.iter().filter(is_near).collect();
    if near.is_empty() {
        return none.to_owned();
    }
    let commands = near.iter().take(MAX_NAMED).map(|rule| command(rule));
    let commands: Vec<_> = commands.map(|command| format!("\n  {command}")).collect();
    let rest = match near.len() > MAX_NAMED {
        true => "\nTo list all rules: mfactl access rules",
        false => "",
    };
    let commands = commands.concat();
    format!("{none}. To remove a similar one:{commands}{rest}")
}

/// Returns whether two scopes are for the same program or for one of its scripts, whatever accounts they are for.
fn is_like(wanted: &RuleScope, other: &RuleScope) -> bool {
    let (Some(wanted), Some(other)) = (&wanted.subject, &other.subject) else {
        return false;
    };
    match (wanted, other) {
        (
            Subject::Program { path, .. },
            Subject::Program {
                path: other,
                script,
            },
        ) => {
            // A person may name the script without its interpreter.
            let script = script.as_deref().map(Path::new);
            let is_script = script.is_some_and(|script| is_same_path(path, script));
            is_same_path(path, other) || kind(path) == kind(other) || is_script
        }
        (Subject::Program { path, .. }, Subject::System(name)) => {
            path.file_name().is_some_and(|own| own == name.as_str())
        }
        (wanted, other) => wanted.is_same(other),
    }
}

/// Returns the name of a program without the version behind it: there may be several of a kind, in several places.
fn kind(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_of_version = |c: char| c.is_ascii_digit() || c == '.';
    name.trim_end_matches(is_of_version).to_owned()
}

/// Returns the command that removes a rule.
fn command(rule: &AccessRule) -> String {
    let who = subject::words(rule.scope.subject.as_ref());
    let accounts = match (&rule.name, &rule.scope.account, &rule.scope.tag) {
        (Some(name), _, _) => format!(" --account {}", word(name)),
        (None, Some(id), _) => format!(" --account {}", word(id)),
        (None, None, Some(tag)) => format!(" --tag {}", word(tag)),
        (None, None, None) => String::new(),
    };
    format!("mfactl access forget {who}{accounts}")
}

#[cfg(test)]
mod tests {
    use mfa_core::access::Verdict;

    use super::*;

    fn program(path: &str, script: Option<&str>) -> Subject {
        Subject::Program {
            path: path.into(),
            script: script.map(str::to_owned),
        }
    }

    fn scope(subject: Subject) -> RuleScope {
        RuleScope {
            subject: Some(subject),
            ..RuleScope::default()
        }
    }

    fn rule(subject: Subject, name: Option<&str>) -> AccessRule {
        AccessRule {
            verdict: Verdict::Allow,
            scope: RuleScope {
                account: name.map(|_| "id".to_owned()),
                ..scope(subject)
            },
            name: name.map(str::to_owned),
            has_changed: false,
            is_default: false,
        }
    }

    const PYTHON: &str = "/usr/bin/python3.11";

    #[test]
    fn who_names_a_program_is_told_of_the_rules_for_its_scripts() {
        let tagged = RuleScope {
            tag: Some("prod".into()),
            ..scope(program(PYTHON, Some("-m awscli")))
        };
        let rules = [
            rule(program(PYTHON, Some("/srv/job.py")), Some("aws prod")),
            AccessRule {
                scope: tagged,
                ..rule(Subject::Tray, None)
            },
            rule(program("/usr/bin/other", None), None),
            rule(Subject::Person, None),
        ];
        assert_eq!(
            hint(&scope(program(PYTHON, None)), &rules),
            "there was no such rule. To remove a similar one:\n  \
             mfactl access forget /usr/bin/python3.11 --script /srv/job.py --account \"aws prod\"\n  \
             mfactl access forget /usr/bin/python3.11 --script \"-m awscli\" --tag prod"
        );
        let script = hint(&scope(program("/srv/job.py", None)), &rules);
        assert!(script.contains("--script /srv/job.py"), "{script}");
        assert!(!script.contains("awscli"), "{script}");
        let elsewhere = hint(&scope(program("/usr/local/bin/python3", None)), &rules);
        assert!(elsewhere.contains("job.py"), "{elsewhere}");
        let account = RuleScope {
            account: Some("other".into()),
            ..scope(program("/usr/bin/other", None))
        };
        let other = hint(&account, &rules);
        assert!(
            other.ends_with("mfactl access forget /usr/bin/other"),
            "{other}"
        );
    }

    #[test]
    fn who_takes_a_process_of_root_for_a_program_is_told_its_name() {
        let rules = [rule(Subject::System("cron".into()), None)];
        let cron = hint(&scope(program("/usr/sbin/cron", None)), &rules);
        assert!(cron.ends_with("mfactl access forget system:cron"), "{cron}");
    }

    #[test]
    fn what_is_like_no_rule_of_the_user_is_not_there() {
        let default = AccessRule {
            is_default: true,
            ..rule(Subject::Person, None)
        };
        let rules = [default, rule(program(PYTHON, Some("/srv/job.py")), None)];
        for subject in [Subject::Person, program("/usr/bin/perl", None)] {
            assert_eq!(hint(&scope(subject), &rules), "there was no such rule");
        }
        assert_eq!(
            hint(&RuleScope::default(), &rules),
            "there was no such rule"
        );
    }

    #[test]
    fn few_of_many_rules_are_named() {
        let script = |number: usize| format!("/srv/{number}.py");
        let rules: Vec<_> = (0..9)
            .map(|number| rule(program(PYTHON, Some(&script(number))), None))
            .collect();
        let hint = hint(&scope(program(PYTHON, None)), &rules);
        assert_eq!(hint.lines().count(), MAX_NAMED + 2);
        assert!(hint.ends_with("mfactl access rules"), "{hint}");
    }
}
