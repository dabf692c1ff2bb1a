//! What the program does: it reads all of the file, gives up its rights, and only then looks at it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::args::{Args, Command, Decode, is_stdin};
use crate::error::Error as FileError;
use crate::formats::{self, FORMATS};
use crate::json::Answer;
use crate::{output, platform};

/// The largest file that is read.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The longest password, in bytes.
const MAX_PASSWORD: usize = 4096;

/// How many seconds of a processor it takes at most. The largest picture takes 4.
const SECONDS: u64 = 10;
/// The same where a key may have to be made. The largest takes 7, and three times that on a slow machine.
const SECONDS_WITH_KEY: u64 = 30;

/// Why the program fails.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The file cannot be opened or read.
    #[error("the file cannot be read: {}", .0.kind())]
    Read(#[source] io::Error),
    /// It has more than [`MAX_BYTES`].
    #[error("the file is larger than 64 MiB")]
    TooLarge,
    /// The password cannot be read.
    #[error("the password cannot be read: {}", .0.kind())]
    Password(#[source] io::Error),
    /// It has more than [`MAX_PASSWORD`].
    #[error("the password is longer than {MAX_PASSWORD} bytes")]
    LongPassword,
    /// The rights cannot be given up.
    #[error(transparent)]
    Confine(#[from] platform::Error),
    /// It is of no use.
    #[error(transparent)]
    File(#[from] FileError),
    /// The answer cannot be printed.
    #[error("the answer cannot be printed: {}", .0.kind())]
    Print(#[source] io::Error),
}

impl Failure {
    /// What to do, as a whole sentence.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Read(_) | Self::Password(_) => "Is it there, and may you read it?",
            Self::TooLarge => "Exports are much smaller: is it the right one?",
            Self::LongPassword => "Is it the right file? Its first line is what counts.",
            Self::Confine(_) => {
                "Nothing was decoded; report this, with the version of your kernel."
            }
            Self::File(error) => error.advice(),
            Self::Print(_) => "Try again.",
        }
    }
}

/// Runs the command line that is given, the name of the program first.
///
/// The exit code is documented at [`Args`].
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let result = match args.command {
        Command::Decode(args) => decode(&args),
        Command::Formats => list(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output::fail(&failure),
    }
}

fn decode(args: &Decode) -> Result<(), Failure> {
    // In this order: where both come from standard input, the password comes first.
    let password = args.password_file.as_deref().map(password).transpose()?;
    let bytes = read(&args.file)?;
    let with_key = password.is_some();
    platform::confine(if with_key { SECONDS_WITH_KEY } else { SECONDS })?;
    let format = match &args.format {
        Some(name) => formats::named(name),
        None => formats::detect(&bytes),
    };
    let format = format.ok_or(FileError::NotRecognised)?;
    let found = format.read(&bytes, password.as_deref().map(Vec::as_slice))?;
    let mut json = Zeroizing::new(Vec::new());
    serde_json::to_writer(&mut *json, &Answer::new(format, &found))
        .map_err(|error| Failure::Print(error.into()))?;
    json.push(b'\n');
    output::answer(&json).map_err(Failure::Print)
}

fn list() -> Result<(), Failure> {
    let width = FORMATS.iter().map(|format| format.name().len()).max();
    let width = width.unwrap_or(0);
    let mut text = String::new();
    for format in FORMATS {
        text.push_str(&format!("{:<width$} {}\n", format.name(), format.title()));
    }
    output::answer(text.as_bytes()).map_err(Failure::Print)
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if is_stdin(path) {
        return read_all(io::stdin().lock());
    }
    read_all(File::open(path).map_err(Failure::Read)?)
}

/// The first line of a file, without its line break.
fn password(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if is_stdin(path) {
        return first_line(io::stdin().lock());
    }
    first_line(BufReader::new(File::open(path).map_err(Failure::Password)?))
}

fn first_line(source: impl BufRead) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PASSWORD + 3));
    let most = bytes.capacity() as u64;
    let read = source.take(most).read_until(b'\n', &mut bytes);
    read.map_err(Failure::Password)?;
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    if bytes.ends_with(b"\r") {
        bytes.pop();
    }
    if bytes.len() > MAX_PASSWORD {
        return Err(Failure::LongPassword);
    }
    Ok(bytes)
}

fn read_all(source: impl Read) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = source.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    if read.map_err(Failure::Read)? as u64 > MAX_BYTES {
        return Err(Failure::TooLarge);
    }
    Ok(bytes)
}
