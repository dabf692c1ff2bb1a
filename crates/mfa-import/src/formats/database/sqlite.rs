//! Reads whole tables from SQLite's file format (<https://sqlite.org/fileformat.html>).
//!
//! The SQLite library is large and written in C. Here, a table is only a tree of pages with records in its
//! leaves.

use serde_json::{Map, Value};

use crate::damage::Damage;

/// The signature of a database.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";
/// The largest number of records of a table.
const MAX_ROWS: usize = 20_000;
/// The largest record: a page of text and an icon.
const MAX_RECORD: usize = 1024 * 1024;
const DAMAGE: Damage = Damage::Header;

/// A database.
pub(super) struct Database<'b> {
    bytes: &'b [u8],
    page: usize,
    /// The number of bytes of a page that are used.
    usable: usize,
    tables: Vec<Table>,
}

struct Table {
    name: String,
    root: usize,
    /// The names of the columns, in lower case.
    columns: Vec<String>,
}

impl<'b> Database<'b> {
    /// Reads the list of tables.
    pub(super) fn new(bytes: &'b [u8]) -> Result<Self, Damage> {
        let short = |at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
        let page = match short(16).ok_or(Damage::CutOff)? {
            1 => 65_536,
            size if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return Err(DAMAGE),
        };
        let reserved = usize::from(*bytes.get(20).ok_or(Damage::CutOff)?);
        // SQLite also supports UTF-16, but no known app uses it.
        if page - reserved < 480 || bytes.get(56..60) != Some(&[0, 0, 0, 1]) {
            return Err(DAMAGE);
        }
        let mut database = Self {
            bytes,
            page,
            usable: page - reserved,
            tables: Vec::new(),
        };
        let names = ["type", "name", "tbl_name", "rootpage", "sql"].map(str::to_owned);
        for row in database.read(1, &names)? {
            let text = |key: &str| row[key].as_str().unwrap_or("").to_ascii_lowercase();
            let root = row["rootpage"]
                .as_u64()
                .and_then(|root| usize::try_from(root).ok());
            if let (true, Some(root)) = (text("type") == "table", root) {
                let columns = columns(&text("sql"));
                database.tables.push(Table {
                    name: text("name"),
                    root,
                    columns,
                });
            }
        }
        Ok(database)
    }

    /// Checks whether a table has a column.
    pub(super) fn has(&self, table: &str, column: &str) -> bool {
        let table = self.tables.iter().find(|known| known.name == table);
        table.is_some_and(|table| table.columns.iter().any(|known| known == column))
    }

    /// Returns all records of a table, as objects.
    pub(super) fn rows(&self, table: &str) -> Result<Vec<Value>, Damage> {
        let table = self.tables.iter().find(|known| known.name == table);
        let table = table.ok_or(Damage::Empty)?;
        self.read(table.root, &table.columns)
    }

    fn page(&self, number: usize) -> Result<&'b [u8], Damage> {
        let start = number
            .checked_sub(1)
            .and_then(|before| before.checked_mul(self.page));
        let page = start.and_then(|start| self.bytes.get(start..)?.get(..self.page));
        page.ok_or(Damage::CutOff)
    }

    fn read(&self, root: usize, columns: &[String]) -> Result<Vec<Value>, Damage> {
        let mut rows = Vec::new();
        let mut pages = vec![root];
        // A tree contains no page twice.
        let mut left = self.bytes.len() / self.page;
        while let Some(number) = pages.pop() {
            left = left.checked_sub(1).ok_or(DAMAGE)?;
            let page = self.page(number)?;
            let head = if number == 1 { 100 } else { 0 };
            let (kind, count) = (byte(page, head)?, short(page, head + 3)?);
            let (leaf, first) = match kind {
                13 => (true, head + 8),
                5 => (false, head + 12),
                _ => return Err(DAMAGE),
            };
            if !leaf {
                pages.push(int(page, head + 8)?);
            }
            // The pages are taken from the end of the list, so the first one is pushed last.
            for cell in (0..count).rev().map(|cell| short(page, first + 2 * cell)) {
                if !leaf {
                    pages.push(int(page, cell?)?);
                }
            }
            for cell in (0..if leaf { count } else { 0 }).map(|cell| short(page, first + 2 * cell))
            {
                if rows.len() == MAX_ROWS {
                    return Err(Damage::TooMuch);
                }
                rows.push(record(&self.payload(page, cell?)?, columns)?);
            }
        }
        Ok(rows)
    }

    /// Returns the contents of a cell, including the part that does not fit into its page.
    fn payload(&self, page: &[u8], cell: usize) -> Result<Vec<u8>, Damage> {
        let mut input = page.get(cell..).ok_or(DAMAGE)?;
        let size = varint(&mut input)?;
        varint(&mut input)?;
        let size = usize::try_from(size)
            .ok()
            .filter(|size| *size <= MAX_RECORD)
            .ok_or(Damage::TooMuch)?;
        let most = self.usable - 35;
        let here = if size <= most {
            size
        } else {
            let least = (self.usable - 12) * 32 / 255 - 23;
            let here = least + (size - least) % (self.usable - 4);
            if here <= most { here } else { least }
        };
        let mut payload = input.get(..here).ok_or(DAMAGE)?.to_vec();
        let mut next = if here < size { int(input, here)? } else { 0 };
        while payload.len() < size {
            let page = self.page(next)?;
            next = int(page, 0)?;
            let part = (size - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + part).ok_or(DAMAGE)?);
        }
        Ok(payload)
    }
}

