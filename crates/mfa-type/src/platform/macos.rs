//! Systems on which nothing can be typed so far.

use crate::{Error, Keys};

/// Cannot be made.
pub(crate) enum Hands {}

impl Hands {
    pub(crate) fn open() -> Result<Self, Error> {
        Err(Error::Unsupported(
            "typing codes is not supported on this system",
        ))
    }

    pub(crate) fn press(&mut self, _keys: &Keys) -> Result<(), Error> {
        match *self {}
    }
}
