//! The one owner of accounts, secrets and policy.
//!
//! Everybody else sends it a [`Request`] and awaits the reply. It never waits itself: whatever
//! takes time (the keychain, a prompt) runs as a task and comes back as an event. So a prompt
//! that nobody answers, or a keychain that hangs, keeps only those waiting who need it.
//!
//! | file | what it does |
//! |---|---|
//! | [`request`] | what can be asked, and the handle to ask with |
//! | `door` | opens the vault from the keychain and closes it |
//! | `file` | opens a vault file and makes one |
//! | `codes` | hands out codes and remembers which |
//! | `writes` | adds, changes and removes accounts, one after the other |
//! | `import` | adds many accounts, all or none |
//! | `fields` | what was sent becomes an account |
//! | `errors` | what went wrong becomes an answer |

mod codes;
mod door;
mod errors;
mod fields;
mod file;
mod import;
pub mod request;
mod writes;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access;
use mfa_core::lock;
use mfa_core::port::{Clock, Journal, Notes};
use mfa_core::vault::Vault;
use mfa_ipc::Error;
use mfa_ipc::types::{AccountInfo, Status};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::keychain::Keychain;
use door::Door;
use request::{Action, Reply};
pub use request::{Handle, Request};
use writes::{Write, Written};

/// How many requests may wait to be looked at.
const QUEUE: usize = 64;
/// How many requests may wait for the keychain.
const MAX_WAITING: usize = 256;
/// How long we sleep at most when idling is limited: sleeping does not count suspend.
const IDLE_CHECK: Duration = Duration::from_secs(60);

/// What happened that clients may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Accounts were added, changed or removed, or appeared by unlocking.
    AccountsChanged,
    /// A code was handed out.
    CodeIssued {
        /// Of which account.
        account: String,
        /// To which program.
        application: String,
    },
}

/// What clients can see without asking for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Public {
    /// Whether codes are to be had without unlocking.
    pub locked: bool,
    /// Where the accounts are kept.
    pub keychain: String,
}

/// What the service is made of.
pub struct Parts {
    /// Where the accounts are kept.
    pub keychain: Keychain,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where notes are kept.
    pub journal: Box<dyn Journal>,
    /// What was noted before.
    pub notes: Notes,
    /// Who may have codes.
    pub access: access::Policy,
    /// When the vault closes by itself.
    pub lock: lock::Policy,
    /// What to use where there is no OS keychain, once the user asks for it.
    pub fallback: Option<Fallback>,
}

/// Writes down which vault file is used.
pub type Remember = dyn Fn(&Path) -> io::Result<()> + Send + Sync;

/// The vault file that is used where there is no OS keychain: only if the user asks for it.
#[derive(Clone)]
pub struct Fallback {
    /// Where it is.
    pub path: PathBuf,
    /// Makes the choice last over a restart.
    pub remember: Arc<Remember>,
}

/// The service; see the module.
struct Service {
    parts: Parts,
    vault: Vault,
    /// The stored names of accounts that go by another one, since theirs was taken.
    renamed: HashMap<AccountId, String>,
    /// What was read and belongs to an import that is not complete.
    left: BTreeSet<AccountId>,
    unreadable: u32,
    door: Door,
    problem: String,
    waiting: Vec<Request>,
    writes: VecDeque<Write>,
    writing: Option<Write>,
    /// What opens the vault or closes it; dropped when it is locked.
    tasks: JoinSet<door::Event>,
    /// The write that is under way; it is let finish, whatever happens to the vault.
    write_task: JoinSet<Written>,
    /// Whether a passphrase is being tried.
    trying: bool,
    items: Option<mpsc::Receiver<crate::keychain::Item>>,
    changes: mpsc::Receiver<()>,
    watcher: AbortHandle,
    last_request: Duration,
    signals: broadcast::Sender<Signal>,
    public: watch::Sender<Public>,
}

/// Starts the service on the current runtime. It ends, and wipes its secrets, when all handles are
/// gone; the task resolves then.
#[must_use]
pub fn start(parts: Parts) -> (Handle, tokio::task::JoinHandle<()>) {
    let (requests, arriving) = mpsc::channel(QUEUE);
    let (signals, _) = broadcast::channel(QUEUE);
    let (public, watching) = watch::channel(Public::default());
    let handle = Handle::new(
        requests,
        signals.clone(),
        watching,
        Arc::clone(&parts.clock),
    );
    let last_request = parts.clock.since_boot();
    let door = if parts.notes.locked {
        Door::Locked(lock::Reason::Request)
    } else {
        Door::Closed
    };
    let (watcher, changes) = watch_keychain(&parts.keychain);
    let service = Service {
        parts,
        vault: Vault::default(),
        renamed: HashMap::new(),
        left: BTreeSet::new(),
        unreadable: 0,
        door,
        problem: String::new(),
        waiting: Vec::new(),
        writes: VecDeque::new(),
        writing: None,
        tasks: JoinSet::new(),
        write_task: JoinSet::new(),
        trying: false,
        items: None,
        changes,
        watcher,
        last_request,
        signals,
        public,
    };
    (handle, tokio::spawn(service.run(arriving)))
}

