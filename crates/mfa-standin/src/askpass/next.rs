//! The program that was there before: it gets the prompts that are not ours, and asks for passwords.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use zeroize::Zeroizing;

use crate::error::Error;
use crate::platform;

/// The longest password, in bytes.
pub(super) const MAX_PASSWORD: usize = 4096;
/// Set for the program, so that we notice if it calls us again.
const MARK: &str = "MFACTL_ASKPASS_NEXT";

/// The program that answers what we do not, with our arguments.
pub(super) struct Next<'a> {
    program: Option<PathBuf>,
    arguments: &'a [OsString],
}

impl<'a> Next<'a> {
    /// Takes the program from the configuration.
    ///
    /// # Errors
    /// [`Error::Circle`] if that program has called us.
    pub(super) fn new(program: Option<PathBuf>, arguments: &'a [OsString]) -> Result<Self, Error> {
        match std::env::var_os(MARK) {
            None => Ok(Self { program, arguments }),
            Some(_) => Err(Error::Circle),
        }
    }

    /// Becomes the program. On Windows, runs it and returns how it ended.
    pub(super) fn take_over(self) -> Result<ExitCode, Error> {
        let program = self.program.ok_or(Error::NoRule)?;
        let mut command = Command::new(&program);
        let command = command.args(self.arguments).env(MARK, "1");
        let not_run = |source| Error::NotRun { program, source };
        platform::become_program(command).map_err(not_run)
    }

    /// Has the program ask for a password. It is the first line of what the program prints.
    pub(super) fn password(&self) -> Result<Zeroizing<String>, Error> {
        let program = self.program.clone().ok_or(Error::NoNext)?;
        let mut command = Command::new(&program);
        command.args(self.arguments).env(MARK, "1");
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|source| Error::NotRun {
            program: program.clone(),
            source,
        })?;
        // The room is enough for all of it, so that growing leaves no copies behind.
        let mut printed = Zeroizing::new(Vec::with_capacity(MAX_PASSWORD + 1));
        if let Some(output) = child.stdout.take() {
            let most = u64::try_from(MAX_PASSWORD).unwrap_or(u64::MAX);
            output.take(most).read_to_end(&mut printed)?;
        }
        let line = printed.split(|byte| *byte == b'\n').next();
        let line = line.and_then(|line| std::str::from_utf8(line).ok());
        let line = line.map(|line| line.trim_end_matches('\r'));
        match line {
            Some(line) if child.wait()?.success() && !line.is_empty() => {
                Ok(Zeroizing::new(line.to_owned()))
            }
            _ => Err(Error::NoPassword { program }),
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Returns the password that a script gives, or the error.
    fn asked(script: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("askpass");
        // By another process: one that the other test starts meanwhile would have the file open for writing, too, and
        // such a file cannot be executed.
        let mut install = std::process::Command::new("install");
        let install = install.args(["-m", "700", "/dev/stdin"]).arg(&program);
        let mut install = install.stdin(std::process::Stdio::piped()).spawn().unwrap();
        write!(install.stdin.take().unwrap(), "#!/bin/sh\n{script}\n").unwrap();
        assert!(install.wait().unwrap().success());
        let arguments = [OsString::from("Password: ")];
        let next = Next::new(Some(program), &arguments).unwrap();
        let password = next.password().map(|password| password.to_string());
        password.map_err(|error| error.to_string())
    }

    #[test]
    fn a_password_is_the_first_line() {
        assert_eq!(asked("echo \" a b \""), Ok(" a b ".to_owned()));
        assert_eq!(asked("printf 'x\\r\\ny\\n'"), Ok("x".to_owned()));
        assert_eq!(asked("printf %s \"$1\""), Ok("Password: ".to_owned()));
    }

    #[test]
    fn without_a_password_there_is_no_answer() {
        for script in ["exit 0", "echo secret; exit 1", "printf '\\377\\n'", "echo"] {
            let error = asked(script).unwrap_err();
            assert!(error.starts_with("there is no password"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let next = Next::new(None, &[]).unwrap();
        assert!(matches!(next.password(), Err(Error::NoNext)));
        assert!(matches!(next.take_over(), Err(Error::NoRule)));
    }
}
