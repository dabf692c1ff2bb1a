//! Reads QR codes from a picture in memory, with one byte of brightness per pixel.
//!
//! The caller can pass a screenshot as it is, without a file format.
//!
//! First comes a quick pass, with a threshold of our own and rxing's port of zxing-cpp. If it finds nothing,
//! or a corner that belongs to no code, thorough passes with rxing's older readers follow.
//! docs/measurements.md says how well each works.
//!
//! The decoder is large, and a malicious picture can keep it busy: a call takes up to [`BUDGET`] plus the
//! duration of the pass that is running then. Programs that hold secrets leave this to `mfa-import`, which
//! can be killed.

mod luma;
mod reader;
mod threshold;

use std::time::{Duration, Instant};

use thiserror::Error;
use zeroize::Zeroizing;

use luma::Luma;

/// The largest number of pixels. A fuzzer gets a smaller limit, which makes it faster.
pub const MAX_PIXELS: u64 = if cfg!(fuzzing) { 1 << 16 } else { 100_000_000 };
/// The longest side, in pixels. For rows of millions of pixels the decoder takes gigabytes.
pub const MAX_SIDE: u32 = 65_535;
/// The time after which no further pass begins.
pub const BUDGET: Duration = Duration::from_secs(4);

/// How often a picture is halved if nothing is found in it, which removes noise and soft edges. Doubling
/// small pictures does not help: modules of 1.35 pixels are read as they are.
const HALVINGS: usize = 2;
/// The shortest side that halving may leave.
const SMALLEST: u32 = 100;

/// The picture cannot be scanned. The error contains nothing from it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The number of bytes differs from the number of pixels.
    #[error("the size of the picture does not match its data")]
    Size,
    /// The picture has more than [`MAX_PIXELS`] or a side longer than [`MAX_SIDE`].
    #[error(
        "the picture has more than 100 megapixels or is longer than {MAX_SIDE} pixels on one side"
    )]
    TooLarge,
    /// The picture has more shapes like corners than hundreds of codes have. The decoder would try for hours
    /// which of them belong together.
    #[error("the picture has too many shapes that look like corners of QR codes")]
    Crowded,
}

/// Returns the texts of all QR codes in a picture, each once. They may be secrets.
///
/// # Errors
/// Each variant of [`enum@Error`]. A picture without QR codes is not an error.
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

/// Adds dark codes on a light background and light codes on a dark one. A picture may contain both.
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
