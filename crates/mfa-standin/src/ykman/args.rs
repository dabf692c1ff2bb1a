//! The command line of `ykman oath accounts list` and `code`, as ykman 5 has it.
//!
//! What is meant for the YubiKey is accepted and means nothing: which one it is, and its password. Everything else is an
//! error with the exit code of ykman, 2.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, Args as Arguments, Parser, Subcommand};

use crate::say;

/// Our version, and that of the ykman whose command line this is. It ends as the line of ykman does.
const VERSION: &str = concat!(
    "mfa-ykman of mfactl ",
    env!("CARGO_PKG_VERSION"),
    ", in place of YubiKey Manager (ykman) version: 5.9.2"
);

/// The arguments.
#[derive(Debug, Parser)]
#[command(
    name = "ykman",
    version = VERSION,
    about = "Lists the accounts of mfactl and generates codes, in place of ykman oath accounts",
    disable_version_flag = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
struct Args {
    /// Specify which YubiKey to interact with: accepted, and without a meaning
    #[arg(short, long, global = true, value_name = "SERIAL")]
    device: Option<String>,
    /// Enable logging: accepted, and without a meaning
    #[arg(short, long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Write log to file: accepted, and without a meaning
    #[arg(long, value_name = "FILE")]
    log_file: Option<OsString>,
    /// Show the version
    #[arg(short, long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    application: Application,
}

#[derive(Debug, Subcommand)]
enum Application {
    /// Manage one-time codes
    Oath {
        #[command(subcommand)]
        group: Group,
    },
}

#[derive(Debug, Subcommand)]
enum Group {
    /// List accounts and generate codes
    Accounts {
        #[command(subcommand)]
        command: Command,
    },
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List all accounts
    List(List),
    /// Generate codes
    Code(Code),
}

/// The arguments of `list`.
#[derive(Debug, Arguments)]
pub(super) struct List {
    /// Include hidden accounts
    #[arg(short = 'H', long)]
    pub(super) show_hidden: bool,
    /// Display the type
    #[arg(short, long)]
    pub(super) oath_type: bool,
    /// Display the period
    #[arg(short = 'P', long)]
    pub(super) period: bool,
    #[command(flatten)]
    _password: Password,
}

/// The arguments of `code`.
#[derive(Debug, Arguments)]
pub(super) struct Code {
    /// Include hidden accounts
    #[arg(short = 'H', long)]
    pub(super) show_hidden: bool,
    /// Ensure only a single match, and output only the code
    #[arg(short, long)]
    pub(super) single: bool,
    /// The account, or a part of its name
    #[arg(default_value = "")]
    pub(super) query: String,
    #[command(flatten)]
    _password: Password,
}

/// The password of a YubiKey. The accounts of mfactl have none, so it is not looked at.
#[derive(Debug, Arguments)]
struct Password {
    /// The password to unlock the YubiKey: accepted, and without a meaning
    #[arg(short, long, value_parser = unseen)]
    password: Option<()>,
    /// Remember the password: accepted, and without a meaning
    #[arg(short, long)]
    remember: bool,
}

/// Reads a password that nobody needs, and keeps nothing of it.
#[expect(clippy::unnecessary_wraps, reason = "a parser of a value may fail")]
fn unseen(_: &str) -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// Reads the command line.
pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let Application::Oath { group } = Args::try_parse_from(arguments)?.application;
    let Group::Accounts { command } = group;
    Ok(command)
}

/// Prints the help or the version, or what is wrong. An argument may be a password, so none is repeated.
pub(super) fn end(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        drop(match error.kind() {
            // clap would put another name before it.
            ErrorKind::DisplayVersion => writeln!(io::stdout().lock(), "{VERSION}"),
            _ => write!(io::stdout().lock(), "{}", error.render()),
        });
        return ExitCode::SUCCESS;
    }
    say(
        "Usage: ykman oath accounts code [OPTIONS] [QUERY]\n       ykman oath accounts list [OPTIONS]\n\n\
         Error: This is mfa-ykman. Of the commands of ykman, it knows only these two, and not all options.",
    );
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    fn code(line: &str) -> (String, bool, bool) {
        match read(line) {
            Ok(Command::Code(code)) => (code.query, code.single, code.show_hidden),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn the_line_of_aws_vault_is_read() {
        let arn = "arn:aws:iam::123456789012:mfa/jane";
        for line in [
            "ykman oath accounts code --single",
            "ykman oath accounts code -s",
            "ykman --device 123 oath accounts code --single",
            "ykman oath accounts code --device 123 --single",
        ] {
            assert_eq!(
                code(&format!("{line} {arn}")),
                (arn.to_owned(), true, false)
            );
        }
    }

    #[test]
    fn the_options_are_those_of_ykman() {
        assert_eq!(
            code("ykman oath accounts code"),
            (String::new(), false, false)
        );
        let password = "ykman oath accounts code -H -p hunter2 -r jane -s";
        assert_eq!(code(password), ("jane".to_owned(), true, true));
        let list = read("ykman oath accounts list -o -P -H --password hunter2 --remember");
        let Ok(Command::List(list)) = list else {
            panic!("{list:?}");
        };
        assert!(list.oath_type && list.period && list.show_hidden);
        assert!(!format!("{:?}", read(password)).contains("hunter2"));
    }

    #[test]
    fn what_it_does_not_stand_in_for_is_an_error() {
        for line in [
            "ykman",
            "ykman info",
            "ykman list",
            "ykman oath",
            "ykman oath accounts",
            "ykman oath accounts add x",
            "ykman oath accounts code a b",
            "ykman oath accounts code --touch",
        ] {
            let error = read(line).unwrap_err();
            assert!(error.use_stderr(), "{line}");
            assert_eq!(end(&error), ExitCode::from(2));
        }
        for line in ["ykman --version", "ykman -v", "ykman oath accounts code -h"] {
            assert!(!read(line).unwrap_err().use_stderr(), "{line}");
        }
    }
}
