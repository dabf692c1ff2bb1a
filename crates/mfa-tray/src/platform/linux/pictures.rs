//! The pictures of the icon: by name where they are installed, and as pixels everywhere.

use std::path::PathBuf;

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
            "../../../../../dist/icons/hicolor/",
            $size,
            "/apps/",
            $name,
            ".png"
        ))
        .as_slice()
    };
}

/// The name of the picture in the icon theme; empty if it is not installed, since panels do not
/// look at the pixels when they are given a name.
pub(super) fn name(face: Face, look: Look) -> String {
    let (name, folder) = match (look, face) {
        (Look::Colour, Face::Unlocked) => ("mfactl-tray", "scalable"),
        (Look::Colour, Face::Locked) => ("mfactl-tray-locked", "scalable"),
        (Look::Light, Face::Unlocked) => ("mfactl-tray-light", "scalable"),
        (Look::Light, Face::Locked) => ("mfactl-tray-light-locked", "scalable"),
        (Look::Dark, Face::Unlocked) => ("mfactl-tray-dark", "scalable"),
        (Look::Dark, Face::Locked) => ("mfactl-tray-dark-locked", "scalable"),
        (Look::Symbolic, Face::Unlocked) => ("mfactl-tray-symbolic", "symbolic"),
        (Look::Symbolic, Face::Locked) => ("mfactl-tray-locked-symbolic", "symbolic"),
    };
    let file = format!("icons/hicolor/{folder}/apps/{name}.svg");
    let installed = data_folders().iter().any(|dir| dir.join(&file).exists());
    if installed {
        name.to_owned()
    } else {
        String::new()
    }
}

/// Where icon themes are, as the XDG base directory specification has it.
fn data_folders() -> Vec<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = variable("XDG_DATA_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".local/share")));
    let system = variable("XDG_DATA_DIRS").unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    let system = std::env::split_paths(&system).collect::<Vec<_>>();
    home.into_iter().chain(system).collect()
}

/// The picture in all its sizes, in colours that can be seen without a theme.
pub(super) fn pixmaps(face: Face, look: Look) -> Vec<ksni::Icon> {
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

/// Pixels as the protocol has them: 32 bits each, alpha first.
fn decode(file: &[u8]) -> Option<ksni::Icon> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .ok()?;
    let mut data = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut data).ok()?;
    data.chunks_exact_mut(4)
        .for_each(|pixel| pixel.rotate_right(1));
    Some(ksni::Icon {
        width: info.width.try_into().ok()?,
        height: info.height.try_into().ok()?,
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_has_five_sizes_and_locked_differs() {
        for look in [Look::Colour, Look::Light, Look::Dark, Look::Symbolic] {
            let sizes = |face| {
                let icons = pixmaps(face, look).into_iter();
                icons
                    .map(|icon| {
                        let pixels = usize::try_from(icon.width * icon.height).unwrap();
                        assert_eq!(icon.data.len(), 4 * pixels, "{look:?}: not RGBA");
                        (icon.width, icon.data)
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
