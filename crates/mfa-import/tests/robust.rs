//! Whatever is in a file, it is read or refused, and nothing of it shows in what is said.

use mfa_import::formats::FORMATS;
use mfa_import::scan;
use proptest::prelude::*;

/// A link with anything in it.
fn links() -> impl Strategy<Value = Vec<u8>> {
    let scheme = prop::sample::select(vec![
        "otpauth://",
        "otpauth://totp/a?secret=",
        "otpauth-migration://offline?data=",
        "steam://",
    ]);
    let line = (scheme, any::<String>()).prop_map(|(scheme, rest)| format!("{scheme}{rest}\n"));
    prop::collection::vec(line, 1..5).prop_map(|lines| lines.concat().into_bytes())
}

/// A migration link with any message in it.
fn messages() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..80).prop_map(|message| {
        let data = data_encoding::BASE64URL_NOPAD.encode(&message);
        format!("otpauth-migration://offline?data={data}").into_bytes()
    })
}

/// The beginning of a picture, and anything behind it.
fn pictures() -> impl Strategy<Value = Vec<u8>> {
    let head = prop::sample::select(vec![
        &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\0\0\0\0"[..],
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01",
        b"RIFF\x40\0\0\0WEBPVP8 ",
        b"RIFF\x40\0\0\0WEBPVP8L",
        b"GIF89a\x10\0\x10\0\x80\0\0",
        b"BM\x40\0\0\0\0\0\0\0",
        b"P5 16 16 255\n",
        b"P6 9 9 255\n",
    ]);
    (head, prop::collection::vec(any::<u8>(), 0..400))
        .prop_map(|(head, rest)| [head, &rest].concat())
}

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        links(),
        messages(),
        pictures(),
    ]
}

/// A QR code of any bytes, with some modules turned, three pixels each.
fn damaged_code(bytes: &[u8], turned: &[prop::sample::Index]) -> (usize, Vec<u8>) {
    let code = qrcode::QrCode::new(bytes).expect("it is short enough");
    let (width, mut modules) = (code.width(), code.to_colors());
    for index in turned {
        let module = index.get_mut(&mut modules);
        *module = !*module;
    }
    let size = 3 * (width + 8);
    let pixel = |pixel: usize| {
        let (y, x) = (pixel / size / 3, pixel % size / 3);
        let inside = (4..width + 4).contains(&y) && (4..width + 4).contains(&x);
        let dark = inside && modules[(y - 4) * width + x - 4] == qrcode::Color::Dark;
        if dark { 0 } else { 255 }
    };
    (size, (0..size * size).map(pixel).collect())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_by_each_format(bytes in any_file()) {
        for format in FORMATS {
            let _known = format.detect(&bytes);
            match format.read(&bytes, None) {
                Ok(found) => prop_assert!(found.accounts.len() + found.skipped.len() > 0),
                Err(error) => prop_assert!(!error.advice().is_empty()),
            }
        }
    }

    #[test]
    fn any_pixels_can_be_looked_at(
        (width, pixels) in (1_usize..40, 1_usize..40).prop_flat_map(|(width, height)| {
            let pixel = prop::sample::select(vec![0_u8, 0, 90, 255, 255]);
            (Just(width), prop::collection::vec(pixel, width * height))
        })
    ) {
        let height = pixels.len() / width;
        let (width, height) = (width.try_into().expect("small"), height.try_into().expect("small"));
        prop_assert!(scan::codes(width, height, &pixels).is_ok());
    }

    #[test]
    fn any_code_can_be_looked_at(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        turned in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let (size, pixels) = damaged_code(&bytes, &turned);
        let size = size.try_into().expect("small");
        prop_assert!(scan::codes(size, size, &pixels).is_ok());
    }
}
