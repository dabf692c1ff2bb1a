//! Fuzzes pixels, as a screenshot has them. The first byte is the width.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((width, pixels)) = bytes.split_first() else {
        return;
    };
    let width = usize::from(*width).max(1);
    let height = pixels.len() / width;
    if let (Ok(width), Ok(height)) = (width.try_into(), height.try_into()) {
        let pixels = &pixels[..width as usize * height as usize];
        assert!(height == 0 || mfa_import::scan::codes(width, height, pixels).is_ok());
    }
});
