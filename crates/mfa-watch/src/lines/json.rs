//! For programs: one JSON object a line, with all that is known.

use mfa_core::Account;
use serde::Serialize;

use super::Lines;
use crate::board::{Access, Board};

/// The version of this JSON, which is that of mfactl. Fields may be added; any other change makes a new version.
const SCHEMA: u32 = 1;

/// All accounts, or those that match a query.
#[derive(Debug, Default)]
pub(crate) struct Json {
    query: Option<String>,
    with_codes: bool,
    last: String,
}

impl Json {
    pub(crate) fn new(query: Option<String>, with_codes: bool) -> Self {
        Self {
            query,
            with_codes,
            last: String::new(),
        }
    }
}

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    schema: u32,
    state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    accounts: Vec<Row<'a>>,
}

/// An account, with its code if one was wished for and given out.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    account: &'a Account,
    #[serde(flatten)]
    code: Option<Code<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    valid_from: u64,
    valid_until: u64,
}

impl Lines for Json {
    fn lines(&mut self, board: &Board, now: u64) -> Vec<String> {
        let code = |account: &Account| {
            let code = board.code(account.id, now).filter(|_| self.with_codes)?;
            Some(Code {
                code: &code.code,
                valid_from: code.valid_from,
                valid_until: code.valid_until,
            })
        };
        let row = |account| Row {
            account,
            code: code(account),
        };
        let line = Line {
            schema: SCHEMA,
            state: state(&board.access),
            problem: board.access.problem().or_else(|| board.refused.clone()),
            accounts: self.about(board).into_iter().map(row).collect(),
        };
        // Nothing in it can fail.
        let line = serde_json::to_string(&line).unwrap_or_default();
        if line == self.last {
            return Vec::new();
        }
        self.last.clone_from(&line);
        vec![line]
    }

    fn about<'b>(&self, board: &'b Board) -> Vec<&'b Account> {
        board.matching(self.query.as_deref())
    }
}

/// Returns the word for whether the accounts can be seen.
pub(super) fn state(access: &Access) -> &'static str {
    match access {
        Access::Open => "open",
        Access::Locked => "locked",
        Access::Failing(_) => "failing",
        Access::Lost => "lost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::News;
    use crate::samples::{NOW, accounts, codes, open};

    fn read(lines: &[String]) -> serde_json::Value {
        assert_eq!(lines.len(), 1, "{lines:?}");
        serde_json::from_str(&lines[0]).unwrap()
    }

    #[test]
    fn a_line_has_the_codes_only_if_they_were_asked_for() {
        let all = accounts();
        let mut board = open(all.clone());
        board.hear(News::Codes(Ok(codes([(&all[0], "123456", NOW)]))));
        let without = read(&Json::new(None, false).lines(&board, NOW));
        assert_eq!(without["accounts"][0].get("code"), None);
        assert_eq!(without["accounts"][2]["name"], "gitlab");
        let with = read(&Json::new(Some("aws".into()), true).lines(&board, NOW));
        let account = &with["accounts"][0];
        assert_eq!(account["code"], "123456");
        assert_eq!(account["valid_until"], NOW + 30);
        assert_eq!(with["accounts"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn there_is_a_line_for_each_change_and_no_other() {
        let mut board = open(accounts());
        let mut json = Json::new(None, false);
        assert_eq!(read(&json.lines(&board, NOW))["state"], "open");
        assert_eq!(json.lines(&board, NOW + 30), [""; 0]);
        board.hear(News::Locked);
        let locked = read(&json.lines(&board, NOW + 31));
        assert_eq!(locked["state"], "locked");
        assert_eq!(locked["accounts"], serde_json::json!([]));
        assert!(
            locked["problem"]
                .as_str()
                .unwrap()
                .ends_with("mfactl unlock")
        );
        assert_eq!(json.lines(&board, NOW + 32), [""; 0]);
    }
}
