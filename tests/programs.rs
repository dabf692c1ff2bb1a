//! Running programs and waiting for what they do.

use std::fmt;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A program of ours, as `tests/run` has built it.
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

/// The same, as users get it.
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

fn existing(path: PathBuf) -> PathBuf {
    assert!(
        path.exists(),
        "{} is not built: use tests/run",
        path.display()
    );
    path
}

/// What a program printed, and how it ended: all three belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "look at the output or the status"]
pub struct Run {
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// Its exit status; 128 and the signal if a signal ended it.
    pub status: i32,
}

impl Run {
    /// The standard output of a program that has to succeed, without the last newline.
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

    /// The standard error of a program that has to fail with this status.
    ///
    /// # Panics
    /// If it did not.
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

/// Runs a program to its end, with `input` on its standard input.
///
/// # Panics
/// If it cannot be started.
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
    let output = child.wait_with_output().unwrap();
    let status = output.status;
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap_or(0)),
    }
}

/// The code that the independent implementation computes for a base32 secret at a time.
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

/// The time, in seconds since 1970.
///
/// # Panics
/// If the clock stands before that.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// Waits until a condition holds that nothing signals, for ten seconds.
///
/// # Panics
/// If it does not come true.
pub fn eventually(what: &str, holds: impl FnMut() -> bool) {
    eventually_within(10, what, holds);
}

/// The same for something that takes longer, for so many seconds.
///
/// # Panics
/// If it does not come true.
pub fn eventually_within(seconds: u64, what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < Duration::from_secs(seconds),
            "never came true: {what}"
        );
        // Until it is looked at again.
        thread::sleep(Duration::from_millis(20));
    }
}
