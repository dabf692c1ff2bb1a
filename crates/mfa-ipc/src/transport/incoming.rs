//! How much of a message has come, so that none is left half sent: room for all of it is taken when it begins.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

/// How long a message may take from its first byte to its last.
const PATIENCE: Duration = Duration::from_secs(10);
/// The length of the fixed part of a message's header (D-Bus specification, “Message Format”).
const HEADER: usize = 16;

/// The message that is arriving.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    header: Vec<u8>,
    /// How many bytes of it are still to come, once its header is there.
    left: usize,
    begun: Option<Instant>,
}

impl Incoming {
    /// When all of it has to be there; nothing between two messages.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.begun.map(|begun| begun + PATIENCE)
    }

    /// Takes note of what has come.
    ///
    /// # Errors
    /// The message is longer than `max`: zbus makes room for as much as a header claims.
    pub(super) fn came(&mut self, mut bytes: &[u8], max: usize) -> io::Result<()> {
        while !bytes.is_empty() {
            self.begun.get_or_insert_with(Instant::now);
            if self.header.len() < HEADER {
                let part = bytes.len().min(HEADER - self.header.len());
                self.header.extend_from_slice(&bytes[..part]);
                bytes = &bytes[part..];
                if self.header.len() == HEADER {
                    let too_long =
                        || io::Error::new(io::ErrorKind::InvalidData, "the message is too long");
                    let left = length(&self.header).filter(|left| *left <= max);
                    self.left = left.ok_or_else(too_long)?;
                }
            } else {
                let part = bytes.len().min(self.left);
                self.left -= part;
                bytes = &bytes[part..];
            }
            if self.header.len() == HEADER && self.left == 0 {
                self.header.clear();
                self.begun = None;
            }
        }
        Ok(())
    }
}

/// How many bytes follow a header.
fn length(header: &[u8]) -> Option<usize> {
    let number = |at: usize| {
        let bytes = header.get(at..at + 4)?.try_into().ok()?;
        let number = match header.first() {
            Some(b'B') => u32::from_be_bytes(bytes),
            _ => u32::from_le_bytes(bytes),
        };
        usize::try_from(number).ok()
    };
    let (body, fields) = (number(4)?, number(12)?);
    fields.checked_next_multiple_of(8)?.checked_add(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_an_end_and_time_runs_until_then() {
        let mut message = vec![b'l', 1, 0, 1, 3, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0];
        message.extend([0; 16 + 3]);
        let mut incoming = Incoming::default();
        for _ in 0..2 {
            for byte in &message[..message.len() - 1] {
                incoming.came(&[*byte], 100).unwrap();
                assert!(incoming.deadline().is_some());
            }
            incoming.came(&message[message.len() - 1..], 100).unwrap();
            assert!(incoming.deadline().is_none());
        }
        incoming
            .came(&[message.clone(), message.clone()].concat(), 100)
            .unwrap();
        assert!(incoming.deadline().is_none());
        message[0] = b'B';
        message[4..8].copy_from_slice(&[0, 0, 0, 3]);
        message[12..16].copy_from_slice(&[0, 0, 0, 9]);
        incoming.came(&message, 100).unwrap();
        assert!(incoming.deadline().is_none());
        assert!(incoming.came(&message, 18).is_err());
    }
}
