//! A picture with QR codes: a screenshot or a photo of what a service or another app shows.

use thiserror::Error;
use zeroize::Zeroizing;

use super::Format;
use crate::error::Error as FileError;
use crate::found::Found;
use crate::links::{self, Links};
use crate::picture::Paper;
use crate::text::has_scheme;
use crate::{picture, scan};

/// The scheme of the QR codes that Microsoft shows to its own app. They contain no secret.
const MICROSOFT: &str = "phonefactor://";

/// A picture.
pub(super) struct Qr;

/// The reason why a picture cannot be used.
#[derive(Debug, Error)]
enum Error {
    #[error(transparent)]
    Picture(#[from] picture::Error),
    #[error(transparent)]
    Scan(#[from] scan::Error),
    #[error("cannot find a QR code in the picture")]
    NoCode,
}

impl Error {
    fn advice(&self) -> &'static str {
        match self {
            Self::Picture(picture::Error::Format) => "Save it in one of these formats.",
            Self::Picture(picture::Error::TooLarge) | Self::Scan(_) => {
                "Crop the picture to the QR code."
            }
            Self::Picture(picture::Error::Damaged) => "Save it again as PNG.",
            Self::NoCode => "Use a larger or sharper picture of the whole QR code.",
        }
    }
}

impl Format for Qr {
    fn name(&self) -> &'static str {
        "qr"
    }

    fn title(&self) -> &'static str {
        "a picture with QR codes: PNG, JPEG, WebP, BMP, GIF or PNM"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        picture::format(bytes).is_some()
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, FileError> {
        read(bytes).map_err(|error| {
            let advice = error.advice();
            FileError::damaged(error, advice)
        })
    }
}

fn read(bytes: &[u8]) -> Result<Found, Error> {
    let codes = codes(bytes)?;
    if codes.is_empty() {
        return Err(Error::NoCode);
    }
    let mut links = Links::default();
    for (number, code) in (1..).zip(&codes) {
        let (place, code) = (format!("QR code {number}"), code.trim());
        if links::is_link(code) {
            links.read(&place, code);
        } else if has_scheme(code, MICROSOFT) {
            links.skip(
                &place,
                "only Microsoft Authenticator can use this QR code: ask the service for a QR code for another app",
            );
        } else {
            links.skip(&place, "the QR code contains no account");
        }
    }
    Ok(links.finish())
}

fn codes(bytes: &[u8]) -> Result<Vec<Zeroizing<String>>, Error> {
    for paper in [Paper::White, Paper::Black] {
        let picture = picture::decode(bytes, paper)?;
        let codes = scan::codes(picture.width, picture.height, &picture.pixels)?;
        if !codes.is_empty() || !picture.transparent {
            return Ok(codes);
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{GrayAlphaImage, GrayImage, ImageFormat};

    use super::*;
    use crate::migration::tests::{account, link};
    use crate::scan::tests::Canvas;

    const LINK: &str = "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP";

    /// Returns a canvas as a file.
    fn file(canvas: &Canvas, format: ImageFormat) -> Vec<u8> {
        let pixels = canvas.pixels.clone();
        let image = GrayImage::from_raw(canvas.width, canvas.height, pixels).unwrap();
        let image = image::DynamicImage::from(image).into_rgb8();
        let mut file = Cursor::new(Vec::new());
        image.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    #[test]
    fn pictures_of_all_formats_are_read() {
        use ImageFormat::{Bmp, Gif, Jpeg, Png, Pnm, WebP};

        let mut canvas = Canvas::new(300, 300, 255);
        canvas.draw(LINK, 7, 9, 5, 255);
        for format in [Png, Jpeg, WebP, Bmp, Gif, Pnm] {
            let file = file(&canvas, format);
            assert!(Qr.detect(&file), "{format:?}");
            let found = Qr.read(&file, None).unwrap();
            assert_eq!(found.accounts[0].issuer, "AWS", "{format:?}");
            assert!(
                Qr.read(&file[..file.len() / 3], None).is_err(),
                "{format:?}"
            );
        }
    }

    #[test]
    fn transparent_pictures_are_read_whatever_they_are_made_for() {
        let mut canvas = Canvas::new(300, 300, 255);
        canvas.draw(LINK, 7, 9, 5, 255);
        for ink in [0, 255] {
            let pixels = canvas.pixels.iter().flat_map(|pixel| [ink, !pixel]);
            let image = GrayAlphaImage::from_raw(300, 300, pixels.collect()).unwrap();
            let mut file = Cursor::new(Vec::new());
            image.write_to(&mut file, ImageFormat::Png).unwrap();
            assert_eq!(
                Qr.read(file.get_ref(), None).unwrap().accounts.len(),
                1,
                "{ink}"
            );
        }
    }

    #[test]
    fn all_codes_of_a_picture_are_told_of() {
        let mut canvas = Canvas::new(900, 800, 255);
        canvas.draw(LINK, 10, 10, 5, 255);
        canvas.draw("https://example.com/PRIVATE", 450, 10, 5, 255);
        let export = [account(b"1", "a", "", &[]), account(b"2", "b", "", &[])].concat();
        canvas.draw(&link(&export), 10, 400, 5, 255);
        canvas.draw("otpauth://totp/a?secret=PRIVATE1", 450, 400, 5, 255);
        let found = Qr.read(&file(&canvas, ImageFormat::Png), None).unwrap();
        let mut users: Vec<_> = found.accounts.iter().map(|a| &*a.username).collect();
        users.sort_unstable();
        assert_eq!(users, ["a", "b", "root"]);
        let mut reasons: Vec<_> = found.skipped.iter().map(|s| &*s.reason).collect();
        reasons.sort_unstable();
        assert_eq!(reasons[0], "the QR code contains no account");
        assert!(reasons[1].starts_with("the secret is not base32"));
        assert!(!format!("{found:?}").contains("PRIVATE"));
    }

    #[test]
    fn a_picture_without_codes_is_an_error_of_its_own() {
        let error = Qr.read(&file(&Canvas::new(90, 80, 200), ImageFormat::Png), None);
        let error = error.unwrap_err();
        assert_eq!(error.to_string(), "cannot find a QR code in the picture");
        assert!(error.advice().ends_with("picture of the whole QR code."));
    }
}
