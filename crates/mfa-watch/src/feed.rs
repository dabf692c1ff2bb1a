//! The accounts and the codes that are wished for, as the daemon tells them. The connection is restored after the daemon
//! was replaced.
//!
//! All of this is a task of its own, because the events of the daemon must be read without delay, and because connecting
//! must not be given up each time that something else happens.

use std::collections::HashMap;
use std::time::Duration;

use mfa_core::Account;
use mfa_ipc::latest::Latest;
use mfa_ipc::types::IssuedCode;
use mfa_ipc::watch::Told;
use mfa_ipc::{Client, Error, launcher};
use tokio::sync::{mpsc, watch};

/// The codes of accounts, by id.
pub(crate) type Codes = HashMap<String, IssuedCode>;

/// The number of news that may wait to be read.
const QUEUE: usize = 16;
/// The pauses before each new try; the last one is repeated. The daemon was most likely replaced, so the first try is
/// immediate; it starts the daemon if that is not running.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
];
/// A connection that lasted this long was good.
const GOOD: Duration = Duration::from_secs(60);

/// What the daemon tells.
#[derive(Debug)]
pub(crate) enum News {
    /// The accounts, or why there are none.
    Accounts(Result<Vec<Account>, Error>),
    /// The accounts were locked.
    Locked,
    /// The codes that were wished for, or why there are none.
    Codes(Result<Codes, Error>),
    /// The connection was lost, or there is none yet.
    Lost,
}

/// The end at which the news arrive. The task ends with it.
pub(crate) struct Feed {
    news: mpsc::Receiver<News>,
    wishes: watch::Sender<Vec<String>>,
}

impl Feed {
    /// Starts the task, with a connection that is there already.
    pub(crate) fn start(client: Client) -> Self {
        let (sender, news) = mpsc::channel(QUEUE);
        let (wishes, wished) = watch::channel(Vec::new());
        tokio::spawn(keep(client, sender, wished));
        Self { news, wishes }
    }

    /// Waits for the next news. This future may be dropped at any time and called again.
    pub(crate) async fn next(&mut self) -> News {
        match self.news.recv().await {
            Some(news) => news,
            // The task has ended, which it does only with this value.
            None => std::future::pending().await,
        }
    }

    /// Asks for the current codes of these accounts, and for no others any more.
    pub(crate) fn wish(&self, ids: Vec<String>) {
        // The task has ended only if this value has, too.
        drop(self.wishes.send(ids));
    }
}

/// Passes on what the daemon tells, for as long as somebody reads it.
async fn keep(client: Client, news: mpsc::Sender<News>, wishes: watch::Receiver<Vec<String>>) {
    let mut client = Some(client);
    let mut tries = 0;
    loop {
        let start = tokio::time::Instant::now();
        let connected = match client.take() {
            Some(client) => Ok(client),
            None => launcher::connect().await,
        };
        // The end of a connection is its only error here, and that is told below.
        if let Ok(client) = connected {
            drop(serve(&client, &news, wishes.clone()).await);
        }
        if news.send(News::Lost).await.is_err() {
            return;
        }
        if start.elapsed() > GOOD {
            tries = 0;
        }
        tokio::time::sleep(PAUSES[tries.min(PAUSES.len() - 1)]).await;
        tries += 1;
    }
}

/// Passes on the events of the daemon until the connection is lost, or until nobody reads them.
async fn serve(
    client: &Client,
    news: &mpsc::Sender<News>,
    mut wishes: watch::Receiver<Vec<String>>,
) -> Result<(), Error> {
    let mut watch = client.watch().await?;
    let mut codes = peeking(client, wishes.clone());
    loop {
        let next = tokio::select! {
            told = watch.next() => match told? {
                None => return Ok(()),
                Some(Told::Accounts(accounts)) => News::Accounts(accounts),
                Some(Told::Locked) => {
                    // Codes that are on their way are from before the lock.
                    codes.start_over();
                    News::Locked
                }
                Some(Told::CodeIssued { .. } | Told::QuestionsChanged) => continue,
            },
            changed = wishes.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                wishes.mark_unchanged();
                codes.start_over();
                continue;
            },
            answer = codes.next() => match answer {
                Err(error @ Error::Bus(_)) => return Err(error),
                Ok(none) if none.is_empty() && wishes.borrow().is_empty() => continue,
                answer => News::Codes(answer),
            },
        };
        if news.send(next).await.is_err() {
            return Ok(());
        }
    }
}

/// Asks for the codes that are wished for at the time. Nobody is asked for none.
fn peeking(client: &Client, wishes: watch::Receiver<Vec<String>>) -> Latest<Codes> {
    // A program in whose name we ask may need the permission of the user.
    let client = client.asking(true);
    Latest::new(move || {
        let (client, ids) = (client.clone(), wishes.borrow().clone());
        async move {
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            match ids.is_empty() {
                true => Ok(Codes::new()),
                false => client.peek_codes(&ids).await,
            }
        }
    })
}
