//! Draws pictures and reads them.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "places and brightness in small pictures"
)]

use qrcode::{Color, EcLevel, QrCode};

use super::*;

/// A grey picture to draw on.
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32, ground: u8) -> Self {
        let pixels = vec![ground; (width * height) as usize];
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Draws a QR code with its margin.
    pub(crate) fn draw(&mut self, text: &str, left: usize, top: usize, module: usize, light: u8) {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let width = code.width();
        let colors = code.to_colors();
        for y in 0..(width + 8) * module {
            for x in 0..(width + 8) * module {
                let (row, column) = ((y / module).wrapping_sub(4), (x / module).wrapping_sub(4));
                let inside = row < width && column < width;
                let dark = inside && colors[row * width + column] == Color::Dark;
                let place = (top + y) * self.width as usize + left + x;
                self.pixels[place] = if dark { !light } else { light };
            }
        }
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        let codes = codes(self.width, self.height, &self.pixels).unwrap();
        codes.iter().map(|code| code.to_string()).collect()
    }
}

const LINK: &str = "otpauth://totp/AWS:root@123456789012?secret=JBSWY3DPEHPK3PXP&issuer=AWS";

/// A generator of the same numbers in each run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_le_bytes()[3]
    }
}

#[test]
fn codes_are_read_in_any_size_and_both_ways() {
    for module in [1, 2, 3, 5, 9] {
        for light in [255, 0, 200, 40] {
            let mut canvas = Canvas::new(600, 500, 128);
            canvas.draw(LINK, 61, 37, module, light);
            assert_eq!(canvas.codes(), [LINK], "{module} {light}");
        }
    }
}

#[test]
fn several_codes_are_read_dark_and_light_and_each_once() {
    let texts: Vec<_> = (0..6).map(|n| format!("{LINK}&n={n}")).collect();
    let mut canvas = Canvas::new(1000, 700, 255);
    for (n, text) in texts.iter().enumerate() {
        let light = if n == 4 { 0 } else { 255 };
        canvas.draw(text, 20 + 320 * (n % 3), 20 + 330 * (n / 3), 5, light);
    }
    let mut codes = canvas.codes();
    codes.sort();
    assert_eq!(codes, texts);

    let mut twice = Canvas::new(900, 400, 255);
    twice.draw(LINK, 20, 20, 5, 255);
    twice.draw(LINK, 450, 20, 5, 255);
    assert_eq!(twice.codes(), [LINK]);
}

/// The quick pass is enough for codes that are easy to see, as in a screenshot full of other things.
#[test]
fn what_is_plain_takes_one_look() {
    for (width, height, module, light) in [
        (1920, 1080, 4, 255),
        (3840, 2160, 3, 255),
        (1920, 1080, 5, 0),
    ] {
        let mut screen = Canvas::screen(width, height);
        screen.draw(LINK, 1203, 577, module, light);
        let picture = Luma::borrowed(width, height, &screen.pixels).unwrap();
        let glance = reader::glance(&picture).unwrap();
        assert_eq!(glance.codes.len(), 1, "{width} by {height}, {light}");
        assert!(!glance.more, "{width} by {height}, {light}");
    }
}

/// A code that the quick pass misses is still found if the pass reads another one.
#[test]
fn a_second_look_is_taken_where_there_may_be_more() {
    let (first, second) = (format!("{LINK}&n=1"), format!("{LINK}&n=2"));
    let mut canvas = Canvas::new(1400, 700, 255);
    canvas.draw(&first, 20, 20, 8, 255);
    canvas.draw(&second, 720, 20, 8, 255);
    let mut noise = Noise(5);
    for row in canvas.pixels.chunks_mut(1400) {
        for pixel in &mut row[700..] {
            *pixel ^= if noise.next() < 7 { 255 } else { 0 };
        }
    }
    let picture = Luma::borrowed(1400, 700, &canvas.pixels).unwrap();
    let glance = reader::glance(&picture).unwrap();
    assert_eq!(glance.codes.len(), 1);
    assert!(glance.more);
    let mut codes = canvas.codes();
    codes.sort();
    assert_eq!(codes, [first, second]);
}

