//! Unlocking, with the passphrase of a vault file or without.

use mfa_core::lock::Reason;
use mfa_core::port::StoreError;
use mfa_ipc::Error;

use super::Handle;
use crate::caller::Asker;
use crate::keychain::{self, Keychain, Passphrase};
use crate::presence::Proof;
use crate::service::ask::{
    Awaited, EndLock, MakeFile, MayUnlock, NotProved, Open, OpenFile, ToUnlock, Unlocking,
};
use crate::service::errors;

impl Handle {
    /// Opens the accounts. If the user locked them, the user has to allow it to a program, and a person has to prove to be
    /// there.
    pub(crate) async fn unlock(&self, asker: &Asker) -> Result<(), Error> {
        let Unlocking {
            locks,
            presence,
            keychain,
            ..
        } = self.ask(asker, ToUnlock).await?;
        let mut permit = None;
        if presence.is_some() {
            permit = self.ask(asker, MayUnlock).await?;
            // A refusal is noted within the turn, and looked up within the next one. Otherwise a program that asks many
            // times at once could raise a prompt in between.
            let turn = self.proving.try_lock();
            let _turn = turn.map_err(|_| errors::proof_underway())?;
            let unlocking = self.ask(asker, ToUnlock).await?;
            self.prove(asker, &unlocking).await?;
            asker.check()?;
        }
        self.open(asker, EndLock::After(locks, permit)).await?;
        match keychain {
            Some(keychain) => unlock_keychain(asker, keychain).await,
            None => Ok(()),
        }
    }

    /// Asks for a proof that a person is there, if one is needed. After a refusal, the same asker raises no prompt for a
    /// while, but is let in if no prompt is needed.
    async fn prove(&self, asker: &Asker, unlocking: &Unlocking) -> Result<(), Error> {
        let Some(presence) = &unlocking.presence else {
            return Ok(());
        };
        let silence = unlocking.silence.filter(|_| asker.interactive);
        let may_prompt = asker.interactive && silence.is_none();
        tracing::info!(caller = %asker.caller, may_prompt, "asks to undo the lock of the user");
        let proof = presence.prove(may_prompt).await;
        tracing::info!(?proof, "proof of presence");
        match (proof, silence) {
            // Where the system has nothing to ask with, what the user has said about the program has to do.
            (Proof::Given | Proof::Impossible, _) => Ok(()),
            (Proof::Busy, _) => Err(errors::proof_underway()),
            (_, Some(left)) => Err(errors::no_prompt_yet(left)),
            (Proof::NeedsPrompt, None) => Err(errors::locked(Reason::Request)),
            (Proof::NoAgent, None) => Err(errors::no_agent(std::process::id())),
            (Proof::Refused, None) => {
                if may_prompt {
                    self.ask(asker, NotProved).await?;
                }
                Err(errors::not_proved())
            }
        }
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

/// Unlocks a keychain that was locked while the accounts stayed open: nothing can be changed without it.
async fn unlock_keychain(asker: &Asker, keychain: Keychain) -> Result<(), Error> {
    match keychain.state().await {
        Ok(keychain::State::Locked) if asker.interactive => {
            let prompted = keychain.prompt().await;
            prompted.map_err(|error| errors::unanswered(&error))
        }
        Ok(keychain::State::Locked) => Err(errors::store(&StoreError::Locked)),
        Ok(keychain::State::Open) => Ok(()),
        Err(error) => Err(errors::store(&error)),
    }
}

/// Waits for an attempt. It is answered however it ends, unless the service ends.
async fn wait<T>(awaited: Awaited<T>) -> Result<T, Error> {
    awaited
        .await
        .unwrap_or_else(|_| Err(errors::shutting_down()))
}
