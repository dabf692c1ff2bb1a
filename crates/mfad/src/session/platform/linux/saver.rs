//! The screen savers of desktops, by the names that they own on the session bus.

use futures_util::StreamExt;
use mfa_core::lock::{Event, Source};
use zbus::ObjectPath;
use zbus::proxy::{OwnerChangedStream, SignalStream};

use super::Service;
use super::peer::Peer;

/// A name of screen savers. It is also the name of their interface.
#[derive(Clone, Copy)]
pub(super) struct Known {
    name: &'static str,
    path: &'static str,
    source: Source,
}

/// The screen savers that we know. KDE has its own at two paths, and other desktops at one of them.
pub(super) const SAVERS: [Known; 3] = [
    Known {
        name: "org.freedesktop.ScreenSaver",
        path: "/org/freedesktop/ScreenSaver",
        source: Source::Freedesktop,
    },
    Known {
        name: "org.freedesktop.ScreenSaver",
        path: "/ScreenSaver",
        source: Source::Freedesktop,
    },
    Known {
        name: "org.gnome.ScreenSaver",
        path: "/org/gnome/ScreenSaver",
        source: Source::Gnome,
    },
];

/// A screen saver that is listened to, whether or not it is running.
pub(super) struct Saver {
    peer: Peer,
    source: Source,
    changes: SignalStream<'static>,
    owners: OwnerChangedStream<'static>,
}

impl Saver {
    /// Begins to listen, and tells whether the screen is locked now.
    pub(super) async fn start(
        bus: &zbus::Connection,
        known: Known,
        service: &Service,
    ) -> Option<Self> {
        match Self::listen(bus, known).await {
            Ok(saver) => {
                saver.ask(service).await;
                Some(saver)
            }
            Err(error) => {
                tracing::info!(%error, "not listening to {}", known.name);
                None
            }
        }
    }

    async fn listen(bus: &zbus::Connection, known: Known) -> zbus::Result<Self> {
        let path = ObjectPath::from_static_str_unchecked(known.path);
        let peer = Peer::new(bus, known.name, path, known.name).await?;
        Ok(Self {
            changes: peer.signals("ActiveChanged").await?,
            owners: peer.owners().await?,
            source: known.source,
            peer,
        })
    }

    /// Reports until the bus is gone.
    ///
    /// When the screen saver goes away, the screen stays as it was: a locker that crashed has not been unlocked.
    pub(super) async fn run(mut self, service: &Service) {
        loop {
            tokio::select! {
                Some(change) = self.changes.next() => {
                    let active: zbus::Result<bool> = change.body().deserialize();
                    if let Ok(active) = active {
                        service.tell(Event::Screen(self.source, active)).await;
                    }
                }
                Some(owner) = self.owners.next() => if owner.is_some() {
                    self.ask(service).await;
                },
                else => return,
            }
        }
    }

    /// Asks whether the screen is locked. Some screen savers cannot tell.
    async fn ask(&self, service: &Service) {
        let active: zbus::Result<bool> = self.peer.call("GetActive", &()).await;
        if let Ok(active) = active {
            service.tell(Event::Screen(self.source, active)).await;
        }
    }
}
