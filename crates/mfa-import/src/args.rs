//! The command line of the program, as clap reads it.

use std::path::{Path, PathBuf};

use clap::{Args as Arguments, Parser, Subcommand};

use crate::formats::FORMATS;

/// Read accounts from what other authenticators export
///
/// This is a helper of mfactl. It gives up its rights before it looks at a file, and prints what it
/// finds, with the secrets, as JSON.
#[derive(Debug, Parser)]
#[command(name = "mfa-import", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true)]
pub struct Args {
    /// What to do
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
    /// List the formats that are read
    Formats,
}

/// The arguments of `decode`.
#[derive(Debug, Arguments)]
pub struct Decode {
    /// Take the file for one of this format; found out if not given
    #[arg(long, value_name = "NAME", value_parser = names())]
    pub format: Option<String>,
    /// Take the password of an encrypted file from the first line of this file, or of standard input (-)
    ///
    /// If the file itself comes from standard input too, it follows that line.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The file, or - for standard input
    pub file: PathBuf,
}

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn names() -> clap::builder::PossibleValuesParser {
    FORMATS.iter().map(|format| format.name()).into()
}
