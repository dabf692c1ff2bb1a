//! Linux: polkit, if the file of our action is installed; see
//! <https://www.freedesktop.org/software/polkit/docs/latest/>.
//!
//! The question is about mfad itself, and carries no details: polkit accepts neither a question about another process
//! nor details from a program without privileges. The daemon connects to the system bus only to ask.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use zbus::Variant;

use super::super::{Presence, Proof, Proving};

/// The action, as in `dist/org.mfactl.policy`.
const ACTION: &str = "org.mfactl.unlock";
/// The flag `AllowUserInteraction`: prompt the user, if nothing else decides.
const PROMPT: u32 = 1;
/// How long the user has to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to withdraw a prompt.
const CANCELLING: Duration = Duration::from_secs(5);

#[zbus::proxy(
    interface = "org.freedesktop.PolicyKit1.Authority",
    default_service = "org.freedesktop.PolicyKit1",
    default_path = "/org/freedesktop/PolicyKit1/Authority"
)]
trait Authority {
    fn check_authorization(
        &self,
        subject: &(&str, HashMap<&str, Variant<'_>>),
        action_id: &str,
        details: &HashMap<&str, &str>,
        flags: u32,
        cancellation_id: &str,
    ) -> zbus::Result<(bool, bool, HashMap<String, String>)>;

    fn cancel_check_authorization(&self, cancellation_id: &str) -> zbus::Result<()>;
}

/// Asks polkit.
#[derive(Debug, Default)]
struct Polkit {
    is_asking: Arc<AtomicBool>,
    asked: AtomicU64,
}

/// Returns the way to ask on this system.
#[must_use]
pub fn presence() -> Arc<dyn Presence> {
    Arc::new(Polkit::default())
}

impl Presence for Polkit {
    fn prove(&self, may_prompt: bool) -> Proving {
        if self.is_asking.swap(true, Ordering::Relaxed) {
            return Box::pin(std::future::ready(Proof::Busy));
        }
        let turn = Turn(Arc::clone(&self.is_asking));
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let id = format!("mfad-{number}");
            let proof = tokio::time::timeout(PATIENCE, ask(&id, may_prompt)).await;
            drop(turn);
            let Ok(proof) = proof else {
                return Proof::Refused;
            };
            proof.unwrap_or_else(|error| {
                tracing::info!(%error, "polkit gives no proof of presence");
                without(&error)
            })
        })
    }
}

/// The turn of the only question that may be open.
struct Turn(Arc<AtomicBool>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Takes the question off the screen when it is dropped before it is answered.
struct Open {
    bus: zbus::Connection,
    id: String,
    is_answered: bool,
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        let (bus, id) = (self.bus.clone(), std::mem::take(&mut self.id));
        tokio::spawn(tokio::time::timeout(CANCELLING, async move {
            if let Ok(authority) = AuthorityProxy::new(&bus).await {
                drop(authority.cancel_check_authorization(&id).await);
            }
        }));
    }
}

async fn ask(id: &str, may_prompt: bool) -> zbus::Result<Proof> {
    let bus = zbus::Connection::system().await?;
    let authority = AuthorityProxy::new(&bus).await?;
    let own = bus.unique_name().map(ToString::to_string);
    let subject = (
        "system-bus-name",
        HashMap::from([("name", Variant::from(own.unwrap_or_default()))]),
    );
    let mut open = Open {
        bus: bus.clone(),
        id: id.to_owned(),
        is_answered: false,
    };
    let details = HashMap::new();
    let flags = if may_prompt { PROMPT } else { 0 };
    let answer = authority.check_authorization(&subject, ACTION, &details, flags, id);
    let answer = answer.await;
    open.is_answered = true;
    let (is_authorized, is_challenge, _) = answer?;
    Ok(match (is_authorized, is_challenge) {
        (true, _) => Proof::Given,
        (false, true) if !may_prompt => Proof::NeedsPrompt,
        (false, true) => Proof::NoAgent,
        (false, false) => Proof::Refused,
    })
}

/// Returns what follows from an error. Only a system without polkit or without our action has no way to ask: any other
/// error could be one that a program has brought about.
fn without(error: &zbus::Error) -> Proof {
    let is_absent = match error {
        zbus::Error::Connection(error, _) => {
            matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            )
        }
        zbus::Error::FDO(error) => matches!(
            **error,
            zbus::fdo::Error::ServiceUnknown(_) | zbus::fdo::Error::NameHasNoOwner(_)
        ),
        zbus::Error::MethodError(_, text, _) => text
            .as_deref()
            .unwrap_or_default()
            .contains("not registered"),
        _ => false,
    };
    match is_absent {
        true => Proof::Impossible,
        false => Proof::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_system_without_polkit_needs_no_proof() {
        let method = |name: &str, text: &str| {
            let name = zbus::names::OwnedErrorName::try_from(name).unwrap();
            let call = zbus::message::Message::method_call("/", "M");
            let call = call.build(&()).unwrap();
            zbus::Error::MethodError(name, Some(text.to_owned()), call)
        };
        let failed = "org.freedesktop.PolicyKit1.Error.Failed";
        let fdo = |error| zbus::Error::FDO(Box::new(error));
        for (error, expected) in [
            (
                fdo(zbus::fdo::Error::ServiceUnknown("".into())),
                Proof::Impossible,
            ),
            (
                fdo(zbus::fdo::Error::NameHasNoOwner("".into())),
                Proof::Impossible,
            ),
            (
                method(failed, "Action org.mfactl.unlock is not registered"),
                Proof::Impossible,
            ),
            (method(failed, "the agent has left"), Proof::Refused),
            (fdo(zbus::fdo::Error::NoReply("".into())), Proof::Refused),
            (
                fdo(zbus::fdo::Error::LimitsExceeded("".into())),
                Proof::Refused,
            ),
            (zbus::Error::InvalidReply, Proof::Refused),
        ] {
            assert_eq!(without(&error), expected, "{error}");
        }
        let address = "unix:path=/nowhere".parse::<zbus::Address>().unwrap();
        for (kind, expected) in [
            (ErrorKind::NotFound, Proof::Impossible),
            (ErrorKind::ConnectionReset, Proof::Refused),
        ] {
            let error = zbus::Error::Connection(Arc::new(kind.into()), Box::new(address.clone()));
            assert_eq!(without(&error), expected, "{error}");
        }
    }
}
