//! Opening the vault and closing it.
//!
//! ```text
//!            request            open               read all items
//!   Closed ─────────▶ Probing ───────▶ Loading ───────────────────▶ Open
//!                        │ locked        ▲                            │
//!                        ▼               │ answered                   │ locked, gone, Lock
//!                     Prompting ─────────┘                            ▼
//!                        │ declined, nobody there                  Locked(why)
//!                        └───────────────────────────────────────────▲
//! ```
//!
//! Requests that come meanwhile wait, except where that would mean waiting for a prompt that they
//! did not allow.

use mfa_core::access::Caller;
use mfa_core::item::Entry;
use mfa_core::lock::Reason;
use mfa_core::naming;
use mfa_core::port::StoreError;
use mfa_core::vault::Vault;
use mfa_ipc::Error;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::request::{Action, Reply, Request};
use super::{MAX_WAITING, QUEUE, Service, Signal, answer, errors};
use crate::keychain::{Identity, Item, Keychain, State};

/// Whether the accounts are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// No, and we did not look yet or could not.
    Closed,
    /// We are looking whether the keychain is open.
    Probing,
    /// The user is asked to open it.
    Prompting,
    /// The items are being read.
    Loading,
    /// Yes.
    Open,
    /// No, and this is why.
    Locked(Reason),
}

impl Door {
    pub(super) fn is_locked(self) -> bool {
        matches!(self, Self::Locked(_) | Self::Prompting)
    }

    pub(super) fn is_locked_by_user(self) -> bool {
        matches!(self, Self::Locked(reason) if reason.lasts())
    }

    pub(super) fn is_opening(self) -> bool {
        matches!(self, Self::Probing | Self::Prompting | Self::Loading)
    }
}

/// What comes back from a task that opens the vault.
pub(super) enum Event {
    /// Whether the keychain is open, and which one it is.
    Probed(Result<State, StoreError>, Identity),
    /// The same, because something changed.
    Rechecked(Result<State, StoreError>, Identity),
    Prompted(Result<(), StoreError>),
    Loaded(Result<(), StoreError>),
    FileOpened(Result<(), StoreError>, Caller, Reply<()>),
    FileCreated(Result<Keychain, Error>, Reply<String>),
    Closed,
}

impl Service {
    /// Serves a request now, later or not at all, as the door stands.
    pub(super) fn needs_vault(&mut self, request: Request) {
        self.last_request = self.parts.clock.since_boot();
        match self.door {
            Door::Open => return self.serve(request),
            Door::Loading if self.is_certain(&request) => return self.serve(request),
            door if door.is_locked_by_user() => {
                return request.action.fail(errors::locked_by_user());
            }
            Door::Prompting if !request.interactive => {
                return request.action.fail(errors::store(&StoreError::Locked));
            }
            _ => {}
        }
        if self.waiting.len() >= MAX_WAITING {
            return request.action.fail(errors::too_much());
        }
        self.waiting.push(request);
        self.open();
    }

    /// Whether accounts that are still to be read cannot change the answer.
    fn is_certain(&self, request: &Request) -> bool {
        match &request.action {
            Action::Codes { query, .. } => self.vault.index().certain(query).is_some(),
            Action::Redeem { ticket, .. } => self.vault.get(ticket.id).is_some(),
            _ => false,
        }
    }

    /// Begins to open the vault, unless that is under way or was forbidden by the user.
    pub(super) fn open(&mut self) {
        if matches!(self.door, Door::Closed | Door::Locked(Reason::Keychain)) {
            self.door = Door::Probing;
            self.probe(Event::Probed);
        }
    }

    /// Something happened to the keychain: it may be locked, open or gone.
    pub(super) fn look_again(&mut self) {
        if matches!(
            self.door,
            Door::Open | Door::Closed | Door::Locked(Reason::Keychain)
        ) {
            self.probe(Event::Rechecked);
        }
    }

    fn probe(&mut self, event: fn(Result<State, StoreError>, Identity) -> Event) {
        let keychain = self.parts.keychain.clone();
        self.tasks.spawn(async move {
            let state = keychain.state().await;
            event(state, keychain.identity().await)
        });
    }

