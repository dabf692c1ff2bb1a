//! The keyboard that we type on under Wayland: its layout is our own, so that the user's does not matter.
//!
//! It always has all letters and digits, since the window and the compositor keep it: it must not show which ones a code has.
//! Each key has one symbol and needs no modifier. Letters and digits are where an American keyboard has them, because some
//! programs look at the place of a key too.

use crate::keys::Key;

/// The keys of an American keyboard, row by row, with the code of the first key of each row (linux/input-event-codes.h).
const ROWS: [(u32, &str); 4] = [
    (2, "1234567890"),
    (16, "qwertyuiop"),
    (30, "asdfghjkl"),
    (44, "zxcvbnm"),
];
const ENTER: u32 = 28;
/// The first code for the letters of the other case. Up to 26 more, none of them is above.
const SPARE: u32 = 120;
/// The difference between a code of XKB and one of the kernel.
const OFFSET: u32 = 8;

/// A layout.
pub(super) struct Keymap(Vec<(u8, u32)>);

impl Keymap {
    /// Returns the layout in which the keys of letters make small ones, or capitals. Letters of the other case have keys
    /// elsewhere.
    pub(super) fn new(are_small: bool) -> Self {
        let mut keys = Vec::new();
        for (first, row) in ROWS {
            keys.extend(row.bytes().zip(first..));
        }
        let small = b'a'..=b'z';
        let others: Vec<_> = small
            .map(|letter| letter.to_ascii_uppercase())
            .zip(SPARE..)
            .collect();
        keys.extend(others);
        if !are_small {
            for (letter, _) in &mut keys {
                *letter = match letter.is_ascii_lowercase() {
                    true => letter.to_ascii_uppercase(),
                    false => letter.to_ascii_lowercase(),
                };
            }
        }
        Self(keys)
    }

    /// Returns the code of a key.
    pub(super) fn code(&self, key: Key) -> Option<u32> {
        let Key::Letter(letter) = key else {
            return Some(ENTER);
        };
        let found = self.0.iter().find(|(symbol, _)| *symbol == letter);
        found.map(|(_, code)| *code)
    }

    /// Returns the layout as a text that xkbcommon reads.
    pub(super) fn text(&self) -> String {
        let named = self
            .0
            .iter()
            .map(|(letter, code)| (char::from(*letter).to_string(), *code));
        let (mut codes, mut symbols) = (String::new(), String::new());
        for (symbol, code) in named.chain([("Return".to_owned(), ENTER)]) {
            codes.push_str(&format!("<K{code}> = {};", code + OFFSET));
            symbols.push_str(&format!("key <K{code}> {{ [ {symbol} ] }};"));
        }
        format!(
            "xkb_keymap {{\n\
             xkb_keycodes \"mfactl\" {{ minimum = 8; maximum = 255; {codes} }};\n\
             xkb_types \"mfactl\" {{ include \"complete\" }};\n\
             xkb_compatibility \"mfactl\" {{ include \"complete\" }};\n\
             xkb_symbols \"mfactl\" {{ {symbols} }};\n}};\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_letter_and_digit_has_a_key_of_its_own() {
        for are_small in [true, false] {
            let keymap = Keymap::new(are_small);
            let letters = (b'0'..=b'9').chain(b'a'..=b'z').chain(b'A'..=b'Z');
            let keys = letters.map(Key::Letter).chain([Key::Enter]);
            let codes: HashSet<_> = keys.map(|key| keymap.code(key).unwrap()).collect();
            assert_eq!(codes.len(), 63);
            assert!(codes.iter().all(|code| code + OFFSET <= 255));
        }
    }

    #[test]
    fn letters_are_where_a_keyboard_has_them() {
        let code = |are_small, letter| Keymap::new(are_small).code(Key::Letter(letter));
        assert_eq!(code(true, b'r'), Some(19));
        assert_eq!(code(false, b'R'), Some(19));
        assert_eq!(code(false, b'5'), Some(6));
        assert!(code(true, b'R').unwrap() >= SPARE);
    }
}
