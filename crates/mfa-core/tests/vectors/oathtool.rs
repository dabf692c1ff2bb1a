//! Random accounts at random times, compared with `oathtool`, an independent implementation.

use std::process::Command;
use std::thread;

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::{Secret, otp};

const CASES: u64 = 10_000;
const THREADS: u64 = 4;

/// A small reproducible random generator (splitmix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

#[test]
fn ten_thousand_random_codes() {
    if Command::new("oathtool").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("MFA_ALL_TESTS").is_none(),
            "oathtool is missing"
        );
        println!("skipped: no oathtool");
        return;
    }
    thread::scope(|scope| {
        for seed in 0..THREADS {
            scope.spawn(move || {
                let mut random = Random(seed);
                (0..CASES / THREADS).for_each(|_| compare(&mut random));
            });
        }
    });
}

fn compare(random: &mut Random) {
    let length = 1 + random.below(64);
    let bytes: Vec<u8> = (0..length)
        .map(|_| random.next().to_le_bytes()[0])
        .collect();
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let secret = Secret::from_bytes(bytes).unwrap();
    let digits = Digits::new(6 + random.below(3)).unwrap();
    let algorithm = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
    let algorithm = algorithm[usize::try_from(random.below(3)).unwrap()];
    let mut oathtool = Command::new("oathtool");
    oathtool.args(["-d", &digits.get().to_string()]);
    let (kind, factor) = if random.below(4) == 0 {
        let counter = random.next() >> 1;
        oathtool.args(["--hotp", "-c", &counter.to_string()]);
        (Kind::Hotp { counter }, counter)
    } else {
        let period = Period::new(1 + random.below(300)).unwrap();
        let time = random.below(20_000_000_000);
        oathtool.arg(format!("--totp={}", algorithm.as_str()));
        oathtool.args([
            "-s",
            &format!("{}s", period.get()),
            "-N",
            &format!("@{time}"),
        ]);
        (Kind::Totp { period }, otp::step_at(period, time))
    };
    let algorithm = if kind.counter().is_some() {
        Algorithm::Sha1
    } else {
        algorithm
    };
    let output = oathtool.arg(&hex).output().unwrap();
    let expected = String::from_utf8(output.stdout).unwrap();
    let code = otp::generate(&secret, kind, algorithm, digits, factor);
    assert_eq!(code.unwrap().expose(), expected.trim(), "{oathtool:?}");
}
