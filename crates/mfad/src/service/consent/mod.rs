//! Consent: decides whether an asker may have what it wants of an account.
//!
//! The rules decide first. Where they say "ask", what the user has granted for a while counts, and then the user is
//! asked. The request is put aside meanwhile; when the user has answered, it is served again, and the decision is taken
//! again. So nothing that was decided before a wait is relied on after it.
//!
//! | file | what it does |
//! |---|---|
//! | `applicant` | the asker of one request, and what the user has allowed for it |
//! | `attended` | whether somebody can be asked, and by whom |
//! | `decided` | open questions on which a new rule decides |
//! | `ruling` | what the rules say of a request |
//! | `sites` | the sites on which a browser gets codes |
//! | `unlocking` | who may undo the lock of the user |
//! | `look` | requests that only look at codes |
//! | `questions` | the questions that are open, and their answers |
//! | `records` | writes the access log |
//! | `rules` | lists and changes the rules |

mod applicant;
mod attended;
mod decided;
mod look;
mod questions;
mod records;
mod rules;
mod ruling;
mod sites;
mod unlocking;

use std::path::Path;
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access::record::Ground;
use mfa_core::access::rules::Seen;
use mfa_core::access::{
    BusCodes, Grants, Policy, Rates, Rules, Silences, Transport, Unattended, Use, Wanted,
};
use mfa_core::port::{AccessLog, RuleBook};
use mfa_ipc::Error;

use super::cause::Cause;
use super::{Service, errors};
use crate::access_log::FileLog;
use crate::caller::{self, Asker};
use crate::question::Questioner;
use crate::rulebook::FileBook;
pub(crate) use applicant::{Applicant, Takes};
pub(super) use look::Looking;
pub(super) use questions::Questions;
pub(super) use records::handing_out;
use records::{Hints, Logged};
use ruling::Ruling;
pub(super) use sites::is_first_site;

/// The parts of consent.
pub struct Parts {
    /// The choices of the user for all requests.
    pub policy: Policy,
    /// The rules from before.
    pub rules: Rules,
    /// The file of the rules.
    pub book: Box<dyn RuleBook>,
    /// The access log.
    pub log: Box<dyn AccessLog>,
    /// The way to the user.
    pub questioner: Box<dyn Questioner>,
    /// Looks at the file of a program.
    pub seen: fn(&Path) -> Option<Seen>,
}

impl Parts {
    /// Returns the parts with the rules and the log in a folder.
    #[must_use]
    pub fn on_disk(folder: &Path, policy: Policy, questioner: Box<dyn Questioner>) -> Self {
        let (book, rules) = FileBook::open(folder);
        // Rules that are not known may have denied what is asked for while nobody is there.
        let unattended = match rules {
            Some(_) if book.is_understood() => policy.unattended,
            _ => Unattended::Deny,
        };
        Self {
            policy: Policy {
                unattended,
                ..policy
            },
            rules: rules.unwrap_or_default(),
            book: Box::new(book),
            log: Box::new(FileLog::new(folder)),
            questioner,
            seen: caller::seen,
        }
    }
}

/// Who may have what.
pub(super) struct Consent {
    parts: Parts,
    grants: Grants,
    rates: Rates,
    logged: Logged,
    hints: Hints,
    /// The questions that their askers have taken back a moment ago.
    taken_back: Silences<Wanted>,
    pub(super) questions: Questions,
}

/// The permission for a request, and why it was given.
#[derive(Clone, Debug)]
pub(super) struct Permit {
    pub(super) ground: Ground,
    /// A remark for the log.
    pub(super) note: Option<String>,
}

/// A decision on a request.
pub(super) enum Decision {
    Yes(Permit),
    /// The user has to be asked first, so the request is put aside for this cause.
    Asked(Cause),
}

impl Consent {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            grants: Grants::default(),
            rates: Rates::new(parts.policy.codes_per_minute),
            logged: Logged::default(),
            hints: Hints::default(),
            taken_back: Silences::default(),
            questions: Questions::default(),
            parts,
        }
    }

    pub(super) fn bus_codes(&self) -> BusCodes {
        self.parts.policy.bus_codes
    }

    /// The session of the user has ended, and with it whoever could be asked there.
    pub(super) fn session_ended(&self) {
        self.parts.questioner.session_ended();
    }

    /// Forgets the grants.
    pub(super) fn end(&mut self) {
        self.grants.end();
    }
}

