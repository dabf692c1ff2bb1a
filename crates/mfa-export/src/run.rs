//! Runs the program: it reads the request, and prints what the format cannot hold and the export.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mfa_core::Account;
use mfa_core::item::Entry;
use mfa_helper::export::{Answer, Form, Piece, Request, SCHEMA};
use mfa_sys::confine;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::args::{Args, Command};
use crate::failure::{Failure, MAX_BYTES};
use crate::formats::{self, Codes, FORMATS, Format, Options, Sealed};
use crate::holds::Report;
use crate::{Bytes, entries, output, qr};

/// The limit on memory. The most expensive key takes 256 MiB, and the largest request many times its size.
const MAX_MEMORY: u64 = 1536 * 1024 * 1024;
/// The limit on processor time. Pictures of a thousand QR codes take a few seconds.
const TIME: Duration = Duration::from_secs(120);

/// Runs a command line. The first argument is the name of the program.
///
/// The exit code is documented at [`Args`].
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let result = match args.command {
        Command::Write => write(),
        Command::Formats => list(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output::fail(&failure),
    }
}

fn list() -> Result<(), Failure> {
    let width = FORMATS.iter().map(|format| format.name().len()).max();
    let width = width.unwrap_or(0);
    let lines = FORMATS
        .iter()
        .map(|format| format!("{:<width$} {}\n", format.name(), format.title()));
    let text: String = lines.collect();
    output::answer(&[text.as_bytes()]).map_err(Failure::Print)
}

fn write() -> Result<(), Failure> {
    confine::process(MAX_MEMORY, TIME)?;
    let request = request(&read()?)?;
    let (answer, parts) = answer(request)?;
    let mut line = serde_json::to_vec(&answer).map_err(|_| Failure::Encode)?;
    line.push(b'\n');
    let mut pieces = vec![line.as_slice()];
    pieces.extend(parts.iter().map(|part| part.as_slice()));
    output::answer(&pieces).map_err(Failure::Print)
}

fn read() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = io::stdin()
        .lock()
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes);
    if read.map_err(Failure::Read)? as u64 > MAX_BYTES {
        return Err(Failure::TooLarge);
    }
    Ok(bytes)
}

/// Reads a request. One of another version must not be half understood: accounts would be wrong.
fn request(bytes: &[u8]) -> Result<Request<Value>, Failure> {
    let request: Value = serde_json::from_slice(bytes).map_err(|_| Failure::Request)?;
    let schema = request["schema"].as_u64().ok_or(Failure::Request)?;
    if schema != u64::from(SCHEMA) {
        return Err(Failure::Version(u32::try_from(schema).unwrap_or(u32::MAX)));
    }
    serde_json::from_value(request).map_err(|_| Failure::Request)
}

/// Returns the answer and the parts that follow it.
fn answer(request: Request<Value>) -> Result<(Answer, Vec<Bytes>), Failure> {
    let format = formats::named(&request.format).ok_or(Failure::UnknownFormat)?;
    let how = How::of(format, &request)?;
    let (mut accounts, mut links) = (Vec::new(), Vec::new());
    for item in request.accounts {
        accounts.push(entries::account(item.account)?);
        links.push(item.link);
    }
    let report = how.report(format, &accounts);
    let written = report.kept.iter().filter(|kept| **kept).count();
    let mut answer = Answer {
        schema: SCHEMA,
        left_out: report.left_out,
        lost: report.lost,
        written,
        count: how.count(written),
        parts: Vec::new(),
    };
    if answer.written == 0 || links.iter().all(Option::is_none) {
        return Ok((answer, Vec::new()));
    }
    let mut kept = Vec::new();
    let all = accounts.into_iter().zip(links).zip(report.kept);
    for ((account, link), _) in all.filter(|(_, kept)| *kept) {
        kept.push(entries::entry(account, &link.ok_or(Failure::Request)?)?);
    }
    let password = request.password.as_deref().map(String::as_str);
    let options = Options {
        date: &request.date,
        keepass2: request.keepass2,
    };
    let parts = how.write(&kept, password, options)?;
    let (names, parts): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let part = |(name, part): (String, &Bytes)| Piece {
        name,
        bytes: part.len(),
    };
    answer.parts = names.into_iter().zip(&parts).map(part).collect();
    Ok((answer, parts))
}

/// How the accounts are written.
enum How<'f> {
    File(&'f dyn Format),
    Sealed(&'f dyn Sealed),
    Drawn(&'f dyn Codes, fn(&str) -> Result<Bytes, Failure>),
}

impl<'f> How<'f> {
    fn of(format: &'f dyn Format, request: &Request<Value>) -> Result<Self, Failure> {
        let codes = || format.codes().ok_or(Failure::NoCodes);
        let sealed = format.sealed().filter(|_| request.encrypt);
        if request.keepass2 && !sealed.is_some_and(Sealed::has_keepass2) {
            return Err(Failure::NoKeePass2);
        }
        Ok(match (request.form, request.encrypt) {
            (Form::File, false) => Self::File(format),
            (Form::File, true) => Self::Sealed(format.sealed().ok_or(Failure::NoEncryption)?),
            (_, true) => return Err(Failure::NoEncryption),
            (Form::Text, false) => Self::Drawn(codes()?, qr::text),
            (Form::Png, false) => Self::Drawn(codes()?, qr::png),
        })
    }

    /// Finds what the export cannot hold.
    fn report(&self, format: &dyn Format, accounts: &[Account]) -> Report {
        match self {
            Self::Sealed(sealed) => sealed.report(accounts),
            Self::File(_) | Self::Drawn(..) => format.report(accounts),
        }
    }

    /// Returns how many parts an export of some accounts may have.
    fn count(&self, accounts: usize) -> (usize, usize) {
        match self {
            Self::File(_) | Self::Sealed(_) => (1, 1),
            Self::Drawn(codes, _) => codes.count(accounts).into_inner(),
        }
    }

    /// Writes the export. Each part has a name.
    fn write(
        &self,
        entries: &[Entry],
        password: Option<&str>,
        options: Options<'_>,
    ) -> Result<Vec<(String, Bytes)>, Failure> {
        let file = match self {
            Self::File(format) => format.write(entries, options)?,
            Self::Sealed(format) => {
                let password = password.ok_or(Failure::Request)?;
                format.seal(entries, password, options)?
            }
            Self::Drawn(codes, draw) => {
                let codes = codes.codes(entries)?.into_iter();
                let drawn = codes.map(|code| Ok((code.name, draw(&code.link)?)));
                return drawn.collect();
            }
        };
        Ok(vec![(String::new(), file)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_another_version_is_refused_without_showing_it() {
        let error = |text: &str| request(text.as_bytes()).err().unwrap();
        let newer = error(r#"{"schema":2,"accounts":"PRIVATE"}"#);
        assert!(matches!(newer, Failure::Version(2)));
        assert_eq!(newer.exit() as u8, 2);
        for invalid in ["", "{}", r#"{"schema":1,"format":"PRIVATE"}"#, "PRIVATE"] {
            let error = error(invalid);
            assert!(matches!(error, Failure::Request), "{error}");
            assert!(!format!("{error:?}").contains("PRIVATE"));
        }
    }
}
