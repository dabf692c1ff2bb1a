//! Pictures that mfa-import reads without a decoder: the PAM of Netpbm, grey with opacity, see
//! <https://netpbm.sourceforge.net/doc/pam.html>.

use mfa_helper::clipboard::PICTURE;
use mfa_helper::pictures::luma;
use zeroize::Zeroizing;

use crate::Picture;

impl Picture {
    /// Returns the picture as a file. The reader chooses the background of transparent pixels.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        let (width, height) = (self.width, self.height);
        let head = format!(
            "{PICTURE}WIDTH {width}\nHEIGHT {height}\nDEPTH 2\nMAXVAL 255\n\
             TUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n"
        );
        // One allocation holds everything: a growing buffer would leave copies of itself behind.
        let mut file = Zeroizing::new(Vec::with_capacity(head.len() + 2 * width * height));
        file.extend_from_slice(head.as_bytes());
        let (pixels, _) = self.pixels.as_chunks();
        for [red, green, blue, opacity] in pixels.iter().take(width * height) {
            file.extend([luma(*red, *green, *blue), *opacity]);
        }
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_red_and_nothing() {
        let pixels = [
            [0, 0, 0, 255],
            [255, 255, 255, 255],
            [255, 0, 0, 255],
            [0, 0, 0, 0],
        ];
        let picture = Picture {
            width: 2,
            height: 2,
            pixels: Zeroizing::new(pixels.as_flattened().to_vec()),
        };
        let file = picture.to_file();
        assert!(file.starts_with(b"P7\nWIDTH 2\nHEIGHT 2\n"));
        assert!(file.ends_with(b"ENDHDR\n\x00\xff\xff\xff\x4c\xff\x00\x00"));
    }
}
