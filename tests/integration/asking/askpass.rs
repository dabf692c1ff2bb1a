//! Prompts that answer themselves: real programs ask mfa-askpass, and servers check the codes.

mod git;
mod ssh;

use std::path::PathBuf;

use tests::{Desktop, LINK, Run, binary, now, oathtool, run};

use crate::consent::log;

/// The secret of the account in [`LINK`].
use tests::SECRET;

/// Starts a desktop with an account and a configuration.
fn desktop(configuration: &str) -> Desktop {
    let desktop = Desktop::headless();
    desktop.configure(configuration);
    desktop.add("server", LINK);
    desktop
}

/// Runs mfa-askpass with a prompt.
fn ask(desktop: &Desktop, prompt: &str) -> Run {
    run(desktop.ours("mfa-askpass").arg(prompt), "")
}

/// Makes a program of the user that answers prompts. It is a script.
fn next(desktop: &Desktop, script: &str) -> PathBuf {
    let program = desktop.folder().join("next");
    tests::script(&program, &format!("#!/bin/sh\n{script}\n"));
    program
}

/// Returns whether a text is a code of now, of the step before or of one of the next two.
fn is_code(text: &str) -> bool {
    let steps = [-30, 0, 30, 60];
    let codes = steps.map(|step| oathtool(SECRET, 30, now().saturating_add_signed(step)));
    codes.iter().any(|code| code == text)
}

const RULE: &str = "[[askpass]]\nprompt = \"Verification code:\"\nhost = \"good.example\"\n\
                    account = \"server\"\n";

#[test]
fn only_what_a_rule_names_is_answered() {
    let desktop = desktop(RULE);
    let code = ask(&desktop, "(jane@good.example) Verification code: ").ok();
    assert!(is_code(&code), "{code}");
    for prompt in [
        "(jane@evil.example) Verification code: ",
        "(jane@evil.example) (jane@good.example) Verification code: ",
        "Verification code: ",
        "(jane@good.example) Password: ",
        "",
    ] {
        let asked = ask(&desktop, prompt);
        assert_eq!((asked.status, &*asked.stdout), (1, ""), "{prompt}");
        assert!(asked.stderr.contains("no rule answers"), "{}", asked.stderr);
    }
    // A question for a yes or a no wants no text.
    let mut confirm = desktop.ours("mfa-askpass");
    confirm.env("SSH_ASKPASS_PROMPT", "confirm");
    let confirm = run(confirm.arg("(jane@good.example) Verification code: "), "");
    assert_eq!((confirm.status, &*confirm.stdout), (1, ""));
    // mfactl runs the same program, and each code is a new one.
    let prompt = "(jane@good.example) Verification code: ";
    let again = desktop.mfactl(&["askpass", prompt]).ok();
    assert!(is_code(&again) && again != code, "{again}");
    assert_eq!(desktop.mfactl(&["askpass", "--other"]).status, 1);
}

#[test]
fn everything_else_goes_to_the_program_that_was_there_before() {
    let desktop = desktop("");
    let next = next(
        &desktop,
        "printf '%s|%s|%s\\n' \"$SSH_ASKPASS_PROMPT\" \"$1\" $#; exit 7",
    );
    let configure = |more: &str| desktop.configure(&format!("askpass-next = {next:?}\n{more}"));
    configure(RULE);
    let mut asked = desktop.ours("mfa-askpass");
    asked.env("SSH_ASKPASS_PROMPT", "none");
    let asked = run(asked.arg(" Touch your key "), "");
    assert_eq!(
        (asked.status, &*asked.stdout),
        (7, "none| Touch your key |1\n")
    );
    // A program that calls us again would do so for ever.
    let circle = format!("exec {} \"$@\"", binary("mfa-askpass").display());
    tests::script(&next, &format!("#!/bin/sh\n{circle}\n"));
    let circle = ask(&desktop, "Password: ");
    assert_eq!((circle.status, &*circle.stdout), (1, ""));
    assert!(circle.stderr.contains("leads back"), "{}", circle.stderr);
}

#[test]
fn a_password_comes_before_the_code_if_a_rule_says_so() {
    let desktop = desktop("");
    let next = next(&desktop, "echo \"pass word\"");
    let text = format!("askpass-next = {next:?}\n{RULE}password-first = true\n");
    desktop.configure(&text);
    let answer = ask(&desktop, "(jane@good.example) Verification code: ").ok();
    let code = answer.strip_prefix("pass word").unwrap();
    assert!(is_code(code), "{answer}");
    // Without a password, no code is used up.
    tests::script(&next, "#!/bin/sh\nexit 1\n");
    let before = log(&desktop).len();
    let none = ask(&desktop, "(jane@good.example) Verification code: ");
    assert_eq!((none.status, &*none.stdout), (1, ""));
    assert_eq!(log(&desktop).len(), before);
}

#[test]
fn a_mistake_in_the_configuration_or_no_account_is_no_answer() {
    let desktop = desktop(&RULE.replace("\"server\"", "\"nobody\""));
    let prompt = "(jane@good.example) Verification code: ";
    let unknown = ask(&desktop, prompt);
    assert_eq!((unknown.status, &*unknown.stdout), (1, ""));
    desktop.configure("[[askpass]]\nprompt = \"*\"\naccount = \"server\"\n");
    let mistake = ask(&desktop, prompt);
    assert_eq!((mistake.status, &*mistake.stdout), (1, ""));
    assert!(mistake.stderr.contains("line 2"), "{}", mistake.stderr);
}
