//! Starts the daemon. It inherits no handles, writes its log itself, and is ready when its pipe
//! exists.

use std::fs::File;
use std::future::{Ready, ready};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mfa_sys::{detach, pipe};

use crate::endpoint;
use crate::launcher::{Error, START};

/// The log to read, besides the file, if the daemon does not become ready: none.
pub(crate) const LOG_OF_THE_SYSTEM: &str = "";

/// The interval between checks whether the daemon is ready.
const PAUSE: Duration = Duration::from_millis(5);

/// Does nothing: there is no session bus that could start the daemon.
pub(crate) fn activate() -> Ready<bool> {
    ready(false)
}

/// Starts the daemon and waits until it is ready or has exited.
pub(crate) fn run(program: &Path, log: File) -> Result<(), Error> {
    drop(log);
    let daemon = find(program).and_then(|found| detach::spawn(&found, "--background"));
    let daemon = daemon.map_err(|source| Error::not_started(program, source))?;
    let (name, end) = (endpoint::socket(), Instant::now() + START);
    while !pipe::exists(&name) && !daemon.has_ended() {
        if Instant::now() > end {
            return Err(Error::not_ready(program));
        }
        // Windows has no event for a new pipe.
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Finds the program in `PATH`. Windows itself would look in the current folder first, where
/// anybody may have put a program.
fn find(program: &Path) -> io::Result<PathBuf> {
    if program.is_absolute() {
        return Ok(program.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|found| found.is_file())
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}
