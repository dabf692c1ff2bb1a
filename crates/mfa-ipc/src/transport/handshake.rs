//! Checks what a client sends before its first message.
//!
//! zbus 6.2.1 takes a line end at the very beginning for the second byte of a line and panics. It
//! looks at all received bytes again for each further byte, and sets no limit. So this module reads
//! the bytes of a client first. It lets only a handshake through (D-Bus specification,
//! “Authentication Protocol”). This was not reported to zbus yet.

use std::io;

/// The maximum length of a handshake in bytes; usual ones have about 60.
const MAX: usize = 1024;
/// The length of the fixed header of a message. zbus asks for that many bytes at the beginning of a
/// message, and for more during the handshake.
const HEADER: usize = 16;
/// The last line.
const BEGIN: &[u8] = b"BEGIN";

/// The state of a handshake.
#[derive(Debug, Default)]
pub(super) enum Handshake {
    /// Nothing has arrived; a zero byte comes first.
    #[default]
    Silent,
    /// In progress, with the bytes of the current line and the number of all bytes.
    Lines(Vec<u8>, usize),
    /// `BEGIN` has arrived, followed by these bytes.
    Begun(Vec<u8>),
    /// The handshake is complete.
    Done,
}

impl Handshake {
    /// Returns whether the handshake is complete. `room` is the number of bytes that zbus asks for.
    /// Bytes that arrived after the last line are moved into `rest`.
    ///
    /// # Errors
    /// zbus continues the handshake after its end.
    pub(super) fn is_done(&mut self, room: usize, rest: &mut Vec<u8>) -> io::Result<bool> {
        if let Self::Begun(behind) = self {
            if room > HEADER {
                return Err(wrong());
            }
            *rest = std::mem::take(behind);
            *self = Self::Done;
        }
        Ok(matches!(self, Self::Done))
    }

    /// Reads received bytes. Returns how many of them belong to the handshake.
    ///
    /// # Errors
    /// The bytes are not a handshake.
    pub(super) fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            at += 1;
            match self {
                Self::Silent if byte == 0 => *self = Self::Lines(Vec::new(), 1),
                Self::Lines(line, seen) if *seen < MAX => {
                    *seen += 1;
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    match line.split_last() {
                        Some((b'\r', BEGIN)) => {
                            *self = Self::Begun(bytes[at..].to_vec());
                            return Ok(at);
                        }
                        Some((b'\r', [_, ..])) => line.clear(),
                        _ => return Err(wrong()),
                    }
                }
                _ => return Err(wrong()),
            }
        }
        Ok(at)
    }
}

fn wrong() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "this is not a D-Bus handshake")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &[u8] = b"\0AUTH EXTERNAL 31303030\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";

    fn begun(pieces: &[&[u8]]) -> io::Result<Vec<u8>> {
        let mut handshake = Handshake::default();
        for piece in pieces {
            handshake.take(piece)?;
        }
        let mut rest = Vec::new();
        assert!(handshake.is_done(HEADER, &mut rest)?, "it is not over");
        Ok(rest)
    }

    #[test]
    fn it_may_come_in_any_pieces() {
        assert_eq!(begun(&[HELLO]).unwrap(), b"");
        let bytes: Vec<_> = HELLO.chunks(1).collect();
        assert_eq!(begun(&bytes).unwrap(), b"");
        let with_more = [HELLO, b"l\x01\n\0"].concat();
        assert_eq!(begun(&[&with_more]).unwrap(), b"l\x01\n\0");
    }

    #[test]
    fn what_is_none_is_refused() {
        let long = [b"\0AUTH ".as_slice(), &[b'x'; MAX]].concat();
        for wrong in [
            b"\n".as_slice(),
            b"\0\n",
            b"\0\r\n",
            b"\0AUTH EXTERNAL\n",
            b"\0AUTH EXTERNAL\r\n\n",
            b"GET / HTTP/1.1\r\n",
            &long,
        ] {
            assert!(Handshake::default().take(wrong).is_err());
        }
    }

    #[test]
    fn it_is_over_only_once_messages_are_asked_for() {
        let mut handshake = Handshake::default();
        handshake.take(b"\0BEGIN\r\n\n").unwrap();
        assert!(handshake.is_done(HEADER + 1, &mut Vec::new()).is_err());
    }
}
