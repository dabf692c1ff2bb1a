//! `mfactl lock` and `mfactl unlock`.

use std::path::PathBuf;

use clap::Args as Arguments;
use zeroize::Zeroizing;

use super::context::{Context, PASSPHRASE, connect};
use crate::error::{Error, Kind};
use crate::prompt;

/// Where a passphrase comes from.
#[derive(Debug, Arguments)]
pub(crate) struct Passphrase {
    /// Read the passphrase of the vault file from the first line of FILE (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
}

pub(super) async fn lock(context: &Context) -> Result<(), Error> {
    // A daemon that is not running is started, because it has to remember the lock too.
    let client = connect().await?;
    client.lock().await?;
    context.output.hint("locked. To unlock: mfactl unlock");
    Ok(())
}

pub(super) async fn unlock(context: &Context, args: Passphrase) -> Result<(), Error> {
    let client = connect().await?;
    if let Some(file) = args.password_file.as_deref() {
        client
            .unlock_vault(&prompt::passphrase(Some(file), PASSPHRASE, false)?)
            .await?;
        context.output.hint("unlocked");
        return Ok(());
    }
    match client.unlock().await {
        Ok(()) => {}
        // A passphrase file that the configuration names may hold an old passphrase.
        Err(mfa_ipc::Error::Locked(_) | mfa_ipc::Error::AccessDenied(_))
            if client.status().await?.vault_file =>
        {
            client.unlock_vault(&ask(context)?).await?;
        }
        // This also works from a launcher: a user who gives this command wants to be asked.
        Err(mfa_ipc::Error::Locked(_)) if context.may_ask || context.may_prompt => {
            context
                .output
                .hint("waiting up to 60 s for you to answer the prompt…");
            client.interactive(true).unlock().await?;
        }
        Err(error) => return Err(error.into()),
    }
    context.output.hint("unlocked");
    Ok(())
}

/// Asks for the passphrase of the vault file. A launcher has no terminal, but perhaps there is the tray, which asks
/// in a window.
fn ask(context: &Context) -> Result<Zeroizing<String>, Error> {
    prompt::passphrase(None, PASSPHRASE, false).map_err(|error| match error.kind {
        Kind::Usage if context.may_prompt => {
            error.hint("Or choose “Unlock…” in the menu of the tray (mfa-tray)")
        }
        _ => error,
    })
}
