//! `mfactl vault`: the encrypted file for machines without a keychain.

use std::path::Path;

use clap::Subcommand;
use mfa_ipc::types::Status;
use mfa_ipc::{Client, paths};

use super::context::{Context, connect};
use super::lock::Passphrase;
use crate::error::{Error, Kind};
use crate::finding::Grade;
use crate::platform::{self, RESTART};
use crate::prompt;

/// The commands below `vault`.
#[derive(Debug, Subcommand)]
pub(crate) enum Vault {
    /// Create the vault file and keep accounts in it from now on
    ///
    /// The vault file is in KDBX 4 format, so KeePassXC can open it too. Nobody can open it without the
    /// passphrase.
    Create(Passphrase),
}

pub(super) async fn run(context: &Context, args: Vault) -> Result<(), Error> {
    let Vault::Create(passphrase) = args;
    let client = connect().await?;
    check(&client).await?;
    let question = "New passphrase of the vault file (not shown)";
    let passphrase = prompt::passphrase(passphrase.password_file.as_deref(), question, true)?;
    let path = client.create_vault(&passphrase).await?;
    context
        .output
        .line(format_args!("Accounts are now kept in {path}."))?;
    context
        .output
        .hint("keep the passphrase safe: without it nobody can open the file, not even you");
    Ok(())
}

/// Returns an error if no file can be created, before anybody thinks of a passphrase. The daemon checks again.
async fn check(client: &Client) -> Result<(), Error> {
    // This makes a daemon that was just started look at the keychain.
    let listed = client.list_accounts().await.map(drop);
    let status = client.status().await?;
    let is_there = Path::new(&status.keychain).exists();
    let answers = !status.vault_file && keychain_answers(&status, &listed).await;
    needed(&status, is_there, answers)
}

/// Returns an error if the accounts have a place already: the file of `status`, or a keychain that answers.
fn needed(status: &Status, is_there: bool, answers: bool) -> Result<(), Error> {
    if status.vault_file && is_there {
        let path = &status.keychain;
        return Err(another(&format!("the accounts are already in {path}")));
    }
    if answers {
        let name = match status.keychain.as_str() {
            "none" => "the OS keychain",
            name => name,
        };
        let text = format!("the accounts are in {name}, so no vault file is needed");
        return Err(another(&text));
    }
    Ok(())
}

async fn keychain_answers(status: &Status, listed: &Result<(), mfa_ipc::Error>) -> bool {
    match listed {
        // The daemon does not ask the keychain then.
        Err(mfa_ipc::Error::Locked(_)) if status.is_locked_itself() => {
            platform::keychain().await.grade == Grade::Ok
        }
        Ok(()) | Err(mfa_ipc::Error::Locked(_)) => true,
        Err(_) => false,
    }
}

/// Returns the error for accounts that are already kept somewhere. Only the user may change that.
fn another(what: &str) -> Error {
    let configuration = paths::config();
    Error::new(Kind::Other, what)
        .hint(format!(
            "To keep accounts in a different vault file anyway, set vault = \"FILE\" with its absolute path in {}",
            configuration.display()
        ))
        .hint(format!(
            "The daemon reads the configuration when it starts. {RESTART}"
        ))
        .hint("Then create the file: mfactl vault create")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(keychain: &str, vault_file: bool) -> Status {
        Status {
            keychain: keychain.to_owned(),
            vault_file,
            ..Status::default()
        }
    }

    #[test]
    fn a_file_is_created_only_where_there_is_no_place_yet() {
        let said = |status, is_there, answers| {
            let needed = needed(&status, is_there, answers);
            needed.err().map(|error| error.message().to_owned())
        };
        assert_eq!(said(status("/v.kdbx", true), false, false), None);
        assert_eq!(said(status("none", false), false, false), None);
        let there = said(status("/v.kdbx", true), true, false);
        assert_eq!(
            there.as_deref(),
            Some("the accounts are already in /v.kdbx")
        );
        let keyring = said(status("gnome-keyring", false), false, true);
        let text = "the accounts are in gnome-keyring, so no vault file is needed";
        assert_eq!(keyring.as_deref(), Some(text));
        let unnamed = said(status("none", false), false, true);
        assert!(unnamed.is_some_and(|text| text.contains("in the OS keychain,")));
    }

    #[test]
    fn whoever_wants_another_file_is_told_how() {
        let error = another("there is one").to_string();
        let lines: Vec<_> = error.lines().collect();
        assert_eq!((lines.len(), lines[0]), (4, "there is one"));
        assert!(
            lines[1].contains("vault = \"FILE\"") && lines[3].contains("vault create"),
            "{error}"
        );
    }

    #[test]
    fn a_locked_keychain_answers_and_a_missing_one_does_not() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let status = status("gnome-keyring", false);
        let locked = Err(mfa_ipc::Error::Locked(String::new()));
        assert!(runtime.block_on(keychain_answers(&status, &Ok(()))));
        assert!(runtime.block_on(keychain_answers(&status, &locked)));
        let missing = Err(mfa_ipc::Error::KeychainUnavailable(String::new()));
        assert!(!runtime.block_on(keychain_answers(&status, &missing)));
    }
}
