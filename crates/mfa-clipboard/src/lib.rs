//! The clipboard, for codes: put there as a secret, taken back if it is still ours.
//!
//! A code is put on the clipboard proper only, never on the selection of the mouse, and marked so
//! that clipboard managers do not keep it. On X11 and Wayland the clipboard belongs to a running
//! program, so whoever copies has to stay until the code is taken back.

mod platform;

use std::time::Duration;

pub use arboard::Error as Source;
use thiserror::Error;
use zeroize::Zeroizing;

/// How long a code stays on the clipboard, if nobody says otherwise.
pub const CLEAR_AFTER: Duration = Duration::from_secs(30);

/// Why the clipboard cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// There is none, or it cannot be reached.
    #[error("there is no clipboard to be reached: {0}")]
    Unreachable(#[source] Source),
    /// It was reached, but did not do what was asked.
    #[error("the clipboard did not do it: {0}")]
    Refused(#[source] Source),
}

/// A place to copy codes to.
pub trait Clipboard {
    /// Puts a code there.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn put(&mut self, code: &str) -> Result<(), Error>;

    /// Removes the code, unless something else was copied meanwhile. Says whether it was there.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn take_back(&mut self, code: &str) -> Result<bool, Error>;

    /// The text that is there, if there is one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn text(&mut self) -> Result<Option<Zeroizing<String>>, Error>;

    /// The picture that is there, if there is one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn picture(&mut self) -> Result<Option<Picture>, Error>;
}

/// A picture, which may show a secret.
pub struct Picture {
    /// How many pixels a row has.
    pub width: usize,
    /// How many rows there are.
    pub height: usize,
    /// Red, green, blue and opacity of each pixel.
    pub pixels: Zeroizing<Vec<u8>>,
}

/// The clipboard of the desktop.
pub struct Desktop(arboard::Clipboard);

impl Desktop {
    /// Reaches it: on Wayland by the data-control protocol, else over X11.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub fn open() -> Result<Self, Error> {
        arboard::Clipboard::new()
            .map(Self)
            .map_err(Error::Unreachable)
    }
}

impl Clipboard for Desktop {
    fn put(&mut self, code: &str) -> Result<(), Error> {
        let set = platform::mark_as_secret(self.0.set());
        set.text(code).map_err(Error::Refused)
    }

    fn take_back(&mut self, code: &str) -> Result<bool, Error> {
        // Clearing is blind: it would take what the user has copied since.
        let ours = self.text()?.is_some_and(|text| *text == code);
        if ours {
            self.0.clear().map_err(Error::Refused)?;
        }
        Ok(ours)
    }

    fn picture(&mut self) -> Result<Option<Picture>, Error> {
        match self.0.get_image() {
            Ok(found) => Ok(Some(Picture {
                width: found.width,
                height: found.height,
                pixels: Zeroizing::new(found.bytes.into_owned()),
            })),
            Err(Source::ContentNotAvailable | Source::ConversionFailure) => Ok(None),
            Err(error) => Err(Error::Refused(error)),
        }
    }

    fn text(&mut self) -> Result<Option<Zeroizing<String>>, Error> {
        match self.0.get_text() {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            // Empty, a picture, or something that is no text.
            Err(Source::ContentNotAvailable | Source::ConversionFailure) => Ok(None),
            Err(error) => Err(Error::Refused(error)),
        }
    }
}
