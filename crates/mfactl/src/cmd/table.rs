//! The table of `mfactl list`.
//!
//! On a terminal it is no wider than that, and codes stand first, where they line up and where no text of
//! another direction can turn their digits around. In a pipe it is a plain table, as wide as need be.

use mfa_core::bidi::{isolate, isolate_ltr, turns_around};
use mfa_core::otp::grouped;
use mfa_ipc::types::{AccountInfo, IssuedCode};

use super::json::remaining;
use crate::output::{Output, bar, clean, pad, shorten, width};

/// An account with its code, if codes are wanted and it has one to show.
pub(super) type Row = (AccountInfo, Option<IssuedCode>);

const HEADINGS: [&str; 3] = ["NAME", "ISSUER", "USERNAME"];
/// What stands between two columns.
const GAP: &str = "   ";
/// How wide the columns of codes and of the seconds that are left are in a pipe.
const CODE: usize = 9;
const LEFT: usize = 5;
/// On a narrower terminal an account takes two lines.
const STACKED_BELOW: usize = 60;
/// Names, issuers and user names are not made narrower than this.
const LEAST: [usize; 3] = [16, 8, 8];

/// The lines of a table for a terminal of so many columns.
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

/// The lines of a table for whoever reads a pipe.
pub(super) fn for_programs(rows: &[Row], codes: bool, now: u64) -> Vec<String> {
    let cells: Vec<_> = rows.iter().map(texts).collect();
    let widths = widest(&cells);
    let line = |cells: [&str; 3]| [0, 1, 2].map(|n| pad(cells[n], widths[n])).join(GAP);
    // First, and in one group, no text of another direction can turn the digits around: a pager shows them too.
    let first = |code: &str, left: &str| match codes {
        true => format!("{}{GAP}{}{GAP}", pad(code, CODE), pad(left, LEFT)),
        false => String::new(),
    };
    let heading = format!("{}{}", first("CODE", "LEFT"), line(HEADINGS));
    let rows = rows.iter().zip(&cells).map(|((_, code), cells)| {
        let first = match code {
            Some(code) => {
                let left = format!("{} s", remaining(code, now).unwrap_or(0));
                first(&code.code, &left)
            }
            None => first("", ""),
        };
        format!("{first}{}", line(cells.each_ref().map(String::as_str)))
    });
    std::iter::once(heading)
        .chain(rows)
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// How wide everything is.
struct Layout {
    output: Output,
    /// The column of codes, with what follows it; 0 if there are none.
    codes: usize,
    texts: [usize; 3],
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
            texts: fit(&cells, columns.saturating_sub(codes + 2 * GAP.len())),
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
        let [name, issuer, username] = [0, 1, 2].map(|n| pad(HEADINGS[n], self.texts[n]));
        let code = pad(code, self.codes);
        let heading = format!("{code}{name}{GAP}{issuer}{GAP}{username}");
        Some(self.output.dim(heading.trim_end()))
    }

    /// The lines of an account.
    fn row(&self, row: &Row) -> Vec<String> {
        let texts = texts(row);
        // Only where it matters: what is copied from a terminal has these characters, too.
        let isolated = texts.iter().any(|text| turns_around(text));
        let apart = |text: &str| {
            if isolated {
                isolate(text)
            } else {
                text.to_owned()
            }
        };
        let code = row.1.as_ref().map(|code| grouped(&code.code));
        let code = code.unwrap_or_default();
        let code = if isolated { isolate_ltr(&code) } else { code };
        let code = self.output.bold(&pad(&code, self.codes));
        if self.stacked {
            return self.two_lines(&code, &texts, apart);
        }
        let [name, issuer, username] = [0, 1, 2].map(|n| {
            let text = apart(&shorten(&texts[n], self.texts[n]));
            pad(&text, self.texts[n])
        });
        let (name, issuer) = (self.output.bold(&name), self.output.dim(&issuer));
        let line = format!("{code}{name}{GAP}{issuer}{GAP}{username}");
        vec![line.trim_end().to_owned()]
    }

    /// The code and the name, and below them whose it is.
    fn two_lines(
        &self,
        code: &str,
        [name, issuer, username]: &[String; 3],
        apart: impl Fn(&str) -> String,
    ) -> Vec<String> {
        let name = apart(&shorten(name, self.columns.saturating_sub(self.codes)));
        let first = format!("{code}{}", self.output.bold(&name));
        if issuer.is_empty() && username.is_empty() {
            return vec![first];
        }
        let indent = if self.has_codes() { self.codes } else { 2 };
        let room = self.columns.saturating_sub(indent);
        let second = if issuer.is_empty() || username.is_empty() {
            apart(&shorten(&format!("{issuer}{username}"), room))
        } else {
            let room = room.saturating_sub(width(" — "));
            let least = LEAST[2].min(width(username));
            let username = shorten(username, room.saturating_sub(width(issuer)).max(least));
            let issuer = shorten(issuer, room.saturating_sub(width(&username)));
            format!("{} — {}", apart(&issuer), apart(&username))
        };
        let second = self.output.dim(&second);
        vec![first, format!("{}{second}", " ".repeat(indent))]
    }
}

fn texts((account, _): &Row) -> [String; 3] {
    [&account.name, &account.issuer, &account.username].map(|text| clean(text))
}

/// How wide the three columns are in so much room. The user name tells least, the name most: it is what one
/// types.
fn fit(cells: &[[String; 3]], room: usize) -> [usize; 3] {
    let wanted = widest(cells);
    let mut widths = wanted;
    for n in [2, 1, 0] {
        let too_many = widths.iter().sum::<usize>().saturating_sub(room);
        if too_many > 0 {
            let least = LEAST[n].min(widths[n]);
            widths[n] = widths[n].saturating_sub(too_many).max(least);
            // Whole words may leave some room.
            let shortened = cells.iter().map(|row| width(&shorten(&row[n], widths[n])));
            widths[n] = shortened.chain([HEADINGS[n].len()]).max().unwrap_or(0);
        }
    }
    let spare = room.saturating_sub(widths.iter().sum());
    widths[2] = wanted[2].min(widths[2] + spare);
    widths
}

fn widest(cells: &[[String; 3]]) -> [usize; 3] {
    std::array::from_fn(|n| {
        let cells = cells.iter().map(|row| width(&row[n]));
        cells.chain([HEADINGS[n].len()]).max().unwrap_or(0)
    })
}

/// How many seconds the code of a row lasts; nothing if none is shown.
fn period((_, code): &Row) -> Option<u64> {
    let code = code.as_ref()?;
    Some(code.valid_until.saturating_sub(code.valid_from))
}

/// All periods, the most frequent first and what has no code last.
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

/// When the codes of a group change.
fn countdown<'r>(
    output: Output,
    period: Option<u64>,
    several: bool,
    group: impl Iterator<Item = &'r Row>,
    now: u64,
) -> String {
    let Some(period) = period else {
        // To show one would use it up.
        return "Counter-based (to show a code is to use it): mfactl get NAME".to_owned();
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
        output.dim(&bar(left, period))
    )
}

#[cfg(test)]
mod tests;
