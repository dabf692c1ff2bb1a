//! The connection to the daemon, which is started if it is not there.
//!
//! systemd starts it when we connect, where its socket unit is enabled. Else D-Bus does, where its
//! activation file is installed and there is a session bus. Else we do.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use mfa_ipc::{Client, endpoint, paths};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::{Error, Kind};

/// How long a daemon may take to start.
const START: Duration = Duration::from_secs(15);

/// Connects; starts the daemon if none is running.
pub(crate) async fn connect() -> Result<Client, Error> {
    match Client::connect().await {
        Ok(client) => Ok(client),
        Err(error) if is_absent(&error) => {
            if !activate().await {
                spawn()?;
            }
            Client::connect().await.map_err(|error| unreachable(&error))
        }
        Err(error) => Err(unreachable(&error)),
    }
}

/// Connects to a daemon that is running, if one is.
pub(crate) async fn running() -> Result<Option<Client>, Error> {
    match Client::connect().await {
        Ok(client) => Ok(Some(client)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unreachable(&error)),
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
fn spawn() -> Result<(), Error> {
    let program = program();
    let log = log_file()?;
    let mut child = Command::new(&program)
        .arg("--background")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .map_err(|error| not_started(&program.display().to_string(), &error))?;
    let Some(mut stdout) = child.stdout.take() else {
        return Ok(());
    };
    let timeout = Timespec {
        tv_sec: START.as_secs().cast_signed(),
        tv_nsec: 0,
    };
    poll(&mut [PollFd::new(&stdout, PollFlags::IN)], Some(&timeout)).map_err(io::Error::from)?;
    stdout.read_to_end(&mut Vec::new())?;
    Ok(())
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

fn log_file() -> io::Result<std::fs::File> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(paths::state())?;
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(paths::log())
}

fn not_started(program: &str, error: &io::Error) -> Error {
    Error::new(
        Kind::Unreachable,
        format!("the daemon cannot be started: {program}: {error}"),
    )
    .hint("Install it beside mfactl, or set PATH so that mfad is found.")
}

fn unreachable(error: &io::Error) -> Error {
    let message = format!("the daemon cannot be reached: {error}");
    let error = Error::new(Kind::Unreachable, message);
    match last_log_line() {
        Some(line) => error.hint(format!("It said: {line}")),
        None => error.hint("Its log: journalctl --user -u mfad"),
    }
}

/// What the daemon that we started had to say last.
fn last_log_line() -> Option<String> {
    let log = std::fs::read_to_string(paths::log()).ok()?;
    let line = log.lines().rfind(|line| line.contains("ERROR"))?;
    Some(line.split_once("ERROR")?.1.trim().to_owned())
}
