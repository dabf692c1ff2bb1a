//! Pictures as mfa-import reads them without decoding anything: the PAM of Netpbm, grey with opacity,
//! see <https://netpbm.sourceforge.net/doc/pam.html>.

use zeroize::Zeroizing;

use crate::Picture;

impl Picture {
    /// As a file. On what it lies, where it can be seen through, is for the reader to try.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        let (width, height) = (self.width, self.height);
        let head = format!(
            "P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 2\nMAXVAL 255\n\
             TUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n"
        );
        // All at once: a picture that grows would leave copies of itself behind.
        let mut file = Zeroizing::new(Vec::with_capacity(head.len() + 2 * width * height));
        file.extend_from_slice(head.as_bytes());
        let (pixels, _) = self.pixels.as_chunks();
        for [red, green, blue, opacity] in pixels.iter().take(width * height) {
            file.extend([luma(*red, *green, *blue), *opacity]);
        }
        file
    }
}

/// How bright a colour is (ITU-R BT.601).
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(255)
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
