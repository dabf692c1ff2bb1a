//! `mfactl lock` and `mfactl unlock`.

use std::path::PathBuf;

use clap::Args as Arguments;
use mfa_ipc::Error as Refusal;
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
    if let Err(error) = client.unlock().await {
        let needs_user = matches!(error, Refusal::Locked(_) | Refusal::AccessDenied(_));
        let vault_file = needs_user && client.status().await?.vault_file;
        match way(&error, vault_file, context) {
            Some(Way::Passphrase) => client.unlock_vault(&ask(context)?).await?,
            Some(Way::Prompt) => {
                context
                    .output
                    .hint("waiting up to 60 s for you to answer the prompt…");
                client.interactive(true).unlock().await?;
            }
            None => return Err(error.into()),
        }
    }
    context.output.hint("unlocked");
    Ok(())
}

/// What the user can do when the daemon could not open the accounts by itself.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// Type the passphrase of the vault file.
    Passphrase,
    /// Answer the prompt of the keychain.
    Prompt,
}

fn way(error: &Refusal, vault_file: bool, context: &Context) -> Option<Way> {
    match error {
        // A passphrase file that the configuration names may hold an old passphrase.
        Refusal::Locked(_) | Refusal::AccessDenied(_) if vault_file => Some(Way::Passphrase),
        // This also works from a launcher: a user who gives this command wants to be asked.
        Refusal::Locked(_) if context.may_ask || context.may_prompt => Some(Way::Prompt),
        _ => None,
    }
}

/// Asks for the passphrase of the vault file.
fn ask(context: &Context) -> Result<Zeroizing<String>, Error> {
    let passphrase = prompt::passphrase(None, PASSPHRASE, false);
    passphrase.map_err(|error| or_in_the_tray(error, context.may_prompt))
}

/// Adds that a launcher has no terminal, but perhaps there is the tray, which asks in a window.
fn or_in_the_tray(error: Error, may_prompt: bool) -> Error {
    match error.kind {
        Kind::Usage if may_prompt => {
            error.hint("Or choose “Unlock…” in the menu of the tray (mfa-tray)")
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_file_needs_its_passphrase_and_a_keychain_its_prompt() {
        let locked = Refusal::Locked(String::new());
        let denied = Refusal::AccessDenied(String::new());
        for (may_ask, may_prompt, prompt) in [
            (true, true, Some(Way::Prompt)),
            (true, false, Some(Way::Prompt)),
            (false, true, Some(Way::Prompt)),
            (false, false, None),
        ] {
            let context = Context {
                may_prompt,
                ..Context::at_terminal(may_ask)
            };
            assert_eq!(way(&locked, false, &context), prompt);
            // Without a terminal, the error that follows says how to pass it.
            for error in [&locked, &denied] {
                assert_eq!(way(error, true, &context), Some(Way::Passphrase));
            }
        }
    }

    #[test]
    fn another_refusal_is_final() {
        let context = Context {
            may_prompt: true,
            ..Context::at_terminal(true)
        };
        let denied = Refusal::AccessDenied("no".into());
        assert_eq!(way(&denied, false, &context), None);
        assert_eq!(Error::from(denied).kind, Kind::Locked);
        let broken = Refusal::KeychainUnavailable("no keychain".into());
        for vault_file in [true, false] {
            assert_eq!(way(&broken, vault_file, &context), None);
        }
        assert_eq!(Error::from(broken).kind, Kind::Keychain);
    }

    #[test]
    fn without_a_terminal_the_tray_is_another_place_to_type() {
        let error = || Error::usage("no terminal").hint("Pass it in a file.");
        let in_session = or_in_the_tray(error(), true);
        assert_eq!(in_session.kind, Kind::Usage);
        assert_eq!(
            in_session.to_string(),
            "no terminal\n  Pass it in a file.\n  Or choose “Unlock…” in the menu of the tray (mfa-tray)"
        );
        let over_ssh = or_in_the_tray(error(), false);
        assert_eq!(over_ssh.to_string(), error().to_string());
        let wrong = or_in_the_tray(Error::new(Kind::Other, "not UTF-8"), true);
        assert_eq!(wrong.to_string(), "not UTF-8");
    }
}
