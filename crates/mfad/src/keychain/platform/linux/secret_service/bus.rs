//! Calls to the provider of the Secret Service, and the signals that it sends.

use zbus::wire::{DynamicDeserialize, DynamicType};
use zbus::{MatchRule, MessageStream};

use mfa_core::port::StoreError;

use super::super::words::Cause;

pub(super) const BUS_NAME: &str = "org.freedesktop.secrets";
/// The names that KWallet owns, whether or not it provides the Secret Service too.
const KWALLETS: [&str; 2] = ["org.kde.kwalletd6", "org.kde.kwalletd5"];

/// The session bus, if there is one.
#[derive(Clone)]
pub(super) struct Bus(Option<zbus::Connection>);

impl Bus {
    pub(super) fn new(bus: Option<zbus::Connection>) -> Self {
        Self(bus)
    }

    /// Returns the signals of one kind that the provider sends.
    pub(super) async fn signals(
        &self,
        interface: &'static str,
        member: &'static str,
    ) -> Result<MessageStream, StoreError> {
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .sender(BUS_NAME)
            .interface(interface)
            .member(member)
            .build()
            .map_err(unusable)?;
        MessageStream::for_match_rule(rule, self.get()?, None)
            .await
            .map_err(unusable)
    }

    pub(super) async fn owners(&self) -> Result<MessageStream, StoreError> {
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .sender("org.freedesktop.DBus")
            .member("NameOwnerChanged")
            .arg(0, BUS_NAME)
            .build()
            .map_err(unusable)?;
        MessageStream::for_match_rule(rule, self.get()?, None)
            .await
            .map_err(unusable)
    }

    /// Returns the error for a Secret Service without a provider. KWallet may run without being one.
    async fn nobody(&self) -> StoreError {
        let is_kwallet = async {
            let bus = zbus::fdo::DBusProxy::new(self.get().ok()?).await.ok()?;
            for name in KWALLETS {
                let name = zbus::names::BusName::try_from(name).ok()?;
                if bus.name_has_owner(name).await.ok()? {
                    return Some(());
                }
            }
            None
        };
        match is_kwallet.await {
            Some(()) => Cause::KWalletWithout.error(),
            None => Cause::Nobody.error(),
        }
    }

    pub(super) fn get(&self) -> Result<&zbus::Connection, StoreError> {
        let none = || Cause::NoBus.error();
        self.0
            .as_ref()
            .filter(|bus| !bus.is_closed())
            .ok_or_else(none)
    }

    pub(super) async fn call<B, R>(
        &self,
        path: &str,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Result<R, StoreError>
    where
        B: serde::Serialize + DynamicType,
        R: for<'d> DynamicDeserialize<'d>,
    {
        let reply = self
            .get()?
            .call_method(Some(BUS_NAME), path, Some(interface), method, body)
            .await;
        let reply = match reply {
            Err(error) if Cause::of(&error) == Cause::Nobody => return Err(self.nobody().await),
            reply => reply.map_err(unusable)?,
        };
        reply.body().deserialize().map_err(unusable)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used where errors are mapped"
)]
pub(super) fn unusable(error: zbus::Error) -> StoreError {
    tracing::debug!(%error, "the Secret Service");
    Cause::of(&error).error()
}
