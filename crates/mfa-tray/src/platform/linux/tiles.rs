//! The tiles of accounts as files in PNG format, which dbusmenu wants.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::model::view::Tile;
use crate::pictures::Rendition;
use crate::tiles;

/// The maximum number of files that are kept. Accounts rarely have so many letters and colours.
const MOST: usize = 500;

/// Returns the tile as a file, or nothing if it cannot be drawn. Menus are described anew each second, so each tile is
/// drawn once.
pub(super) fn png(tile: Tile) -> Vec<u8> {
    static DRAWN: LazyLock<Mutex<HashMap<Tile, Vec<u8>>>> = LazyLock::new(Mutex::default);
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if drawn.len() >= MOST && !drawn.contains_key(&tile) {
        drawn.clear();
    }
    let file = drawn
        .entry(tile)
        .or_insert_with(|| encode(&tiles::draw(tile)).unwrap_or_default());
    file.clone()
}

fn encode(picture: &Rendition) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&picture.pixels).ok()?;
    writer.finish().ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures;

    #[test]
    fn a_file_holds_what_was_drawn() {
        let tile = |letter| Tile { letter, colour: 1 };
        for letter in ['A', '語', 'A'] {
            let read = pictures::decode(&png(tile(letter))).unwrap();
            assert_eq!(read.pixels, tiles::draw(tile(letter)).pixels);
        }
        assert_ne!(png(tile('A')), png(tile('B')));
        let many = (0..2 * MOST).filter_map(|number| char::from_u32(u32::try_from(number).ok()?));
        assert!(many.map(tile).all(|tile| !png(tile).is_empty()));
    }
}
