//! The completions of each shell: those that clap makes of the command line, and the names of the accounts, for which the
//! shell runs mfactl.

use clap::Command;
use clap_complete::Shell;

/// What stands after the place of our part in a script of clap.
const ZSH: &str = "if [ \"$funcstack[1]\" = \"_mfactl\" ]; then\n";
const POWERSHELL: &str = "    $completions.Where{";

/// Returns the script for a shell.
pub(super) fn script(shell: Shell, program: &Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut shown(program), "mfactl", &mut script);
    let script = String::from_utf8_lossy(&script);
    match shell {
        Shell::Bash => format!("{script}\n{}", include_str!("accounts.bash")),
        Shell::Fish => format!("{script}{}", include_str!("accounts.fish")),
        Shell::Zsh => before(&script, ZSH, include_str!("accounts.zsh")),
        Shell::PowerShell => before(&script, POWERSHELL, include_str!("accounts.ps1")),
        _ => script.into_owned(),
    }
}

/// Returns the command line without the option that only the scripts use: clap would offer it.
fn shown(program: &Command) -> Command {
    program.clone().mut_subcommand("completions", |command| {
        let about = command.get_about().cloned().unwrap_or_default();
        let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
        let shown: Vec<_> = shown.cloned().collect();
        Command::new("completions").about(about).args(shown)
    })
}

/// Puts a text before the last place where another one stands. Without such a place, the script stays as it is.
fn before(script: &str, place: &str, text: &str) -> String {
    match script.rsplit_once(place) {
        Some((start, end)) => format!("{start}{text}\n{place}{end}"),
        None => script.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, ValueEnum};

    use super::*;

    #[test]
    fn each_script_asks_for_the_names_of_accounts() {
        for shell in Shell::value_variants() {
            let script = script(*shell, &crate::cmd::Args::command());
            let asks = script.matches("--accounts").count();
            assert_eq!(asks, usize::from(*shell != Shell::Elvish), "{shell}");
        }
    }
}
