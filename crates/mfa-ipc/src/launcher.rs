//! Connects to the daemon, and starts it if it is not running.
//!
//! systemd starts it on connection if its socket unit is enabled. Otherwise D-Bus starts it if its activation
//! file is installed and there is a session bus. Otherwise this module starts it; on Windows it always does.

use std::env::consts::EXE_SUFFIX;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_sys::files;
use thiserror::Error;

use crate::platform::launcher as platform;
use crate::{Client, paths};

/// The time that a daemon may take to start.
pub(crate) const START: Duration = Duration::from_secs(15);
/// The maximum size of the log, in bytes.
const MAX_LOG: u64 = 1024 * 1024;

/// An error that leaves the client without a daemon.
#[derive(Debug, Error)]
pub enum Error {
    /// The daemon is running or was started, but accepts no connection.
    #[error("cannot reach the daemon: {0}")]
    Unreachable(#[source] io::Error),
    /// The daemon was started but exited. The text is the last error in its log.
    #[error("the daemon stopped right after it started: {0}")]
    Ended(String),
    /// The program cannot be run.
    #[error("cannot start the daemon: {program}: {source}", program = program.display())]
    NotStarted {
        /// The path of the program.
        program: PathBuf,
        /// The error of the kernel.
        source: io::Error,
    },
    /// The program runs but never reports that it is ready.
    #[error("the daemon did not become ready: {program}", program = program.display())]
    NotReady {
        /// The path of the program.
        program: PathBuf,
    },
    /// The log or its folder cannot be written.
    #[error("cannot write the log {path}: {0}", path = paths::log().display())]
    Log(#[source] io::Error),
}

impl Error {
    pub(crate) fn not_started(program: &Path, source: io::Error) -> Self {
        let program = program.to_owned();
        Self::NotStarted { program, source }
    }

    pub(crate) fn not_ready(program: &Path) -> Self {
        let program = program.to_owned();
        Self::NotReady { program }
    }

    /// Returns what the user can do about the error.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NotStarted { .. } => {
                "Install mfad beside mfactl, or add its folder to PATH.".to_owned()
            }
            Self::Log(_) => "Make the folder of the log writable.".to_owned(),
            Self::Unreachable(_) | Self::Ended(_) | Self::NotReady { .. } => {
                format!("For details, see the log: {}", where_it_logs())
            }
        }
    }
}

/// Connects to the daemon, and starts it if it is not running.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub async fn connect() -> Result<Client, Error> {
    match Client::connect().await {
        Ok(client) => Ok(client),
        Err(error) if is_absent(&error) => {
            let said = if platform::activate().await {
                None
            } else {
                start().await?
            };
            Client::connect()
                .await
                .map_err(|source| said.map_or(Error::Unreachable(source), Error::Ended))
        }
        Err(source) => Err(Error::Unreachable(source)),
    }
}

/// Connects to the daemon if it is running. Returns `None` if it is not.
///
/// # Errors
/// [`Error::Unreachable`] if it is running but accepts no connection.
pub async fn running() -> Result<Option<Client>, Error> {
    match Client::connect().await {
        Ok(client) => Ok(Some(client)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(Error::Unreachable(source)),
    }
}

/// Returns whether the error means that no daemon is running, or that it is exiting.
fn is_absent(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, NotFound, UnexpectedEof};
    matches!(
        error.kind(),
        NotFound | ConnectionRefused | ConnectionReset | BrokenPipe | UnexpectedEof
    )
}

/// Starts the daemon on a separate thread, because this blocks.
async fn start() -> Result<Option<String>, Error> {
    let program = beside("mfad");
    let starting = tokio::task::spawn_blocking({
        let program = program.clone();
        move || spawn(&program)
    });
    let started = starting.await;
    started.map_err(|error| Error::not_started(&program, io::Error::other(error)))?
}

/// Starts the daemon and waits until it is ready or has exited.
///
/// Returns the last error that it wrote to its log.
fn spawn(program: &Path) -> Result<Option<String>, Error> {
    // Codes also work if nothing can be stored on disk.
    let mut path = paths::log();
    let log = open_log(&path).or_else(|_| {
        path = paths::spare_log();
        open_log(&path)
    });
    let (log, before) = log.map_err(Error::Log)?;
    platform::run(program, log)?;
    Ok(last_error(&path, before))
}

/// Returns the path of another program of this project. It prefers the one in the folder of the current
/// program, as installed and built. Otherwise it is looked up in `PATH`.
#[must_use]
pub fn beside(name: &str) -> PathBuf {
    let name = format!("{name}{EXE_SUFFIX}");
    let beside = std::env::current_exe()
        .ok()
        .map(|own| own.with_file_name(&name));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from(name))
}

/// Returns where the log of the daemon is, as a text for people. It is the journal if systemd started the
/// daemon, otherwise a file.
#[must_use]
pub fn where_it_logs() -> String {
    format!("{}{}", platform::LOG_OF_THE_SYSTEM, log().display())
}

/// Returns the log that was written last: the usual one, or the spare one.
fn log() -> PathBuf {
    let written = |log: &PathBuf| log.metadata().and_then(|found| found.modified()).ok();
    let (usual, spare) = (paths::log(), paths::spare_log());
    if written(&spare) > written(&usual) {
        spare
    } else {
        usual
    }
}

/// Opens the log. Returns it with its current length, because another daemon may be writing to it.
fn open_log(path: &Path) -> io::Result<(File, u64)> {
    path.parent().map_or(Ok(()), files::own_folder)?;
    let log = files::private(OpenOptions::new().create(true).append(true)).open(path)?;
    if log.metadata()?.len() > MAX_LOG {
        // On some systems, a file that is open for appending cannot be truncated.
        OpenOptions::new().write(true).open(path)?.set_len(0)?;
    }
    let length = log.metadata()?.len();
    Ok((log, length))
}

/// Returns the last error in a log after the first `before` bytes.
fn last_error(path: &Path, before: u64) -> Option<String> {
    let mut log = File::open(path).ok()?;
    log.seek(SeekFrom::Start(before)).ok()?;
    let mut text = String::new();
    log.take(MAX_LOG).read_to_string(&mut text).ok()?;
    let line = text.lines().rfind(|line| line.contains("ERROR"))?;
    Some(line.split_once("ERROR")?.1.trim().to_owned())
}
