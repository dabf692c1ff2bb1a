//! The formats, one file each, and their table.
//!
//! To add a format, add a file with a type that implements [`Format`], and a line in [`FORMATS`].

mod aegis;
mod andotp;
mod bitwarden;
mod ente;
mod freeotp;
mod google;
mod keepass;
mod otpauth;
mod paper;
mod proton;
mod stratum;
mod twofas;

use std::ops::RangeInclusive;

use mfa_core::Account;
use mfa_core::item::Entry;
use zeroize::Zeroizing;

use crate::Bytes;
use crate::failure::Failure;
use crate::holds::{self, Holds, Report};

/// What an export has beside its accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'o> {
    /// The date, for a format that says when it was made.
    pub date: &'o str,
    /// Whether the attributes that KeePass 2 reads are written too.
    pub keepass2: bool,
}

/// A file format.
pub trait Format: Sync {
    /// Returns the name of the format, on the command line.
    fn name(&self) -> &'static str;

    /// Returns the name under which mfa-import reads the format.
    fn read_as(&self) -> &'static str {
        self.name()
    }

    /// Returns the title of the format, for people.
    fn title(&self) -> &'static str;

    /// Returns what the format can hold.
    fn holds(&self) -> Holds;

    /// Finds what the format cannot hold of some accounts.
    fn report(&self, accounts: &[Account]) -> Report {
        holds::report(&self.holds(), accounts, |_| None)
    }

    /// Writes a file with accounts that the format can hold.
    ///
    /// # Errors
    /// If the accounts cannot be encoded.
    fn write(&self, entries: &[Entry], options: Options<'_>) -> Result<Bytes, Failure>;

    /// Returns the encrypted form, if the format has one.
    fn sealed(&self) -> Option<&dyn Sealed> {
        None
    }

    /// Returns the form with QR codes, if the format has one.
    fn codes(&self) -> Option<&dyn Codes> {
        None
    }
}

/// A format that can also be encrypted.
pub trait Sealed {
    /// Returns what an encrypted file can hold.
    fn holds(&self) -> Holds;

    /// Finds what an encrypted file cannot hold of some accounts.
    fn report(&self, accounts: &[Account]) -> Report {
        holds::report(&self.holds(), accounts, |_| None)
    }

    /// Writes an encrypted file with accounts that the format can hold.
    ///
    /// # Errors
    /// If the accounts cannot be encoded or encrypted.
    fn seal(
        &self,
        entries: &[Entry],
        password: &str,
        options: Options<'_>,
    ) -> Result<Bytes, Failure>;

    /// Returns whether the file can have the attributes that KeePass 2 reads.
    fn has_keepass2(&self) -> bool {
        false
    }
}

/// A format that can also be QR codes.
pub trait Codes {
    /// Returns how many QR codes accounts may need. Their number may depend on the secrets.
    fn count(&self, accounts: usize) -> RangeInclusive<usize> {
        accounts..=accounts
    }

    /// Returns the QR codes of accounts that the format can hold.
    ///
    /// # Errors
    /// If the accounts cannot be encoded.
    fn codes(&self, entries: &[Entry]) -> Result<Vec<Code>, Failure>;
}

/// A QR code.
pub struct Code {
    /// What it is, for people.
    pub name: String,
    /// The text in it.
    pub link: Zeroizing<String>,
}

/// All formats, in the order of the help.
pub static FORMATS: &[&dyn Format] = &[
    &otpauth::Otpauth,
    &paper::Paper,
    &google::Google,
    &aegis::Aegis,
    &twofas::TwoFas,
    &bitwarden::Bitwarden,
    &ente::Ente,
    &proton::Proton,
    &stratum::Stratum,
    &andotp::AndOtp,
    &freeotp::FreeOtp,
    &keepass::KeePass,
];

/// Returns the format with a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_importer_reads_each_format() {
        for format in FORMATS {
            assert!(
                mfa_import::named(format.read_as()).is_some(),
                "{}",
                format.name()
            );
        }
    }
}
