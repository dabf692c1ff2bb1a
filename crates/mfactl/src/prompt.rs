//! Asks a person, and reads texts that must not be on the command line.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::platform;

/// The longest input that is read, in bytes.
const MAX_INPUT: u64 = 64 * 1024;

/// Returns whether there is a person to ask.
pub(crate) fn possible() -> bool {
    io::stdin().is_terminal()
}

/// Asks for a text that is not shown while it is typed. Spaces around it do not count.
pub(crate) fn hidden(question: &str) -> Result<Zeroizing<String>, Error> {
    Ok(Zeroizing::new(password(question)?.trim().to_owned()))
}

/// Asks for a password or a passphrase, which may begin or end with a space.
pub(crate) fn password(question: &str) -> Result<Zeroizing<String>, Error> {
    let answer = platform::ask_hidden(&format!("{question}: "))?;
    Ok(Zeroizing::new(answer))
}

/// Asks a question that only a typed `yes` confirms.
pub(crate) fn confirm(question: &str) -> Result<bool, Error> {
    let mut stderr = io::stderr();
    write!(stderr, "{question} Type “yes” to continue: ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

/// Asks for a line that is shown while it is typed.
pub(crate) fn line(question: &str) -> Result<String, Error> {
    let mut stderr = io::stderr();
    write!(stderr, "{question}: ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Reads all of standard input.
pub(crate) fn standard_input() -> Result<Zeroizing<String>, Error> {
    read(io::stdin().lock(), "standard input")
}

/// Reads a passphrase: the first line of a file (`-` for standard input), or else asks for it.
///
/// For a `new` passphrase, `question` is asked twice, and the passphrase may not be empty.
pub(crate) fn passphrase(
    file: Option<&Path>,
    question: &str,
    new: bool,
) -> Result<Zeroizing<String>, Error> {
    let check = |passphrase: &str| match new && passphrase.is_empty() {
        true => Err(Error::new(
            Kind::Other,
            "an empty passphrase protects nothing: choose another one",
        )),
        false => Ok(()),
    };
    if let Some(file) = file {
        let text = if file == Path::new("-") {
            standard_input()?
        } else {
            private_file(file)?
        };
        let line = text.lines().next().unwrap_or_default();
        check(line)?;
        return Ok(Zeroizing::new(line.to_owned()));
    }
    if !possible() {
        return Err(no_terminal());
    }
    let first = password(question)?;
    check(&first)?;
    if new && *password("Repeat the passphrase")? != *first {
        return Err(Error::new(Kind::Other, "the two passphrases differ"));
    }
    Ok(first)
}

/// Returns the error if a passphrase cannot be asked for.
pub(crate) fn no_terminal() -> Error {
    Error::usage("cannot ask for the passphrase: no terminal")
        .hint("Pass it in a file: --password-file FILE, or - for standard input")
}

fn private_file(path: &Path) -> Result<Zeroizing<String>, Error> {
    let file = File::open(path)
        .map_err(|error| Error::new(Kind::Other, format!("{}: {error}", path.display())))?;
    if !mfa_sys::files::is_private(&file)? {
        let text = format!("other users can read {}", path.display());
        return Err(Error::new(Kind::Other, text).hint(platform::make_private(path)));
    }
    read(file, "the file")
}

/// Reads all that another program prints.
pub(crate) fn all_of(output: impl Read) -> Result<Zeroizing<String>, Error> {
    read(output, "the output")
}

fn read(source: impl Read, name: &str) -> Result<Zeroizing<String>, Error> {
    // The room is enough for all of it, so that growing leaves no copies behind.
    let room = usize::try_from(MAX_INPUT + 1).unwrap_or(usize::MAX);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    source.take(MAX_INPUT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(Error::new(
            Kind::Other,
            format!("{name} has more than {MAX_INPUT} bytes"),
        ));
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Error::new(Kind::Other, format!("{name} is not UTF-8 text")))?;
    Ok(Zeroizing::new(text.to_owned()))
}
