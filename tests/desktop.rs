//! A private desktop: a session bus, a keychain, a screen, all real and all thrown away.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::programs::{Run, binary, eventually, run};
use crate::{LINK, SECRET};

/// A desktop that lasts as long as this value.
pub struct Desktop {
    session: Child,
    environment: Vec<(OsString, OsString)>,
    folder: TempDir,
}

impl Desktop {
    /// Starts a desktop with the options of `tests/desktop/session`.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(options: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("mfa-test.")
            .tempdir()
            .unwrap();
        let file = folder.path().join("environment");
        let mut session = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/desktop/session"));
        // Cargo sets variables whose names shells and systemd do not take.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().contains('-'))
        {
            session.env_remove(name);
        }
        let session = session
            .args(options)
            .arg("--env-file")
            .arg(&file)
            .args(["--", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut desktop = Self {
            session,
            environment: Vec::new(),
            folder,
        };
        let mut tries = 0;
        while !file.exists() {
            tries += 1;
            let ended = desktop.session.try_wait().unwrap();
            assert!(
                ended.is_none() && tries < 6,
                "the desktop {options:?} did not start"
            );
            eventually_or_ended(&mut desktop.session, &file);
        }
        desktop.environment = read_environment(&file);
        desktop
    }

    /// Without a screen, on an unlocked gnome-keyring: what most tests want.
    #[must_use]
    pub fn headless() -> Self {
        Self::start(&["--display", "none", "--secrets", "gnome-keyring"])
    }

    /// The same with two accounts, `aws` and `github`.
    #[must_use]
    pub fn with_two_accounts() -> Self {
        let desktop = Self::headless();
        desktop.add("aws", LINK);
        desktop.add(
            "github",
            &format!("otpauth://totp/GitHub:octocat?secret={SECRET}&digits=8"),
        );
        desktop
    }

    /// Without a screen and a keychain.
    #[must_use]
    pub fn without_keychain() -> Self {
        Self::start(&["--display", "none", "--secrets", "none"])
    }

    /// A program in this desktop.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A program of ours in this desktop.
    pub fn ours(&self, program: &str) -> Command {
        self.command(binary(program))
    }

    /// Runs mfactl.
    pub fn mfactl(&self, arguments: &[&str]) -> Run {
        self.mfactl_with(arguments, "")
    }

    /// Runs mfactl with something on its standard input.
    pub fn mfactl_with(&self, arguments: &[&str], input: &str) -> Run {
        run(self.ours("mfactl").args(arguments), input)
    }

    /// Runs mfactl as on a terminal; standard error is part of the output then.
    pub fn mfactl_on_a_terminal(&self, arguments: &str) -> Command {
        let mfactl = binary("mfactl");
        self.on_a_terminal(&format!("exec {} {arguments}", mfactl.display()))
    }

    /// Runs a shell command as on a terminal.
    pub fn on_a_terminal(&self, line: &str) -> Command {
        let mut command = self.command("script");
        command.args([
            "--quiet",
            "--return",
            "--echo",
            "never",
            "--command",
            line,
            "/dev/null",
        ]);
        command
    }

    /// Runs a shell command.
    pub fn shell(&self, line: &str) -> Run {
        run(self.command("bash").args(["-c", line]), "")
    }

    /// Adds an account by its link, whether its secret is there already or not.
    ///
    /// # Panics
    /// If that fails.
    pub fn add(&self, name: &str, link: &str) {
        let added = self
            .mfactl_with(&["add", name, "--yes", "--uri", "-"], link)
            .ok();
        assert!(added.contains(name), "{added}");
    }

    /// Locks the keychain as its user does, and waits until the daemon has taken notice.
    ///
    /// # Panics
    /// If it does not.
    pub fn lock_keychain(&self) {
        self.shell("ds-secrets lock").ok();
        eventually("the daemon notices the lock", || {
            let status = self.mfactl(&["status", "--json"]).ok();
            status.contains(r#""locked":true"#)
        });
    }

    /// Starts a daemon by its command and waits until it listens.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn start_daemon(&self, command: &mut Command) -> Child {
        let daemon = command.spawn().unwrap();
        eventually("the daemon listens", || self.socket().exists());
        daemon
    }

    /// A property of the daemon, as the session bus shows it.
    pub fn property(&self, name: &str) -> String {
        let get = "busctl --user get-property org.mfactl.Authenticator1 \
                   /org/mfactl/Authenticator1 org.mfactl.Authenticator1";
        self.shell(&format!("{get} {name}")).ok()
    }

    /// The process id of the daemon that is running.
    ///
    /// # Panics
    /// If none is.
    #[must_use]
    pub fn daemon(&self) -> u32 {
        let status = self.mfactl(&["status", "--json"]).ok();
        let status: serde_json::Value = serde_json::from_str(&status).unwrap();
        u32::try_from(status["pid"].as_u64().unwrap()).unwrap()
    }

    /// Ends the daemon by a signal, and waits until it is gone.
    ///
    /// # Panics
    /// If it stays.
    pub fn end_daemon(&self, signal: &str) {
        let pid = self.daemon().to_string();
        let killed = run(Command::new("kill").args([signal, &pid]), "");
        assert_eq!(killed.status, 0, "{killed}");
        eventually("the daemon ends", || is_gone(&pid));
    }

    /// A variable of the desktop's environment.
    ///
    /// # Panics
    /// If it is not set.
    #[must_use]
    pub fn variable(&self, name: &str) -> PathBuf {
        let found = self
            .environment
            .iter()
            .find(|(variable, _)| variable == name);
        PathBuf::from(&found.unwrap_or_else(|| panic!("{name} is not set")).1)
    }

    /// All variables of the desktop's environment.
    #[must_use]
    pub fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// The private socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.variable("XDG_RUNTIME_DIR").join("mfad/bus")
    }

    /// Writes the configuration.
    ///
    /// # Panics
    /// If that fails.
    pub fn configure(&self, text: &str) {
        let folder = self.variable("XDG_CONFIG_HOME").join("mfactl");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// A folder of this test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Desktop {
    /// Closing its standard input ends the session, with all that was started in it.
    fn drop(&mut self) {
        drop(self.session.stdin.take());
        drop(self.session.wait());
    }
}

/// Whether all threads of a process are gone; somebody may still have to take note of its end.
fn is_gone(pid: &str) -> bool {
    let process = Path::new("/proc").join(pid);
    let Ok(stat) = std::fs::read_to_string(process.join("stat")) else {
        return true;
    };
    let is_zombie = stat
        .rsplit(')')
        .next()
        .is_some_and(|rest| rest.starts_with(" Z"));
    is_zombie && std::fs::read_dir(process.join("task")).map_or(0, Iterator::count) <= 1
}

fn eventually_or_ended(session: &mut Child, file: &Path) {
    eventually("the desktop is up", || {
        file.exists() || session.try_wait().is_ok_and(|ended| ended.is_some())
    });
}

fn read_environment(file: &Path) -> Vec<(OsString, OsString)> {
    let bytes = std::fs::read(file).unwrap();
    let pairs = bytes.split(|byte| *byte == 0).filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let text = |part: &[u8]| OsString::from_vec(part.to_vec());
        Some((text(&pair[..at]), text(&pair[at + 1..])))
    });
    pairs.collect()
}
