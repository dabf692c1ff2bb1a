//! The events and properties that the service announces without being asked.

use tokio::sync::{broadcast, watch};

use super::QUEUE;

/// An event that clients may want to know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Accounts were added, changed or removed, or appeared when they were unlocked.
    AccountsChanged {
        /// The new revision of the accounts.
        revision: u64,
    },
    /// A code was handed out.
    CodeIssued {
        /// The id of its account.
        account: String,
        /// The program that got it.
        application: String,
    },
    /// A counter was moved, because its codes were handed out. Nothing else of the accounts has changed.
    CounterMoved,
    /// A question to the user was asked, answered or withdrawn.
    QuestionsChanged,
}

/// The properties that clients can see without asking for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Public {
    /// Whether the accounts have to be unlocked before there are codes.
    pub locked: bool,
    /// The keychain that holds the accounts.
    pub keychain: String,
    /// Whether a tray copies codes.
    pub copies: bool,
}

/// Announces events and properties to all listeners.
pub(super) struct Announcer {
    signals: broadcast::Sender<Signal>,
    public: watch::Sender<Public>,
}

impl Announcer {
    pub(super) fn new() -> Self {
        Self {
            signals: broadcast::channel(QUEUE).0,
            public: watch::Sender::new(Public::default()),
        }
    }

    /// Returns the sender of events, which listeners subscribe to.
    pub(super) fn signals(&self) -> broadcast::Sender<Signal> {
        self.signals.clone()
    }

    /// Returns the properties that anybody may see.
    pub(super) fn public(&self) -> watch::Receiver<Public> {
        self.public.subscribe()
    }

    pub(super) fn tell(&self, signal: Signal) {
        // Nobody may be listening.
        drop(self.signals.send(signal));
    }

    /// Announces whether the accounts are locked, if that has changed.
    pub(super) fn locked(&self, locked: bool) {
        self.public
            .send_if_modified(|public| std::mem::replace(&mut public.locked, locked) != locked);
    }

    /// Announces whether a tray copies codes, if that has changed.
    pub(super) fn copies(&self, copies: bool) {
        self.public
            .send_if_modified(|public| std::mem::replace(&mut public.copies, copies) != copies);
    }

    /// Announces the keychain that holds the accounts, if that has changed.
    pub(super) fn keychain(&self, name: String) {
        self.public.send_if_modified(|public| {
            let changed = public.keychain != name;
            public.keychain = name;
            changed
        });
    }

    /// Returns the keychain that was announced last.
    pub(super) fn keychain_name(&self) -> String {
        self.public.borrow().keychain.clone()
    }
}
