//! Windows.

use std::io;

use super::Signal;

/// Waits for ever: the next line notices that nobody reads it.
pub(crate) fn reader_gone() -> impl Future<Output = ()> {
    std::future::pending()
}

/// There are no signals: the console ends the process.
pub(crate) struct Signals;

impl Signals {
    /// Returns a value that never tells anything.
    #[expect(clippy::unnecessary_wraps, reason = "other systems can fail")]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for ever.
    #[expect(clippy::unused_self, reason = "other systems have some")]
    pub(crate) fn next(&mut self) -> impl Future<Output = Signal> {
        std::future::pending()
    }
}

/// Does nothing: the console ends both.
#[expect(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn end_with_parent() -> io::Result<()> {
    Ok(())
}

/// Does nothing: a console does not stop programs.
#[expect(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn stop() -> io::Result<()> {
    Ok(())
}
