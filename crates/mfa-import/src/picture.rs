//! Decodes picture files to one byte of brightness per pixel.

use std::io::Cursor;

use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::scan::{MAX_PIXELS, MAX_SIDE};

/// The largest amount of memory for decoding a picture. 100 megapixels in colour take 300 MB. A file of a few
/// kilobytes that unpacks to more is malicious.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;

/// The file is not a picture that can be decoded.
///
/// The decoder's own message is left out: it may quote the file.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum Error {
    /// The format is none of the supported ones.
    #[error("the picture is not PNG, JPEG, WebP, BMP, GIF or PNM")]
    Format,
    /// The picture has more than [`MAX_PIXELS`], a side longer than [`MAX_SIDE`], or needs more than
    /// [`MAX_MEMORY`].
    #[error("the picture is too large: the limits are 100 megapixels and 512 MiB unpacked")]
    TooLarge,
    /// The picture is cut off or invalid.
    #[error("the picture is damaged or of an unsupported kind")]
    Damaged,
}

/// A decoded picture.
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Zeroizing<Vec<u8>>,
    /// Whether the picture has transparent pixels.
    pub(crate) transparent: bool,
}

/// The background behind a transparent picture.
#[derive(Clone, Copy)]
pub(crate) enum Paper {
    White,
    Black,
}

/// Detects the format of a picture. Returns `None` if it is not supported.
pub(crate) fn format(bytes: &[u8]) -> Option<ImageFormat> {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Pnm, WebP};

    let format = image::guess_format(bytes).ok()?;
    match format {
        Png | Jpeg | WebP | Gif => Some(format),
        // A text may begin with "BM" or "P6", too. A BMP file has four zero bytes at this place, and a PNM
        // file continues with white space.
        Bmp => (bytes.get(6..10)? == [0; 4]).then_some(format),
        Pnm => bytes.get(2)?.is_ascii_whitespace().then_some(format),
        _ => None,
    }
}

/// Decodes a picture. Only the first frame of an animation counts.
pub(crate) fn decode(bytes: &[u8], paper: Paper) -> Result<Picture, Error> {
    let format = format(bytes).ok_or(Error::Format)?;
    let (width, height) = reader(bytes, format).into_dimensions().map_err(damage)?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(Error::TooLarge);
    }
    let image = reader(bytes, format).decode().map_err(damage)?;
    Ok(Picture {
        width: image.width(),
        height: image.height(),
        transparent: image.color().has_alpha(),
        pixels: Zeroizing::new(brightness(image, paper)),
    })
}

fn reader(bytes: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader
}

fn brightness(image: DynamicImage, paper: Paper) -> Vec<u8> {
    if !image.color().has_alpha() {
        return image.into_luma8().into_raw();
    }
    let ground = match paper {
        Paper::White => 255,
        Paper::Black => 0,
    };
    let pixel = |luma: u8, alpha: u8| {
        let (luma, alpha) = (u16::from(luma), u16::from(alpha));
        let mean = (luma * alpha + ground * (255 - alpha)) / 255;
        u8::try_from(mean).expect("a mean of bytes is a byte")
    };
    let pixels = image.into_luma_alpha8();
    let pixels = pixels.pixels();
    pixels.map(|pair| pixel(pair.0[0], pair.0[1])).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn damage(error: ImageError) -> Error {
    match error {
        ImageError::Limits(_) => Error::TooLarge,
        _ => Error::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Picture, Error> {
        decode(bytes, Paper::White)
    }

    #[test]
    fn transparent_pictures_lie_on_paper() {
        let image = image::GrayAlphaImage::from_raw(3, 1, vec![0, 0, 0, 255, 0, 128]).unwrap();
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png).unwrap();
        let picture = decode(png.get_ref(), Paper::White).unwrap();
        assert_eq!((picture.width, picture.height), (3, 1));
        assert!(picture.transparent);
        assert_eq!(*picture.pixels, [255, 0, 127]);
        let picture = decode(png.get_ref(), Paper::Black).unwrap();
        assert_eq!(*picture.pixels, [0, 0, 0]);
    }

    #[test]
    fn portable_maps_come_without_compression() {
        assert_eq!(*read(b"P5\n2 1\n255\n\x00\xff").unwrap().pixels, [0, 255]);
        let colour = read(b"P6 1 1 255\n\xff\xff\xff").unwrap();
        assert_eq!(*colour.pixels, [255]);
    }

    #[test]
    fn bombs_are_refused_by_their_headers() {
        for bomb in [
            &b"P5 100000 1001 255\n"[..],
            b"P5 65536 1 255\n",
            b"P6 60000 60000 65535\n",
        ] {
            assert_eq!(read(bomb).err(), Some(Error::TooLarge));
        }
        // 65,535 by 65,535 pixels in 30 bytes.
        let gif = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;";
        assert_eq!(read(gif).err(), Some(Error::TooLarge));
    }

    #[test]
    fn texts_are_no_pictures() {
        for text in [&b"BMW: otpauth://totp/a"[..], b"P6: x", b"", b"P5", b"BM"] {
            assert_eq!(format(text), None);
        }
        assert_eq!(read(b"otpauth://").err(), Some(Error::Format));
        assert_eq!(read(b"\x89PNG\r\n\x1a\nxxxx").err(), Some(Error::Damaged));
    }
}
