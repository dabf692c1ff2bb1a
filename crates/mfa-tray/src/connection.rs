//! The connection to the daemon. It is restored after the daemon was replaced.

use std::sync::Arc;
use std::time::Duration;

use mfa_core::AccountId;
use mfa_ipc::copier::CopyRequest;
use mfa_ipc::watch::Told;
use mfa_ipc::{Client, Error, launcher};
use tokio::sync::{Notify, mpsc};

use crate::input::{Connected, Input, Inputs};
use crate::model::Msg;
use crate::model::notice;
use crate::questions::Questions;

/// The pauses before each new try. The first try is immediate, because the daemon was most likely replaced;
/// it starts the daemon if that is not running. After the last try, the next one happens when a daemon
/// appears on the bus or the user asks for it.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
];
/// A connection that lasted this long was good.
const GOOD: Duration = Duration::from_secs(60);

/// A handle that wakes the connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(Arc<Notify>);

impl Connection {
    /// Starts the connection as a task that lasts as long as the runtime.
    pub(crate) fn start(inputs: Inputs) -> Self {
        let connection = Self::default();
        tokio::spawn(keep(inputs, Arc::clone(&connection.0)));
        connection
    }

    /// Connects again at once if there is no connection. Otherwise asks for the accounts again.
    pub(crate) fn retry(&self) {
        self.0.notify_one();
    }
}

async fn keep(inputs: Inputs, retry: Arc<Notify>) {
    let mut pauses = PAUSES.iter();
    loop {
        let start = tokio::time::Instant::now();
        let (problem, hint) = match launcher::connect().await {
            Ok(client) => {
                tracing::debug!("connected");
                match serve(&client, &inputs, &retry).await {
                    Ok(()) => ("The connection to the daemon was lost.".to_owned(), None),
                    Err(error) => (notice::reason(&error), None),
                }
            }
            Err(error) => {
                tracing::warn!("{error}");
                (notice::sentence(&error.to_string()), Some(error.hint()))
            }
        };
        let gone = Msg::Disconnected { problem, hint };
        inputs.send(Input::Msg(gone)).await;
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

/// Passes on the events of the daemon until the connection is lost.
async fn serve(client: &Client, inputs: &Inputs, retry: &Notify) -> Result<(), Error> {
    let mut watch = client.watch().await?;
    let mut questions = Questions::new(client);
    let mut requests = offer(client).await?;
    let mut waiting: Vec<CopyRequest> = Vec::new();
    loop {
        tokio::select! {
            told = watch.next() => match told? {
                None => return Ok(()),
                Some(told) => if let Some(input) = input(client, told, &mut questions) {
                    inputs.send(input).await;
                },
            },
            open = questions.next() => match open {
                Ok(open) => inputs.send(Input::Msg(Msg::Questions(open))).await,
                // If the connection is lost, the events end too.
                Err(error) => tracing::warn!(%error, "cannot ask for the open questions"),
            },
            () = retry.notified() => watch.ask_again(),
            // The account may be new, and its event may not have arrived yet.
            Some(request) = requests.recv() => {
                watch.ask_again();
                waiting.push(request);
            }
        }
        if watch.is_current() {
            for request in waiting.drain(..) {
                inputs.send(Input::Requested(request)).await;
            }
        }
    }
}

/// Converts an event of the daemon to an input of the main loop. Of the questions, the daemon only tells that they have
/// changed.
fn input(client: &Client, told: Told, questions: &mut Questions) -> Option<Input> {
    let accounts = match told {
        Told::Accounts(accounts) => accounts,
        Told::Locked => return Some(Input::Msg(Msg::Locked)),
        Told::QuestionsChanged => {
            questions.changed();
            return None;
        }
        Told::CodeIssued {
            account,
            application,
        } => {
            let account = AccountId::parse(&account)?;
            return Some(Input::Msg(Msg::Issued {
                account,
                application,
            }));
        }
    };
    let (locked, accounts, problem) = match accounts {
        Ok(accounts) => (false, accounts, None),
        Err(Error::Locked(_)) => (true, Vec::new(), None),
        Err(error) => (false, Vec::new(), Some(notice::reason(&error))),
    };
    Some(Input::Connected(Connected {
        client: client.clone(),
        locked,
        accounts,
        problem,
    }))
}

/// Offers to copy codes for other programs. A daemon that is installed elsewhere refuses this; everything
/// else still works.
async fn offer(client: &Client) -> Result<mpsc::Receiver<CopyRequest>, Error> {
    match client.offer_copying().await {
        Err(error @ (Error::AccessDenied(_) | Error::LimitsExceeded(_))) => {
            tracing::warn!(%error, "cannot offer to copy codes for other programs; clicks still copy");
            Ok(mpsc::channel(1).1)
        }
        offered => offered,
    }
}
