//! Unlocks the accounts. A keychain shows its own prompt; for a vault file, the tray asks.

use mfa_ipc::{Client, Error};

use crate::prompt::Answer;
use crate::prompt::pinentry::{self, Question};

/// The number of tries for a passphrase.
const TRIES: usize = 3;
/// The fault of an empty answer.
pub(crate) const EMPTY: &str = "Enter the passphrase.";
/// The fault of a wrong passphrase.
pub(crate) const WRONG: &str = "Wrong passphrase. Try again.";

/// Unlocks the accounts. The user has just asked for that and can answer a prompt. `token` is the right to open a window,
/// if the desktop gave one.
///
/// # Errors
/// Those of `Unlock` and `UnlockVault`. It is not an error if the user cancels.
pub(crate) async fn unlock(client: Client, token: Option<String>) -> Result<(), Error> {
    match client.interactive(true).unlock().await {
        // A vault file has its own passphrase, for which no desktop has a prompt.
        Err(Error::Locked(_) | Error::AccessDenied(_)) if is_vault(&client).await => {
            by_passphrase(&client, token.as_deref()).await
        }
        result => result,
    }
}

async fn is_vault(client: &Client) -> bool {
    client.status().await.is_ok_and(|status| status.vault_file)
}

async fn by_passphrase(client: &Client, token: Option<&str>) -> Result<(), Error> {
    let mut error = None;
    for _ in 0..TRIES {
        error = match pinentry::ask(&question(error), token).await {
            Answer::Given(passphrase) if passphrase.is_empty() => Some(EMPTY),
            Answer::Given(passphrase) => match client.unlock_vault(&passphrase).await {
                Err(Error::AccessDenied(_)) => Some(WRONG),
                result => return result,
            },
            Answer::Cancelled => return Ok(()),
            Answer::Nobody => return Err(no_prompt()),
        };
    }
    Err(wrong())
}

/// Returns the question for the passphrase, with the fault of the last answer.
pub(crate) fn question(error: Option<&str>) -> Question<'_> {
    Question {
        title: "mfactl",
        text: "Your accounts are in an encrypted vault file.",
        prompt: "Passphrase:",
        error,
    }
}

/// Returns the error if no program can ask for the passphrase.
pub(crate) fn no_prompt() -> Error {
    let text = "cannot ask for the passphrase of the vault file: run mfactl unlock in a terminal";
    Error::Locked(text.into())
}

/// Returns the error after the last wrong passphrase.
pub(crate) fn wrong() -> Error {
    Error::AccessDenied("the passphrase of the vault file is wrong".into())
}
