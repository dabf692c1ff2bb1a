//! The accounts for a client that stays connected: first a list, then each change.
//!
//! Each list of accounts has a revision, and so does the signal for a change. So the client does not ask
//! again for a change that its list already contains, and misses no other change.

use mfa_core::Account;

use crate::events::{Event, Events};
use crate::latest::Latest;
use crate::{Client, Error};

/// An event for a watching client.
#[derive(Debug)]
pub enum Told {
    /// The current accounts, or the reason why there are none: `Locked`, or an error of the keychain.
    Accounts(Result<Vec<Account>, Error>),
    /// The accounts were locked. The client must forget them.
    Locked,
    /// A code was handed out.
    CodeIssued {
        /// The id of the account.
        account: String,
        /// The program that asked for the code.
        application: String,
    },
    /// A question to the user was asked, answered or withdrawn: see [`Client::questions`].
    QuestionsChanged,
}

/// The accounts of one connection since this value was created.
pub struct Watch {
    events: Events,
    /// The list with its revision.
    list: Latest<(Vec<Account>, u64)>,
    /// The revision of the current list.
    known: Option<u64>,
    /// The revision of the last signal.
    latest: Option<u64>,
}

impl Client {
    /// Watches the accounts. The first event is the list of all accounts.
    ///
    /// Read the events without delay: if too many wait, the connection receives nothing else either.
    ///
    /// # Errors
    /// [`Error::Bus`] if the connection is lost.
    pub async fn watch(&self) -> Result<Watch, Error> {
        let client = self.clone();
        Ok(Watch {
            // Subscribe before asking for the accounts, so that no change is missed in between.
            events: self.events().await?,
            list: Latest::new(move || {
                let client = client.clone();
                async move { client.accounts().await }
            }),
            known: None,
            latest: None,
        })
    }
}

impl Watch {
    /// Asks for the accounts again, for example after a problem whose end the daemon cannot notice.
    pub fn ask_again(&mut self) {
        self.list.ask_again();
    }

