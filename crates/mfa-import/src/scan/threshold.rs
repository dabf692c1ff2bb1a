//! Decides which pixels are dark: those below the middle of the brightness around them. Screenshots have
//! windows in many colours, and photos have shadows.

use zeroize::Zeroizing;

use super::luma::Luma;

/// The side of a square that has one threshold, in pixels.
const SQUARE: usize = 8;
/// The number of squares on each side that also count for the threshold.
const AROUND: usize = 2;
/// The smallest contrast for a local threshold. With less, the middle of the whole picture decides: the area
/// may be the inside of a large dark field.
const CONTRAST: u8 = 32;

/// The number of bits in a word.
pub(super) const WORD: usize = usize::BITS as usize;

/// The darkest and the brightest pixel of an area.
#[derive(Clone, Copy)]
struct Range {
    darkest: u8,
    brightest: u8,
}

impl Range {
    const NONE: Self = Self {
        darkest: u8::MAX,
        brightest: 0,
    };

    fn with(self, other: Self) -> Self {
        Self {
            darkest: self.darkest.min(other.darkest),
            brightest: self.brightest.max(other.brightest),
        }
    }

    fn contrast(self) -> u8 {
        self.brightest.saturating_sub(self.darkest)
    }

    /// Returns the brightness below which a pixel is dark.
    fn middle(self) -> u8 {
        self.darkest + self.contrast().div_ceil(2)
    }
}

/// Calls `row` for each row of the picture, with one bit per pixel. Dark pixels are 1, and the first pixel is
/// the lowest bit of the first word.
pub(super) fn each_row(picture: &Luma<'_>, mut row: impl FnMut(&[usize])) {
    let width = picture.width as usize;
    let squares = squares(picture);
    let across = width.div_ceil(SQUARE);
    let whole = union(&squares);
    let around = around(&squares, across);
    let mut words = vec![0; width.div_ceil(WORD)];
    // Beyond the edge of the picture nothing is dark.
    let mut line = Zeroizing::new(vec![u8::MAX; words.len() * WORD]);
    let mut limits = vec![0; line.len()];
    for (rows, around) in picture
        .bytes
        .chunks(width * SQUARE)
        .zip(around.chunks(across))
    {
        for (limits, around) in limits.chunks_mut(SQUARE).zip(around) {
            let range = if around.contrast() > CONTRAST {
                *around
            } else {
                whole
            };
            limits.fill(range.middle());
        }
        for pixels in rows.chunks(width) {
            line[..width].copy_from_slice(pixels);
            pack(&line, &limits, &mut words);
            row(&words);
        }
    }
}

/// Returns the range of each square, row by row.
fn squares(picture: &Luma<'_>) -> Vec<Range> {
    let width = picture.width as usize;
    let mut squares = Vec::with_capacity(picture.bytes.len().div_ceil(SQUARE * SQUARE) + width);
    let (mut darkest, mut brightest) = (vec![0; width], vec![0; width]);
    for rows in picture.bytes.chunks(width * SQUARE) {
        darkest.fill(u8::MAX);
        brightest.fill(0);
        // Columns come first: the compiler vectorises that loop.
        for row in rows.chunks(width) {
            for ((darkest, brightest), pixel) in darkest.iter_mut().zip(&mut brightest).zip(row) {
                *darkest = (*darkest).min(*pixel);
                *brightest = (*brightest).max(*pixel);
            }
        }
        let columns = darkest.chunks(SQUARE).zip(brightest.chunks(SQUARE));
        squares.extend(columns.map(|(darkest, brightest)| Range {
            darkest: darkest.iter().copied().fold(u8::MAX, u8::min),
            brightest: brightest.iter().copied().fold(0, u8::max),
        }));
    }
    squares
}

/// Returns, for each square, the range of the square and its neighbours. Rows are combined first, then
/// columns.
fn around(squares: &[Range], across: usize) -> Vec<Range> {
    let window =
        |place: usize, end: usize| place.saturating_sub(AROUND)..(place + AROUND + 1).min(end);
    let mut along = Vec::with_capacity(squares.len());
    for row in squares.chunks(across) {
        along.extend((0..across).map(|place| union(&row[window(place, across)])));
    }
    let down = squares.len() / across;
    let mut around = vec![Range::NONE; squares.len()];
    for (place, row) in around.chunks_mut(across).enumerate() {
        for other in along
            .chunks(across)
            .take(window(place, down).end)
            .skip(window(place, down).start)
        {
            for (range, other) in row.iter_mut().zip(other) {
                *range = range.with(*other);
            }
        }
    }
    around
}

fn union(ranges: &[Range]) -> Range {
    ranges.iter().copied().fold(Range::NONE, Range::with)
}

/// Converts each pixel into a bit. Both lines have the length that the words require.
fn pack(pixels: &[u8], limits: &[u8], words: &mut [usize]) {
    let (pixels, _) = pixels.as_chunks::<WORD>();
    let (limits, _) = limits.as_chunks::<WORD>();
    for ((word, pixels), limits) in words.iter_mut().zip(pixels).zip(limits) {
        let mut dark = [0; WORD];
        for place in 0..WORD {
            dark[place] = u8::from(pixels[place] < limits[place]);
        }
        let (eights, _) = dark.as_chunks::<8>();
        *word = 0;
        for (place, eight) in eights.iter().enumerate() {
            // The multiplication moves each of the eight bits to its place in the highest byte.
            let [.., bits] = u64::from_le_bytes(*eight)
                .wrapping_mul(0x0102_0408_1020_4080)
                .to_le_bytes();
            *word |= usize::from(bits) << (8 * place);
        }
    }
}
