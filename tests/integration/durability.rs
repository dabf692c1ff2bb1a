//! Writes that fail or are cut off at any step: a file is the old one or the new one, an error is told, and nothing is
//! left over. And many writes at once: each of them counts.
//!
//! strace lists the system calls of the daemon on a file. Then it lets each of them fail, or kills the daemon there.

mod creating;

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;

use keepass::config::{DatabaseConfig, KdfConfig};
use keepass::{Database, DatabaseKey};
use tests::{Desktop, LINK, SECRET};

use crate::strace::{assert_synchronised, calls, errors, inject, new, numbered};
use crate::vault::{PASSPHRASE, configure, passphrase_file};

/// The codes of a counter-based account, in their order.
pub(crate) struct Counted(Vec<String>);

impl Counted {
    fn new(desktop: &Desktop) -> Self {
        let link = format!("otpauth://hotp/Bank:jane?secret={SECRET}");
        desktop.add("bank", &link);
        let codes = format!("oathtool --hotp --base32 --window 200 {SECRET}");
        let codes = desktop.shell(&codes).ok();
        Self(codes.lines().map(str::to_owned).collect())
    }

    /// Returns the number of a code that `mfactl get bank` has printed.
    fn number(&self, code: &str) -> usize {
        let number = self.0.iter().position(|known| known == code);
        number.unwrap_or_else(|| panic!("{code} is no code of this account"))
    }
}

/// Returns a desktop with a vault that holds a counter-based account. Its key costs nothing, because it is derived often.
pub(crate) fn with_cheap_vault() -> (Desktop, PathBuf, Counted) {
    let desktop = Desktop::without_keychain();
    let vault = desktop.variable("XDG_DATA_HOME").join("mfactl/vault.kdbx");
    fs::create_dir_all(vault.parent().unwrap()).unwrap();
    let mut config = DatabaseConfig::default();
    config.kdf_config = KdfConfig::Aes { rounds: 1 };
    let mut options = fs::OpenOptions::new();
    let options = options.create_new(true).write(true).mode(0o600);
    let mut file = options.open(&vault).unwrap();
    let key = DatabaseKey::new().with_password(PASSPHRASE);
    Database::with_config(config).save(&mut file, key).unwrap();
    configure(&desktop, &vault, &passphrase_file(&desktop));
    let codes = Counted::new(&desktop);
    (desktop, vault, codes)
}

#[test]
fn a_vault_that_cannot_be_written_keeps_its_old_accounts() {
    let (desktop, vault, codes) = with_cheap_vault();
    let get = || desktop.mfactl(&["get", "bank"]);
    let mut last = codes.number(&get().ok());
    let calls = calls(&desktop, &vault, || drop(get().ok()));
    assert_synchronised(&calls, &vault);
    last += 1;
    let steps = numbered(&calls);
    let is_rename = |(name, _): &(String, usize)| name.starts_with("rename");
    let renamed = steps.iter().position(is_rename).unwrap();
    for (position, step) in steps.iter().enumerate() {
        for error in errors(&step.0) {
            let before = fs::read(&vault).unwrap();
            let traced = inject(&desktop, &vault, step, &format!("error={error}"));
            let got = get();
            traced.detach();
            let what = format!("{error} at {step:?}");
            let got_error = got.status != 0;
            if !got_error {
                let number = codes.number(got.ok().trim());
                assert!(number > last, "{what}: a code was shown twice");
                last = number;
            } else if position <= renamed {
                assert_eq!(fs::read(&vault).unwrap(), before, "{what}");
            }
            assert!(!new(&vault).exists(), "{what}: something is left");
            // The daemon goes on, and has the file that is there now. If only its name was not synchronised, this looks
            // like a change by another program.
            let mut again = get();
            if got_error && position > renamed {
                let said = &again.stderr;
                assert!(
                    said.contains("nothing was written: try again"),
                    "{what}: {said}"
                );
                again = get();
            }
            assert_eq!(again.status, 0, "{what}: {again}");
            let number = codes.number(again.ok().trim());
            assert!(number > last && number <= last + 2, "{what}: {number}");
            last = number;
        }
    }
    desktop.end_daemon("-TERM");
    assert_eq!(codes.number(&get().ok()), last + 1);
}

/// A counter is stored before its code is shown, so no kill makes a code appear twice.
#[test]
fn a_daemon_that_is_killed_leaves_the_old_vault_or_the_new_one() {
    let (desktop, vault, codes) = with_cheap_vault();
    let get = || desktop.mfactl(&["get", "bank"]);
    let calls = calls(&desktop, &vault, || drop(get().ok()));
    let mut last = 0;
    for step in numbered(&calls) {
        let traced = inject(&desktop, &vault, &step, "signal=SIGKILL");
        let killed = get();
        traced.bury();
        assert_ne!(killed.status, 0, "{step:?} was never reached: {killed}");
        let number = codes.number(&get().ok());
        assert!(number > last && number <= last + 2, "{step:?}: {number}");
        last = number;
        assert!(!new(&vault).exists(), "after {step:?}");
    }
}

