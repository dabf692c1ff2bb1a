//! The names of the accounts, where a shell completes one.
//!
//! A key press must not start or ask anything. So only a daemon that runs already is asked, without leave to raise a prompt,
//! and for a moment only. Whatever goes wrong means that there are no names.

use std::time::Duration;

use clap::{Arg, Command};
use mfa_ipc::launcher;

use crate::cmd::context::Context;
use crate::error::Error;
use crate::platform;
use crate::text::clean;

/// How long the daemon may take. It answers within milliseconds, unless it has to wait for a keychain.
const PATIENCE: Duration = Duration::from_millis(250);

/// Prints the names, one on a line, if an account comes after these words of a command line.
pub(super) async fn run(
    context: &Context,
    program: &mut Command,
    words: &[String],
) -> Result<(), Error> {
    program.build();
    if !wants_account(program, words) || !platform::is_daemon_running() {
        return Ok(());
    }
    let names = tokio::time::timeout(PATIENCE, names()).await;
    match names.ok().flatten() {
        Some(names) => context.output.text(names),
        None => Ok(()),
    }
}

async fn names() -> Option<String> {
    let client = launcher::running().await.ok()??;
    let accounts = client.list_accounts().await.ok()?;
    let names = accounts.into_iter().map(|account| account.name);
    // What a terminal would show differently from what it is, or what would be an option, cannot be typed.
    let names = names.filter(|name| clean(name) == *name && !name.starts_with('-'));
    Some(names.map(|name| name + "\n").collect())
}

/// Returns whether the word after these words of a command line means an account.
fn wants_account(program: &Command, words: &[String]) -> bool {
    let (mut command, mut positional, mut only_positional) = (program, 0, false);
    // The option whose value comes next.
    let mut option: Option<&Arg> = None;
    for word in words {
        // Bash takes what an option and its value are joined with for a word.
        if option.is_some() && word == "=" {
            continue;
        }
        if option.take().is_some() {
            continue;
        }
        match word.as_str() {
            "--" if !only_positional => only_positional = true,
            word if word.starts_with('-') && word.len() > 1 && !only_positional => {
                option = valued(command, word);
            }
            word => match command.find_subcommand(word) {
                Some(found) if positional == 0 && !only_positional => command = found,
                _ => positional += 1,
            },
        }
    }
    let last = command.get_positionals().last();
    let many = last.filter(|arg| arg.get_num_args().is_some_and(|n| n.max_values() > 1));
    let argument = option.or_else(|| command.get_positionals().nth(positional).or(many));
    argument.is_some_and(is_account)
}

/// Returns the option that a word ends with, if its value is the next word.
fn valued<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    let takes_value = |arg: &&Arg| arg.get_action().takes_values();
    let mut options = command.get_arguments().filter(takes_value);
    match word.strip_prefix("--") {
        Some(long) => options.find(|arg| arg.get_long() == Some(long)),
        // Of several letters, the first that takes a value takes what follows it.
        None => {
            let options: Vec<_> = options.collect();
            let option = |letter| options.iter().find(|arg| arg.get_short() == Some(letter));
            let (at, found) = word
                .char_indices()
                .skip(1)
                .find_map(|(at, letter)| Some((at + letter.len_utf8(), option(letter)?)))?;
            (at == word.len()).then_some(*found)
        }
    }
}

/// An account has this name in all commands.
fn is_account(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().any(|name| name == "QUERY")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn an_account_is_known_by_its_place() {
        let mut program = crate::cmd::Args::command();
        program.build();
        for (line, is_account) in [
            ("get", true),
            ("totp", true),
            ("-q get", true),
            ("get --fresh", true),
            ("get -c", true),
            ("get --reason", false),
            ("get --reason get", true),
            ("get --min-ttl 5", true),
            ("get --min-ttl=5", true),
            ("get --", true),
            ("get aws", false),
            ("get -- aws", false),
            ("pair", true),
            ("show", true),
            ("edit", true),
            ("edit aws --name", false),
            ("rm", true),
            ("list", true),
            ("watch", true),
            ("pick", true),
            ("openvpn", true),
            ("export --format", false),
            ("export aws github", true),
            ("access allow terraform --account", true),
            ("access allow terraform --account =", true),
            ("access allow terraform --tag", false),
            ("access allow", false),
            ("access log -n", false),
            ("", false),
            ("import", false),
            ("add", false),
            ("nonsense", false),
        ] {
            let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(wants_account(&program, &words), is_account, "{line}");
        }
    }
}
