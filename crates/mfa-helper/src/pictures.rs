//! Pictures for mfa-import. mfa-screen prints one per screen, each after a line with its length in bytes.

use std::io::{self, Write};

/// Writes pictures.
///
/// # Errors
/// An error of the output.
pub fn write<P: AsRef<[u8]>>(
    pictures: impl IntoIterator<Item = P>,
    output: &mut impl Write,
) -> io::Result<()> {
    for picture in pictures {
        let picture = picture.as_ref();
        writeln!(output, "{}", picture.len())?;
        output.write_all(picture)?;
    }
    output.flush()
}

/// Reads the pictures that [`write()`] has written. Returns `None` for any other input.
#[must_use]
pub fn read(mut written: &[u8]) -> Option<Vec<&[u8]>> {
    let mut pictures = Vec::new();
    while !written.is_empty() {
        let end = written.iter().position(|byte| *byte == b'\n')?;
        let length = std::str::from_utf8(&written[..end]).ok()?.parse().ok()?;
        let (picture, rest) = written[end + 1..].split_at_checked(length)?;
        pictures.push(picture);
        written = rest;
    }
    Some(pictures)
}

/// Returns the brightness of a colour (ITU-R BT.601).
#[must_use]
pub fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let pictures: [&[u8]; 3] = [b"P5\n1 1\n", b"", b"\n7\n"];
        let mut written = Vec::new();
        write(pictures, &mut written).unwrap();
        assert_eq!(read(&written), Some(pictures.to_vec()));
        assert_eq!(read(b""), Some(Vec::new()));
    }

    #[test]
    fn anything_else_is_refused() {
        for other in ["7", "2\na", "-1\n", "x\n", "18446744073709551616\na"] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }
}
