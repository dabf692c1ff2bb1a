//! The files and folders that the programs make: they are the user's alone, whatever umask a program was started with.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Child;

use tests::{Desktop, LINK, binary};

use crate::vault::passphrase_file;

/// Starts a daemon with an umask.
fn daemon(desktop: &Desktop, umask: &str) -> Child {
    let mut daemon = desktop.command("sh");
    daemon.args(["-c", &format!("umask {umask}; exec \"$0\"")]);
    desktop.start_daemon(daemon.arg(binary("mfad")))
}

/// Fails unless the folders and files are closed to others and open to us.
fn are_ours(umask: &str, folders: &[PathBuf], files: &[PathBuf]) {
    let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    for folder in folders {
        assert_eq!(mode(folder), 0o700, "umask {umask}: {folder:?}");
    }
    for file in files {
        assert_eq!(mode(file), 0o600, "umask {umask}: {file:?}");
    }
}

#[test]
fn what_the_daemon_makes_is_ours_alone() {
    for umask in ["0777", "0000"] {
        let desktop = Desktop::headless();
        let state = desktop.variable("XDG_STATE_HOME").join("mfactl");
        if umask == "0000" {
            desktop
                .shell(&format!("mkdir -m 777 {}", state.display()))
                .ok();
        }
        let mut daemon = daemon(&desktop, umask);
        desktop.add("aws", LINK);
        desktop.mfactl(&["get", "aws"]).ok();
        let runtime = desktop.socket().parent().unwrap().to_owned();
        let files = [
            state.join("state.json"),
            runtime.join("lock"),
            desktop.socket(),
        ];
        are_ours(umask, &[state, runtime], &files);
        desktop.end_daemon("-TERM");
        daemon.wait().unwrap();
    }
}

#[test]
fn a_new_vault_and_its_configuration_are_ours_alone() {
    for umask in ["0777", "0000"] {
        let desktop = Desktop::without_keychain();
        let config = desktop.variable("XDG_CONFIG_HOME").join("mfactl");
        let data = desktop.variable("XDG_DATA_HOME").join("mfactl");
        let mut daemon = daemon(&desktop, umask);
        let passphrase = passphrase_file(&desktop);
        let create = ["vault", "create", "--password-file"];
        let create = [&create[..], &[passphrase.to_str().unwrap()]].concat();
        desktop.mfactl(&create).ok();
        desktop.add("aws", LINK);
        desktop.mfactl(&["get", "aws"]).ok();
        let files = [data.join("vault.kdbx"), config.join("config.toml")];
        are_ours(umask, &[data, config], &files);
        desktop.end_daemon("-TERM");
        daemon.wait().unwrap();
    }
}
