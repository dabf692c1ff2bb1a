//! `mfactl add --qr`, `--screen` and `--clipboard`: adds accounts from QR codes and from copied texts.

use std::path::PathBuf;
use std::slice;

use mfa_core::AccountChange;
use mfa_core::secret::is_key;
use mfa_helper::clipboard::{NOTHING, is_link, is_picture};
use mfa_intake::{Decoded, PICTURE, Part, accounts};
use mfa_ipc::Client;
use mfa_ipc::dict::AsDict;
use zeroize::Zeroizing;

use super::add::{Add, Wishes};
use super::context::Context;
use super::{add, found, import, intake, known, series};
use crate::error::{Error, Kind};
use crate::prompt;
use crate::text::clean;

/// Where the accounts are.
enum Place {
    /// A file with a picture, or standard input.
    Picture(PathBuf),
    Screen,
    /// The clipboard, and what is on it.
    Clipboard(Zeroizing<Vec<u8>>),
}

pub(super) async fn run(context: &Context, mut args: Add) -> Result<(), Error> {
    match args.qr.take() {
        Some(picture) => scan(context, args, Place::Picture(picture)).await,
        None if args.screen => scan(context, args, Place::Screen).await,
        None => clipboard(context, args).await,
    }
}

async fn clipboard(context: &Context, args: Add) -> Result<(), Error> {
    let clip = intake::clipboard()?;
    match std::str::from_utf8(&clip) {
        Ok(key) if is_key(key) => {
            add_key(context, args, key).await?;
            intake::forget(context, &clip);
            Ok(())
        }
        Ok(text) if !is_link(text) && !is_picture(&clip) => Err(Error::new(Kind::Other, NOTHING)),
        _ => scan(context, args, Place::Clipboard(clip)).await,
    }
}

/// Adds a key, which comes with no other details.
async fn add_key(context: &Context, args: Add, key: &str) -> Result<(), Error> {
    let client = known::ready(context, args.name.as_deref()).await?;
    let wishes = add::wishes(&args);
    let mut account = add::given(args);
    account.secret = Some(Zeroizing::new(key.to_owned()));
    let mut found = Decoded {
        accounts: vec![account],
        ..Decoded::default()
    };
    let planned = import::ask(context, &client, &found.accounts, true).await?;
    if wishes.yes || !found.tally(&planned).is_nothing_new() {
        name(context, &mut found.accounts[0].name)?;
    }
    found::add(context, &client, &found, planned, "the clipboard", wishes).await
}

/// Asks for the name of the account, if it has none.
fn name(context: &Context, name: &mut Option<String>) -> Result<(), Error> {
    if name.is_some() {
        return Ok(());
    }
    if !context.may_ask {
        let text = "the secret on the clipboard has no name";
        return Err(Error::usage(text).hint("Choose a name: mfactl add NAME --clipboard"));
    }
    let question = "The clipboard contains a secret. Name of the account";
    *name = Some(prompt::line(question)?);
    Ok(())
}

async fn scan(context: &Context, args: Add, place: Place) -> Result<(), Error> {
    if args.kind.is_some() {
        return Err(Error::usage(
            "the QR code or link sets the type: omit --type",
        ));
    }
    let client = known::ready(context, args.name.as_deref()).await?;
    let found = place.look().await?;
    let wishes = add::wishes(&args);
    let missing = found.missing();
    agree(context, &missing, wishes)?;
    let given = add::given(args);
    add_all(context, &client, found, given, &place.name(), wishes).await?;
    // A text that was added does not stay on the clipboard, even if it was only a part of an export.
    if let Place::Clipboard(clip) = &place {
        intake::forget(context, clip);
    }
    series::complete(context, &missing, place.pictures())
}

impl Place {
    /// Returns the name for messages.
    fn name(&self) -> String {
        match self {
            Self::Picture(path) => intake::name(path),
            Self::Screen => "the screen".to_owned(),
            Self::Clipboard(_) => "the clipboard".to_owned(),
        }
    }

    /// Returns the files that can be given again.
    fn pictures(&self) -> &[PathBuf] {
        match self {
            Self::Picture(path) => slice::from_ref(path),
            Self::Screen | Self::Clipboard(_) => &[],
        }
    }

    /// Finds the accounts.
    async fn look(&self) -> Result<Decoded, Error> {
        let found = match self {
            Self::Picture(path) => {
                let picture = intake::file(path)?;
                intake::decode(&picture, Some(PICTURE)).await
            }
            Self::Screen => {
                let pictures = intake::screen()?;
                let found = mfa_intake::decode_screen(&pictures).await;
                found.map_err(not_on_screen)
            }
            Self::Clipboard(clip) => intake::decode(clip, None).await,
        };
        found.map_err(|error| error.about(&self.name()))
    }
}

fn not_on_screen(error: mfa_intake::Error) -> Error {
    let is_refused = error.why().is_some();
    let error = Error::from(error);
    if !is_refused {
        return error;
    }
    error.hint(
        "Show the whole QR code on the screen, as large as possible, and try again. Or read a picture of it: \
         mfactl add --qr FILE",
    )
}

/// Asks whether to add what there is of an export, if it is incomplete.
fn agree(context: &Context, missing: &[Part], wishes: Wishes) -> Result<(), Error> {
    let Some(text) = mfa_intake::missing(missing).filter(|_| !wishes.incomplete) else {
        return Ok(());
    };
    if wishes.yes || !context.may_ask {
        return Err(Error::new(Kind::Other, text)
            .hint("To import all QR codes together: mfactl import FILE…")
            .hint("To add the accounts that were found: --allow-incomplete"));
    }
    if prompt::confirm(&format!("{text}. Add the accounts that were found?"))? {
        return Ok(());
    }
    Err(Error::new(Kind::Other, "nothing was added"))
}

async fn add_all(
    context: &Context,
    client: &Client,
    mut found: Decoded,
    given: AccountChange,
    place: &str,
    wishes: Wishes,
) -> Result<(), Error> {
    let count = found.accounts.len();
    if count > 1 && !given.to_dict().is_empty() {
        return Err(Error::usage(format!(
            "found {} in {place}, but a name and other details apply to only one account",
            accounts(count)
        ))
        .hint("Add them without these options, then change each account: mfactl edit"));
    }
    if let [one] = &mut found.accounts[..] {
        *one = given.or(std::mem::take(one));
        let label = found::label(one);
        for reason in found.reasons() {
            context.output.warn(clean(&reason));
        }
        if !wishes.json {
            context.output.line(format_args!("Found {label}."))?;
        }
    }
    let planned = match count {
        0 => Vec::new(),
        _ => import::ask(context, client, &found.accounts, true).await?,
    };
    found::add(context, client, &found, planned, place, wishes).await
}