    pub(super) fn door_event(&mut self, event: Event) {
        match (event, self.door) {
            (Event::Probed(state, identity), Door::Probing) => {
                self.identify(identity);
                self.probed(state);
            }
            (Event::Rechecked(state, identity), door) => {
                self.identify(identity);
                self.rechecked(state, door);
            }
            (Event::Prompted(Ok(())), Door::Prompting) => self.load(),
            (Event::Prompted(Err(error)), Door::Prompting) => {
                self.door = Door::Locked(Reason::Keychain);
                self.fail_all(&errors::unanswered(&error));
            }
            (Event::Loaded(result), Door::Loading) => self.loaded(result),
            (Event::FileOpened(result, caller, reply), _) => {
                self.trying = false;
                match result {
                    Ok(()) => self.unlock(false, caller, reply),
                    Err(error) => answer(reply, Err(errors::store(&error))),
                }
            }
            (Event::FileCreated(Ok(keychain), reply), _) => self.switch_to(keychain, reply),
            (Event::FileCreated(Err(error), reply), _) => answer(reply, Err(error)),
            (Event::Probed(..) | Event::Prompted(_) | Event::Loaded(_) | Event::Closed, _) => {}
        }
    }

    fn identify(&mut self, Identity { name, store }: Identity) {
        self.publish_keychain(name);
        self.store = store;
    }

    fn probed(&mut self, state: Result<State, StoreError>) {
        match state {
            Ok(State::Open) => self.load(),
            Ok(State::Locked) => self.ask_the_user(),
            Err(error) => self.unavailable(&error),
        }
    }

    fn rechecked(&mut self, state: Result<State, StoreError>, door: Door) {
        match (state, door) {
            (Ok(State::Open), Door::Closed | Door::Locked(Reason::Keychain)) => self.load(),
            (Ok(State::Locked), Door::Open) => {
                self.lock(Reason::Keychain, &errors::store(&StoreError::Locked));
            }
            (Ok(State::Locked), Door::Closed) => self.door = Door::Locked(Reason::Keychain),
            (Err(error), Door::Open | Door::Closed | Door::Locked(Reason::Keychain)) => {
                if door == Door::Open {
                    self.lock(Reason::Keychain, &errors::store(&error));
                }
                self.unavailable(&error);
            }
            _ => {}
        }
    }

