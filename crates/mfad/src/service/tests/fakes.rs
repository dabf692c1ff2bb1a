//! A keychain, a clock and a journal that do what a test says, also what real ones cannot be made
//! to do on command.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::port::{Clock, ItemStore, Journal, Notes, StoreError};
use zeroize::Zeroizing;

/// A keychain in memory. Clones share it.
#[derive(Clone, Default)]
pub(super) struct FakeStore {
    pub(super) items: Arc<Mutex<BTreeMap<AccountId, String>>>,
    /// Writing fails.
    pub(super) broken: Arc<AtomicBool>,
    /// Writing waits until this is false.
    pub(super) slow: Arc<AtomicBool>,
    /// So many items fit in; 0 for any number. Then it breaks for good, if `breaks`.
    pub(super) room: Arc<AtomicUsize>,
    pub(super) breaks: Arc<AtomicBool>,
    /// What is written does not stay.
    pub(super) forgetful: Arc<AtomicBool>,
    /// Reading stops after the first item, until this is false.
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
    /// Zero stands for a clock before 1970.
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
    /// Writing fails.
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
