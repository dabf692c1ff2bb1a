//! `mfactl restore`: shows how a backup differs from the accounts here, asks, and has it put back.
//!
//! The daemon reads the file itself, so no secret passes through mfactl.

mod table;

use std::path::{self, PathBuf};

use clap::Args as Arguments;
use mfa_intake::accounts;
use mfa_ipc::Client;
use mfa_ipc::types::{RestoreOptions, RestoreResult, Restored};
use serde::Serialize;

use super::context::{Context, connect};
use super::intake::short;
use crate::error::{Error, Kind};
use crate::prompt;

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
        let options = RestoreOptions { dry_run, replace };
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
    if args.yes || prompt::confirm(&what)? {
        return Ok(Some(replace));
    }
    Err(Error::new(Kind::Other, "nothing was restored"))
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

/// How many accounts have which result.
#[derive(Clone, Copy, Default, Serialize)]
struct Tally {
    added: usize,
    same: usize,
    kept: usize,
    replaced: usize,
    skipped: usize,
}

impl Tally {
    fn of(results: &[RestoreResult]) -> Self {
        let count = |fate| results.iter().filter(|result| result.fate == fate).count();
        Self {
            added: count(Restored::Added),
            same: count(Restored::Same),
            kept: count(Restored::Kept),
            replaced: count(Restored::Replaced),
            skipped: count(Restored::Skipped),
        }
    }

    /// Returns the sentences about the accounts that stay as they are.
    fn rest(&self) -> String {
        let texts = [
            (self.same, "the same here"),
            (self.kept, "kept as here"),
            (self.skipped, "skipped"),
        ];
        let texts = texts.iter().filter(|(count, _)| *count > 0);
        let texts: Vec<_> = texts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        match texts.is_empty() {
            true => String::new(),
            false => format!(" ({})", texts.join(", ")),
        }
    }
}

/// Says what was restored.
fn said(tally: &Tally) -> String {
    let rest = tally.rest();
    match (tally.added, tally.replaced) {
        (0, 0) => format!("Nothing was changed{rest}."),
        (added, 0) => format!("Restored {}{rest}.", accounts(added)),
        (0, replaced) => format!("Replaced {}{rest}.", accounts(replaced)),
        (added, replaced) => format!(
            "Restored {} and replaced {replaced}{rest}.",
            accounts(added)
        ),
    }
}

/// Says what would be restored.
fn planned_text(tally: &Tally, keep: bool) -> String {
    let (added, replaced) = (accounts(tally.added), tally.replaced);
    let kept = match tally.kept {
        1 => "1 account differs".to_owned(),
        kept => format!("{kept} accounts differ"),
    };
    let are_kept = match tally.kept {
        1 => "is kept",
        _ => "are kept",
    };
    match (tally.added, replaced, tally.kept) {
        (0, 0, 0) if tally.skipped > 0 => {
            let skipped = accounts(tally.skipped);
            format!("{skipped} cannot be restored; see above.")
        }
        (0, 0, 0) => "All accounts of the backup are here already.".to_owned(),
        (0, 0, _) if keep => format!("Nothing to restore: {kept} and {are_kept}."),
        (0, 0, _) => format!("{kept}: add --keep or --replace."),
        (_, 0, 0) => format!("{added} would be added."),
        (_, 0, _) if keep => format!("{added} would be added; {kept} and {are_kept}."),
        (_, 0, _) => format!("{added} would be added; {kept}: add --keep or --replace."),
        (0, _, _) => format!("{} would be replaced.", accounts(replaced)),
        _ => format!("{added} would be added, and {replaced} replaced."),
    }
}

/// `mfactl restore --json`
#[derive(Serialize)]
struct Restores<'a> {
    dry_run: bool,
    #[serde(flatten)]
    tally: Tally,
    accounts: Vec<Row<'a>>,
}

/// One account of the backup and what became of it.
#[derive(Serialize)]
struct Row<'a> {
    fate: &'static str,
    name: &'a str,
    name_there: Option<&'a str>,
    issuer: &'a str,
    username: &'a str,
    id: Option<&'a str>,
    differs: &'a [String],
    reason: Option<&'a str>,
    remark: Option<&'a str>,
}

impl<'a> Restores<'a> {
    fn new(results: &'a [RestoreResult], dry_run: bool) -> Self {
        let row = |result: &'a RestoreResult| Row {
            fate: result.fate.as_str(),
            name: &result.name,
            name_there: result.name_there.as_deref(),
            issuer: &result.issuer,
            username: &result.username,
            id: result.id.as_deref(),
            differs: &result.differs,
            reason: result.reason.as_deref(),
            remark: result.remark.as_deref(),
        };
        Self {
            dry_run,
            tally: Tally::of(results),
            accounts: results.iter().map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
