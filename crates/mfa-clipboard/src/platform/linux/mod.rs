//! X11 and Wayland: the clipboard is whatever program owns it offers. So what is ours is known by who
//! owns it, and nobody has to be asked for the text: its owner may hang.
//!
//! `x-kde-passwordManagerHint` = `secret`, which KDE's Klipper began with, is offered beside it.

mod wayland;
mod x11;

use crate::Error;

/// The clipboard of the desktop that we are in.
pub(crate) enum Board {
    Wayland(wayland::Board),
    X11(Box<x11::Board>),
}

impl Board {
    /// Compositors without the data-control protocol, as GNOME's, are reached as an X11 server.
    pub(crate) fn open() -> Result<Self, Error> {
        if wayland::is_there() {
            Ok(Self::Wayland(wayland::Board::default()))
        } else {
            Ok(Self::X11(Box::new(x11::Board::open()?)))
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
