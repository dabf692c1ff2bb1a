//! Tells the other end of a connection what happens, for as long as it is there.

use mfa_ipc::endpoint::OBJECT_PATH;
use tokio::sync::broadcast::error::RecvError;
use zbus::object_server::InterfaceRef;

use crate::interface::authenticator::{Authenticator, AuthenticatorSignals};
use crate::service::{Handle, Signal};

/// Sends signals and property changes until the connection is closed.
///
/// # Errors
/// What D-Bus reports, which is that the connection is gone.
pub async fn forward(connection: &zbus::Connection, service: &Handle) -> zbus::Result<()> {
    let object: InterfaceRef<Authenticator> =
        connection.object_server().interface(OBJECT_PATH).await?;
    let mut signals = service.signals();
    let mut public = service.public();
    let mut known = public.borrow_and_update().clone();
    loop {
        tokio::select! {
            () = connection.closed() => return Ok(()),
            signal = signals.recv() => match signal {
                Ok(Signal::AccountsChanged) => object.accounts_changed().await?,
                Ok(Signal::CodeIssued { account, application }) => {
                    object.code_issued(&account, &application).await?;
                }
                // Too slow to hear everything: listing again is always right.
                Err(RecvError::Lagged(_)) => object.accounts_changed().await?,
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
