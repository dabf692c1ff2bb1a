//! Puts the tray together and keeps it running until the session or the user ends it.

use std::io;

use mfa_ipc::paths;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use zbus::fdo::RequestNameFlags;

use crate::app::{App, Parts, Watched};
use crate::clipboard::Jobs;
use crate::config::Settings;
use crate::input::{Input, Inputs};
use crate::link::Link;
use crate::model::{Choice, Model, Msg};
use crate::{platform, store};

/// The name on the bus that makes sure that there is one of us.
const NAME: &str = "org.mfactl.Tray1";

/// Why the tray cannot run.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no desktop to be in.
    #[error(
        "there is no session bus, so no tray to be in: {0}. Start mfa-tray in a desktop session."
    )]
    NoBus(#[source] zbus::Error),
    /// The bus was there, but would not have us.
    #[error("the session bus does not do its work: {0}")]
    Bus(#[from] zbus::Error),
    /// Something that should always work did not.
    #[error("the tray cannot run: {0}")]
    System(#[from] io::Error),
}

/// Runs the tray until it is told to end.
///
/// # Errors
/// Each variant of [`enum@Error`]. A second tray is no error: it leaves the desktop to the first.
pub fn run() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(serve());
    runtime.shutdown_background();
    result
}

async fn serve() -> Result<(), Error> {
    let bus = zbus::Connection::session().await.map_err(Error::NoBus)?;
    let flags = RequestNameFlags::DO_NOT_QUEUE;
    match bus.request_name_with_flags(NAME, flags).await {
        Ok(_) => {}
        Err(zbus::Error::NameTaken) => {
            tracing::info!("mfa-tray is running already");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    }
    let (inputs, mut receiver) = Inputs::channel();
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    let link = Link::start(inputs.clone());
    tokio::spawn(platform::watch_daemon(bus.clone(), link.clone()));
    let mut app = App::new(Parts {
        icon: platform::Panel::start(bus.clone(), inputs.clone()),
        notifier: platform::Notifications::start(bus.clone(), inputs.clone()),
        clipboard: Jobs::start(mfa_clipboard::Desktop::open, inputs.clone())?,
        link,
        inputs,
        model: Model::new(Settings::default(), store::load(), desktop),
        settings: Watched::new(paths::config()),
    });
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    while !app.has_ended() {
        let input = tokio::select! {
            Some(input) = receiver.recv() => input,
            timer = app.timers.elapsed() => Input::Msg(Msg::Elapsed(timer)),
            _ = terminate.recv() => Input::Msg(Msg::Chosen(Choice::Quit)),
            _ = interrupt.recv() => Input::Msg(Msg::Chosen(Choice::Quit)),
            () = bus.closed() => {
                tracing::info!("the session is over");
                break;
            }
        };
        app.take(input);
    }
    app.end().await;
    Ok(())
}
