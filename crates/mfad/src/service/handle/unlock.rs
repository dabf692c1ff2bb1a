//! Unlocking, with the passphrase of a vault file or without.

use mfa_core::lock::Reason;
use mfa_ipc::Error;

use super::Handle;
use crate::caller::Asker;
use crate::keychain::Passphrase;
use crate::presence::Proof;
use crate::service::ask::{Awaited, EndLock, MakeFile, Open, OpenFile, ToUnlock, Unlocking};
use crate::service::errors;

impl Handle {
    /// Opens the accounts. If the user locked them, a person has to prove to be there.
    pub(crate) async fn unlock(&self, asker: &Asker) -> Result<(), Error> {
        let Unlocking { locks, presence } = self.ask(asker, ToUnlock).await?;
        if let Some(presence) = presence {
            tracing::info!(caller = %asker.caller, "asks to undo the lock of the user");
            let proof = presence.prove(asker.interactive).await;
            tracing::info!(?proof, "proof of presence");
            match proof {
                // Where the system has nothing to ask with, the lock is undone as it was made.
                Proof::Given | Proof::Impossible => {}
                Proof::NeedsPrompt => return Err(errors::locked(Reason::Request)),
                Proof::NoAgent => return Err(errors::no_agent(std::process::id())),
                Proof::Refused => return Err(errors::not_proved()),
                Proof::Busy => return Err(errors::proof_underway()),
            }
            asker.check()?;
        }
        self.open(asker, EndLock::After(locks)).await
    }

    async fn open(&self, asker: &Asker, end: EndLock) -> Result<(), Error> {
        self.ask(asker, end).await?;
        self.ask(asker, Open).await
    }

    /// Opens the vault file with a passphrase, and reads it.
    pub(crate) async fn unlock_file(
        &self,
        asker: &Asker,
        passphrase: Passphrase,
    ) -> Result<(), Error> {
        wait(self.ask(asker, OpenFile(passphrase)).await?).await?;
        self.open(asker, EndLock::ByPassphrase).await
    }

    /// Creates a vault file, and returns its path.
    pub(crate) async fn make_file(
        &self,
        asker: &Asker,
        passphrase: Passphrase,
    ) -> Result<String, Error> {
        wait(self.ask(asker, MakeFile(passphrase)).await?).await
    }
}

/// Waits for an attempt. It is answered however it ends, unless the service ends.
async fn wait<T>(awaited: Awaited<T>) -> Result<T, Error> {
    awaited
        .await
        .unwrap_or_else(|_| Err(errors::shutting_down()))
}
