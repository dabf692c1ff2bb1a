//! Tests of the service with a keychain, a clock and a disk that fail on command.

mod applied;
mod applying;
mod backups;
mod clock;
mod codes;
mod consent;
mod door;
mod fakes;
mod imports;
mod locks;
mod mutated;
mod own;
mod parked;
mod peek;
mod planning;
mod queue;
mod restored;
mod session;
mod texts;
mod unreadable;
mod writes;

use std::collections::BTreeSet;
use std::sync::Mutex;

use mfa_core::AccountChange;
use mfa_core::access::{self, Caller, Executable, Transport, Who};
use mfa_core::ledger::Wish;
use mfa_core::lock;
use mfa_ipc::Error;
use mfa_ipc::types::AddOptions;
use tokio::task::JoinSet;

use super::ask::{List, Lock, Peek, Search, Status};
use super::change::{Add, Remove, Update};
use super::*;
use crate::caller::{Asker, Witness};
use crate::session::Event;
use cause::MAX_WAITING;
use fakes::{FakeBook, FakeClock, FakeJournal, FakeLog, FakePresence, FakeStore, FakeUser};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const NOW: u64 = 1_111_111_109;

/// The parts that outlive a service: the next service finds what this one left.
#[derive(Clone, Default)]
struct World {
    store: FakeStore,
    clock: FakeClock,
    journal: FakeJournal,
    idle: Option<Duration>,
    /// Whether the accounts stay open while the screen is locked.
    stays_open: bool,
    /// Whether the accounts stay open when the session ends.
    outlasts_session: bool,
    keychain: &'static str,
    policy: access::Policy,
    book: FakeBook,
    log: FakeLog,
    user: FakeUser,
    presence: FakePresence,
    /// What the session has told before the service is started.
    told: Vec<lock::Event>,
    /// The end that tells the latest service about the session.
    session: Arc<Mutex<Option<mpsc::Sender<Event>>>>,
}

impl World {
    /// Writes what another daemon has written.
    fn repeat(&self, history: &[fakes::Wrote]) {
        for wrote in history.iter().cloned() {
            let mut items = self.store.items.lock().unwrap();
            match wrote {
                fakes::Wrote::Item(id, Some(text)) => drop(items.insert(id, text)),
                fakes::Wrote::Item(id, None) => drop(items.remove(&id)),
                fakes::Wrote::Notes(notes) => *self.journal.notes.lock().unwrap() = notes,
            }
        }
    }

    fn new() -> Self {
        let world = Self {
            keychain: "gnome-keyring",
            policy: access::Policy {
                codes_per_minute: 0,
                ..access::Policy::default()
            },
            ..Self::default()
        };
        world.clock.set(NOW);
        world
    }

    fn start(&self) -> Handle {
        super::start(self.parts(), self.consent()).0
    }

    fn consent(&self) -> ConsentParts {
        ConsentParts {
            policy: self.policy,
            rules: self.book.rules.lock().unwrap().clone(),
            book: Box::new(self.book.clone()),
            log: Box::new(self.log.clone()),
            questioner: Box::new(self.user.clone()),
            seen: fakes::seen,
        }
    }

    fn parts(&self) -> Parts {
        let store = self.store.clone();
        let (sender, session) = mpsc::channel(QUEUE);
        let told = self.told.iter().map(|event| Event::Happened(*event, None));
        for event in told.chain([Event::Known]) {
            assert!(sender.try_send(event).is_ok());
        }
        *self.session.lock().unwrap() = Some(sender);
        Parts {
            keychain: Keychain::always_open(self.keychain, move || Box::new(store.clone())),
            clock: Arc::new(self.clock.clone()),
            journal: Box::new(self.journal.clone()),
            notes: self.journal.notes.lock().unwrap().clone(),
            lock: lock::Policy {
                idle: self.idle,
                screen: !self.stays_open,
                suspend: true,
                session: !self.outlasts_session,
                keychain: true,
            },
            session,
            presence: Arc::new(self.presence.clone()),
            fallback: None,
            backups: None,
        }
    }
}

/// A program whose process may turn into another one.
#[derive(Clone)]
struct Program(Arc<Mutex<Caller>>);

impl Witness for Program {
    fn is_same(&self, caller: &Caller) -> bool {
        *self.0.lock().unwrap() == *caller
    }

    fn has_opened_connection(&self, caller: &Caller) -> bool {
        // The process of this number has inherited it.
        caller.pid != 666
    }
}

fn from(transport: Transport) -> Asker {
    let executable = Executable::Path("/usr/bin/test".into());
    let caller = Caller {
        pid: 1,
        start_time: 1,
        executable,
        transport,
        who: Who::Program {
            path: "/usr/bin/test".into(),
            script: None,
        },
        chain: vec!["test".into()],
    };
    Asker {
        interactive: false,
        may_be_asked_about: true,
        reason: None,
        site: None,
        process: Arc::default(),
        action: None,
        witness: Arc::new(Program(Arc::new(Mutex::new(caller.clone())))),
        caller,
    }
}

fn us() -> Asker {
    from(Transport::Private)
}

fn fields(name: &str, kind: &str) -> AccountChange {
    AccountChange {
        secret: Some(SECRET.to_owned().into()),
        name: Some(name.into()),
        kind: Some(kind.into()),
        issuer: Some(name.into()),
        ..AccountChange::default()
    }
}

/// Returns a request that adds an account, even if another one has the same secret: here all have the same.
fn add(account: AccountChange) -> Add {
    let options = AddOptions { duplicate: true };
    Add { account, options }
}

/// Starts a service with one account, “a”.
async fn one_account() -> (World, Handle) {
    let (world, service, _) = holding(fields("a", "totp")).await;
    (world, service)
}

/// Starts a service with one counter-based account, “bank”, and returns its id as well. Its codes are those of RFC 4226.
async fn one_counter() -> (World, Handle, String) {
    holding(fields("bank", "hotp")).await
}

async fn holding(account: AccountChange) -> (World, Handle, String) {
    let world = World::new();
    let service = world.start();
    let added = service.change(&us(), add(account)).await.unwrap();
    (world, service, added.id.to_string())
}

async fn names(service: &Handle) -> Vec<String> {
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    accounts.into_iter().map(|account| account.name).collect()
}

async fn code(service: &Handle, name: &str, wish: Wish) -> Result<String, Error> {
    let codes = service.codes(&us(), name.into(), wish).await?;
    Ok(codes.first.expose().to_owned())
}

fn fresh() -> Wish {
    Wish {
        fresh: true,
        ..Wish::default()
    }
}
