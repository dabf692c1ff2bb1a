//! A picture in shades of grey, and the variants of it that help to find more codes.

use std::borrow::Cow;

use super::{Error, MAX_PIXELS, MAX_SIDE};

/// A picture with one byte per pixel, row by row. 0 is black.
pub(super) struct Luma<'p> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Cow<'p, [u8]>,
}

impl<'p> Luma<'p> {
    pub(super) fn borrowed(width: u32, height: u32, bytes: &'p [u8]) -> Result<Self, Error> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels > MAX_PIXELS || width.max(height) > MAX_SIDE {
            return Err(Error::TooLarge);
        }
        if pixels == 0 || u64::try_from(bytes.len()) != Ok(pixels) {
            return Err(Error::Size);
        }
        Ok(Self {
            width,
            height,
            bytes: Cow::Borrowed(bytes),
        })
    }

    pub(super) fn inverted(&self) -> Luma<'static> {
        let bytes = self.bytes.iter().map(|pixel| !pixel);
        self.with(self.width, self.height, bytes.collect())
    }

    /// Replaces each square of four pixels with their mean. An odd row or column at the end is left out.
    pub(super) fn halved(&self) -> Luma<'static> {
        let width = self.width as usize;
        let mut bytes = Vec::with_capacity(self.bytes.len() / 4);
        for rows in self.bytes.chunks_exact(width * 2) {
            let (upper, lower) = rows.split_at(width);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            bytes.extend(pairs.map(|(upper, lower)| {
                let sum: u16 = upper.iter().chain(lower).copied().map(u16::from).sum();
                u8::try_from(sum / 4).expect("the mean of bytes is a byte")
            }));
        }
        self.with(self.width / 2, self.height / 2, bytes)
    }

    fn with(&self, width: u32, height: u32, bytes: Vec<u8>) -> Luma<'static> {
        Luma {
            width,
            height,
            bytes: Cow::Owned(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_to_fit() {
        assert!(Luma::borrowed(3, 2, &[0; 6]).is_ok());
        assert_eq!(Luma::borrowed(3, 2, &[0; 5]).err(), Some(Error::Size));
        assert_eq!(Luma::borrowed(0, 0, &[]).err(), Some(Error::Size));
        let huge = Luma::borrowed(u32::MAX, u32::MAX, &[]).err();
        assert_eq!(huge, Some(Error::TooLarge));
    }

    #[test]
    fn pictures_are_scaled_and_inverted() {
        let picture = Luma::borrowed(3, 3, &[0, 4, 9, 8, 12, 9, 9, 9, 9]).unwrap();
        let half = picture.halved();
        assert_eq!((half.width, half.height, &*half.bytes), (1, 1, &[6][..]));
        let pair = Luma::borrowed(2, 1, &[1, 2]).unwrap();
        assert_eq!(*pair.inverted().bytes, [254, 253]);
    }
}
