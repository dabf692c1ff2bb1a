//! The attempt to open or to create a vault file with a passphrase.
//!
//! It costs memory and time, and a second new file would take the place of the first, so only one is made at a time.
//! Its asker waits beside the task and not in it, so that it is answered however the attempt ends: with its result, with
//! a lock, or with a panic.

use mfa_ipc::Error;
use tokio::task::JoinError;

use super::errands::Errands;
use super::reply::{Reply, answer};
use super::{Service, errors};
use crate::keychain::VaultFile;

/// The attempt that is under way, if any.
pub(super) type Attempts = Errands<Attempt, Result<VaultFile, Error>>;

/// What an attempt is for, and who waits for it.
pub(super) enum Attempt {
    /// The file is opened.
    Open(Reply<()>),
    /// The file is created. The answer is its path.
    Make(Reply<String>),
}

impl Service {
    /// Begins an attempt, unless one is under way.
    pub(super) fn begin_attempt(
        &mut self,
        attempt: Attempt,
        work: impl Future<Output = Result<VaultFile, Error>> + Send + 'static,
    ) -> Result<(), Error> {
        if !self.door.attempts.is_empty() {
            return Err(errors::one_at_a_time());
        }
        self.door.attempts.start(attempt, work);
        Ok(())
    }

    /// Handles the end of the task of an attempt.
    pub(super) fn attempt_ended(
        &mut self,
        attempt: Attempt,
        end: Result<Result<VaultFile, Error>, JoinError>,
    ) {
        let result = end.unwrap_or_else(|error| {
            tracing::error!(%error, "a task ended unexpectedly");
            Err(errors::internal())
        });
        if result.is_ok() {
            // Whoever has typed the passphrase is there. The file may be read before the next request comes.
            self.door.last_request = self.parts.clock.since_boot();
        }
        self.answer_attempt(attempt, result);
    }

    /// Ends the attempt that is under way, because the accounts are locked: it would open them again.
    pub(super) fn stop_attempt(&mut self) {
        for attempt in self.door.attempts.stop() {
            self.answer_attempt(attempt, Err(errors::locked_meanwhile()));
        }
    }

    fn answer_attempt(&mut self, attempt: Attempt, result: Result<VaultFile, Error>) {
        match attempt {
            Attempt::Open(reply) => answer(reply, result.map(drop)),
            Attempt::Make(reply) => {
                let path = result.map(|file| self.switch_to(file));
                answer(reply, path);
            }
        }
    }
}
