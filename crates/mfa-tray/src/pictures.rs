//! The pictures of the icon as pixels, in colours that are visible without a theme.

use crate::config::Look;
use crate::model::view::Face;

/// The renditions of one picture, from small to large.
macro_rules! renditions {
    ($name:literal) => {
        [
            renditions!($name, "16x16"),
            renditions!($name, "22x22"),
            renditions!($name, "24x24"),
            renditions!($name, "32x32"),
            renditions!($name, "48x48"),
        ]
    };
    ($name:literal, $size:literal) => {
        include_bytes!(concat!(
            "../../../dist/icons/hicolor/",
            $size,
            "/apps/",
            $name,
            ".png"
        ))
        .as_slice()
    };
}

/// A picture: red, green, blue and opacity of each pixel, row by row.
pub(crate) struct Rendition {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<u8>,
}

/// Returns the picture in all its sizes, from small to large.
pub(crate) fn of(face: Face, look: Look) -> Vec<Rendition> {
    let renditions: [&[u8]; 5] = match (look, face) {
        (Look::Colour | Look::Symbolic, Face::Unlocked) => renditions!("mfactl-tray"),
        (Look::Colour | Look::Symbolic, Face::Locked) => renditions!("mfactl-tray-locked"),
        (Look::Light, Face::Unlocked) => renditions!("mfactl-tray-light"),
        (Look::Light, Face::Locked) => renditions!("mfactl-tray-light-locked"),
        (Look::Dark, Face::Unlocked) => renditions!("mfactl-tray-dark"),
        (Look::Dark, Face::Locked) => renditions!("mfactl-tray-dark-locked"),
    };
    renditions.into_iter().filter_map(decode).collect()
}

pub(crate) fn decode(file: &[u8]) -> Option<Rendition> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut pixels).ok()?;
    Some(Rendition {
        width: info.width,
        height: info.height,
        pixels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_has_five_sizes_and_locked_differs() {
        for look in [Look::Colour, Look::Light, Look::Dark, Look::Symbolic] {
            let sizes = |face| {
                let pictures = of(face, look).into_iter();
                pictures
                    .map(|picture| {
                        let pixels = usize::try_from(picture.width * picture.height).unwrap();
                        assert_eq!(picture.pixels.len(), 4 * pixels, "{look:?}: not RGBA");
                        (picture.width, picture.pixels)
                    })
                    .collect::<Vec<_>>()
            };
            let (unlocked, locked) = (sizes(Face::Unlocked), sizes(Face::Locked));
            let widths: Vec<_> = unlocked.iter().map(|(width, _)| *width).collect();
            assert_eq!(widths, [16, 22, 24, 32, 48]);
            assert!(
                unlocked.iter().zip(&locked).all(|(a, b)| a != b),
                "{look:?}"
            );
        }
    }
}
