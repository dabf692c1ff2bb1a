//! X11: the server takes keys from any client (XTEST). Wayland: the compositor has the protocol virtual-keyboard, which
//! needs no question, or else the desktop portal asks the user.

mod keyboard;
mod keymap;
mod layout;
mod portal;
mod token;
mod x11;

use crate::{Error, Keys};

/// The way to type on the current desktop.
pub(crate) enum Hands {
    X11(Box<x11::Server>),
    Keyboard(Box<keyboard::Compositor>),
    Portal(Box<portal::Portal>),
}

impl Hands {
    pub(crate) fn open() -> Result<Self, Error> {
        if is_set("WAYLAND_DISPLAY") {
            // An X server beside it would give the keys to X11 programs alone.
            return Ok(match keyboard::Compositor::open()? {
                Some(compositor) => Self::Keyboard(Box::new(compositor)),
                None => Self::Portal(Box::new(portal::Portal::open()?)),
            });
        }
        if !is_set("DISPLAY") {
            return Err(Error::NoDesktop);
        }
        Ok(Self::X11(Box::new(x11::Server::open()?)))
    }

    pub(crate) fn press(&mut self, keys: &Keys) -> Result<(), Error> {
        match self {
            Self::X11(server) => server.press(keys),
            Self::Keyboard(compositor) => compositor.press(keys),
            Self::Portal(portal) => portal.press(keys),
        }
    }
}

/// Returns whether a variable of the environment names a display.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}
