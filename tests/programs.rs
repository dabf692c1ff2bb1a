//! Runs programs and waits for their effects.

use std::fmt;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Returns the path of one of our programs, as `tests/run` has built it.
///
/// # Panics
/// If it is not there.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let beside_the_test = || {
        let test = std::env::current_exe().unwrap();
        test.parent()
            .and_then(|deps| deps.parent())
            .unwrap()
            .to_owned()
    };
    let folder = std::env::var_os("MFA_BIN_DIR").map_or_else(beside_the_test, PathBuf::from);
    existing(folder.join(name))
}

/// Returns the same, as users get it.
///
/// # Panics
/// If it is not there.
#[must_use]
pub fn release_binary(name: &str) -> PathBuf {
    let folder = std::env::var_os("MFA_RELEASE_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/release"),
        PathBuf::from,
    );
    existing(folder.join(name))
}

/// What the daemon calls the program that runs the tests.
///
/// # Panics
/// If the system does not tell.
#[must_use]
pub fn own_name() -> String {
    let own = std::env::current_exe().unwrap();
    own.file_name().unwrap().to_string_lossy().into_owned()
}

fn existing(path: PathBuf) -> PathBuf {
    assert!(
        path.exists(),
        "{} is not built: use tests/run",
        path.display()
    );
    path
}

/// The output of a program and how it ended, which belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "look at the output or the status"]
pub struct Run {
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// Its exit status; 128 plus the signal if a signal ended it.
    pub status: i32,
}

impl Run {
    /// Returns the standard output of a program that has to succeed, without the last newline.
    ///
    /// # Panics
    /// If it failed.
    #[expect(
        clippy::must_use_candidate,
        reason = "that it succeeded is often all one wants"
    )]
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "it failed: {self}");
        self.stdout.trim_end().to_owned()
    }

    /// Returns the standard error of a program that has to fail with this status.
    ///
    /// # Panics
    /// If the status is another one.
    #[must_use]
    pub fn fails(self, status: i32) -> String {
        assert_eq!(self.status, status, "another status: {self}");
        self.stderr.trim_end().to_owned()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}--- stderr\n{}--- status {}",
            self.stdout, self.stderr, self.status
        )
    }
}

/// How long a program may take: far longer than any does, so that one that hangs fails its own test alone.
const PATIENCE: Duration = Duration::from_secs(180);

/// Runs a program to its end, with `input` on its standard input.
///
/// # Panics
/// If it cannot be started or does not end.
pub fn run(command: &mut Command, input: &str) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    // A program that ends without reading its input is not an error here.
    let written = child.stdin.take().unwrap().write_all(input.as_bytes());
    drop(written);
    let pid = child.id().to_string();
    let (done, ended) = mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    let output = ended.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        drop(Command::new("kill").args(["-KILL", &pid]).status());
        let program = command.get_program().display();
        panic!("{program} did not end within {PATIENCE:?}")
    });
    let output = output.unwrap();
    let status = output.status;
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap_or(0)),
    }
}

/// Writes a script that can be executed. Another process writes it: what is open for writing here is also open, for a
/// moment, in each process that another test starts, and the system executes no file that is (`ETXTBSY`).
///
/// # Panics
/// If it cannot be written.
pub fn script(path: &Path, text: &str) {
    let mut install = Command::new("install");
    run(install.args(["-m", "755", "/dev/stdin"]).arg(path), text).ok();
}

/// Copies a program, by another process as well.
///
/// # Panics
/// If it cannot be copied.
pub fn copy_program(from: &Path, to: &Path) {
    run(Command::new("cp").arg(from).arg(to), "").ok();
}

/// Returns the code that an independent implementation computes for a base32 secret at a time.
///
/// # Panics
/// If `oathtool` fails.
#[must_use]
pub fn oathtool(secret: &str, period: u64, time: u64) -> String {
    let mut oathtool = Command::new("oathtool");
    oathtool.args([
        "--totp",
        "-s",
        &format!("{period}s"),
        "-N",
        &format!("@{time}"),
        "-b",
        secret,
    ]);
    run(&mut oathtool, "").ok()
}

/// Returns the time in seconds since 1970.
///
/// # Panics
/// If the clock is set before that.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// Waits up to ten seconds until a condition holds whose change is not signalled.
///
/// # Panics
/// If the condition does not come true.
pub fn eventually(what: &str, holds: impl FnMut() -> bool) {
    eventually_within(10, what, holds);
}

/// Waits likewise, but for up to the given number of seconds.
///
/// # Panics
/// If the condition does not come true.
pub fn eventually_within(seconds: u64, what: &str, holds: impl FnMut() -> bool) {
    assert!(comes_true(seconds, holds), "never came true: {what}");
}

/// Waits until a condition holds whose change is not signalled. Returns whether it did within `seconds`.
pub(crate) fn comes_true(seconds: u64, mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() >= Duration::from_secs(seconds) {
            return false;
        }
        // Wait until the next check.
        thread::sleep(Duration::from_millis(20));
    }
    true
}
