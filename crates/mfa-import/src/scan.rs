//! QR codes in a picture that is in memory, as one byte of brightness a pixel.
//!
//! A screenshot can be handed over as it is, without a file format around it.
//!
//! The decoder is large, and what it reads may be made to keep it busy: a call takes as long as
//! [`BUDGET`] and the pass that is under way then. Programs with secrets in them leave it to
//! `mfa-import`, which can be killed.

mod luma;
mod reader;

use std::time::{Duration, Instant};

use thiserror::Error;
use zeroize::Zeroizing;

use luma::Luma;

/// The most pixels that a picture may have.
pub const MAX_PIXELS: u64 = 100_000_000;
/// No further pass is begun after this.
pub const BUDGET: Duration = Duration::from_secs(10);

/// How often a picture is halved when nothing is found in it: grain and soft edges go away. Doubling
/// small ones was tried and brings nothing: modules of 1.35 pixels are read as they are.
const HALVINGS: usize = 2;
/// A picture is not halved when less than this would be left of a side.
const SMALLEST: u32 = 100;

/// Why a picture cannot be looked at. Holds nothing of it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// There are more or fewer bytes than pixels.
    #[error("the picture is not of the size that it is said to have")]
    Size,
    /// It has more than [`MAX_PIXELS`].
    #[error("the picture has more than 100 megapixels")]
    TooLarge,
}

/// The texts of all QR codes in a picture, each once. They may be secrets.
///
/// # Errors
/// Each variant of [`enum@Error`]. A picture without QR codes is none.
pub fn codes(width: u32, height: u32, pixels: &[u8]) -> Result<Vec<Zeroizing<String>>, Error> {
    let mut picture = Luma::borrowed(width, height, pixels)?;
    let end = Instant::now() + BUDGET;
    let mut codes = both_ways(&picture);
    for _ in 0..HALVINGS {
        let smaller = picture.width.min(picture.height) / 2;
        if !codes.is_empty() || smaller < SMALLEST || Instant::now() > end {
            break;
        }
        picture = picture.halved();
        codes = both_ways(&picture);
    }
    Ok(codes)
}

/// Dark codes on light ground, and light ones on dark: a picture may hold both.
fn both_ways(picture: &Luma<'_>) -> Vec<Zeroizing<String>> {
    let mut codes = reader::read(picture);
    for code in reader::read(&picture.inverted()) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
pub(crate) mod tests;