    /// Returns whether all known changes have been returned.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.list.is_current()
    }

    /// Waits for the next event. Returns `None` once the connection is lost. This future may be dropped at
    /// any time and called again.
    ///
    /// # Errors
    /// [`Error::Bus`] if the connection is lost.
    pub async fn next(&mut self) -> Result<Option<Told>, Error> {
        loop {
            tokio::select! {
                event = self.events.next() => match event {
                    None => return Ok(None),
                    Some(event) => if let Some(told) = self.heard(event) {
                        return Ok(Some(told));
                    },
                },
                answer = self.list.next() => return self.answered(answer).map(Some),
            }
        }
    }

    fn heard(&mut self, event: Event) -> Option<Told> {
        match event {
            Event::Locked(true) => {
                // The reply to an earlier request may contain accounts that are now locked. Ignore it.
                self.list.start_over();
                self.known = None;
                Some(Told::Locked)
            }
            Event::Locked(false) => {
                self.list.ask_again();
                None
            }
            Event::AccountsChanged { revision } => {
                self.latest = Some(revision);
                // If a request is under way, its reply tells whether it contains this change.
                if !self.list.is_asking() && self.known != Some(revision) {
                    self.list.ask_again();
                }
                None
            }
            Event::CodeIssued {
                account,
                application,
            } => Some(Told::CodeIssued {
                account,
                application,
            }),
            Event::QuestionsChanged => Some(Told::QuestionsChanged),
        }
    }

    fn answered(&mut self, answer: Result<(Vec<Account>, u64), Error>) -> Result<Told, Error> {
        match answer {
            Ok((accounts, revision)) => {
                self.known = Some(revision);
                if self.latest > Some(revision) {
                    self.list.ask_again();
                }
                Ok(Told::Accounts(Ok(accounts)))
            }
            Err(error @ Error::Bus(_)) => Err(error),
            Err(error) => {
                self.known = None;
                Ok(Told::Accounts(Err(error)))
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::collections::HashMap;
    use std::os::unix::net::UnixStream;

    use futures_util::StreamExt;
    use zbus::connection::Builder;
    use zbus::message::{Message, Type};
    use zbus::{Connection, Guid, MessageStream, Variant};

    use super::*;
    use crate::dict::Dict;
    use crate::endpoint::{AUTHENTICATOR, OBJECT_PATH};

    /// The daemon's end of a connection. The test decides what it replies, and when.
    struct Daemon {
        connection: Connection,
        calls: MessageStream,
    }

    impl Daemon {
        /// Waits for the next call, which must be `ListAccounts`.
        async fn asked(&mut self) -> Message {
            loop {
                let message = self.calls.next().await.unwrap().unwrap();
                if message.message_type() == Type::MethodCall {
                    let member = message.header().member().unwrap().to_string();
                    assert_eq!(member, "ListAccounts");
                    return message;
                }
            }
        }

        async fn answer(&self, call: &Message, revision: u64) {
            let body = (Vec::<Dict>::new(), revision);
            self.connection.reply(&call.header(), &body).await.unwrap();
        }

        async fn refuse(&self, call: &Message) {
            let name = "org.mfactl.Error.Locked";
            let call = call.header();
            let sent = self.connection.reply_error(&call, name, &"locked");
            sent.await.unwrap();
        }

        async fn tell<B>(&self, interface: &str, member: &str, body: &B)
        where
            B: zbus::export::serde::Serialize + zbus::zvariant::DynamicType,
        {
            let nobody = None::<&str>;
            let told = self
                .connection
                .emit_signal(nobody, OBJECT_PATH, interface, member, body);
            told.await.unwrap();
        }

        async fn lock(&self) {
            let changed = HashMap::from([("Locked", Variant::from(true))]);
            let body = (AUTHENTICATOR, changed, Vec::<String>::new());
            let properties = "org.freedesktop.DBus.Properties";
            self.tell(properties, "PropertiesChanged", &body).await;
        }

        async fn change(&self, revision: u64) {
            self.tell(AUTHENTICATOR, "AccountsChanged", &revision).await;
        }
    }

    async fn watched() -> (Watch, Daemon) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let guid = Guid::generate();
        let daemon = Builder::unix_stream(theirs).server(guid).p2p();
        let client = Builder::unix_stream(ours).p2p();
        let (connection, client) = tokio::join!(daemon.build(), client.build());
        let connection = connection.unwrap();
        let calls = MessageStream::from(&connection);
        let watch = Client::on(client.unwrap()).watch().await.unwrap();
        (watch, Daemon { connection, calls })
    }

    /// Returns the first event while `daemon` runs.
    async fn told(watch: &mut Watch, daemon: impl Future<Output = ()>) -> Told {
        let daemon = async {
            daemon.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            told = watch.next() => told.unwrap().unwrap(),
            () = daemon => unreachable!("it goes on for ever"),
        }
    }

    #[tokio::test]
    async fn an_answer_from_before_the_lock_is_not_told_after_it() {
        let (mut watch, mut daemon) = watched().await;
        let (locked, call) = tokio::join!(watch.next(), async {
            let call = daemon.asked().await;
            daemon.lock().await;
            call
        });
        assert!(matches!(locked.unwrap(), Some(Told::Locked)));
        daemon.answer(&call, 1).await;
        let accounts = told(&mut watch, async {
            let call = daemon.asked().await;
            daemon.refuse(&call).await;
        });
        let Told::Accounts(accounts) = accounts.await else {
            panic!("no accounts");
        };
        assert!(matches!(accounts, Err(Error::Locked(_))), "{accounts:?}");
        assert!(watch.is_current());
    }

    #[tokio::test]
    async fn a_change_that_is_in_the_answer_makes_nobody_ask_again() {
        let (mut watch, mut daemon) = watched().await;
        let first = told(&mut watch, async {
            let call = daemon.asked().await;
            daemon.change(7).await;
            daemon.answer(&call, 7).await;
        });
        assert!(matches!(first.await, Told::Accounts(Ok(_))));
        // The order in which the change and the reply are read does not matter.
        let second = told(&mut watch, async {
            daemon.change(8).await;
            let call = daemon.asked().await;
            daemon.answer(&call, 8).await;
        });
        assert!(matches!(second.await, Told::Accounts(Ok(_))));
        assert!(watch.is_current());
    }

    #[tokio::test]
    async fn a_change_that_is_not_in_the_answer_is_asked_for() {
        let (mut watch, mut daemon) = watched().await;
        for revision in [7, 8] {
            let told = told(&mut watch, async {
                let call = daemon.asked().await;
                daemon.change(8).await;
                daemon.answer(&call, revision).await;
            });
            assert!(matches!(told.await, Told::Accounts(Ok(_))));
        }
        assert!(watch.is_current());
    }
}
