//! Ranges, names and what services write instead of them.

use super::*;

#[test]
fn ranges_are_kept() {
    for digits in [0, 4, 10, 255, 256 + 6, u64::MAX] {
        assert_eq!(Digits::new(digits), Err(Error::Digits));
    }
    for period in [0, 86_401, u64::from(u32::MAX) + 30, u64::MAX] {
        assert_eq!(Period::new(period), Err(Error::Period));
    }
    assert_eq!(Digits::new(5).map(Digits::get), Ok(5));
    assert_eq!(Digits::new(9).map(Digits::get), Ok(9));
    assert_eq!(Period::new(1).map(Period::get), Ok(1));
    assert_eq!(Period::new(86_400).map(Period::get), Ok(86_400));
}

#[test]
fn algorithms_are_read_as_services_write_them() {
    for text in ["SHA1", "sha1", "SHA-1", "HmacSHA1", "HMAC-SHA-1"] {
        assert_eq!(Algorithm::parse(text), Ok(Algorithm::Sha1), "{text}");
    }
    assert_eq!(Algorithm::parse("hmacSHA256"), Ok(Algorithm::Sha256));
    assert_eq!(Algorithm::parse("SHA_512"), Ok(Algorithm::Sha512));
    for text in ["", "MD5", "SHA", "SHA3-256", "SHA2561"] {
        assert_eq!(Algorithm::parse(text), Err(Error::Algorithm), "{text}");
    }
}
