//! The pictures of the icon for panels: by name if they are installed, and as pixels.

use super::folders;
use crate::config::Look;
use crate::model::view::Face;
use crate::pictures::{self, Rendition};

/// Returns the name of the picture in the icon theme. It is empty if the picture is not installed,
/// because panels ignore the pixels if there is a name.
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
    let installed = folders::data().iter().any(|dir| dir.join(&file).exists());
    if installed {
        name.to_owned()
    } else {
        String::new()
    }
}

/// Returns the picture in all its sizes.
pub(super) fn pixmaps(face: Face, look: Look) -> Vec<ksni::Icon> {
    let pictures = pictures::of(face, look).into_iter();
    pictures.filter_map(pixmap).collect()
}

/// Returns the pixels in the form of the protocol: 32 bits each, alpha first.
fn pixmap(picture: Rendition) -> Option<ksni::Icon> {
    let mut data = picture.pixels;
    data.chunks_exact_mut(4)
        .for_each(|pixel| pixel.rotate_right(1));
    Some(ksni::Icon {
        width: picture.width.try_into().ok()?,
        height: picture.height.try_into().ok()?,
        data,
    })
}
