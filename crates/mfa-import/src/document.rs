//! Untrusted JSON. It is checked against limits before it is parsed, and then read field by field.
//!
//! Entries are not deserialised into types: an entry with a text in place of a number must not make the
//! others unreadable.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::damage::Damage;
use crate::text;

/// The largest number of values in a document. Each takes memory, however short its text is.
const MAX_VALUES: usize = 1_000_000;
/// The largest number of keys that are read to detect a format.
const MAX_KEYS: usize = 64;
/// The number of bytes that are searched for keys. Every format searches.
const MAX_LOOK: usize = 8 * 1024 * 1024;

/// Parses a document.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Damage> {
    let text = text::of(bytes).map_err(|_| Damage::NotUtf8)?;
    let values = text
        .bytes()
        .filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{'));
    if values.count() > MAX_VALUES {
        return Err(Damage::TooMuch);
    }
    serde_json::from_str(text).map_err(|_| Damage::NotJson)
}

/// The outermost structure of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Whether the document is a list. If so, `keys` are those of the first entry.
    pub(crate) list: bool,
    /// The first keys.
    keys: Vec<String>,
}

impl Shape {
    /// Reads the structure of a document. If the document is cut off, the part that is left counts.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut shape = Self::default();
        let head = &bytes[..bytes.len().min(MAX_LOOK)];
        let text = match str::from_utf8(head) {
            Ok(text) => text,
            // A document that is cut off may end within a character.
            Err(error) if head.len() < bytes.len() => {
                str::from_utf8(&head[..error.valid_up_to()]).unwrap_or("")
            }
            Err(_) => return shape,
        };
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with(['{', '[']) {
            let mut json = serde_json::Deserializer::from_str(text);
            drop(Outside(&mut shape).deserialize(&mut json));
        }
        shape
    }

    /// Checks whether the document is an object with all of these keys.
    pub(crate) fn has(&self, keys: &[&str]) -> bool {
        !self.list && self.knows(keys)
    }

    /// Checks whether the document is an object with exactly these keys.
    pub(crate) fn has_only(&self, keys: &[&str]) -> bool {
        self.has(keys) && self.keys.len() == keys.len()
    }

    /// Checks whether the document is a list of objects with all of these keys.
    pub(crate) fn lists(&self, keys: &[&str]) -> bool {
        self.list && self.knows(keys)
    }

    fn knows(&self, keys: &[&str]) -> bool {
        keys.iter()
            .all(|key| self.keys.iter().any(|known| known == key))
    }
}

struct Outside<'s>(&'s mut Shape);

impl<'de> DeserializeSeed<'de> for Outside<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Outside<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.0.keys.len() < MAX_KEYS {
                self.0.keys.push(key);
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        if !self.0.list {
            self.0.list = true;
            list.next_element_seed(Outside(self.0))?;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// A value of a document, or null if there is none.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'v>(&'v Value);

/// A number as the document has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Number {
    /// No number.
    #[default]
    Missing,
    /// A whole number, 0 or more.
    Whole(u64),
    /// Anything else.
    Bad,
}

impl<'v> Fields<'v> {
    pub(crate) fn new(value: &'v Value) -> Self {
        Self(value)
    }

    /// Returns the value of a key.
    pub(crate) fn at(self, key: &str) -> Self {
        Self(self.0.get(key).unwrap_or(&Value::Null))
    }

    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    pub(crate) fn is_list(self) -> bool {
        self.0.is_array()
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.is_object()
    }

    /// Returns the text of a key, trimmed, or an empty text.
    pub(crate) fn text(self, key: &str) -> &'v str {
        self.at(key).as_text()
    }

