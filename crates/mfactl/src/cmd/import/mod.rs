//! `mfactl import`: shows what another app's export would add, asks, and has it stored.
//!
//! The daemon decides what becomes of each account, before and after: it compares secrets without giving any
//! out, and stores all accounts or none.

mod reminder;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args as Arguments;
use mfa_core::{Account, AccountChange};
use mfa_intake::{Decoded, NOTHING_NEW, accounts};
use mfa_ipc::Client;
use mfa_ipc::types::{Fate, ImportOptions, ImportResult};

use super::context::{Context, connect};
use super::intake::{self, Passwords};
use super::plan::{Imports, Plan};
use super::series;
use crate::error::{Error, Kind};
use crate::prompt;
use crate::text::bar;
use reminder::reminder;

/// The number of accounts that are stored before anybody would look at a bar.
const FEW: usize = 20;
/// The number of accounts from which the daemon may refuse to take all at once.
const MANY: usize = 500;
/// How often the bar moves.
const STEP: Duration = Duration::from_millis(100);

/// The arguments of `import`.
#[derive(Debug, Arguments)]
pub(crate) struct Import {
    /// Exported files or pictures, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Format of the files [default: detected]
    #[arg(long, value_name = "NAME")]
    pub(super) format: Option<String>,
    /// Read the password of encrypted files from the first line of FILE (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
    /// Show what would be added, but add nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask for confirmation; required without a terminal
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Add the accounts that were found, even if a QR code of the export is missing
    #[arg(long)]
    pub(super) allow_incomplete: bool,
    /// Print the result for each account as JSON; requires --yes or --dry-run
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(context: &Context, args: Import) -> Result<(), Error> {
    check(context, &args)?;
    let found = read(context, &args).await?;
    let client = connect().await?;
    let planned = ask(context, &client, &found.accounts, true).await?;
    let plan = Plan::new(&found, planned);
    let count = plan.tally.added;
    if !args.json {
        let what = format!("{} in {}", accounts(plan.read()), found.what);
        context.output.line(format_args!("Found {what}."))?;
        plan.print(context)?;
    }
    if args.dry_run || count == 0 {
        let stored = nothing_stored(context, args.json, args.dry_run, &plan);
        if !args.dry_run
            && let Some(reminder) = reminder(&args.files)
        {
            context.output.warn(reminder);
        }
        return series::complete(context, &plan.missing, &args.files).and(stored);
    }
    agree(context, &args, &plan)?;
    let results = store(context, &client, &found.accounts, count).await?;
    let done = Plan::new(&found, results);
    are_listed(context, &client, &done).await?;
    if args.json {
        context.output.json(&Imports::new(&done, false))?;
    } else {
        let keychain = client.status().await?.keychain;
        context.output.line(stored(&done, &keychain))?;
    }
    if let Some(reminder) = reminder(&args.files) {
        context.output.warn(reminder);
    }
    series::complete(context, &done.missing, &args.files)
}

/// Says what was stored.
fn stored(done: &Plan, keychain: &str) -> String {
    let added = accounts(done.tally.added);
    let rest = done.rest();
    format!("Added {added} to {keychain} (read back and verified).{rest}")
}

/// Asks a person to agree to the plan. If nobody is asked, a part of an export is not enough.
fn agree(context: &Context, args: &Import, plan: &Plan) -> Result<(), Error> {
    let missing = mfa_intake::missing(&plan.missing).filter(|_| !args.allow_incomplete);
    if args.yes {
        if missing.is_none() {
            return Ok(());
        }
        if args.json {
            context.output.json(&Imports::new(plan, true))?;
        }
        return series::complete(context, &plan.missing, &args.files).map_err(|error| {
            error.hint("Nothing was added. To add the accounts that were found: --allow-incomplete")
        });
    }
    let missing = missing
        .map(|missing| format!("{missing}. "))
        .unwrap_or_default();
    let added = accounts(plan.tally.added);
    if prompt::confirm(&format!("{missing}This adds {added}."))? {
        return Ok(());
    }
    Err(Error::new(Kind::Other, "nothing was added"))
}

/// Finds the errors that clap cannot find, before anything is read.
fn check(context: &Context, args: &Import) -> Result<(), Error> {
    let stdin = Path::new("-");
    let of_files = args.files.iter().filter(|file| *file == stdin).count();
    let of_passwords = usize::from(args.password_file.as_deref() == Some(stdin));
    if of_files + of_passwords > 1 {
        return Err(Error::usage("standard input can be used only once"));
    }
    if args.yes || args.dry_run {
        return Ok(());
    }
    if args.json {
        return Err(
            Error::usage("--json cannot ask for confirmation").hint("Add --yes or --dry-run.")
        );
    }
    if !context.may_ask {
        return Err(Error::usage("cannot ask for confirmation: no terminal")
            .hint("To add without asking: --yes. To only see what would be added: --dry-run"));
    }
    Ok(())
}

/// Reads all files.
async fn read(context: &Context, args: &Import) -> Result<Decoded, Error> {
    let mut passwords = Passwords::new(context, args.password_file.as_deref())?;
    let mut found = Vec::with_capacity(args.files.len());
    for path in &args.files {
        let bytes = intake::file(path)?;
        let format = args.format.as_deref();
        found.push(passwords.decode(path, &bytes, format).await?);
    }
    Ok(mfa_intake::gather(found))
}

/// Asks the daemon what becomes of the accounts, or has it store them.
pub(super) async fn ask(
    context: &Context,
    client: &Client,
    found: &[AccountChange],
    dry_run: bool,
) -> Result<Vec<ImportResult>, Error> {
    let options = ImportOptions { dry_run };
    let results = context
        .ask(client, async |client| client.import(found, options).await)
        .await
        .map_err(|error| match found.len() {
            ..MANY => error,
            _ => error.hint("If the files contain very many accounts, import them in parts."),
        })?;
    if results.len() == found.len() {
        return Ok(results);
    }
    Err(mfa_ipc::Error::Failed("the daemon did not answer for every account".into()).into())
}

/// Has the accounts stored, and shows the progress.
async fn store(
    context: &Context,
    client: &Client,
    found: &[AccountChange],
    count: usize,
) -> Result<Vec<ImportResult>, Error> {
    let mut storing = std::pin::pin!(ask(context, client, found, false));
    if count <= FEW || !context.output.shows_progress() {
        return storing.await;
    }
    let whole = u64::try_from(count).unwrap_or(u64::MAX);
    let show = |stored: u64| {
        let bar = bar(stored, whole);
        context
            .output
            .progress(format_args!("{bar} {stored} of {count}"));
    };
    let results = loop {
        if let Ok(results) = tokio::time::timeout(STEP, &mut storing).await {
            break results;
        }
        if let Ok(Some(stored)) = client.status().await.map(|status| status.importing) {
            show(stored.into());
        }
    };
    if results.is_ok() {
        show(whole);
    }
    context.output.progress("");
    results
}

/// Checks that the daemon lists all accounts that it reported as stored.
pub(super) async fn are_listed(
    context: &Context,
    client: &Client,
    done: &Plan,
) -> Result<(), Error> {
    let listed = context.ask(client, Client::list_accounts).await?;
    are_among(&listed, done)
}

fn are_among(listed: &[Account], done: &Plan) -> Result<(), Error> {
    let is_there = |id: &String| listed.iter().any(|account| account.id.to_string() == *id);
    let mut stored = done
        .rows
        .iter()
        .filter(|row| row.result.fate == Fate::Added);
    let missing = stored.find(|row| !row.result.id.as_ref().is_some_and(is_there));
    match missing {
        None => Ok(()),
        Some(_) => Err(Error::new(
            Kind::Other,
            "some of the accounts that were just stored are missing",
        )
        .hint("Another program may have removed them. Check with mfactl list, then import again.")),
    }
}

/// Says why nothing was stored.
pub(super) fn nothing_stored(
    context: &Context,
    json: bool,
    dry_run: bool,
    plan: &Plan,
) -> Result<(), Error> {
    if json {
        context.output.json(&Imports::new(plan, dry_run))?;
    }
    let text = not_stored(plan)?;
    if json {
        return Ok(());
    }
    context.output.line(text)
}

fn not_stored(plan: &Plan) -> Result<String, Error> {
    let rest = plan.rest();
    match plan.tally.added {
        0 if plan.tally.is_nothing_new() => Ok(format!("{NOTHING_NEW}.{rest}")),
        0 => Err(Error::new(Kind::Other, "no account can be added")),
        count => Ok(format!("{} would be added.{rest}", accounts(count))),
    }
}

#[cfg(test)]
mod tests;
