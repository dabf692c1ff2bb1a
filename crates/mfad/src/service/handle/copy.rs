//! Copying a code: the daemon has no clipboard, so it hands the code to a tray, which has one.
//!
//! The code is handed out to the program that asks, although it goes to the tray: `CodeIssued` names that
//! program.

use mfa_ipc::Error;

use super::Handle;
use crate::caller::Asker;
use crate::copiers;
use crate::service::ask::{Codes, MayCopy, Trays};

impl Handle {
    /// Has the code of the account that `query` means copied.
    pub(crate) async fn copy(&self, asker: &Asker, query: String) -> Result<(), Error> {
        let wish = self.ask(asker, MayCopy(query.clone())).await?;
        let codes = Codes::copied(query, wish);
        let (id, codes) = self.hand_out(asker, codes).await?;
        // Trays may have come and gone while the code was waited for.
        let trays = self.ask(asker, Trays).await?;
        copiers::copy(&trays, id, &codes.first).await
    }
}
