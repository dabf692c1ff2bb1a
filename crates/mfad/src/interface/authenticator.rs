//! `org.mfactl.Authenticator1`, on the session bus and on private connections.

use std::collections::HashMap;

use mfa_core::otp::Code;
use mfa_ipc::Error;
use mfa_ipc::dict::{AsDict, Dict, nothing_left, owned};
use mfa_ipc::types::{CodeOptions, QueryOptions};
use zbus::message::Header;
use zbus::object_server::{ResponseDispatchNotifier, SignalEmitter};
use zbus::{Connection, interface};

use crate::caller::Origin;
use crate::refusals;
use crate::service::{Handle, ask};

/// The object on one connection.
pub struct Authenticator {
    service: Handle,
    origin: Origin,
}

impl Authenticator {
    /// Creates the object for the other end of a connection.
    #[must_use]
    pub fn new(service: Handle, origin: Origin) -> Self {
        Self { service, origin }
    }

    /// Waits for an answer. An answer that `waits` may take long and is given up once nobody wants it any more.
    async fn wanted<T>(
        &self,
        waits: bool,
        header: &Header<'_>,
        connection: &Connection,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            answer = answer => answer,
            () = self.origin.gone(header, connection), if waits => {
                Err(refusals::nobody_waits())
            }
        }
    }
}

#[interface(name = "org.mfactl.Authenticator1", introspection_docs = false)]
impl Authenticator {
    #[zbus(out_args("code", "valid_from", "valid_until"))]
    async fn get_code(
        &self,
        account: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(String, u64, u64), Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let mut asker = asker.await?;
        asker.take_site(&mut options)?;
        let wish = CodeOptions::from_dict(options)?.wish(1);
        let waits = asker.may_be_asked_about || wish.may_wait();
        let codes = self.service.codes(&asker, account, wish);
        let codes = self.wanted(waits, &header, connection, codes).await?;
        Ok(wire(&codes.first))
    }

    #[zbus(out_args("codes"))]
    async fn get_codes(
        &self,
        account: String,
        count: u32,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<(String, u64, u64)>, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        let wish = CodeOptions::from_dict(options)?.wish(count);
        let waits = asker.may_be_asked_about || wish.may_wait();
        let codes = self.service.codes(&asker, account, wish);
        let codes = self.wanted(waits, &header, connection, codes).await?;
        Ok(codes.iter().map(wire).collect())
    }

    #[zbus(out_args("codes"))]
    async fn peek_codes(
        &self,
        accounts: Vec<String>,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<HashMap<String, (String, u64, u64)>, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        nothing_left(&options)?;
        let codes = self.service.get(&asker, ask::Peek(accounts));
        let waits = asker.may_be_asked_about;
        let codes = self.wanted(waits, &header, connection, codes).await?;
        Ok(codes.into_iter().map(|(id, c)| (id, wire(&c))).collect())
    }

    #[zbus(out_args("accounts", "revision"))]
    async fn list_accounts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(Vec<Dict>, ResponseDispatchNotifier<u64>), Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let room = asker.process.answer().await;
        let (accounts, revision) = self.service.ask(&asker, ask::List).await?;
        let _turn = asker.process.turn().await;
        let accounts = accounts.iter().map(|account| owned(account.to_dict()));
        let accounts = accounts.collect::<Result<_, _>>()?;
        let (revision, sent) = ResponseDispatchNotifier::new(revision);
        tokio::spawn(async move {
            sent.await;
            drop(room);
        });
        Ok((accounts, revision))
    }

    #[zbus(out_args("account"))]
    async fn get_account(
        &self,
        query: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Dict, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        let options = QueryOptions::from_dict(options)?;
        let get = ask::Get { query, options };
        owned(self.service.ask(&asker, get).await?.to_dict())
    }

    #[zbus(out_args("ids"))]
    async fn find_accounts(
        &self,
        query: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<String>, Error> {
        let asker = self.origin.asker(&header, connection).await?;
        self.service.ask(&asker, ask::Find(query)).await
    }

    async fn copy_code(
        &self,
        account: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        nothing_left(&options)?;
        let copied = self.service.copy(&asker, account);
        self.wanted(true, &header, connection, copied).await
    }

    async fn lock(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker(&header, connection).await?;
        self.service.ask(&asker, ask::Lock).await
    }

    async fn unlock(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let unlocked = self.service.unlock(&asker);
        self.wanted(true, &header, connection, unlocked).await
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        self.service.public().borrow().locked
    }

    #[zbus(property)]
    fn keychain(&self) -> String {
        self.service.public().borrow().keychain.clone()
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn private_address(&self) -> String {
        mfa_ipc::endpoint::address()
    }

    #[zbus(signal)]
    pub(crate) async fn accounts_changed(
        emitter: &SignalEmitter<'_>,
        revision: u64,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub(crate) async fn code_issued(
        emitter: &SignalEmitter<'_>,
        account_id: &str,
        application: &str,
    ) -> zbus::Result<()>;
}

fn wire(code: &Code) -> (String, u64, u64) {
    (code.expose().to_owned(), code.valid_from, code.valid_until)
}
