//! The one place that knows the decoder, rxing.

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

/// More corners than this are no codes but a pattern.
const MOST: usize = 400;

/// What was found, and whether there may be more.
#[derive(Default)]
pub(super) struct Glance {
    pub(super) codes: Vec<Zeroizing<String>>,
    /// A corner was seen that belongs to none of the codes.
    pub(super) more: bool,
}

/// The texts of the codes that are plain to see, dark on light and light on dark.
pub(super) fn glance(picture: &Luma<'_>) -> Result<Glance, Error> {
    let mut glance = Glance::default();
    let mut bits = bits(picture).ok_or(Error::Size)?;
    look(&bits, true, &mut glance)?;
    bits.flip_self();
    // Light ones are rare. With small modules they are missed here if there is a dark one too.
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

/// The texts of the QR codes that are found in one thorough look at a picture, each once.
pub(super) fn read(picture: &Luma<'_>) -> Vec<Zeroizing<String>> {
    let mut codes = with(&mut QRCodeMultiReader::new(), picture);
    // The first sorts the corners of all codes at once and is the one that finds several; the
    // second looks for one code and then beside it, and copes better with noise and blur.
    let mut second = GenericMultipleBarcodeReader::new(MultiUseMultiFormatReader::default());
    for code in with(&mut second, picture) {
        add(&mut codes, code);
    }
    codes
}

fn with(reader: &mut impl MultipleBarcodeReader, picture: &Luma<'_>) -> Vec<Zeroizing<String>> {
    let source = Luma8Source::new_with_slice(&picture.bytes, picture.width, picture.height);
    // What it has to say of a failure is "not found", whatever it was.
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

/// Adds a text, once.
pub(super) fn add(codes: &mut Vec<Zeroizing<String>>, code: Zeroizing<String>) {
    if !codes.contains(&code) {
        codes.push(code);
    }
}
