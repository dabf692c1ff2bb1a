//! What can be asked of the service, and the handle to ask with.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access::Caller;
use mfa_core::ledger::Wish;
use mfa_core::otp::Code;
use mfa_core::port::Clock;
use mfa_ipc::Error;
use mfa_ipc::types::{AccountFields, AccountInfo, ImportResult, Status};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot, watch};
use zeroize::Zeroizing;

use crate::copiers::Copiers;

use super::{MAX_WAITING, Public, Signal, errors};

/// How long we sleep at most while a code is awaited: the wall clock may be set meanwhile.
const NAP: Duration = Duration::from_secs(5);

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// A request: who asks, whether a prompt may be raised for it, and what for.
pub struct Request {
    pub(super) caller: Caller,
    pub(super) interactive: bool,
    pub(super) action: Action,
}

/// What is asked for, and where the answer goes.
pub(super) enum Action {
    Codes {
        query: String,
        wish: Wish,
        reply: Reply<Outcome>,
    },
    Redeem {
        ticket: Ticket,
        reply: Reply<Redeemed>,
    },
    Peek {
        ids: Vec<String>,
        reply: Reply<HashMap<String, Code>>,
    },
    List(Reply<Vec<AccountInfo>>),
    Find {
        query: String,
        reply: Reply<Vec<String>>,
    },
    Resolve {
        query: String,
        reply: Reply<String>,
    },
    Add {
        fields: AccountFields,
        reply: Reply<String>,
    },
    Import {
        accounts: Vec<AccountFields>,
        dry_run: bool,
        reply: Reply<Vec<ImportResult>>,
    },
    Update {
        id: String,
        fields: AccountFields,
        reply: Reply<()>,
    },
    Remove {
        id: String,
        reply: Reply<()>,
    },
    Reveal {
        id: String,
        reply: Reply<Zeroizing<String>>,
    },
    Export(Reply<Vec<Zeroizing<String>>>),
    Lock(Reply<()>),
    Unlock(Reply<()>),
    UnlockVault(Zeroizing<String>, Reply<()>),
    CreateVault(Zeroizing<String>, Reply<String>),
    Status(Reply<Status>),
}

impl Action {
    /// Answers with an error.
    pub(super) fn fail(self, error: Error) {
        match self {
            Self::Codes { reply, .. } => drop(reply.send(Err(error))),
            Self::Redeem { reply, .. } => drop(reply.send(Err(error))),
            Self::Peek { reply, .. } => drop(reply.send(Err(error))),
            Self::List(reply) => drop(reply.send(Err(error))),
            Self::Find { reply, .. } => drop(reply.send(Err(error))),
            Self::Add { reply, .. } | Self::Resolve { reply, .. } | Self::CreateVault(_, reply) => {
                drop(reply.send(Err(error)));
            }
            Self::Import { reply, .. } => drop(reply.send(Err(error))),
            Self::Update { reply, .. }
            | Self::Remove { reply, .. }
            | Self::Lock(reply)
            | Self::Unlock(reply)
            | Self::UnlockVault(_, reply) => drop(reply.send(Err(error))),
            Self::Reveal { reply, .. } => drop(reply.send(Err(error))),
            Self::Export(reply) => drop(reply.send(Err(error))),
            Self::Status(reply) => drop(reply.send(Err(error))),
        }
    }
}

/// The answer to a request for codes.
pub(super) enum Outcome {
    /// Here they are.
    Codes(Vec<Code>),
    /// They are set aside for this caller and may be fetched later.
    Later(Ticket),
}

/// The answer to who comes for codes that were set aside.
pub(super) enum Redeemed {
    /// Here they are.
    Codes(Vec<Code>),
    /// It is not yet their time: wait on.
    Early,
    /// Their time is over, as after a suspend: ask for others.
    Late,
}

/// Codes that are set aside: nobody else gets them as fresh ones.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) id: AccountId,
    pub(super) step: u64,
    pub(super) count: u32,
    /// How many seconds they have to be valid for when they are fetched.
    pub(super) min_remaining: u64,
    /// The Unix second from which they may be fetched.
    pub(super) at: u64,
    /// They are only to look at.
    pub(super) peek: bool,
}

/// Asks the service. Clones ask the same one; it ends when the last is dropped.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    signals: broadcast::Sender<Signal>,
    public: watch::Receiver<Public>,
    clock: Arc<dyn Clock>,
    places: Arc<Semaphore>,
    copiers: Copiers,
}

impl Handle {
    pub(super) fn new(
        requests: mpsc::Sender<Request>,
        signals: broadcast::Sender<Signal>,
        public: watch::Receiver<Public>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let places = Arc::new(Semaphore::new(MAX_WAITING));
        Self {
            requests,
            signals,
            public,
            clock,
            places,
            copiers: Copiers::default(),
        }
    }

    /// What happens from now on.
    #[must_use]
    pub fn signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    /// What anybody may see.
    #[must_use]
    pub fn public(&self) -> watch::Receiver<Public> {
        self.public.clone()
    }

    /// Who copies codes for others.
    pub(crate) fn copiers(&self) -> &Copiers {
        &self.copiers
    }

