//! The one owner of accounts, secrets and policy.
//!
//! All other parts ask it through a [`Handle`] and await the answer. The service itself never waits: anything
//! that takes time (the keychain, a prompt) runs as a task and comes back as an event. So a prompt that nobody
//! answers, or a keychain that hangs, delays only the requests that need it.
//!
//! | file | what it does |
//! |---|---|
//! | `handle` | how the other parts ask the service, in one step or in several |
//! | `ask` | the requests that change no account, one file each |
//! | `change` | the changes, one file each, and their queue |
//! | `request` | a request on its way: served, refused or put aside |
//! | `reply` | the channel that an answer is sent to, and how whatever waits for one is refused |
//! | `errands` | tasks, and who waits for each |
//! | `parking` | the requests that are put aside, and `cause` the causes for that |
//! | `consent` | decides who may have what, and asks the user |
//! | `backup` | makes automatic backups |
//! | `door` | opens the accounts from the keychain and closes them |
//! | `attempt` | opens or creates a vault file with a passphrase |
//! | `state` | the states of the accounts, and the events that change them |
//! | `lock` | locks the accounts, and undoes that |
//! | `session` | locks and opens the accounts with the session of the user |
//! | `items` | reads the items of the keychain |
//! | `accounts` | the accounts that were read |
//! | `series` | a code and the codes after it, handed out together |
//! | `import` | decides what becomes of each account of an import |
//! | `restore` | decides what becomes of each account of a backup |
//! | `notes` | the notes on a store |
//! | `redo` | completes the changes of many accounts that are decided |
//! | `announce` | the events and properties that are announced without being asked for |
//! | `errors` | converts errors into answers |

mod accounts;
mod announce;
pub(crate) mod ask;
mod attempt;
mod backup;
mod cause;
pub(crate) mod change;
pub(crate) mod consent;
mod door;
mod errands;
mod errors;
mod handle;
mod import;
mod items;
mod lock;
mod moving;
mod notes;
mod parking;
mod redo;
mod reply;
mod request;
mod restore;
mod series;
mod session;
mod state;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mfa_core::port::{Clock, Journal, Notes};
use tokio::sync::mpsc;

use crate::backups::Folder;
use crate::copiers::Copiers;
use crate::keychain::Keychain;
use crate::presence::Presence;
use crate::session::Events;
use accounts::Accounts;
use announce::Announcer;
pub use announce::{Public, Signal};
use ask::Followed;
use backup::Backups;
use change::Queue;
use consent::Consent;
pub use consent::Parts as ConsentParts;
use door::Door;
pub use handle::Handle;
pub(crate) use handle::Synced;
use parking::Parking;
use request::Request;
pub(crate) use series::CodeSeries;

/// The number of requests that may wait to be looked at.
const QUEUE: usize = 64;

/// The parts of the service.
pub struct Parts {
    /// The keychain that holds the accounts.
    pub keychain: Keychain,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The journal that keeps the notes.
    pub journal: Box<dyn Journal>,
    /// The notes from before.
    pub notes: Notes,
    /// The policy on when the accounts are locked without a request.
    pub lock: mfa_core::lock::Policy,
    /// What happens to the session of the user.
    pub session: Events,
    /// The way to ask for a proof that a person is there.
    pub presence: Arc<dyn Presence>,
    /// The vault file to use where there is no OS keychain, once the user asks for it.
    pub fallback: Option<Fallback>,
    /// Where automatic backups are written, if they are.
    pub backups: Option<Folder>,
}

/// A function that records which vault file is used.
pub type Remember = dyn Fn(&Path) -> io::Result<()> + Send + Sync;

/// The vault file to use where there is no OS keychain. It is used only if the user asks for it.
#[derive(Clone)]
pub struct Fallback {
    /// The path of the file.
    pub path: PathBuf,
    /// Makes the choice last over a restart.
    pub remember: Arc<Remember>,
}

