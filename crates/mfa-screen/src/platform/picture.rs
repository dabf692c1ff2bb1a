//! Pictures that mfa-import reads without a decoder: the grey PGM of Netpbm, see
//! <https://netpbm.sourceforge.net/doc/pgm.html>.

use zeroize::Zeroizing;

/// Returns grey pixels, row by row, as a file.
pub(crate) fn pgm(
    width: usize,
    height: usize,
    pixels: impl Iterator<Item = u8>,
) -> Zeroizing<Vec<u8>> {
    let head = format!("P5\n{width} {height}\n255\n");
    // One allocation holds everything: a growing buffer would leave copies of itself behind.
    let mut file = Zeroizing::new(Vec::with_capacity(head.len() + width * height));
    file.extend_from_slice(head.as_bytes());
    file.extend(pixels.take(width * height));
    file
}

#[cfg(test)]
mod tests {
    use mfa_helper::pictures::luma;

    use super::*;

    #[test]
    fn black_white_and_red() {
        let pixels = [(0, 0, 0), (255, 255, 255), (255, 0, 0)];
        let grey = pixels.into_iter().map(|(r, g, b)| luma(r, g, b));
        assert_eq!(&pgm(3, 1, grey)[..], b"P5\n3 1\n255\n\x00\xff\x4c");
    }
}
