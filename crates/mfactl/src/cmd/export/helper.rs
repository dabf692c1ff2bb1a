//! Has mfa-export write accounts in a format. mfactl links no format.
//!
//! The accounts go to that program through a pipe, and so does what it writes. Neither appears in an argument, in the
//! environment or in a file.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use mfa_core::Account;
use mfa_helper::export::{self, Answer, Exit, Form, Item, PREFIX, Request, SCHEMA, WRITE};
use mfa_host::utc;
use mfa_ipc::launcher;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::text::clean;

/// What is to be written.
#[derive(Clone, Copy)]
pub(crate) struct Job<'j> {
    pub(crate) format: &'j str,
    pub(crate) form: Form,
    pub(crate) encrypt: bool,
    pub(crate) keepass2: bool,
    pub(crate) now: u64,
}

/// The answer, with the bytes that follow it.
pub(crate) struct Written {
    pub(crate) answer: Answer,
    output: Zeroizing<Vec<u8>>,
}

impl Written {
    /// Returns the parts of the export with their names.
    pub(crate) fn parts(&self) -> Result<Vec<(&str, &[u8])>, Error> {
        let rest = export::split(&self.output).map(|(_, rest)| rest);
        let parts = rest.and_then(|rest| export::parts(&self.answer, rest));
        let names = self.answer.parts.iter().map(|part| &*part.name);
        Ok(names.zip(parts.ok_or_else(mismatch)?).collect())
    }
}

/// The field that each version has.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// Runs mfa-export. Accounts without links are only checked.
pub(crate) fn write(
    job: Job<'_>,
    password: Option<Zeroizing<String>>,
    accounts: Vec<Item<&Account>>,
) -> Result<Written, Error> {
    let request = Request {
        schema: SCHEMA,
        format: job.format.to_owned(),
        form: job.form,
        encrypt: job.encrypt,
        password,
        keepass2: job.keepass2,
        date: utc::date(job.now),
        accounts,
    };
    let request = serde_json::to_vec(&request).map(Zeroizing::new);
    let request = request.map_err(io::Error::from)?;
    let program = launcher::beside("mfa-export");
    let child = Command::new(&program)
        .arg(WRITE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.map_err(|error| {
        let text = format!("cannot run {}: {error}", program.display());
        Error::new(Kind::Other, text).hint("Install it beside mfactl.")
    })?;
    read(talk(child, &request)?)
}

/// Sends the request. mfa-export reads all of it before it writes.
fn talk(mut child: Child, request: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(request) {
            // mfa-export has refused the request. Its message says why.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
    }
    let output = child.wait_with_output()?;
    let printed = Zeroizing::new(output.stdout);
    if output.status.success() {
        return Ok(printed);
    }
    let said = clean(String::from_utf8_lossy(&output.stderr).trim());
    let said = said.strip_prefix(PREFIX).unwrap_or(&said);
    Err(match output.status.code().map(Exit::from_code) {
        Some(Exit::UnknownFormat) => {
            Error::usage("unknown format").hint("To list all formats: mfa-export formats")
        }
        Some(Exit::NoSuchForm) => Error::usage(said),
        _ if said.is_empty() => mismatch(),
        _ => Error::new(Kind::Other, said),
    })
}

/// Reads the answer. One of another version must not be half understood.
fn read(output: Zeroizing<Vec<u8>>) -> Result<Written, Error> {
    let (line, _) = export::split(&output).ok_or_else(mismatch)?;
    let version = serde_json::from_slice::<Version>(line);
    if !version.is_ok_and(|version| version.schema == SCHEMA) {
        return Err(mismatch());
    }
    let answer = serde_json::from_slice(line).map_err(|_| mismatch())?;
    Ok(Written { answer, output })
}

fn mismatch() -> Error {
    let text = "mfa-export does not match the version of mfactl";
    Error::new(Kind::Other, text).hint("Install mfa-export again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(output: &str) -> Result<Written, Error> {
        read(Zeroizing::new(output.as_bytes().to_vec()))
    }

    #[test]
    fn an_answer_of_another_version_is_refused() {
        let line = r#"{"schema":1,"left_out":[],"lost":[],"written":1,"parts":[{"name":"","bytes":2}],"new":0}"#;
        let written = of(&format!("{line}\nab")).ok().unwrap();
        assert_eq!(written.parts().unwrap(), [("", &b"ab"[..])]);
        assert!(of(&format!("{line}\nabc")).ok().unwrap().parts().is_err());
        let newer = line.replace("\"schema\":1", "\"schema\":2");
        for other in [&*format!("{newer}\nab"), "", "{}\n", line] {
            let error = of(other).err().unwrap();
            assert!(
                error.to_string().ends_with("Install mfa-export again."),
                "{error}"
            );
        }
    }
}
