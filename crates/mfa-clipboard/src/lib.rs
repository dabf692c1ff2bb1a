//! The clipboard, for codes: put there as a secret, taken back if it is still ours.
//!
//! A code is put on the clipboard proper only, never on the selection of the mouse, and marked so
//! that clipboard managers do not keep it. On X11 and Wayland the clipboard belongs to a running
//! program, so whoever copies has to stay until the code is taken back.

pub mod hold;
mod picture;
mod platform;
pub mod print;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

/// How long a code stays on the clipboard, if nobody says otherwise.
pub const CLEAR_AFTER: Duration = Duration::from_secs(30);
/// How long another program may take to hand over what it has copied.
const PATIENCE: Duration = Duration::from_secs(4);

/// What a system says of its clipboard.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why the clipboard cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// There is none, or it cannot be reached.
    #[error("there is no clipboard to be reached: {0}")]
    Unreachable(#[source] Source),
    /// It was reached, but did not do what was asked.
    #[error("the clipboard did not do it: {0}")]
    Refused(#[source] Source),
    /// The program that has copied something does not hand it over.
    #[error("the program that has copied something does not answer")]
    NoAnswer,
}

impl Error {
    fn unreachable(source: impl Into<Source>) -> Self {
        Self::Unreachable(source.into())
    }

    fn refused(source: impl Into<Source>) -> Self {
        Self::Refused(source.into())
    }
}

/// A place to copy codes to.
pub trait Clipboard {
    /// Puts a code there.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn put(&mut self, code: &str) -> Result<(), Error>;

    /// Whether the last code that was put there is still there, and nothing that was copied since.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn holds(&mut self) -> Result<bool, Error>;

    /// Removes the last code, unless something else was copied since. Says whether it was there.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn take_back(&mut self) -> Result<bool, Error>;

    /// Removes a text that another program has put there, unless something else was copied since. Says
    /// whether it was there.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn forget(&mut self, text: &str) -> Result<bool, Error>;

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

/// What is on a clipboard that accounts could be added from.
pub enum Found {
    /// A text, which may be a link.
    Text(Zeroizing<String>),
    /// A picture, which may show a QR code.
    Picture(Picture),
    /// Neither.
    Nothing,
}

/// A link, else a picture, else another text: with a picture, some programs copy its address. Not all say
/// in a proper way that they have no text or no picture.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub fn look(clipboard: &mut impl Clipboard) -> Result<Found, Error> {
    let text = clipboard.text();
    match text {
        Ok(Some(text)) if is_link(&text) => return Ok(Found::Text(text)),
        Err(error @ Error::Unreachable(_)) => return Err(error),
        _ => {}
    }
    match (clipboard.picture(), text) {
        (Ok(Some(picture)), _) => Ok(Found::Picture(picture)),
        (_, Ok(Some(text))) => Ok(Found::Text(text)),
        (Ok(None), _) | (_, Ok(None)) => Ok(Found::Nothing),
        (Err(error), Err(_)) => Err(error),
    }
}

/// Whether there may be a link in a text.
#[must_use]
pub fn is_link(text: &str) -> bool {
    text.contains("otpauth")
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
pub struct Desktop(platform::Board);

impl Desktop {
    /// Reaches it.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub fn open() -> Result<Self, Error> {
        platform::Board::open().map(Self)
    }
}

impl Clipboard for Desktop {
    fn put(&mut self, code: &str) -> Result<(), Error> {
        self.0.put(code)
    }

    fn holds(&mut self) -> Result<bool, Error> {
        self.0.holds()
    }

    fn take_back(&mut self) -> Result<bool, Error> {
        let ours = self.0.holds()?;
        if ours {
            self.0.clear()?;
        }
        Ok(ours)
    }

    fn forget(&mut self, text: &str) -> Result<bool, Error> {
        let is_there = self.text()?.is_some_and(|found| *found == text);
        if is_there {
            self.0.clear()?;
        }
        Ok(is_there)
    }

    fn text(&mut self) -> Result<Option<Zeroizing<String>>, Error> {
        read(|clipboard| Ok(Zeroizing::new(clipboard.get_text()?)))
    }

    fn picture(&mut self) -> Result<Option<Picture>, Error> {
        read(|clipboard| {
            let found = clipboard.get_image()?;
            Ok(Picture {
                width: found.width,
                height: found.height,
                pixels: Zeroizing::new(found.bytes.into_owned()),
            })
        })
    }
}

/// Reads what another program has copied, on a thread that may hang with that program.
fn read<T: Send + 'static>(
    read: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error> + Send + 'static,
) -> Result<Option<T>, Error> {
    let (sender, receiver) = mpsc::channel();
    let reader = move || {
        let found = match arboard::Clipboard::new() {
            Ok(mut clipboard) => read(&mut clipboard).map_err(Error::refused_by),
            Err(error) => Err(Some(Error::unreachable(error))),
        };
        // Who has asked may not be waiting any more.
        drop(sender.send(found));
    };
    let thread = thread::Builder::new().name("clipboard-read".into());
    thread.spawn(reader).map_err(Error::refused)?;
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(found)) => Ok(Some(found)),
        Ok(Err(None)) => Ok(None),
        Ok(Err(Some(error))) => Err(error),
        Err(_) => Err(Error::NoAnswer),
    }
}

impl Error {
    /// Nothing, where it is empty or holds something else than what was asked for.
    fn refused_by(error: arboard::Error) -> Option<Self> {
        match error {
            arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure => None,
            error => Some(Self::refused(error)),
        }
    }
}
