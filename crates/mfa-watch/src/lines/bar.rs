//! For waybar: a module in the format of waybar-custom(5).
//!
//! Everybody who looks at the screen reads a bar, so it shows the name of the account, and the code only if the user
//! wants that. How long the code is still valid changes in few steps: each line wakes the bar.

use mfa_core::Account;
use mfa_core::otp::grouped;
use mfa_core::query::Error;
use serde::Serialize;

use super::{Lines, json};
use crate::board::{Access, Board, changes_at};
use crate::markup::escape;
use crate::text::{clean, details, label};

/// What is left of a period in percent, from which on a class holds.
const STAGES: [(u64, &str); 3] = [(50, "valid"), (20, "half"), (0, "ending")];

/// One account.
#[derive(Debug)]
pub(crate) struct Bar {
    query: String,
    with_code: bool,
    last: String,
}

impl Bar {
    pub(crate) fn new(query: String, with_code: bool) -> Self {
        Self {
            query,
            with_code,
            last: String::new(),
        }
    }

    fn line(&self, board: &Board, now: u64) -> Line {
        if let Some(problem) = board.access.problem() {
            return Line::problem(json::state(&board.access), &problem);
        }
        let account = match board.meant(&self.query) {
            Ok(account) => account,
            Err(Error::NotFound) => {
                let text = format!("No account matches “{}”.", clean(&self.query));
                return Line::problem("missing", &text);
            }
            Err(Error::Ambiguous(_)) => {
                let text = format!("“{}” matches several accounts.", clean(&self.query));
                return Line::problem("missing", &text);
            }
        };
        let code = board.code(account.id, now).filter(|_| self.with_code);
        let text = code.map_or_else(|| clean(&account.name), |code| grouped(&code.code));
        let tooltip = match &board.refused {
            Some(refusal) => format!("{}\n{refusal}", label(account)),
            None => format!("{}\n{}", clean(&account.name), details(account)),
        };
        let (percentage, class) = stage(account, now);
        Line {
            text: escape(&text),
            alt: class,
            tooltip: escape(tooltip.trim_end()),
            class,
            percentage,
        }
    }
}

/// A line, with markup escaped.
#[derive(Serialize)]
struct Line {
    text: String,
    alt: &'static str,
    tooltip: String,
    class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    percentage: Option<u64>,
}

impl Line {
    /// A line for when there is no account to show.
    fn problem(class: &'static str, why: &str) -> Self {
        Self {
            text: class.to_owned(),
            alt: class,
            tooltip: escape(why),
            class,
            percentage: None,
        }
    }
}

/// Returns what is left of the period in steps, and the class. A counter-based code is always valid.
fn stage(account: &Account, now: u64) -> (Option<u64>, &'static str) {
    let (Some(period), Some(end)) = (account.kind.period(), changes_at(account, now)) else {
        return (None, STAGES[0].1);
    };
    let left = end.saturating_sub(now) * 100;
    for ((least, class), shown) in STAGES.into_iter().zip([100, 50, 20]) {
        if left > least * period.get() {
            return (Some(shown), class);
        }
    }
    (Some(0), STAGES[2].1)
}

impl Lines for Bar {
    fn lines(&mut self, board: &Board, now: u64) -> Vec<String> {
        // Nothing in it can fail.
        let line = serde_json::to_string(&self.line(board, now)).unwrap_or_default();
        if line == self.last {
            return Vec::new();
        }
        self.last.clone_from(&line);
        vec![line]
    }

    fn about<'b>(&self, board: &'b Board) -> Vec<&'b Account> {
        board.meant(&self.query).into_iter().collect()
    }

    fn changes_at(&self, board: &Board, now: u64) -> Option<u64> {
        if board.access != Access::Open {
            return None;
        }
        let account = board.meant(&self.query).ok()?;
        let (period, end) = (account.kind.period()?.get(), changes_at(account, now)?);
        let begin = |(least, _)| end - (least * period) / 100;
        let stages = STAGES.into_iter().map(begin);
        stages.filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::News;
    use crate::samples::{NOW, account, accounts, codes, open};

    fn read(lines: &[String]) -> serde_json::Value {
        assert_eq!(lines.len(), 1, "{lines:?}");
        serde_json::from_str(&lines[0]).unwrap()
    }

    #[test]
    fn the_name_is_shown_and_the_class_says_how_much_time_is_left() {
        let board = open(accounts());
        let mut bar = Bar::new("aws".into(), false);
        let mut now = NOW;
        let mut seen = Vec::new();
        while now < NOW + 31 {
            let line = read(&bar.lines(&board, now));
            seen.push((now - NOW, line["class"].clone(), line["percentage"].clone()));
            assert_eq!(line["text"], "aws");
            assert_eq!(line["tooltip"], "aws\nAmazon Web Services · root");
            assert_eq!(bar.lines(&board, now), [""; 0], "nothing has changed");
            now = bar.changes_at(&board, now).unwrap();
        }
        let expected = [
            (0, "valid", 100),
            (15, "half", 50),
            (24, "ending", 20),
            (30, "valid", 100),
        ];
        let expected = expected.map(|(at, class, left)| (at, class.into(), left.into()));
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_code_is_shown_only_if_the_user_wants_that() {
        let all = accounts();
        let mut board = open(all.clone());
        board.hear(News::Codes(Ok(codes([(&all[0], "123456", NOW)]))));
        let shown = |with_code| {
            let lines = Bar::new("aws".into(), with_code).lines(&board, NOW);
            lines[0].clone()
        };
        assert!(shown(true).contains("\"123 456\""));
        assert!(!shown(false).contains("123"));
    }

    #[test]
    fn markup_in_a_name_is_text() {
        let board = open(vec![account(1, "a<b>&'\"", "<i>", "")]);
        let line = read(&Bar::new("a<b>&'\"".into(), false).lines(&board, NOW));
        assert_eq!(line["text"], "a&lt;b&gt;&amp;&#39;&quot;");
        assert_eq!(line["tooltip"], "a&lt;b&gt;&amp;&#39;&quot;\n&lt;i&gt;");
    }

    #[test]
    fn what_cannot_be_shown_has_a_class_and_says_why() {
        let mut board = open(accounts());
        let class = |board: &Board, query: &str| {
            let line = read(&Bar::new(query.into(), false).lines(board, NOW));
            let tooltip = line["tooltip"].as_str().unwrap().to_owned();
            (line["class"].as_str().unwrap().to_owned(), tooltip)
        };
        let (git, none) = (class(&board, "git"), class(&board, "x"));
        assert_eq!(
            git,
            ("missing".into(), "“git” matches several accounts.".into())
        );
        assert_eq!(none, ("missing".into(), "No account matches “x”.".into()));
        board.hear(News::Locked);
        let (locked, why) = class(&board, "aws");
        assert!(
            locked == "locked" && why.ends_with("mfactl unlock"),
            "{why}"
        );
        assert_eq!(Bar::new("aws".into(), false).changes_at(&board, NOW), None);
    }
}
