//! Forwards events to the other end of a connection for as long as it is open.

use mfa_ipc::endpoint::OBJECT_PATH;
use tokio::sync::broadcast::error::RecvError;
use zbus::object_server::InterfaceRef;

use crate::interface::access::{Access, AccessSignals};
use crate::interface::authenticator::{Authenticator, AuthenticatorSignals};
use crate::service::{Handle, Signal};

/// Sends signals and property changes until the connection is closed.
///
/// # Errors
/// Returns the error that D-Bus reports, which means that the connection is gone.
pub async fn forward(connection: &zbus::Connection, service: &Handle) -> zbus::Result<()> {
    let object: InterfaceRef<Authenticator> =
        connection.object_server().interface(OBJECT_PATH).await?;
    // Questions are only for private connections.
    let access: Option<InterfaceRef<Access>> =
        connection.object_server().interface(OBJECT_PATH).await.ok();
    let mut signals = service.signals();
    let mut public = service.public();
    let mut known = public.borrow_and_update().clone();
    loop {
        tokio::select! {
            () = connection.closed() => return Ok(()),
            signal = signals.recv() => match signal {
                Ok(Signal::AccountsChanged { revision }) => object.accounts_changed(revision).await?,
                Ok(Signal::CodeIssued { account, application }) => {
                    object.code_issued(&account, &application).await?;
                }
                Ok(Signal::CounterMoved) => {}
                Ok(Signal::QuestionsChanged) => {
                    if let Some(access) = &access {
                        access.questions_changed().await?;
                    }
                }
                // The connection was too slow and missed signals. Listing the accounts again is always right.
                Err(RecvError::Lagged(_)) => object.accounts_changed(u64::MAX).await?,
                Err(RecvError::Closed) => return Ok(()),
            },
            changed = public.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                let now = public.borrow_and_update().clone();
                let interface = object.get().await;
                if now.locked != known.locked {
                    interface.locked_changed(object.signal_emitter()).await?;
                }
                if now.keychain != known.keychain {
                    interface.keychain_changed(object.signal_emitter()).await?;
                }
                known = now;
            }
        }
    }
}
