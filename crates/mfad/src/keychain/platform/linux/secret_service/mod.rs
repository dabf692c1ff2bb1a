//! The gate of the Secret Service: tells whether it is there and whether it is locked, and asks the user to
//! unlock it.
//!
//! It speaks the Secret Service API (freedesktop.org, draft 0.2) on the session bus itself, because the keyring
//! store can neither look without a prompt nor prompt without blocking.

mod bus;

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
use zbus::{MatchRule, MessageStream, OwnedObjectPath, OwnedVariant};

use super::words::Cause;
use crate::keychain::keyring::SERVICE;
use crate::keychain::{Identity, NAMELESS, State};
use bus::{BUS_NAME, Bus, unusable};

const PATH: &str = "/org/freedesktop/secrets";
const SERVICE_INTERFACE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// The number of prompts that may follow each other.
const MAX_PROMPTS: u32 = 3;
const KEEPASSXC: &str = "KeePassXC";
const KWALLET: &str = "KWallet";
/// The task that shows a prompt on the screen.
type Prompt = JoinHandle<Result<(), StoreError>>;

/// The gate; see the module.
#[derive(Clone)]
pub(in crate::keychain) struct SecretServiceGate {
    bus: Bus,
    /// The prompt that may be on the screen, whether or not anybody waits for its answer.
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
            bus: Bus::new(bus),
            shown: Arc::default(),
        }
    }

    /// Returns whether everything that we need is unlocked.
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
        // With the default collection unlocked, items in another collection may turn out to be locked.
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
    /// A caller that stops waiting, because its time is over or the user locks, leaves the prompt there:
    /// gnome-keyring (42.1, `gkd-secret-unlock.c`) aborts on an assertion when a prompt that it shows is
    /// dismissed, and KeePassXC keeps its dialog anyway. A late answer unlocks the keychain, which is noticed. Not reported yet.
    async fn unlock(&self, objects: Vec<OwnedObjectPath>, end: Instant) -> Result<(), StoreError> {
        let mut shown = self.shown.lock().await;
        // A prompt that was answered while nobody waited does not count.
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
            .bus
            .call(PATH, SERVICE_INTERFACE, "Unlock", &objects)
            .await?;
        if prompt.as_str() == "/" {
            return Ok(());
        }
        self.answer(&prompt).await
    }

    /// Shows a prompt and waits for its signal `Completed`, or for its provider to go away.
    async fn answer(&self, prompt: &OwnedObjectPath) -> Result<(), StoreError> {
        let bus = self.bus.get()?;
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
        let mut owners = self.bus.owners().await?;
        self.bus
            .call::<_, ()>(prompt.as_str(), PROMPT, "Prompt", &"")
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

    /// Reports when a collection changes, or when the provider comes or goes. Returns when the bus is gone.
    pub(in crate::keychain) async fn watch(&self, changed: &mpsc::Sender<()>) {
        if let Err(error) = self.forward_changes(changed).await {
            tracing::debug!(%error, "not listening to the keychain");
        }
    }

    async fn forward_changes(&self, changed: &mpsc::Sender<()>) -> Result<(), StoreError> {
        let mut collections = self
            .bus
            .signals(SERVICE_INTERFACE, "CollectionChanged")
            .await?;
        let mut properties = self.bus.signals(PROPERTIES, "PropertiesChanged").await?;
        let mut owners = self.bus.owners().await?;
        loop {
            tokio::select! {
                Some(_) = collections.next() => {}
                Some(_) = owners.next() => {}
                Some(Ok(signal)) = properties.next() => if !is_about_locking(&signal) { continue },
                else => return Ok(()),
            }
            // A full channel already holds a notice of a change.
            let _full = changed.try_send(());
        }
    }

    /// Returns the provider of the service, as people call it, and its default collection.
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
            name: NAMELESS.to_owned(),
            store: String::new(),
        })
    }

    async fn default_collection(&self) -> Result<OwnedObjectPath, StoreError> {
        self.bus
            .call(PATH, SERVICE_INTERFACE, "ReadAlias", &"default")
            .await
    }

    async fn provider_name(&self) -> Result<String, StoreError> {
        let bus = zbus::fdo::DBusProxy::new(self.bus.get()?)
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

    /// Returns the objects to unlock: the default collection, or else our items in another one.
    ///
    /// The default collection comes first: searching for items while it is locked makes KeePassXC raise a
    /// prompt, or crash (2.7.4) by a fault of its own while it is starting. Not reported yet.
    async fn locked_objects(&self) -> Result<Vec<OwnedObjectPath>, StoreError> {
        let default = self.default_collection().await?;
        let has_default = default.as_str() != "/";
        if has_default && self.is_locked(&default).await? {
            return Ok(vec![default]);
        }
        let attributes = HashMap::from([("service", SERVICE)]);
        let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = self
            .bus
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
            .bus
            .call(
                collection.as_str(),
                PROPERTIES,
                "Get",
                &(COLLECTION, "Locked"),
            )
            .await?;
        bool::try_from(value).map_err(unusable)
    }
}

/// Returns whether a `PropertiesChanged` is about the property `Locked` of a collection.
fn is_about_locking(signal: &Message) -> bool {
    let body = signal.body();
    let changed: zbus::Result<(String, HashMap<String, OwnedVariant>, Vec<String>)> =
        body.deserialize();
    changed.is_ok_and(|(interface, values, invalidated)| {
        interface == COLLECTION
            && (values.contains_key("Locked") || invalidated.iter().any(|name| name == "Locked"))
    })
}
