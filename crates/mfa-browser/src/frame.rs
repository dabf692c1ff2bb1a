//! The messages of native messaging: four bytes of length, in the order of this computer, and a text.
//!
//! What comes in is bounded before there is room for it. A browser ends the program at an answer of more than a megabyte.

use std::io::{self, ErrorKind, Read, Write};

use thiserror::Error;

/// The longest request, in bytes. Real ones have a hundred.
pub(crate) const MAX_REQUEST: usize = 64 * 1024;
/// The longest answer, in bytes. Browsers accept a little more.
pub(crate) const MAX_ANSWER: usize = 1_000_000;

/// Messages cannot go on. Never contains any of their bytes.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The length is 0.
    #[error("the browser has sent a message without content")]
    Empty,
    /// The length is more than [`MAX_REQUEST`].
    #[error("the browser has sent a message of more than {MAX_REQUEST} bytes")]
    TooLong,
    /// The input ends before the message does.
    #[error("the browser has stopped within a message")]
    Half,
    /// The answer is longer than [`MAX_ANSWER`].
    #[error("the answer has more than {MAX_ANSWER} bytes, which browsers do not accept")]
    LongAnswer,
    /// The input or the output fails.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads a message. Returns `None` if the input ends before it.
///
/// # Errors
/// All but [`Error::LongAnswer`].
pub(crate) fn read(input: &mut impl Read) -> Result<Option<Vec<u8>>, Error> {
    let mut length = [0; 4];
    match fill(input, &mut length)? {
        0 => return Ok(None),
        4 => {}
        _ => return Err(Error::Half),
    }
    let length = usize::try_from(u32::from_ne_bytes(length)).unwrap_or(usize::MAX);
    match length {
        0 => return Err(Error::Empty),
        1..=MAX_REQUEST => {}
        _ => return Err(Error::TooLong),
    }
    let mut message = vec![0; length];
    match fill(input, &mut message)? == length {
        true => Ok(Some(message)),
        false => Err(Error::Half),
    }
}

/// Writes a message.
///
/// # Errors
/// [`Error::LongAnswer`] and [`Error::Io`].
pub(crate) fn write(output: &mut impl Write, message: &[u8]) -> Result<(), Error> {
    let length = u32::try_from(message.len()).map_err(|_| Error::LongAnswer)?;
    if message.len() > MAX_ANSWER {
        return Err(Error::LongAnswer);
    }
    output.write_all(&length.to_ne_bytes())?;
    output.write_all(message)?;
    Ok(output.flush()?)
}

/// Reads until the buffer is full or the input ends. Returns the number of bytes.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a message with its length before it.
    fn framed(message: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        write(&mut output, message).unwrap();
        output
    }

    fn of_length(length: u32) -> Vec<u8> {
        length.to_ne_bytes().to_vec()
    }

    /// An input that gives one byte at a time, and is interrupted before each.
    struct Slow<'a> {
        bytes: &'a [u8],
        is_interrupted: bool,
    }

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.is_interrupted = !self.is_interrupted;
            if self.is_interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            let one = buffer.len().min(1);
            self.bytes.read(&mut buffer[..one])
        }
    }

    #[test]
    fn several_messages_in_one_input_are_read_one_by_one() {
        let all = [framed(b"{}"), framed(b"x"), framed(&[b'y'; MAX_REQUEST])].concat();
        let mut input = &all[..];
        assert_eq!(read(&mut input).unwrap().unwrap(), b"{}");
        assert_eq!(read(&mut input).unwrap().unwrap(), b"x");
        assert_eq!(read(&mut input).unwrap().unwrap().len(), MAX_REQUEST);
        assert!(read(&mut input).unwrap().is_none());
        assert!(read(&mut input).unwrap().is_none(), "and once more");
    }

    #[test]
    fn a_message_may_come_byte_by_byte() {
        let message = framed(b"hello");
        let mut input = Slow {
            bytes: &message,
            is_interrupted: false,
        };
        assert_eq!(read(&mut input).unwrap().unwrap(), b"hello");
        assert!(read(&mut input).unwrap().is_none());
    }

    #[test]
    fn half_of_a_message_is_an_error() {
        let message = framed(b"hello");
        for length in 1..message.len() {
            let ended = read(&mut &message[..length]);
            assert!(matches!(ended, Err(Error::Half)), "{length}");
        }
    }

    #[test]
    fn no_room_is_made_for_a_length_that_is_out_of_bounds() {
        let read = |length: u32| read(&mut &of_length(length)[..]);
        assert!(matches!(read(0), Err(Error::Empty)));
        for length in [64 * 1024 + 1, 1_000_000, u32::MAX] {
            assert!(matches!(read(length), Err(Error::TooLong)), "{length}");
        }
    }

    #[test]
    fn an_answer_that_a_browser_would_not_take_is_not_written() {
        let mut output = Vec::new();
        let written = write(&mut output, &vec![b'x'; MAX_ANSWER + 1]);
        assert!(matches!(written, Err(Error::LongAnswer)) && output.is_empty());
        assert_eq!(framed(&vec![b'x'; MAX_ANSWER]).len(), MAX_ANSWER + 4);
    }
}