impl Service {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        self.open();
        loop {
            self.publish();
            let idle = self.idle_check();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => self.request(request),
                    None => break,
                },
                Some(item) = next_item(&mut self.items) => self.item(item),
                Some(event) = self.tasks.join_next() => match event {
                    Ok(event) => self.door_event(event),
                    Err(error) => self.task_ended(&error),
                },
                Some(result) = self.write_task.join_next() => {
                    self.written(result.unwrap_or(Written::Unknown));
                },
                Some(()) = self.changes.recv() => self.look_again(),
                () = sleep(idle), if idle.is_some() => self.lock_if_idle(),
            }
        }
        self.watcher.abort();
        self.parts.keychain.close().await;
    }

    /// A task of ours panicked: nobody may wait for it for ever, and the next request starts over.
    fn task_ended(&mut self, error: &JoinError) {
        tracing::error!(%error, "a task ended early");
        self.trying = false;
        if self.door.is_opening() {
            self.door = Door::Closed;
        }
        self.fail_all(&Error::Failed("something went wrong in the daemon".into()));
    }

    /// Answers a request, or puts it aside until the vault is open.
    fn request(&mut self, request: Request) {
        match request.action {
            Action::Lock(reply) => {
                let noted = self.lock_on_request();
                answer(reply, noted);
            }
            Action::Unlock(reply) => self.unlock(request.interactive, request.caller, reply),
            Action::UnlockVault(passphrase, reply) => {
                self.unlock_file(passphrase, request.caller, reply);
            }
            Action::CreateVault(passphrase, reply) => self.create_file(passphrase, reply),
            Action::Status(reply) => {
                let status = self.status();
                answer(reply, Ok(status));
            }
            _ => self.needs_vault(request),
        }
    }

    /// Serves a request from the open vault.
    fn serve(&mut self, Request { caller, action, .. }: Request) {
        match action {
            Action::Codes { query, wish, reply } => self.codes(&caller, &query, wish, reply),
            Action::Redeem { ticket, reply } => {
                let codes = self.redeem(&caller, &ticket);
                answer(reply, codes);
            }
            Action::Peek { ids, reply } => {
                let codes = self.peek(&caller, &ids);
                answer(reply, codes);
            }
            Action::List(reply) => {
                let accounts = self.vault.accounts().into_iter();
                answer(reply, Ok(accounts.map(AccountInfo::from).collect()));
            }
            Action::Find { query, reply } => {
                let found = codes::check(&query).map(|()| self.vault.index().search(&query));
                let found = found.map(|ids| ids.iter().map(ToString::to_string).collect());
                answer(reply, found);
            }
            Action::Resolve { query, reply } => {
                let found = self.resolve(&query).map(|id| id.to_string());
                answer(reply, found);
            }
            Action::Add { fields, reply } => self.write(Write::add(fields, reply)),
            Action::Import {
                accounts,
                dry_run,
                reply,
            } => self.import(accounts, dry_run, reply),
            Action::Update { id, fields, reply } => self.write(Write::update(id, fields, reply)),
            Action::Remove { id, reply } => self.write(Write::remove(id, reply)),
            Action::Reveal { id, reply } => {
                let link = self.reveal(&id);
                answer(reply, link);
            }
            Action::Export(reply) => {
                let links = self.export();
                answer(reply, Ok(links));
            }
            Action::Unlock(reply) => answer(reply, Ok(())),
            Action::Lock(_)
            | Action::UnlockVault(..)
            | Action::CreateVault(..)
            | Action::Status(_) => {
                tracing::error!("a request was put aside that needs no vault");
            }
        }
    }

    fn status(&self) -> Status {
        let public = self.public.borrow();
        let is_open = self.door == Door::Open;
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            keychain: public.keychain.clone(),
            vault_file: self.parts.keychain.path().is_some(),
            locked: public.locked,
            locked_by_user: self.door.is_locked_by_user(),
            problem: self.problem.clone(),
            accounts: is_open.then(|| u32::try_from(self.vault.len()).unwrap_or(u32::MAX)),
            unreadable: self.unreadable,
            importing: self.writing.as_ref().and_then(Write::stored),
            bus_codes: self.parts.access.bus_codes == access::BusCodes::Allow,
            tray: false,
        }
    }

    /// Tells everybody whether the vault is locked, if that changed.
    fn publish(&self) {
        let locked = self.door.is_locked();
        self.public
            .send_if_modified(|public| std::mem::replace(&mut public.locked, locked) != locked);
    }

    /// Tells everybody where the accounts are kept, if that changed.
    fn publish_keychain(&self, name: String) {
        self.public.send_if_modified(|public| {
            let changed = public.keychain != name;
            public.keychain = name;
            changed
        });
    }

    fn idle_check(&self) -> Option<Duration> {
        let now = self.parts.clock.since_boot();
        let remaining = self.parts.lock.remaining(self.last_request, now)?;
        (self.door == Door::Open).then(|| remaining.min(IDLE_CHECK))
    }

    fn signal(&self, signal: Signal) {
        // Nobody may be listening.
        drop(self.signals.send(signal));
    }
}

/// Listens to a keychain; the channel holds one change, since any further one means the same.
fn watch_keychain(keychain: &Keychain) -> (AbortHandle, mpsc::Receiver<()>) {
    let (changed, changes) = mpsc::channel(1);
    let keychain = keychain.clone();
    let watcher = tokio::spawn(async move { keychain.watch(changed).await });
    (watcher.abort_handle(), changes)
}

/// Replies, if somebody still waits.
fn answer<T>(reply: Reply<T>, result: Result<T, Error>) {
    drop(reply.send(result));
}

async fn next_item(
    items: &mut Option<mpsc::Receiver<crate::keychain::Item>>,
) -> Option<crate::keychain::Item> {
    match items {
        Some(items) => items.recv().await,
        None => None,
    }
}

async fn sleep(duration: Option<Duration>) {
    if let Some(duration) = duration {
        tokio::time::sleep(duration).await;
    }
}

#[cfg(test)]
mod tests;
