//! The table of `mfactl list`.
//!
//! On a terminal it is no wider than the terminal. Codes stand first, where they line up and where no text of
//! another direction can reverse their digits. In a pipe it is a plain table, as wide as necessary.

use mfa_core::Account;
use mfa_core::bidi::{isolate_ltr, turns_around};
use mfa_core::otp::grouped;
use mfa_ipc::types::IssuedCode;

use super::columns::{Column, GAP, LEAST_USERNAME, STACKED_BELOW, Table, apart, whose};
use super::validity::remaining;
use crate::output::Output;
use crate::text::{bar, clean, pad, shorten, width};

/// An account, and its code if codes are wanted and it has one to show.
pub(super) type Row = (Account, Option<IssuedCode>);

/// The columns. The user name matters least and the name most, because the name is typed.
const COLUMNS: [Column; 3] = [
    Column::new("NAME", 16),
    Column::new("ISSUER", 8),
    Column::new("USERNAME", LEAST_USERNAME),
];
/// The widths in a pipe of the column of codes and of the column of seconds left.
const CODE: usize = 9;
const LEFT: usize = 5;

/// Returns the lines of a table for a terminal with this number of columns.
pub(super) fn for_people(output: Output, rows: &[Row], columns: usize, now: u64) -> Vec<String> {
    let layout = Layout::new(output, rows, columns);
    let mut lines = Vec::new();
    let periods = periods(rows);
    for (n, period) in periods.iter().enumerate() {
        let group = rows.iter().filter(|row| self::period(row) == *period);
        if n > 0 {
            lines.push(String::new());
        }
        if layout.has_codes() {
            let several = periods.len() > 1;
            lines.push(countdown(output, *period, several, group.clone(), now));
        }
        if n == 0 {
            lines.extend(layout.heading());
        }
        lines.extend(group.flat_map(|row| layout.row(row)));
    }
    lines
}

/// Returns the lines of a table for a pipe.
pub(super) fn for_programs(rows: &[Row], codes: bool, now: u64) -> Vec<String> {
    let cells: Vec<_> = rows.iter().map(texts).collect();
    let table = Table::whole(&COLUMNS, &cells);
    // At the start of the line and ungrouped, no text of another direction can reverse the digits: a pager
    // shows them too.
    let first = |code: &str, left: &str| match codes {
        true => format!("{}{GAP}{}{GAP}", pad(code, CODE), pad(left, LEFT)),
        false => String::new(),
    };
    let heading = format!("{}{}", first("CODE", "LEFT"), table.heading());
    let rows = rows.iter().zip(&cells).map(|((_, code), cells)| {
        let first = match code {
            Some(code) => {
                let left = format!("{} s", remaining(code, now).unwrap_or(0));
                first(&code.code, &left)
            }
            None => first("", ""),
        };
        let cells = table.cells(cells, str::to_owned).join(GAP);
        format!("{first}{cells}").trim_end().to_owned()
    });
    std::iter::once(heading).chain(rows).collect()
}

/// A table for a terminal.
struct Layout {
    output: Output,
    /// The width of the column of codes, including the gap after it; 0 if there are none.
    codes: usize,
    texts: Table<3>,
    columns: usize,
    stacked: bool,
}

impl Layout {
    fn new(output: Output, rows: &[Row], columns: usize) -> Self {
        let codes = rows.iter().filter_map(|(_, code)| code.as_ref());
        let codes = codes.map(|code| width(&grouped(&code.code)) + GAP.len());
        let codes = codes.max().unwrap_or(0);
        let cells: Vec<_> = rows.iter().map(texts).collect();
        Self {
            output,
            codes,
            texts: Table::within(columns.saturating_sub(codes), &COLUMNS, &cells),
            columns,
            stacked: columns < STACKED_BELOW,
        }
    }

    fn has_codes(&self) -> bool {
        self.codes > 0
    }

    fn heading(&self) -> Option<String> {
        if self.stacked {
            return None;
        }
        let code = if self.has_codes() { "CODE" } else { "" };
        let heading = format!("{}{}", pad(code, self.codes), self.texts.heading());
        Some(self.output.faint(&heading))
    }

    /// Returns the lines of an account.
    fn row(&self, row: &Row) -> Vec<String> {
        let texts = texts(row);
        let apart = apart(&texts);
        let code = row.1.as_ref().map(|code| grouped(&code.code));
        let code = code.unwrap_or_default();
        let isolated = texts.iter().any(|text| turns_around(text));
        let code = if isolated { isolate_ltr(&code) } else { code };
        let code = self.output.strong(&pad(&code, self.codes));
        if self.stacked {
            return self.two_lines(&code, &texts, apart);
        }
        let [name, issuer, username] = self.texts.cells(&texts, apart);
        let (name, issuer) = (self.output.strong(&name), self.output.faint(&issuer));
        let line = format!("{code}{name}{GAP}{issuer}{GAP}{username}");
        vec![line.trim_end().to_owned()]
    }

    /// Returns the line with the code and the name, and below it the line with issuer and user name.
    fn two_lines(
        &self,
        code: &str,
        [name, issuer, username]: &[String; 3],
        apart: impl Fn(&str) -> String,
    ) -> Vec<String> {
        let name = apart(&shorten(name, self.columns.saturating_sub(self.codes)));
        let first = format!("{code}{}", self.output.strong(&name));
        if issuer.is_empty() && username.is_empty() {
            return vec![first];
        }
        let indent = if self.has_codes() { self.codes } else { 2 };
        let room = self.columns.saturating_sub(indent);
        let second = whose(issuer, username, room, apart);
        let second = self.output.faint(&second);
        vec![first, format!("{}{second}", " ".repeat(indent))]
    }
}

fn texts((account, _): &Row) -> [String; 3] {
    [&account.name, &account.issuer, &account.username].map(|text| clean(text))
}

/// Returns the period of the code of a row in seconds, or `None` if no code is shown.
fn period((_, code): &Row) -> Option<u64> {
    let code = code.as_ref()?;
    Some(code.valid_until.saturating_sub(code.valid_from))
}

/// Returns all periods, the most frequent first and `None` last.
fn periods(rows: &[Row]) -> Vec<Option<u64>> {
    let count = |period: &Option<u64>| {
        rows.iter()
            .filter(|row| self::period(row) == *period)
            .count()
    };
    let mut periods: Vec<_> = rows.iter().map(period).collect();
    periods.sort_unstable();
    periods.dedup();
    periods.sort_by_key(|period| (period.is_none(), std::cmp::Reverse(count(period))));
    periods
}

/// Returns the line that says when the codes of a group change.
fn countdown<'r>(
    output: Output,
    period: Option<u64>,
    several: bool,
    group: impl Iterator<Item = &'r Row>,
    now: u64,
) -> String {
    let Some(period) = period else {
        // Showing a code would use it up.
        return "Counter-based (showing a code uses it up): mfactl get NAME".to_owned();
    };
    let codes = group.filter_map(|(_, code)| code.as_ref());
    let left = codes.filter_map(|code| remaining(code, now)).min();
    let left = left.unwrap_or(0);
    let which = if several {
        format!("{period}-second codes")
    } else {
        "Codes".to_owned()
    };
    format!(
        "{which} change in {left} s {}",
        output.faint(&bar(left, period))
    )
}

#[cfg(test)]
mod tests;
