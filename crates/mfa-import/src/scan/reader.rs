//! The one place that knows the decoder, rxing.

use std::collections::HashSet;

use rxing::common::HybridBinarizer;
use rxing::multi::qrcode::QRCodeMultiReader;
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader};
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8Source, MultiUseMultiFormatReader};
use zeroize::Zeroizing;

use super::luma::Luma;

/// The texts of the QR codes that are found in one look at a picture, each once.
pub(super) fn read(picture: &Luma<'_>) -> Vec<Zeroizing<String>> {
    let mut codes = with(&mut QRCodeMultiReader::new(), picture);
    // The first sorts the corners of all codes at once and is the one that finds several; the
    // second looks for one code and then beside it, and copes better with noise and blur.
    let mut second = GenericMultipleBarcodeReader::new(MultiUseMultiFormatReader::default());
    for code in with(&mut second, picture) {
        if !codes.contains(&code) {
            codes.push(code);
        }
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
        let code = Zeroizing::new(found.getText().to_owned());
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}
