//! A keychain, a clock and a journal that do what a test says, including what real ones cannot be made to do on
//! command.

mod user;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access::rules::Seen;
use mfa_core::access::{Record, Rules};
use mfa_core::port::{AccessLog, Clock, ItemStore, Journal, Notes, RuleBook, StoreError};
use zeroize::Zeroizing;

use crate::presence::{Presence, Proof, Proving};
pub(super) use user::FakeUser;

/// A keychain in memory. Clones share it.
#[derive(Clone, Default)]
pub(super) struct FakeStore {
    pub(super) items: Arc<Mutex<BTreeMap<AccountId, String>>>,
    /// Whether writing fails.
    pub(super) broken: Arc<AtomicBool>,
    /// Whether writing waits until this is false.
    pub(super) slow: Arc<AtomicBool>,
    /// The number of items that fit in; 0 for any number. A full store breaks for good if `breaks` is set.
    pub(super) room: Arc<AtomicUsize>,
    pub(super) breaks: Arc<AtomicBool>,
    /// Whether written items are lost.
    pub(super) forgetful: Arc<AtomicBool>,
    /// The number of attempts to delete an item.
    pub(super) deletes: Arc<AtomicUsize>,
    /// Whether reading stops after the first item until this is false.
    pub(super) stuck: Arc<AtomicBool>,
    /// What is written to the keychain and the journal.
    pub(super) history: History,
    /// Which of the following writes and deletions fails: 1 for the next one, 0 for none.
    pub(super) fault: Arc<AtomicUsize>,
    /// Whether all others fail after it, too.
    pub(super) lasts: Arc<AtomicBool>,
    /// Whether what fails is stored nevertheless.
    pub(super) lies: Arc<AtomicBool>,
}

/// One write.
#[derive(Clone)]
pub(super) enum Wrote {
    Item(AccountId, Option<String>),
    Notes(Notes),
}

/// All writes, in their order. A daemon that is killed has made the first ones of them.
pub(super) type History = Arc<Mutex<Vec<Wrote>>>;

impl FakeStore {
    /// Writes or removes an item, unless it is the turn of the fault.
    fn write(&self, id: AccountId, text: Option<&str>) -> Result<(), StoreError> {
        let fault = self.fault.load(Ordering::SeqCst);
        let (fails, lasts) = (fault == 1, self.lasts.load(Ordering::SeqCst));
        let left = fault.saturating_sub(usize::from(!fails || !lasts));
        self.fault.store(left, Ordering::SeqCst);
        if !fails || self.lies.load(Ordering::SeqCst) {
            let mut items = self.items.lock().unwrap();
            match text {
                Some(text) => items.insert(id, text.to_owned()),
                None => items.remove(&id),
            };
            let text = text.map(str::to_owned);
            self.history.lock().unwrap().push(Wrote::Item(id, text));
        }
        let full = || StoreError::Unavailable("the disk is full".into());
        if fails { Err(full()) } else { Ok(()) }
    }
}

impl ItemStore for FakeStore {
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        let items = self.items.lock().unwrap().clone();
        for (id, text) in items {
            if !each(id, Zeroizing::new(text)) {
                break;
            }
            while self.stuck.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }
        Ok(())
    }

    fn put(&mut self, id: AccountId, old: Option<&str>, text: &str) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        while self.slow.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        if self.items.lock().unwrap().get(&id).map(String::as_str) != old {
            return Err(StoreError::Changed);
        }
        let room = self.room.load(Ordering::SeqCst);
        if room > 0 && self.items.lock().unwrap().len() >= room {
            if self.breaks.load(Ordering::SeqCst) {
                self.broken.store(true, Ordering::SeqCst);
            }
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        if self.forgetful.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.write(id, Some(text))
    }

    fn delete(&mut self, id: AccountId) -> Result<(), StoreError> {
        self.deletes.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        self.write(id, None)
    }
}

/// A clock that stands still until it is set.
#[derive(Clone, Default)]
pub(super) struct FakeClock {
    unix: Arc<AtomicU64>,
    boot: Arc<AtomicU64>,
}

impl FakeClock {
    pub(super) fn set(&self, unix: u64) {
        self.unix.store(unix, Ordering::SeqCst);
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.unix.fetch_add(seconds, Ordering::SeqCst);
        self.boot.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    /// Returns the time that was set. Zero stands for a clock before 1970.
    fn unix(&self) -> Option<u64> {
        Some(self.unix.load(Ordering::SeqCst)).filter(|unix| *unix > 0)
    }

    fn since_boot(&self) -> Duration {
        Duration::from_secs(self.boot.load(Ordering::SeqCst))
    }
}

/// A journal in memory. Clones share it.
#[derive(Clone, Default)]
pub(super) struct FakeJournal {
    pub(super) notes: Arc<Mutex<Notes>>,
    /// Whether writing fails.
    pub(super) broken: Arc<AtomicBool>,
    /// Which of the following writes fails: 1 for the next one, 0 for none.
    pub(super) fault: Arc<AtomicUsize>,
    /// What is written to the keychain and the journal.
    pub(super) history: History,
}

impl Journal for FakeJournal {
    fn store(&mut self, notes: &Notes) -> io::Result<()> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is full"));
        }
        let fault = self.fault.load(Ordering::SeqCst);
        self.fault.store(fault.saturating_sub(1), Ordering::SeqCst);
        if fault == 1 {
            return Err(io::Error::other("the disk is full"));
        }
        let mut history = self.history.lock().unwrap();
        history.push(Wrote::Notes(notes.clone()));
        *self.notes.lock().unwrap() = notes.clone();
        Ok(())
    }
}

/// The file of the rules, in memory. Clones share it.
#[derive(Clone, Default)]
pub(super) struct FakeBook {
    pub(super) rules: Arc<Mutex<Rules>>,
    /// Whether writing fails.
    pub(super) broken: Arc<AtomicBool>,
}

impl RuleBook for FakeBook {
    fn store(&mut self, rules: &Rules) -> io::Result<()> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is full"));
        }
        *self.rules.lock().unwrap() = rules.clone();
        Ok(())
    }
}

/// The access log, in memory. Clones share it.
#[derive(Clone, Default)]
pub(super) struct FakeLog(pub(super) Arc<Mutex<Vec<Record>>>);

impl AccessLog for FakeLog {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.0.lock().unwrap().push(record.clone());
        Ok(())
    }
}

/// What a proof of presence gives. Clones share it.
#[derive(Clone, Default)]
pub(super) struct FakePresence {
    /// The next results; without any, nobody can be asked.
    pub(super) results: Arc<Mutex<Vec<Proof>>>,
    /// The number of prompts so far.
    pub(super) prompts: Arc<AtomicUsize>,
}

impl Presence for FakePresence {
    fn prove(&self, may_prompt: bool) -> Proving {
        let proof = self.results.lock().unwrap().pop();
        self.prompts.fetch_add(may_prompt.into(), Ordering::SeqCst);
        let proof = proof
            .filter(|_| may_prompt)
            .or(proof.map(|_| Proof::NeedsPrompt));
        Box::pin(std::future::ready(proof.unwrap_or(Proof::Impossible)))
    }
}

/// Looks at a program. One in /usr/new has changed since it was looked at; one in /home can be replaced.
pub(super) fn seen(path: &Path) -> Option<Seen> {
    let is_there = path.has_root();
    is_there.then(|| Seen {
        size: 1,
        modified: u64::from(path.starts_with("/usr/new")),
        is_writable: path.starts_with("/home"),
    })
}
