//! Has what others have made decoded: by mfa-import, a program without rights.
//!
//! A file, a picture or a text goes to it through a pipe, with the password before it if there is one;
//! so neither is in an argument, in the environment or on disk. What is in it is not looked at here.

mod answer;
mod gather;
mod platform;

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mfa_ipc::launcher;
use mfa_ipc::types::AccountFields;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

pub use gather::gather;

/// How long it may take. It limits its own use of the processor, but a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest answer that is taken, in bytes.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// The largest file that is sent, in bytes: mfa-import takes that much, and says so of more.
const MAX_FILE: u64 = 64 * 1024 * 1024 + 1;

/// What mfa-import calls a picture.
pub const PICTURE: &str = "qr";

/// What is to be decoded.
#[derive(Clone, Copy, Default)]
pub struct Source<'s> {
    /// The file.
    pub bytes: &'s [u8],
    /// Of which format it is; found out if not given.
    pub format: Option<&'s str>,
    /// The password that it was encrypted with, one line.
    pub password: Option<&'s str>,
}

/// What was found.
#[derive(Default)]
pub struct Decoded {
    /// The format.
    pub format: String,
    /// What it is, for people: “a vault of Aegis”.
    pub what: String,
    /// What can be added.
    pub accounts: Vec<AccountFields>,
    /// What cannot, and why.
    pub skipped: Vec<Skipped>,
    /// Of exports that are spread over several QR codes, those that were read.
    pub parts: Vec<Part>,
}

impl Decoded {
    /// The QR codes of an export that were not there.
    #[must_use]
    pub fn missing(&self) -> Vec<Part> {
        let parts = self.skipped.iter().filter_map(|skipped| skipped.part);
        parts.collect()
    }
}

/// Something that cannot be added.
#[derive(Debug, Deserialize)]
pub struct Skipped {
    /// Where it stands, or what it is called.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The part of an export, if that is what is missing.
    #[serde(default)]
    pub part: Option<Part>,
}

/// One of the QR codes that an export is spread over.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct Part {
    /// The number of the export.
    pub batch: i64,
    /// Which one it is, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

/// Why nothing was found.
#[derive(Debug, Error)]
pub enum Error {
    /// The program cannot be run.
    #[error("{program} cannot be run: {source}. Install it beside mfactl.", program = program.display())]
    NotStarted {
        /// Which program.
        program: PathBuf,
        /// What the kernel says.
        source: io::Error,
    },
    /// It says what is wrong with the input.
    #[error("{said}")]
    Refused {
        /// For programs.
        why: Why,
        /// For people.
        said: String,
    },
    /// It was ended: by its own limits, or because it took too long.
    #[error("it takes too much time or memory to be read")]
    TooMuch,
    /// Its answer is not what it should be.
    #[error("mfa-import is of another version. Install it anew.")]
    Answer(#[source] serde_json::Error),
    /// The pipes between us broke.
    #[error("mfa-import does not answer: {0}")]
    Pipe(#[from] io::Error),
}

/// What is wrong with the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is no format of that name.
    NoSuchFormat,
    /// It is of no format that is known.
    NotRecognised,
    /// It is encrypted, and there was no password.
    PasswordNeeded,
    /// It is encrypted with another password.
    WrongPassword,
    /// It is of the format, but damaged.
    Damaged,
    /// Anything else.
    Other,
}

impl Why {
    fn from_exit(code: i32) -> Self {
        match code {
            2 => Self::NoSuchFormat,
            3 => Self::NotRecognised,
            4 => Self::PasswordNeeded,
            5 => Self::WrongPassword,
            6 => Self::Damaged,
            _ => Self::Other,
        }
    }
}

impl Error {
    /// What is wrong with the input, if that is what it is.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        match self {
            Self::Refused { why, .. } => Some(*why),
            _ => None,
        }
    }
}

/// Reads a file or a pipe to its end, as far as it can be decoded. `expected` is its size, if known.
///
/// # Errors
/// What the kernel says.
pub fn read(file: impl Read, expected: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    // All at once: a buffer that grows would leave copies of itself behind.
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
        // As one argument: it may begin with a hyphen.
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

/// It reads everything before it says anything.
async fn talk(mut child: Child, source: Source<'_>) -> Result<Decoded, Error> {
    if let Some(mut stdin) = child.stdin.take() {
        let mut write = async |bytes| match stdin.write_all(bytes).await {
            // Who has read enough closes the pipe; the answer says why.
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
        Some(0) => answer::read(&answer).map_err(Error::Answer),
        Some(code) if !said.trim().is_empty() => {
            let said = said.trim();
            let said = said.strip_prefix("mfa-import: ").unwrap_or(said);
            Err(Error::Refused {
                why: Why::from_exit(code),
                said: said.to_owned(),
            })
        }
        // Systems without signals have exit codes for it.
        _ => Err(Error::TooMuch),
    }
}

/// Finds accounts in the pictures of one screen: some may show none, but not all.
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
