//! The accounts that exist already: an added account must not take the name, the serial or, unasked, the secret
//! of another one.

use mfa_core::secret::is_key;
use mfa_core::{Account, AccountChange};
use mfa_ipc::Client;

use super::context::{Context, connect};
use crate::error::{self, Error};
use crate::prompt;
use crate::text::clean;

/// Checks whether an account can be stored under this name, before anybody types a secret or shows a QR code.
/// If there is a person, a locked keychain asks to be unlocked.
pub(super) async fn ready(context: &Context, name: Option<&str>) -> Result<Client, Error> {
    if let Some(name) = name {
        check_name(name)?;
    }
    let client = connect().await?;
    match named(context, &client, name).await? {
        None => Ok(client),
        Some(other) => {
            let (name, whose) = (clean(&other.name), clean(&other.described()));
            let text = format!("the name “{name}” is taken by {whose}");
            Err(rename(Error::new(error::Kind::Other, text), &other))
        }
    }
}

/// Returns the account with a name, if any. Without a name, only unlocks the accounts.
async fn named(
    context: &Context,
    client: &Client,
    name: Option<&str>,
) -> Result<Option<Account>, Error> {
    let Some(name) = name else {
        context.ask(client, Client::list_accounts).await?;
        return Ok(None);
    };
    let other = known(context, client, name).await?;
    Ok(other.filter(|other| same(&other.name, name)))
}

/// Returns the account whose name or serial this is, if any.
async fn known(context: &Context, client: &Client, query: &str) -> Result<Option<Account>, Error> {
    let asked = context.ask(client, async |client| client.get_account(query, true).await);
    match asked.await {
        Ok(account) => Ok(Some(account)),
        Err(error) if matches!(error.kind, error::Kind::NoMatch | error::Kind::Ambiguous) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Refuses a name that was meant as a link or a secret: it would be shown wherever accounts are listed.
fn check_name(name: &str) -> Result<(), Error> {
    let history = "It may now be in your shell history: remove it there.";
    if name.contains("://") {
        return Err(Error::usage("this is a link, not a name")
            .hint("Pass the link on standard input: mfactl add --uri -")
            .hint(history));
    }
    if is_key(name) {
        return Err(Error::usage("this is a secret, not a name")
            .hint("Choose a name, and type the secret when asked: mfactl add NAME")
            .hint(history));
    }
    Ok(())
}

fn rename(error: Error, other: &Account) -> Error {
    let name = clean(&other.name);
    error.hint(format!(
        "Choose another name: mfactl add NAME …, or rename the other account: mfactl edit {name} --name …"
    ))
}

/// Handles another account that keeps this one out. If that is because of its secret, asks whether to store the
/// secret twice. The daemon looks at the name first, then at the serial.
pub(super) async fn twice(
    context: &Context,
    client: &Client,
    account: &AccountChange,
    yes: bool,
    error: Error,
) -> Result<(), Error> {
    if let Some(other) = named(context, client, account.name.as_deref()).await? {
        return Err(rename(error, &other));
    }
    if let Some(serial) = &account.serial
        && let Some(other) = known(context, client, serial).await?
        && other.serial == *serial
    {
        return Err(error);
    }
    if yes {
        return Ok(());
    }
    if !context.may_ask {
        return Err(error.hint("To add it a second time: --yes"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_or_a_secret_is_no_name_and_is_not_repeated() {
        for name in [
            "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP",
            "JBSW Y3DP EHPK 3PXP",
        ] {
            let error = check_name(name).unwrap_err();
            assert_eq!(error.kind, error::Kind::Usage);
            let text = error.to_string();
            assert!(text.contains("history") && !text.contains("3PXP"), "{text}");
        }
        assert!(check_name("aws-root").is_ok());
    }

    #[test]
    fn names_are_the_same_whatever_their_case() {
        assert!(same("AWS", "aws ") && same("Ünal", "ünal") && !same("aws", "aws-2"));
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(capitalised("its secret"), "Its secret");
        assert_eq!(capitalised("äußere"), "Äußere");
        assert_eq!(capitalised(""), "");
    }
}
