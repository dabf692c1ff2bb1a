//! Starts the daemon. D-Bus starts it if its activation file is installed and there is a session
//! bus. Otherwise this module does, and the daemon closes its standard output once it is ready.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::endpoint;
use crate::launcher::{Error, START};

/// The log to read, besides the file, if the daemon does not become ready.
pub(crate) const LOG_OF_THE_SYSTEM: &str = "journalctl --user -u mfad, or ";

/// Asks D-Bus to start the daemon. Returns whether that worked.
pub(crate) async fn activate() -> bool {
    let starting = async {
        let bus = zbus::Connection::session().await?;
        let bus = zbus::fdo::DBusProxy::new(&bus).await?;
        let name = zbus::names::WellKnownName::from_static_str(endpoint::BUS_NAME)?;
        zbus::Result::Ok(bus.start_service_by_name(name, 0).await?)
    };
    matches!(tokio::time::timeout(START, starting).await, Ok(Ok(_)))
}

/// Starts the daemon and waits until it is ready or has exited. Both close its standard output.
pub(crate) fn run(program: &Path, log: File) -> Result<(), Error> {
    let child = Command::new(program)
        .arg("--background")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn();
    let mut child = child.map_err(|source| Error::not_started(program, source))?;
    let Some(mut stdout) = child.stdout.take() else {
        return Ok(());
    };
    let timeout = Timespec {
        tv_sec: START.as_secs().cast_signed(),
        tv_nsec: 0,
    };
    match poll(&mut [PollFd::new(&stdout, PollFlags::IN)], Some(&timeout)) {
        Ok(0) => return Err(Error::not_ready(program)),
        Ok(_) => {}
        Err(errno) => return Err(Error::not_started(program, errno.into())),
    }
    // The daemon writes nothing to its standard output, so this waits for the end of it.
    stdout.read_exact(&mut [0]).err();
    // A process that outlives the daemon must wait for it, or it stays as a zombie.
    std::thread::spawn(move || child.wait());
    Ok(())
}
