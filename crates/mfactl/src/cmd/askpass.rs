//! `mfactl askpass`: runs mfa-askpass, which knows the rules. mfactl links no parser of the configuration.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use clap::Args as Arguments;
use mfa_ipc::launcher;
use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::platform;
use crate::prompt;

/// The program.
const PROGRAM: &str = "mfa-askpass";

/// The arguments of `askpass`.
#[derive(Debug, Arguments)]
pub(crate) struct Askpass {
    /// The prompt of the program that asks
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) prompt: Vec<OsString>,
}

pub(super) fn run(args: &Askpass) -> Result<(), Error> {
    let program = launcher::beside(PROGRAM);
    let error = platform::become_program(Command::new(&program).args(&args.prompt));
    Err(not_run(&error))
}

/// Has mfa-askpass ask for a password.
pub(super) fn password(question: &str) -> Result<Zeroizing<String>, Error> {
    let child = Command::new(launcher::beside(PROGRAM))
        .arg(question)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|error| not_run(&error))?;
    let output = child.stdout.take();
    let text = output.map_or_else(|| Ok(Zeroizing::default()), prompt::all_of)?;
    let line = text.lines().next().unwrap_or_default();
    if child.wait()?.success() && !line.is_empty() {
        return Ok(Zeroizing::new(line.to_owned()));
    }
    let error = Error::new(Kind::Other, "there is no password: mfa-askpass gave none");
    Err(error.hint("Run this in a terminal, or set askpass-next in the configuration."))
}

fn not_run(error: &std::io::Error) -> Error {
    Error::new(Kind::Other, format!("cannot run {PROGRAM}: {error}"))
        .hint("Install it beside mfactl.")
}
