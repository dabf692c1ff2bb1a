//! Which codes were handed out, so that a fresh one is never one that somebody has already.
//!
//! Services accept a code once. Two scripts that log in within the same 30 seconds therefore need
//! two codes, and the second has to wait for the next step. The ledger remembers, per account, the
//! second at which the last code that was handed out ends. It decides; it does not wait.

use std::collections::HashMap;

use thiserror::Error;

use crate::account::{AccountId, Period};
use crate::otp::{step_at, step_start};

/// How long, in seconds, a request waits for its code when it does not say.
pub const DEFAULT_TIMEOUT: u64 = 90;
/// The most codes that one request may ask for.
pub const MAX_COUNT: u32 = 10;
/// Entries that reach further into the future stem from a clock that was wrong; in seconds.
const HORIZON: u64 = 12 * 86_400;

/// What a caller wants of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How many consecutive codes, from 1 to [`MAX_COUNT`].
    pub count: u32,
    /// The code of the next step instead of the current one, without waiting for it.
    pub next: bool,
    /// A code that was never handed out.
    pub fresh: bool,
    /// How many seconds the code must still be valid for.
    pub min_remaining: u64,
    /// How many seconds the caller is ready to wait.
    pub timeout: u64,
    /// Only to look at: the code is not handed out, so it stays fresh for whoever uses it.
    pub peek: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            count: 1,
            next: false,
            fresh: false,
            min_remaining: 0,
            timeout: DEFAULT_TIMEOUT,
            peek: false,
        }
    }
}

/// Which step a request gets, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The first step.
    pub step: u64,
    /// The Unix second at which the first code may be handed out; not later than now if at once.
    pub at: u64,
}

/// Why a wish cannot be granted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The count is not 1 to [`MAX_COUNT`].
    #[error("one request may ask for 1 to {MAX_COUNT} codes")]
    Count,
    /// A code that nobody has had is to be used, and one that is only looked at is not.
    #[error("a code is either fresh or only looked at: leave out “fresh” or “peek”")]
    FreshPeek,
    /// No code is ever valid for so long.
    #[error("no code is valid for that long: the period of this account is {0} seconds")]
    Unattainable(u64),
    /// The code would come later than the caller is ready to wait.
    #[error("the next unused code comes in {wait} seconds, which is more than the timeout")]
    TooLate {
        /// How long it would take, in seconds.
        wait: u64,
    },
}

/// Until when codes were handed out, per account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    spent: HashMap<AccountId, u64>,
}

impl Ledger {
    /// Chooses the step for a wish at the Unix time `now`.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn plan(
        &self,
        id: AccountId,
        period: Period,
        wish: &Wish,
        now: u64,
    ) -> Result<Plan, Error> {
        if !(1..=MAX_COUNT).contains(&wish.count) {
            return Err(Error::Count);
        }
        if wish.fresh && wish.peek {
            return Err(Error::FreshPeek);
        }
        if wish.min_remaining > period.get() {
            return Err(Error::Unattainable(period.get()));
        }
        let current = step_at(period, now);
        let mut step = current + u64::from(wish.next);
        if wish.fresh {
            let spent = self.spent.get(&id).copied().unwrap_or(0);
            step = step.max(spent.div_ceil(period.get()));
        }
        let remaining = step_start(period, step + 1).saturating_sub(now);
        if remaining < wish.min_remaining {
            step += 1;
        }
        // The next code may be shown as soon as the one before it has begun.
        let at = step_start(period, step - u64::from(wish.next));
        let wait = at.saturating_sub(now);
        if wait > wish.timeout {
            return Err(Error::TooLate { wait });
        }
        Ok(Plan { step, at })
    }

    /// Notes that `count` codes from `step` on are handed out. Says whether that is news, which
    /// has to be stored before the codes are shown.
    pub fn spend(&mut self, id: AccountId, period: Period, step: u64, count: u32) -> bool {
        let end = step_start(period, step.saturating_add(u64::from(count)));
        let spent = self.spent.entry(id).or_default();
        let news = end > *spent;
        *spent = end.max(*spent);
        news
    }

    /// Forgets what no longer matters: codes that ended, and accounts that are gone.
    pub fn prune(&mut self, now: u64) {
        self.spent
            .retain(|_, end| *end > now && *end < now.saturating_add(HORIZON));
    }

    /// Forgets one account.
    pub fn forget(&mut self, id: AccountId) {
        self.spent.remove(&id);
    }

    /// The account ids and the Unix second until which codes were handed out.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, u64)> {
        self.spent.iter().map(|(id, end)| (*id, *end))
    }
}

