//! The interface `org.mfactl.Copier1`: a client with a clipboard serves it on its private connection. The
//! daemon calls it when another program calls `CopyCode`.
//!
//! | member | signature | meaning |
//! |---|---|---|
//! | `Copy` | `(s account_id, s code, t valid_from, t valid_until)` | copies a code; the daemon calls it |
//!
//! The client, such as the tray, serves the object `/org/mfactl/Copier1` and calls `OfferCopying` once. For
//! each `CopyCode` of another client, the daemon then calls `Copy` on that object. The client copies the code
//! and replies. `CodeIssued` names the program that called `CopyCode`, not the client that copies.
//!
//! If several clients offer copying, the daemon asks the last one until its connection ends. Only the
//! mfa-tray that is installed beside the daemon may offer copying. For other programs, the error is
//! `AccessDenied`.

use tokio::sync::{mpsc, oneshot};
use zbus::interface;

use crate::Error;
use crate::client::Client;
use crate::endpoint::{ACCOUNTS, COPIER_PATH};
use crate::types::IssuedCode;

/// The number of requests that may wait to be read.
const QUEUE: usize = 8;

/// A request of the daemon to copy a code.
#[derive(Debug)]
pub struct CopyRequest {
    /// The id of the account.
    pub account: String,
    /// The code.
    pub code: IssuedCode,
    /// The sender of the reply, once the code is on the clipboard.
    pub reply: oneshot::Sender<Result<(), Error>>,
}

/// The object that the daemon calls.
struct Copier(mpsc::Sender<CopyRequest>);

#[interface(name = "org.mfactl.Copier1", introspection_docs = false)]
impl Copier {
    /// The daemon calls `Copy(s account_id, s code, t valid_from, t valid_until)`.
    ///
    /// * `account_id`: the id of the account
    /// * `code`: the code, with its leading zeros
    /// * `valid_from`: the first second at which the code is valid, in Unix time; 0 for a counter-based account
    /// * `valid_until`: the first second at which it is no longer valid; 0 for a counter-based account
    ///
    /// # Errors
    /// Any error says that the code was not copied. Its text is shown to the user.
    async fn copy(
        &self,
        account_id: String,
        code: String,
        valid_from: u64,
        valid_until: u64,
    ) -> Result<(), Error> {
        let code = IssuedCode {
            code: code.into(),
            valid_from,
            valid_until,
        };
        let gone = || Error::Failed("the tray is shutting down".into());
        let (reply, answer) = oneshot::channel();
        let request = CopyRequest {
            account: account_id,
            code,
            reply,
        };
        self.0.send(request).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

impl Client {
    /// Calls `OfferCopying()`. Copies codes for other programs, as long as this connection and the receiver exist.
    ///
    /// # Errors
    /// `AccessDenied` if this program is not the tray beside the daemon, `LimitsExceeded` if this connection
    /// or too many clients already offer it.
    pub async fn offer_copying(&self) -> Result<mpsc::Receiver<CopyRequest>, Error> {
        let (requests, receiver) = mpsc::channel(QUEUE);
        let server = self.connection().object_server();
        server.at(COPIER_PATH, Copier(requests)).await?;
        self.call::<_, ()>(ACCOUNTS, "OfferCopying", &()).await?;
        Ok(receiver)
    }
}

#[cfg(test)]
mod tests {
    use zbus::object_server::Interface;

    use super::*;

    #[test]
    fn the_interface_is_as_its_file_describes_it() {
        let (requests, _) = mpsc::channel(1);
        let mut interface = String::new();
        Copier(requests).introspect_to_writer(&mut interface, 2);
        let file = include_str!("../../../dist/dbus/org.mfactl.Copier1.xml");
        let (_, described) = file.split_once("<node>\n").unwrap();
        assert_eq!(described, format!("{interface}</node>\n"));
    }
}
