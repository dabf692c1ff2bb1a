//! The session bus: serves the object for desktop tools, under a name that nobody can take away.

use std::time::Duration;

use mfa_ipc::endpoint::{BUS_NAME, OBJECT_PATH};
use mfa_sys::process;
use thiserror::Error;
use zbus::fdo::RequestNameFlags;
use zbus::names::BusName;

use crate::caller::Origin;
use crate::interface::authenticator::Authenticator;
use crate::limits::Limits;
use crate::platform;
use crate::search::{RUNNER_PATH, Runner, SHELL_PATH, Search, Shell};
use crate::service::Handle;

/// How long connecting may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Connects to the session bus, if there is one.
pub async fn connect(limits: &Limits) -> Option<zbus::Connection> {
    if !platform::HAS_SESSION_BUS {
        return None;
    }
    let connecting = async { platform::session_bus(limits.bus()).await?.build().await };
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

/// Serves the object, then takes the name. `search_codes` says whether GNOME Shell gets the codes of what it finds.
///
/// # Errors
/// Returns [`Error::Taken`] if another program owns the name.
pub async fn serve(
    connection: &zbus::Connection,
    service: &Handle,
    limits: Limits,
    search_codes: bool,
) -> Result<(), Error> {
    let origin = Origin::SessionBus { limits };
    let search = Search::new(service.clone(), origin.clone(), connection.clone());
    let runner = Runner::new(search.clone());
    let shell = Shell::new(search, search_codes);
    let object = Authenticator::new(service.clone(), origin);
    let objects = connection.object_server();
    objects.at(OBJECT_PATH, object).await?;
    objects.at(RUNNER_PATH, runner).await?;
    objects.at(SHELL_PATH, shell).await?;
    // This leaves out `AllowReplacement`, which zbus sets by default.
    let taken = connection
        .request_name_with_flags(BUS_NAME, RequestNameFlags::DO_NOT_QUEUE)
        .await;
    match taken {
        Ok(_) => Ok(()),
        Err(zbus::Error::NameTaken) => Err(Error::Taken(owner(connection).await)),
        Err(error) => Err(error.into()),
    }
}

/// Returns the program that owns our name.
async fn owner(connection: &zbus::Connection) -> Option<Owner> {
    let bus = zbus::fdo::DBusProxy::new(connection).await.ok()?;
    let name = BusName::try_from(BUS_NAME).ok()?;
    let pid = bus.get_connection_unix_process_id(name).await.ok()?;
    let executable = process::executable(pid);
    let program = match &executable {
        Some(path) => path.display().to_string(),
        // A running mfad hides its executable.
        None => platform::short_name(pid)?,
    };
    let is_ours = match &executable {
        Some(path) => std::env::current_exe().is_ok_and(|own| own == *path),
        None => program == "mfad",
    };
    Some(Owner {
        pid,
        program,
        is_ours,
    })
}

/// A program that owns our name on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its process id.
    pub pid: u32,
    /// Its path, or its short name where the path is hidden.
    pub program: String,
    /// Whether it is another instance of this daemon, as far as can be told.
    pub is_ours: bool,
}

/// The reason why the object is not on the bus.
#[derive(Debug, Error)]
pub enum Error {
    /// Another program owns the name.
    #[error("the name {BUS_NAME} is taken")]
    Taken(Option<Owner>),
    /// The bus reported an error.
    #[error(transparent)]
    Bus(#[from] zbus::Error),
}
