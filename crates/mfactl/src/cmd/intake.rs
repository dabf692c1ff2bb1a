//! What accounts come from: files, and what helper programs find on the screen and on the clipboard.
//!
//! mfactl links nothing that knows a screen or a picture. mfa-screen and mfa-clipboard print what they
//! find, and mfa-import decodes it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use mfa_intake::{Decoded, Source, Why};
use mfa_ipc::launcher;
use zeroize::Zeroizing;

use super::Context;
use crate::error::{Error, Kind};
use crate::output::clean;
use crate::prompt;

/// How a picture begins that mfa-clipboard prints.
const PICTURE_FILE: &[u8] = b"P7\n";
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
            "Give a link on standard input: mfactl add --uri -. It may be in the history of your \
             shell now: remove it there.",
        ));
    }
    let read = File::open(path).and_then(|file| {
        let expected = file.metadata()?.len();
        mfa_intake::read(file, expected)
    });
    read.map_err(|error| Error::new(Kind::Other, format!("{}: {error}", name(path))))
}

/// What a file is called.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    clean(&path.to_string_lossy())
}

/// The same, from the user's own folder on where it is in there.
pub(super) fn short(path: &Path) -> String {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let below = home.as_ref().and_then(|home| path.strip_prefix(home).ok());
    match below {
        Some(below) => name(&Path::new("~").join(below)),
        None => name(path),
    }
}

/// Pictures of the screen, one or several.
pub(super) fn screen() -> Result<Vec<Bytes>, Error> {
    let printed = helper("mfa-screen", &[])?;
    let mut rest = &printed[..];
    let mut pictures = Vec::new();
    while !rest.is_empty() {
        let (picture, behind) = first(rest).ok_or_else(|| {
            let text = "mfa-screen is of another version";
            Error::new(Kind::Other, text).hint("Install it anew.")
        })?;
        pictures.push(Zeroizing::new(picture.to_owned()));
        rest = behind;
    }
    Ok(pictures)
}

/// A picture that stands behind a line with its length, and what comes after it.
fn first(printed: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = printed.iter().position(|byte| *byte == b'\n')?;
    let length = std::str::from_utf8(&printed[..end]).ok()?.parse().ok()?;
    printed[end + 1..].split_at_checked(length)
}

/// The link, the key or the picture that is on the clipboard.
pub(super) fn clipboard() -> Result<Bytes, Error> {
    helper("mfa-clipboard", &["read"])
}

/// Whether what is on the clipboard is a picture.
pub(super) fn is_picture(clip: &[u8]) -> bool {
    clip.starts_with(PICTURE_FILE)
}

/// Takes a text that was added off the clipboard, unless something else was copied since.
pub(super) fn forget(context: &Context, text: &[u8]) {
    if is_picture(text) {
        return;
    }
    let forgotten = || {
        let mut program = Command::new(launcher::beside("mfa-clipboard"))
            .arg("forget")
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut input) = program.stdin.take() {
            input.write_all(text)?;
        }
        program.wait().map(|status| status.success())
    };
    if !matches!(forgotten(), Ok(true)) {
        let text = "What was added may still be on the clipboard: copy something else.";
        context.output.hint(text);
    }
}

/// Runs a program of ours, which prints what it finds, or says why it finds nothing.
fn helper(program: &str, arguments: &[&str]) -> Result<Bytes, Error> {
    let program = launcher::beside(program);
    let output = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| {
        let text = format!("{} cannot be run: {error}", program.display());
        Error::new(Kind::Other, text).hint("Install it beside mfactl.")
    })?;
    let found = Zeroizing::new(output.stdout);
    if output.status.success() {
        return Ok(found);
    }
    let said = clean(String::from_utf8_lossy(&output.stderr).trim());
    Err(Error::new(Kind::Other, said))
}

/// Decodes what needs no password.
pub(super) async fn decode(bytes: &[u8], format: Option<&str>) -> Result<Decoded, Error> {
    let source = Source {
        bytes,
        format,
        password: None,
    };
    Ok(mfa_intake::decode(source).await?)
}

/// Passwords, from a file or from a person.
pub(super) struct Passwords {
    /// What opened the last file, or is to open the first.
    password: Option<Zeroizing<String>>,
    may_ask: bool,
}

impl Passwords {
    /// The first line of a file, if one is given; else a person is asked when it is needed.
    pub(super) fn new(context: &Context, file: Option<&Path>) -> Result<Self, Error> {
        let password = file.map(|file| prompt::passphrase(Some(file), "", false));
        Ok(Self {
            password: password.transpose()?,
            may_ask: context.may_ask && file.is_none(),
        })
    }

    /// Decodes a file with the password that it needs.
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
            let is_password = matches!(error.why(), Some(Why::PasswordNeeded | Why::WrongPassword));
            if is_password && self.may_ask && asked < TRIES {
                let again = if asked > 0 { "Not the password. " } else { "" };
                let name = name(path);
                let question = format!("{again}Password of {name} (it is not shown)");
                self.password = Some(prompt::password(&question)?);
                asked += 1;
                continue;
            }
            return Err(Error::from(error).about(&name(path)));
        }
    }
}
