//! The command line of the program, for clap.

use clap::{Parser, Subcommand};

/// Write accounts in the formats of other authenticators
///
/// This is a helper of mfactl. It reads accounts, including their secrets, from standard input and prints an export.
#[derive(Debug, Parser)]
#[command(name = "mfa-export", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true)]
pub struct Args {
    /// The command
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0 ok · 1 other error · 2 usage · 3 unknown format · 4 no QR codes or no encryption in this format";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the accounts that mfactl sends on standard input
    Write,
    /// List the supported formats
    Formats,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use mfa_helper::export::{Exit, WRITE};

    use super::*;

    #[test]
    fn the_help_lists_the_exit_codes_that_there_are() {
        let listed = EXIT_CODES.split(['·', '\n', ':']).map(str::trim);
        let listed: Vec<_> = listed.filter(|part| !part.is_empty()).collect();
        let there = Exit::ALL.map(|exit| format!("{} {}", u8::from(exit), exit.title()));
        assert_eq!(listed[..2], ["Exit codes", "0 ok"]);
        assert_eq!(listed[2..], there);
    }

    #[test]
    fn both_ends_call_the_command_the_same() {
        assert!(Args::command().find_subcommand(WRITE).is_some());
    }
}
