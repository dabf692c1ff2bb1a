//! `mfactl add`: an account from a link or a secret, neither of which ever is an argument. Accounts
//! from QR codes are next door, in `scan`.

use std::ffi::OsStr;

use mfa_ipc::types::AccountFields;
use zeroize::Zeroizing;

use super::json::Added;
use super::{Context, connect, scan};
use crate::args::{Add, Details, Kind};
use crate::error::Error;
use crate::output::clean;
use crate::prompt;

pub(super) async fn run(context: &Context, args: Add) -> Result<(), Error> {
    if args.qr.is_some() || args.screen || args.clipboard {
        return scan::run(context, args).await;
    }
    let (uri, secret) = source(context, &args)?;
    let json = args.json;
    let fields = AccountFields {
        uri,
        secret,
        ..given(args)
    };
    one(context, &fields, json).await
}

/// Adds an account, and says what it is called now.
pub(super) async fn one(
    context: &Context,
    fields: &AccountFields,
    json: bool,
) -> Result<(), Error> {
    let client = connect().await?;
    let id = context
        .ask(&client, async |client| client.add(fields).await)
        .await?;
    let account = context.account(&client, &id).await?;
    if json {
        return context.output.json(&Added::new(&account));
    }
    let keychain = client.status().await?.keychain;
    context.output.line(format_args!(
        "Saved as “{}” in {keychain}.",
        clean(&account.name)
    ))?;
    if account.issuer.eq_ignore_ascii_case("Amazon Web Services") {
        context.output.hint(format_args!(
            "AWS now asks for two codes in a row: mfactl pair {}",
            clean(&account.name)
        ));
    }
    Ok(())
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

type Source = (Option<Zeroizing<String>>, Option<Zeroizing<String>>);

/// The link or the secret, from standard input or from a person.
fn source(context: &Context, args: &Add) -> Result<Source, Error> {
    if let Some(value) = &args.uri {
        only_standard_input("--uri", value)?;
        return Ok((Some(prompt::standard_input()?), None));
    }
    if let Some(value) = &args.secret {
        only_standard_input("--secret", value)?;
        return Ok((None, Some(prompt::standard_input()?)));
    }
    if !context.may_ask {
        return Err(
            Error::usage("there is no terminal to ask for the secret on")
                .hint("Give it on standard input: --uri - for a link, --secret - for a secret")
                .hint("Or take a QR code: --qr FILE, --screen, --clipboard"),
        );
    }
    let answer = prompt::hidden("Secret or otpauth:// link (it is not shown)")?;
    let is_link = answer.contains("://");
    Ok(if is_link {
        (Some(answer), None)
    } else {
        (None, Some(answer))
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
