//! The vault file: opening it with a passphrase, and making it.

use mfa_core::access::Caller;
use mfa_ipc::Error;
use zeroize::Zeroizing;

use super::door::{Door, Event};
use super::request::Reply;
use super::{Fallback, Service, answer, errors, watch_keychain};
use crate::keychain::Keychain;

impl Service {
    pub(super) fn unlock_file(
        &mut self,
        passphrase: Zeroizing<String>,
        caller: Caller,
        reply: Reply<()>,
    ) {
        if self.parts.keychain.path().is_none() {
            return answer(reply, Err(errors::no_file()));
        }
        // Trying costs memory and time, so nobody tries many at once.
        if std::mem::replace(&mut self.trying, true) {
            return answer(reply, Err(errors::one_at_a_time()));
        }
        let keychain = self.parts.keychain.clone();
        self.tasks.spawn(async move {
            Event::FileOpened(keychain.open(passphrase).await, caller, reply)
        });
    }

    /// Makes a vault file: the one in use, or the fallback where no OS keychain answers.
    pub(super) fn create_file(&mut self, passphrase: Zeroizing<String>, reply: Reply<String>) {
        let current = self.parts.keychain.clone();
        let fallback = self.parts.fallback.clone();
        self.tasks.spawn(async move {
            let created = create(current, fallback, passphrase).await;
            Event::FileCreated(created, reply)
        });
    }

    pub(super) fn switch_to(&mut self, keychain: Keychain, reply: Reply<String>) {
        let path = keychain
            .path()
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        self.watcher.abort();
        (self.watcher, self.changes) = watch_keychain(&keychain);
        self.parts.keychain = keychain;
        self.end_lock();
        if self.door != Door::Probing {
            self.door = Door::Closed;
        }
        self.open();
        answer(reply, Ok(path));
    }
}

async fn create(
    current: Keychain,
    fallback: Option<Fallback>,
    passphrase: Zeroizing<String>,
) -> Result<Keychain, Error> {
    if let Some(path) = current.path() {
        if path.exists() {
            return Err(errors::file_exists(path));
        }
        current
            .create(passphrase)
            .await
            .map_err(|error| errors::store(&error))?;
        return Ok(current);
    }
    let fallback = fallback.ok_or_else(errors::no_file)?;
    if current.state().await.is_ok() {
        return Err(errors::keychain_answers());
    }
    if fallback.path.exists() {
        return Err(errors::file_exists(&fallback.path));
    }
    let keychain = Keychain::file(fallback.path.clone(), None);
    keychain
        .create(passphrase)
        .await
        .map_err(|error| errors::store(&error))?;
    if let Err(error) = (fallback.remember)(&fallback.path) {
        return Err(Error::Failed(format!(
            "the configuration cannot be written: {error}"
        )));
    }
    Ok(keychain)
}
