//! Reading the items of the keychain.
//!
//! An account is served as soon as its item is read, if the items that are still to come cannot change the
//! answer.

use mfa_core::AccountId;
use mfa_core::item::Entry;
use mfa_core::port::StoreError;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::cause::Cause;
use super::state::{Event, State};
use super::{QUEUE, Service, errors};
use crate::keychain::Item;

/// The items that are being read, or `None` if none are.
#[derive(Default)]
pub(super) struct Items(Option<mpsc::Receiver<Item>>);

impl Items {
    /// Expects new items, and returns the channel to send them to.
    pub(super) fn expect(&mut self) -> mpsc::Sender<Item> {
        let (sink, items) = mpsc::channel(QUEUE);
        self.0 = Some(items);
        sink
    }

    /// Returns the next item, or `None` if none can come.
    pub(super) async fn next(&mut self) -> Option<Item> {
        self.0.as_mut()?.recv().await
    }

    /// Returns the next item that has arrived already.
    pub(super) fn here(&mut self) -> Option<Item> {
        self.0.as_mut()?.try_recv().ok()
    }

    /// Returns whether no items are expected.
    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_none()
    }

    /// Drops the items that are still to come.
    pub(super) fn end(&mut self) {
        self.0 = None;
    }
}

impl Service {
    /// Begins to read all items.
    pub(super) fn load(&mut self) {
        self.door.state = State::Loading;
        let is_turn = |cause| cause == Cause::Turn;
        self.parking.refuse(&errors::read_again(), is_turn);
        self.accounts.clear();
        self.accounts.redone = self.redone();
        // It writes to the same items.
        self.accounts.is_mixed = self.changes.is_of_many();
        let sink = self.door.items.expect();
        let keychain = self.parts.keychain.clone();
        self.door
            .tasks
            .spawn(async move { Event::Loaded(keychain.load(sink).await) });
    }

    /// Takes in one item, and serves the requests that waited for it alone.
    pub(super) fn item(&mut self, (id, text): Item) {
        if self.is_left(id) {
            self.accounts.left.insert(id);
            return;
        }
        let Some(text) = self.accounts.redone.keep(id, text) else {
            return;
        };
        if !self.read_item(id, text) || self.accounts.is_mixed {
            return;
        }
        let unlocked = &self.accounts.unlocked;
        let ready = self
            .parking
            .take(|request, cause| cause == Cause::Door && request.is_certain(unlocked));
        for request in ready {
            self.resume(request);
        }
    }

    /// Takes in an account. Returns false if its item cannot be read.
    pub(super) fn read_item(&mut self, id: AccountId, text: Zeroizing<String>) -> bool {
        match Entry::from_text(id, &text) {
            Ok(entry) => {
                self.accounts.admit(entry);
                true
            }
            Err(error) => {
                tracing::warn!(%id, %error, "cannot read an item; it is left unchanged");
                self.accounts.unread.insert(id, text);
                false
            }
        }
    }

    /// Handles the end of reading.
    pub(super) fn loaded(&mut self, result: Result<(), StoreError>) {
        while let Some(item) = self.door.items.here() {
            self.item(item);
        }
        self.door.items.end();
        if let Err(error) = result {
            self.accounts.clear();
            return self.unavailable(&error);
        }
        if self.accounts.is_mixed {
            // All is read once more, as soon as the change has come to its end.
            if !self.changes.is_of_many() {
                self.load();
            }
            return;
        }
        self.redo();
        self.door.state = State::Open;
        self.door.problem.clear();
        tracing::info!(
            accounts = self.accounts.unlocked.len(),
            unreadable = self.accounts.unread.len(),
            "open"
        );
        self.accounts_changed();
        self.compare_keychain();
        self.discard_left();
        self.next_change();
        let waiting = self.parking.take_at_door();
        if !waiting.is_empty() {
            // A person may have taken long to answer the prompt of the keychain. That was no idle time.
            self.door.last_request = self.parts.clock.since_boot();
        }
        for request in waiting {
            self.resume(request);
        }
    }
}
