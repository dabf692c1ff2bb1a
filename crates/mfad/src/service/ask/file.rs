//! The vault file: opening it with a passphrase, and creating it.
//!
//! Both take time, so each is an [`attempt`](crate::service::attempt). The asker waits for its result.

use mfa_core::lock::Reason;
use mfa_ipc::Error;
use tokio::sync::oneshot;

use super::{Ask, Needs, Served};
use crate::keychain::{Keychain, Passphrase, VaultFile};
use crate::service::attempt::Attempt;
use crate::service::consent::Applicant;
use crate::service::state::{self, State};
use crate::service::{Fallback, Service, errors};

/// The result of an attempt that is under way.
pub(in crate::service) type Awaited<T> = oneshot::Receiver<Result<T, Error>>;

/// A request to try a passphrase.
pub(in crate::service) struct OpenFile(pub(in crate::service) Passphrase);

/// A request to create a vault file: the one in use, or the fallback where no OS keychain answers.
pub(in crate::service) struct MakeFile(pub(in crate::service) Passphrase);

impl Ask for OpenFile {
    type Answer = Awaited<()>;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let file = service.parts.keychain.vault_file();
        let file = file.ok_or_else(errors::no_file)?;
        let (reply, awaited) = oneshot::channel();
        service.begin_attempt(Attempt::Open(reply), open(file, self.0))?;
        Ok(Served::Now(awaited))
    }
}

impl Ask for MakeFile {
    type Answer = Awaited<String>;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        // The new file ends the lock, which the file that was there before may not do without a proof.
        let file = service.parts.keychain.vault_file();
        let opens_by_itself = file.is_some_and(|file| !file.needs_passphrase());
        if service.door.state.is_locked_by_user() && opens_by_itself {
            return Err(errors::locked(Reason::Request));
        }
        let (reply, awaited) = oneshot::channel();
        let current = service.parts.keychain.clone();
        let fallback = service.parts.fallback.clone();
        let making = make(current, fallback, self.0);
        service.begin_attempt(Attempt::Make(reply), making)?;
        Ok(Served::Now(awaited))
    }
}

impl Service {
    /// Uses a vault file from now on, and returns its path.
    pub(in crate::service) fn switch_to(&mut self, file: VaultFile) -> String {
        let path = file.path().display().to_string();
        let keychain = Keychain::from(file);
        self.door.watcher.abort();
        (self.door.watcher, self.door.changes) = state::watch(&keychain);
        self.parts.keychain = keychain;
        self.end_lock(true);
        if self.door.state != State::Probing && self.stays_locked().is_none() {
            self.door.state = State::Closed;
        }
        self.open();
        path
    }
}

async fn open(file: VaultFile, passphrase: Passphrase) -> Result<VaultFile, Error> {
    let opened = file.open(passphrase).await;
    opened.map_err(|error| errors::store(&error))?;
    Ok(file)
}

async fn make(
    current: Keychain,
    fallback: Option<Fallback>,
    passphrase: Passphrase,
) -> Result<VaultFile, Error> {
    if let Some(file) = current.vault_file() {
        if file.path().exists() {
            return Err(errors::file_exists(file.path()));
        }
        let made = file.create(passphrase).await;
        made.map_err(|error| errors::store(&error))?;
        return Ok(file);
    }
    let fallback = fallback.ok_or_else(errors::no_file)?;
    if current.state().await.is_ok() {
        return Err(errors::keychain_answers());
    }
    if fallback.path.exists() {
        return Err(errors::file_exists(&fallback.path));
    }
    let file = VaultFile::new(fallback.path.clone(), None);
    let made = file.create(passphrase).await;
    made.map_err(|error| errors::store(&error))?;
    if let Err(error) = (fallback.remember)(&fallback.path) {
        return Err(errors::configuration_not_written(&error));
    }
    Ok(file)
}