impl FromIterator<(AccountId, u64)> for Ledger {
    fn from_iter<I: IntoIterator<Item = (AccountId, u64)>>(pairs: I) -> Self {
        Self {
            spent: pairs.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000_000; // 10 seconds into step 33333333, which ends 20 later

    fn id() -> AccountId {
        AccountId::from_random([1; 16])
    }

    fn fresh() -> Wish {
        Wish {
            fresh: true,
            ..Wish::default()
        }
    }

    fn plan(ledger: &Ledger, wish: Wish) -> Result<Plan, Error> {
        ledger.plan(id(), Period::default(), &wish, NOW)
    }

    const STEP: u64 = 33_333_333;

    #[test]
    fn the_current_code_comes_at_once() {
        let plan = plan(&Ledger::default(), Wish::default()).unwrap();
        assert_eq!(plan.step, STEP);
        assert!(plan.at <= NOW);
    }

    #[test]
    fn fresh_codes_never_repeat() {
        let mut ledger = Ledger::default();
        for expected in [STEP, STEP + 1, STEP + 2, STEP + 3] {
            let plan = plan(&ledger, fresh()).unwrap();
            assert_eq!(plan.step, expected);
            assert!(ledger.spend(id(), Period::default(), plan.step, 1));
        }
        assert_eq!(plan(&ledger, fresh()), Err(Error::TooLate { wait: 110 }));
    }

    #[test]
    fn any_code_that_was_shown_counts() {
        let mut ledger = Ledger::default();
        ledger.spend(id(), Period::default(), STEP, 2);
        assert_eq!(plan(&ledger, fresh()).unwrap().step, STEP + 2);
        assert!(!ledger.spend(id(), Period::default(), STEP, 1), "no news");
    }

    #[test]
    fn next_does_not_wait() {
        let wish = Wish {
            next: true,
            ..Wish::default()
        };
        let plan = plan(&Ledger::default(), wish).unwrap();
        assert_eq!(plan.step, STEP + 1);
        assert!(plan.at <= NOW);
    }

    #[test]
    fn next_and_fresh_together_do_not_run_ahead() {
        let mut ledger = Ledger::default();
        let wish = Wish {
            next: true,
            ..fresh()
        };
        ledger.spend(id(), Period::default(), STEP, 10);
        assert_eq!(plan(&ledger, wish), Err(Error::TooLate { wait: 260 }));
    }

    #[test]
    fn a_code_about_to_end_is_passed_over() {
        let wish = |min_remaining| Wish {
            min_remaining,
            ..Wish::default()
        };
        let ledger = Ledger::default();
        assert_eq!(plan(&ledger, wish(20)).unwrap().step, STEP);
        assert_eq!(
            plan(&ledger, wish(21)).unwrap(),
            Plan {
                step: STEP + 1,
                at: NOW + 20
            }
        );
        assert_eq!(plan(&ledger, wish(30)).unwrap().step, STEP + 1);
        assert_eq!(plan(&ledger, wish(31)), Err(Error::Unattainable(30)));
    }

    #[test]
    fn nobody_waits_longer_than_they_said() {
        let wish = Wish {
            min_remaining: 25,
            timeout: 19,
            ..Wish::default()
        };
        assert_eq!(
            plan(&Ledger::default(), wish),
            Err(Error::TooLate { wait: 20 })
        );
    }

    #[test]
    fn a_code_is_not_both_fresh_and_only_looked_at() {
        let wish = Wish {
            peek: true,
            ..fresh()
        };
        assert_eq!(plan(&Ledger::default(), wish), Err(Error::FreshPeek));
    }

    #[test]
    fn the_count_is_limited() {
        for count in [0, MAX_COUNT + 1] {
            assert_eq!(
                plan(
                    &Ledger::default(),
                    Wish {
                        count,
                        ..Wish::default()
                    }
                ),
                Err(Error::Count)
            );
        }
    }

    #[test]
    fn what_ended_is_forgotten_and_so_is_nonsense() {
        let other = AccountId::from_random([2; 16]);
        let mut ledger: Ledger = [(id(), NOW), (other, NOW + 400 * 86_400)]
            .into_iter()
            .collect();
        ledger.prune(NOW);
        assert_eq!(ledger.iter().count(), 0);
    }
}
