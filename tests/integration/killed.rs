//! A daemon that is killed while it synchronises.

mod copies;

use std::fs;
use std::path::{Path, PathBuf};

use tests::{Desktop, LINK};

use crate::strace::{around, calls, inject_on, numbered};
use crate::syncing::{BANK, PASSPHRASE, Shared, accounts, sync, sync_with};
use crate::vault::{configure, passphrase_file};

/// Two computers, whose files cost nothing to open, and which have met once.
struct Computers {
    here: Desktop,
    there: Desktop,
    shared: Shared,
    /// The file, the accounts and the record of what both have in common.
    files: [PathBuf; 3],
}

impl Computers {
    fn new() -> Self {
        let here = Desktop::without_keychain();
        let vault = here.variable("XDG_DATA_HOME").join("mfactl/vault.kdbx");
        fs::create_dir_all(vault.parent().unwrap()).unwrap();
        cheap(&vault, crate::vault::PASSPHRASE);
        configure(&here, &vault, &passphrase_file(&here));
        let (there, shared) = (Desktop::headless(), Shared::new());
        // It synchronises more often than a person would.
        there.configure("codes-per-minute = 0\n");
        cheap(&shared.path(), PASSPHRASE);
        there.add("aws", LINK);
        here.add("bank", BANK);
        sync(&there, &shared);
        sync(&here, &shared);
        let records = here.variable("XDG_STATE_HOME").join("mfactl/sync");
        let record = fs::read_dir(records).unwrap().next().unwrap();
        let files = [shared.path(), vault, record.unwrap().path()];
        Self {
            here,
            there,
            shared,
            files,
        }
    }

    /// Changes something on both, and synchronises one of them.
    fn change(&self, number: u32) {
        let edit = |desktop: &Desktop, name, note: String| {
            desktop.mfactl(&["edit", name, "--note", &note]).ok();
        };
        edit(&self.there, "aws", format!("there {number}"));
        sync(&self.there, &self.shared);
        edit(&self.here, "bank", format!("here {number}"));
    }

    /// Returns the writes of the daemon on a file when it synchronises.
    fn writes(&self, file: &Path) -> Vec<(String, usize)> {
        let calls = calls(&self.here, file, || drop(sync(&self.here, &self.shared)));
        let is_write = |name: &str| {
            let writes = ["write", "fsync", "rename", "unlink"];
            writes.iter().any(|write| name.starts_with(write))
        };
        let mut steps = numbered(&calls);
        steps.retain(|(name, _)| is_write(name));
        assert!(steps.len() > 2, "{calls:?}");
        steps
    }

    /// Returns whether the daemon was killed at a step of what it does with these files.
    fn kill(&self, paths: &[PathBuf], step: &(String, usize)) -> bool {
        let before = fs::read(self.shared.path()).unwrap();
        let traced = inject_on(&self.here, paths, step, "signal=SIGKILL");
        let run = sync_with(&self.here, &["--yes", &self.shared.file()]);
        // The threads of the daemon share the work, and each counts its own calls.
        let is_killed = run.status != 0;
        if is_killed {
            traced.bury();
        } else {
            traced.detach();
        }
        let now = fs::read(self.shared.path()).unwrap();
        assert!(now == before || opens(&now), "{paths:?} {step:?}");
        is_killed
    }

    /// Synchronises both, and makes sure that no change is lost.
    fn meet(&self, number: u32) {
        sync(&self.here, &self.shared);
        sync(&self.there, &self.shared);
        let here = accounts(&self.here);
        assert_eq!(here, accounts(&self.there), "{number}");
        let notes: Vec<_> = here.iter().map(|account| account["note"].clone()).collect();
        let expected = [format!("there {number}"), format!("here {number}")];
        assert_eq!(notes, expected, "{number}");
    }
}

/// A daemon that is killed at any write leaves the old file or the new one, and the next synchronisation ends the same.
#[test]
fn a_daemon_that_is_killed_at_any_write_loses_nothing() {
    let computers = Computers::new();
    let mut number = 0;
    for file in &computers.files {
        let mut kills = 0;
        number += 1;
        computers.change(number);
        for step in computers.writes(file) {
            number += 1;
            computers.change(number);
            kills += u32::from(computers.kill(&around(file), &step));
            computers.meet(number);
        }
        // Its content is written, stored and put in its place: at least there, it was killed.
        assert!(kills > 2, "{file:?}: {kills}");
    }
}

/// Makes an empty database whose key costs nothing.
pub(crate) fn cheap(path: &Path, passphrase: &str) {
    let mut config = keepass::config::DatabaseConfig::default();
    config.kdf_config = keepass::config::KdfConfig::Aes { rounds: 1 };
    let key = keepass::DatabaseKey::new().with_password(passphrase);
    let mut bytes = Vec::new();
    keepass::Database::with_config(config)
        .save(&mut bytes, key)
        .unwrap();
    fs::write(path, bytes).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(path, private).unwrap();
}

fn opens(bytes: &[u8]) -> bool {
    let key = keepass::DatabaseKey::new().with_password(PASSPHRASE);
    keepass::Database::parse(bytes, key).is_ok()
}
