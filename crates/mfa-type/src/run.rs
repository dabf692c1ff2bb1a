//! The job of the program: says when it can type, reads the code, and types it.

use std::io::{Read, Write};

use zeroize::Zeroizing;

use crate::keys::LONGEST;
use crate::{Error, Keys, Typist};

use mfa_helper::typing::READY;

/// Says that it can type, then types the code that it is given. If the input ends without a code, it types nothing.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub fn run(enter: bool, mut input: impl Read, mut output: impl Write) -> Result<(), Error> {
    let mut typist = Typist::open()?;
    output.write_all(READY.as_bytes()).map_err(failed)?;
    output.flush().map_err(failed)?;
    let code = read(&mut input)?;
    if code.is_empty() {
        return Ok(());
    }
    typist.press(&Keys::new(code, enter)?)
}

/// Reads the code, and at most one byte more than any code has.
fn read(input: &mut impl Read) -> Result<Zeroizing<String>, Error> {
    let most = LONGEST + 1;
    // It never grows, since that would leave copies behind.
    let mut code = Zeroizing::new(Vec::with_capacity(most));
    let mut input = input.take(most.try_into().map_err(failed)?);
    let mut part = Zeroizing::new([0; LONGEST]);
    loop {
        match input.read(&mut *part).map_err(failed)? {
            0 => break,
            length => code.extend_from_slice(&part[..length]),
        }
    }
    let text = std::str::from_utf8(&code).map_err(|_| Error::NotACode)?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn failed(error: impl Into<crate::Source>) -> Error {
    Error::Failed(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_a_code_is_read() {
        assert_eq!(*read(&mut &b"123456"[..]).unwrap(), "123456");
        let long = "1".repeat(1 << 20);
        let read = read(&mut long.as_bytes()).unwrap();
        assert_eq!(read.len(), LONGEST + 1);
        assert!(Keys::new(read, false).is_err());
    }

    #[test]
    fn what_is_no_text_is_no_code() {
        let error = read(&mut &b"12\xff"[..]).err().unwrap();
        assert!(matches!(error, Error::NotACode), "{error}");
    }
}
