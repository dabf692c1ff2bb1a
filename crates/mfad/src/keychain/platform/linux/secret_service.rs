//! The gate of the Secret Service: is it there, is it locked, ask the user to open it.
//!
//! It speaks the Secret Service API (freedesktop.org, draft 0.2) on the session bus itself, because
//! the keyring store can do neither: look without prompting, nor prompt without blocking.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use mfa_core::port::StoreError;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use zbus::message::Message;
use zbus::wire::{DynamicDeserialize, DynamicType};
use zbus::{MatchRule, MessageStream, OwnedObjectPath, OwnedVariant};

use super::words::Cause;
use crate::keychain::keyring::SERVICE;
use crate::keychain::{Identity, State};

const BUS_NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE_INTERFACE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// How many prompts may follow each other.
const MAX_PROMPTS: u32 = 3;
const KEEPASSXC: &str = "KeePassXC";
const KWALLET: &str = "KWallet";
/// What KWallet owns, whether or not it is the Secret Service too.
const KWALLETS: [&str; 2] = ["org.kde.kwalletd6", "org.kde.kwalletd5"];

/// The task that has a prompt on the screen.
type Prompt = JoinHandle<Result<(), StoreError>>;

/// The gate; see the module.
#[derive(Clone)]
pub(in crate::keychain) struct SecretServiceGate {
    bus: Option<zbus::Connection>,
    /// The prompt that may be on the screen, whether or not somebody waits for its answer.
    shown: Arc<Mutex<Option<Prompt>>>,
}

impl fmt::Debug for SecretServiceGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretServiceGate")
    }
}

impl SecretServiceGate {
    pub(in crate::keychain) fn new(bus: Option<zbus::Connection>) -> Self {
        Self {
            bus,
            shown: Arc::default(),
        }
    }

    /// Whether all that we need is unlocked.
    pub(in crate::keychain) async fn state(&self) -> Result<State, StoreError> {
        let locked = self.locked_objects().await?;
        Ok(if locked.is_empty() {
            State::Open
        } else {
            State::Locked
        })
    }

    /// Raises the provider's own prompt and waits until it is answered, or for `deadline`.
    pub(in crate::keychain) async fn prompt(&self, deadline: Duration) -> Result<(), StoreError> {
        // With the default collection open, items in another one may turn out to be locked.
        let end = Instant::now() + deadline;
        for _ in 0..MAX_PROMPTS {
            let locked = self.locked_objects().await?;
            if locked.is_empty() {
                return Ok(());
            }
            self.unlock(locked, end).await?;
        }
        Err(StoreError::Locked)
    }

    /// Waits for the prompt that is on the screen, or raises one.
    ///
    /// Whoever stops waiting, since the time is over or the user locks, leaves it there: gnome-keyring
    /// (42.1, `gkd-secret-unlock.c`) ends by an assertion when a prompt that it shows is dismissed, and
    /// KeePassXC keeps its dialog all the same. Answered late, it opens the keychain, which is noticed.
    async fn unlock(&self, objects: Vec<OwnedObjectPath>, end: Instant) -> Result<(), StoreError> {
        let mut shown = self.shown.lock().await;
        // What was answered when nobody waited is no answer to us.
        let on_screen = shown.take().filter(|prompt| !prompt.is_finished());
        let gate = self.clone();
        let raise = || tokio::spawn(async move { gate.ask(&objects).await });
        let prompt = shown.insert(on_screen.unwrap_or_else(raise));
        let answer = tokio::time::timeout_at(end, prompt).await;
        answer.map_or(Err(StoreError::TimedOut), |answer| {
            answer.unwrap_or(Err(StoreError::TimedOut))
        })
    }

    async fn ask(&self, objects: &[OwnedObjectPath]) -> Result<(), StoreError> {
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = self
            .call(PATH, SERVICE_INTERFACE, "Unlock", &objects)
            .await?;
        if prompt.as_str() == "/" {
            return Ok(());
        }
        self.answer(&prompt).await
    }

    /// Shows a prompt and waits for its signal `Completed`, or for its provider to go away.
    async fn answer(&self, prompt: &OwnedObjectPath) -> Result<(), StoreError> {
        let bus = self.bus()?;
        let completed = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .interface(PROMPT)
            .member("Completed")
            .path(prompt.clone())
            .build()
            .map_err(unusable)?;
        let mut completed = MessageStream::for_match_rule(completed, bus, None)
            .await
            .map_err(unusable)?;
        let mut owners = self.owners().await?;
        self.call::<_, ()>(prompt.as_str(), PROMPT, "Prompt", &"")
            .await?;
        tokio::select! {
            Some(Ok(signal)) = completed.next() => {
                let body = signal.body();
                let (dismissed, _): (bool, OwnedVariant) = body.deserialize().map_err(unusable)?;
                if dismissed { Err(StoreError::Locked) } else { Ok(()) }
            }
            _ = owners.next() => Err(Cause::Gone.error()),
        }
    }

    /// Reports when a collection changes, or the provider comes or goes. Returns with the bus.
    pub(in crate::keychain) async fn watch(&self, changed: &mpsc::Sender<()>) {
        if let Err(error) = self.forward_changes(changed).await {
            tracing::debug!(%error, "not listening to the keychain");
        }
    }

