//! Reads a `HashMap<String, String>` that Java serialised.

use crate::damage::Damage;

/// The signature of such a file: magic, version, an object of a class.
pub(super) const MAGIC: &[u8] = b"\xac\xed\x00\x05sr";
/// The number of the first text. The class and the map come before it.
const FIRST: u32 = 0x7e_0002;
/// The largest number of pairs.
const MAX_PAIRS: u32 = 100_000;
/// The largest length of all texts together. A file can refer to one text as often as it has pairs.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Reads the pairs of a map.
pub(super) fn map(bytes: &[u8]) -> Result<Vec<(String, String)>, Damage> {
    let mut input = Input {
        rest: bytes,
        texts: Vec::new(),
        left: MAX_BYTES,
    };
    input.expect(MAGIC)?;
    let class = input.short()?;
    let class = input.take(class.into())?;
    if class != b"java.util.HashMap" {
        return Err(Damage::Field("HashMap"));
    }
    // Skips the serial number and the flags.
    input.take(9)?;
    let fields = input.short()?;
    for _ in 0..fields {
        input.take(1)?;
        let name = input.short()?;
        input.take(name.into())?;
    }
    input.expect(b"xp")?;
    input.take(usize::from(fields) * 4)?;
    input.expect(b"w\x08")?;
    input.take(4)?;
    let size = input.int()?;
    if size > MAX_PAIRS {
        return Err(Damage::TooMuch);
    }
    let mut pairs = Vec::new();
    for _ in 0..size {
        if let (Some(key), Some(value)) = (input.text()?, input.text()?) {
            pairs.push((key, value));
        }
    }
    Ok(pairs)
}

struct Input<'b> {
    rest: &'b [u8],
    /// The texts so far. A repeated text is only a reference.
    texts: Vec<&'b [u8]>,
    /// The number of bytes that may still be read.
    left: usize,
}

impl<'b> Input<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], Damage> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(Damage::CutOff)?;
        self.rest = rest;
        Ok(head)
    }

    fn expect(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        if self.take(bytes.len())? == bytes {
            Ok(())
        } else {
            Err(Damage::Field("HashMap"))
        }
    }

    fn short(&mut self) -> Result<u16, Damage> {
        let bytes = self.take(2)?.try_into().map_err(|_| Damage::CutOff)?;
        Ok(u16::from_be_bytes(bytes))
    }

    fn int(&mut self) -> Result<u32, Damage> {
        let bytes = self.take(4)?.try_into().map_err(|_| Damage::CutOff)?;
        Ok(u32::from_be_bytes(bytes))
    }

    /// Reads a text, or `None` for a null.
    fn text(&mut self) -> Result<Option<String>, Damage> {
        let text = match self.take(1)? {
            b"p" => return Ok(None),
            b"q" => {
                let index = self
                    .int()?
                    .checked_sub(FIRST)
                    .and_then(|index| usize::try_from(index).ok());
                let text = index.and_then(|index| self.texts.get(index));
                *text.ok_or(Damage::Field("HashMap"))?
            }
            b"t" => {
                let length = self.short()?;
                self.take(length.into())?
            }
            b"|" => {
                let high = self.int()?;
                let length = self.int()?;
                let length = usize::try_from(length).ok().filter(|_| high == 0);
                self.take(length.ok_or(Damage::CutOff)?)?
            }
            _ => return Err(Damage::Field("HashMap")),
        };
        self.texts.push(text);
        self.left = self.left.checked_sub(text.len()).ok_or(Damage::TooMuch)?;
        decode(text).map(Some).ok_or(Damage::NotUtf8)
    }
}

/// Decodes Java's modified UTF-8, in which a character beyond 16 bits is written as two surrogates.
fn decode(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().map(|byte| u16::from(*byte));
    while let Some(first) = rest.next() {
        units.push(match first {
            0..0x80 => first,
            0xc0..0xe0 => (first & 0x1f) << 6 | rest.next()? & 0x3f,
            0xe0..0xf0 => (first & 0xf) << 12 | (rest.next()? & 0x3f) << 6 | rest.next()? & 0x3f,
            _ => return None,
        });
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(pairs: &[u8], size: u8) -> Vec<u8> {
        let class = b"\x00\x11java.util.HashMap\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03\x00\x01I\x00\x09threshold";
        let head = [MAGIC, class, b"xp\0\0\0\x0cw\x08\0\0\0\x10\0\0\0", &[size]].concat();
        [&head[..], pairs].concat()
    }

    #[test]
    fn texts_are_read_once_and_again() {
        let pairs = map(&file(
            b"t\0\x01at\0\x06\xed\xa0\xbd\xed\xb8\x80t\0\x01bq\0\x7e\0\x02t\0\x01cp",
            3,
        ));
        let pairs = pairs.unwrap();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(key, value)| (&**key, &**value))
            .collect();
        assert_eq!(pairs, [("a", "\u{1f600}"), ("b", "a")]);
    }

    #[test]
    fn a_text_is_not_repeated_until_the_memory_is_full() {
        let text = [&b"|\0\0\0\0\0\x10\0\0"[..], &[b'a'; 1 << 20]].concat();
        let again = b"q\0\x7e\0\x02".repeat(127);
        let error = map(&file(&[text, again].concat(), 64)).unwrap_err();
        assert!(matches!(error, Damage::TooMuch), "{error}");
    }

    #[test]
    fn damage_is_an_error() {
        let good = file(b"t\0\x01at\0\x01b", 1);
        assert!(map(&good).is_ok());
        for length in 0..good.len() {
            assert!(map(&good[..length]).is_err(), "{length}");
        }
        assert!(map(&file(b"t\0\x01aq\0\x7e\0\x09", 1)).is_err());
        assert!(map(&file(b"t\0\x01at\0\x02\xed\xa0", 1)).is_err());
    }
}
