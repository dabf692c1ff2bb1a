//! Draws QR codes (ISO/IEC 18004), with the quiet zone of four modules that readers need.

use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use crate::Bytes;
use crate::failure::Failure;

/// The width of the light frame, in modules.
const QUIET: usize = 4;
/// The width of a module in pictures, in pixels.
const SCALE: usize = 8;
/// The smallest code on paper, in millimetres.
const MIN_MM: usize = 40;
/// The largest number of modules in a millimetre of paper.
const MODULES_IN_MM: usize = 2;

/// The modules of a code and of its frame.
struct Grid {
    code: QrCode,
    width: usize,
}

impl Grid {
    fn new(text: &str) -> Result<Self, Failure> {
        // A quarter of a short code may be unreadable. Long ones are made as small as possible.
        let levels = [EcLevel::M, EcLevel::L];
        let mut codes = levels
            .into_iter()
            .map(|level| QrCode::with_error_correction_level(text, level));
        let code = codes.find_map(Result::ok).ok_or(Failure::TooLong)?;
        let width = code.width() + 2 * QUIET;
        Ok(Self { code, width })
    }

    /// Returns the runs of dark modules in a row: their beginnings and lengths.
    fn dark(&self, y: usize) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for x in (0..self.width).filter(|x| !self.is_light(*x, y)) {
            match runs.last_mut() {
                Some((start, length)) if *start + *length == x => *length += 1,
                _ => runs.push((x, 1)),
            }
        }
        runs
    }

    /// Returns whether a module is light. All around the code is.
    fn is_light(&self, x: usize, y: usize) -> bool {
        let inside = |place: usize| {
            place
                .checked_sub(QUIET)
                .filter(|place| *place < self.code.width())
        };
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.code[(x, y)] == Color::Light,
            _ => true,
        }
    }
}

/// Draws a code with half blocks, two rows of modules to a line. A full block is light: on a terminal with light
/// letters on a dark ground, it looks as printed.
///
/// # Errors
/// [`Failure::TooLong`].
pub fn text(content: &str) -> Result<Bytes, Failure> {
    let grid = Grid::new(content)?;
    let mut text = Zeroizing::new(String::with_capacity(grid.width * grid.width * 2));
    for y in (0..grid.width).step_by(2) {
        for x in 0..grid.width {
            text.push(match (grid.is_light(x, y), grid.is_light(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        text.push('\n');
    }
    Ok(Bytes::new(text.as_bytes().to_vec()))
}

/// Draws a code for a web page, as SVG. A module is never smaller than half a millimetre, so that a phone reads it from
/// paper. Returns the width too, in millimetres.
///
/// # Errors
/// [`Failure::TooLong`].
pub fn svg(content: &str) -> Result<(Zeroizing<String>, usize), Failure> {
    let grid = Grid::new(content)?;
    let modules = grid.width;
    let width = modules.div_ceil(MODULES_IN_MM).max(MIN_MM);
    let mut svg = Zeroizing::new(String::with_capacity(modules * modules * 8));
    svg.push_str(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{width}mm\" \
         viewBox=\"0 0 {modules} {modules}\" role=\"img\" aria-label=\"QR code\"><path d=\""
    ));
    for y in 0..modules {
        for (x, length) in grid.dark(y) {
            svg.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
        }
    }
    svg.push_str("\"/></svg>");
    Ok((svg, width))
}

/// Draws a code as a PNG picture.
///
/// # Errors
/// [`Failure::TooLong`] and [`Failure::Encode`].
pub fn png(content: &str) -> Result<Bytes, Failure> {
    let grid = Grid::new(content)?;
    let side = grid.width * SCALE;
    let mut pixels = Zeroizing::new(Vec::with_capacity(side * side));
    for y in 0..side {
        let row = (0..side).map(|x| u8::from(grid.is_light(x / SCALE, y / SCALE)) * 255);
        pixels.extend(row);
    }
    let side = u32::try_from(side).map_err(|_| Failure::Encode)?;
    let mut picture = Bytes::default();
    let mut encoder = Encoder::new(&mut *picture, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let writer = encoder.write_header();
    let written = writer.and_then(|mut writer| {
        writer.write_image_data(&pixels)?;
        writer.finish()
    });
    written.map_err(|_| Failure::Encode)?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP";

    #[test]
    fn the_text_shows_the_modules_of_the_code() {
        let grid = Grid::new(TEXT).unwrap();
        let text = text(TEXT).unwrap();
        let text = std::str::from_utf8(&text).unwrap();
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        assert_eq!(lines.len(), grid.width.div_ceil(2));
        for (y, x) in (0..grid.width).flat_map(|y| (0..grid.width).map(move |x| (y, x))) {
            let shown = lines[y / 2][x];
            let light = if y % 2 == 0 { "█▀" } else { "█▄" };
            assert_eq!(light.contains(shown), grid.is_light(x, y), "{x} {y}");
        }
        assert!(lines[0].iter().all(|c| *c == '█'), "the quiet zone");
    }

    #[test]
    fn a_web_page_shows_the_modules_of_the_code() {
        let grid = Grid::new(TEXT).unwrap();
        let (svg, width) = svg(TEXT).unwrap();
        assert_eq!(width, MIN_MM);
        let path = svg.split_once("d=\"").unwrap().1.split_once('"').unwrap().0;
        let mut light = vec![vec![true; grid.width]; grid.width];
        for run in path.split('M').skip(1) {
            let (x, run) = run.split_once(' ').unwrap();
            let (y, run) = run.split_once('h').unwrap();
            let (length, _) = run.split_once('v').unwrap();
            let number = |text: &str| text.parse::<usize>().unwrap();
            let start = number(x);
            light[number(y)][start..start + number(length)].fill(false);
        }
        for (y, x) in (0..grid.width).flat_map(|y| (0..grid.width).map(move |x| (y, x))) {
            assert_eq!(light[y][x], grid.is_light(x, y), "{x} {y}");
        }
        let (_, wide) = super::svg(&"x".repeat(2000)).unwrap();
        assert!(wide > 60, "{wide}");
    }

    #[test]
    fn a_text_that_fits_no_code_is_refused() {
        assert!(matches!(text(&"x".repeat(3000)), Err(Failure::TooLong)));
        assert!(png(&"x".repeat(2900)).is_ok());
    }
}
