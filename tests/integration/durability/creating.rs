//! The first write of a vault, and the line of the configuration that tells where it is: after an error or a kill at any
//! step, each is there as a whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use tests::{Desktop, Run};

use crate::strace::{assert_synchronised, calls, errors, inject, new, numbered};
use crate::vault::passphrase_file;

/// The calls that change something on a disk, or prepare that.
const CHANGES: [&str; 6] = ["openat", "mkdir", "unlink", "write", "fsync", "rename"];

/// A computer without a keychain, whose user creates a vault.
struct Computer {
    desktop: Desktop,
    config: PathBuf,
    /// What the configuration says before there is a vault.
    text: String,
    vault: PathBuf,
    passphrase: PathBuf,
}

impl Computer {
    fn new() -> Self {
        let desktop = Desktop::without_keychain();
        let vault = desktop.variable("XDG_DATA_HOME").join("mfactl/vault.kdbx");
        fs::create_dir_all(vault.parent().unwrap()).unwrap();
        let config = desktop
            .variable("XDG_CONFIG_HOME")
            .join("mfactl/config.toml");
        Self {
            config,
            text: "lock-after = 900\n".to_owned(),
            vault,
            passphrase: passphrase_file(&desktop),
            desktop,
        }
    }

    /// Returns one whose configuration says already where the vault is to be, and what opens it.
    fn with_a_place() -> Self {
        let mut computer = Self::new();
        computer.text = format!(
            "vault = {:?}\npassphrase-file = {:?}\n",
            computer.vault.to_str().unwrap(),
            computer.passphrase.to_str().unwrap()
        );
        computer
    }

    /// Begins again, without a vault, and with a new daemon that knows of none.
    fn begin(&self) {
        self.desktop.configure(&self.text);
        drop(fs::remove_file(&self.vault));
        // There may be no daemon, because it was killed.
        drop(self.desktop.mfactl(&["list"]));
        self.desktop.end_daemon("-TERM");
        drop(self.desktop.mfactl(&["list"]).fails(7));
    }

    fn create(&self) -> Run {
        let passphrase = self.passphrase.to_str().unwrap();
        let create = ["vault", "create", "--password-file", passphrase];
        self.desktop.mfactl(&create)
    }

    /// Returns whether there is a vault, after checking that it opens.
    fn is_made(&self) -> bool {
        let listed = self.desktop.mfactl(&["list"]);
        let is_made = self.vault.exists();
        if is_made {
            listed.ok();
        } else {
            let said = listed.fails(7);
            assert!(said.contains("does not exist yet"), "{said}");
        }
        is_made
    }

    /// Creates the vault, and returns what the daemon did to a file, until its new name was synchronised.
    fn steps(&self, file: &Path) -> Vec<(String, usize)> {
        self.begin();
        let calls = calls(&self.desktop, file, || drop(self.create().ok()));
        assert_synchronised(&calls, file);
        // After that, other threads may read the file, and each thread counts its own calls.
        let folder = format!("{}>", file.parent().unwrap().display());
        let is_last = |call: &String| call.starts_with("fsync(") && call.contains(&folder);
        let last = calls.iter().position(is_last).unwrap();
        let mut steps = numbered(&calls[..=last]);
        steps.retain(|(name, _)| CHANGES.iter().any(|change| name.starts_with(change)));
        steps
    }

    /// Lets a step of creating the vault fail, and returns what mfactl says.
    fn fail(&self, file: &Path, step: &(String, usize), error: &str) -> Run {
        let traced = inject(&self.desktop, file, step, &format!("error={error}"));
        let refused = self.create();
        traced.detach();
        assert!(
            !new(file).exists(),
            "{error} at {step:?}: something is left"
        );
        refused
    }
}

/// Returns each step with each error to try there, and with whether the new file has its name before. Deriving a key takes
/// its time, so a full quota, which is an error like a full disk, is not tried.
fn with_errors(steps: &[(String, usize)]) -> Vec<(&(String, usize), &'static str, bool)> {
    let renamed = steps.iter().position(|step| step.0.starts_with("rename"));
    let renamed = renamed.unwrap();
    let all = steps.iter().enumerate().flat_map(|(position, step)| {
        let errors = errors(&step.0).iter().filter(|error| **error != "EDQUOT");
        errors.map(move |error| (step, *error, position > renamed))
    });
    all.collect()
}

