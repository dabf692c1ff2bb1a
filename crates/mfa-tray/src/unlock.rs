//! Unlocks the accounts: a keychain asks by a prompt of its own, for a vault file we do.

use mfa_ipc::{Client, Error};

use crate::prompt::Answer;
use crate::prompt::pinentry::{self, Question};

/// How often a passphrase is asked for.
const TRIES: usize = 3;

/// Unlocks them; the user has just asked for that, and will answer a prompt.
///
/// # Errors
/// Those of `Unlock` and `UnlockVault`. A user who does not want to any more is none.
pub(crate) async fn unlock(client: Client) -> Result<(), Error> {
    match client.interactive(true).unlock().await {
        // A vault file has a passphrase of its own, for which no desktop has a prompt.
        Err(Error::Locked(_) | Error::AccessDenied(_)) if is_vault(&client).await => {
            by_passphrase(&client).await
        }
        result => result,
    }
}

async fn is_vault(client: &Client) -> bool {
    client.status().await.is_ok_and(|status| status.vault_file)
}

async fn by_passphrase(client: &Client) -> Result<(), Error> {
    let mut error = None;
    for _ in 0..TRIES {
        let question = Question {
            title: "mfactl",
            text: "Your accounts are in an encrypted vault file.",
            prompt: "Passphrase:",
            error,
        };
        error = match pinentry::ask(&question).await {
            Answer::Given(passphrase) if passphrase.is_empty() => Some("Nothing was typed."),
            Answer::Given(passphrase) => match client.unlock_vault(&passphrase).await {
                Err(Error::AccessDenied(_)) => Some("That is not its passphrase. Try again."),
                result => return result,
            },
            Answer::Cancelled => return Ok(()),
            Answer::Nobody => {
                let text = "the vault file needs its passphrase: run mfactl unlock in a terminal";
                return Err(Error::Locked(text.into()));
            }
        };
    }
    Err(Error::AccessDenied(
        "that was not the passphrase of the vault file".into(),
    ))
}