    /// Returns the text of a key, untrimmed.
    pub(crate) fn raw_text(self, key: &str) -> &'v str {
        self.at(key).0.as_str().unwrap_or("")
    }

    pub(crate) fn as_text(self) -> &'v str {
        self.0.as_str().unwrap_or("").trim()
    }

    /// Returns the number of a key, also if it is written as a text.
    pub(crate) fn number(self, key: &str) -> Number {
        let value = self.at(key).0;
        let whole = match value {
            Value::Null => return Number::Missing,
            Value::String(text) if text.trim().is_empty() => return Number::Missing,
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) if number.is_f64() => number.as_f64().and_then(whole),
            value => value.as_u64(),
        };
        whole.map_or(Number::Bad, Number::Whole)
    }

    /// Returns the whole number of a key, which may be negative.
    pub(crate) fn integer(self, key: &str) -> Option<i64> {
        self.at(key).0.as_i64()
    }

    /// Checks whether the value of a key is true, also if it is written as a text.
    pub(crate) fn is(self, key: &str) -> bool {
        let value = self.at(key);
        value
            .0
            .as_bool()
            .unwrap_or(value.as_text().eq_ignore_ascii_case("true"))
    }

    /// Returns the entries of a list or of an object.
    pub(crate) fn entries(self) -> impl Iterator<Item = Self> + use<'v> {
        let list = self.0.as_array().map(|list| list.iter());
        let object = self.0.as_object().map(|object| object.values());
        list.into_iter()
            .flatten()
            .chain(object.into_iter().flatten())
            .map(Self)
    }

    /// Returns the entries of a required list.
    pub(crate) fn list(
        self,
        key: &'static str,
    ) -> Result<impl Iterator<Item = Self> + use<'v>, Damage> {
        let list = self.at(key);
        if list.0.is_array() {
            Ok(list.entries())
        } else {
            Err(Damage::Field(key))
        }
    }

    /// Returns the bytes of a list of signed or unsigned bytes, as Java writes them.
    pub(crate) fn bytes(self, key: &str) -> Option<Vec<u8>> {
        let list = self.at(key).0.as_array()?;
        let byte = |byte: &Value| {
            let byte = byte.as_i64()?;
            let unsigned = if byte < 0 { byte + 256 } else { byte };
            u8::try_from(unsigned).ok()
        };
        list.iter().map(byte).collect()
    }

    /// Returns the texts of a list.
    pub(crate) fn texts(self, key: &str) -> Vec<String> {
        let texts = self.at(key).entries().map(Self::as_text);
        texts
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Converts a number that is written with a decimal point but is whole.
fn whole(number: f64) -> Option<u64> {
    let text = format!("{number}");
    text.parse().ok()
}

impl Number {
    /// Returns the number, or `other` if there is none.
    pub(crate) fn or(self, other: u64) -> Self {
        if self == Self::Missing {
            Self::Whole(other)
        } else {
            self
        }
    }

    /// Returns a required number.
    pub(crate) fn required(self, key: &'static str) -> Result<u64, Damage> {
        match self {
            Self::Whole(number) => Ok(number),
            Self::Missing | Self::Bad => Err(Damage::Field(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_seen_even_where_the_end_is_missing() {
        let shape = Shape::of(b"\xef\xbb\xbf {\"a\":1,\"b\":[{\"c\":");
        assert!(shape.has(&["a", "b"]) && !shape.has(&["c"]) && !shape.lists(&["a"]));
        let shape = Shape::of(b"[{\"a\":1},{\"b\":1}]");
        assert!(shape.lists(&["a"]) && !shape.lists(&["b"]));
        for other in [&b""[..], b"otpauth://", b"[[[[", b"\xff", b"[]", b"3"] {
            assert!(Shape::of(other).keys.is_empty());
        }
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let value = parse(br#"{"a":7,"b":"7","c":7.0,"d":-1,"e":"x","f":null,"g":"","h":7.5}"#);
        let value = value.unwrap();
        let fields = Fields::new(&value);
        for key in ["a", "b", "c"] {
            assert_eq!(fields.number(key), Number::Whole(7), "{key}");
        }
        for key in ["d", "e", "h"] {
            assert_eq!(fields.number(key), Number::Bad, "{key}");
        }
        for key in ["f", "g", "none"] {
            assert_eq!(fields.number(key), Number::Missing, "{key}");
        }
    }

    #[test]
    fn documents_that_would_fill_the_memory_are_refused() {
        let deep = "[".repeat(100_000);
        assert!(matches!(parse(deep.as_bytes()), Err(Damage::NotJson)));
        let many = format!("[{}{{}}]", "{},".repeat(MAX_VALUES));
        assert!(matches!(parse(many.as_bytes()), Err(Damage::TooMuch)));
    }
}