    async fn forward_changes(&self, changed: &mpsc::Sender<()>) -> Result<(), StoreError> {
        let mut collections = self.signals(SERVICE_INTERFACE, "CollectionChanged").await?;
        let mut properties = self.signals(PROPERTIES, "PropertiesChanged").await?;
        let mut owners = self.owners().await?;
        loop {
            tokio::select! {
                Some(_) = collections.next() => {}
                Some(_) = owners.next() => {}
                Some(Ok(signal)) = properties.next() => if !is_about_locking(&signal) { continue },
                else => return Ok(()),
            }
            // A full channel holds a change already.
            let _full = changed.try_send(());
        }
    }

    /// The signals of one kind that the provider sends.
    async fn signals(
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
        MessageStream::for_match_rule(rule, self.bus()?, None)
            .await
            .map_err(unusable)
    }

    /// Who provides the service, as people call it, and which of its collections is the default one.
    pub(in crate::keychain) async fn identity(&self, deadline: Duration) -> Identity {
        let find = async {
            let name = self.provider_name().await?;
            let default = self.default_collection().await;
            let default = default.as_ref().map_or("", |path| path.as_str());
            let store = format!("{name} {default}");
            Ok::<_, StoreError>(Identity { name, store })
        };
        let found = tokio::time::timeout(deadline, find).await;
        found.ok().and_then(Result::ok).unwrap_or_else(|| Identity {
            name: "none".to_owned(),
            store: String::new(),
        })
    }

    async fn default_collection(&self) -> Result<OwnedObjectPath, StoreError> {
        self.call(PATH, SERVICE_INTERFACE, "ReadAlias", &"default")
            .await
    }

    async fn provider_name(&self) -> Result<String, StoreError> {
        let bus = zbus::fdo::DBusProxy::new(self.bus()?)
            .await
            .map_err(unusable)?;
        let name = zbus::names::BusName::try_from(BUS_NAME).map_err(unusable)?;
        let pid = bus.get_connection_unix_process_id(name).await;
        let pid = pid.map_err(|error| unusable(error.into()))?;
        let name = mfa_sys::process::short_name(pid).unwrap_or_default();
        Ok(match name.as_str() {
            "gnome-keyring-d" => "gnome-keyring".to_owned(),
            "keepassxc" => KEEPASSXC.to_owned(),
            "kwalletd5" | "kwalletd6" | "ksecretd" => KWALLET.to_owned(),
            _ => super::NAME.to_owned(),
        })
    }

    /// What has to be unlocked: the default collection, else our items in another one.
    ///
    /// The collection comes first, since looking for items while it is locked makes KeePassXC raise
    /// a prompt, or end by a fault of its own while it is starting.
    async fn locked_objects(&self) -> Result<Vec<OwnedObjectPath>, StoreError> {
        let default = self.default_collection().await?;
        let has_default = default.as_str() != "/";
        if has_default && self.is_locked(&default).await? {
            return Ok(vec![default]);
        }
        let attributes = HashMap::from([("service", SERVICE)]);
        let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = self
            .call(PATH, SERVICE_INTERFACE, "SearchItems", &attributes)
            .await?;
        if !has_default && open.is_empty() && locked.is_empty() {
            let cause = match self.provider_name().await.as_deref() {
                Ok(KEEPASSXC) => Cause::NoDatabase,
                Ok(KWALLET) => Cause::NoWallet,
                _ => Cause::NoKeyring,
            };
            return Err(cause.error());
        }
        Ok(locked)
    }

    async fn is_locked(&self, collection: &OwnedObjectPath) -> Result<bool, StoreError> {
        let value: OwnedVariant = self
            .call(
                collection.as_str(),
                PROPERTIES,
                "Get",
                &(COLLECTION, "Locked"),
            )
            .await?;
        bool::try_from(value).map_err(unusable)
    }

    async fn owners(&self) -> Result<MessageStream, StoreError> {
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .sender("org.freedesktop.DBus")
            .member("NameOwnerChanged")
            .arg(0, BUS_NAME)
            .build()
            .map_err(unusable)?;
        MessageStream::for_match_rule(rule, self.bus()?, None)
            .await
            .map_err(unusable)
    }

    /// Nobody is the Secret Service. KWallet may be there without.
    async fn nobody(&self) -> StoreError {
        let is_kwallet = async {
            let bus = zbus::fdo::DBusProxy::new(self.bus().ok()?).await.ok()?;
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

    fn bus(&self) -> Result<&zbus::Connection, StoreError> {
        let none = || Cause::NoBus.error();
        self.bus
            .as_ref()
            .filter(|bus| !bus.is_closed())
            .ok_or_else(none)
    }

    async fn call<B, R>(
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
            .bus()?
            .call_method(Some(BUS_NAME), path, Some(interface), method, body)
            .await;
        let reply = match reply {
            Err(error) if Cause::of(&error) == Cause::Nobody => return Err(self.nobody().await),
            reply => reply.map_err(unusable)?,
        };
        reply.body().deserialize().map_err(unusable)
    }
}

/// Whether a `PropertiesChanged` is about the property `Locked` of a collection.
fn is_about_locking(signal: &Message) -> bool {
    let body = signal.body();
    let changed: zbus::Result<(String, HashMap<String, OwnedVariant>, Vec<String>)> =
        body.deserialize();
    changed.is_ok_and(|(interface, values, invalidated)| {
        interface == COLLECTION
            && (values.contains_key("Locked") || invalidated.iter().any(|name| name == "Locked"))
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used where errors are mapped"
)]
fn unusable(error: zbus::Error) -> StoreError {
    tracing::debug!(%error, "the Secret Service");
    Cause::of(&error).error()
}
