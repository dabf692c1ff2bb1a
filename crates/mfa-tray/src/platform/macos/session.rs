//! The session of a user who has logged in. launchd ends what it has started in it.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::notifications::Notifications;
use super::panel::Panel;
use crate::input::Inputs;
use crate::link::Link;
use crate::platform::Ended;
use crate::platform::once::Claim;
use crate::run::Error;

/// The session that we are in.
pub(crate) struct Session {
    _claim: Claim,
    terminate: Signal,
    interrupt: Signal,
}

impl Session {
    /// Enters it, unless a tray of this user is there already.
    #[expect(clippy::unused_async, reason = "other systems have somebody to ask")]
    pub(crate) async fn enter(_at_login: bool) -> Result<Option<Self>, Error> {
        let Some(claim) = Claim::take()? else {
            return Ok(None);
        };
        Ok(Some(Self {
            _claim: claim,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        }))
    }

    /// What is shown in it.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "other systems say at once if they show no icon"
    )]
    #[expect(clippy::unused_self, reason = "other systems have somebody to ask")]
    pub(crate) fn show(&self, inputs: Inputs) -> Result<(Panel, Notifications), Error> {
        Ok((Panel::new(inputs), Notifications::start()))
    }

    /// A daemon that comes back is noticed when the menu opens: nothing tells of it.
    #[expect(clippy::unused_self, reason = "other systems have somebody to ask")]
    pub(crate) fn watch_daemon(&self, _: Link) {}

    /// Waits until the tray has to end, and says why.
    pub(crate) async fn ended(&mut self) -> Ended {
        tokio::select! {
            _ = self.terminate.recv() => Ended::Asked,
            _ = self.interrupt.recv() => Ended::Asked,
        }
    }
}
