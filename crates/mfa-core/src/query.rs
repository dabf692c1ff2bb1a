//! Finds an account by a few typed letters, without guessing.
//!
//! A query is compared in these steps. The first step that matches anything decides:
//!
//! 1. the id, the serial of the linked device (an AWS ARN), `issuer:username` or the name, exactly;
//! 2. the same, regardless of case;
//! 3. the beginning of the name, issuer, user name or `issuer:username`, regardless of case;
//! 4. any part of them.
//!
//! Two matches in the deciding step are an error that names the candidates.

use std::collections::{BTreeSet, HashMap};

use thiserror::Error;

use crate::account::{Account, AccountId};

/// The maximum length of a query in bytes.
pub const MAX_BYTES: usize = 512;

/// A reason why a query does not find exactly one account.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// Nothing matches.
    #[error("no account matches")]
    NotFound,
    /// Several accounts match equally well.
    #[error("{} accounts match", .0.len())]
    Ambiguous(Vec<AccountId>),
}

/// The number of steps that compare the whole query: four keys, exactly and regardless of case.
const WHOLE_STEPS: usize = 8;

/// The keys by which an account is found, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Id,
    Serial,
    Full,
    Name,
    Part,
}

/// The texts of all accounts, ready for searching. An exact match costs the same for ten accounts
/// and for ten thousand.
#[derive(Debug, Default)]
pub struct Index {
    equal: HashMap<String, Vec<Term>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    key: Key,
    text: String,
    id: AccountId,
}

/// Returns all texts by which an account can be found.
fn terms(account: &Account) -> impl Iterator<Item = Term> {
    let full = format!("{}:{}", account.issuer, account.username);
    [
        (Key::Id, account.id.to_string()),
        (Key::Serial, account.serial.clone()),
        (Key::Full, if full == ":" { String::new() } else { full }),
        (Key::Name, account.name.clone()),
        (Key::Part, account.issuer.clone()),
        (Key::Part, account.username.clone()),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(key, text)| Term {
        key,
        text,
        id: account.id,
    })
}

impl Index {
    /// Adds an account.
    pub fn insert(&mut self, account: &Account) {
        for term in terms(account) {
            self.equal
                .entry(term.text.to_lowercase())
                .or_default()
                .push(term);
        }
    }

    /// Removes an account; `account` must be as it was inserted.
    pub fn remove(&mut self, account: &Account) {
        for term in terms(account) {
            let folded = term.text.to_lowercase();
            if let Some(list) = self.equal.get_mut(&folded) {
                list.retain(|other| *other != term);
                if list.is_empty() {
                    self.equal.remove(&folded);
                }
            }
        }
    }

    /// Returns the account with exactly this id or name, if there is one.
    ///
    /// Further accounts do not change this result, unless one has the same text as its serial or as
    /// its `issuer:username`. So it can be used while accounts are still being read.
    #[must_use]
    pub fn certain(&self, query: &str) -> Option<AccountId> {
        self.equal
            .get(&query.to_lowercase())?
            .iter()
            .find(|term| term.text == query && matches!(term.key, Key::Id | Key::Name))
            .map(|term| term.id)
    }

    /// Finds the one account that matches a query.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn find(&self, query: &str) -> Result<AccountId, Error> {
        Self::one(self.steps(query))
    }

    /// Finds the one account with the whole query as its id, serial, `issuer:username` or name,
    /// regardless of case. Use it for actions that cannot be undone.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn find_whole(&self, query: &str) -> Result<AccountId, Error> {
        Self::one(self.steps(query).take(WHOLE_STEPS))
    }

    fn one(mut steps: impl Iterator<Item = Vec<AccountId>>) -> Result<AccountId, Error> {
        let mut best = steps.find(|ids| !ids.is_empty()).unwrap_or_default();
        match best.len() {
            0 => Err(Error::NotFound),
            1 => Ok(best.remove(0)),
            _ => Err(Error::Ambiguous(best)),
        }
    }

    /// Returns all accounts that match, the best match first.
    #[must_use]
    pub fn search(&self, query: &str) -> Vec<AccountId> {
        let mut seen = BTreeSet::new();
        self.steps(query)
            .flatten()
            .filter(|id| seen.insert(*id))
            .collect()
    }

    /// Returns the matches of each step. A step is computed only when it is needed.
    fn steps(&self, query: &str) -> impl Iterator<Item = Vec<AccountId>> {
        let query = query.trim();
        let folded = query.to_lowercase();
        let equal = self.equal.get(&folded).map_or(&[][..], Vec::as_slice);
        let exact = move |key: Key, exactly: bool| {
            unique(
                equal
                    .iter()
                    .filter(move |term| term.key == key && (!exactly || term.text == query)),
            )
        };
        let keys = [Key::Id, Key::Serial, Key::Full, Key::Name];
        let (prefix, part) = (folded.clone(), folded);
        keys.into_iter()
            .map(move |key| exact(key, true))
            .chain(keys.into_iter().map(move |key| exact(key, false)))
            .chain(std::iter::once_with(move || {
                self.scan(|text| text.starts_with(&prefix))
            }))
            .chain(std::iter::once_with(move || {
                self.scan(|text| text.contains(&part))
            }))
            .take(if query.is_empty() { 0 } else { usize::MAX })
    }

    fn scan(&self, matches: impl Fn(&str) -> bool) -> Vec<AccountId> {
        let terms = self
            .equal
            .iter()
            .filter(|(folded, _)| matches(folded))
            .flat_map(|(_, t)| t);
        unique(terms.filter(|term| !matches!(term.key, Key::Id | Key::Serial)))
    }
}

