//! The plan as a table that fits the terminal.

use mfa_ipc::types::Fate;

use super::{Plan, Row};
use crate::cmd::columns::{Column, GAP, LEAST_USERNAME, STACKED_BELOW, Table, apart, whose};
use crate::output::Output;
use crate::text::{clean, pad, width, wrap};

/// The issuer, the user name and the remark, which may go on in further lines.
const COLUMNS: [Column; 3] = [
    Column::new("", 12),
    Column::new("", LEAST_USERNAME),
    Column::new("", 22),
];

/// Returns the lines for a terminal with this number of columns, or for a pipe.
pub(super) fn lines(plan: &Plan, output: Output, columns: Option<usize>) -> Vec<String> {
    let rows: Vec<_> = plan.rows.iter().map(Row::cells).collect();
    let first = rows.iter().map(|(what, _)| width(what) + GAP.len());
    let first = first.max().unwrap_or(0);
    let room = columns.unwrap_or(usize::MAX).saturating_sub(first);
    let texts: Vec<_> = rows.iter().map(|(_, texts)| texts.clone()).collect();
    let table = Table::within(room, &COLUMNS, &texts);
    let is_stacked = columns.is_some_and(|columns| columns < STACKED_BELOW);
    let rows = rows.iter().flat_map(|(what, texts)| {
        let lines = match (is_stacked, columns) {
            (true, _) => stacked(texts, room),
            (false, Some(_)) => beside(&table, texts, apart(texts)),
            // In a pipe, texts contain no characters but their own.
            (false, None) => beside(&table, texts, str::to_owned),
        };
        let what = output.strong(&pad(what, first));
        lines.into_iter().enumerate().map(move |(n, line)| {
            let before = if n == 0 { &*what } else { &" ".repeat(first) };
            format!("{before}{line}").trim_end().to_owned()
        })
    });
    rows.collect()
}

impl Row {
    /// Returns what becomes of the entry, and the three columns with the details.
    fn cells(&self) -> (&'static str, [String; 3]) {
        let result = &self.result;
        let name = clean(&result.name);
        let reason = clean(result.reason.as_deref().unwrap_or_default());
        let (what, mut remark) = match (result.fate, &result.clash) {
            (Fate::Added, None) => ("add", format!("as {name}")),
            (Fate::Added, Some(other)) => {
                let other = clean(other);
                (
                    "clash",
                    format!("as {name}: “{other}” has a different secret"),
                )
            }
            (Fate::Present, _) => ("have", format!("stored as “{name}”")),
            (Fate::Skipped, _) => ("skip", reason.clone()),
        };
        if result.fate == Fate::Added && !reason.is_empty() {
            remark = format!("{remark}; {reason}");
        }
        (what, [clean(&self.issuer), clean(&self.username), remark])
    }
}

/// Returns the lines of a row whose three columns stand side by side.
fn beside(table: &Table<3>, texts: &[String; 3], apart: impl Fn(&str) -> String) -> Vec<String> {
    let [issuer, username, _] = table.cells(texts, &apart);
    let whose = format!("{issuer}{GAP}{username}{GAP}");
    let indent = " ".repeat(width(&whose));
    let remark = wrap(&texts[2], table.last_width()).into_iter().enumerate();
    let line = |(n, line): (usize, String)| {
        let before = if n == 0 { &whose } else { &indent };
        format!("{before}{}", apart(&line))
    };
    remark.map(line).collect()
}

/// Returns the lines of a row on a narrow terminal: issuer and user name, and below them the remark.
fn stacked(texts: &[String; 3], room: usize) -> Vec<String> {
    let [issuer, username, remark] = texts;
    let apart = apart(texts);
    let remark = wrap(remark, room).into_iter().map(|line| apart(&line));
    let whose = whose(issuer, username, room, &apart);
    std::iter::once(whose).chain(remark).collect()
}

#[cfg(test)]
mod tests {
    use mfa_intake::Tally;
    use mfa_ipc::types::ImportResult;

    use super::*;

    fn row(issuer: &str, username: &str, fate: Fate, clash: Option<&str>, name: &str) -> Row {
        Row {
            issuer: issuer.into(),
            username: username.into(),
            result: ImportResult {
                fate,
                name: name.into(),
                id: None,
                clash: clash.map(Into::into),
                reason: (fate == Fate::Skipped).then(|| "its type is unknown".into()),
            },
        }
    }

    fn plan() -> Plan {
        let long = "a-name-of-sixty-four-characters-as-long-as-names-may-ever-be-here";
        Plan {
            format: String::new(),
            missing: Vec::new(),
            rows: vec![
                row(
                    "Amazon Web Services",
                    "root-account-mfa-device@123456789012",
                    Fate::Added,
                    Some("aws"),
                    "aws-1234",
                ),
                row("GitHub", "octocat", Fate::Present, None, "github"),
                row("三菱UFJ銀行", "田中太郎", Fate::Added, None, "mitsubishi"),
                row("בנק הפועלים", "דנה", Fate::Added, Some("hapoalim"), "dana"),
                row("VPN (old)", "", Fate::Skipped, None, ""),
                row("Long", "", Fate::Added, None, long),
            ],
            tally: Tally::default(),
        }
    }

    fn people(columns: usize) -> Vec<String> {
        lines(&plan(), Output::TERMINAL, Some(columns))
    }

    #[test]
    fn it_is_no_wider_than_the_terminal_and_breaks_no_word() {
        let whole: Vec<_> = lines(&plan(), Output::TERMINAL, None);
        let words: Vec<_> = whole.iter().flat_map(|line| line.split(' ')).collect();
        for columns in [40, 60, 80, 120, 200] {
            for line in people(columns) {
                assert!(width(&line) <= columns, "{columns}: {line}");
                let words_of_it = line
                    .split(' ')
                    .map(|word| word.trim_matches(|c| ('\u{2066}'..='\u{2069}').contains(&c)));
                for word in words_of_it.filter(|word| !word.contains('…') && *word != "—") {
                    assert!(words.contains(&word), "{columns}: {word}: {line}");
                }
            }
        }
    }

    #[test]
    fn at_eighty_columns_the_remark_goes_on_below() {
        assert_eq!(
            people(80)[..3],
            [
                "clash   Amazon Web Services   root-account-mfa-device@…   as aws-1234: “aws” has",
                "                                                          a different secret",
                "have    GitHub                octocat                     stored as “github”",
            ]
        );
    }

    #[test]
    fn at_sixty_columns_the_issuer_keeps_its_first_words() {
        assert_eq!(
            people(60)[..3],
            [
                "clash   Amazon Web…   root-ac…   as aws-1234: “aws” has a",
                "                                 different secret",
                "have    GitHub        octocat    stored as “github”",
            ]
        );
    }

    #[test]
    fn at_forty_columns_the_remark_stands_below() {
        assert_eq!(
            people(40)[..5],
            [
                "clash   Amazon Web Services — root-acco…",
                "        as aws-1234: “aws” has a",
                "        different secret",
                "have    GitHub — octocat",
                "        stored as “github”",
            ]
        );
    }

    #[test]
    fn a_pipe_gets_whole_lines() {
        let lines = lines(&plan(), Output::TERMINAL, None);
        assert_eq!(lines.len(), plan().rows.len());
        assert!(
            lines[0].ends_with(
                "root-account-mfa-device@123456789012   as aws-1234: “aws” has a different secret"
            ),
            "{}",
            lines[0]
        );
    }
}
