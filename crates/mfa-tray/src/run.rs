//! Assembles the tray and runs it until the session or the user ends it.

use std::io;

use mfa_ipc::paths;
use thiserror::Error;

use crate::app::{App, Parts};
use crate::args::Args;
use crate::clipboard::Jobs;
use crate::config::Settings;
use crate::connection::Connection;
use crate::input::{Input, Inputs};
use crate::last_uses::LastUses;
use crate::model::{Choice, Model, Msg};
use crate::platform::{self, Ended, Session};
use crate::settings::Watched;
use crate::store;

/// A reason why the tray cannot run.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no desktop session.
    #[error("cannot connect to the session bus: {0}. Start mfa-tray in a desktop session.")]
    NoBus(#[source] zbus::Error),
    /// The session bus returned an error.
    #[error("the session bus failed: {0}")]
    Bus(#[from] zbus::Error),
    /// The system shows no icon.
    #[error("cannot show the icon: {0}")]
    NoIcon(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The system returned an unexpected error.
    #[error("the tray cannot run: {0}")]
    System(#[from] io::Error),
}

/// Runs the tray until it is told to exit.
///
/// # Errors
/// Each variant of [`enum@Error`]. A second tray is not an error: it exits.
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

/// Starts the log. `MFA_TRAY_LOG` sets its level.
pub fn log() {
    mfa_host::log::start("MFA_TRAY_LOG", "error,mfa_tray=info", platform::log_file());
}

async fn serve(at_login: bool) -> Result<(), Error> {
    let (inputs, mut receiver) = Inputs::channel();
    let Some(mut session) = Session::enter(at_login, &inputs).await? else {
        tracing::info!("mfa-tray is already running");
        return Ok(());
    };
    let connection = Connection::start(inputs.clone());
    session.watch_daemon(connection.clone());
    let (icon, notifier) = session.show(inputs.clone())?;
    let mut app = App::new(Parts {
        icon,
        notifier,
        clipboard: Jobs::start(mfa_clipboard::Desktop::open, inputs.clone())?,
        connection,
        shortcut: session.shortcut(inputs.clone()),
        inputs,
        model: Model::new(Settings::default(), store::load(), platform::desktop())
            .confirming_answers(platform::OTHERS_CAN_CLICK)
            .telling_of_questions(platform::TELLS_OF_QUESTIONS),
        settings: Watched::new(paths::config()),
        last_uses: LastUses::new(paths::access_log()),
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
