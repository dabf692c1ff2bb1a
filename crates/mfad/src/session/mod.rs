//! The session of the user: reports when its screen is locked or unlocked, when the system is about to sleep, and when
//! the session ends. What becomes of the accounts then is decided in [`mfa_core::lock`].
//!
//! Only signals wake it up. It listens to the screen even if that locks no accounts: nobody answers a question on a locked
//! screen.

mod platform;

use mfa_core::lock::{self, Policy};
use tokio::sync::mpsc;

/// The number of events that may wait to be looked at.
const QUEUE: usize = 16;

/// Something that the service has to know.
pub enum Event {
    /// Everything that is known at the start has been sent.
    Known,
    /// Something has happened. The system does not sleep before the delay is dropped.
    Happened(lock::Event, Option<Delay>),
}

/// Delays the sleep of the system until it is dropped, or until the system has waited long enough.
pub type Delay = Box<dyn Send + Sync>;

/// The events, in order.
pub type Events = mpsc::Receiver<Event>;

/// Begins to listen, on the current runtime. `bus` is the session bus, if there is one.
#[must_use]
pub fn watch(policy: Policy, bus: Option<zbus::Connection>) -> Events {
    let (sender, events) = mpsc::channel(QUEUE);
    tokio::spawn(platform::watch(policy, bus, sender));
    events
}