fn byte(page: &[u8], at: usize) -> Result<u8, Damage> {
    page.get(at).copied().ok_or(DAMAGE)
}

fn short(page: &[u8], at: usize) -> Result<usize, Damage> {
    let bytes = page
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .ok_or(DAMAGE)?;
    Ok(u16::from_be_bytes(*bytes).into())
}

fn int(page: &[u8], at: usize) -> Result<usize, Damage> {
    let bytes = page
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .ok_or(DAMAGE)?;
    usize::try_from(u32::from_be_bytes(*bytes)).map_err(|_| DAMAGE)
}

/// Reads a number of 1 to 9 bytes.
fn varint(input: &mut &[u8]) -> Result<u64, Damage> {
    let mut number = 0_u64;
    for index in 0..9 {
        let (byte, rest) = input.split_first().ok_or(DAMAGE)?;
        *input = rest;
        if index == 8 {
            return Ok(number << 8 | u64::from(*byte));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if *byte < 0x80 {
            break;
        }
    }
    Ok(number)
}

/// Reads a record: the types of all values, then the values. Only numbers and texts are kept.
fn record(payload: &[u8], columns: &[String]) -> Result<Value, Damage> {
    let mut types = payload;
    let size = usize::try_from(varint(&mut types)?).map_err(|_| DAMAGE)?;
    let read = payload.len() - types.len();
    let mut types = types
        .get(..size.checked_sub(read).ok_or(DAMAGE)?)
        .ok_or(DAMAGE)?;
    let mut values = payload.get(size..).ok_or(DAMAGE)?;
    let mut row = Map::new();
    for column in columns {
        // A record written before a column was added lacks that column.
        if types.is_empty() {
            break;
        }
        let kind = varint(&mut types)?;
        let length = match kind {
            0 | 8..=11 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            kind => (kind - 12) / 2,
        };
        let length = usize::try_from(length).map_err(|_| DAMAGE)?;
        let (bytes, rest) = values.split_at_checked(length).ok_or(DAMAGE)?;
        values = rest;
        let value = match kind {
            1..=6 => integer(bytes).into(),
            8 => 0.into(),
            9 => 1.into(),
            kind if kind >= 13 && kind % 2 == 1 => String::from_utf8_lossy(bytes).into(),
            _ => Value::Null,
        };
        row.insert(column.clone(), value);
    }
    Ok(Value::Object(row))
}

fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| *byte >= 0x80) {
        -1
    } else {
        0
    };
    bytes
        .iter()
        .fold(sign, |number, byte| number << 8 | i64::from(*byte))
}

/// Returns the names of the columns of a table, in lower case, from the statement that created it.
fn columns(sql: &str) -> Vec<String> {
    let Some((_, body)) = sql.split_once('(') else {
        return Vec::new();
    };
    let mut depth = 0_usize;
    let parts = body.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let quotes = |c: char| matches!(c, '"' | '`' | '[' | ']' | '\'');
    let names = parts.filter_map(|part| part.split_whitespace().next());
    let names = names.map(|name| name.trim_matches(quotes).trim_end_matches(')'));
    let other = ["primary", "unique", "check", "foreign", "constraint"];
    names
        .filter(|name| !other.contains(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_in_commands() {
        let sql = "create table \"a\" (_id integer primary key check (_id in (1, 2)), `b` varchar(32),\n[c] text, \
            foreign key(b) references d(e))";
        assert_eq!(columns(sql), ["_id", "b", "c"]);
        assert_eq!(columns("create table t(name,seq)"), ["name", "seq"]);
        assert!(columns("").is_empty());
    }

    #[test]
    fn numbers_are_read() {
        assert_eq!(
            (integer(&[]), integer(&[0xff]), integer(&[1, 0])),
            (0, -1, 256)
        );
        assert_eq!(varint(&mut &[0x81, 0x00][..]).unwrap(), 128);
        assert_eq!(varint(&mut &[0xff; 9][..]).unwrap(), u64::MAX);
        assert!(varint(&mut &[0x80][..]).is_err());
    }

    #[test]
    fn what_is_no_database_is_an_error() {
        let mut file = vec![0; 1024];
        file[..16].copy_from_slice(MAGIC);
        assert!(Database::new(&file).is_err());
        file[16..18].copy_from_slice(&[2, 0]);
        file[59] = 1;
        assert!(Database::new(&file).is_err());
        // A tree that contains itself.
        file[100..112].copy_from_slice(&[5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert!(Database::new(&file).is_err());
    }
}
