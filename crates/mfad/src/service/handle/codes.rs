//! Codes: a counter-based account has to be stored with its counter moved before its codes are known.

use mfa_core::AccountId;
use mfa_core::ledger::Wish;
use mfa_ipc::Error;

use super::Handle;
use crate::caller::Asker;
use crate::service::ask::{Codes, Given};
use crate::service::change::Count;
use crate::service::consent::Takes;
use crate::service::{CodeSeries, errors};

impl Handle {
    /// Returns codes of the account that `query` means, after waiting as long as the wish requires. The asker is checked
    /// again after that.
    pub(crate) async fn codes(
        &self,
        asker: &Asker,
        query: String,
        wish: Wish,
    ) -> Result<CodeSeries, Error> {
        let codes = Codes::new(query, wish);
        self.hand_out(asker, codes).await.map(|(_, codes)| codes)
    }

    pub(super) async fn hand_out(
        &self,
        asker: &Asker,
        codes: Codes,
    ) -> Result<(AccountId, CodeSeries), Error> {
        let (wish, usage) = (codes.wish, codes.usage);
        // Each waiting asker costs memory, and keeps codes from others.
        let turn = wish.may_wait().then(|| asker.process.wait());
        let turn = turn.map(|turn| turn.ok_or_else(errors::too_much));
        let _turn = turn.transpose()?;
        let (id, codes) = match self.ask(asker, codes).await? {
            Given::Codes(id, codes) => (id, codes),
            Given::Counter(id, permit) => {
                let count = Count {
                    id,
                    count: wish.count,
                    asker: asker.clone(),
                    usage,
                    permit,
                };
                (id, self.change(asker, count).await?)
            }
        };
        self.check(asker, Some(Takes(Some(id), usage))).await?;
        Ok((id, codes))
    }
}
