//! `mfactl add`: an account from a link or a secret, neither of which ever is an argument. Accounts
//! from QR codes are next door, in `scan`.

use std::ffi::OsStr;

use mfa_core::account::{MAX_FIELD, MAX_NAME};
use mfa_core::secret::is_key;
use mfa_core::{naming, uri};
use mfa_ipc::Client;
use mfa_ipc::types::{AccountFields, AccountInfo};
use zeroize::Zeroizing;

use super::json::Added;
use super::{Context, connect, scan, strength};
use crate::args::{Add, Details, Kind};
use crate::error::{self, Error};
use crate::output::clean;
use crate::prompt;

/// How Google Authenticator's export begins.
const EXPORT: &str = "otpauth-migration://";

/// What the command line says of the adding, whatever the account is.
#[derive(Clone, Copy)]
pub(super) struct Wishes {
    /// Nothing is asked.
    pub(super) yes: bool,
    /// A part of an export is enough.
    pub(super) incomplete: bool,
    /// A secret may be too short.
    pub(super) weak: bool,
    pub(super) json: bool,
}

pub(super) async fn run(context: &Context, args: Add) -> Result<(), Error> {
    if args.qr.is_some() || args.screen || args.clipboard {
        return scan::run(context, args).await;
    }
    check(context, &args)?;
    let client = ready(context, args.name.as_deref()).await?;
    let (uri, secret) = source(&args)?;
    let wishes = wishes(&args);
    let account = AccountFields {
        uri,
        secret,
        ..given(args)
    };
    one(context, &client, account, wishes).await
}

/// Looks whether an account can be stored under this name, before anybody types a secret or shows a QR code.
/// A keychain that is locked asks to be unlocked, where there is somebody.
pub(super) async fn ready(context: &Context, name: Option<&str>) -> Result<Client, Error> {
    if let Some(name) = name {
        check_name(name)?;
    }
    let client = connect().await?;
    let others = context.ask(&client, Client::list_accounts).await?;
    match name.and_then(|name| others.iter().find(|other| same(&other.name, name))) {
        None => Ok(client),
        Some(other) => {
            let (name, whose) = (clean(&other.name), described(other));
            let text = format!("“{name}” is the name of {whose}");
            Err(rename(Error::new(error::Kind::Other, text), other))
        }
    }
}

/// An account as a person knows it: `Amazon Web Services (root@1234)`.
fn described(account: &AccountInfo) -> String {
    match (clean(&account.issuer), clean(&account.username)) {
        (issuer, username) if issuer.is_empty() && username.is_empty() => {
            "another account".to_owned()
        }
        (one, none) | (none, one) if none.is_empty() => one,
        (issuer, username) => format!("{issuer} ({username})"),
    }
}

/// Refuses what was meant as a link or a secret; it would be shown wherever accounts are listed.
fn check_name(name: &str) -> Result<(), Error> {
    let history = "It may be in the history of your shell now: remove it there.";
    if name.contains("://") {
        return Err(Error::usage("this is a link, not a name")
            .hint("Give a link on standard input: mfactl add --uri -")
            .hint(history));
    }
    if is_key(name) {
        return Err(Error::usage("this is a secret, not a name")
            .hint("Say what to call it, and type the secret when you are asked: mfactl add NAME")
            .hint(history));
    }
    Ok(())
}

fn rename(error: Error, other: &AccountInfo) -> Error {
    let name = clean(&other.name);
    error.hint(format!(
        "Give another name: mfactl add NAME …, or rename that one: mfactl edit {name} --name …"
    ))
}

/// Adds an account, and says what it is called now.
pub(super) async fn one(
    context: &Context,
    client: &Client,
    mut account: AccountFields,
    wishes: Wishes,
) -> Result<(), Error> {
    let mut remarks = cut(&mut account);
    remarks.extend(strength::check(&account, wishes.weak)?);
    let added = context.ask(client, async |client| client.add(&account).await);
    let id = match added.await {
        Err(error) if error.is_taken() => {
            let known = error.message().to_owned();
            twice(context, client, &account, wishes, error).await?;
            if wishes.yes {
                remarks.push(format!("{known}; now it is there twice"));
            }
            account.duplicate = Some(true);
            let added = context.ask(client, async |client| client.add(&account).await);
            added.await?
        }
        added => added?,
    };
    let account = context.account(client, &id).await?;
    if wishes.json {
        context.output.json(&Added::new(&account))?;
    } else {
        let keychain = client.status().await?.keychain;
        let name = clean(&account.name);
        context
            .output
            .line(format_args!("Saved as “{name}” in {keychain}."))?;
    }
    for remark in remarks {
        context.output.warn(remark);
    }
    if !wishes.json && account.issuer.eq_ignore_ascii_case("Amazon Web Services") {
        context.output.hint(format_args!(
            "AWS now asks for two codes in a row: mfactl pair {}",
            clean(&account.name)
        ));
    }
    Ok(())
}

