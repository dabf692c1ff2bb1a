//! The session of a logged-in user. The window of the icon receives its end, and a tray that was
//! started on a console receives Ctrl-C.

use std::future::pending;

use tokio::signal::windows::{CtrlC, ctrl_c};

use super::notifications::Notifications;
use super::panel::{self, Panel};
use crate::connection::Connection;
use crate::input::Inputs;
use crate::platform::Ended;
use crate::platform::once::Claim;
use crate::platform::shortcut::Shortcut;
use crate::run::Error;

/// The current session.
pub(crate) struct Session {
    _claim: Claim,
    interrupt: CtrlC,
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
            interrupt: ctrl_c()?,
        }))
    }

    /// Shows the icon, and prepares notifications.
    #[expect(clippy::unused_self, reason = "other systems use it")]
    pub(crate) fn show(&self, inputs: Inputs) -> Result<(Panel, Notifications), Error> {
        panel::start(inputs)
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
        match self.interrupt.recv().await {
            Some(()) => Ended::Asked,
            // Without Ctrl-C, only the menu can end the tray.
            None => pending().await,
        }
    }
}