#[test]
fn a_vault_whose_first_write_fails_is_whole_or_not_there() {
    let computer = Computer::with_a_place();
    let steps = computer.steps(&computer.vault);
    computer.begin();
    for (step, error, has_its_name) in with_errors(&steps) {
        let what = format!("{error} at {step:?}");
        let said = computer.fail(&computer.vault, step, error).fails(7);
        assert!(said.contains("the vault file"), "{what}: {said}");
        assert_eq!(computer.is_made(), has_its_name, "{what}");
        if has_its_name {
            computer.begin();
        }
    }
    computer.create().ok();
    assert!(computer.is_made());
}

#[test]
fn a_daemon_that_is_killed_leaves_a_whole_vault_or_none() {
    let computer = Computer::with_a_place();
    let steps = computer.steps(&computer.vault);
    computer.begin();
    let mut made = 0;
    for step in &steps {
        let traced = inject(&computer.desktop, &computer.vault, step, "signal=SIGKILL");
        let killed = computer.create();
        traced.bury();
        assert_ne!(killed.status, 0, "{step:?} was never reached: {killed}");
        if computer.is_made() {
            made += 1;
            computer.begin();
        }
    }
    assert!((1..steps.len()).contains(&made), "{made} of {steps:?}");
    computer.create().ok();
    assert!(!new(&computer.vault).exists(), "something is left");
}

#[test]
fn a_configuration_that_cannot_be_written_stays_as_it_was() {
    let computer = Computer::new();
    let steps = computer.steps(&computer.config);
    let made = fs::read_to_string(&computer.config).unwrap();
    assert!(made.ends_with(&computer.text), "{made}");
    computer.begin();
    for (step, error, has_its_name) in with_errors(&steps) {
        let what = format!("{error} at {step:?}");
        let said = computer.fail(&computer.config, step, error).fails(1);
        let told = "cannot write the configuration";
        assert!(said.contains(told), "{what}: {said}");
        let expected = if has_its_name { &made } else { &computer.text };
        let now = fs::read_to_string(&computer.config).unwrap();
        assert_eq!(now, *expected, "{what}");
        // The daemon does not use the vault, and there is to be none.
        fs::remove_file(&computer.vault).unwrap();
        computer.desktop.configure(&computer.text);
    }
    computer.create().ok();
    assert_eq!(fs::read_to_string(&computer.config).unwrap(), made);
}

/// The daemon is the only program that changes a configuration: it notes the vault file that it has made.
#[test]
fn a_daemon_that_is_killed_leaves_the_old_configuration_or_the_new_one() {
    let computer = Computer::new();
    computer.begin();
    let (desktop, config) = (&computer.desktop, &computer.config);
    let calls = calls(desktop, config, || drop(computer.create().ok()));
    let made = fs::read_to_string(config).unwrap();
    let is_whole = made.starts_with("vault = ") && made.ends_with(&computer.text);
    assert!(is_whole, "{made}");
    let steps = numbered(&calls);
    let mut changed = 0;
    for step in &steps {
        computer.begin();
        let traced = inject(desktop, config, step, "signal=SIGKILL");
        let killed = computer.create();
        traced.bury();
        assert_ne!(killed.status, 0, "{step:?} was never reached: {killed}");
        let now = fs::read_to_string(config).unwrap();
        assert!([&computer.text, &made].contains(&&now), "{step:?}: {now}");
        changed += usize::from(now == made);
        // The vault is closed, or nobody knows of it.
        let expected = if now == made { 5 } else { 7 };
        drop(desktop.mfactl(&["list"]).fails(expected));
    }
    assert!(
        (1..steps.len()).contains(&changed),
        "{changed} of {steps:?}"
    );
    computer.begin();
    computer.create().ok();
    assert!(!new(config).exists(), "something is left");
}
