//! `org.mfactl.Copier1`: what a client with a clipboard offers to the daemon, on its own private
//! connection. The daemon calls it when somebody asks for `CopyCode`.

use tokio::sync::{mpsc, oneshot};
use zbus::interface;

use crate::Error;
use crate::client::Client;
use crate::endpoint::{COPIER_PATH, VAULT};

/// How many requests may wait to be looked at.
const QUEUE: usize = 8;

/// The daemon asks for a code to be copied.
#[derive(Debug)]
pub struct CopyRequest {
    /// The id of the account.
    pub account: String,
    /// Where the answer goes, once the code is on the clipboard.
    pub reply: oneshot::Sender<Result<(), Error>>,
}

/// The object that the daemon calls.
struct Copier(mpsc::Sender<CopyRequest>);

#[interface(name = "org.mfactl.Copier1", introspection_docs = false)]
impl Copier {
    async fn copy(&self, account: String) -> Result<(), Error> {
        let gone = || Error::Failed("the tray is ending".into());
        let (reply, answer) = oneshot::channel();
        let request = CopyRequest { account, reply };
        self.0.send(request).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

impl Client {
    /// Offers to copy codes for others, for as long as this connection and the receiver are there.
    ///
    /// # Errors
    /// `AccessDenied` if we are not the tray beside the daemon, `LimitsExceeded` if this connection or too many
    /// clients offer that already.
    pub async fn offer_copying(&self) -> Result<mpsc::Receiver<CopyRequest>, Error> {
        let (requests, receiver) = mpsc::channel(QUEUE);
        let server = self.connection().object_server();
        server.at(COPIER_PATH, Copier(requests)).await?;
        self.call::<_, ()>(VAULT, "OfferCopying", &()).await?;
        Ok(receiver)
    }
}
