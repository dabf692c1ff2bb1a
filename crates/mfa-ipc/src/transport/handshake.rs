//! Watches over what a client says before its first message.
//!
//! zbus 6.2.1 takes a line end at the very beginning for the second byte of a line and panics, looks
//! at all that has come again with each further byte, and sets no limit. So whatever a client sends
//! is looked at here first, and only a handshake (D-Bus specification, “Authentication Protocol”)
//! comes through.

use std::io;

/// The longest handshake in bytes; usual ones have about 60.
const MAX: usize = 1024;
/// zbus asks for the first bytes of a message by the length of its fixed header, and for more while
/// the handshake lasts.
const HEADER: usize = 16;
/// The last line.
const BEGIN: &[u8] = b"BEGIN";

/// How far it is.
#[derive(Debug, Default)]
pub(super) enum Handshake {
    /// Not begun: a zero byte comes first.
    #[default]
    Silent,
    /// Under way, with the bytes of this line and their number in all.
    Lines(Vec<u8>, usize),
    /// `BEGIN` has come, and these bytes behind it.
    Begun(Vec<u8>),
    /// Messages come.
    Done,
}

impl Handshake {
    /// Whether messages come, with room for `room` bytes. What came with the handshake's last line
    /// is put into `rest`.
    ///
    /// # Errors
    /// The handshake goes on although it is over.
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

    /// Takes what has come, and says how much of it belongs to the handshake.
    ///
    /// # Errors
    /// It is no handshake.
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
    io::Error::new(io::ErrorKind::InvalidData, "this is no handshake of D-Bus")
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
