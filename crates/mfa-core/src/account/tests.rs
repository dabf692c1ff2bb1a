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

#[test]
fn names_are_suggested_free_and_easy_to_type() {
    let free = |_: &str| false;
    assert_eq!(suggest_name("Amazon Web Services", "root", free), "aws");
    assert_eq!(
        suggest_name("Big Company, Inc.", "", free),
        "big-company-inc"
    );
    assert_eq!(
        suggest_name("", "jane@example.com", free),
        "jane-example-com"
    );
    assert_eq!(suggest_name("", "", free), "account");
    assert_eq!(
        suggest_name("GitHub", "Jane", |n| n == "github"),
        "github-jane"
    );
    assert_eq!(suggest_name("GitHub", "", |n| n == "github"), "github-2");
    let taken = ["github", "github-jane", "github-2"];
    assert_eq!(
        suggest_name("GitHub", "jane", |n| taken.contains(&n)),
        "github-3"
    );
    assert!(suggest_name(&"x".repeat(300), "y", free).chars().count() <= MAX_NAME);
}
