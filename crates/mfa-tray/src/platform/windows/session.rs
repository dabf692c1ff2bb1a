//! The session of a user who has logged in. Its end comes to the icon's window, and Ctrl-C to a tray
//! that was started on a console.

use std::future::pending;

use tokio::signal::windows::{CtrlC, ctrl_c};

use super::notifications::Notifications;
use super::panel::{self, Panel};
use crate::input::Inputs;
use crate::link::Link;
use crate::platform::Ended;
use crate::platform::once::Claim;
use crate::run::Error;

/// The session that we are in.
pub(crate) struct Session {
    _claim: Claim,
    interrupt: CtrlC,
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
            interrupt: ctrl_c()?,
        }))
    }

    /// What is shown in it.
    #[expect(clippy::unused_self, reason = "other systems have somebody to ask")]
    pub(crate) fn show(&self, inputs: Inputs) -> Result<(Panel, Notifications), Error> {
        panel::start(inputs)
    }

    /// A daemon that comes back is noticed when the menu opens: nothing tells of it.
    #[expect(clippy::unused_self, reason = "other systems have somebody to ask")]
    pub(crate) fn watch_daemon(&self, _: Link) {}

    /// Waits until the tray has to end, and says why.
    pub(crate) async fn ended(&mut self) -> Ended {
        match self.interrupt.recv().await {
            Some(()) => Ended::Asked,
            // Nobody can ask any more but the user, in the menu.
            None => pending().await,
        }
    }
}
