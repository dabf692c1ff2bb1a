//! The screen that a person looks at.

mod big;
mod keys;
mod model;
mod terminal;
mod view;

use std::thread;
use std::time::Duration;

use mfa_core::AccountId;
use mfa_ipc::Client;
use ratatui::Frame;
use tokio::sync::mpsc;

use crate::clock;
use crate::copying;
use crate::error::Error;
use crate::feed::Feed;
use crate::platform::{self, Signal, Signals};
use keys::Input;
use model::{Effect, Model, Msg};
use terminal::Screen;

pub(crate) use model::Purpose;
pub(crate) use terminal::Stream;

/// How long to wait for being stopped. If nobody could let the program continue, the kernel does not stop it.
const STOPPING: Duration = Duration::from_millis(100);

/// Shows the accounts until an account is chosen, or until the person has seen enough.
///
/// # Errors
/// Those of the terminal, and how the person has given up.
pub(crate) async fn run(
    client: Client,
    purpose: Purpose,
    typed: String,
    stream: Stream,
) -> Result<Option<AccountId>, Error> {
    let mut feed = Feed::start(client);
    let mut model = Model::new(purpose, typed);
    let has_colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut signals = Signals::listen()?;
    let (copied, mut copies) = mpsc::channel(1);
    // The first screen has the accounts, so nothing flickers.
    let mut msg = Msg::News(feed.next().await);
    let mut screen = Screen::show(stream)?;
    let mut keys = keys::read()?;
    loop {
        let now = clock::now();
        for effect in model.update(msg, now) {
            match effect {
                Effect::Wish(ids) => feed.wish(ids),
                Effect::Copy(id) => copy(id, &copied),
                Effect::Chosen(id) => return Ok(Some(id)),
                Effect::Quit => return Ok(None),
                Effect::Interrupt => return Err(Error::Interrupted),
            }
        }
        let draw = |frame: &mut Frame<'_>| view::draw(frame, &mut model, has_colours, now);
        screen.terminal.draw(draw)?;
        msg = tokio::select! {
            news = feed.next() => Msg::News(news),
            Some(result) = copies.recv() => Msg::Copied(result),
            signal = signals.next() => match signal {
                Signal::End(number) => return Err(Error::Signal(number)),
                Signal::Continued => redraw(&mut screen)?,
            },
            input = keys.recv() => match input {
                Some(Input::Key(key)) => Msg::Key(key),
                Some(Input::Redraw) => redraw(&mut screen)?,
                Some(Input::Stop) => {
                    stop(&mut signals).await?;
                    redraw(&mut screen)?
                }
                // The terminal is gone.
                None => return Ok(None),
            },
            () = second(now), if model.ticks() => Msg::Tick,
        };
    }
}

/// Waits for the next second.
async fn second(now: u64) {
    tokio::time::sleep(clock::until(now + 1)).await;
}

fn redraw(screen: &mut Screen) -> Result<Msg, Error> {
    screen.show_again()?;
    Ok(Msg::Tick)
}

/// Gives the terminal back, and stops until the shell lets the program continue.
async fn stop(signals: &mut Signals) -> Result<(), Error> {
    terminal::hide();
    platform::stop()?;
    match tokio::time::timeout(STOPPING, signals.next()).await {
        Ok(Signal::End(number)) => Err(Error::Signal(number)),
        Ok(Signal::Continued) | Err(_) => Ok(()),
    }
}

/// Has mfactl copy a code, as a person would, and reports what it says.
fn copy(id: AccountId, copied: &mpsc::Sender<Result<(), String>>) {
    let report = copied.clone();
    let started = thread::Builder::new().spawn(move || {
        let result = copying::copy(id);
        // Nobody waits any more when the program ends.
        report.blocking_send(result).ok();
    });
    if started.is_err() {
        copied.try_send(Err("cannot run mfactl".to_owned())).ok();
    }
}
