//! `mfactl restore`: shows how a backup differs from the accounts here, asks, and has it put back.
//!
//! The daemon reads the file itself, so no secret passes through mfactl.

mod result;
mod table;
mod words;

use std::path::{self, PathBuf};

use clap::Args as Arguments;
use mfa_intake::accounts;
use mfa_ipc::Client;
use mfa_ipc::types::{RestoreOptions, RestoreResult};

use super::context::{Context, connect};
use super::intake::short;
use crate::error::{Error, Kind};
use crate::prompt;
use result::Restores;
use words::{Tally, missing, planned_text, said};

/// The question for the passphrase of a backup.
const PASSPHRASE: &str = "Passphrase of the backup (not shown)";

/// The arguments of `restore`.
#[derive(Debug, Arguments)]
pub(crate) struct Restore {
    /// The backup: a file of mfactl backup, or a vault file
    pub(super) file: PathBuf,
    /// Replace the accounts that differ by those of the backup
    #[arg(long, conflicts_with = "keep")]
    pub(super) replace: bool,
    /// Keep the accounts that differ as they are here
    #[arg(long)]
    pub(super) keep: bool,
    /// Restore the other accounts if some of the backup cannot be restored
    #[arg(long)]
    pub(super) allow_incomplete: bool,
    /// Show what would be restored, but change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Read the passphrase from the first line of FILE (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
    /// Do not ask for confirmation; required without a terminal
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Print the result for each account as JSON; requires --yes or --dry-run
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(context: &Context, args: Restore) -> Result<(), Error> {
    check(context, &args)?;
    let client = connect().await?;
    let passphrase = prompt::passphrase(args.password_file.as_deref(), PASSPHRASE, false)?;
    let path = path::absolute(&args.file)?;
    let ask = async |dry_run, replace| {
        let options = RestoreOptions {
            dry_run,
            replace,
            // Whoever agrees to the plan has seen what is missing.
            allow_incomplete: true,
        };
        let ask = async |client: &Client| client.restore(&path, &passphrase, options).await;
        let asked = context.ask(&client, ask).await;
        asked.map_err(|error| error.about(&short(&args.file)))
    };
    let planned = ask(true, args.replace).await?;
    if !args.json {
        let found = accounts(planned.len());
        let file = short(&args.file);
        context
            .output
            .line(format_args!("Found {found} in {file}."))?;
        table::print(context, &planned)?;
    }
    let Some(replace) = decide(context, &args, &planned)? else {
        return Ok(());
    };
    let done = ask(false, replace).await?;
    if args.json {
        return context.output.json(&Restores::new(&done, false));
    }
    context.output.line(said(&Tally::of(&done)))
}

/// Finds the errors that clap cannot find, before anything is read.
fn check(context: &Context, args: &Restore) -> Result<(), Error> {
    if args.yes || args.dry_run {
        return Ok(());
    }
    if args.json {
        return Err(
            Error::usage("--json cannot ask for confirmation").hint("Add --yes or --dry-run.")
        );
    }
    if !context.may_ask {
        return Err(
            Error::usage("cannot ask for confirmation: no terminal").hint(
                "To restore without asking: --yes. To only see what would be restored: --dry-run",
            ),
        );
    }
    Ok(())
}

/// Returns whether the accounts that differ are replaced, once somebody has agreed, or `None` if there is nothing to do.
fn decide(
    context: &Context,
    args: &Restore,
    planned: &[RestoreResult],
) -> Result<Option<bool>, Error> {
    let tally = Tally::of(planned);
    let missing = missing_beyond_choice(context, args, planned)?;
    let differ = tally.kept + tally.replaced;
    let is_nothing = tally.added + differ == 0 || (args.keep && tally.added == 0);
    if args.dry_run || is_nothing {
        if args.json {
            context.output.json(&Restores::new(planned, true))?;
        } else {
            context.output.line(planned_text(&tally, args.keep))?;
        }
        return Ok(None);
    }
    let is_decided = args.keep || args.replace || differ == 0;
    if !is_decided && (args.yes || !context.may_ask) {
        let text = match differ {
            1 => "1 account differs from the backup".to_owned(),
            _ => format!("{differ} accounts differ from the backup"),
        };
        return Err(Error::usage(text).hint(
            "To keep them as they are: --keep. To replace them by those of the backup: --replace",
        ));
    }
    let replace = match is_decided {
        true => args.replace,
        false => ask_which(differ)?,
    };
    let replaced = if replace { differ } else { 0 };
    if tally.added + replaced == 0 {
        context.output.line("Nothing was changed.")?;
        return Ok(None);
    }
    let what = match (tally.added, replaced) {
        (added, 0) => format!("This adds {}.", accounts(added)),
        (0, replaced) => format!("This replaces {}.", accounts(replaced)),
        (added, replaced) => format!("This adds {} and replaces {replaced}.", accounts(added)),
    };
    let missing = missing.map_or(String::new(), |missing| format!("{missing}. "));
    if args.yes || prompt::confirm(&format!("{missing}{what}"))? {
        return Ok(Some(replace));
    }
    Err(Error::new(Kind::Other, "nothing was restored"))
}

/// Returns how many accounts of the backup would be missing, unless that was accepted. If nobody is asked, that is an error.
fn missing_beyond_choice(
    context: &Context,
    args: &Restore,
    planned: &[RestoreResult],
) -> Result<Option<String>, Error> {
    let Some(text) = missing(planned).filter(|_| !args.allow_incomplete) else {
        return Ok(None);
    };
    if !args.yes || args.dry_run {
        return Ok(Some(text));
    }
    if args.json {
        context.output.json(&Restores::new(planned, true))?;
    }
    Err(Error::new(Kind::Other, text)
        .hint("Nothing was restored. To restore the others: --allow-incomplete"))
}

/// Asks whether the accounts that differ are replaced.
fn ask_which(differ: usize) -> Result<bool, Error> {
    let question = match differ {
        1 => "1 account differs. Type “keep” to keep it as it is here, or “replace” for that of the backup".to_owned(),
        _ => format!(
            "{differ} accounts differ. Type “keep” to keep them as they are here, or “replace” for those of the backup"
        ),
    };
    match prompt::line(&question)?.to_lowercase().as_str() {
        "keep" => Ok(false),
        "replace" => Ok(true),
        _ => Err(Error::new(Kind::Other, "nothing was restored")),
    }
}
