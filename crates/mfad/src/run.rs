//! Puts the daemon together and keeps it running until it is told to end.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use mfa_host::config::{self, Daemon as Config};
use mfa_ipc::{endpoint, paths};
use thiserror::Error;

use crate::args::Args;
use crate::backups::Folder;
use crate::clock::SystemClock;
use crate::journal::FileJournal;
use crate::keychain::Keychain;
use crate::limits::Limits;
use crate::listen::Listener;
use crate::service::{self, ConsentParts, Fallback, Handle, Parts};
use crate::{bus, follow, platform, presence, question, session, signals};

/// The name of the credential that systemd may hand over in `$CREDENTIALS_DIRECTORY`.
const CREDENTIAL: &str = "mfad-vault-passphrase";

/// The reason why the daemon cannot run.
#[derive(Debug, Error)]
pub enum Error {
    /// Another daemon is running.
    #[error("mfad is already running")]
    AlreadyRunning,
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The memory of this process cannot be protected, so it should hold no secrets.
    #[error("cannot protect this process from other programs: {0}")]
    Harden(#[source] io::Error),
    /// The folder of the socket or the socket itself cannot be used.
    #[error("cannot use the private socket {path}: {0}", path = endpoint::socket().display())]
    Socket(#[source] io::Error),
    /// The task that owns the accounts has failed.
    #[error("the daemon stopped after an internal error; the next request starts it again")]
    Service,
    /// An operation failed that should always work.
    #[error("the daemon cannot run: {0}")]
    System(#[from] io::Error),
}

/// Runs the daemon until it is told to end.
///
/// # Errors
/// Returns any variant of [`enum@Error`].
pub fn run(args: Args) -> Result<(), Error> {
    mfa_sys::harden::process().map_err(Error::Harden)?;
    if args.background {
        mfa_sys::detach::process()?;
    }
    let path = args.config.unwrap_or_else(paths::config);
    let config = Config::load(&path)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(serve(args.vault, &config, path));
    // The keychain may still be busy with a call that nobody waits for.
    runtime.shutdown_background();
    result
}

async fn serve(vault: Option<PathBuf>, config: &Config, path: PathBuf) -> Result<(), Error> {
    let _only = only_one()?;
    let listener = Listener::new().map_err(Error::Socket)?;
    let limits = Limits::default();
    let bus = bus::connect(&limits).await;
    let (journal, notes) = FileJournal::open(&paths::state());
    let keychain = keychain(vault, config, bus.clone());
    let parts = Parts {
        keychain: keychain.clone(),
        clock: Arc::new(SystemClock),
        journal: Box::new(journal),
        notes,
        lock: config.lock(),
        session: session::watch(config.lock(), bus.clone()),
        presence: presence::presence(),
        backups: config.backup_folder.clone().map(|path| Folder {
            path,
            keep: config.backup_keep(),
        }),
        fallback: Some(Fallback {
            path: paths::vault(),
            remember: Arc::new(move |vault| config::remember_vault(&path, vault)),
        }),
    };
    let consent = ConsentParts::on_disk(
        &paths::state(),
        config.access(),
        question::questioner(bus.clone()).await,
    );
    let (handle, mut service) = service::start(parts, consent);
    if let Some(file) = config.sync_file.clone() {
        tokio::spawn(follow::run(handle.clone(), keychain, file));
    }
    if let Some(bus) = &bus {
        on_the_bus(bus, &handle, limits.clone(), config.search_codes()).await?;
    }
    ready()?;
    let result = tokio::select! {
        result = until_the_end(&listener, bus.as_ref(), &handle, limits.clone()) => result,
        () = limits.tidy() => Ok(()),
        // Nothing else notices if the service panics, and without it every answer would be an error.
        _ = &mut service => Err(Error::Service),
    };
    platform::tell_stopping();
    // Connections hold handles too. The service ends with the runtime, and its drop wipes it.
    if !service.is_finished() {
        service.abort();
        drop(service.await);
    }
    tracing::info!("ended");
    result
}

/// Serves on the session bus. A program that has taken our name there must not keep codes from our own clients,
/// so the private endpoint is served all the same.
async fn on_the_bus(
    bus: &zbus::Connection,
    service: &Handle,
    limits: Limits,
    search_codes: bool,
) -> Result<(), Error> {
    match bus::serve(bus, service, limits, search_codes).await {
        Ok(()) => Ok(()),
        Err(bus::Error::Taken(owner)) if owner.as_ref().is_none_or(|owner| owner.is_ours) => {
            Err(Error::AlreadyRunning)
        }
        Err(bus::Error::Taken(Some(owner))) => {
            tracing::warn!(
                program = owner.program,
                pid = owner.pid,
                "another program has taken the name of mfad on the session bus, so other tools cannot find \
                 mfad there: end that program and restart mfad"
            );
            Ok(())
        }
        Err(error) => Err(Error::System(io::Error::other(error))),
    }
}

async fn until_the_end(
    listener: &Listener,
    bus: Option<&zbus::Connection>,
    service: &Handle,
    limits: Limits,
) -> Result<(), Error> {
    let mut ending = platform::Ending::new()?;
    let on_the_bus = async {
        match bus {
            Some(bus) => signals::forward(bus, service).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        result = listener.serve(service.clone(), limits) => result.map_err(Error::Socket),
        result = on_the_bus => {
            if let Err(error) = result {
                tracing::debug!(%error, "the session bus failed");
            }
            // The session is over. The next request starts another daemon in its own session.
            tracing::info!("the session bus is gone");
            Ok(())
        }
        () = ending.told() => Ok(()),
    }
}

/// Makes sure that this is the only daemon of this user for as long as the file is open.
fn only_one() -> Result<std::fs::File, Error> {
    let folder = endpoint::prepare_folder().map_err(Error::Socket)?;
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))
        .map_err(Error::Socket)?;
    file.try_lock().map_err(|_| Error::AlreadyRunning)?;
    Ok(file)
}

fn keychain(vault: Option<PathBuf>, config: &Config, bus: Option<zbus::Connection>) -> Keychain {
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
        .map(|folder| PathBuf::from(folder).join(CREDENTIAL))
        .filter(|file| file.exists());
    match vault.or_else(|| config.vault.clone()) {
        Some(path) => Keychain::file(path, credential.or_else(|| config.passphrase_file.clone())),
        None => Keychain::os(bus),
    }
}

/// Tells whoever started the daemon: systemd by its notification, mfactl by closing the standard output.
fn ready() -> io::Result<()> {
    platform::tell_ready();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "ready");
    mfa_sys::detach::output()
}
