//! `mfactl add`: adds an account from a link or a secret, neither of which is ever an argument. The module
//! `scan` adds accounts from QR codes.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args as Arguments, ValueEnum};
use mfa_core::{Account, AccountChange};
use mfa_ipc::Client;
use mfa_ipc::types::AddOptions;
use zeroize::Zeroizing;

use super::context::Context;
use super::details::{self, Details};
use super::{known, strength};
use crate::error::Error;
use crate::prompt;
use crate::text::clean;

/// The beginning of an export of Google Authenticator.
const EXPORT: &str = "otpauth-migration://";

/// The arguments of `add`.
#[derive(Debug, Arguments)]
pub(crate) struct Add {
    /// Name of the account [default: made from the issuer]
    pub(super) name: Option<String>,
    /// Read QR codes from a picture (PNG, JPEG, WebP, BMP, GIF or PNM), or - for standard input
    #[arg(long, value_name = "FILE", group = "source")]
    pub(super) qr: Option<PathBuf>,
    /// Read QR codes from the screen
    #[arg(long, group = "source")]
    pub(super) screen: bool,
    /// Read a link, a secret or a picture of QR codes from the clipboard
    #[arg(long, group = "source")]
    pub(super) clipboard: bool,
    /// Read an otpauth:// link from standard input; the value is always “-”
    #[arg(long, value_name = "-", group = "source")]
    pub(super) uri: Option<OsString>,
    /// Read a base32 secret from standard input; the value is always “-”
    #[arg(long, value_name = "-", group = "source")]
    pub(super) secret: Option<OsString>,
    /// Kind of code [default: totp]
    #[arg(long = "type", value_name = "TYPE")]
    pub(super) kind: Option<Kind>,
    /// Its details
    #[command(flatten)]
    pub(super) details: Details,
    /// Show the account first in menus
    #[arg(long)]
    pub(super) pin: bool,
    /// Do not ask; add the account even if its secret is already stored
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Add the accounts that were found, even if a QR code of the export is missing
    #[arg(long)]
    pub(super) allow_incomplete: bool,
    /// Add the account even if its secret is shorter than 40 bits
    #[arg(long)]
    pub(super) weak: bool,
    /// Print the account as JSON; for several accounts, print what import --json prints
    #[arg(long)]
    pub(super) json: bool,
}

/// The kinds of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Time-based
    Totp,
    /// Counter-based
    Hotp,
    /// Time-based, with Steam's letters and digits
    Steam,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Hotp => "hotp",
            Self::Steam => "steam",
        }
    }
}

/// The options for adding, independent of the account.
#[derive(Clone, Copy)]
pub(super) struct Wishes {
    /// Whether to ask nothing.
    pub(super) yes: bool,
    /// Whether a part of an export is enough.
    pub(super) incomplete: bool,
    /// Whether a secret may be too short.
    pub(super) weak: bool,
    pub(super) json: bool,
}

pub(super) async fn run(context: &Context, args: Add) -> Result<(), Error> {
    check(context, &args)?;
    let client = known::ready(context, args.name.as_deref()).await?;
    let (uri, secret) = source(&args)?;
    let wishes = wishes(&args);
    let account = AccountChange {
        uri,
        secret,
        ..given(args)
    };
    one(context, &client, account, wishes, "").await
}

/// Adds an account, and prints its name and `rest`: sentences about others that were found and not added.
pub(super) async fn one(
    context: &Context,
    client: &Client,
    mut account: AccountChange,
    wishes: Wishes,
    rest: &str,
) -> Result<(), Error> {
    let mut remarks = mfa_core::cut(&mut account);
    remarks.extend(strength::check(&account, wishes.weak)?);
    let options = AddOptions::default();
    let added = context.ask(client, async |client| client.add(&account, options).await);
    let account = match added.await {
        Err(error) if error.is_taken() => {
            let there = error.message().to_owned();
            known::twice(context, client, &account, wishes.yes, error).await?;
            if wishes.yes {
                remarks.push(format!("{there}; it is now stored twice"));
            }
            let options = AddOptions { duplicate: true };
            let added = context.ask(client, async |client| client.add(&account, options).await);
            added.await?
        }
        added => added?,
    };
    if wishes.json {
        context.output.json(&account)?;
    } else {
        let keychain = client.status().await?.keychain;
        let name = clean(&account.name);
        context
            .output
            .line(format_args!("Saved as “{name}” in {keychain}.{rest}"))?;
    }
    for remark in remarks {
        context.output.warn(remark);
    }
    if let Some(hint) = next_step(&account).filter(|_| !wishes.json) {
        context.output.hint(hint);
    }
    Ok(())
}

/// Returns what the service asks for next, if we know it.
fn next_step(account: &Account) -> Option<String> {
    let is_aws = account.issuer.eq_ignore_ascii_case("Amazon Web Services");
    let name = clean(&account.name);
    is_aws.then(|| format!("AWS now asks for two codes in a row: mfactl pair {name}"))
}

/// Returns the fields of the account that the command line gives.
pub(super) fn given(args: Add) -> AccountChange {
    AccountChange {
        name: args.name,
        kind: args.kind.map(|kind| kind.as_str().to_owned()),
        pinned: args.pin.then_some(true),
        ..details::change(args.details)
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

/// Finds the errors that clap cannot find, before anything is read.
fn check(context: &Context, args: &Add) -> Result<(), Error> {
    match (&args.uri, &args.secret) {
        (Some(value), _) => only_standard_input("--uri", value),
        (None, Some(value)) => only_standard_input("--secret", value),
        (None, None) if context.may_ask => Ok(()),
        (None, None) => Err(Error::usage("cannot ask for the secret: no terminal")
            .hint("Pass it on standard input: --uri - for a link, --secret - for a secret")
            .hint("Or read a QR code: --qr FILE, --screen or --clipboard")),
    }
}

type Source = (Option<Zeroizing<String>>, Option<Zeroizing<String>>);

/// Returns the link or the secret, from standard input or from a person.
fn source(args: &Add) -> Result<Source, Error> {
    let from_input = args.uri.is_some() || args.secret.is_some();
    let text = if from_input {
        prompt::standard_input()?
    } else {
        prompt::hidden("Secret or otpauth:// link (not shown)")?
    };
    told_apart(text, args.uri.is_some(), from_input)
}

/// Returns a text as a link or as a secret. A person may type either.
fn told_apart(text: Zeroizing<String>, is_link: bool, from_input: bool) -> Result<Source, Error> {
    let begin = text.trim_start().get(..EXPORT.len());
    if begin.is_some_and(|begin| begin.eq_ignore_ascii_case(EXPORT)) {
        let error = "this is a Google Authenticator export, which can contain several accounts";
        return Err(Error::usage(error).hint(
            "To import it: mfactl import FILE, where FILE is a picture of the QR code or a text file \
             with the link",
        ));
    }
    let is_link = is_link || !from_input && text.contains("://");
    Ok(if is_link {
        (Some(text), None)
    } else {
        (None, Some(text))
    })
}

/// Refuses a secret on the command line, where every program could see it. The error does not repeat it.
fn only_standard_input(flag: &str, value: &OsStr) -> Result<(), Error> {
    if value == "-" {
        return Ok(());
    }
    let message = format!("{flag} accepts only “-”, for standard input");
    Err(Error::usage(message).hint(
        "Do not put a secret on the command line, where other programs can read it. It may now be in your \
         shell history: remove it there.",
    ))
}

#[cfg(test)]
mod tests;
