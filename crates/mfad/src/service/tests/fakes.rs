//! A keychain, a clock and a journal that do what a test says, including what real ones cannot be made to do on
//! command.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access::rules::Seen;
use mfa_core::access::{Answer, Question, Record, Rules};
use mfa_core::port::{AccessLog, Clock, ItemStore, Journal, Notes, RuleBook, StoreError};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::presence::{Presence, Proof, Proving};
use crate::question::{Asking, Questioner};

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
        let mut items = self.items.lock().unwrap();
        let room = self.room.load(Ordering::SeqCst);
        if room > 0 && items.len() >= room {
            if self.breaks.load(Ordering::SeqCst) {
                self.broken.store(true, Ordering::SeqCst);
            }
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        if !self.forgetful.load(Ordering::SeqCst) {
            items.insert(id, text.to_owned());
        }
        Ok(())
    }

    fn delete(&mut self, id: AccountId) -> Result<(), StoreError> {
        self.deletes.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        self.items.lock().unwrap().remove(&id);
        Ok(())
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
}

impl Journal for FakeJournal {
    fn store(&mut self, notes: &Notes) -> io::Result<()> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is full"));
        }
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

/// A user who is asked on a screen. Clones share the screen.
#[derive(Clone, Default)]
pub(super) struct FakeUser {
    /// Whether there is a screen.
    pub(super) is_there: Arc<AtomicBool>,
    /// The questions that were shown, and the way to answer each.
    pub(super) shown: Arc<Mutex<Vec<Shown>>>,
    /// The number of questions that are on the screen.
    pub(super) open: Arc<AtomicU64>,
}

/// A question on the screen.
pub(super) struct Shown {
    pub(super) question: Question,
    answer: Option<oneshot::Sender<Option<Answer>>>,
}

impl FakeUser {
    /// Answers the latest question, or closes it.
    pub(super) fn answer(&self, answer: Option<Answer>) {
        let mut shown = self.shown.lock().unwrap();
        let last = shown.last_mut().unwrap();
        last.answer.take().unwrap().send(answer).unwrap();
    }

    pub(super) fn questions(&self) -> Vec<Question> {
        let shown = self.shown.lock().unwrap();
        shown.iter().map(|shown| shown.question.clone()).collect()
    }
}

impl Questioner for FakeUser {
    fn is_attended(&self) -> bool {
        self.is_there.load(Ordering::SeqCst)
    }

    fn ask(&self, question: &Question, withdrawn: oneshot::Receiver<()>) -> Asking {
        let (answer, answered) = oneshot::channel();
        let question = question.clone();
        let mut shown = self.shown.lock().unwrap();
        shown.push(Shown {
            question,
            answer: Some(answer),
        });
        let open = Arc::clone(&self.open);
        open.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            let answer = tokio::select! {
                answer = answered => answer.ok().flatten(),
                _ = withdrawn => None,
            };
            open.fetch_sub(1, Ordering::SeqCst);
            answer
        })
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
