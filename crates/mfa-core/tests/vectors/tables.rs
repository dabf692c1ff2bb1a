//! Vectors of other authenticators. They are not part of the project. If they are missing, these
//! tests print that and pass.

use std::path::PathBuf;

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::{Secret, otp, uri};

/// Returns the rows of a table without its heading, split at tabs.
fn table(name: &str) -> Option<Vec<Vec<String>>> {
    let folder = std::env::var_os("MFA_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
        println!("skipped: no fixtures");
        return None;
    };
    let rows = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect());
    Some(rows.collect())
}

#[test]
fn codes() {
    let Some(rows) = table("VECTORS.tsv") else {
        return;
    };
    let mut checked = 0;
    for row in rows {
        let [kind, secret, _, more, digits, period, factor, code, source] = &row[..] else {
            panic!("a row of {} columns", row.len());
        };
        let factor: u64 = factor.parse().unwrap();
        let (kind, factor) = match kind.as_str() {
            "totp" => {
                let period = Period::new(period.parse().unwrap()).unwrap();
                (Kind::Totp { period }, otp::step_at(period, factor))
            }
            "steam" => (Kind::Steam, otp::step_at(Period::default(), factor)),
            "hotp" => (Kind::Hotp { counter: factor }, factor),
            "motp" => (Kind::Motp, factor / 10),
            "yandex" => (Kind::Yandex, factor / 30),
            _ => panic!("{kind} is no kind of code"),
        };
        let mut secret = match kind {
            Kind::Motp => Secret::from_hex(secret).unwrap(),
            _ => Secret::from_base32(secret).unwrap(),
        };
        if let Some(pin) = more.strip_prefix("pin=") {
            secret = secret.with_pin(pin).unwrap();
        }
        let (algorithm, digits) = kind.fixed().unwrap_or_else(|| {
            let digits = Digits::new(digits.parse().unwrap()).unwrap();
            (Algorithm::parse(more).unwrap(), digits)
        });
        let computed = otp::generate(&secret, kind, algorithm, digits, factor);
        assert_eq!(computed.unwrap().expose(), code, "{source}");
        checked += 1;
    }
    assert!(checked >= 43, "only {checked} vectors");
}

#[test]
fn links() {
    let Some(rows) = table("URI_VECTORS.tsv") else {
        return;
    };
    let mut checked = 0;
    for row in rows {
        let (text, valid) = (&row[0], &row[1]);
        if valid == "no" {
            assert!(uri::parse(text).is_err(), "{text}");
            checked += 1;
            continue;
        }
        let [
            _,
            _,
            kind,
            issuer,
            name,
            secret,
            algorithm,
            digits,
            moving,
            ..,
        ] = &row[..]
        else {
            panic!("a row of {} columns", row.len());
        };
        // Apps that show links of these kinds ask for the PIN separately.
        let pin = matches!(kind.as_str(), "motp" | "yandex");
        if pin {
            assert_eq!(uri::parse(text).unwrap_err(), uri::Error::NoPin, "{text}");
        }
        let text = &format!("{text}{}", if pin { "&pin=1234" } else { "" });
        let link = uri::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(link.kind.as_str(), kind, "{text}");
        assert_eq!((&link.issuer, &link.username), (issuer, name), "{text}");
        let secret = match link.kind {
            Kind::Motp => Secret::from_hex(secret).unwrap(),
            _ => Secret::from_base32(secret).unwrap(),
        };
        assert_eq!(link.secret.expose(), secret.expose(), "{text}");
        assert_eq!(link.kind.hash(link.algorithm), algorithm, "{text}");
        assert_eq!(link.digits.get().to_string(), *digits, "{text}");
        let factor = link
            .kind
            .counter()
            .or(link.kind.period().map(Period::get))
            .unwrap();
        assert_eq!(factor.to_string(), *moving, "{text}");
        checked += 1;
    }
    assert!(checked >= 40, "only {checked} links");
}
