//! The desktops of Linux: all over D-Bus, without a toolkit.

mod notifications;
mod panel;
mod pictures;

pub(crate) use notifications::Notifications;
pub(crate) use panel::Panel;

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use futures_util::StreamExt;
use mfa_ipc::endpoint;

use crate::link::Link;

/// Opens a file with the program that the user likes for it. Says later if there is none.
pub(crate) fn open(path: &Path, failed: impl FnOnce(io::Error) + Send + 'static) -> io::Result<()> {
    let mut opener = Command::new("xdg-open")
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    std::thread::spawn(move || match opener.wait() {
        Ok(status) if status.success() => {}
        Ok(status) => failed(io::Error::other(format!("xdg-open: {status}"))),
        Err(error) => failed(error),
    });
    Ok(())
}

/// Tries the daemon again whenever one appears on the bus.
pub(crate) async fn watch_daemon(bus: zbus::Connection, link: Link) {
    let watched = owners(&bus, endpoint::BUS_NAME).await;
    let mut changes = match watched {
        Ok(changes) => changes,
        Err(error) => {
            tracing::warn!(%error, "a daemon that comes back may not be noticed");
            return;
        }
    };
    while let Some(change) = changes.next().await {
        if change.args().is_ok_and(|args| args.new_owner().is_some()) {
            link.retry();
        }
    }
}

/// The changes of who owns a name on the bus.
async fn owners(
    bus: &zbus::Connection,
    name: &'static str,
) -> zbus::Result<zbus::fdo::NameOwnerChangedStream> {
    let proxy = zbus::fdo::DBusProxy::new(bus).await?;
    proxy
        .receive_name_owner_changed_with_args(&[(0, name)])
        .await
}
