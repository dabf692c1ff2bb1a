//! Tracks how much of a message has arrived. zbus allocates memory for the whole message when it begins, so
//! the rest must arrive soon.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

/// The time that a message may take from its first byte to its last.
const PATIENCE: Duration = Duration::from_secs(10);
/// The length of the fixed part of the header of a message (D-Bus specification, “Message Format”).
const HEADER: usize = 16;

/// The message that is arriving.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    header: Vec<u8>,
    /// The number of bytes that are still missing, once the header is complete.
    left: usize,
    begun: Option<Instant>,
}

impl Incoming {
    /// Returns the time by which the message must be complete, or `None` between two messages.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.begun.map(|begun| begun + PATIENCE)
    }

    /// Counts received bytes.
    ///
    /// # Errors
    /// The message is longer than `max`. zbus would allocate whatever length a header claims.
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

/// Returns the number of bytes that follow a header.
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
