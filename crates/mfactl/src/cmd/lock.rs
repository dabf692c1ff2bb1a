//! `mfactl lock` and `mfactl unlock`.

use mfa_ipc::Client;

use super::{Context, connect};
use crate::args::Passphrase;
use crate::error::Error;
use crate::prompt;

const QUESTION: &str = "Passphrase of the vault (it is not shown)";

pub(super) async fn lock(context: &Context) -> Result<(), Error> {
    // A daemon that is not running has to remember it too.
    let client = connect().await?;
    client.lock().await?;
    context.output.hint("locked. To unlock: mfactl unlock");
    Ok(())
}

pub(super) async fn unlock(context: &Context, args: Passphrase) -> Result<(), Error> {
    let client = connect().await?;
    if let Some(file) = args.password_file.as_deref() {
        client
            .unlock_vault(&prompt::passphrase(Some(file), QUESTION, false)?)
            .await?;
        context.output.hint("unlocked");
        return Ok(());
    }
    match client.unlock().await {
        Ok(()) => {}
        // A file that the configuration names may hold an old passphrase.
        Err(mfa_ipc::Error::Locked(_) | mfa_ipc::Error::AccessDenied(_))
            if client.status().await?.vault_file =>
        {
            client
                .unlock_vault(&prompt::passphrase(None, QUESTION, false)?)
                .await?;
        }
        // From a launcher, too: who gives this command wants to be asked.
        Err(mfa_ipc::Error::Locked(_)) if context.may_ask || context.may_prompt => {
            announce(context);
            client.interactive(true).unlock().await?;
        }
        Err(error) => return Err(error.into()),
    }
    context.output.hint("unlocked");
    Ok(())
}

/// Has the user unlock what a request needs: a vault file here, an OS keychain by its own prompt.
///
/// What the user has locked, or left idle, stays locked until `mfactl unlock`.
pub(super) async fn by_the_user(
    context: &Context,
    client: &Client,
    locked: mfa_ipc::Error,
) -> Result<(), Error> {
    let status = client.status().await?;
    if status.vault_file {
        client
            .unlock_vault(&prompt::passphrase(None, QUESTION, false)?)
            .await?;
    } else if status.locked_by_user {
        return Err(locked.into());
    } else {
        announce(context);
    }
    Ok(())
}

fn announce(context: &Context) {
    context
        .output
        .hint("the keychain is locked; waiting up to 60 s for you to unlock it…");
}
