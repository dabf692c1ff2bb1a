//! The plan of an import: what would become of each account. It is decided in slices, so that others are served in
//! between.
//!
//! For a dry run, the plan is the result. An import stores it, unless the accounts have changed since.

use std::vec;

use mfa_core::AccountChange;
use mfa_ipc::Error;
use mfa_ipc::types::MAX_IMPORTED;

use super::{Ask, Served};
use crate::service::cause::Cause;
use crate::service::consent::Applicant;
use crate::service::import::{Planned, Planner};
use crate::service::{Service, errors};

/// The number of accounts that are decided on at a time, which takes about a millisecond.
const SLICE: usize = 100;

/// A request for what would become of these accounts.
pub(crate) struct Plan {
    accounts: vec::IntoIter<AccountChange>,
    stage: Stage,
}

enum Stage {
    Asked,
    Begun(Box<Planner>),
}

impl Plan {
    pub(crate) fn new(accounts: Vec<AccountChange>) -> Self {
        Self {
            accounts: accounts.into_iter(),
            stage: Stage::Asked,
        }
    }
}

impl Ask for Plan {
    type Answer = Planned;

    fn serve(mut self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let unlocked = &service.accounts.unlocked;
        let mut planner = match self.stage {
            Stage::Asked if self.accounts.len() > MAX_IMPORTED => {
                return Err(errors::too_many_imported());
            }
            Stage::Asked => {
                let planner = Box::new(Planner::new(&service.accounts, service.now()?));
                self.stage = Stage::Begun(planner);
                return Ok(Served::Later(self, Cause::Turn));
            }
            Stage::Begun(planner) => planner,
        };
        for mut account in self.accounts.by_ref().take(SLICE) {
            planner.decide(unlocked, &mut account);
        }
        if self.accounts.len() == 0 {
            return Ok(Served::Now(planner.planned));
        }
        // Every plan gets its turn again.
        self.stage = Stage::Begun(planner);
        Ok(Served::Later(self, Cause::Turn))
    }
}