#[test]
fn low_contrast_and_shadow_are_no_obstacles() {
    let mut canvas = Canvas::new(700, 600, 255);
    canvas.draw(LINK, 100, 90, 6, 255);
    for (low, high) in [(100, 118), (0, 50), (190, 255)] {
        let mut pale = Canvas::new(700, 600, 0);
        let shade = |pixel: &u8| if *pixel == 0 { low } else { high };
        pale.pixels = canvas.pixels.iter().map(shade).collect();
        assert_eq!(pale.codes(), [LINK], "{low} {high}");
    }
    for row in canvas.pixels.chunks_mut(700) {
        for (place, pixel) in row.iter_mut().enumerate() {
            let light = 60 + 190 * place / 700;
            *pixel = u8::try_from(usize::from(*pixel) * light / 255).unwrap();
        }
    }
    assert_eq!(canvas.codes(), [LINK]);
}

#[test]
fn texts_may_be_in_any_script() {
    let text = "otpauth://totp/Zürich:ジェーン?secret=JBSWY3DPEHPK3PXP";
    let mut canvas = Canvas::new(500, 500, 255);
    canvas.draw(text, 10, 10, 5, 255);
    assert_eq!(canvas.codes(), [text]);
}

#[test]
fn noise_is_no_obstacle() {
    let mut noise = Noise(42);
    let mut canvas = Canvas::new(700, 600, 255);
    canvas.draw(LINK, 100, 90, 6, 255);
    for pixel in &mut canvas.pixels {
        let grain = noise.next() / 3;
        *pixel = if *pixel > 127 {
            *pixel - grain
        } else {
            *pixel + grain
        };
    }
    assert_eq!(canvas.codes(), [LINK]);
}

/// Every tenth pixel is wrong. That is too many at full size, but not at half the size. With every fifth
/// pixel wrong, a quarter of the size is required.
#[test]
fn smaller_is_sharper() {
    for (module, wrong) in [(8, 25), (10, 51)] {
        let mut noise = Noise(3 + u64::from(wrong));
        let mut canvas = Canvas::new(720, 720, 255);
        canvas.draw(LINK, 100, 90, module, 255);
        for pixel in &mut canvas.pixels {
            *pixel ^= if noise.next() < wrong { 255 } else { 0 };
        }
        let picture = Luma::borrowed(720, 720, &canvas.pixels).unwrap();
        assert!(reader::read(&picture).is_empty());
        assert_eq!(canvas.codes(), [LINK]);
    }
}

impl Canvas {
    /// Returns the picture with each pixel taken from the place that `from` returns.
    fn seen(&self, from: impl Fn(f32, f32) -> (f32, f32)) -> Self {
        let mut seen = Self::new(self.width, self.height, 0);
        let width = self.width as usize;
        let at = |x: f32, y: f32| {
            let (x, y) = (x.max(0.0) as usize, y.max(0.0) as usize);
            let row = y.min(self.height as usize - 1) * width;
            f32::from(self.pixels[row + x.min(width - 1)])
        };
        for (place, pixel) in seen.pixels.iter_mut().enumerate() {
            let (x, y) = from((place % width) as f32, (place / width) as f32);
            let (right, down) = (x - x.floor(), y - y.floor());
            let upper = at(x, y) * (1.0 - right) + at(x + 1.0, y) * right;
            let lower = at(x, y + 1.0) * (1.0 - right) + at(x + 1.0, y + 1.0) * right;
            *pixel = (upper * (1.0 - down) + lower * down) as u8;
        }
        seen
    }

    /// Replaces each pixel with the mean of a square around it.
    fn blurred(&self, radius: usize) -> Self {
        let side = 2 * radius + 1;
        let width = self.width as usize;
        let mut blurred = Self::new(self.width, self.height, 255);
        for y in radius..self.height as usize - radius {
            for x in radius..width - radius {
                let rows = (y - radius..=y + radius).map(|y| y * width + x - radius);
                let sum: usize = rows
                    .flat_map(|row| &self.pixels[row..row + side])
                    .map(|pixel| usize::from(*pixel))
                    .sum();
                blurred.pixels[y * width + x] = (sum / side / side) as u8;
            }
        }
        blurred
    }

