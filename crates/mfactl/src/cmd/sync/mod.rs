//! `mfactl sync`: merges the accounts with those of a file. The daemon reads and writes the file, so that no secret passes
//! through here.

mod words;

use std::path::{Path, PathBuf};

use clap::Args as Arguments;
use mfa_ipc::types::{SyncChange, SyncOptions, SyncReport};
use mfa_ipc::{Client, paths};
use serde::Serialize;
use zeroize::Zeroizing;

use super::context::{Context, connect};
use crate::error::{Error, Kind};
use crate::platform::RESTART;
use crate::prompt;
use crate::text::clean;
pub(super) use words::standing;
use words::{Told, text};

/// What is sent to the daemon if there is nothing to open. It refuses an empty passphrase.
const NO_PASSPHRASE: &str = "none";

/// The arguments of `sync`.
#[derive(Debug, Arguments)]
pub(crate) struct Sync {
    /// The KDBX file; it is created if it does not exist
    pub(super) file: PathBuf,
    /// Show what would happen on both sides, and change nothing
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// Keep the passphrase in the keychain, and say how the daemon synchronises with FILE by itself
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) remember: bool,
    /// Read the passphrase of the file from the first line of FILE (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
    /// Do not ask before the first synchronisation with a file, or before the file loses many accounts
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// The result as JSON.
#[derive(Serialize)]
struct Json<'r> {
    dry_run: bool,
    first: bool,
    created: bool,
    written: bool,
    changes: Vec<Change<'r>>,
    copies: &'r [String],
    folder: Option<&'r str>,
    left: &'r [String],
    unreadable: u32,
    missing: u32,
    other_secrets: &'r [String],
    unread: &'r [String],
    other_codes: &'r [String],
    cut: &'r [String],
}

#[derive(Serialize)]
struct Change<'r> {
    side: &'r str,
    what: &'r str,
    name: &'r str,
    fields: &'r [String],
    loser: Option<&'r str>,
}

impl<'r> Change<'r> {
    fn of(change: &'r SyncChange) -> Self {
        Self {
            side: &change.side,
            what: &change.what,
            name: &change.name,
            fields: &change.fields,
            loser: change.loser.as_deref(),
        }
    }
}

type Synced = (SyncReport, Vec<SyncChange>);

pub(super) async fn run(context: &Context, args: Sync) -> Result<(), Error> {
    let file = std::path::absolute(&args.file)?;
    let is_new = !file.exists();
    let passphrase = passphrase(&args, is_new)?;
    let client = connect().await?;
    let mut options = SyncOptions {
        dry_run: args.dry_run,
        unless_first: !args.yes,
        create: is_new,
        remember: args.remember,
    };
    let mut synced = call(context, &client, &file, &passphrase, options).await?;
    if !synced.0.done && !args.dry_run {
        agree(context, &args, &file, &synced)?;
        options.unless_first = false;
        synced = call(context, &client, &file, &passphrase, options).await?;
    }
    if args.json {
        return context.output.json(&json(args.dry_run, &synced));
    }
    let told = match args.dry_run {
        true => Told::DryRun,
        false => Told::Done,
    };
    context.output.line(text(&file, told, &synced).trim_end())?;
    for left in &synced.0.left {
        context.output.warn(format_args!(
            "a conflict copy stays where it is: {}",
            clean(left)
        ));
    }
    match args.remember {
        true => remembered(context, &client, &file).await,
        false => Ok(()),
    }
}

/// Returns the passphrase of the file. What would go into a new file can be shown without one. Conflict copies of a file
/// that is not there stay closed then, which the report says.
fn passphrase(args: &Sync, is_new: bool) -> Result<Zeroizing<String>, Error> {
    let file = args.password_file.as_deref();
    match (is_new, args.dry_run) {
        (true, true) if file.is_none() => Ok(Zeroizing::new(NO_PASSPHRASE.to_owned())),
        (true, dry_run) => {
            let question = "New passphrase of the file (not shown)";
            prompt::passphrase(file, question, !dry_run)
        }
        (false, _) => prompt::passphrase(file, "Passphrase of the file (not shown)", false),
    }
}

/// Says what becomes of the passphrase, and what else is to do.
async fn remembered(context: &Context, client: &Client, file: &Path) -> Result<(), Error> {
    let output = context.output;
    output.line("The passphrase is in the keychain.")?;
    let file = file.display().to_string();
    if client.status().await?.sync_file.as_ref() == Some(&file) {
        return output.line(format_args!(
            "The daemon keeps the accounts in step with {file}."
        ));
    }
    output.line(format_args!(
        "To have the daemon keep the accounts in step with it, add this line at the top of {}:\n\n    sync-file = \
         {file:?}\n\n{RESTART}",
        paths::config().display()
    ))
}

async fn call(
    context: &Context,
    client: &Client,
    file: &Path,
    passphrase: &str,
    options: SyncOptions,
) -> Result<Synced, Error> {
    context
        .ask(client, async |client| {
            client.sync(file, passphrase, options).await
        })
        .await
}

/// Asks before the first synchronisation with a file that has accounts, because it may be another file than the user
/// means, and before the file loses many accounts, because the keychain may have lost them.
fn agree(context: &Context, args: &Sync, file: &Path, synced: &Synced) -> Result<(), Error> {
    if synced.1.is_empty() {
        return Ok(());
    }
    if !context.may_ask || args.json {
        let before = match synced.0.missing {
            0 if args.json => "--json cannot ask before the first synchronisation".to_owned(),
            0 => "cannot ask before the first synchronisation: no terminal".to_owned(),
            missing => format!(
                "nothing was changed: {missing} accounts are missing here, but are still in the file and would be \
                 removed there"
            ),
        };
        return Err(Error::usage(before)
            .hint("To see what would happen: --dry-run")
            .hint("To synchronise without asking: --yes"));
    }
    context
        .output
        .line(text(file, Told::Plan, synced).trim_end())?;
    let question = match synced.0.missing {
        0 => "This is the first synchronisation with this file.".to_owned(),
        missing => format!(
            "{missing} accounts are missing here, but are still in the file. If you have not removed them, answer no."
        ),
    };
    if prompt::confirm(&question)? {
        Ok(())
    } else {
        Err(Error::new(Kind::Other, "nothing was changed"))
    }
}

fn json(dry_run: bool, (report, changes): &Synced) -> Json<'_> {
    Json {
        dry_run,
        first: report.first,
        created: report.created,
        written: report.written,
        changes: changes.iter().map(Change::of).collect(),
        copies: &report.copies,
        folder: report.folder.as_deref(),
        left: &report.left,
        unreadable: report.unreadable,
        missing: report.missing,
        other_secrets: &report.other_secrets,
        unread: &report.unread,
        other_codes: &report.other_codes,
        cut: &report.cut,
    }
}
