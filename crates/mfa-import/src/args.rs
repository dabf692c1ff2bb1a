//! The command line of the program, for clap.

use std::path::{Path, PathBuf};

use clap::{Args as Arguments, Parser, Subcommand};

use crate::formats::FORMATS;

/// Read accounts from the exports of other authenticators
///
/// This is a helper of mfactl. It gives up its privileges before it decodes a file, and prints the
/// accounts, including their secrets, as JSON.
#[derive(Debug, Parser)]
#[command(name = "mfa-import", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true)]
pub struct Args {
    /// The command
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0 ok · 1 other error · 2 usage · 3 not recognised · 4 password needed · 5 wrong password
  6 damaged";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the accounts of a file as JSON, with their secrets
    Decode(Decode),
    /// List the supported formats
    Formats,
}

/// The arguments of `decode`.
#[derive(Debug, Arguments)]
pub struct Decode {
    /// The format of the file [default: detected]
    #[arg(long, value_name = "NAME", value_parser = names())]
    pub format: Option<String>,
    /// Read the password of an encrypted file from the first line of FILE (- for standard input)
    ///
    /// If the encrypted file itself also comes from standard input, it follows that line.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The file, or - for standard input
    pub file: PathBuf,
}

/// Checks whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn names() -> clap::builder::PossibleValuesParser {
    FORMATS.iter().map(|format| format.name()).into()
}

#[cfg(test)]
mod tests {
    use mfa_helper::import::Exit;

    use super::*;

    #[test]
    fn the_help_lists_the_exit_codes_that_there_are() {
        let listed = EXIT_CODES.split(['·', '\n', ':']).map(str::trim);
        let listed: Vec<_> = listed.filter(|part| !part.is_empty()).collect();
        let there = Exit::ALL.map(|exit| format!("{} {}", u8::from(exit), exit.title()));
        assert_eq!(listed[..2], ["Exit codes", "0 ok"]);
        assert_eq!(listed[2..], there);
    }
}