/// The service; see the module.
pub(crate) struct Service {
    parts: Parts,
    door: Door,
    consent: Consent,
    accounts: Accounts,
    parking: Parking,
    changes: Queue,
    copiers: Copiers,
    backups: Backups,
    followed: Followed,
    announcer: Announcer,
}

/// Starts the service on the current runtime. When all handles are gone, it wipes its secrets and ends, and the
/// task resolves.
#[must_use]
pub fn start(parts: Parts, consent: ConsentParts) -> (Handle, tokio::task::JoinHandle<()>) {
    let (requests, arriving) = mpsc::channel(QUEUE);
    let announcer = Announcer::new();
    let handle = Handle::new(requests, announcer.signals(), announcer.public());
    let service = Service::new(parts, consent, announcer);
    (handle, tokio::spawn(service.run(arriving)))
}

impl Service {
    fn new(parts: Parts, consent: ConsentParts, announcer: Announcer) -> Self {
        Self {
            door: Door::new(&parts),
            consent: Consent::new(consent),
            accounts: Accounts::default(),
            parking: Parking::default(),
            changes: Queue::default(),
            copiers: Copiers::default(),
            backups: Backups::default(),
            followed: Followed::default(),
            announcer,
            parts,
        }
    }

    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        self.look_at_session().await;
        self.open();
        loop {
            self.announcer.locked(self.door.state.is_locked());
            self.announcer.copies(self.copiers.any());
            let (idle, waiting) = (self.idle_check(), self.clock_check());
            let backup = self.backup_check();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => self.arrived(request),
                    None => break,
                },
                Some(item) = self.door.items.next() => self.item(item),
                Some(event) = self.door.tasks.join_next() => match event {
                    Ok(event) => self.door_event(event),
                    Err(error) => self.door_failed(&error),
                },
                Some((attempt, end)) = self.door.attempts.ended() => {
                    self.attempt_ended(attempt, end);
                }
                Some((change, end)) = self.changes.written() => self.written(change, end),
                Some((holds, end)) = self.backups.made() => self.backed_up(holds, end),
                Some(()) = self.door.changes.recv() => self.look_again(),
                Some(event) = self.parts.session.recv() => self.session_event(event),
                () = self.copiers.forget_who_leaves() => {}
                Some(Ok((id, answer))) = self.consent.questions.answers.join_next() => {
                    self.answered(id, answer);
                }
                // All other work comes first.
                () = tokio::task::yield_now(), if self.parking.has_turns() => self.next_turn(),
                () = sleep(waiting), if waiting.is_some() => self.look_at_clock(),
                () = sleep(idle), if idle.is_some() => self.lock_if_idle(),
                () = sleep(backup), if backup.is_some() => self.back_up(),
            }
        }
        self.door.watcher.abort();
        self.parts.keychain.close().await;
    }

    /// Announces that the accounts have changed.
    fn accounts_changed(&mut self) {
        self.accounts.revision += 1;
        let revision = self.accounts.revision;
        self.announcer.tell(Signal::AccountsChanged { revision });
        self.plan_backup();
    }

    /// Announces that codes were counted. It is stored in the keychain already, so the other places have some time.
    fn counter_moved(&mut self) {
        self.announcer.tell(Signal::CounterMoved);
        self.plan_backup_of_counters();
    }

    /// Returns how long to sleep for the requests that wait for the clock, or for the user.
    fn clock_check(&self) -> Option<Duration> {
        let now = self.parts.clock.unix().unwrap_or(u64::MAX);
        let since_boot = self.parts.clock.since_boot();
        let sleeps = [
            self.parking.sleep(now),
            self.consent.questions.sleep(since_boot),
        ];
        sleeps.into_iter().flatten().min()
    }
}

/// Sleeps, unless what is waited for is due. A timer takes a millisecond at least, and begins anew with each request: many
/// requests, one after the other, would put it off for ever.
async fn sleep(duration: Option<Duration>) {
    if let Some(duration) = duration.filter(|duration| !duration.is_zero()) {
        tokio::time::sleep(duration).await;
    }
}

#[cfg(test)]
mod tests;
