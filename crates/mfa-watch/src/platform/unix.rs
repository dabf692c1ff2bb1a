//! Linux and macOS.

use std::io;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal as Number, kill_current_process_group};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::oneshot;

use super::Signal;

/// Waits until nobody can read standard output any more. Otherwise this process would stay until the next change when the
/// program that reads it has ended.
pub(crate) fn reader_gone() -> impl Future<Output = ()> {
    let (gone, told) = oneshot::channel();
    // Without the thread, the next line notices it.
    let started = thread::Builder::new().spawn(move || {
        let output = io::stdout();
        // An error and the end are reported without being asked for; a file reports neither.
        while poll(&mut [PollFd::new(&output, PollFlags::empty())], None).is_err() {}
        // Nobody waits any more when the program ends.
        gone.send(()).ok();
    });
    drop(started);
    async move {
        if told.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The signals that concern the terminal.
pub(crate) struct Signals {
    interrupt: Stream,
    terminate: Stream,
    hang_up: Stream,
    quit: Stream,
    continued: Stream,
}

impl Signals {
    /// Begins to listen. From now on, none of them ends the process by itself.
    ///
    /// # Errors
    /// Those of the kernel.
    pub(crate) fn listen() -> io::Result<Self> {
        let listen = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            interrupt: listen(Number::INT)?,
            terminate: listen(Number::TERM)?,
            hang_up: listen(Number::HUP)?,
            quit: listen(Number::QUIT)?,
            continued: listen(Number::CONT)?,
        })
    }

    /// Waits for the next signal. This future may be dropped at any time and called again.
    pub(crate) async fn next(&mut self) -> Signal {
        let number = tokio::select! {
            _ = self.interrupt.recv() => Number::INT,
            _ = self.terminate.recv() => Number::TERM,
            _ = self.hang_up.recv() => Number::HUP,
            _ = self.quit.recv() => Number::QUIT,
            _ = self.continued.recv() => return Signal::Continued,
        };
        Signal::End(u8::try_from(number.as_raw()).unwrap_or(0))
    }
}

/// Has this process end when the one that has started it is killed.
///
/// # Errors
/// Those of the kernel.
#[cfg(target_os = "linux")]
pub(crate) fn end_with_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(
        Number::TERM,
    ))?)
}

/// Does nothing: other systems do not tell.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "Linux can fail")]
pub(crate) fn end_with_parent() -> io::Result<()> {
    Ok(())
}

/// Stops this process and those that were started with it, as the terminal does at Ctrl-Z.
///
/// # Errors
/// Those of the kernel.
pub(crate) fn stop() -> io::Result<()> {
    Ok(kill_current_process_group(Number::TSTP)?)
}
