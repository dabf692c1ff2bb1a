//! Decides how the accounts that were found are added, counts what became of them and says it, for both mfactl and the
//! tray.
//!
//! An account that was found and is stored already is no failure: nobody has to do anything about it. It is one if it
//! has the same secret and parameters, whatever its name is; the daemon compares them.

use mfa_core::AccountChange;
use mfa_helper::import::Skipped;
use mfa_ipc::types::{Fate, ImportResult};

use crate::Decoded;

/// What is said if all accounts that were found are stored already: a sentence without its full stop.
pub const NOTHING_NEW: &str = "Nothing to add";

/// How the accounts are added.
pub enum Adding {
    /// One account. It is added by `Add`, which says in detail what is wrong with it.
    One(Box<AccountChange>),
    /// Several accounts. They are added by `Import`: all or none.
    Several,
    /// Nothing is added, because what was found is stored already.
    Stored(Tally),
    /// No account. The text says why: a sentence without its end, which may contain text of the input.
    Nothing(String),
}

impl Decoded {
    /// Decides how the accounts are added. `planned` is what would become of each of them.
    #[must_use]
    pub fn adding(&self, planned: &[ImportResult]) -> Adding {
        let tally = self.tally(planned);
        match &self.accounts[..] {
            [] => {
                let first = self.skipped.first().map(said);
                Adding::Nothing(first.unwrap_or_else(|| "no account found".to_owned()))
            }
            _ if tally.is_nothing_new() => Adding::Stored(tally),
            [one] => Adding::One(Box::new(one.clone())),
            _ => Adding::Several,
        }
    }

    /// Returns the accounts that would be added, if `planned` is what would become of each account.
    pub fn new_ones(&self, planned: &[ImportResult]) -> impl Iterator<Item = &AccountChange> {
        let both = self.accounts.iter().zip(planned);
        both.filter_map(|(account, result)| (result.fate == Fate::Added).then_some(account))
    }

    /// Returns why entries cannot be added: one sentence each, without its full stop. Missing QR codes are
    /// left out.
    pub fn reasons(&self) -> impl Iterator<Item = String> {
        let entries = self.skipped.iter().filter(|entry| entry.part.is_none());
        entries.map(said)
    }

    /// Counts what became of the entries: `results` is what became of the accounts.
    #[must_use]
    pub fn tally(&self, results: &[ImportResult]) -> Tally {
        let of = |fate| results.iter().filter(move |result| result.fate == fate);
        let refused = of(Fate::Skipped).filter_map(|result| result.reason.clone());
        let mut present = of(Fate::Present);
        let only = present.next().filter(|_| results.len() == 1);
        Tally {
            added: of(Fate::Added).count(),
            present: of(Fate::Present).count(),
            stored_as: only.map(|result| result.name.clone()),
            skipped: of(Fate::Skipped).count() + self.reasons().count(),
            why: self.reasons().chain(refused).next(),
        }
    }
}

fn said(entry: &Skipped) -> String {
    format!("{}: {}", entry.name, entry.reason)
}

/// Returns a number of accounts as text.
#[must_use]
pub fn accounts(count: usize) -> String {
    match count {
        1 => "1 account".to_owned(),
        n => format!("{n} accounts"),
    }
}

/// What became of the entries that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of accounts that were added.
    pub added: usize,
    /// The number of accounts that are stored already.
    pub present: usize,
    /// The name of the stored account, if no other account was found.
    pub stored_as: Option<String>,
    /// The number of entries that cannot be added.
    pub skipped: usize,
    /// Why the first of them cannot be added: a sentence without its end, where nothing else says it.
    pub why: Option<String>,
}

impl Tally {
    /// Returns whether nothing is added, because what was found is stored already.
    #[must_use]
    pub fn is_nothing_new(&self) -> bool {
        self.added == 0 && self.present > 0
    }

