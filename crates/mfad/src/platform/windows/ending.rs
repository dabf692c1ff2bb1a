//! The events that tell the daemon to end: the console that it was started on is closed, or somebody types
//! Ctrl-C there. Without a console, the system ends the daemon when its user logs off; everything to be kept
//! has been written by then. Of that end, the system tells the window of [`crate::session`], and not the
//! handler of the console.

use std::io;

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
    ctrl_logoff, ctrl_shutdown,
};

/// Waits for the events.
#[derive(Debug)]
pub(crate) struct Ending {
    c: CtrlC,
    r#break: CtrlBreak,
    close: CtrlClose,
    logoff: CtrlLogoff,
    shutdown: CtrlShutdown,
}

impl Ending {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            c: ctrl_c()?,
            r#break: ctrl_break()?,
            close: ctrl_close()?,
            logoff: ctrl_logoff()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    /// Returns once the daemon is told to end.
    pub(crate) async fn told(&mut self) {
        tokio::select! {
            _ = self.c.recv() => {}
            _ = self.r#break.recv() => {}
            _ = self.close.recv() => {}
            _ = self.logoff.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}
