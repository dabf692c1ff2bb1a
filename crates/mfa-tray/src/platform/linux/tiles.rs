//! The tiles of accounts, drawn and as files in PNG format, which dbusmenu wants.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::model::view::Tile;
use crate::pictures::{self, Rendition};

/// The width and the height, in pixels. Panels make it smaller.
const SIDE: u32 = 32;
/// The radius of the corners, in pixels.
const RADIUS: u32 = 7;
/// The number of points in a pixel, in each direction, that decide how much of it is inside.
const POINTS: u32 = 4;
/// The letters in the picture, from left to right, each as wide as a tile.
const LETTERS: &str = include_str!("../../../../../dist/icons/source/letters.txt");
const PICTURE: &[u8] = include_bytes!("../../../../../dist/icons/letters.png");
/// Colours on which white is easy to read: red, green and blue.
const COLOURS: [[u8; 3]; crate::model::view::COLOURS as usize] = [
    [0x3b, 0x62, 0x9c],
    [0x2f, 0x73, 0x6b],
    [0x7a, 0x4f, 0x94],
    [0x96, 0x4b, 0x55],
    [0x8a, 0x5a, 0x2b],
    [0x4e, 0x6b, 0x35],
    [0x55, 0x60, 0x70],
    [0x2d, 0x6f, 0x8e],
];

/// Draws a tile. A letter that the picture does not have is left out.
fn draw(tile: Tile) -> Rendition {
    let ground = COLOURS[usize::from(tile.colour) % COLOURS.len()];
    let letter = LETTERS
        .trim_end()
        .chars()
        .position(|one| one == tile.letter);
    let letter = letter.zip(pictures::decode(PICTURE));
    let place = |x: u32, y: u32| {
        let (place, picture) = letter.as_ref()?;
        let left = u32::try_from(*place).ok()? * SIDE;
        let pixel = usize::try_from(y * picture.width + left + x).ok()?;
        picture.pixels.get(pixel * 4 + 3).copied()
    };
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let white = u16::from(place(x, y).unwrap_or(0));
            for part in ground {
                let mixed = (u16::from(part) * (255 - white) + 255 * white) / 255;
                pixels.push(u8::try_from(mixed).unwrap_or(255));
            }
            pixels.push(opacity(x, y));
        }
    }
    Rendition {
        width: SIDE,
        height: SIDE,
        pixels,
    }
}

/// Returns how much of a pixel is inside a square with round corners.
fn opacity(x: u32, y: u32) -> u8 {
    let scale = 2 * POINTS;
    // How far a point is beyond the middle of the nearest corner.
    let beyond = |point: u32| {
        let (near, far) = (RADIUS * scale, (SIDE - RADIUS) * scale);
        near.saturating_sub(point).max(point.saturating_sub(far))
    };
    let points = |pixel: u32| (0..POINTS).map(move |point| pixel * scale + 2 * point + 1);
    let is_inside = |x: u32, y: u32| beyond(x).pow(2) + beyond(y).pow(2) <= (RADIUS * scale).pow(2);
    let inside = points(y).map(|y| points(x).filter(|x| is_inside(*x, y)).count());
    let inside = inside.sum::<usize>() * 255;
    let all = usize::try_from(POINTS * POINTS).unwrap_or(1);
    u8::try_from(inside / all).unwrap_or(255)
}

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
        .or_insert_with(|| encode(&draw(tile)).unwrap_or_default());
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

    const TILE: Tile = Tile {
        letter: 'A',
        colour: 0,
    };

    fn whites(tile: Tile) -> usize {
        let pixels = draw(tile).pixels;
        pixels
            .chunks(4)
            .filter(|pixel| pixel[..3] == [255; 3])
            .count()
    }

    #[test]
    fn each_letter_has_a_place_in_the_picture() {
        let picture = pictures::decode(PICTURE).unwrap();
        let count = LETTERS.trim_end().chars().count();
        let wide = usize::try_from(picture.width / SIDE).unwrap();
        assert_eq!((wide, picture.height), (count, SIDE));
        for letter in LETTERS.trim_end().chars() {
            let count = whites(Tile { letter, ..TILE });
            assert!((8..600).contains(&count), "{letter}: {count}");
        }
        assert_eq!(
            whites(Tile {
                letter: '語',
                ..TILE
            }),
            0
        );
    }

    #[test]
    fn a_tile_is_a_square_with_round_corners() {
        let picture = draw(TILE);
        let at = |x: usize, y: usize| &picture.pixels[(y * 32 + x) * 4..][..4];
        for (x, y) in [(0, 0), (31, 0), (0, 31), (31, 31)] {
            assert_eq!(at(x, y)[3], 0, "{x} {y}");
        }
        for (x, y) in [(16, 0), (0, 16), (31, 16), (16, 31), (4, 4)] {
            assert_eq!(at(x, y), [0x3b, 0x62, 0x9c, 255], "{x} {y}");
        }
        let soft = picture
            .pixels
            .chunks(4)
            .filter(|pixel| !matches!(pixel[3], 0 | 255));
        assert!(soft.count() > 8, "the corners have steps");
    }

    #[test]
    fn a_file_holds_what_was_drawn() {
        let tile = |letter| Tile { letter, colour: 1 };
        for letter in ['A', '語', 'A'] {
            let read = pictures::decode(&png(tile(letter))).unwrap();
            assert_eq!(read.pixels, draw(tile(letter)).pixels);
        }
        assert_ne!(png(tile('A')), png(tile('B')));
        let many = (0..2 * MOST).filter_map(|number| char::from_u32(u32::try_from(number).ok()?));
        assert!(many.map(tile).all(|tile| !png(tile).is_empty()));
    }
}
