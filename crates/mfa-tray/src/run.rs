//! Puts the tray together and keeps it running until the session or the user ends it.

use std::io;

use mfa_ipc::paths;
use thiserror::Error;

use crate::app::{App, Parts};
use crate::args::Args;
use crate::clipboard::Jobs;
use crate::config::Settings;
use crate::input::{Input, Inputs};
use crate::link::Link;
use crate::model::{Choice, Model, Msg};
use crate::platform::{self, Ended, Session};
use crate::settings::Watched;
use crate::store;

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
    /// The system makes no icon.
    #[error("the icon cannot be shown: {0}")]
    NoIcon(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something that should always work did not.
    #[error("the tray cannot run: {0}")]
    System(#[from] io::Error),
}

/// Runs the tray until it is told to end.
///
/// # Errors
/// Each variant of [`enum@Error`]. A second tray is no error: it leaves the desktop to the first.
pub fn run(args: &Args) -> Result<(), Error> {
    if args.at_login && platform::is_unwanted_at_login() {
        tracing::info!("“Start at login” is off in the menu of the tray");
        return Ok(());
    }
    let at_login = args.at_login;
    platform::beside_the_desktop(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let result = runtime.block_on(serve(at_login));
        runtime.shutdown_background();
        result
    })
}

async fn serve(at_login: bool) -> Result<(), Error> {
    let Some(mut session) = Session::enter(at_login).await? else {
        tracing::info!("mfa-tray is running already");
        return Ok(());
    };
    let (inputs, mut receiver) = Inputs::channel();
    let link = Link::start(inputs.clone());
    session.watch_daemon(link.clone());
    let (icon, notifier) = session.show(inputs.clone())?;
    let mut app = App::new(Parts {
        icon,
        notifier,
        clipboard: Jobs::start(mfa_clipboard::Desktop::open, inputs.clone())?,
        link,
        inputs,
        model: Model::new(Settings::default(), store::load(), platform::desktop()),
        settings: Watched::new(paths::config()),
    });
    while !app.has_ended() {
        let input = tokio::select! {
            Some(input) = receiver.recv() => input,
            timer = app.timers.elapsed() => Input::Msg(Msg::Elapsed(timer)),
            ended = session.ended() => match ended {
                Ended::Asked => Input::Msg(Msg::Chosen(Choice::Quit)),
                Ended::Over => {
                    tracing::info!("the session is over");
                    break;
                }
            },
        };
        app.take(input);
    }
    app.end().await;
    Ok(())
}
