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

/// The quick look is enough for what is plain to see, as on a screenshot full of other things.
#[test]
fn what_is_plain_takes_one_look() {
    let mut noise = Noise(11);
    let mut canvas = Canvas::new(1920, 1080, 240);
    for top in (0..1060).step_by(14) {
        for left in (0..1900).step_by(7) {
            let (width, height) = (
                1 + usize::from(noise.next() % 5),
                1 + usize::from(noise.next() % 9),
            );
            for row in top..top + height {
                canvas.pixels[row * 1920 + left..][..width].fill(30);
            }
        }
    }
    canvas.draw(LINK, 701, 333, 4, 255);
    let picture = Luma::borrowed(canvas.width, canvas.height, &canvas.pixels).unwrap();
    let glance = reader::glance(&picture);
    assert_eq!(glance.codes.len(), 1);
    assert!(!glance.more);
}

/// A code that the quick look does not read is not forgotten for one that it does.
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
    let glance = reader::glance(&picture);
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
