//! Locking, and unlocking again.

use std::sync::Arc;
use std::time::Duration;

use mfa_core::access::record::{Action, Ground};
use mfa_core::access::{Use, Who};
use mfa_core::lock::Reason;
use mfa_ipc::Error;

use super::{Ask, Needs, Served};
use crate::keychain::Keychain;
use crate::presence::Presence;
use crate::service::consent::{Applicant, Decision, Permit, Takes};
use crate::service::state::State;
use crate::service::{Service, errors};

/// A request to lock the accounts until they are unlocked. An error means that a restart will undo the lock.
pub(crate) struct Lock;

/// A request for what it takes to undo the locks.
pub(in crate::service) struct ToUnlock;

/// What it takes to undo the locks.
pub(in crate::service) struct Unlocking {
    /// The number of locks so far.
    pub(in crate::service) locks: u64,
    /// The way to prove that a person is there, if the lock of the user needs a proof.
    pub(in crate::service) presence: Option<Arc<dyn Presence>>,
    /// The time for which the asker may raise no prompt, after the user has refused one.
    pub(in crate::service) silence: Option<Duration>,
    /// The keychain, if it may be locked although the accounts are open.
    pub(in crate::service) keychain: Option<Keychain>,
}

/// A request to be allowed to undo the lock of the user, before a proof of presence.
pub(in crate::service) struct MayUnlock;

/// A notice that the user has refused the asker a proof of presence.
pub(in crate::service) struct NotProved;

/// A request to undo the user's lock, so that a request can open the accounts.
///
/// It says what it has seen or proved, so that it undoes no lock that was made since.
pub(in crate::service) enum EndLock {
    /// Nothing was needed, or was proved, when there were this many locks. If the user was asked, the permit is for the log.
    After(u64, Option<Permit>),
    /// The passphrase of the vault file was right.
    ByPassphrase,
}

/// A request for nothing but open accounts.
pub(in crate::service) struct Open;

impl Ask for Lock {
    type Answer = ();

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        service.lock_on_request().map(Served::Now)
    }
}

impl Ask for ToUnlock {
    type Answer = Unlocking;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        service.lock_if_unused();
        let (who, now) = (&asker.caller.who, service.parts.clock.since_boot());
        let silence = service.door.unproved.left(|one| one == who, now);
        let file = service.parts.keychain.vault_file();
        // A passphrase is a proof.
        let is_proved = file.is_some_and(|file| file.needs_passphrase());
        let may_be_locked = service.door.state == State::Open && !service.parts.lock.keychain;
        let needs_proof = service.door.state.is_locked_by_user() && !is_proved;
        Ok(Served::Now(Unlocking {
            locks: service.door.locks,
            presence: needs_proof.then(|| Arc::clone(&service.parts.presence)),
            silence,
            keychain: may_be_locked.then(|| service.parts.keychain.clone()),
        }))
    }
}

impl Ask for MayUnlock {
    type Answer = Option<Permit>;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn takes(&self) -> Option<Takes> {
        Some(Takes(None, Use::Unlock))
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        match service.may_unlock(asker)? {
            // The user needs no line about the user.
            Decision::Yes(permit) => {
                let permit = Some(permit).filter(|permit| permit.ground != Ground::Default);
                Ok(Served::Now(permit))
            }
            Decision::Asked(cause) => Ok(Served::Later(self, cause)),
        }
    }
}

impl Ask for NotProved {
    type Answer = ();

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let (who, now) = (asker.caller.who.clone(), service.parts.clock.since_boot());
        service.door.unproved.begin(who, now);
        Ok(Served::Now(()))
    }
}

impl Ask for EndLock {
    type Answer = ();

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        service.lock_if_unused();
        let is_other = matches!(self, Self::After(locks, _) if locks != service.door.locks);
        if is_other && service.door.state.is_locked_by_user() {
            return Err(errors::locked(Reason::Request));
        }
        let is_person = matches!(asker.caller.who, Who::Person | Who::Tray);
        service.end_lock(is_person);
        if let Self::After(_, Some(permit)) = self {
            service.released(asker, None, Action::Unlock, &permit);
        }
        Ok(Served::Now(()))
    }
}

impl Ask for Open {
    type Answer = ();

    fn serve(self, _: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        Ok(Served::Now(()))
    }
}
