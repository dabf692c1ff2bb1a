//! How the daemon is doing.

use std::collections::HashMap;

use zbus::Variant;

use crate::Error;
use crate::dict::{Dict, Reader, Writer};

/// How the daemon is doing, as `Status` returns it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// Where the accounts are kept: `gnome-keyring`, `KeePassXC`, a vault's path, …
    pub keychain: String,
    /// Whether that is a vault file, which needs a passphrase, and no OS keychain.
    pub vault_file: bool,
    /// Whether codes are to be had without unlocking first.
    pub locked: bool,
    /// Whether that is because the user, or idling, locked them: only unlocking helps.
    pub locked_by_user: bool,
    /// Why there are no accounts to be had, if something is wrong; else empty.
    pub problem: String,
    /// The OS keychain that the accounts were in before, if another one answers now.
    pub keychain_changed_from: Option<String>,
    /// How many accounts are known, if the vault is open.
    pub accounts: Option<u32>,
    /// How many items could not be read and were left as they are.
    pub unreadable: u32,
    /// How many accounts of an import are stored so far, while one is under way.
    pub importing: Option<u32>,
    /// Whether codes are given out on the session bus.
    pub bus_codes: bool,
    /// Whether a tray is there that copies codes.
    pub tray: bool,
}

impl Status {
    /// As a dictionary.
    #[must_use]
    pub fn to_dict(&self) -> HashMap<&'static str, Variant<'_>> {
        Writer::default()
            .put("version", self.version.as_str())
            .put("pid", self.pid)
            .put("keychain", self.keychain.as_str())
            .put("vault-file", self.vault_file)
            .put("locked", self.locked)
            .put("locked-by-user", self.locked_by_user)
            .put("problem", self.problem.as_str())
            .put_some(
                "keychain-changed-from",
                self.keychain_changed_from.as_deref(),
            )
            .put_some("accounts", self.accounts)
            .put("unreadable", self.unreadable)
            .put_some("importing", self.importing)
            .put("bus-codes", self.bus_codes)
            .put("tray", self.tray)
            .done()
    }

    /// Reads the dictionary. Fields that a newer daemon may add are passed over.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if one has a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        Ok(Self {
            version: reader.need("version")?,
            pid: reader.need("pid")?,
            keychain: reader.need("keychain")?,
            vault_file: reader.need("vault-file")?,
            locked: reader.need("locked")?,
            locked_by_user: reader.need("locked-by-user")?,
            problem: reader.need("problem")?,
            keychain_changed_from: reader.take("keychain-changed-from")?,
            accounts: reader.take("accounts")?,
            unreadable: reader.need("unreadable")?,
            importing: reader.take("importing")?,
            bus_codes: reader.need("bus-codes")?,
            tray: reader.take("tray")?.unwrap_or(false),
        })
    }
}
