//! KeePass: the table (CSV) that KeePassXC exports and imports
//! (<https://github.com/keepassxreboot/keepassxc/blob/develop/src/format/CsvExporter.cpp>), and encrypted, a database
//! (KDBX 4), which all apps of this family open. The database holds everything of an account, so it is a backup.

use mfa_core::item::Entry;
use mfa_core::{Account, uri};
use mfa_keepass::DatabaseKey;

use super::{Bytes, Format, Sealed};
use crate::failure::Failure;
use crate::holds::{self, Holds, Report};
use crate::names::{issuer, named};

/// A table or a database.
pub(super) struct KeePass;

const COLUMNS: [&str; 7] = [
    "Group", "Title", "Username", "Password", "URL", "Notes", "TOTP",
];
/// The group at the top, which holds all entries.
const GROUP: &str = "Root";

impl Format for KeePass {
    fn name(&self) -> &'static str {
        "keepass"
    }

    fn title(&self) -> &'static str {
        "a CSV table for KeePassXC; encrypted, a KDBX database for all KeePass apps"
    }

    fn holds(&self) -> Holds {
        Holds {
            name: true,
            note: true,
            ..Holds::only(&["totp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry]) -> Result<Bytes, Failure> {
        let mut table = Bytes::default();
        row(&mut table, &COLUMNS);
        for (entry, own) in named(entries) {
            let account = &entry.account;
            // KeePassXC marks Steam by `encoder=steam`, as mfa-core does.
            let link = uri::print(account, &entry.secret);
            let fields = [
                GROUP,
                own.unwrap_or_else(|| issuer(account)),
                &account.username,
                "",
                "",
                &account.note,
                &link,
            ];
            row(&mut table, &fields);
        }
        Ok(table)
    }

    fn sealed(&self) -> Option<&dyn Sealed> {
        Some(self)
    }
}

impl Sealed for KeePass {
    fn report(&self, accounts: &[Account]) -> Report {
        holds::report(&Holds::all(), accounts, |_| None)
    }

    /// The database is opened again and compared before it counts as written.
    fn seal(&self, entries: &[Entry], password: &str) -> Result<Bytes, Failure> {
        let key = DatabaseKey::new().with_password(password);
        let mut database = mfa_keepass::create();
        for entry in entries {
            mfa_keepass::entry::write(&mut database, entry);
        }
        let saved = mfa_keepass::save(&database, key.clone());
        let saved = Bytes::new(saved.map_err(|_| Failure::Encrypt)?);
        match holds_all(&saved, &key, entries) {
            true => Ok(saved),
            false => Err(Failure::Different),
        }
    }
}

/// Returns whether a database holds these accounts as they are, and nothing else.
fn holds_all(saved: &[u8], key: &DatabaseKey, entries: &[Entry]) -> bool {
    let Ok(database) = mfa_keepass::open(saved, key) else {
        return false;
    };
    let is_there = |entry: &Entry| {
        let id = entry.account.id;
        let found = database.entry(mfa_keepass::entry::id(id));
        let found = found.and_then(|found| mfa_keepass::entry::read(id, &found));
        found.is_some_and(|found| {
            found.account == entry.account && found.secret.same_as(&entry.secret)
        })
    };
    database.num_entries() == entries.len() && entries.iter().all(is_there)
}

/// Adds a row. All fields are in quotation marks, as KeePassXC writes them.
fn row(table: &mut Bytes, fields: &[&str; COLUMNS.len()]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            table.push(b',');
        }
        table.push(b'"');
        table.extend_from_slice(field.replace('"', "\"\"").as_bytes());
        table.push(b'"');
    }
    table.push(b'\n');
}
