//! The lines of OpenVPN, with a limit for each, for their number and for the time.

use std::time::{Duration, Instant};

use crate::error::{Error, Kind};
use crate::platform::Local;

/// The longest line, in bytes. OpenVPN itself sends at most 4096.
const MAX_LINE: usize = 8192;
/// The number of lines that are read without anything happening.
const MAX_LINES: u32 = 2000;
/// How long OpenVPN may take to ask for something or to connect.
const PATIENCE: Duration = Duration::from_secs(300);

/// Reads lines.
pub(super) struct Lines {
    socket: Local,
    /// What was read and not yet returned.
    buffer: Vec<u8>,
    left: u32,
    /// There is none while the tunnel is up: it may be up for days.
    end: Option<Instant>,
}

impl Lines {
    pub(super) fn new(socket: Local, now: Instant) -> Self {
        let mut lines = Self {
            socket,
            buffer: Vec::new(),
            left: 0,
            end: None,
        };
        lines.restart(Some(now));
        lines
    }

    /// Begins to count anew: from now, or without a limit of the time.
    pub(super) fn restart(&mut self, now: Option<Instant>) {
        self.left = MAX_LINES;
        self.end = now.map(|now| now + PATIENCE);
    }

    /// Returns the next line, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<String>, Error> {
        loop {
            if let Some(line) = take(&mut self.buffer) {
                self.left = self.left.checked_sub(1).ok_or_else(too_much)?;
                return Ok(Some(line));
            }
            if self.buffer.len() > MAX_LINE {
                return Err(too_much());
            }
            let mut part = [0; 1024];
            let wait = self
                .end
                .map(|end| end.saturating_duration_since(Instant::now()));
            if wait.is_some_and(|wait| wait.is_zero()) {
                return Err(too_slow());
            }
            match self.socket.read(&mut part, wait) {
                Ok(0) => return Ok(None),
                Ok(length) => self.buffer.extend_from_slice(&part[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                    return Err(too_slow());
                }
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends a line.
    pub(super) fn send(&mut self, line: &str) -> Result<(), Error> {
        Ok(self.socket.write(line.as_bytes())?)
    }
}

/// Takes the first line from a buffer. Bytes that are no text become a sign.
fn take(buffer: &mut Vec<u8>) -> Option<String> {
    let end = buffer.iter().position(|byte| *byte == b'\n')?;
    let line: Vec<u8> = buffer.drain(..=end).collect();
    let line = String::from_utf8_lossy(&line);
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn too_much() -> Error {
    Error::new(
        Kind::Other,
        "OpenVPN says more than it should: the connection was given up",
    )
}

fn too_slow() -> Error {
    let text = format!("OpenVPN did not connect within {} s", PATIENCE.as_secs());
    Error::new(Kind::TimedOut, text)
}

#[cfg(test)]
mod tests {
    use super::take;

    #[test]
    fn a_line_is_taken_when_it_is_whole() {
        let mut buffer = b"one\r\ntwo\nthr\xffee".to_vec();
        assert_eq!(take(&mut buffer).as_deref(), Some("one"));
        assert_eq!(take(&mut buffer).as_deref(), Some("two"));
        assert_eq!(take(&mut buffer), None);
        buffer.push(b'\n');
        assert_eq!(take(&mut buffer).as_deref(), Some("thr\u{fffd}ee"));
        assert!(buffer.is_empty());
    }
}
