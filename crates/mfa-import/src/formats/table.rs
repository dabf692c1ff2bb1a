//! Reads CSV: rows with named columns.

use std::rc::Rc;

use csv::{ReaderBuilder, StringRecord};

use crate::damage::Damage;
use crate::text;

/// The largest number of fields. Each takes memory, even if it is empty.
const MAX_FIELDS: usize = 1_000_000;

/// A row, with the names of its columns.
pub(super) struct Row {
    header: Rc<[String]>,
    record: StringRecord,
}

impl Row {
    /// Returns the text of a column, or an empty text.
    pub(super) fn get(&self, column: &str) -> &str {
        let index = self.header.iter().position(|name| name == column);
        index
            .and_then(|index| self.record.get(index))
            .unwrap_or("")
            .trim()
    }
}

/// Checks whether the first line names these columns, in upper or lower case.
pub(super) fn has_columns(bytes: &[u8], columns: &[&str]) -> bool {
    let Some(line) = bytes.split(|byte| *byte == b'\n').next() else {
        return false;
    };
    if line.len() > 4096 {
        return false;
    }
    // Every format runs this check, and most files are not tables.
    let text = line.to_ascii_lowercase();
    let somewhere = |column: &&str| {
        let mut places = text.windows(column.len());
        places.any(|place| place == column.as_bytes())
    };
    if !columns.iter().all(somewhere) {
        return false;
    }
    let header = header(line).unwrap_or_default();
    columns
        .iter()
        .all(|column| header.iter().any(|name| name == column))
}

fn header(bytes: &[u8]) -> Option<Vec<String>> {
    let text = text::of(bytes).ok()?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let first = reader.records().next()?.ok()?;
    Some(
        first
            .iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect(),
    )
}

/// Reads all rows, whatever their length.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Row>, Damage> {
    if bytes
        .iter()
        .filter(|byte| matches!(byte, b',' | b'\n' | b'\r'))
        .count()
        > MAX_FIELDS
    {
        return Err(Damage::TooMuch);
    }
    let header: Rc<[String]> = header(bytes).ok_or(Damage::Field("CSV"))?.into();
    let text = text::of(bytes).map_err(|_| Damage::NotUtf8)?;
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| Damage::Field("CSV"))?;
        rows.push(Row {
            header: Rc::clone(&header),
            record,
        });
    }
    Ok(rows)
}
