//! `mfactl man` and `mfactl completions`: both are generated from the definitions of the command lines and of
//! the configuration.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args as Arguments, Command};
use clap_complete::Shell;

use super::context::Context;
use crate::error::{Error, Kind};

mod accounts;
/// The command line of the daemon, for its manual page. It is the same file that the daemon is built from.
#[expect(unreachable_pub, reason = "it is public there")]
#[path = "../../../../mfad/src/args.rs"]
mod daemon_args;
mod files;
mod pages;
mod settings;
mod shells;
/// The command line of the tray, likewise.
#[expect(unreachable_pub, reason = "it is public there")]
#[path = "../../../../mfa-tray/src/args.rs"]
mod tray_args;

/// The arguments of `completions`.
#[derive(Debug, Arguments)]
pub(crate) struct Completions {
    /// Shell to print the script for
    #[arg(required = true)]
    pub(super) shell: Option<Shell>,
    /// Print the names of the accounts if one comes after these words of a command line; the scripts run this
    #[arg(long, hide = true, exclusive = true, num_args = 0.., allow_hyphen_values = true)]
    pub(super) accounts: Option<Vec<String>>,
}

/// The arguments of `man`.
#[derive(Debug, Arguments)]
pub(crate) struct Man {
    /// Write all manual pages to this folder: the commands, mfad, mfa-tray and the configuration
    #[arg(long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
}

pub(super) async fn completions(
    context: &Context,
    args: &Completions,
    program: &mut Command,
) -> Result<(), Error> {
    match args.shell {
        Some(shell) => context.output.text(shells::script(shell, program)),
        None => {
            accounts::run(
                context,
                program,
                args.accounts.as_deref().unwrap_or_default(),
            )
            .await
        }
    }
}

pub(super) fn run(context: &Context, args: &Man, program: Command) -> Result<(), Error> {
    let Some(folder) = &args.output else {
        let page = pages::mfactl(program)?;
        return context.output.text(String::from_utf8_lossy(&page.text));
    };
    std::fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
    for page in pages::pages(program)? {
        let path = folder.join(&page.name);
        std::fs::write(&path, page.text).map_err(|error| not_written(&path, &error))?;
    }
    Ok(())
}

fn not_written(path: &Path, error: &io::Error) -> Error {
    let text = format!("cannot write {}: {error}", path.display());
    Error::new(Kind::Other, text)
}
