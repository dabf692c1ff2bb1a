//! Codes: a counter-based account has to be stored with its counter moved before its codes are known, and a browser gets
//! none before its site is remembered for the account.

use mfa_core::AccountId;
use mfa_core::ledger::Wish;
use mfa_ipc::Error;

use super::Handle;
use crate::caller::Asker;
use crate::service::ask::{Codes, Given, What};
use crate::service::change::{Count, FirstSite};
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
        let Given {
            id,
            what,
            is_first_site,
        } = self.ask(asker, codes).await?;
        let codes = match what {
            What::Codes(codes) => codes,
            What::Counter(permit) => {
                let count = Count {
                    id,
                    count: wish.count,
                    asker: asker.clone(),
                    usage,
                    permit,
                };
                self.change(asker, count).await?
            }
        };
        if let (true, Some(site)) = (is_first_site, asker.site.clone()) {
            let first = FirstSite {
                id,
                site,
                asker: asker.clone(),
            };
            self.change(asker, first).await?;
        }
        self.check(asker, Some(Takes(Some(id), usage))).await?;
        Ok((id, codes))
    }
}
