//! Reads the fields of a protobuf message one by one, without copying.
//!
//! This is written by hand, for two messages: prost derives a `Debug` that prints secrets and depends on
//! anyhow, and quick-protobuf requires a code generator. Both copy the values into vectors of their own.

use thiserror::Error;

/// The bytes are not a valid message.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum Error {
    /// The message ends within a field.
    #[error("its data ends too early")]
    Truncated,
    /// A number has more than 64 bits.
    #[error("its data contains a number that is too large")]
    Number,
    /// A field has an unknown or unexpected type.
    #[error("its data contains a field of the wrong type")]
    Type,
}

/// The value of a field.
#[derive(Clone, Copy)]
pub(crate) enum Value<'m> {
    /// A number of any size, an enumeration or a boolean.
    Varint(u64),
    /// A text, bytes or another message.
    Bytes(&'m [u8]),
    /// A number of 4 or 8 bytes, which no field here uses.
    Fixed,
}

impl<'m> Value<'m> {
    /// Returns the value as an `int32` or `int64`, which have the same encoding.
    pub(crate) fn integer(self) -> Result<i64, Error> {
        match self {
            Self::Varint(value) => Ok(value.cast_signed()),
            Self::Bytes(_) | Self::Fixed => Err(Error::Type),
        }
    }

    /// Returns the value as bytes.
    pub(crate) fn bytes(self) -> Result<&'m [u8], Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Varint(_) | Self::Fixed => Err(Error::Type),
        }
    }
}

/// An iterator over the fields of a message: their numbers and values. It ends after the first error.
pub(crate) struct Fields<'m> {
    rest: &'m [u8],
}

impl<'m> Fields<'m> {
    pub(crate) fn new(message: &'m [u8]) -> Self {
        Self { rest: message }
    }

    fn field(&mut self) -> Result<(u64, Value<'m>), Error> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Error::Truncated)?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(Error::Type),
        };
        Ok((key >> 3, value))
    }

    fn take(&mut self, length: usize) -> Result<&'m [u8], Error> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Error::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    /// Reads a number: seven bits per byte, the lowest first. The highest bit means that more bytes follow.
    fn varint(&mut self) -> Result<u64, Error> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(Error::Truncated)?;
            self.rest = rest;
            if shift == 63 && byte > 1 {
                return Err(Error::Number);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Error::Number)
    }
}

impl<'m> Iterator for Fields<'m> {
    type Item = Result<(u64, Value<'m>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(message: &[u8]) -> Result<Vec<(u64, i64)>, Error> {
        Fields::new(message)
            .map(|field| {
                let (number, value) = field?;
                Ok((number, value.integer()?))
            })
            .collect()
    }

    #[test]
    fn numbers_are_read_up_to_64_bits() {
        assert_eq!(
            integers(b"\x08\x01\x10\xac\x02"),
            Ok(vec![(1, 1), (2, 300)])
        );
        let minus_one = b"\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        assert_eq!(integers(minus_one), Ok(vec![(5, -1)]));
        let too_large = b"\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02";
        assert_eq!(integers(too_large), Err(Error::Number));
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_the_end() {
        for message in [
            &b"\x08"[..],
            b"\x0a\x02a",
            b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
            b"\x0d123",
            b"\x80",
        ] {
            let mut fields = Fields::new(message);
            assert!(matches!(fields.next(), Some(Err(Error::Truncated))));
            assert!(fields.next().is_none());
        }
        assert_eq!(integers(b"\x0b"), Err(Error::Type));
        assert_eq!(integers(b"\x0a\x01a"), Err(Error::Type));
    }
}
