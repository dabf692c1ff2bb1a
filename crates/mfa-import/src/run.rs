//! Runs the program: it reads the whole file, gives up its privileges, and only then decodes the file.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mfa_sys::confine;
use zeroize::Zeroizing;

use crate::args::{Args, Command, Decode, is_stdin};
use crate::error::Error;
use crate::failure::{Failure, MAX_BYTES, MAX_PASSWORD};
use crate::formats::{self, FORMATS};
use crate::{json, output};

/// The limit on memory: the 1 GiB of the most expensive key, and room for the file.
const MAX_MEMORY: u64 = 1536 * 1024 * 1024;
/// The limit on processor time. The largest picture takes 4 seconds, but some small ones would keep the decoder busy for
/// hours.
const TIME: Duration = Duration::from_secs(10);
/// The limit on processor time where a key may have to be derived. The most expensive key takes 7 seconds,
/// and three times that on a slow machine.
const TIME_WITH_KEY: Duration = Duration::from_secs(30);

/// Runs a command line. The first argument is the name of the program.
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
    // The order matters: if both come from standard input, the password comes first.
    let password = args.password_file.as_deref().map(password).transpose()?;
    let bytes = read(&args.file)?;
    let with_key = password.is_some();
    let time = if with_key { TIME_WITH_KEY } else { TIME };
    confine::process(MAX_MEMORY, time)?;
    let format = match &args.format {
        Some(name) => formats::named(name),
        None => formats::detect(&bytes),
    };
    let format = format.ok_or(Error::NotRecognised)?;
    let found = format.read(&bytes, password.as_deref().map(Vec::as_slice))?;
    let answer = json::answer(format, found);
    let mut json = Zeroizing::new(Vec::new());
    serde_json::to_writer(&mut *json, &answer).map_err(|error| Failure::Print(error.into()))?;
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

/// Reads the first line of a file, without its line break.
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
