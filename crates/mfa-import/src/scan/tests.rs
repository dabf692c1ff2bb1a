//! Draws the pictures that it then reads.

use qrcode::{Color, EcLevel, QrCode};

use super::*;

/// A grey picture that things are drawn on.
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

/// The same numbers each time, without a seed from outside.
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

/// Every tenth pixel is wrong: too many for the first look, not for one at half the size. Of every
/// fifth, a quarter is needed.
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

#[test]
fn pictures_without_codes_have_none() {
    assert!(Canvas::new(300, 200, 90).codes().is_empty());
    assert!(Canvas::new(1, 1, 0).codes().is_empty());
    let mut noise = Noise(7);
    let mut canvas = Canvas::new(400, 300, 0);
    canvas.pixels.fill_with(|| noise.next());
    assert!(canvas.codes().is_empty());
}
