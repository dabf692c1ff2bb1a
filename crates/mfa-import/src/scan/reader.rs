//! The interface to the decoder, rxing. No other module uses it.

use std::collections::HashSet;

use rxing::common::{BitArray, BitMatrix, DetectorRXingResult, HybridBinarizer};
use rxing::multi::qrcode::QRCodeMultiReader;
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8Source, MultiUseMultiFormatReader};
use zeroize::Zeroizing;

use super::luma::Luma;
use super::{Error, threshold};

/// The largest number of corners. A picture with more contains a pattern, not codes.
const MOST: usize = 400;

/// The result of the quick pass.
#[derive(Default)]
pub(super) struct Glance {
    pub(super) codes: Vec<Zeroizing<String>>,
    /// Whether a corner was found that belongs to none of the codes.
    pub(super) more: bool,
}

/// Reads the codes that are easy to see, dark on light and light on dark.
pub(super) fn glance(picture: &Luma<'_>) -> Result<Glance, Error> {
    let mut glance = Glance::default();
    let mut bits = bits(picture).ok_or(Error::Size)?;
    look(&bits, true, &mut glance)?;
    bits.flip_self();
    // Light codes are rare. This pass misses those with small modules if there is a dark one too.
    look(&bits, false, &mut glance)?;
    Ok(glance)
}

fn bits(picture: &Luma<'_>) -> Option<BitMatrix> {
    let mut bits = BitMatrix::new(picture.width, picture.height).ok()?;
    let mut line = BitArray::with_size(picture.width as usize);
    let mut number = 0;
    threshold::each_row(picture, |words| {
        for (place, word) in words.iter().enumerate() {
            line.setBulk(place * threshold::WORD, *word);
        }
        bits.setRow(number, &line);
        number += 1;
    });
    Some(bits)
}

fn look(bits: &BitMatrix, every_row: bool, glance: &mut Glance) -> Result<(), Error> {
    let mut corners = FindFinderPatterns(bits, every_row, 0);
    if corners.len() > MOST {
        return Err(Error::Crowded);
    }
    let mut used = Vec::new();
    for set in GenerateFinderPatternSets(&mut corners) {
        let these = [set.bl, set.tl, set.tr];
        if these.iter().any(|corner| used.contains(corner)) {
            continue;
        }
        let sample = SampleQR(bits, &set);
        let decoded = sample.and_then(|sample| Decode(sample.getBits()));
        if let Ok(decoded) = decoded
            && decoded.isValid()
        {
            used.extend(these);
            add(&mut glance.codes, Zeroizing::new(decoded.text()));
        }
    }
    glance.more |= corners.len() > used.len();
    Ok(())
}

/// Returns the texts of the QR codes that one thorough pass finds, each once.
pub(super) fn read(picture: &Luma<'_>) -> Vec<Zeroizing<String>> {
    let mut codes = with(&mut QRCodeMultiReader::new(), picture);
    // The first reader sorts the corners of all codes at once and can find several. The second looks for one
    // code and then beside it, and copes better with noise and blur.
    let mut second = GenericMultipleBarcodeReader::new(MultiUseMultiFormatReader::default());
    for code in with(&mut second, picture) {
        add(&mut codes, code);
    }
    codes
}

fn with(reader: &mut impl MultipleBarcodeReader, picture: &Luma<'_>) -> Vec<Zeroizing<String>> {
    let source = Luma8Source::new_with_slice(&picture.bytes, picture.width, picture.height);
    // The only error is "not found", whatever the reason.
    let Ok(source) = source else {
        return Vec::new();
    };
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let mut codes = Vec::new();
    for found in reader
        .decode_multiple_with_hints(&mut bitmap, &hints)
        .unwrap_or_default()
    {
        add(&mut codes, Zeroizing::new(found.getText().to_owned()));
    }
    codes
}

/// Adds a text unless it is there already.
pub(super) fn add(codes: &mut Vec<Zeroizing<String>>, code: Zeroizing<String>) {
    if !codes.contains(&code) {
        codes.push(code);
    }
}
