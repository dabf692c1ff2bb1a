//! The session of a logged-in user. launchd ends the programs that it started in the session.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::notifications::Notifications;
use super::panel::Panel;
use crate::connection::Connection;
use crate::input::Inputs;
use crate::platform::Ended;
use crate::platform::once::Claim;
use crate::platform::shortcut::Shortcut;
use crate::run::Error;

/// The current session.
pub(crate) struct Session {
    _claim: Claim,
    terminate: Signal,
    interrupt: Signal,
}

impl Session {
    /// Enters the session, unless this user has a tray already.
    #[expect(clippy::unused_async, reason = "other systems await an answer here")]
    pub(crate) async fn enter(_at_login: bool, _: &Inputs) -> Result<Option<Self>, Error> {
        let Some(claim) = Claim::take()? else {
            return Ok(None);
        };
        Ok(Some(Self {
            _claim: claim,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        }))
    }

    /// Shows the icon, and prepares notifications.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "other systems return an error if they show no icon"
    )]
    #[expect(clippy::unused_self, reason = "other systems use it")]
    pub(crate) fn show(&self, inputs: Inputs) -> Result<(Panel, Notifications), Error> {
        let notifications = Notifications::start(inputs.clone());
        Ok((Panel::new(inputs), notifications))
    }

    /// Returns what says that there is no shortcut.
    #[expect(clippy::unused_self, reason = "other systems use it")]
    pub(crate) fn shortcut(&self, _: Inputs) -> Shortcut {
        Shortcut
    }

    /// Does nothing: no event reports a new daemon. The tray notices it when the menu opens.
    #[expect(clippy::unused_self, reason = "other systems use it")]
    pub(crate) fn watch_daemon(&self, _: Connection) {}

    /// Waits until the tray must exit, and returns why.
    pub(crate) async fn ended(&mut self) -> Ended {
        tokio::select! {
            _ = self.terminate.recv() => Ended::Asked,
            _ = self.interrupt.recv() => Ended::Asked,
        }
    }
}
