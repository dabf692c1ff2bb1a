//! The temporary decisions of the user about an asker: a grant until the accounts are locked, or a recent refusal.
//!
//! Times come from a clock that counts suspend.

use std::time::Duration;

use super::silence::Silences;
use super::{Use, Who};
use crate::account::AccountId;

/// The time that a grant lasts without being used.
const IDLE: Duration = Duration::from_secs(10 * 60);
/// The time that a grant lasts at most.
const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// The maximum number of remembered grants. The oldest are dropped first.
const MAX: usize = 256;

/// The temporary decisions of the user.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    given: Vec<Grant>,
    denied: Silences<Wanted>,
}

/// What an asker wants: something of an account or of all accounts, or to undo the lock of the user. A refusal is for all
/// uses of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The asker.
    pub who: Who,
    account: Option<AccountId>,
    is_to_unlock: bool,
}

impl Wanted {
    /// Returns what an asker wants. Without an account, it is about all accounts.
    #[must_use]
    pub fn new(who: &Who, account: Option<AccountId>, usage: Use) -> Self {
        Self {
            who: who.anywhere().into_owned(),
            account,
            is_to_unlock: usage == Use::Unlock,
        }
    }
}

#[derive(Clone, Debug)]
struct Grant {
    who: Who,
    account: AccountId,
    usage: Use,
    given: Duration,
    used: Duration,
}

impl Grant {
    fn holds(&self, now: Duration) -> bool {
        now.saturating_sub(self.used) < IDLE && now.saturating_sub(self.given) < LIFETIME
    }
}

impl Grants {
    /// Grants requests of an asker for an account, until the accounts are locked at the latest.
    pub fn give(&mut self, who: Who, account: AccountId, usage: Use, now: Duration) {
        self.given.retain(|grant| grant.holds(now));
        if self.given.len() == MAX {
            self.given.remove(0);
        }
        let (given, used) = (now, now);
        self.given.push(Grant {
            who,
            account,
            usage,
            given,
            used,
        });
    }

    /// Returns whether nothing is granted to anybody. Then nobody has to find out, by many system calls, who asks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Returns whether a request is granted. If it is, the grant counts as used and lasts longer.
    pub fn allow(&mut self, who: &Who, account: AccountId, usage: Use, now: Duration) -> bool {
        let grant = self.given.iter_mut().find(|grant| {
            grant.who == *who
                && grant.account == account
                && grant.usage.covers(usage)
                && grant.holds(now)
        });
        grant.map(|grant| grant.used = now).is_some()
    }

    /// Records that the user refused a request.
    pub fn deny(&mut self, wanted: Wanted, now: Duration) {
        self.denied.begin(wanted, now);
    }

    /// Returns the time that a request is still refused without a question, after a recent refusal.
    #[must_use]
    pub fn silence(&self, wanted: &Wanted, now: Duration) -> Option<Duration> {
        self.denied.left(|one| one == wanted, now)
    }

    /// Forgets the grants, for instance when the accounts are locked. Refusals last for their time.
    pub fn end(&mut self) {
        self.given.clear();
    }

    /// Forgets the decisions about an asker, so that the user is asked again.
    pub fn forget(&mut self, is_one: impl Fn(&Who) -> bool) {
        self.given.retain(|grant| !is_one(&grant.who));
        self.denied.forget(|wanted| is_one(&wanted.who));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::silence::SILENCE;

    const MINUTE: Duration = Duration::from_secs(60);

    fn who(name: &str) -> Who {
        Who::System(name.into())
    }

    fn id(number: u8) -> AccountId {
        AccountId::from_random([number; 16])
    }

    #[test]
    fn a_grant_is_for_one_asker_and_one_account() {
        let mut grants = Grants::default();
        grants.give(who("a"), id(1), Use::Code, MINUTE);
        assert!(grants.allow(&who("a"), id(1), Use::Code, MINUTE));
        assert!(
            grants.allow(&who("a"), id(1), Use::Copy, MINUTE),
            "who may have a code may copy it"
        );
        assert!(!grants.allow(&who("a"), id(2), Use::Code, MINUTE));
        assert!(!grants.allow(&who("b"), id(1), Use::Code, MINUTE));
        grants.give(who("c"), id(1), Use::Copy, MINUTE);
        assert!(!grants.allow(&who("c"), id(1), Use::Code, MINUTE));
        grants.end();
        assert!(!grants.allow(&who("a"), id(1), Use::Code, MINUTE));
    }

    #[test]
    fn a_grant_lapses_after_ten_idle_minutes() {
        let mut grants = Grants::default();
        grants.give(who("a"), id(1), Use::Code, MINUTE);
        assert!(grants.allow(&who("a"), id(1), Use::Code, MINUTE * 10));
        assert!(grants.allow(&who("a"), id(1), Use::Code, MINUTE * 19));
        assert!(!grants.allow(&who("a"), id(1), Use::Code, MINUTE * 29));
    }

    #[test]
    fn a_grant_lapses_after_twelve_hours_however_often_it_is_used() {
        let mut grants = Grants::default();
        grants.give(who("a"), id(1), Use::Code, Duration::ZERO);
        let times = (1..12 * 12).map(|n| MINUTE * 5 * n);
        for now in times {
            assert!(grants.allow(&who("a"), id(1), Use::Code, now), "{now:?}");
        }
        assert!(!grants.allow(&who("a"), id(1), Use::Code, MINUTE * 60 * 12));
    }

    #[test]
    fn after_a_no_there_is_silence_for_a_minute() {
        let mut grants = Grants::default();
        let wanted = |name, number| Wanted::new(&who(name), Some(id(number)), Use::Code);
        grants.deny(wanted("a", 1), MINUTE);
        let silence =
            |grants: &Grants, name, number, now| grants.silence(&wanted(name, number), now);
        assert_eq!(silence(&grants, "a", 1, MINUTE), Some(SILENCE));
        assert_eq!(silence(&grants, "a", 2, MINUTE), None);
        assert_eq!(silence(&grants, "b", 1, MINUTE), None);
        grants.end();
        let late = MINUTE * 2 - Duration::from_secs(1);
        assert_eq!(
            silence(&grants, "a", 1, late),
            Some(Duration::from_secs(1)),
            "locking undoes no refusal"
        );
        assert_eq!(silence(&grants, "a", 1, MINUTE * 2), None);
        grants.deny(wanted("a", 1), MINUTE * 3);
        grants.forget(|one| *one == who("a"));
        assert_eq!(silence(&grants, "a", 1, MINUTE * 3), None);
    }

    #[test]
    fn a_no_is_for_all_uses_of_an_account_but_not_for_the_lock() {
        let mut grants = Grants::default();
        let wanted = |account, usage| Wanted::new(&who("a"), account, usage);
        let silence =
            |grants: &Grants, account, usage| grants.silence(&wanted(account, usage), MINUTE);
        grants.deny(wanted(Some(id(1)), Use::Code), MINUTE);
        assert_eq!(silence(&grants, Some(id(1)), Use::Secret), Some(SILENCE));
        grants.deny(wanted(None, Use::Unlock), MINUTE);
        assert_eq!(silence(&grants, None, Use::Unlock), Some(SILENCE));
        assert_eq!(silence(&grants, None, Use::Secret), None, "an export");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut grants = Grants::default();
        for number in 0..2 * MAX {
            grants.give(who(&number.to_string()), id(1), Use::Code, MINUTE);
        }
        assert_eq!(grants.given.len(), MAX);
        let newest = (2 * MAX - 1).to_string();
        assert!(grants.allow(&who(&newest), id(1), Use::Code, MINUTE));
    }
}
