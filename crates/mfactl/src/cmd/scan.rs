//! `mfactl add --qr`, `--screen` and `--clipboard`: accounts from QR codes, and what else is copied.

use mfa_core::secret::is_key;
use mfa_intake::{Decoded, PICTURE, Part, Skipped};
use mfa_ipc::Client;
use mfa_ipc::types::{AccountFields, Fate, ImportOptions};
use zeroize::Zeroizing;

use super::add::Wishes;
use super::json::Imports;
use super::plan::{Plan, accounts};
use super::{Context, add, import, intake, series, strength};
use crate::args::Add;
use crate::error::{Error, Kind};
use crate::output::clean;
use crate::prompt;

pub(super) async fn run(context: &Context, args: Add) -> Result<(), Error> {
    if !args.clipboard {
        return scan(context, args, None).await;
    }
    let clip = intake::clipboard()?;
    match std::str::from_utf8(&clip) {
        Ok(key) if is_key(key) => add_key(context, args, key).await?,
        Ok(text) if !text.contains("otpauth") && !intake::is_picture(&clip) => {
            let text =
                "there is no otpauth link, no key and no picture on the clipboard: copy one first";
            return Err(Error::new(Kind::Other, text));
        }
        _ => scan(context, args, Some(&clip)).await?,
    }
    // What was added does not stay there.
    intake::forget(context, &clip);
    Ok(())
}

/// Adds a key, which says nothing but itself.
async fn add_key(context: &Context, args: Add, key: &str) -> Result<(), Error> {
    let client = add::ready(context, args.name.as_deref()).await?;
    let wishes = add::wishes(&args);
    let mut account = add::given(args);
    account.secret = Some(Zeroizing::new(key.to_owned()));
    if account.name.is_none() {
        if !context.may_ask {
            let text = "there is a key on the clipboard, and it says no name";
            return Err(Error::usage(text).hint("Say it: mfactl add NAME --clipboard"));
        }
        account.name = Some(prompt::line(
            "There is a key on the clipboard. Name of the account",
        )?);
    }
    add::one(context, &client, account, wishes).await
}

async fn scan(context: &Context, args: Add, clip: Option<&[u8]>) -> Result<(), Error> {
    if args.kind.is_some() {
        return Err(Error::usage("a QR code has its own type: leave out --type"));
    }
    let client = add::ready(context, args.name.as_deref()).await?;
    let (found, place) = match &args.qr {
        Some(path) => {
            let picture = intake::file(path)?;
            (
                intake::decode(&picture, Some(PICTURE)).await,
                intake::name(path),
            )
        }
        None if args.screen => {
            let pictures = intake::screen()?;
            let found = mfa_intake::decode_screen(&pictures).await;
            (found.map_err(Error::from), "the screen".into())
        }
        None => {
            let clip = clip.unwrap_or_default();
            (intake::decode(clip, None).await, "the clipboard".into())
        }
    };
    let found = found.map_err(|error| error.about(&place))?;
    let wishes = add::wishes(&args);
    let picture = args.qr.clone();
    let missing = found.missing();
    agree(context, &missing, wishes)?;
    add_all(context, &client, found, add::given(args), &place, wishes).await?;
    series::complete(&missing, picture.as_slice())
}

/// Asks whether what there is of an export shall be added, if it is not all of it.
fn agree(context: &Context, missing: &[Part], wishes: Wishes) -> Result<(), Error> {
    let Some(text) = series::missing(missing).filter(|_| !wishes.incomplete) else {
        return Ok(());
    };
    if wishes.yes || !context.may_ask {
        return Err(Error::new(Kind::Other, text)
            .hint("Import all of them: mfactl import FILE…")
            .hint("To add what there is: --allow-incomplete"));
    }
    if prompt::confirm(&format!("{text}. Add what there is?"))? {
        return Ok(());
    }
    Err(Error::new(Kind::Other, "nothing was added"))
}

async fn add_all(
    context: &Context,
    client: &Client,
    mut found: Decoded,
    given: AccountFields,
    place: &str,
    wishes: Wishes,
) -> Result<(), Error> {
    match found.accounts.len() {
        0 => Err(none(place, found.skipped.first())),
        1 => {
            let account = with(found.accounts.remove(0), given);
            for skipped in found
                .skipped
                .iter()
                .filter(|skipped| skipped.part.is_none())
            {
                context.output.hint(reason(skipped));
            }
            if !wishes.json {
                let label = label(&account);
                context.output.line(format_args!("Found {label}."))?;
            }
            add::one(context, client, account, wishes).await
        }
        count if given.to_dict().is_empty() => {
            let added = several(context, client, &found, wishes).await;
            // Which of them it is about is in the text.
            added.map_err(|error| error.about(&format!("{} in {place}", accounts(count))))
        }
        count => Err(Error::usage(format!(
            "there are {} in {place}, but a name and other details are of one account",
            accounts(count)
        ))
        .hint("Add them without, and then change each: mfactl edit")),
    }
}

/// Adds all, or none.
async fn several(
    context: &Context,
    client: &Client,
    found: &Decoded,
    wishes: Wishes,
) -> Result<(), Error> {
    for account in &found.accounts {
        // What it remarks is in the table.
        let checked = strength::check(account, wishes.weak);
        checked.map_err(|error| error.about(&label(account)))?;
    }
    let options = ImportOptions::default();
    let results = context.ask(client, async |client| {
        client.import(&found.accounts, options).await
    });
    let done = Plan::new(found, results.await?);
    if !wishes.json {
        done.print(context)?;
    }
    if done.count(Fate::Added) == 0 {
        return import::nothing_stored(context, wishes.json, false, &done);
    }
    import::are_listed(context, client, &done).await?;
    if wishes.json {
        return context.output.json(&Imports::new(&done, false));
    }
    let keychain = client.status().await?.keychain;
    let added = accounts(done.count(Fate::Added));
    let rest = done.rest();
    context
        .output
        .line(format_args!("Added {added} to {keychain}.{rest}"))
}

/// What the code says, and what the command line says better.
fn with(code: AccountFields, given: AccountFields) -> AccountFields {
    AccountFields {
        uri: code.uri,
        secret: code.secret,
        pin: given.pin.or(code.pin),
        kind: code.kind,
        name: given.name.or(code.name),
        issuer: given.issuer.or(code.issuer),
        username: given.username.or(code.username),
        algorithm: given.algorithm.or(code.algorithm),
        digits: given.digits.or(code.digits),
        period: given.period.or(code.period),
        counter: given.counter.or(code.counter),
        tags: given.tags.or(code.tags),
        pinned: given.pinned.or(code.pinned),
        note: given.note.or(code.note),
        serial: given.serial.or(code.serial),
        duplicate: None,
    }
}

fn label(account: &AccountFields) -> String {
    let text = |text: &Option<String>| clean(text.as_deref().unwrap_or_default());
    match (text(&account.issuer), text(&account.username)) {
        (issuer, username) if issuer.is_empty() || username.is_empty() => {
            let one = format!("{issuer}{username}");
            if one.is_empty() {
                "an account".into()
            } else {
                one
            }
        }
        (issuer, username) => format!("{issuer}, {username}"),
    }
}

fn reason(skipped: &Skipped) -> String {
    format!("{}: {}", clean(&skipped.name), clean(&skipped.reason))
}

fn none(place: &str, skipped: Option<&Skipped>) -> Error {
    let text = skipped.map_or_else(|| "there is no account in it".to_owned(), reason);
    Error::new(Kind::Other, text).about(place)
}
