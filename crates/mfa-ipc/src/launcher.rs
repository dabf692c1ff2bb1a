//! Reaches the daemon, and starts it if it is not there.
//!
//! systemd starts it when we connect, where its socket unit is enabled. Else D-Bus does, where its
//! activation file is installed and there is a session bus. Else we do, as always on Windows.

use std::env::consts::EXE_SUFFIX;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_sys::files;
use thiserror::Error;

use crate::platform::launcher as platform;
use crate::{Client, paths};

/// How long a daemon may take to start.
pub(crate) const START: Duration = Duration::from_secs(15);
/// The longest log that is kept, in bytes.
const MAX_LOG: u64 = 1024 * 1024;

/// Why there is no daemon to talk to.
#[derive(Debug, Error)]
pub enum Error {
    /// It runs, or was started, but takes no connection.
    #[error("the daemon cannot be reached: {0}")]
    Unreachable(#[source] io::Error),
    /// It was started, and has ended. This is the last error in its log.
    #[error("the daemon ended at once: {0}")]
    Ended(String),
    /// The program cannot be run.
    #[error("the daemon cannot be started: {program}: {source}", program = program.display())]
    NotStarted {
        /// Which program.
        program: PathBuf,
        /// What the kernel says.
        source: io::Error,
    },
    /// The program runs but never says that it is ready.
    #[error("the daemon does not get ready: {program}", program = program.display())]
    NotReady {
        /// Which program.
        program: PathBuf,
    },
    /// The folder for its log, or the log.
    #[error("the log {path} cannot be written: {0}", path = paths::log().display())]
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

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NotStarted { .. } => {
                "Install it beside mfactl, or set PATH so that mfad is found.".to_owned()
            }
            Self::Log(_) => "Make its folder writable for you.".to_owned(),
            Self::Unreachable(_) | Self::Ended(_) | Self::NotReady { .. } => format!(
                "Its log: {}{}",
                platform::LOG_OF_THE_SYSTEM,
                log().display()
            ),
        }
    }
}

/// Connects; starts the daemon if none is running.
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

/// Connects to a daemon that is running, if one is.
///
/// # Errors
/// [`Error::Unreachable`] if it is there but takes no connection.
pub async fn running() -> Result<Option<Client>, Error> {
    match Client::connect().await {
        Ok(client) => Ok(Some(client)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(Error::Unreachable(source)),
    }
}

/// None is running, or the one that was is just going away.
fn is_absent(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, NotFound, UnexpectedEof};
    matches!(
        error.kind(),
        NotFound | ConnectionRefused | ConnectionReset | BrokenPipe | UnexpectedEof
    )
}

/// Starts the daemon, which takes a moment: not on the thread that others may wait for.
async fn start() -> Result<Option<String>, Error> {
    let program = beside("mfad");
    let starting = tokio::task::spawn_blocking({
        let program = program.clone();
        move || spawn(&program)
    });
    let started = starting.await;
    started.map_err(|error| Error::not_started(&program, io::Error::other(error)))?
}

/// Starts the daemon and waits until it is ready or has ended.
///
/// Says what it had to say, if that was an error.
fn spawn(program: &Path) -> Result<Option<String>, Error> {
    // Where nothing can be kept there may be codes all the same.
    let mut path = paths::log();
    let log = open_log(&path).or_else(|_| {
        path = paths::spare_log();
        open_log(&path)
    });
    let (log, before) = log.map_err(Error::Log)?;
    platform::run(program, log)?;
    Ok(last_error(&path, before))
}

/// Another program of ours: the one beside us, as it is installed and built; else the one on the
/// path.
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

/// The log that was written to last: the usual one, or the one for when that cannot be.
fn log() -> PathBuf {
    let written = |log: &PathBuf| log.metadata().and_then(|found| found.modified()).ok();
    let (usual, spare) = (paths::log(), paths::spare_log());
    if written(&spare) > written(&usual) {
        spare
    } else {
        usual
    }
}

/// The log, and how long it is already: another daemon may be writing to it.
fn open_log(path: &Path) -> io::Result<(File, u64)> {
    path.parent().map_or(Ok(()), files::own_folder)?;
    let log = files::private(OpenOptions::new().create(true).append(true)).open(path)?;
    if log.metadata()?.len() > MAX_LOG {
        // Whoever may only append may not shorten, on some systems.
        OpenOptions::new().write(true).open(path)?.set_len(0)?;
    }
    let length = log.metadata()?.len();
    Ok((log, length))
}

/// The last error in a log after so many bytes.
fn last_error(path: &Path, before: u64) -> Option<String> {
    let mut log = File::open(path).ok()?;
    log.seek(SeekFrom::Start(before)).ok()?;
    let mut text = String::new();
    log.take(MAX_LOG).read_to_string(&mut text).ok()?;
    let line = text.lines().rfind(|line| line.contains("ERROR"))?;
    Some(line.split_once("ERROR")?.1.trim().to_owned())
}
