//! The connection to the daemon, which is started if it is not there.
//!
//! systemd starts it when we connect, where its socket unit is enabled. Else D-Bus does, where its
//! activation file is installed and there is a session bus. Else we do.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use mfa_ipc::{Client, endpoint, paths};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::{Error, Kind};

/// How long a daemon may take to start.
const START: Duration = Duration::from_secs(15);
/// The longest log that is kept, in bytes.
const MAX_LOG: u64 = 1024 * 1024;

/// Connects; starts the daemon if none is running.
pub(crate) async fn connect() -> Result<Client, Error> {
    match Client::connect().await {
        Ok(client) => Ok(client),
        Err(error) if is_absent(&error) => {
            let said = if activate().await { None } else { spawn()? };
            Client::connect()
                .await
                .map_err(|error| unreachable(&error, said.as_deref()))
        }
        Err(error) => Err(unreachable(&error, None)),
    }
}

/// Connects to a daemon that is running, if one is.
pub(crate) async fn running() -> Result<Option<Client>, Error> {
    match Client::connect().await {
        Ok(client) => Ok(Some(client)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unreachable(&error, None)),
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

/// Asks D-Bus to start the daemon. Says whether that worked.
async fn activate() -> bool {
    let starting = async {
        let bus = zbus::Connection::session().await?;
        let bus = zbus::fdo::DBusProxy::new(&bus).await?;
        let name = zbus::names::WellKnownName::from_static_str(endpoint::BUS_NAME)?;
        zbus::Result::Ok(bus.start_service_by_name(name, 0).await?)
    };
    matches!(tokio::time::timeout(START, starting).await, Ok(Ok(_)))
}

/// Starts the daemon and waits until it is ready or has ended: it closes its standard output.
///
/// Says what it had to say, if that was an error.
fn spawn() -> Result<Option<String>, Error> {
    let program = program();
    let (log, before) = log_file()?;
    let mut child = Command::new(&program)
        .arg("--background")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .map_err(|error| not_started(&program.display().to_string(), &error))?;
    let Some(mut stdout) = child.stdout.take() else {
        return Ok(None);
    };
    let timeout = Timespec {
        tv_sec: START.as_secs().cast_signed(),
        tv_nsec: 0,
    };
    let ready = poll(&mut [PollFd::new(&stdout, PollFlags::IN)], Some(&timeout));
    if ready.map_err(io::Error::from)? == 0 {
        let message = format!("the daemon does not get ready: {}", program.display());
        let log = format!("Its log: {}", paths::log().display());
        return Err(Error::new(Kind::Unreachable, message).hint(log));
    }
    // It writes nothing there, so this is the end of it.
    stdout.read_exact(&mut [0]).err();
    Ok(last_error(before))
}

/// The daemon beside us, as it is installed and built; else the one on the path.
fn program() -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .map(|own| own.with_file_name("mfad"));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from("mfad"))
}

/// The log, and how long it is already: another daemon may be writing to it.
fn log_file() -> io::Result<(File, u64)> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(paths::state())?;
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(paths::log())?;
    if log.metadata()?.len() > MAX_LOG {
        log.set_len(0)?;
    }
    let length = log.metadata()?.len();
    Ok((log, length))
}

/// The last error in the log after so many bytes.
fn last_error(before: u64) -> Option<String> {
    let mut log = File::open(paths::log()).ok()?;
    log.seek(SeekFrom::Start(before)).ok()?;
    let mut text = String::new();
    log.take(MAX_LOG).read_to_string(&mut text).ok()?;
    let line = text.lines().rfind(|line| line.contains("ERROR"))?;
    Some(line.split_once("ERROR")?.1.trim().to_owned())
}

fn not_started(program: &str, error: &io::Error) -> Error {
    Error::new(
        Kind::Unreachable,
        format!("the daemon cannot be started: {program}: {error}"),
    )
    .hint("Install it beside mfactl, or set PATH so that mfad is found.")
}

fn unreachable(error: &io::Error, said: Option<&str>) -> Error {
    let error = Error::new(
        Kind::Unreachable,
        format!("the daemon cannot be reached: {error}"),
    );
    match said {
        Some(line) => error.hint(format!("It said: {line}")),
        None => error.hint(format!(
            "Its log: journalctl --user -u mfad, or {}",
            paths::log().display()
        )),
    }
}
