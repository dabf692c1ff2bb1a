//! The words of a question in rows that fit. Its names are those of foreign programs and accounts, so they are cleaned,
//! shortened and isolated here.

use mfa_core::access::{Question, is_site};

use super::label;

/// The maximum width of the name of a program in a title, in columns.
const MAX_PROGRAM: usize = 24;
/// The maximum width of a detail, in columns. It takes several rows.
const MAX_DETAIL: usize = 300;
/// The sign between a program and the one that started it.
const ARROW: char = '←';
/// The beginning of the further rows of a detail, so that none looks like another detail.
const WITHIN: &str = "    ";

/// The sign between a browser and the site on which it asks.
const ON: &str = " on ";

/// Returns the question as a title that fits into a row. The account gets the room that the program leaves.
pub(super) fn title(question: &Question) -> String {
    let program = question.line.split(ARROW).next().unwrap_or_default();
    let mut shown = Question {
        line: shortened(question, program),
        account: question.account.as_ref().map(|_| String::new()),
        ..question.clone()
    };
    let room = label::MAX.saturating_sub(label::width(&shown.summary()));
    shown.line = label::isolated(&shown.line);
    let account = question.account.as_ref();
    shown.account = account.map(|account| label::isolated(&label::clean(account, room)));
    label::from_the_left(shown.summary())
}

/// Returns the name of a program that fits. Of a site, the end is kept: its owner decides about all that stands before it.
fn shortened(question: &Question, program: &str) -> String {
    // A program can have any name, but only a browser has a site behind its path.
    let asks_on_site = (question.asker.rsplit_once(' ')).is_some_and(|(_, site)| is_site(site));
    let Some((_, site)) = program.rsplit_once(ON).filter(|_| asks_on_site) else {
        return label::clean(program, MAX_PROGRAM);
    };
    let whole = label::clean(program, MAX_DETAIL);
    if label::width(&whole) <= MAX_PROGRAM {
        return whole;
    }
    let letters: Vec<_> = site.chars().rev().take(MAX_PROGRAM - 1).collect();
    let cut = letters.len() < site.chars().count();
    let end: String = letters.into_iter().rev().collect();
    format!(
        "{}{}",
        if cut { "…" } else { "" },
        label::clean(&end, MAX_PROGRAM)
    )
}

/// Returns a detail in rows that fit. Each name of a chain is isolated: beside each other, two right-to-left names
/// would change places.
pub(super) fn rows(detail: &str) -> Vec<String> {
    let width = label::MAX - WITHIN.len();
    let lines = label::wrapped(&label::clean(detail, MAX_DETAIL), width);
    let row = |(number, line): (usize, &String)| {
        let parts = line.split(ARROW);
        let parts: Vec<_> = parts.map(|part| label::isolated(part.trim())).collect();
        let row = parts.join(&format!(" {ARROW} "));
        let row = label::from_the_left(row.trim().to_owned());
        match number {
            0 => row,
            _ => format!("{WITHIN}{row}"),
        }
    };
    lines.iter().enumerate().map(row).collect()
}
