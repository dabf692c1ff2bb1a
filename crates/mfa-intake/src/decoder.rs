//! Runs mfa-import, which decodes what others have made in a process without rights.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mfa_ipc::launcher;
use mfa_ipc::types::AccountFields;
use serde::Deserialize;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

/// How long it may take. It limits its own use of the processor, but a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest answer that is taken, in bytes.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

/// What was found.
pub struct Decoded {
    /// What can be added.
    pub accounts: Vec<AccountFields>,
    /// What cannot, and why.
    pub skipped: Vec<Skipped>,
}

/// Something that cannot be added.
#[derive(Debug, Deserialize)]
pub struct Skipped {
    /// Where it stands, or what it is called.
    pub name: String,
    /// Why.
    pub reason: String,
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
    /// It says what is wrong with the input, for people.
    #[error("{0}")]
    Refused(String),
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

#[derive(Deserialize)]
struct Answer {
    accounts: Vec<Account>,
    skipped: Vec<Skipped>,
}

#[derive(Deserialize)]
struct Account {
    r#type: String,
    issuer: String,
    username: String,
    name: String,
    secret: String,
    pin: Option<String>,
    algorithm: String,
    digits: u32,
    period: Option<u32>,
    counter: Option<u64>,
    tags: Vec<String>,
    note: String,
    pinned: bool,
}

impl From<Account> for AccountFields {
    fn from(account: Account) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            uri: None,
            secret: Some(Zeroizing::new(account.secret)),
            pin: account.pin.map(Zeroizing::new),
            name: some(account.name),
            issuer: some(account.issuer),
            username: some(account.username),
            kind: Some(account.r#type),
            algorithm: Some(account.algorithm),
            digits: Some(account.digits),
            period: account.period,
            counter: account.counter,
            tags: Some(account.tags).filter(|tags| !tags.is_empty()),
            pinned: Some(account.pinned),
            note: some(account.note),
            serial: None,
        }
    }
}

/// Finds accounts in a picture or a text.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub async fn decode(input: &[u8]) -> Result<Decoded, Error> {
    let program = launcher::beside("mfa-import");
    let child = Command::new(&program)
        .args(["decode", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let child = child.map_err(|source| Error::NotStarted { program, source })?;
    let answer = tokio::time::timeout(PATIENCE, talk(child, input));
    answer.await.map_err(|_| Error::TooMuch)?
}

/// It reads everything before it says anything.
async fn talk(mut child: Child, input: &[u8]) -> Result<Decoded, Error> {
    if let Some(mut stdin) = child.stdin.take() {
        // Who has read enough closes the pipe; the answer says why.
        match stdin.write_all(input).await {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
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
        Some(0) => {
            let answer: Answer = serde_json::from_slice(&answer).map_err(Error::Answer)?;
            Ok(Decoded {
                accounts: answer.accounts.into_iter().map(Into::into).collect(),
                skipped: answer.skipped,
            })
        }
        Some(_) => {
            let said = said.trim();
            let said = said.strip_prefix("mfa-import: ").unwrap_or(said);
            Err(Error::Refused(said.to_owned()))
        }
        None => Err(Error::TooMuch),
    }
}
