//! Starting the daemon. It inherits nothing of ours, writes its log itself, and is ready when its
//! pipe is there.

use std::fs::File;
use std::future::{Ready, ready};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mfa_sys::{detach, pipe};

use crate::endpoint;
use crate::launcher::{Error, START};

/// What to read when it does not get ready: nothing but its own log.
pub(crate) const LOG_OF_THE_SYSTEM: &str = "";

/// How often to look whether it is ready.
const PAUSE: Duration = Duration::from_millis(5);

/// There is no session bus that could start it.
pub(crate) fn activate() -> Ready<bool> {
    ready(false)
}

/// Starts the daemon and waits until it is ready or has ended.
pub(crate) fn run(program: &Path, log: File) -> Result<(), Error> {
    drop(log);
    let daemon = find(program).and_then(|found| detach::spawn(&found, "--background"));
    let daemon = daemon.map_err(|source| Error::not_started(program, source))?;
    let (name, end) = (endpoint::socket(), Instant::now() + START);
    while !pipe::exists(&name) && !daemon.has_ended() {
        if Instant::now() > end {
            return Err(Error::not_ready(program));
        }
        // Windows has no event for a pipe that comes into being.
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// The program on the path. Windows by itself would look into the current folder first, where
/// anybody may have left one.
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
