//! The events that the daemon sends to a connected client.

use std::num::NonZero;

use futures_util::StreamExt;
use zbus::message::{Message, Type};
use zbus::{MatchRule, MessageStream};

use crate::dict::Dict;
use crate::endpoint::{ACCESS, AUTHENTICATOR, OBJECT_PATH};
use crate::{Client, Error};

/// The number of events that may wait to be read.
const QUEUE: NonZero<usize> = NonZero::new(256).unwrap();

/// An event of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The accounts changed.
    AccountsChanged {
        /// The new revision.
        revision: u64,
    },
    /// A code was handed out.
    CodeIssued {
        /// The id of the account.
        account: String,
        /// The program that received the code.
        application: String,
    },
    /// The accounts were locked or unlocked.
    Locked(bool),
    /// A question to the user was asked, answered or withdrawn.
    QuestionsChanged,
}

/// The events of one connection since this value was created.
#[derive(Debug)]
pub(crate) struct Events(MessageStream);

impl Client {
    /// Subscribes to the events of the daemon. Subscribe before you ask for the state, so that no
    /// change is missed in between.
    ///
    /// Read the events without delay: if too many wait, the connection receives nothing else
    /// either.
    ///
    /// # Errors
    /// [`Error::Bus`] if the connection is lost.
    pub(crate) async fn events(&self) -> Result<Events, Error> {
        let ours = MatchRule::builder()
            .msg_type(Type::Signal)
            .path(OBJECT_PATH)
            .build()?;
        let stream = MessageStream::for_match_rule(ours, self.connection(), Some(QUEUE)).await?;
        Ok(Events(stream))
    }
}

impl Events {
    /// Waits for the next event. Returns `None` once the connection is lost.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let message = self.0.next().await?.ok()?;
            if let Some(event) = read(&message) {
                return Some(event);
            }
        }
    }
}

/// Reads a signal of the daemon. Returns `None` for other messages.
fn read(message: &Message) -> Option<Event> {
    let header = message.header();
    if header.message_type() != Type::Signal || header.path()?.as_str() != OBJECT_PATH {
        return None;
    }
    let body = message.body();
    match (header.interface()?.as_str(), header.member()?.as_str()) {
        (AUTHENTICATOR, "AccountsChanged") => Some(Event::AccountsChanged {
            revision: body.deserialize().ok()?,
        }),
        (AUTHENTICATOR, "CodeIssued") => {
            let (account, application) = body.deserialize().ok()?;
            Some(Event::CodeIssued {
                account,
                application,
            })
        }
        (ACCESS, "QuestionsChanged") => Some(Event::QuestionsChanged),
        ("org.freedesktop.DBus.Properties", "PropertiesChanged") => {
            let (interface, mut changed, _): (String, Dict, Vec<String>) =
                body.deserialize().ok()?;
            let locked = changed.remove("Locked")?;
            (interface == AUTHENTICATOR).then_some(Event::Locked(bool::try_from(locked).ok()?))
        }
        _ => None,
    }
}
