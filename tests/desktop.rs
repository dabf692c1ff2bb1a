//! A private desktop: a session bus, a keychain and a screen, all of them real and all thrown away.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::programs::{Run, binary, comes_true, eventually, run};
use crate::{LINK, SECRET};

/// How many seconds a desktop may take to start. Its slowest part may take 20, and more on a busy machine.
const START: u64 = 60;
/// The number of lines of its log that are shown if it does not start.
const LINES: usize = 12;

/// A desktop that lasts as long as this value.
pub struct Desktop {
    session: Child,
    environment: Vec<(OsString, OsString)>,
    folder: TempDir,
}

impl Desktop {
    /// Starts a desktop with the options of `tests/desktop/session`.
    ///
    /// Where there is a screen, the daemon could ask the user before a test gets a code. Most tests are not about that,
    /// so a rule allows everybody everything there.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(options: &[&str]) -> Self {
        let desktop = Self::strict(options);
        if !options.starts_with(&["--display", "none", "--secrets"]) {
            desktop.rules(r#"{"verdict":"allow","subject":"anybody"}"#);
        }
        desktop
    }

    /// Starts a desktop likewise, without any rule.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn strict(options: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("mfa-test.")
            .tempdir()
            .unwrap();
        let (file, log) = (folder.path().join("environment"), folder.path().join("log"));
        let mut session = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/desktop/session"));
        // Cargo sets variables whose names shells and systemd do not accept.
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
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut desktop = Self {
            session,
            environment: Vec::new(),
            folder,
        };
        let session = &mut desktop.session;
        let is_over = || file.exists() || session.try_wait().is_ok_and(|ended| ended.is_some());
        let is_over = comes_true(START, is_over);
        assert!(
            is_over && file.exists(),
            "the desktop {options:?} did not start: {}",
            tail(&log)
        );
        desktop.environment = read_environment(&file);
        desktop
    }

    /// Starts a desktop without a screen and with an unlocked gnome-keyring, which most tests want.
    #[must_use]
    pub fn headless() -> Self {
        Self::start(&["--display", "none", "--secrets", "gnome-keyring"])
    }

    /// Starts the same with two accounts, `aws` and `github`.
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

    /// Starts a desktop without a screen and without a keychain.
    #[must_use]
    pub fn without_keychain() -> Self {
        Self::start(&["--display", "none", "--secrets", "none"])
    }

    /// Returns a command that runs a program in this desktop.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Returns a command that runs one of our programs in this desktop.
    pub fn ours(&self, program: &str) -> Command {
        self.command(binary(program))
    }

    /// Runs mfactl.
    pub fn mfactl(&self, arguments: &[&str]) -> Run {
        self.mfactl_with(arguments, "")
    }

    /// Runs mfactl with a text on its standard input.
    pub fn mfactl_with(&self, arguments: &[&str], input: &str) -> Run {
        run(self.ours("mfactl").args(arguments), input)
    }

    /// Returns a command that runs mfactl as on a terminal, with standard error as a part of the output.
    pub fn mfactl_on_a_terminal(&self, arguments: &str) -> Command {
        let mfactl = binary("mfactl");
        self.on_a_terminal(&format!("exec {} {arguments}", mfactl.display()))
    }

    /// Returns a command that runs a shell command as on a terminal.
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

    /// Adds an account by its link, even if its secret is there already.
    ///
    /// # Panics
    /// If that fails.
    pub fn add(&self, name: &str, link: &str) {
        let added = self
            .mfactl_with(&["add", name, "--yes", "--uri", "-"], link)
            .ok();
        assert!(added.contains(name), "{added}");
    }

    /// Locks the keychain as its user does, and waits until the daemon has noticed.
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
        eventually("the daemon listens", || is_listening(&self.socket()));
        daemon
    }

    /// Returns a property of the daemon, as the session bus shows it.
    pub fn property(&self, name: &str) -> String {
        let get = "busctl --user get-property org.mfactl.Authenticator1 \
                   /org/mfactl/Authenticator1 org.mfactl.Authenticator1";
        self.shell(&format!("{get} {name}")).ok()
    }

    /// Returns the process id of the running daemon.
    ///
    /// # Panics
    /// If no daemon is running.
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

    /// Returns a variable of the desktop's environment.
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

    /// Returns all variables of the desktop's environment.
    #[must_use]
    pub fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// Returns the path of the private socket.
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

    /// Writes the access rules, which the daemon reads when it starts.
    ///
    /// # Panics
    /// If that fails.
    pub fn rules(&self, rules: &str) {
        let folder = self.variable("XDG_STATE_HOME").join("mfactl");
        std::fs::create_dir_all(&folder).unwrap();
        let text = format!(r#"{{"version":1,"rules":[{rules}]}}"#);
        std::fs::write(folder.join("access.json"), text).unwrap();
    }

    /// Returns the command line of a person who types lines into the shell of a terminal.
    pub fn person(&self, lines: &[&str]) -> Run {
        let mfactl = binary("mfactl");
        let folder = mfactl.parent().unwrap().display();
        // An answer to a question that was not asked is taken for a command, and that of this name would never end.
        let start = format!("PATH={folder}:$PATH; yes() {{ echo 'nothing has asked'; }}");
        let typed = format!("{start}\n{}\nexit\n", lines.join("\n"));
        // By exec, since a shell between would lead the session.
        let shell = "exec bash --noprofile --norc -i";
        run(&mut self.on_a_terminal(shell), &typed)
    }

    /// Returns the folder of this test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Desktop {
    /// Closes the session's standard input, which ends it with everything that was started in it.
    fn drop(&mut self) {
        drop(self.session.stdin.take());
        drop(self.session.wait());
    }
}

/// Returns whether a socket accepts connections: its file is there a little earlier.
fn is_listening(socket: &Path) -> bool {
    // The kernel's flag for this, __SO_ACCEPTCON.
    const ACCEPTS: &str = "00010000";
    let sockets = std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
    let path = socket.to_string_lossy();
    let mut lines = sockets.lines().filter(|line| line.ends_with(&*path));
    lines.any(|line| line.split_whitespace().nth(3) == Some(ACCEPTS))
}

/// Returns whether all threads of a process are gone. Its parent may still have to wait for it.
#[must_use]
pub fn is_gone(pid: &str) -> bool {
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

/// Returns the last lines of a log, which say what went wrong.
fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    let last = lines.len().saturating_sub(LINES);
    match &lines[last..] {
        [] => "its log is empty".to_owned(),
        lines => lines.join("\n"),
    }
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
