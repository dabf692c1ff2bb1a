//! `mfa-askpass`: answers prompts for one-time codes, for `SSH_ASKPASS`, `SUDO_ASKPASS` and `GIT_ASKPASS`.
//!
//! The program that wants an answer passes the prompt as an argument and reads the answer from standard output. The rules
//! in the configuration say which prompts are answered with a code of which account. Every other prompt goes to the
//! program that was there before (`askpass-next`). Without one, nothing is printed and the exit code is 1, so that
//! the caller does what it does without us.
//!
//! A prompt is text that others choose: the server, as a rule. So only what a rule names is answered, and a
//! prompt that names a host only by a rule for this host.

mod next;
mod pattern;
mod prompt;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use mfa_host::config::{Askpass, Rule};
use mfa_ipc::paths;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::{codes, say};
use next::Next;
use prompt::Prompt;

/// The longest prompt that is compared with the rules, in bytes.
const MAX_PROMPT: usize = 4096;
/// The variable by which ssh says that it does not want a text: `confirm` for a yes or a no, `none` for a notice.
const KIND: &str = "SSH_ASKPASS_PROMPT";

/// Runs the program with its arguments, which begin with its own name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().skip(1).collect();
    // On standard error: what is on standard output is taken for an answer.
    if matches!(&arguments[..], [only] if only == "--help" || only == "--version") {
        say(format_args!(
            "mfa-askpass {}: for SSH_ASKPASS, SUDO_ASKPASS and GIT_ASKPASS; see mfactl askpass --help\n\
             Usage: mfa-askpass PROMPT",
            env!("CARGO_PKG_VERSION")
        ));
        return ExitCode::from(2);
    }
    answer(&arguments).unwrap_or_else(|error| {
        say(format_args!("mfa-askpass: {error}"));
        ExitCode::FAILURE
    })
}

fn answer(arguments: &[OsString]) -> Result<ExitCode, Error> {
    let settings = Askpass::load(&paths::config())?;
    let next = Next::new(settings.next, arguments)?;
    let words: Vec<_> = arguments
        .iter()
        .map(|word| word.to_string_lossy())
        .collect();
    let text = words.join(" ");
    let wants_text = std::env::var_os(KIND).is_none_or(|kind| kind.is_empty());
    let prompt = (wants_text && text.len() <= MAX_PROMPT).then(|| Prompt::read(&text));
    let rule = prompt.and_then(|prompt| Some((prompt, choose(prompt, &settings.rules)?)));
    let Some((prompt, rule)) = rule else {
        return next.take_over();
    };
    let mut answer = Zeroizing::new(String::with_capacity(next::MAX_PASSWORD + 16));
    if rule.password_first {
        answer.push_str(&next.password()?);
    }
    answer.push_str(&code(prompt, rule)?);
    answer.push('\n');
    let mut output = io::stdout().lock();
    output.write_all(answer.as_bytes())?;
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the first rule that names a prompt.
fn choose<'r>(prompt: Prompt<'_>, rules: &'r [Rule]) -> Option<&'r Rule> {
    let names_host = |rule: &Rule| match (&rule.host, prompt.host) {
        (None, None) => true,
        (Some(pattern), Some(host)) => pattern::fits(&pattern.to_lowercase(), &host.to_lowercase()),
        _ => false,
    };
    let names = |rule: &&Rule| names_host(rule) && pattern::fits(&rule.prompt, prompt.text);
    rules.iter().find(names)
}

fn code(prompt: Prompt<'_>, rule: &Rule) -> Result<Zeroizing<String>, Error> {
    codes::wait(async {
        let client = codes::connect().await?;
        let client = match prompt.host {
            Some(host) => client.because(&format!("for a sign-in at {host}")),
            None => client,
        };
        codes::fresh(&client, &rule.account).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(host: Option<&str>, prompt: &str) -> Rule {
        Rule {
            prompt: prompt.to_owned(),
            host: host.map(str::to_owned),
            account: "a".to_owned(),
            password_first: false,
        }
    }

    fn fits(rule: &Rule, prompt: &str) -> bool {
        choose(Prompt::read(prompt), std::slice::from_ref(rule)).is_some()
    }

    #[test]
    fn a_prompt_that_names_a_host_is_answered_only_by_a_rule_for_this_host() {
        let bound = rule(Some("Good.example"), "Verification code:*");
        let loose = rule(None, "*Verification code:*");
        assert!(fits(&bound, "(jane@good.example) Verification code: "));
        for other in [
            "(jane@evil.example) Verification code: ",
            "(jane@evil.example) (jane@good.example) Verification code: ",
            "(jane@not-good.example) Verification code: ",
            "(jane@good.example.evil) Verification code: ",
            "Verification code: ",
        ] {
            assert!(!fits(&bound, other), "{other}");
        }
        assert!(fits(&loose, "Verification code: "));
        assert!(!fits(&loose, "(jane@good.example) Verification code: "));
        assert!(fits(
            &rule(Some("*.example"), "*code:"),
            "(j@a.example) Your code: "
        ));
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let rules = [
            rule(Some("a"), "Code:"),
            rule(None, "Code:"),
            rule(None, "C*"),
        ];
        let chosen = choose(Prompt::read("Code: "), &rules);
        assert_eq!(chosen, Some(&rules[1]));
        assert_eq!(choose(Prompt::read("Password: "), &rules), None);
    }
}
