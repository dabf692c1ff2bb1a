//! The command line, which mfactl writes. What it means is in the help of mfactl.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The interface of mfactl watch and mfactl pick
///
/// mfactl runs this program; see mfactl watch --help and mfactl pick --help.
#[derive(Debug, Parser)]
#[command(name = "mfa-watch", version, max_term_width = 100)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Args {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See mfactl watch --help
    Watch(Watch),
    /// See mfactl pick --help
    Pick(Pick),
}

/// The arguments of `watch`.
#[derive(Debug, clap::Args)]
pub(crate) struct Watch {
    #[arg(hide = true, required_if_eq("waybar", "true"))]
    pub(crate) query: Option<String>,
    #[arg(long, hide = true, conflicts_with_all = ["json", "waybar"])]
    pub(crate) plain: bool,
    #[arg(long, hide = true, conflicts_with = "waybar")]
    pub(crate) json: bool,
    #[arg(long, hide = true)]
    pub(crate) waybar: bool,
    #[arg(long, hide = true)]
    pub(crate) codes: bool,
}

/// The arguments of `pick`.
#[derive(Debug, clap::Args)]
pub(crate) struct Pick {
    #[arg(hide = true)]
    pub(crate) query: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) with: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) rofi: bool,
}

impl Watch {
    /// Returns whether a person looks at a terminal, and has not asked for lines.
    pub(crate) fn is_for_a_person(&self) -> bool {
        let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        is_terminal && !self.plain && !self.json && !self.waybar
    }
}

/// Reads the command line.
///
/// # Errors
/// The exit code, if there is nothing more to do. The message was printed.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Args, ExitCode> {
    Args::try_parse_from(arguments).map_err(|error| {
        if error.use_stderr() {
            // An argument may be a secret that was pasted by mistake, so the message of clap is not repeated.
            let text = "mfa-watch: the arguments are wrong; see mfactl watch --help";
            // If the caller has closed the stream, the message is not needed.
            drop(writeln!(io::stderr(), "{text}"));
            return ExitCode::from(2);
        }
        drop(write!(io::stdout(), "{}", error.render()));
        ExitCode::SUCCESS
    })
}
