//! Has untrusted input decoded by mfa-import, a program without privileges.
//!
//! The file, picture or text goes to that program through a pipe, after the password if there is one. So
//! neither appears in an argument, in the environment or on disk. This crate does not examine the input
//! itself.

mod adding;
mod answer;
mod gather;
mod platform;
mod series;
mod strength;

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mfa_core::AccountChange;
pub use mfa_helper::import::{Exit, Part, Skipped};
use mfa_helper::import::{PREFIX, SCHEMA};
use mfa_ipc::launcher;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

pub use adding::{Adding, NOTHING_NEW, Tally, accounts};
pub use gather::gather;
pub use series::missing;
pub use strength::{Short, short};

/// The limit on the duration of mfa-import. It limits its own processor time, but the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest accepted answer, in bytes.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// The largest file that is sent, in bytes: one more than mfa-import accepts, so that it reports larger ones.
const MAX_FILE: u64 = 64 * 1024 * 1024 + 1;

/// The name of the format for pictures in mfa-import.
pub const PICTURE: &str = "qr";

/// The input of mfa-import.
#[derive(Clone, Copy, Default)]
pub struct Source<'s> {
    /// The file.
    pub bytes: &'s [u8],
    /// The format, or `None` to detect it.
    pub format: Option<&'s str>,
    /// The password of an encrypted file, one line.
    pub password: Option<&'s str>,
}

/// The contents of a file.
#[derive(Default)]
pub struct Decoded {
    /// The format.
    pub format: String,
    /// A description of the file, for people: “an Aegis vault”.
    pub what: String,
    /// The accounts that can be added.
    pub accounts: Vec<AccountChange>,
    /// The entries that cannot be added, and the reasons.
    pub skipped: Vec<Skipped>,
    /// The QR codes that were read, of exports that are spread over several.
    pub parts: Vec<Part>,
}

impl Decoded {
    /// Returns the missing QR codes of an export.
    #[must_use]
    pub fn missing(&self) -> Vec<Part> {
        let parts = self.skipped.iter().filter_map(|skipped| skipped.part);
        parts.collect()
    }
}

/// The input cannot be decoded.
#[derive(Debug, Error)]
pub enum Error {
    /// mfa-import cannot be started.
    #[error("cannot run {program}: {source}. Install it beside mfactl.", program = program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// mfa-import has refused the input.
    #[error("{said}")]
    Refused {
        /// The reason, for programs.
        why: Exit,
        /// The message, for people.
        said: String,
    },
    /// mfa-import was ended by its own limits, or because it took too long.
    #[error("decoding the file takes too much time or memory")]
    TooMuch,
    /// The answer has another schema.
    #[error(
        "mfa-import is from a different version of mfactl: its output has schema {0} instead of {ours}. Install both \
         from one release.",
        ours = SCHEMA
    )]
    Version(u32),
    /// The answer is invalid.
    #[error("mfa-import does not match the version of this program. Install mfa-import again.")]
    Answer(#[source] serde_json::Error),
    /// The pipe is broken.
    #[error("mfa-import does not answer: {0}")]
    Pipe(#[from] io::Error),
}

impl Error {
    /// Returns the reason why mfa-import refused the input, if it did.
    #[must_use]
    pub fn why(&self) -> Option<Exit> {
        match self {
            Self::Refused { why, .. } => Some(*why),
            _ => None,
        }
    }
}

/// Reads a file or a pipe up to the size that can be decoded. `expected` is its size, if known.
///
/// # Errors
/// An error of the operating system.
pub fn read(file: impl Read, expected: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    // One allocation holds everything: a growing buffer would leave copies of itself behind.
    let room = usize::try_from(expected.min(MAX_FILE)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 1));
    file.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Finds accounts in a file, a picture or a text.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub async fn decode(source: Source<'_>) -> Result<Decoded, Error> {
    let program = launcher::beside("mfa-import");
    let mut command = Command::new(&program);
    command.arg("decode");
    if let Some(format) = source.format {
        // It must be one argument, since the format may begin with a hyphen.
        command.arg(format!("--format={format}"));
    }
    if source.password.is_some() {
        command.args(["--password-file", "-"]);
    }
    command
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    platform::quiet(&mut command);
    let child = command.spawn();
    let child = child.map_err(|source| Error::NotStarted { program, source })?;
    let answer = tokio::time::timeout(PATIENCE, talk(child, source));
    answer.await.map_err(|_| Error::TooMuch)?
}

/// Sends the input to mfa-import and reads the answer. mfa-import reads everything before it writes.
async fn talk(mut child: Child, source: Source<'_>) -> Result<Decoded, Error> {
    if let Some(mut stdin) = child.stdin.take() {
        let mut write = async |bytes| match stdin.write_all(bytes).await {
            // mfa-import closes the pipe when it has read enough. The answer says why.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        };
        if let Some(password) = source.password {
            write(password.as_bytes()).await?;
            write(b"\n").await?;
        }
        write(source.bytes).await?;
    }
    let mut answer = Zeroizing::new(Vec::new());
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    }
    let mut said = String::new();
    if let Some(stderr) = child.stderr.take() {
        stderr.take(4096).read_to_string(&mut said).await?;
    }
    match child.wait().await?.code() {
        Some(0) => answer::read(&answer),
        Some(code) if !said.trim().is_empty() => {
            let said = said.trim();
            let said = said.strip_prefix(PREFIX).unwrap_or(said);
            Err(Error::Refused {
                why: Exit::from_code(code),
                said: said.to_owned(),
            })
        }
        // Systems without signals have exit codes for this.
        _ => Err(Error::TooMuch),
    }
}

/// Finds accounts in the pictures of one screen. At least one picture must contain accounts.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub async fn decode_screen(pictures: &[Zeroizing<Vec<u8>>]) -> Result<Decoded, Error> {
    let (mut found, mut last) = (Vec::new(), None);
    for bytes in pictures {
        let source = Source {
            bytes,
            format: Some(PICTURE),
            password: None,
        };
        match decode(source).await {
            Ok(decoded) => found.push(decoded),
            Err(error) => last = Some(error),
        }
    }
    match last {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(gather(found)),
    }
}
