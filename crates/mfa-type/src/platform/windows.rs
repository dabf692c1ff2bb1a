//! Windows: the system takes characters from any program (SendInput), whatever the layout of the keyboard is.

use std::thread;
use std::time::{Duration, Instant};

use mfa_sys::{keyboard, screen};

use crate::keys::Key;
use crate::{Error, Keys};

/// The time that the user has to release the keys.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time between two looks at the keys. Windows does not tell when they are up.
const PAUSE: Duration = Duration::from_millis(20);

/// The keyboard.
pub(crate) struct Hands(());

impl Hands {
    pub(crate) fn open() -> Result<Self, Error> {
        if !screen::is_visible() {
            return Err(Error::NoDesktop);
        }
        // Before there is a code, which would be lost if the user went on holding a key.
        at_rest()?;
        Ok(Self(()))
    }

    pub(crate) fn press(&mut self, keys: &Keys) -> Result<(), Error> {
        at_rest()?;
        let keys = keys.iter().map(|key| match key {
            Key::Letter(letter) => keyboard::Key::Character(letter.into()),
            Key::Enter => keyboard::Key::Enter,
        });
        let keys: Vec<_> = keys.collect();
        keyboard::press(&keys).map_err(|error| Error::Failed(error.into()))
    }
}

/// Waits until no key is held that would change the code, and a window has the focus.
fn at_rest() -> Result<(), Error> {
    let end = Instant::now() + PATIENCE;
    loop {
        let is_held = keyboard::is_modifier_held();
        if !is_held && keyboard::has_target() {
            return Ok(());
        }
        if Instant::now() >= end {
            return Err(if is_held {
                Error::KeyHeld
            } else {
                Error::NoFocus
            });
        }
        thread::sleep(PAUSE);
    }
}
