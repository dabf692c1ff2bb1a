//! Selects the accounts to add and describes the rest, for both mfactl and the tray.

use mfa_core::AccountChange;
use mfa_helper::import::Skipped;
use mfa_ipc::types::{Fate, ImportResult};

use crate::Decoded;

/// The accounts to add.
pub enum Adding {
    /// One account. It is added by `Add`, so that the user can be asked about it.
    One(Box<AccountChange>),
    /// Several accounts. They are added by `Import`: all or none.
    Several(Vec<AccountChange>),
    /// No account. The text says why: a sentence without its end, which may contain text of the input.
    Nothing(String),
}

impl Decoded {
    /// Takes the accounts to add. The entries that cannot be added stay in `skipped`.
    pub fn adding(&mut self) -> Adding {
        let mut accounts = std::mem::take(&mut self.accounts);
        match accounts.len() {
            0 => {
                let first = self.skipped.first().map(said);
                Adding::Nothing(first.unwrap_or_else(|| "no account found".to_owned()))
            }
            1 => Adding::One(Box::new(accounts.remove(0))),
            _ => Adding::Several(accounts),
        }
    }

    /// Returns why entries cannot be added: one sentence each, without its full stop. Missing QR codes are
    /// left out.
    pub fn reasons(&self) -> impl Iterator<Item = String> {
        let entries = self.skipped.iter().filter(|entry| entry.part.is_none());
        entries.map(said)
    }

    /// What was not added, also of the `results` of an import. One account that was added by `Add` has none.
    #[must_use]
    pub fn rest(&self, results: &[ImportResult]) -> Rest {
        let count = |fate| results.iter().filter(|result| result.fate == fate).count();
        let refused = results.iter().filter(|result| result.fate == Fate::Skipped);
        let refused = refused.filter_map(|result| result.reason.clone());
        Rest {
            present: count(Fate::Present),
            skipped: count(Fate::Skipped) + self.reasons().count(),
            why: self.reasons().chain(refused).next(),
        }
    }
}

fn said(entry: &Skipped) -> String {
    format!("{}: {}", entry.name, entry.reason)
}

/// The numbers of accounts that were not added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// The accounts that are stored already.
    pub present: usize,
    /// The accounts that cannot be added.
    pub skipped: usize,
    /// Why the first one cannot be added: a sentence without its end, where nothing else says it.
    pub why: Option<String>,
}

impl Rest {
    /// Returns the numbers as sentences, each after a space. The text is empty if all accounts were added. It leaves
    /// [`why`](Self::why) out.
    #[must_use]
    pub fn sentences(&self) -> String {
        let said = |count: usize, what: &str| match count {
            0 => String::new(),
            1 => format!(" 1 was {what}."),
            count => format!(" {count} were {what}."),
        };
        said(self.present, "already stored") + &said(self.skipped, "skipped")
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

    #[test]
    fn one_account_is_one_whatever_was_skipped() {
        let mut found = Decoded {
            accounts: vec![AccountChange::default()],
            skipped: vec![skipped(None)],
            ..Decoded::default()
        };
        assert!(matches!(found.adding(), Adding::One(_)));
        let reasons: Vec<_> = found.reasons().collect();
        assert_eq!(reasons, ["line 3: the link has no secret"]);
        assert!(matches!(found.adding(), Adding::Nothing(why) if why == reasons[0]));
        let nothing = Decoded::default().adding();
        assert!(matches!(nothing, Adding::Nothing(why) if why == "no account found"));
        found.accounts = vec![AccountChange::default(), AccountChange::default()];
        assert!(matches!(found.adding(), Adding::Several(two) if two.len() == 2));
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
    }

    fn result(fate: Fate, reason: &str) -> ImportResult {
        ImportResult {
            fate,
            name: String::new(),
            id: None,
            clash: None,
            reason: Some(reason.to_owned()),
        }
    }

    #[test]
    fn one_account_and_several_leave_the_same_rest() {
        let found = Decoded {
            skipped: vec![skipped(None)],
            ..Decoded::default()
        };
        let one = found.rest(&[]);
        let several = found.rest(&[result(Fate::Added, "it was cut"), result(Fate::Added, "")]);
        assert_eq!(one, several);
        assert_eq!(one.sentences(), " 1 was skipped.");
        assert_eq!(one.why.as_deref(), Some("line 3: the link has no secret"));
    }

    #[test]
    fn what_the_daemon_skips_is_counted_too() {
        let results = [
            result(Fate::Added, ""),
            result(Fate::Present, ""),
            result(Fate::Skipped, "it has no secret"),
        ];
        let rest = Decoded::default().rest(&results);
        assert_eq!((rest.present, rest.skipped), (1, 1));
        assert_eq!(rest.why.as_deref(), Some("it has no secret"));
    }

    #[test]
    fn what_is_here_already_is_not_called_a_failure() {
        let rest = |present, skipped| {
            let why = None;
            let rest = Rest {
                present,
                skipped,
                why,
            };
            rest.sentences()
        };
        assert_eq!(rest(0, 0), "");
        assert_eq!(rest(1, 0), " 1 was already stored.");
        assert_eq!(rest(2, 1), " 2 were already stored. 1 was skipped.");
    }
}
