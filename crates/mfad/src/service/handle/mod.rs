//! The handle through which the service is asked.
//!
//! Most requests are one step, and the interfaces send them with [`Handle::ask`] or [`Handle::change`]. What takes
//! several steps has a method of its own in a file here.

mod codes;
mod copy;
mod import;
mod restore;
mod sync;
pub(crate) use sync::Synced;
mod unlock;

use std::sync::Arc;

use mfa_ipc::Error;
use tokio::sync::{Mutex, Notify, broadcast, mpsc, oneshot, watch};

use crate::caller::Asker;
use crate::service::announce::{Public, Signal};
use crate::service::ask::{Ask, Changed};
use crate::service::change::Change;
use crate::service::consent::{Applicant, Takes};
use crate::service::errors;
use crate::service::reply::Reply;
use crate::service::request::Request;

/// A handle to the service. Clones share the service, which ends when the last one is dropped.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    signals: broadcast::Sender<Signal>,
    public: watch::Receiver<Public>,
    /// Held while a person is asked for a proof of presence.
    proving: Arc<Mutex<()>>,
    /// Notified when somebody has synchronised the accounts with a file.
    synced: Arc<Notify>,
}

impl Handle {
    pub(in crate::service) fn new(
        requests: mpsc::Sender<Request>,
        signals: broadcast::Sender<Signal>,
        public: watch::Receiver<Public>,
    ) -> Self {
        Self {
            requests,
            signals,
            public,
            proving: Arc::default(),
            synced: Arc::default(),
        }
    }

    /// Subscribes to the events from now on.
    #[must_use]
    pub fn signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    /// Returns the properties that anybody may see.
    #[must_use]
    pub fn public(&self) -> watch::Receiver<Public> {
        self.public.clone()
    }

    /// Sends a request, and waits for the answer.
    pub(crate) async fn ask<A: Ask>(&self, asker: &Asker, ask: A) -> Result<A::Answer, Error> {
        self.send(|reply| Request::ask(Applicant::new(asker.clone()), ask, reply))
            .await
    }

    /// Sends a request for codes or secrets, waits for the answer, and checks that the asker is still the same program.
    pub(crate) async fn get<A: Ask>(&self, asker: &Asker, ask: A) -> Result<A::Answer, Error> {
        let takes = ask.takes();
        let answer = self.ask(asker, ask).await?;
        self.check(asker, takes).await?;
        Ok(answer)
    }

    /// Checks that an asker is still the same program, and has it logged if what it takes is refused for that.
    async fn check(&self, asker: &Asker, takes: Option<Takes>) -> Result<(), Error> {
        let checked = asker.check();
        if let (Err(_), Some(takes)) = (&checked, takes) {
            self.ask(asker, Changed(takes)).await?;
        }
        checked
    }

    /// Requests a change, and waits until it is made.
    pub(crate) async fn change<C: Change>(
        &self,
        asker: &Asker,
        change: C,
    ) -> Result<C::Answer, Error> {
        self.send(|reply| Request::change(asker.clone(), change, reply))
            .await
    }

    async fn send<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let sent = self.requests.send(request(reply)).await;
        sent.map_err(|_| errors::shutting_down())?;
        // Each request is answered, unless the service ends.
        answer
            .await
            .unwrap_or_else(|_| Err(errors::shutting_down()))
    }
}
