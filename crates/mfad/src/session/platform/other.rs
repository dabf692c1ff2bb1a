//! macOS, where nothing is listened to yet.

use std::future::{Ready, ready};

use mfa_core::lock::Policy;
use tokio::sync::mpsc;

use crate::session::Event;

/// Reports nothing. The channel that is closed says that there is nothing to wait for.
pub(in crate::session) fn watch(
    _: Policy,
    _: Option<zbus::Connection>,
    events: mpsc::Sender<Event>,
) -> Ready<()> {
    drop(events);
    ready(())
}