    /// Returns a screenshot: windows with lines that look like text.
    fn screen(width: u32, height: u32) -> Self {
        let mut noise = Noise(11);
        let glyphs: Vec<u8> = (0..26 * 4).map(|_| noise.next()).collect();
        let mut screen = Self::new(width, height, 90);
        for window in 0..6_usize {
            let (left, top) = (40 + 300 * window, 60 + 170 * (window % 3));
            for y in top..top + 400 {
                for x in left..left + 280 {
                    let letter = (x / 9 * 7 + y / 18 * 5) % 26;
                    let (row, column) = (y % 18 / 3, x % 9 / 2);
                    let ink = row < 4 && column < 4 && glyphs[letter * 4 + row] >> column & 1 == 1;
                    screen.pixels[y * width as usize + x] = if ink { 40 } else { 240 };
                }
            }
        }
        screen
    }
}

#[test]
fn codes_are_read_at_any_angle() {
    let mut canvas = Canvas::new(500, 500, 255);
    canvas.draw(LINK, 110, 110, 6, 255);
    for degrees in (0..360).step_by(15) {
        let (sin, cos) = (degrees as f32).to_radians().sin_cos();
        let turned = canvas.seen(|x, y| {
            let (x, y) = (x - 250.0, y - 250.0);
            (250.0 + x * cos - y * sin, 250.0 + x * sin + y * cos)
        });
        assert_eq!(turned.codes(), [LINK], "{degrees}");
    }
}

#[test]
fn faint_codes_are_read() {
    for light in [255, 0] {
        let mut canvas = Canvas::new(500, 500, 230);
        canvas.draw(LINK, 110, 110, 6, light);
        for pixel in &mut canvas.pixels {
            *pixel = 110 + *pixel / 8;
        }
        assert_eq!(canvas.codes(), [LINK], "{light}");
    }
}

/// A photo: from the side, in bad light, out of focus.
#[test]
fn photographs_are_read() {
    let mut canvas = Canvas::new(900, 700, 230);
    canvas.draw(LINK, 200, 120, 9, 255);
    for tilt in [0.0003, -0.0004] {
        let mut photo = canvas.seen(|x, y| {
            let far = 1.0 + tilt * (x - 450.0);
            (450.0 + (x - 450.0) / far, 350.0 + (y - 350.0) / far)
        });
        for (place, pixel) in photo.pixels.iter_mut().enumerate() {
            let dim = 90 + place % 900 / 9;
            *pixel = (usize::from(*pixel) * dim / 255 + 20) as u8;
        }
        for radius in [1, 2] {
            assert_eq!(photo.blurred(radius).codes(), [LINK], "{tilt} {radius}");
        }
    }
}

#[test]
fn codes_of_all_sizes_and_angles_stand_side_by_side() {
    let texts: Vec<_> = (0..3).map(|n| format!("{LINK}&n={n}")).collect();
    let mut canvas = Canvas::screen(1920, 1080);
    canvas.draw(&texts[0], 60, 620, 2, 255);
    canvas.draw(&texts[1], 500, 560, 8, 0);
    canvas.draw(&texts[2], 1300, 600, 4, 255);
    let mut codes = canvas.codes();
    codes.sort();
    assert_eq!(codes, texts);
}

/// The decoder tries which three corners belong together, which takes hours for ten thousand corners.
#[test]
fn patterns_of_corners_are_not_decoded() {
    let mut canvas = Canvas::new(900, 900, 255);
    for (place, pixel) in canvas.pixels.iter_mut().enumerate() {
        let (x, y) = (place % 900 % 9, place / 900 % 9);
        let ring = x.abs_diff(3).max(y.abs_diff(3));
        *pixel = if ring == 2 || ring > 3 { 255 } else { 0 };
    }
    let refused = codes(900, 900, &canvas.pixels);
    assert_eq!(refused.unwrap_err(), Error::Crowded);
}

#[test]
fn pictures_without_codes_have_none() {
    assert!(Canvas::new(300, 200, 90).codes().is_empty());
    assert!(Canvas::new(1, 1, 0).codes().is_empty());
    let mut noise = Noise(7);
    let mut canvas = Canvas::new(400, 300, 0);
    canvas.pixels.fill_with(|| noise.next());
    assert!(canvas.codes().is_empty());
}
