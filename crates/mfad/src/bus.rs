//! The session bus: the object for desktop tools, under a name that nobody can take away.

use std::time::Duration;

use mfa_ipc::endpoint::{BUS_NAME, OBJECT_PATH};
use zbus::fdo::RequestNameFlags;

use crate::caller::Origin;
use crate::interface::authenticator::Authenticator;
use crate::platform;
use crate::service::Handle;

/// How long connecting may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Connects to the session bus, if there is one.
pub async fn connect() -> Option<zbus::Connection> {
    if !platform::HAS_SESSION_BUS {
        return None;
    }
    let connecting = zbus::connection::Builder::session().build();
    match tokio::time::timeout(DEADLINE, connecting).await {
        Ok(Ok(connection)) => Some(connection),
        Ok(Err(error)) => {
            tracing::info!(%error, "no session bus");
            None
        }
        Err(_) => {
            tracing::warn!("the session bus does not answer");
            None
        }
    }
}

/// Serves the object, then takes the name.
///
/// # Errors
/// [`zbus::Error::NameTaken`] if another daemon has it.
pub async fn serve(connection: &zbus::Connection, service: &Handle) -> zbus::Result<()> {
    let object = Authenticator::new(service.clone(), Origin::SessionBus);
    connection.object_server().at(OBJECT_PATH, object).await?;
    // Without `AllowReplacement`, which zbus would set by itself.
    connection
        .request_name_with_flags(BUS_NAME, RequestNameFlags::DO_NOT_QUEUE)
        .await?;
    Ok(())
}