    /// Returns what was not added as sentences, each after a space. The text is empty if all accounts were added. It
    /// leaves [`why`](Self::why) out, and may contain the name of a stored account.
    #[must_use]
    pub fn rest(&self) -> String {
        let said = |count: usize, what: &str| match count {
            0 => String::new(),
            1 => format!(" 1 was {what}."),
            count => format!(" {count} were {what}."),
        };
        let present = match &self.stored_as {
            Some(name) => format!(" The account is already stored as “{name}”."),
            None if self.added == 0 && self.present > 1 => {
                format!(" {} were already stored.", accounts(self.present))
            }
            None => said(self.present, "already stored"),
        };
        present + &said(self.skipped, "skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part;

    fn skipped(part: Option<Part>) -> Skipped {
        Skipped {
            name: "line 3".into(),
            reason: "the link has no secret".into(),
            part,
        }
    }

    fn result(fate: Fate, reason: &str) -> ImportResult {
        ImportResult {
            fate,
            name: "aws".to_owned(),
            id: None,
            clash: None,
            reason: Some(reason.to_owned()),
        }
    }

    /// Returns what was found: accounts, and beside them an entry that cannot be read.
    fn found(accounts: usize) -> Decoded {
        Decoded {
            accounts: vec![AccountChange::default(); accounts],
            skipped: vec![skipped(None)],
            ..Decoded::default()
        }
    }

    #[test]
    fn one_account_is_one_whatever_was_skipped() {
        let new = || result(Fate::Added, "");
        assert!(matches!(found(1).adding(&[new()]), Adding::One(_)));
        assert!(matches!(found(2).adding(&[new(), new()]), Adding::Several));
        let reasons: Vec<_> = found(0).reasons().collect();
        assert_eq!(reasons, ["line 3: the link has no secret"]);
        assert!(matches!(found(0).adding(&[]), Adding::Nothing(why) if why == reasons[0]));
        let nothing = Decoded::default().adding(&[]);
        assert!(matches!(nothing, Adding::Nothing(why) if why == "no account found"));
    }

    #[test]
    fn what_is_stored_is_stored_whether_it_is_one_or_several() {
        let stored = || result(Fate::Present, "");
        let said = |accounts: usize| {
            let planned: Vec<_> = (0..accounts).map(|_| stored()).collect();
            match found(accounts).adding(&planned) {
                Adding::Stored(tally) => tally.rest(),
                _ => panic!("it is added"),
            }
        };
        let one = " The account is already stored as “aws”. 1 was skipped.";
        assert_eq!(said(1), one);
        assert_eq!(said(2), " 2 accounts were already stored. 1 was skipped.");
        let some = found(2).adding(&[stored(), result(Fate::Added, "")]);
        assert!(matches!(some, Adding::Several));
        let refused = found(1).adding(&[result(Fate::Skipped, "it has no secret")]);
        assert!(matches!(refused, Adding::One(_)), "its error says more");
    }

    #[test]
    fn only_new_accounts_are_looked_at_again() {
        let planned = [Fate::Present, Fate::Added, Fate::Skipped].map(|fate| result(fate, ""));
        let mut found = found(3);
        found.accounts[1].name = Some("new".into());
        let names: Vec<_> = found
            .new_ones(&planned)
            .map(|new| new.name.clone())
            .collect();
        assert_eq!(names, [Some("new".to_owned())]);
    }

    #[test]
    fn a_missing_code_is_no_entry() {
        let part = Part {
            batch: 1,
            number: 1,
            of: 2,
        };
        let found = Decoded {
            skipped: vec![skipped(Some(part))],
            ..Decoded::default()
        };
        assert_eq!(found.reasons().count(), 0);
        assert_eq!(found.tally(&[]), Tally::default());
    }

    #[test]
    fn one_account_and_several_leave_the_same_rest() {
        let new = |remark| result(Fate::Added, remark);
        let one = found(1).tally(&[new("")]);
        let several = found(2).tally(&[new("it was cut"), new("")]);
        assert_eq!((one.added, several.added), (1, 2));
        for tally in [one, several] {
            assert_eq!(tally.rest(), " 1 was skipped.");
            assert_eq!(tally.why.as_deref(), Some("line 3: the link has no secret"));
        }
    }

    #[test]
    fn what_the_daemon_skips_is_counted_too() {
        let results = [
            result(Fate::Added, ""),
            result(Fate::Present, ""),
            result(Fate::Skipped, "it has no secret"),
        ];
        let tally = Decoded::default().tally(&results);
        assert_eq!((tally.added, tally.present, tally.skipped), (1, 1, 1));
        assert_eq!(tally.why.as_deref(), Some("it has no secret"));
        assert_eq!(tally.rest(), " 1 was already stored. 1 was skipped.");
    }

    #[test]
    fn all_that_was_added_needs_no_words() {
        assert_eq!(Tally::default().rest(), "");
        assert!(!Tally::default().is_nothing_new());
        assert_eq!([accounts(1), accounts(2)], ["1 account", "2 accounts"]);
    }
}
