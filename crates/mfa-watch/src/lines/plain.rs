//! For people who have the lines read to them, or who read them in a log.

use mfa_core::bidi::{isolate, isolate_ltr};
use mfa_core::otp::grouped;
use mfa_core::{Account, AccountId};

use super::Lines;
use crate::board::{Access, Board};
use crate::text::{clean, label};

/// A sentence for each change.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    query: Option<String>,
    with_codes: bool,
    /// Why there was nothing to say about accounts.
    problem: Option<String>,
    /// The accounts that a line was printed about, with the end of the code in it.
    known: Vec<(AccountId, String, Option<u64>)>,
}

impl Plain {
    pub(crate) fn new(query: Option<String>, with_codes: bool) -> Self {
        Self {
            query,
            with_codes,
            ..Self::default()
        }
    }

    /// Returns why there is nothing to say about accounts.
    fn problem(&self, board: &Board, about: &[&Account]) -> Option<String> {
        board.access.problem().or_else(|| match &self.query {
            _ if board.refused.is_some() => board.refused.clone(),
            Some(query) if about.is_empty() => {
                Some(format!("No account matches “{}”.", clean(query)))
            }
            None if about.is_empty() => Some("No accounts yet. To add one: mfactl add".to_owned()),
            _ => None,
        })
    }

    /// Returns the line about an account, and notes that it was printed. `None` if it is known already.
    fn news(&mut self, board: &Board, account: &Account, now: u64) -> Option<String> {
        let label = isolate(&label(account));
        let code = board.code(account.id, now).filter(|_| self.with_codes);
        let until = code.map(|code| code.valid_until);
        let at = self.known.iter().position(|known| known.0 == account.id);
        if let Some(at) = at {
            let known = &mut self.known[at];
            let is_new = until.is_some() && known.2 != until;
            if known.1 == label && !is_new {
                return None;
            }
            known.2 = until.or(known.2);
            known.1.clone_from(&label);
        } else {
            self.known.push((account.id, label.clone(), until));
        }
        Some(match code {
            // The code is read first, and comes before the text that could turn it around.
            Some(code) => format!(
                "{} is the code of {label}, valid for {} seconds",
                isolate_ltr(&grouped(&code.code)),
                code.valid_until.saturating_sub(now)
            ),
            None => label,
        })
    }
}

impl Lines for Plain {
    fn lines(&mut self, board: &Board, now: u64) -> Vec<String> {
        let about = self.about(board);
        let mut lines = Vec::new();
        let problem = self.problem(board, &about);
        if problem != self.problem {
            lines.extend(problem.clone());
            self.problem = problem;
        }
        if board.access != Access::Open {
            self.known.clear();
            return lines;
        }
        let is_gone = |known: &(AccountId, String, _)| about.iter().all(|one| one.id != known.0);
        for (_, label, _) in self.known.extract_if(.., |known| is_gone(known)) {
            lines.push(format!("{label} was removed"));
        }
        for account in about {
            lines.extend(self.news(board, account, now));
        }
        lines
    }

    fn about<'b>(&self, board: &'b Board) -> Vec<&'b Account> {
        board.matching(self.query.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::News;
    use crate::samples::{NOW, account, accounts, codes, open};

    /// The lines, without the signs that isolate.
    fn lines(plain: &mut Plain, board: &Board, now: u64) -> Vec<String> {
        let lines = plain.lines(board, now).into_iter();
        lines
            .map(|line| line.replace(['\u{2066}', '\u{2068}', '\u{2069}'], ""))
            .collect()
    }

    #[test]
    fn each_change_is_said_once() {
        let mut all = accounts();
        let mut board = open(all.clone());
        let mut plain = Plain::new(None, false);
        let first = lines(&mut plain, &board, NOW);
        assert_eq!(first, ["aws (root)", "github (jane)", "gitlab (jane)"]);
        assert_eq!(lines(&mut plain, &board, NOW + 30), [""; 0]);
        all.remove(1);
        all.push(account(4, "slack", "", ""));
        board.hear(News::Accounts(Ok(all)));
        let second = lines(&mut plain, &board, NOW + 31);
        assert_eq!(second, ["github (jane) was removed", "slack"]);
        board.hear(News::Locked);
        let locked = "The accounts are locked. To unlock: mfactl unlock";
        assert_eq!(lines(&mut plain, &board, NOW + 32), [locked]);
        assert_eq!(lines(&mut plain, &board, NOW + 33), [""; 0]);
        board.hear(News::Accounts(Ok(accounts())));
        assert_eq!(lines(&mut plain, &board, NOW + 34), first);
    }

    #[test]
    fn a_code_is_said_when_it_is_new() {
        let all = accounts();
        let mut board = open(all.clone());
        let mut plain = Plain::new(Some("aws".into()), true);
        board.hear(News::Codes(Ok(codes([(&all[0], "123456", NOW)]))));
        let said = "123 456 is the code of aws (root), valid for 20 seconds";
        assert_eq!(lines(&mut plain, &board, NOW + 10), [said]);
        assert_eq!(lines(&mut plain, &board, NOW + 29), [""; 0]);
        assert_eq!(lines(&mut plain, &board, NOW + 30), [""; 0]);
        board.hear(News::Codes(Ok(codes([(&all[0], "654321", NOW + 30)]))));
        let said = "654 321 is the code of aws (root), valid for 30 seconds";
        assert_eq!(lines(&mut plain, &board, NOW + 30), [said]);
    }

    #[test]
    fn a_query_without_an_account_is_said() {
        let board = open(accounts());
        let mut plain = Plain::new(Some("x\x1b".into()), true);
        let said = lines(&mut plain, &board, NOW);
        assert_eq!(said, ["No account matches “x\u{fffd}”."]);
    }
}