    /// Codes of the account that `query` means, after waiting as long as the wish takes.
    pub(crate) async fn codes(
        &self,
        from: &From,
        query: String,
        wish: Wish,
    ) -> Result<Vec<Code>, Error> {
        // Each waiting caller costs memory.
        let _place = self.places.try_acquire().map_err(|_| errors::too_much())?;
        let end = self
            .clock
            .unix()
            .map_or(u64::MAX, |now| now.saturating_add(wish.timeout));
        loop {
            let query = query.clone();
            let timeout = self.clock.unix().map_or(0, |now| end.saturating_sub(now));
            let wish = Wish { timeout, ..wish };
            let ticket = match self
                .ask(from, |reply| Action::Codes { query, wish, reply })
                .await?
            {
                Outcome::Codes(codes) => return Ok(codes),
                Outcome::Later(ticket) => ticket,
            };
            if let Some(codes) = self.wait_for(from, &ticket).await? {
                return Ok(codes);
            }
        }
    }

    /// Waits for codes that are set aside; nothing if their time is over.
    async fn wait_for(&self, from: &From, ticket: &Ticket) -> Result<Option<Vec<Code>>, Error> {
        loop {
            self.sleep_until(ticket.at).await;
            let ticket = ticket.clone();
            match self
                .ask(from, |reply| Action::Redeem { ticket, reply })
                .await?
            {
                Redeemed::Codes(codes) => return Ok(Some(codes)),
                Redeemed::Early => {}
                Redeemed::Late => return Ok(None),
            }
        }
    }

    /// The current codes of these accounts, or of all, by id, only to look at.
    pub(crate) async fn peek(
        &self,
        from: &From,
        ids: Vec<String>,
    ) -> Result<HashMap<String, Code>, Error> {
        self.ask(from, |reply| Action::Peek { ids, reply }).await
    }

    pub(crate) async fn list(&self, from: &From) -> Result<Vec<AccountInfo>, Error> {
        self.ask(from, Action::List).await
    }

    pub(crate) async fn find(&self, from: &From, query: String) -> Result<Vec<String>, Error> {
        self.ask(from, |reply| Action::Find { query, reply }).await
    }

    /// The id of the account that `query` means.
    pub(crate) async fn resolve(&self, from: &From, query: String) -> Result<String, Error> {
        self.ask(from, |reply| Action::Resolve { query, reply })
            .await
    }

    pub(crate) async fn add(&self, from: &From, fields: AccountFields) -> Result<String, Error> {
        self.ask(from, |reply| Action::Add { fields, reply }).await
    }

    pub(crate) async fn import(
        &self,
        from: &From,
        accounts: Vec<AccountFields>,
        dry_run: bool,
    ) -> Result<Vec<ImportResult>, Error> {
        self.ask(from, |reply| Action::Import {
            accounts,
            dry_run,
            reply,
        })
        .await
    }

    pub(crate) async fn update(
        &self,
        from: &From,
        id: String,
        fields: AccountFields,
    ) -> Result<(), Error> {
        self.ask(from, |reply| Action::Update { id, fields, reply })
            .await
    }

    pub(crate) async fn remove(&self, from: &From, id: String) -> Result<(), Error> {
        self.ask(from, |reply| Action::Remove { id, reply }).await
    }

    pub(crate) async fn reveal(&self, from: &From, id: String) -> Result<Zeroizing<String>, Error> {
        self.ask(from, |reply| Action::Reveal { id, reply }).await
    }

    pub(crate) async fn export(&self, from: &From) -> Result<Vec<Zeroizing<String>>, Error> {
        self.ask(from, Action::Export).await
    }

    pub(crate) async fn lock(&self, from: &From) -> Result<(), Error> {
        self.ask(from, Action::Lock).await
    }

    pub(crate) async fn unlock(&self, from: &From) -> Result<(), Error> {
        self.ask(from, Action::Unlock).await
    }

    pub(crate) async fn unlock_vault(
        &self,
        from: &From,
        passphrase: Zeroizing<String>,
    ) -> Result<(), Error> {
        self.ask(from, |reply| Action::UnlockVault(passphrase, reply))
            .await
    }

    pub(crate) async fn create_vault(
        &self,
        from: &From,
        passphrase: Zeroizing<String>,
    ) -> Result<String, Error> {
        self.ask(from, |reply| Action::CreateVault(passphrase, reply))
            .await
    }

    pub(crate) async fn status(&self, from: &From) -> Result<Status, Error> {
        self.ask(from, Action::Status).await
    }

    async fn ask<T>(
        &self,
        from: &From,
        action: impl FnOnce(Reply<T>) -> Action,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let From {
            caller,
            interactive,
        } = from.clone();
        let request = Request {
            caller,
            interactive,
            action: action(reply),
        };
        let ending = || Error::Failed("the daemon is ending".into());
        self.requests.send(request).await.map_err(|_| ending())?;
        // What is under way is dropped when the accounts are locked.
        let dropped = if self.requests.is_closed() {
            ending
        } else {
            errors::locked_meanwhile
        };
        answer.await.unwrap_or_else(|_| Err(dropped()))
    }

    /// Waits for a time on the wall clock, or for the vault to be locked.
    async fn sleep_until(&self, at: u64) {
        let mut public = self.public.clone();
        loop {
            let now = self.clock.unix().unwrap_or(at);
            let Some(left @ 1..) = at.checked_sub(now) else {
                return;
            };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(left).min(NAP)) => {}
                _ = public.wait_for(|public| public.locked) => return,
            }
        }
    }
}

/// Where a request comes from, made by the transport.
#[derive(Clone, Debug)]
pub struct From {
    /// The process that asks.
    pub caller: Caller,
    /// Whether its message allows a prompt.
    pub interactive: bool,
}
