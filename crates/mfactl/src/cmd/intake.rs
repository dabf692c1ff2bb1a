//! The sources of accounts: files, and what helper programs find on the screen and on the clipboard.
//!
//! mfactl links nothing that handles a screen or a picture. mfa-screen and mfa-clipboard print what they find,
//! and mfa-import decodes it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use mfa_helper::clipboard::{FORGET, READ, is_picture};
use mfa_intake::{Decoded, Exit, Source};
use mfa_ipc::launcher;
use zeroize::Zeroizing;

use super::context::Context;
use crate::error::{Error, Kind};
use crate::text::clean;
use crate::{platform, prompt};

/// How often a password is asked for.
const TRIES: usize = 3;

type Bytes = Zeroizing<Vec<u8>>;

/// Reads a file, or standard input.
pub(super) fn file(path: &Path) -> Result<Bytes, Error> {
    if path == Path::new("-") {
        return Ok(mfa_intake::read(io::stdin().lock(), 0)?);
    }
    if path.to_string_lossy().contains("://") {
        let text = "this is a link, not a file";
        return Err(Error::usage(text).hint(
            "Pass the link on standard input: mfactl add --uri -. It may now be in your shell history: \
             remove it there.",
        ));
    }
    let read = File::open(path).and_then(|file| {
        let expected = file.metadata()?.len();
        mfa_intake::read(file, expected)
    });
    read.map_err(|error| Error::new(Kind::Other, format!("{}: {error}", name(path))))
}

/// Returns the name of a file for messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    clean(&path.to_string_lossy())
}

/// Returns the same, relative to `~` if the file is in the user's home folder.
pub(super) fn short(path: &Path) -> String {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let below = home.as_ref().and_then(|home| path.strip_prefix(home).ok());
    match below {
        Some(below) => name(&Path::new("~").join(below)),
        None => name(path),
    }
}

/// Returns one or several pictures of the screen.
pub(super) fn screen() -> Result<Vec<Bytes>, Error> {
    needs_desktop(
        "screen",
        "To read a picture of the QR code instead: mfactl add --qr FILE",
    )?;
    let printed = helper("mfa-screen", &[])?;
    let pictures = mfa_helper::pictures::read(&printed).ok_or_else(|| {
        let text = "mfa-screen does not match the version of mfactl";
        Error::new(Kind::Other, text).hint("Install mfa-screen again.")
    })?;
    let picture = |picture: &[u8]| Zeroizing::new(picture.to_owned());
    Ok(pictures.into_iter().map(picture).collect())
}

/// Returns an error that says what to do if there is no desktop, so that nobody waits for one.
fn needs_desktop(what: &str, instead: &str) -> Result<(), Error> {
    if platform::has_screen() {
        return Ok(());
    }
    let text = format!("cannot use the {what}: no desktop is running here");
    Err(Error::new(Kind::Other, text).hint(instead))
}

/// Returns the link, the key or the picture on the clipboard.
pub(super) fn clipboard() -> Result<Bytes, Error> {
    needs_desktop(
        "clipboard",
        "Pass a link or a secret on standard input: mfactl add --uri -, or mfactl add NAME --secret -",
    )?;
    helper("mfa-clipboard", &[READ])
}

/// Removes an added text from the clipboard, unless something else was copied since.
pub(super) fn forget(context: &Context, text: &[u8]) {
    if is_picture(text) {
        return;
    }
    let forgotten = || {
        let mut program = Command::new(launcher::beside("mfa-clipboard"))
            .arg(FORGET)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut input) = program.stdin.take() {
            input.write_all(text)?;
        }
        program.wait().map(|status| status.success())
    };
    if !matches!(forgotten(), Ok(true)) {
        let text = "The link or secret may still be on the clipboard: copy something else.";
        context.output.hint(text);
    }
}

/// Runs one of our helper programs, which prints what it finds, or says why it finds nothing.
pub(super) fn helper(program: &str, arguments: &[&str]) -> Result<Bytes, Error> {
    let program = launcher::beside(program);
    let output = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| {
        let text = format!("cannot run {}: {error}", program.display());
        Error::new(Kind::Other, text).hint("Install it beside mfactl.")
    })?;
    let found = Zeroizing::new(output.stdout);
    if output.status.success() {
        return Ok(found);
    }
    let said = clean(String::from_utf8_lossy(&output.stderr).trim());
    Err(Error::new(Kind::Other, said))
}

/// Decodes a source that needs no password.
pub(super) async fn decode(bytes: &[u8], format: Option<&str>) -> Result<Decoded, Error> {
    let source = Source {
        bytes,
        format,
        password: None,
    };
    Ok(mfa_intake::decode(source).await?)
}

/// The passwords, from a file or from a person.
pub(super) struct Passwords {
    /// The password that opened the last file, or is to open the first.
    password: Option<Zeroizing<String>>,
    may_ask: bool,
}

impl Passwords {
    /// Reads the first line of a file, if one is given. Otherwise a person is asked when a password is needed.
    pub(super) fn new(context: &Context, file: Option<&Path>) -> Result<Self, Error> {
        let password = file.map(|file| prompt::passphrase(Some(file), "", false));
        Ok(Self {
            password: password.transpose()?,
            may_ask: context.may_ask && file.is_none(),
        })
    }

    /// Decodes a file, with a password if it needs one.
    pub(super) async fn decode(
        &mut self,
        path: &Path,
        bytes: &[u8],
        format: Option<&str>,
    ) -> Result<Decoded, Error> {
        let mut asked = 0;
        loop {
            let source = Source {
                bytes,
                format,
                password: self.password.as_ref().map(|password| password.as_str()),
            };
            let error = match mfa_intake::decode(source).await {
                Ok(decoded) => return Ok(decoded),
                Err(error) => error,
            };
            if let Some(question) = self.question(&error, path, asked) {
                self.password = Some(prompt::password(&question)?);
                asked += 1;
                continue;
            }
            return Err(Error::from(error).about(&name(path)));
        }
    }

    /// Returns the question for a password, if one is needed and there is somebody to ask.
    fn question(&self, error: &mfa_intake::Error, path: &Path, asked: usize) -> Option<String> {
        let is_password = matches!(
            error.why(),
            Some(Exit::PasswordNeeded | Exit::WrongPassword)
        );
        if !is_password || !self.may_ask || asked >= TRIES {
            return None;
        }
        let again = if asked > 0 { "Wrong password. " } else { "" };
        let name = name(path);
        Some(format!("{again}Password for {name} (not shown)"))
    }
}

#[cfg(test)]
mod tests;
