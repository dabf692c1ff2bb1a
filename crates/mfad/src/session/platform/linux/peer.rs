//! Another program on a bus, by its well-known name.
//!
//! Only the owner of the name speaks for it: the streams of signals that zbus makes for a proxy compare the sender of
//! each signal with the owner of the name. A match rule alone would not do, because any program may send a signal
//! straight to us.

use std::io;
use std::time::Duration;

use zbus::ObjectPath;
use zbus::proxy::{Builder, CacheProperties, MethodFlags, OwnerChangedStream, Proxy, SignalStream};
use zbus::wire::{DynamicDeserialize, DynamicType};

/// How long it may take to answer.
const DEADLINE: Duration = Duration::from_secs(2);
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// One interface of one of its objects.
#[derive(Clone)]
pub(super) struct Peer {
    interface: Proxy<'static>,
    properties: Proxy<'static>,
}

impl Peer {
    pub(super) async fn new(
        bus: &zbus::Connection,
        name: &'static str,
        path: ObjectPath<'static>,
        interface: &'static str,
    ) -> zbus::Result<Self> {
        Ok(Self {
            interface: proxy(bus, name, path.clone(), interface).await?,
            properties: proxy(bus, name, path, PROPERTIES).await?,
        })
    }

    /// Returns the signals of one kind.
    pub(super) async fn signals(&self, name: &'static str) -> zbus::Result<SignalStream<'static>> {
        self.interface.receive_signal(name).await
    }

    /// Returns the changes of properties.
    pub(super) async fn changes(&self) -> zbus::Result<SignalStream<'static>> {
        let interface = self.interface.interface().as_str();
        self.properties
            .receive_signal_with_args("PropertiesChanged", &[(0, interface)])
            .await
    }

    /// Returns the changes of the owner.
    pub(super) async fn owners(&self) -> zbus::Result<OwnerChangedStream<'static>> {
        self.interface.receive_owner_changed().await
    }

    /// Returns a property.
    pub(super) async fn get<T>(&self, name: &str) -> zbus::Result<T>
    where
        T: serde::de::DeserializeOwned + zbus::Type,
    {
        in_time(self.interface.get_property(name)).await
    }

    /// Calls a method, if the program is running. One that is not is not started.
    pub(super) async fn call<B, R>(&self, method: &'static str, body: &B) -> zbus::Result<R>
    where
        B: serde::Serialize + DynamicType,
        R: for<'d> DynamicDeserialize<'d>,
    {
        let reply = self
            .interface
            .call_with_flags(method, MethodFlags::NO_AUTO_START, body);
        in_time(reply).await?.ok_or_else(late)
    }
}

async fn proxy(
    bus: &zbus::Connection,
    name: &'static str,
    path: ObjectPath<'static>,
    interface: &'static str,
) -> zbus::Result<Proxy<'static>> {
    Builder::new(bus)
        .destination(name)
        .path(path)
        .interface(interface)
        .cache_properties(CacheProperties::No)
        .build()
        .await
}

/// Returns the answer, or the error for one that is late.
pub(super) async fn in_time<T>(answer: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    let answer = tokio::time::timeout(DEADLINE, answer).await;
    answer.unwrap_or_else(|_| Err(late()))
}

fn late() -> zbus::Error {
    io::Error::from(io::ErrorKind::TimedOut).into()
}
