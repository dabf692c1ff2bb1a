//! `org.mfactl.Authenticator1`, on the session bus and on private connections.

use std::collections::HashMap;

use mfa_core::otp::Code;
use mfa_ipc::Error;
use mfa_ipc::dict::Dict;
use mfa_ipc::types::{AccountInfo, CodeOptions};
use zbus::message::Header;
use zbus::object_server::{ResponseDispatchNotifier, SignalEmitter};
use zbus::{Connection, OwnedVariant, interface};

use crate::caller::Origin;
use crate::service::Handle;

/// The object on one connection.
pub struct Authenticator {
    service: Handle,
    origin: Origin,
}

impl Authenticator {
    /// Serves whoever is at the other end of a connection.
    #[must_use]
    pub fn new(service: Handle, origin: Origin) -> Self {
        Self { service, origin }
    }
}

#[interface(name = "org.mfactl.Authenticator1", introspection_docs = false)]
impl Authenticator {
    #[zbus(out_args("code", "valid_from", "valid_until"))]
    async fn get_code(
        &self,
        account: String,
        options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(String, u64, u64), Error> {
        let from = self.origin.from(&header, connection).await?;
        let wish = CodeOptions::from_dict(options)?.wish(1);
        let codes = tokio::select! {
            codes = self.service.codes(&from, account, wish) => codes?,
            () = self.origin.gone(&header, connection), if wish.may_wait() => return Err(nobody()),
        };
        self.origin.check(&from)?;
        let code = codes
            .first()
            .ok_or_else(|| Error::Failed("there is no code".into()))?;
        Ok(wire(code))
    }

    #[zbus(out_args("codes"))]
    async fn get_codes(
        &self,
        account: String,
        count: u32,
        options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<(String, u64, u64)>, Error> {
        let from = self.origin.from(&header, connection).await?;
        let wish = CodeOptions::from_dict(options)?.wish(count);
        let codes = tokio::select! {
            codes = self.service.codes(&from, account, wish) => codes?,
            () = self.origin.gone(&header, connection), if wish.may_wait() => return Err(nobody()),
        };
        self.origin.check(&from)?;
        Ok(codes.iter().map(wire).collect())
    }

    #[zbus(out_args("codes"))]
    async fn peek_codes(
        &self,
        accounts: Vec<String>,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<HashMap<String, (String, u64, u64)>, Error> {
        let from = self.origin.from(&header, connection).await?;
        let codes = self.service.peek(&from, accounts).await?;
        Ok(codes.into_iter().map(|(id, c)| (id, wire(&c))).collect())
    }

    #[zbus(out_args("accounts"))]
    async fn list_accounts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<ResponseDispatchNotifier<Vec<HashMap<&'static str, OwnedVariant>>>, Error> {
        let from = self.origin.from(&header, connection).await?;
        let room = from.process.answer().await;
        let accounts = self.service.list(&from).await?;
        let _turn = from.process.turn().await;
        let accounts = accounts.iter().map(dictionary).collect::<Result<_, _>>()?;
        let (answer, sent) = ResponseDispatchNotifier::new(accounts);
        tokio::spawn(async move {
            sent.await;
            drop(room);
        });
        Ok(answer)
    }

    #[zbus(out_args("ids"))]
    async fn find_accounts(
        &self,
        query: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<String>, Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service.find(&from, query).await
    }

    async fn copy_code(
        &self,
        account: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let from = self.origin.from(&header, connection).await?;
        let id = self.service.resolve(&from, account).await?;
        self.service.copiers().copy(&id).await
    }

    async fn lock(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service.lock(&from).await
    }

    async fn unlock(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service.unlock(&from).await
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
    pub(crate) async fn accounts_changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    pub(crate) async fn code_issued(
        emitter: &SignalEmitter<'_>,
        account_id: &str,
        application: &str,
    ) -> zbus::Result<()>;
}

/// Never seen by anybody.
fn nobody() -> Error {
    Error::Failed("nobody waits for this answer any more".into())
}

fn wire(code: &Code) -> (String, u64, u64) {
    (code.expose().to_owned(), code.valid_from, code.valid_until)
}

fn dictionary(account: &AccountInfo) -> Result<HashMap<&'static str, OwnedVariant>, Error> {
    let pairs = account.to_dict().into_iter();
    pairs
        .map(|(field, value)| Ok((field, OwnedVariant::try_from(value)?)))
        .collect()
}
