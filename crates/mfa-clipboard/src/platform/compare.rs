//! Windows and macOS: a text stays on the clipboard when its program ends. So the text there is compared with
//! the text that was copied.

use zeroize::Zeroizing;

use super::mark_as_secret;
use crate::Error;

/// The clipboard of the system.
pub(crate) struct Board {
    clipboard: arboard::Clipboard,
    ours: Option<Zeroizing<String>>,
}

impl Board {
    pub(crate) fn open() -> Result<Self, Error> {
        let clipboard = arboard::Clipboard::new().map_err(Error::unreachable)?;
        Ok(Self {
            clipboard,
            ours: None,
        })
    }

    pub(crate) fn put(&mut self, code: &str) -> Result<(), Error> {
        let set = mark_as_secret(self.clipboard.set());
        set.text(code).map_err(Error::refused)?;
        self.ours = Some(Zeroizing::new(code.to_owned()));
        Ok(())
    }

    pub(crate) fn holds(&mut self) -> Result<bool, Error> {
        let Some(ours) = &self.ours else {
            return Ok(false);
        };
        match self.clipboard.get_text() {
            Ok(text) => Ok(*Zeroizing::new(text) == **ours),
            Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => {
                Ok(false)
            }
            Err(error) => Err(Error::refused(error)),
        }
    }

    pub(crate) fn clear(&mut self) -> Result<(), Error> {
        self.ours = None;
        self.clipboard.clear().map_err(Error::refused)
    }
}
