//! KeePass: the table (CSV) that KeePassXC exports and imports
//! (<https://github.com/keepassxreboot/keepassxc/blob/develop/src/format/CsvExporter.cpp>), and encrypted, a database
//! (KDBX 4), which all apps of this family open. The database holds everything of an account, so it is a backup.

use mfa_core::item::Entry;
use mfa_core::uri;
use mfa_keepass::backup;

use super::{Bytes, Format, Options, Sealed};
use crate::failure::Failure;
use crate::holds::{Count, Holds};
use crate::names::{address, issuer, named};

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
            domains: Count::One,
            note: true,
            ..Holds::only(&["totp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let mut table = Bytes::default();
        row(&mut table, &COLUMNS);
        for (entry, own) in named(entries) {
            let account = &entry.account;
            // KeePassXC marks Steam by `encoder=steam`, as mfa-core does.
            let link = uri::print(account, &entry.secret);
            let address = account.domains.first().map(address).unwrap_or_default();
            let fields = [
                GROUP,
                own.unwrap_or_else(|| issuer(account)),
                &account.username,
                "",
                &address,
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
    fn holds(&self) -> Holds {
        Holds::all()
    }

    /// The database is opened again and compared before it counts as written.
    fn seal(
        &self,
        entries: &[Entry],
        password: &str,
        options: Options<'_>,
    ) -> Result<Bytes, Failure> {
        let sealed = backup::seal(entries, password, options.keepass2);
        sealed.map_err(|error| match error {
            backup::Error::NotEncrypted => Failure::Encrypt,
            backup::Error::Different => Failure::Different,
        })
    }

    fn has_keepass2(&self) -> bool {
        true
    }
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
