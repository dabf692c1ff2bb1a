//! X11 and Wayland: a program owns the clipboard and offers its contents. So the owner tells whether a code
//! is still there, and no program has to be asked for the text, which could hang.
//!
//! The hint `x-kde-passwordManagerHint` = `secret` is offered with the code. It was introduced by KDE's
//! Klipper.

mod wayland;
mod x11;

use wayland::Support;

use crate::Error;

/// The clipboard of the current desktop.
pub(crate) enum Board {
    Wayland(wayland::Board),
    X11(Box<x11::Board>),
}

impl Board {
    /// Opens the clipboard. Compositors without the data-control protocol, such as GNOME's, are reached
    /// through X11.
    pub(crate) fn open() -> Result<Self, Error> {
        match wayland::support() {
            Support::Full => Ok(Self::Wayland(wayland::Board::default())),
            // The X server could only say that it is not there, which tells nobody what to do. GNOME names one also if it
            // cannot start it.
            Support::WithoutDataControl => match x11::Board::open() {
                Ok(board) => Ok(Self::X11(Box::new(board))),
                Err(Error::Unreachable(_)) => Err(Error::NeedsXWayland),
                Err(error) => Err(error),
            },
            Support::None => Ok(Self::X11(Box::new(x11::Board::open()?))),
        }
    }

    pub(crate) fn put(&mut self, code: &str) -> Result<(), Error> {
        match self {
            Self::Wayland(board) => board.put(code),
            Self::X11(board) => board.put(code),
        }
    }

    pub(crate) fn holds(&mut self) -> Result<bool, Error> {
        match self {
            Self::Wayland(board) => Ok(board.holds()),
            Self::X11(board) => board.holds(),
        }
    }

    pub(crate) fn clear(&mut self) -> Result<(), Error> {
        match self {
            Self::Wayland(_) => wayland::clear(),
            Self::X11(board) => board.clear(),
        }
    }
}

/// Returns whether a variable of the environment names a display.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}
