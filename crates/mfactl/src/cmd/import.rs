//! `mfactl import`: shows what another app's export would add, asks, and has it stored.
//!
//! What becomes of each account is the daemon's to say, before and after: it compares secrets without
//! giving any out, and stores all or none.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_intake::Decoded;
use mfa_ipc::Client;
use mfa_ipc::types::{AccountFields, Fate, ImportOptions, ImportResult};

use super::intake::{self, Passwords};
use super::json::Imports;
use super::plan::{Plan, accounts};
use super::{Context, connect, series};
use crate::args::Import;
use crate::error::{Error, Kind};
use crate::output::bar;
use crate::prompt;

/// Up to so many accounts are stored before anybody would look at a bar.
const FEW: usize = 20;
/// From so many accounts on it may be that the daemon does not take them all at once.
const MANY: usize = 500;
/// How often the bar moves.
const STEP: Duration = Duration::from_millis(100);

pub(super) async fn run(context: &Context, args: Import) -> Result<(), Error> {
    check(context, &args)?;
    let found = read(context, &args).await?;
    let client = connect().await?;
    let planned = ask(context, &client, &found.accounts, true).await?;
    let plan = Plan::new(&found, planned);
    let count = plan.count(Fate::Added);
    if !args.json {
        let what = format!("{} in {}", accounts(plan.read()), found.what);
        context.output.line(format_args!("Found {what}."))?;
        plan.print(context)?;
    }
    if args.dry_run || count == 0 {
        nothing_stored(context, args.json, args.dry_run, &plan)?;
        if !args.dry_run
            && let Some(reminder) = reminder(&args.files)
        {
            context.output.warn(reminder);
        }
        return series::complete(&plan.missing, &args.files);
    }
    agree(context, &args, &plan)?;
    let results = store(context, &client, &found.accounts, count).await?;
    let done = Plan::new(&found, results);
    are_listed(context, &client, &done).await?;
    if args.json {
        context.output.json(&Imports::new(&done, false))?;
    } else {
        let keychain = client.status().await?.keychain;
        let added = accounts(done.count(Fate::Added));
        context.output.line(format_args!(
            "Added {added} to {keychain}, and read back what was stored.{}",
            done.rest()
        ))?;
    }
    if let Some(reminder) = reminder(&args.files) {
        context.output.warn(reminder);
    }
    series::complete(&done.missing, &args.files)
}

/// Has a person agree to what is planned. Where nobody is asked, a part of an export is not enough.
fn agree(context: &Context, args: &Import, plan: &Plan) -> Result<(), Error> {
    let missing = series::missing(&plan.missing).filter(|_| !args.allow_incomplete);
    if args.yes {
        if missing.is_none() {
            return Ok(());
        }
        if args.json {
            context.output.json(&Imports::new(plan, true))?;
        }
        return series::complete(&plan.missing, &args.files).map_err(|error| {
            error.hint("Nothing was added. To add what there is: --allow-incomplete")
        });
    }
    let missing = missing
        .map(|missing| format!("{missing}. "))
        .unwrap_or_default();
    let added = accounts(plan.count(Fate::Added));
    if prompt::confirm(&format!("{missing}This adds {added}."))? {
        return Ok(());
    }
    Err(Error::new(Kind::Other, "nothing was added"))
}

/// What to do with what is left lying there.
fn reminder(files: &[PathBuf]) -> Option<String> {
    let files: Vec<_> = files
        .iter()
        .filter(|file| *file != Path::new("-"))
        .collect();
    let (first, others) = files.split_first()?;
    let first = intake::short(first);
    let (what, still, them) = match others.len() {
        0 => (first, "still holds", "it"),
        1 => (format!("{first} and 1 other file"), "still hold", "them"),
        n => (format!("{first} and {n} other files"), "still hold", "them"),
    };
    Some(format!(
        "{what} {still} your secrets: delete {them}, or keep {them} somewhere safe"
    ))
}

/// Finds what clap cannot, before anything is read.
fn check(context: &Context, args: &Import) -> Result<(), Error> {
    let stdin = Path::new("-");
    let of_files = args.files.iter().filter(|file| *file == stdin).count();
    let of_passwords = usize::from(args.password_file.as_deref() == Some(stdin));
    if of_files + of_passwords > 1 {
        return Err(Error::usage("only one thing can come from standard input"));
    }
    if args.yes || args.dry_run {
        return Ok(());
    }
    if args.json {
        return Err(
            Error::usage("with --json nothing is asked").hint("Say which: --yes or --dry-run")
        );
    }
    if !context.may_ask {
        return Err(Error::usage("there is no terminal to ask on")
            .hint("Do not ask: --yes. Only look: --dry-run"));
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

/// Has the daemon say what becomes of the accounts, or store them.
async fn ask(
    context: &Context,
    client: &Client,
    found: &[AccountFields],
    dry_run: bool,
) -> Result<Vec<ImportResult>, Error> {
    let options = ImportOptions { dry_run };
    let results = context
        .ask(client, async |client| client.import(found, options).await)
        .await
        .map_err(|error| match found.len() {
            ..MANY => error,
            _ => error.hint("If there are very many, import fewer at once."),
        })?;
    if results.len() == found.len() {
        return Ok(results);
    }
    Err(mfa_ipc::Error::Failed("the daemon left out some accounts in its answer".into()).into())
}

/// Has the accounts stored, and shows how far that is.
async fn store(
    context: &Context,
    client: &Client,
    found: &[AccountFields],
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

/// Looks whether the daemon lists all that it has said to be stored.
pub(super) async fn are_listed(
    context: &Context,
    client: &Client,
    done: &Plan,
) -> Result<(), Error> {
    let listed = context.ask(client, Client::list_accounts).await?;
    let is_there = |id: &String| listed.iter().any(|account| account.id == *id);
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
        .hint("Did another program remove some? Look: mfactl list. Then import again.")),
    }
}

/// Says of a plan by which nothing was stored why that is.
pub(super) fn nothing_stored(
    context: &Context,
    json: bool,
    dry_run: bool,
    plan: &Plan,
) -> Result<(), Error> {
    if json {
        context.output.json(&Imports::new(plan, dry_run))?;
    }
    match plan.count(Fate::Added) {
        0 if plan.count(Fate::Present) == 0 => Err(Error::new(
            Kind::Other,
            "there is nothing that could be added",
        )),
        _ if json => Ok(()),
        0 => context
            .output
            .line(format_args!("There is nothing to add.{}", plan.rest())),
        count => context.output.line(format_args!(
            "{} would be added.{}",
            accounts(count),
            plan.rest()
        )),
    }
}
