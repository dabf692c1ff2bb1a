//! The accounts of a backup as a table that fits the terminal.

use mfa_ipc::types::{RestoreResult, Restored};

use crate::cmd::columns::{Column, GAP, LEAST_USERNAME, Table, apart};
use crate::cmd::context::Context;
use crate::error::Error;
use crate::text::{clean, wrap};

/// The name, the account and the remark, which may go on in further lines.
const COLUMNS: [Column; 3] = [
    Column::new("NAME", LEAST_USERNAME),
    Column::new("ACCOUNT", LEAST_USERNAME),
    Column::new("IN THE BACKUP", 22),
];

/// What differs, if what is stored here cannot be read.
const UNREADABLE: &str = "unreadable";

/// Prints a line for each account.
pub(super) fn print(context: &Context, results: &[RestoreResult]) -> Result<(), Error> {
    let output = context.output;
    let rows: Vec<_> = results.iter().map(texts).collect();
    let table = match output.columns().filter(|_| output.terminal) {
        Some(room) => Table::within(room, &COLUMNS, &rows),
        None => Table::whole(&COLUMNS, &rows),
    };
    output.line(output.faint(&table.heading()))?;
    for row in &rows {
        let apart = apart(row);
        let whole = |text: &str| match output.terminal {
            true => apart(text),
            false => text.to_owned(),
        };
        let [name, account, _] = table.cells(row, whole);
        let before = format!("{name}{GAP}{account}{GAP}");
        let indent = " ".repeat(crate::text::width(&before));
        for (n, line) in wrap(&row[2], table.last_width()).into_iter().enumerate() {
            let before = if n == 0 { &before } else { &indent };
            let line = format!("{before}{}", whole(&line));
            output.line(line.trim_end())?;
        }
    }
    Ok(())
}

fn texts(result: &RestoreResult) -> [String; 3] {
    let account = match (result.issuer.as_str(), result.username.as_str()) {
        ("", one) | (one, "") => clean(one),
        (issuer, username) => clean(&format!("{issuer} ({username})")),
    };
    let differs = match &*result.differs {
        [one] if one == UNREADABLE => "stored here, but cannot be read".to_owned(),
        differs => format!("differs in: {}", clean(&differs.join(", "))),
    };
    let there = result.name_there.as_deref().map(clean);
    let named = there.map_or(String::new(), |there| format!("; there “{there}”"));
    let fate = match result.fate {
        Restored::Added => format!("new{named}"),
        Restored::Same => "the same".to_owned(),
        Restored::Kept | Restored::Replaced => format!("{differs}{named}"),
        Restored::Skipped => {
            let reason = clean(result.reason.as_deref().unwrap_or_default());
            format!("cannot be restored: {reason}")
        }
    };
    let remark = result.remark.as_deref().map(clean);
    let remark = remark.map_or(String::new(), |remark| format!("; {remark}"));
    [clean(&result.name), account, format!("{fate}{remark}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_says_what_is_different() {
        let result = |fate, differs: &[&str], there: Option<&str>| RestoreResult {
            fate,
            name: "aws".into(),
            name_there: there.map(str::to_owned),
            issuer: "Amazon".into(),
            username: "root".into(),
            id: None,
            differs: differs.iter().map(|text| (*text).to_owned()).collect(),
            reason: Some("it is damaged".into()),
            remark: None,
            missing: false,
        };
        let remark =
            |fate, differs: &[&str], there| texts(&result(fate, differs, there))[2].clone();
        assert_eq!(remark(Restored::Added, &[], None), "new");
        assert_eq!(remark(Restored::Added, &[], Some("x")), "new; there “x”");
        assert_eq!(remark(Restored::Same, &[], None), "the same");
        let differs = remark(Restored::Kept, &["name", "tags"], Some("x"));
        assert_eq!(differs, "differs in: name, tags; there “x”");
        let unreadable = remark(Restored::Replaced, &["unreadable"], None);
        assert_eq!(unreadable, "stored here, but cannot be read");
        let skipped = remark(Restored::Skipped, &[], None);
        assert_eq!(skipped, "cannot be restored: it is damaged");
        let cut = RestoreResult {
            remark: Some("too long: notes".into()),
            ..result(Restored::Added, &[], None)
        };
        assert_eq!(texts(&cut)[2], "new; too long: notes");
    }
}