/// Another account keeps this one out: asks whether it shall be there twice, if that is about its secret.
/// The daemon looks at the name first, then at the serial.
async fn twice(
    context: &Context,
    client: &Client,
    account: &AccountFields,
    wishes: Wishes,
    error: Error,
) -> Result<(), Error> {
    let others = context.ask(client, Client::list_accounts).await?;
    if let Some(name) = &account.name
        && let Some(other) = others.iter().find(|other| same(&other.name, name))
    {
        return Err(rename(error, other));
    }
    let has_serial = account.serial.as_ref();
    if has_serial.is_some_and(|serial| others.iter().any(|other| other.serial == *serial)) {
        return Err(error);
    }
    if wishes.yes {
        return Ok(());
    }
    if !context.may_ask {
        return Err(error.hint("Add it a second time: --yes"));
    }
    let known = capitalised(error.message());
    if prompt::confirm(&format!("{known}. Add it a second time?"))? {
        return Ok(());
    }
    Err(Error::new(error::Kind::Other, "nothing was added"))
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.trim().to_lowercase()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

/// Cuts what is too long to be stored, and says so.
fn cut(account: &mut AccountFields) -> Vec<String> {
    // What a link says is the daemon's to read, unless it is too long.
    if let Some(link) = account.uri.as_ref().and_then(|link| uri::parse(link).ok()) {
        let long = |text: String| (text.chars().count() > MAX_FIELD).then_some(text);
        account.issuer = account.issuer.take().or_else(|| long(link.issuer));
        account.username = account.username.take().or_else(|| long(link.username));
    }
    let texts = [
        ("name", &mut account.name, MAX_NAME),
        ("issuer", &mut account.issuer, MAX_FIELD),
        ("user name", &mut account.username, MAX_FIELD),
    ];
    let is_long = |text: &String, max| text.chars().count() > max;
    let cut = texts.into_iter().filter_map(|(what, text, max)| {
        let text = text.as_mut().filter(|text| is_long(text, max))?;
        let cut = naming::fit(text, max);
        cut.then(|| format!("its {what} was cut to {max} characters"))
    });
    cut.collect()
}

/// What the command line says of the account.
pub(super) fn given(args: Add) -> AccountFields {
    AccountFields {
        name: args.name,
        kind: args.kind.map(kind),
        pinned: args.pin.then_some(true),
        ..details(args.details)
    }
}

pub(super) fn wishes(args: &Add) -> Wishes {
    Wishes {
        yes: args.yes,
        incomplete: args.allow_incomplete,
        weak: args.weak,
        json: args.json,
    }
}

/// Finds what clap cannot, before anything is read.
fn check(context: &Context, args: &Add) -> Result<(), Error> {
    match (&args.uri, &args.secret) {
        (Some(value), _) => only_standard_input("--uri", value),
        (None, Some(value)) => only_standard_input("--secret", value),
        (None, None) if context.may_ask => Ok(()),
        (None, None) => Err(
            Error::usage("there is no terminal to ask for the secret on")
                .hint("Give it on standard input: --uri - for a link, --secret - for a secret")
                .hint("Or take a QR code: --qr FILE, --screen, --clipboard"),
        ),
    }
}

type Source = (Option<Zeroizing<String>>, Option<Zeroizing<String>>);

/// The link or the secret, from standard input or from a person.
fn source(args: &Add) -> Result<Source, Error> {
    let from_input = args.uri.is_some() || args.secret.is_some();
    let text = if from_input {
        prompt::standard_input()?
    } else {
        prompt::hidden("Secret or otpauth:// link (it is not shown)")?
    };
    let begin = text.trim_start().get(..EXPORT.len());
    if begin.is_some_and(|begin| begin.eq_ignore_ascii_case(EXPORT)) {
        let error = "this is an export of Google Authenticator, which may hold several accounts";
        return Err(Error::usage(error).hint(
            "Import it: mfactl import FILE, where FILE is a picture of its QR code or a text with the link",
        ));
    }
    let is_link = args.uri.is_some() || !from_input && text.contains("://");
    Ok(if is_link {
        (Some(text), None)
    } else {
        (None, Some(text))
    })
}

/// A secret on the command line would be seen by every program; it is not even repeated here.
fn only_standard_input(flag: &str, value: &OsStr) -> Result<(), Error> {
    if value == "-" {
        return Ok(());
    }
    let message = format!("{flag} takes only “-”, for standard input");
    Err(Error::usage(message).hint(
        "A secret does not belong on the command line, where other programs can read it. It may \
         be in the history of your shell now: remove it there.",
    ))
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Totp => "totp",
        Kind::Hotp => "hotp",
        Kind::Steam => "steam",
    }
    .to_owned()
}

/// The fields that `add` and `edit` share.
pub(super) fn details(details: Details) -> AccountFields {
    AccountFields {
        issuer: details.issuer,
        username: details.username,
        algorithm: details.algorithm,
        digits: details.digits,
        period: details.period,
        counter: details.counter,
        tags: (!details.tags.is_empty()).then_some(details.tags),
        serial: details.serial,
        note: details.note,
        ..AccountFields::default()
    }
}
