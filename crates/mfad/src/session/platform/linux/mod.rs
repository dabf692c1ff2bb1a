//! Linux: the screen savers on the session bus, and logind or elogind on the system bus.

mod logind;
mod peer;
mod saver;

use futures_util::future::join_all;
use mfa_core::lock::{self, Policy};
use tokio::sync::mpsc;

use crate::session::{Delay, Event};
use logind::Logind;
use saver::{SAVERS, Saver};

/// Reports until both buses are gone.
pub(in crate::session) async fn watch(
    policy: Policy,
    bus: Option<zbus::Connection>,
    events: mpsc::Sender<Event>,
) {
    let service = Service(events);
    let savers = async {
        let bus = bus.as_ref();
        let starting = bus.map(|bus| SAVERS.map(|known| Saver::start(bus, known, &service)));
        join_all(starting.into_iter().flatten()).await
    };
    let (savers, logind) = tokio::join!(savers, Logind::start(policy, &service));
    service.send(Event::Known).await;
    let savers = savers
        .into_iter()
        .flatten()
        .map(|saver| saver.run(&service));
    let logind = async {
        if let Some(logind) = logind {
            logind.run(&service).await;
        }
    };
    tokio::join!(join_all(savers), logind);
}

/// The service, which the events are sent to.
struct Service(mpsc::Sender<Event>);

impl Service {
    async fn tell(&self, event: lock::Event) {
        self.send(Event::Happened(event, None)).await;
    }

    async fn tell_sleep(&self, delay: Option<Delay>) {
        let event = lock::Event::Sleep(true);
        self.send(Event::Happened(event, delay)).await;
    }

    async fn send(&self, event: Event) {
        // A service that has ended has nothing left to lock.
        drop(self.0.send(event).await);
    }
}