/// Returns a desktop with an account and a state file, and the path of that file.
fn with_state() -> (Desktop, PathBuf) {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.mfactl(&["get", "aws"]).ok();
    let state = desktop.variable("XDG_STATE_HOME").join("mfactl/state.json");
    assert!(state.exists());
    (desktop, state)
}

/// Returns what the daemon does with its state file when the user locks the accounts.
fn steps_of_a_lock(desktop: &Desktop, state: &Path) -> Vec<(String, usize)> {
    let calls = calls(desktop, state, || drop(desktop.mfactl(&["lock"]).ok()));
    desktop.mfactl(&["unlock"]).ok();
    numbered(&calls)
}

#[test]
fn a_state_that_cannot_be_written_stays_as_it_was_and_is_told() {
    let (desktop, state) = with_state();
    for step in steps_of_a_lock(&desktop, &state) {
        for error in errors(&step.0) {
            let before = fs::read(&state).unwrap();
            let traced = inject(&desktop, &state, &step, &format!("error={error}"));
            let locked = desktop.mfactl(&["lock"]);
            traced.detach();
            let what = format!("{error} at {step:?}");
            if locked.status == 0 {
                let now = fs::read_to_string(&state).unwrap();
                assert!(now.contains("\"locked\":true"), "{what}: {now}");
            } else {
                let said = locked.fails(1);
                assert!(said.contains("the lock will not survive"), "{what}: {said}");
                assert_eq!(fs::read(&state).unwrap(), before, "{what}");
            }
            assert!(!new(&state).exists(), "{what}: something is left");
            desktop.mfactl(&["unlock"]).ok();
        }
    }
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

#[test]
fn a_daemon_that_is_killed_leaves_the_old_state_or_the_new_one() {
    let (desktop, state) = with_state();
    let mut locked = 0;
    let steps = steps_of_a_lock(&desktop, &state);
    for step in &steps {
        let traced = inject(&desktop, &state, step, "signal=SIGKILL");
        let lock = desktop.mfactl(&["lock"]);
        traced.bury();
        assert_ne!(lock.status, 0, "{step:?} was never reached: {lock}");
        let read = fs::read_to_string(&state).unwrap();
        let read: serde_json::Value = serde_json::from_str(&read).unwrap();
        if read["locked"] == true {
            locked += 1;
            let still = desktop.mfactl(&["get", "aws"]).fails(5);
            assert!(still.contains("stay locked until you unlock"), "{still}");
        } else {
            assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
        }
        // The next write removes what the killed daemon has left.
        desktop.mfactl(&["lock"]).ok();
        assert!(!new(&state).exists(), "after {step:?}");
        desktop.mfactl(&["unlock"]).ok();
        assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    }
    assert!(locked < steps.len(), "no kill came before the new file");
}

/// The note that an import is under way is on the disk before the first account is.
#[test]
fn the_note_of_an_import_is_synchronised() {
    let (desktop, state) = with_state();
    let links = desktop.folder().join("links");
    fs::write(&links, "otpauth://totp/A:b?secret=JBSWY3DPEHPK3PXP\n").unwrap();
    let import = ["import", "--yes", links.to_str().unwrap()];
    let calls = calls(&desktop, &state, || drop(desktop.mfactl(&import).ok()));
    let is_rename = |call: &&String| call.starts_with("rename");
    let renamed: Vec<_> = calls.iter().filter(is_rename).collect();
    assert!(renamed.len() >= 2, "it begins and ends: {calls:#?}");
    let folder = calls
        .iter()
        .position(|call| call.starts_with("fsync(") && call.contains("/mfactl>"));
    assert_synchronised(&calls[..=folder.unwrap()], &state);
}

/// Many programs add accounts at the same time.
#[test]
fn of_many_writes_at_once_each_counts() {
    const PROGRAMS: usize = 8;
    const ACCOUNTS: usize = 50;
    let desktop = Desktop::headless();
    desktop.add("first", LINK);
    thread::scope(|scope| {
        for program in 0..PROGRAMS {
            let desktop = &desktop;
            scope.spawn(move || {
                for account in 0..ACCOUNTS {
                    let link = format!("otpauth://totp/P{program}:u{account}?secret={SECRET}");
                    desktop.add(&format!("p{program}-u{account}"), &link);
                }
            });
        }
    });
    for _ in 0..2 {
        let list = desktop.mfactl(&["list", "--plain"]).ok();
        let mut names: Vec<_> = list.lines().map(|line| line.split('\t').next()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PROGRAMS * ACCOUNTS + 1);
        assert_eq!(list.lines().count(), names.len());
        // What is in the keychain is the same.
        desktop.end_daemon("-KILL");
    }
}
