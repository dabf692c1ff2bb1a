//! What may be typed: letters and digits, as codes have them, and Enter. Nothing else can reach a window this way, neither a
//! line of commands nor a key that does something.

use zeroize::Zeroizing;

use crate::Error;

/// The largest number of characters. Codes have up to 10; this is for those that are still to come.
pub(crate) const LONGEST: usize = 64;

/// The keys of a code.
pub struct Keys {
    code: Zeroizing<String>,
    enter: bool,
}

/// A key that is to be pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The key of a letter or a digit.
    Letter(u8),
    /// The Enter key.
    Enter,
}

impl Keys {
    /// Returns the keys of a code. With `enter`, the Enter key follows.
    ///
    /// # Errors
    /// [`Error::NotACode`].
    pub fn new(code: Zeroizing<String>, enter: bool) -> Result<Self, Error> {
        let is_code = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_code || code.is_empty() || code.len() > LONGEST {
            return Err(Error::NotACode);
        }
        Ok(Self { code, enter })
    }

    /// Returns the keys in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Key> {
        let letters = self.code.bytes().map(Key::Letter);
        letters.chain(self.enter.then_some(Key::Enter))
    }
}

#[cfg(target_os = "linux")]
impl Key {
    /// Returns the number of the key symbol, which X11 and Wayland have in common (keysymdef.h).
    pub(crate) fn symbol(self) -> u32 {
        /// `XK_Return`.
        const RETURN: u32 = 0xff0d;
        match self {
            // The symbols of Latin 1 are its characters.
            Self::Letter(byte) => byte.into(),
            Self::Enter => RETURN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(code: &str, enter: bool) -> Result<Keys, Error> {
        Keys::new(code.to_owned().into(), enter)
    }

    #[test]
    fn only_letters_and_digits_are_typed() {
        for code in [
            "",
            "12 34",
            "1234\n",
            "é",
            "rm -rf",
            "\u{1b}",
            &"1".repeat(65),
        ] {
            let refused = keys(code, false);
            assert!(matches!(refused, Err(Error::NotACode)), "{code:?}");
        }
        assert!(keys(&"1".repeat(64), false).is_ok());
    }

    #[test]
    fn enter_comes_last_and_only_if_it_is_wanted() {
        let typed = |enter| keys("5R", enter).ok().unwrap().iter().collect::<Vec<_>>();
        let code = [Key::Letter(b'5'), Key::Letter(b'R')];
        assert!(typed(false) == code);
        assert!(typed(true) == [code[0], code[1], Key::Enter]);
    }
}
