//! The connection to the daemon: made, kept, and made again when the daemon was replaced.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mfa_ipc::copier::CopyRequest;
use mfa_ipc::events::Event;
use mfa_ipc::{Client, Error, launcher};
use tokio::sync::{Notify, mpsc};

use crate::input::{Connected, Input, Inputs};
use crate::model::Msg;
use crate::model::notice;

/// How long we wait before each further try: the first is made at once, since the daemon was most
/// likely replaced, and starts it if it was not. After the last one somebody has to ask for it: the
/// daemon that appears on the bus, or the user.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
];
/// A connection that lasted so long was a good one.
const GOOD: Duration = Duration::from_secs(60);

/// Wakes the link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link(Arc<Notify>);

impl Link {
    /// Starts it, as a task that lasts as long as the runtime.
    pub(crate) fn start(inputs: Inputs) -> Self {
        let link = Self::default();
        tokio::spawn(keep(inputs, Arc::clone(&link.0)));
        link
    }

    /// Tries again at once if there is no connection; asks again if there is.
    pub(crate) fn retry(&self) {
        self.0.notify_one();
    }
}

async fn keep(inputs: Inputs, retry: Arc<Notify>) {
    let mut pauses = PAUSES.iter();
    loop {
        let start = tokio::time::Instant::now();
        let problem = match launcher::connect().await {
            Ok(client) => {
                tracing::debug!("connected");
                match serve(&client, &inputs, &retry).await {
                    Ok(()) => "The connection to the daemon was lost.".to_owned(),
                    Err(error) => notice::reason(&error),
                }
            }
            Err(error) => {
                tracing::warn!("{error}");
                format!("{error}. {}", error.hint())
            }
        };
        inputs.send(Input::Msg(Msg::Disconnected { problem })).await;
        if start.elapsed() > GOOD {
            pauses = PAUSES.iter();
        }
        match pauses.next() {
            Some(pause) => {
                drop(tokio::time::timeout(*pause, retry.notified()).await);
            }
            None => {
                retry.notified().await;
                pauses = PAUSES.iter();
            }
        }
    }
}

/// Tells what happens, until the connection is lost.
///
/// The daemon is asked for its accounts while events are taken, and once for all that have come
/// meanwhile: whoever does not take events does not get the answer either.
async fn serve(client: &Client, inputs: &Inputs, retry: &Notify) -> Result<(), Error> {
    let mut events = client.events().await?;
    let mut requests = offer(client).await?;
    let mut asking = Some(ask(client));
    let mut again = false;
    let mut waiting: Vec<CopyRequest> = Vec::new();
    loop {
        tokio::select! {
            event = events.next() => match event {
                None => return Ok(()),
                Some(Event::Locked(true)) => {
                    // What was asked for before may be answered after it.
                    again = true;
                    inputs.send(Input::Msg(Msg::Locked)).await;
                }
                Some(Event::Locked(false) | Event::AccountsChanged) => again = true,
                Some(Event::CodeIssued { account, application }) => {
                    inputs.send(Input::Msg(Msg::Issued { account, application })).await;
                }
            },
            state = answer(&mut asking) => {
                asking = None;
                inputs.send(state?).await;
                if !again {
                    for request in waiting.drain(..) {
                        inputs.send(Input::Requested(request)).await;
                    }
                }
            }
            () = retry.notified() => again = true,
            // The account may be new, and the event that tells of it still on its way.
            Some(request) = requests.recv() => {
                again = true;
                waiting.push(request);
            }
        }
        if again && asking.is_none() {
            again = false;
            asking = Some(ask(client));
        }
    }
}

/// Offers to copy codes for others. A daemon that is installed elsewhere refuses that, and all else works.
async fn offer(client: &Client) -> Result<mpsc::Receiver<CopyRequest>, Error> {
    match client.offer_copying().await {
        Err(error @ (Error::AccessDenied(_) | Error::LimitsExceeded(_))) => {
            tracing::warn!(%error, "codes are copied by clicks alone");
            Ok(mpsc::channel(1).1)
        }
        offered => offered,
    }
}

type Asking<'c> = Pin<Box<dyn Future<Output = Result<Input, Error>> + Send + 'c>>;

fn ask(client: &Client) -> Asking<'_> {
    Box::pin(state(client))
}

/// The answer to what is asked; for ever if nothing is.
async fn answer(asking: &mut Option<Asking<'_>>) -> Result<Input, Error> {
    match asking {
        Some(asking) => asking.await,
        None => std::future::pending().await,
    }
}

/// What the daemon has, or why it has nothing.
async fn state(client: &Client) -> Result<Input, Error> {
    let (locked, accounts, problem) = match client.list_accounts().await {
        Ok(accounts) => (false, accounts, None),
        Err(Error::Locked(_)) => (true, Vec::new(), None),
        Err(error @ Error::Bus(_)) => return Err(error),
        Err(error) => (false, Vec::new(), Some(notice::reason(&error))),
    };
    Ok(Input::Connected(Connected {
        client: client.clone(),
        locked,
        accounts,
        problem,
    }))
}
