//! What the daemon tells a client that stays connected.

use std::num::NonZero;

use futures_util::StreamExt;
use zbus::message::{Message, Type};
use zbus::{MatchRule, MessageStream};

use crate::dict::Dict;
use crate::endpoint::{AUTHENTICATOR, OBJECT_PATH};
use crate::{Client, Error};

/// How many events may wait.
const QUEUE: NonZero<usize> = NonZero::new(256).unwrap();

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// List the accounts again.
    AccountsChanged,
    /// A code was given out.
    CodeIssued {
        /// The id of its account.
        account: String,
        /// The program that got it.
        application: String,
    },
    /// The accounts were locked or unlocked.
    Locked(bool),
}

/// The events of one connection, from the moment this was made.
#[derive(Debug)]
pub struct Events(MessageStream);

impl Client {
    /// Listens to what the daemon tells. Listen first and ask for the state then, so that nothing
    /// is missed in between.
    ///
    /// Take them without delay: once many wait, nothing else arrives on this connection either.
    ///
    /// # Errors
    /// That the connection is lost.
    pub async fn events(&self) -> Result<Events, Error> {
        let ours = MatchRule::builder()
            .msg_type(Type::Signal)
            .path(OBJECT_PATH)
            .build()?;
        let stream = MessageStream::for_match_rule(ours, self.connection(), Some(QUEUE)).await?;
        Ok(Events(stream))
    }
}

impl Events {
    /// The next event; nothing once the connection is lost.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let message = self.0.next().await?.ok()?;
            if let Some(event) = read(&message) {
                return Some(event);
            }
        }
    }
}

/// Reads a signal of ours; whatever else arrives is for somebody else.
fn read(message: &Message) -> Option<Event> {
    let header = message.header();
    if header.message_type() != Type::Signal || header.path()?.as_str() != OBJECT_PATH {
        return None;
    }
    let body = message.body();
    match (header.interface()?.as_str(), header.member()?.as_str()) {
        (AUTHENTICATOR, "AccountsChanged") => Some(Event::AccountsChanged),
        (AUTHENTICATOR, "CodeIssued") => {
            let (account, application) = body.deserialize().ok()?;
            Some(Event::CodeIssued {
                account,
                application,
            })
        }
        ("org.freedesktop.DBus.Properties", "PropertiesChanged") => {
            let (interface, mut changed, _): (String, Dict, Vec<String>) =
                body.deserialize().ok()?;
            let locked = changed.remove("Locked")?;
            (interface == AUTHENTICATOR).then_some(Event::Locked(bool::try_from(locked).ok()?))
        }
        _ => None,
    }
}
