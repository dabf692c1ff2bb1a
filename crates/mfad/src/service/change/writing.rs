//! Writing many items to the keychain: all of them, or none if something fails.
//!
//! What is written is noted before, so that a daemon that is killed leaves nothing that is served.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mfa_core::port::{ItemChange, StoreError};
use mfa_core::{AccountId, item};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::Written;
use crate::keychain::{Item, Keychain};
use crate::service::{QUEUE, errors};

/// The work of writing them.
pub(super) struct Writing {
    items: Vec<Item>,
    /// The texts that other items must still have when these are written, or `None` if they must not be there.
    known: HashMap<AccountId, Option<Zeroizing<String>>>,
    /// The number of items stored so far.
    stored: Arc<AtomicU32>,
}

impl Writing {
    pub(super) fn of(items: Vec<Item>) -> Self {
        Self {
            items,
            known: HashMap::new(),
            stored: Arc::default(),
        }
    }

    /// Requires what other items are: their texts, or that they are not there.
    pub(super) fn beside(
        mut self,
        known: impl Iterator<Item = (AccountId, Option<Zeroizing<String>>)>,
    ) -> Self {
        self.known.extend(known);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the number of items stored so far.
    pub(super) fn stored(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.stored)
    }

    pub(super) fn ids(&self) -> BTreeSet<AccountId> {
        self.items.iter().map(|(id, _)| *id).collect()
    }

    /// Writes all items, or none. The result lists the items that could not be removed again.
    pub(super) async fn run(self, keychain: &Keychain) -> Written {
        let Err(error) = self.put(keychain).await else {
            return Ok(()).into();
        };
        // These are the stored items and the one that failed. Looking for the others takes time.
        let begun = usize::try_from(self.stored.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let begun = self.items.iter().take(begun.saturating_add(1));
        let begun: BTreeSet<_> = begun.map(|(id, _)| *id).collect();
        let (_, left) = remove(keychain, begun.clone()).await;
        // A write that timed out may still reach the keychain.
        let left = match error {
            StoreError::TimedOut => begun,
            _ => left,
        };
        let result = Err(error);
        Written { result, left }
    }

    async fn put(&self, keychain: &Keychain) -> Result<(), StoreError> {
        if self.items.is_empty() && self.known.is_empty() {
            return Ok(());
        }
        for (id, text) in &self.items {
            keychain.put(*id, None, text.clone()).await?;
            self.stored.fetch_add(1, Ordering::Relaxed);
        }
        self.read_back(keychain).await
    }

    /// Checks that the keychain holds the items as they were written, and the others as they were known.
    async fn read_back(&self, keychain: &Keychain) -> Result<(), StoreError> {
        let (sink, mut arriving) = mpsc::channel::<Item>(QUEUE);
        let mut missing: HashMap<_, _> = self.items.iter().map(|(id, text)| (*id, text)).collect();
        let mut known: HashMap<_, _> = self.known.iter().map(|(id, text)| (*id, text)).collect();
        let mut is_known = true;
        let compare = async {
            while let Some((id, text)) = arriving.recv().await {
                if let Some(expected) = known.remove(&id) {
                    let expected = expected.as_ref();
                    is_known &= expected.is_some_and(|old| item::same(id, old, &text));
                }
                if missing
                    .get(&id)
                    .is_some_and(|ours| item::same(id, ours, &text))
                {
                    missing.remove(&id);
                }
            }
        };
        let (loaded, ()) = tokio::join!(keychain.load(sink), compare);
        loaded?;
        if !is_known || known.values().any(|expected| expected.is_some()) {
            return Err(StoreError::Changed);
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(errors::items_missing(missing.len()))
    }
}

/// Changes items one after the other. What is there already is not written again.
pub(super) async fn carry_out(
    keychain: &Keychain,
    steps: Vec<ItemChange>,
) -> Result<(), StoreError> {
    for ItemChange { id, old, new } in steps {
        match (old, new) {
            (Some(old), Some(new)) if item::same(id, &old, &new) => {}
            (old, Some(new)) => keychain.put(id, old, new).await?,
            (_, None) => keychain.delete(id).await?,
        }
    }
    Ok(())
}

/// Removes items. Returns those that are still there.
pub(super) async fn remove(
    keychain: &Keychain,
    mut ids: BTreeSet<AccountId>,
) -> (Result<(), StoreError>, BTreeSet<AccountId>) {
    while let Some(id) = ids.first().copied() {
        if let Err(error) = keychain.delete(id).await {
            return (Err(error), ids);
        }
        ids.remove(&id);
    }
    (Ok(()), ids)
}
