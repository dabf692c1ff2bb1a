//! What the list of rules says, and which programs are found.

use super::*;

fn rule(subject: Subject, name: Option<&str>) -> AccessRule {
    AccessRule {
        verdict: Verdict::Allow,
        scope: RuleScope {
            subject: Some(subject),
            account: name.map(|_| "id".to_owned()),
            tag: None,
        },
        name: name.map(ToOwned::to_owned),
        has_changed: false,
        is_default: false,
    }
}

#[test]
fn the_list_says_for_whom_and_for_what() {
    let program = Subject::Program {
        path: "/usr/bin/python3".into(),
        script: Some("/srv/a\u{1b}.py".into()),
    };
    let changed = AccessRule {
        has_changed: true,
        ..rule(program, Some("aws"))
    };
    let default = AccessRule {
        is_default: true,
        ..rule(Subject::Person, None)
    };
    assert_eq!(
        table(Output::TERMINAL, &[changed, default]),
        [
            "RULE    PROGRAM                                  ACCOUNTS",
            "allow   /usr/bin/python3 --script \"/srv/a\u{fffd}.py\"   aws            (the program or its script has changed since this rule was made)",
            "allow   person                                   all accounts   (default)",
        ]
    );
}
