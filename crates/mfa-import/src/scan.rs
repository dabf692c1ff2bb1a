//! QR codes in a picture that is in memory, as one byte of brightness a pixel.
//!
//! A screenshot can be handed over as it is, without a file format around it.
//!
//! First a glance, with a threshold of our own and rxing's port of zxing-cpp; then, if nothing is found
//! or a corner is left over, thorough looks with its older readers. What each is worth stands in
//! docs/measurements.md.
//!
//! The decoder is large, and what it reads may be made to keep it busy: a call takes as long as
//! [`BUDGET`] and the pass that is under way then. Programs with secrets in them leave it to
//! `mfa-import`, which can be killed.

mod luma;
mod reader;
mod threshold;

use std::time::{Duration, Instant};

use thiserror::Error;
use zeroize::Zeroizing;

use luma::Luma;

/// The most pixels that a picture may have; under a fuzzer few, so that it gets on.
pub const MAX_PIXELS: u64 = if cfg!(fuzzing) { 1 << 16 } else { 100_000_000 };
/// The longest side that it may have. For rows of millions of pixels the decoder takes gigabytes.
pub const MAX_SIDE: u32 = 65_535;
/// No further pass is begun after this.
pub const BUDGET: Duration = Duration::from_secs(4);

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
    #[error("the picture has more than 100 megapixels, or a side of more than {MAX_SIDE}")]
    TooLarge,
    /// There is more in it that looks like a part of a code than in hundreds of codes. The decoder would
    /// try which of them belong together for hours.
    #[error("the picture is full of what looks like the corners of QR codes")]
    Crowded,
}

/// The texts of all QR codes in a picture, each once. They may be secrets.
///
/// # Errors
/// Each variant of [`enum@Error`]. A picture without QR codes is none.
pub fn codes(width: u32, height: u32, pixels: &[u8]) -> Result<Vec<Zeroizing<String>>, Error> {
    let mut picture = Luma::borrowed(width, height, pixels)?;
    let end = Instant::now() + BUDGET;
    let reader::Glance { mut codes, more } = reader::glance(&picture)?;
    if !codes.is_empty() && !more {
        return Ok(codes);
    }
    both_ways(&picture, &mut codes);
    for _ in 0..HALVINGS {
        let smaller = picture.width.min(picture.height) / 2;
        let done = !codes.is_empty() && !more;
        if done || smaller < SMALLEST || Instant::now() > end {
            break;
        }
        picture = picture.halved();
        both_ways(&picture, &mut codes);
    }
    Ok(codes)
}

/// Adds dark codes on light ground, and light ones on dark: a picture may hold both.
fn both_ways(picture: &Luma<'_>, codes: &mut Vec<Zeroizing<String>>) {
    for code in reader::read(picture) {
        reader::add(codes, code);
    }
    for code in reader::read(&picture.inverted()) {
        reader::add(codes, code);
    }
}

#[cfg(test)]
pub(crate) mod tests;
