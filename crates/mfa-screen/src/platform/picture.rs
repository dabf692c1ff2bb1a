//! Pictures as mfa-import reads them without decoding anything: the grey PGM of Netpbm, see
//! <https://netpbm.sourceforge.net/doc/pgm.html>.

use zeroize::Zeroizing;

/// Writes grey pixels, row by row.
pub(crate) fn pgm(
    width: usize,
    height: usize,
    pixels: impl Iterator<Item = u8>,
) -> Zeroizing<Vec<u8>> {
    let head = format!("P5\n{width} {height}\n255\n");
    // All at once: a picture that grows would leave copies of itself behind.
    let mut file = Zeroizing::new(Vec::with_capacity(head.len() + width * height));
    file.extend_from_slice(head.as_bytes());
    file.extend(pixels.take(width * height));
    file
}

/// How bright a colour is (ITU-R BT.601).
pub(crate) fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_and_red() {
        let pixels = [(0, 0, 0), (255, 255, 255), (255, 0, 0)];
        let grey = pixels.into_iter().map(|(r, g, b)| luma(r, g, b));
        assert_eq!(&pgm(3, 1, grey)[..], b"P5\n3 1\n255\n\x00\xff\x4c");
    }
}