impl Permit {
    fn by(ground: Ground) -> Self {
        Self { ground, note: None }
    }
}

impl Service {
    /// Decides whether an asker may have what it wants of an account, or of all accounts: `count` codes at once.
    pub(super) fn may(
        &mut self,
        asker: &Applicant,
        account: Option<AccountId>,
        usage: Use,
        count: u32,
    ) -> Result<Decision, Error> {
        self.may_cross(asker, account, usage)?;
        match self.ruling(asker, account, usage)? {
            Ruling::Allow(permit) => Ok(Decision::Yes(permit)),
            Ruling::Deny => {
                self.refused(asker, account, usage, Ground::Rule);
                Err(errors::denied_by_rule())
            }
            Ruling::Ask => match asker.allowed_on(account, usage) {
                Some(ground) => Ok(Decision::Yes(Permit::by(ground))),
                None => self.ask(asker, account, usage, count),
            },
        }
    }

    /// Decides again on a request that waited since it got a permit: a rule may deny it now.
    pub(super) fn confirm(
        &mut self,
        asker: &Asker,
        account: AccountId,
        usage: Use,
        permit: Permit,
    ) -> Result<Permit, Error> {
        match self.ruling(asker, Some(account), usage)? {
            Ruling::Allow(permit) => Ok(permit),
            Ruling::Ask if self.still_holds(asker, account, usage, &permit) => Ok(permit),
            Ruling::Ask => {
                self.refused(asker, Some(account), usage, Ground::NoQuestion);
                Err(errors::needs_question(asker.caller.transport))
            }
            Ruling::Deny => {
                self.refused(asker, Some(account), usage, Ground::Rule);
                Err(errors::denied_by_rule())
            }
        }
    }

    /// Returns whether a permit that was given before a wait still holds, although the rules now say "ask".
    fn still_holds(
        &mut self,
        asker: &Asker,
        account: AccountId,
        usage: Use,
        permit: &Permit,
    ) -> bool {
        let now = self.parts.clock.since_boot();
        match permit.ground {
            Ground::Once | Ground::Unattended => true,
            Ground::UntilLocked => {
                let grants = &mut self.consent.grants;
                grants.allow(&asker.caller.who, account, usage, now)
            }
            _ => false,
        }
    }

    /// Checks that codes may go over the session bus, if the request came that way.
    fn may_cross(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        usage: Use,
    ) -> Result<(), Error> {
        let on_the_bus = asker.caller.transport == Transport::SessionBus;
        if on_the_bus && usage == Use::Code && self.consent.bus_codes() == BusCodes::Deny {
            self.refused(asker, account, usage, Ground::Bus);
            return Err(errors::bus_codes());
        }
        Ok(())
    }

    /// Decides by what the user has said before, or else asks.
    fn ask(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        usage: Use,
        count: u32,
    ) -> Result<Decision, Error> {
        let (who, now) = (&asker.caller.who, self.parts.clock.since_boot());
        let grants = &mut self.consent.grants;
        if let Some(id) = account
            && usage != Use::Secret
            && !grants.is_empty()
            && !ruling::may_be_another(asker)
            && grants.allow(who, id, usage, now)
        {
            return Ok(Decision::Yes(Permit::by(Ground::UntilLocked)));
        }
        if let Some(left) = grants.silence(&Wanted::new(who, account, usage), now) {
            self.refused(asker, account, usage, Ground::Silence);
            return Err(errors::silence(left));
        }
        if !self.is_attended() {
            return self.unattended(asker, account, usage);
        }
        if self.door.session.is_seen_locked() {
            self.refused(asker, account, usage, Ground::Unattended);
            return Err(errors::screen_locked());
        }
        if !asker.may_be_asked_about {
            self.refused(asker, account, usage, Ground::NoQuestion);
            return Err(errors::needs_question(asker.caller.transport));
        }
        let cause = self.question(asker, account, usage, count)?;
        Ok(Decision::Asked(cause))
    }

    /// Counts what an asker is about to get.
    pub(super) fn count(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        usage: Use,
        count: u32,
    ) -> Result<(), Error> {
        let now = self.parts.clock.since_boot();
        let counted = self.consent.rates.take(&asker.caller.who, count, now);
        counted.map_err(|wait| {
            self.refused(asker, account, usage, Ground::Limit);
            errors::too_often(round_up(wait))
        })
    }
}

/// Returns whole seconds, one at least.
fn round_up(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_millis() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}
