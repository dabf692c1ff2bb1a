//! X11: the server takes keys from any client (XTEST).

mod layout;
mod x11;

use crate::{Error, Keys};

/// The way to type on the current desktop.
pub(crate) struct Hands(Box<x11::Server>);

impl Hands {
    pub(crate) fn open() -> Result<Self, Error> {
        if is_set("WAYLAND_DISPLAY") {
            // An X server beside it would give the keys to X11 programs alone.
            return Err(Error::Unsupported(
                "typing codes is not supported on Wayland",
            ));
        }
        if !is_set("DISPLAY") {
            return Err(Error::NoDesktop);
        }
        Ok(Self(Box::new(x11::Server::open()?)))
    }

    pub(crate) fn press(&mut self, keys: &Keys) -> Result<(), Error> {
        self.0.press(keys)
    }
}

/// Returns whether a variable of the environment names a display.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}
