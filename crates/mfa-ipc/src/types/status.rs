//! The state of the daemon.

use crate::Error;
use crate::dict::{Dict, Fields, Reader, Writer};

/// The state of the daemon, as `Status` returns it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The version of the daemon.
    pub version: String,
    /// The process id of the daemon.
    pub pid: u32,
    /// The place that holds the accounts: `gnome-keyring`, `KeePassXC`, the path of a vault file, …
    pub keychain: String,
    /// Whether that is a vault file with a passphrase, rather than an OS keychain.
    pub vault_file: bool,
    /// Whether the accounts are locked. Then they must be unlocked before codes can be produced.
    pub locked: bool,
    /// Whether the user locked the accounts, or they were locked after idling. Then only unlocking helps.
    pub locked_by_user: bool,
    /// The reason why the accounts are locked: `request`, `idle`, `keychain`, `screen`, `suspend` or `session-end`; empty
    /// if they are not locked.
    pub locked_because: String,
    /// The problem that leaves the daemon without accounts; empty if there is none.
    pub problem: String,
    /// The OS keychain that held the accounts before, if another one answers now.
    pub keychain_changed_from: Option<String>,
    /// The number of accounts, if they are unlocked.
    pub accounts: Option<u32>,
    /// The number of items that could not be read. They are not changed.
    pub unreadable: u32,
    /// The number of accounts stored so far, during an import.
    pub importing: Option<u32>,
    /// Whether codes are allowed on the session bus: `deny`, `ask` or `allow`.
    pub bus_codes: String,
    /// Whether anybody can be asked to allow a request.
    pub attended: bool,
    /// Whether a tray that copies codes is connected.
    pub tray: bool,
    /// The folder of the automatic backups, if they are made.
    pub backup_folder: Option<String>,
    /// Why the last automatic backup was not made; empty if nothing is wrong.
    pub backup_problem: String,
    /// When the latest backup was made, in Unix seconds.
    pub backed_up_at: Option<u64>,
    /// The names of the accounts that no backup holds as they are, if the accounts are unlocked.
    pub not_backed_up: Option<Vec<String>>,
    /// The file that the daemon synchronises with by itself, if there is one.
    pub sync_file: Option<String>,
    /// Why the last automatic synchronisation failed; empty if nothing is wrong.
    pub sync_problem: String,
    /// When the accounts and the file were the same last, in Unix seconds.
    pub synced_at: Option<u64>,
    /// The latest fields of which one value gave way to another, each with its account, if the accounts are unlocked.
    pub sync_conflicts: Option<Vec<String>>,
}

impl Status {
    /// Returns whether the accounts were locked independently of the keychain. If so, there is no need to ask the
    /// keychain.
    #[must_use]
    pub fn is_locked_itself(&self) -> bool {
        self.locked_by_user || self.is_locked_with_session()
    }

    /// Returns whether the accounts were locked with the session: by its screen, its end, or the sleep of the system.
    #[must_use]
    pub fn is_locked_with_session(&self) -> bool {
        matches!(
            self.locked_because.as_str(),
            "screen" | "suspend" | "session-end"
        )
    }

    /// Returns the dictionary.
    #[must_use]
    pub fn to_dict(&self) -> Fields<'_> {
        let not_backed_up = self.not_backed_up.as_ref();
        let not_backed_up =
            not_backed_up.map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        let conflicts = self.sync_conflicts.as_ref();
        let conflicts =
            conflicts.map(|fields| fields.iter().map(String::as_str).collect::<Vec<_>>());
        Writer::default()
            .put("version", self.version.as_str())
            .put("pid", self.pid)
            .put("keychain", self.keychain.as_str())
            .put("vault-file", self.vault_file)
            .put("locked", self.locked)
            .put("locked-by-user", self.locked_by_user)
            .put("locked-because", self.locked_because.as_str())
            .put("problem", self.problem.as_str())
            .put_some(
                "keychain-changed-from",
                self.keychain_changed_from.as_deref(),
            )
            .put_some("accounts", self.accounts)
            .put("unreadable", self.unreadable)
            .put_some("importing", self.importing)
            .put("bus-codes", self.bus_codes.as_str())
            .put("attended", self.attended)
            .put("tray", self.tray)
            .put_some("backup-folder", self.backup_folder.as_deref())
            .put("backup-problem", self.backup_problem.as_str())
            .put_some("backed-up-at", self.backed_up_at)
            .put_some("not-backed-up", not_backed_up)
            .put_some("sync-file", self.sync_file.as_deref())
            .put("sync-problem", self.sync_problem.as_str())
            .put_some("synced-at", self.synced_at)
            .put_some("sync-conflicts", conflicts)
            .done()
    }

    /// Reads the dictionary. Ignores fields of a newer daemon.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if a field has the wrong
    /// type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        Ok(Self {
            version: reader.need("version")?,
            pid: reader.need("pid")?,
            keychain: reader.need("keychain")?,
            vault_file: reader.need("vault-file")?,
            locked: reader.need("locked")?,
            locked_by_user: reader.need("locked-by-user")?,
            locked_because: reader.take("locked-because")?.unwrap_or_default(),
            problem: reader.need("problem")?,
            keychain_changed_from: reader.take("keychain-changed-from")?,
            accounts: reader.take("accounts")?,
            unreadable: reader.need("unreadable")?,
            importing: reader.take("importing")?,
            bus_codes: reader.need("bus-codes")?,
            attended: reader.take("attended")?.unwrap_or(false),
            tray: reader.take("tray")?.unwrap_or(false),
            backup_folder: reader.take("backup-folder")?,
            backup_problem: reader.take("backup-problem")?.unwrap_or_default(),
            backed_up_at: reader.take("backed-up-at")?,
            not_backed_up: reader.take("not-backed-up")?,
            sync_file: reader.take("sync-file")?,
            sync_problem: reader.take("sync-problem")?.unwrap_or_default(),
            synced_at: reader.take("synced-at")?,
            sync_conflicts: reader.take("sync-conflicts")?,
        })
    }
}