fn unique<'t>(terms: impl Iterator<Item = &'t Term>) -> Vec<AccountId> {
    terms
        .map(|term| term.id)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::tests::entry;

    const ARN: &str = "arn:aws:iam::123456789012:mfa/jane";

    fn index() -> (Index, Vec<AccountId>) {
        let mut accounts = [
            entry(1, "aws", "Amazon Web Services", "root").account,
            entry(2, "aws-jane", "Amazon Web Services", "jane").account,
            entry(3, "github", "GitHub", "octocat").account,
            entry(4, "gitlab", "GitLab", "jane").account,
            entry(5, "Notion", "Notion", "jane@example.com").account,
        ];
        accounts[1].serial = ARN.into();
        let mut index = Index::default();
        for account in &accounts {
            index.insert(account);
        }
        (index, accounts.iter().map(|a| a.id).collect())
    }

    #[test]
    fn each_step_decides_in_its_turn() {
        let (index, ids) = index();
        let id = ids[2].to_string();
        for (query, expected) in [
            (id.as_str(), 2),
            (ARN, 1),
            ("Amazon Web Services:root", 0),
            ("aws", 0),
            ("AWS", 0),
            ("github:OCTOCAT", 2),
            ("notion", 4),
            ("gith", 2),
            ("octo", 2),
            ("example", 4),
            ("  aws ", 0),
        ] {
            assert_eq!(index.find(query), Ok(ids[expected]), "{query}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        let (index, ids) = index();
        assert_eq!(
            index.find("git"),
            Err(Error::Ambiguous(vec![ids[2], ids[3]]))
        );
        assert_eq!(
            index.find("amazon"),
            Err(Error::Ambiguous(vec![ids[0], ids[1]])),
            "issuer of two accounts"
        );
        for query in ["", " ", "nosuch", &ids[0].to_string()[..8], "arn:aws"] {
            assert_eq!(index.find(query), Err(Error::NotFound), "{query}");
        }
    }

    #[test]
    fn a_whole_query_matches_no_part() {
        let (index, ids) = index();
        assert_eq!(index.find_whole("NOTION"), Ok(ids[4]));
        assert_eq!(index.find_whole("GitHub:octocat"), Ok(ids[2]));
        for part in ["gith", "octocat", "example"] {
            assert_eq!(index.find_whole(part), Err(Error::NotFound), "{part}");
        }
    }

    #[test]
    fn a_search_lists_the_best_first() {
        let (index, ids) = index();
        assert_eq!(index.search("aws"), [ids[0], ids[1]]);
        assert_eq!(
            index.search("jane"),
            [ids[1], ids[3], ids[4]],
            "user names before parts"
        );
        assert!(index.search("nosuch").is_empty());
    }

    #[test]
    fn a_removed_account_is_gone() {
        let (mut index, ids) = index();
        let jane = {
            let mut account = entry(2, "aws-jane", "Amazon Web Services", "jane").account;
            account.serial = ARN.into();
            account
        };
        index.remove(&jane);
        assert_eq!(index.find(ARN), Err(Error::NotFound));
        assert_eq!(index.find("amazon"), Ok(ids[0]));
        assert_eq!(index.certain("aws-jane"), None);
        assert_eq!(index.certain("aws"), Some(ids[0]));
        assert_eq!(
            index.certain("AWS"),
            None,
            "another account may be called exactly that"
        );
    }
}
