//! The job of the program: says when it can type, reads the code, and types it.

use std::io::{Read, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::keys::LONGEST;
use crate::{Error, Keys, Typist};

use mfa_helper::typing::READY;

/// The longest time in which the desktop gets ready: it may ask the user, who may hold a key. Or in which it takes the keys.
const PATIENCE: Duration = Duration::from_secs(100);

/// Says that it can type, then types the code that it is given. If the input ends without a code, it types nothing. Calls
/// `give_up` if the desktop does not answer: there may be nobody who could end the program.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub fn run(
    enter: bool,
    mut input: impl Read,
    mut output: impl Write,
    give_up: fn(),
) -> Result<(), Error> {
    let mut typist = within(PATIENCE, give_up, Typist::open)?;
    output.write_all(READY.as_bytes()).map_err(failed)?;
    output.flush().map_err(failed)?;
    let code = read(&mut input)?;
    if code.is_empty() {
        return Ok(());
    }
    let keys = Keys::new(code, enter)?;
    within(PATIENCE, give_up, || typist.press(&keys))
}

/// Does a job, and calls `give_up` if it takes longer than this.
fn within<T>(patience: Duration, give_up: fn(), job: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    thread::spawn(move || {
        if waiting.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            give_up();
        }
    });
    let result = job();
    drop(done);
    result
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
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_desktop_that_does_not_answer_is_given_up() {
        static GIVEN_UP: AtomicBool = AtomicBool::new(false);
        let give_up = || GIVEN_UP.store(true, Ordering::SeqCst);
        assert_eq!(within(PATIENCE, give_up, || 1), 1);
        assert!(!GIVEN_UP.load(Ordering::SeqCst));
        within(Duration::from_millis(1), give_up, || {
            let start = Instant::now();
            while !GIVEN_UP.load(Ordering::SeqCst) {
                assert!(start.elapsed() < PATIENCE, "it waits for ever");
                thread::yield_now();
            }
        });
    }

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