    /// Raises a prompt for those who allow it, and sends the others away.
    fn ask_the_user(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let (patient, others): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|request| request.interactive);
        for request in others {
            request.action.fail(errors::store(&StoreError::Locked));
        }
        self.waiting = patient;
        if self.waiting.is_empty() {
            self.door = Door::Locked(Reason::Keychain);
            return;
        }
        self.door = Door::Prompting;
        let keychain = self.parts.keychain.clone();
        self.tasks
            .spawn(async move { Event::Prompted(keychain.prompt().await) });
    }

    /// Begins to read all items.
    fn load(&mut self) {
        self.door = Door::Loading;
        self.fail_dry_runs(&errors::read_again());
        self.vault = Vault::default();
        self.renamed.clear();
        self.left.clear();
        self.unreadable = 0;
        let (sink, items) = mpsc::channel(QUEUE);
        self.items = Some(items);
        let keychain = self.parts.keychain.clone();
        self.tasks
            .spawn(async move { Event::Loaded(keychain.load(sink).await) });
    }

    /// Takes in one item, and serves whoever was waiting for just that.
    pub(super) fn item(&mut self, (id, text): Item) {
        if self.is_left(id) {
            self.left.insert(id);
            return;
        }
        match Entry::from_text(id, &text) {
            Ok(entry) => self.admit(entry),
            Err(error) => {
                tracing::warn!(%id, %error, "left an item alone");
                self.unreadable += 1;
                return;
            }
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (ready, waiting): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|request| self.is_certain(request));
        self.waiting = waiting;
        for request in ready {
            self.serve(request);
        }
    }

    /// Puts an account into the vault. One whose name is taken gets another for the time being: it
    /// comes from a file that another program edits.
    fn admit(&mut self, mut entry: Entry) {
        if self.vault.admits(&entry.account).is_err() {
            let account = &mut entry.account;
            let taken = |name: &str| self.vault.has_name(name);
            self.renamed.insert(account.id, account.name.clone());
            account.name = naming::suggest(&account.name, &account.username, taken);
        }
        self.keep(entry);
    }

    /// Holds an account, in memory that is not swapped out if that can be had.
    pub(super) fn keep(&mut self, entry: Entry) {
        if !mfa_sys::memory::lock(entry.secret.expose()) && self.vault.is_empty() {
            tracing::warn!("secrets may be swapped to disk: raise the limit on locked memory");
        }
        self.vault.put(entry);
    }

    fn loaded(&mut self, result: Result<(), StoreError>) {
        while let Some(item) = self.items.as_mut().and_then(|items| items.try_recv().ok()) {
            self.item(item);
        }
        self.items = None;
        if let Err(error) = result {
            self.vault = Vault::default();
            return self.unavailable(&error);
        }
        self.door = Door::Open;
        self.problem.clear();
        tracing::info!(
            accounts = self.vault.len(),
            unreadable = self.unreadable,
            "open"
        );
        self.signal(Signal::AccountsChanged);
        self.compare_keychain();
        self.discard_left();
        self.write_next();
        for request in std::mem::take(&mut self.waiting) {
            self.serve(request);
        }
    }

    /// The keychain cannot be used: whoever waits is told, and the next request tries again.
    fn unavailable(&mut self, error: &StoreError) {
        self.door = match error {
            StoreError::Locked => Door::Locked(Reason::Keychain),
            _ => Door::Closed,
        };
        self.problem = error.to_string();
        tracing::warn!(%error, "no accounts");
        self.fail_all(&errors::store(error));
    }

    pub(super) fn fail_all(&mut self, error: &Error) {
        for request in self.waiting.drain(..) {
            request.action.fail(error.clone());
        }
        for write in self.writes.drain(..) {
            write.fail(error.clone());
        }
        self.fail_dry_runs(error);
    }

    fn fail_dry_runs(&mut self, error: &Error) {
        for run in self.dry_runs.drain(..) {
            answer(run.reply, Err(error.clone()));
        }
    }

    /// Closes the vault and wipes it. Whoever waits for it gets the error.
    ///
    /// A write that is under way is let finish, so that its answer is true.
    fn lock(&mut self, reason: Reason, error: &Error) {
        tracing::info!("locked {reason}");
        // Whatever is under way would open the vault again.
        self.tasks = JoinSet::new();
        self.trying = false;
        self.items = None;
        self.vault = Vault::default();
        self.door = Door::Locked(reason);
        self.fail_all(error);
        let keychain = self.parts.keychain.clone();
        self.tasks.spawn(async move {
            keychain.close().await;
            Event::Closed
        });
    }

    /// Locks until the user unlocks. The error says that a restart will undo it.
    pub(super) fn lock_on_request(&mut self) -> Result<(), Error> {
        if !self.door.is_locked_by_user() {
            self.lock(Reason::Request, &errors::store(&StoreError::Locked));
        }
        self.note_lock(true)
            .map_err(|error| errors::not_noted(&error))
    }

    pub(super) fn lock_if_idle(&mut self) {
        if self.idle_check().is_some_and(|left| left.is_zero()) {
            self.lock(Reason::Idle, &errors::store(&StoreError::Locked));
            if let Err(error) = self.note_lock(true) {
                tracing::warn!(%error, "a restart will not know that the vault was locked");
            }
        }
    }

    /// Reads all items once more: they are not what we took them for.
    pub(super) fn read_again(&mut self) {
        if self.door == Door::Open {
            self.door = Door::Closed;
            self.open();
        }
    }

    /// Opens what the user closed.
    pub(super) fn unlock(&mut self, interactive: bool, caller: Caller, reply: Reply<()>) {
        self.end_lock();
        self.needs_vault(Request {
            caller,
            interactive,
            action: Action::Unlock(reply),
        });
    }

    pub(super) fn end_lock(&mut self) {
        if self.door.is_locked_by_user() {
            self.door = Door::Closed;
            if let Err(error) = self.note_lock(false) {
                tracing::warn!(%error, "a restart will find the vault locked");
            }
        }
    }

    fn note_lock(&mut self, locked: bool) -> std::io::Result<()> {
        self.parts.notes.locked = locked;
        self.parts.journal.store(&self.parts.notes)
    }
}
