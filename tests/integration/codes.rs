//! Codes: the right ones, each at the right time.

use std::collections::HashSet;
use std::thread;

use tests::{Desktop, LINK, SECRET, binary, now, oathtool};

/// Returns a link with a period that a test can wait for.
fn link(period: u32) -> String {
    format!("otpauth://totp/Test:jane?secret={SECRET}&issuer=Test&period={period}")
}

#[test]
fn a_code_is_that_of_oathtool() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let before = now();
    let code = desktop.mfactl(&["get", "aws"]).ok();
    let expected = [oathtool(SECRET, 30, before), oathtool(SECRET, 30, now())];
    assert!(expected.contains(&code));
    let next = desktop.mfactl(&["get", "aws", "--next"]).ok();
    assert!(
        [
            oathtool(SECRET, 30, before + 30),
            oathtool(SECRET, 30, now() + 30)
        ]
        .contains(&next)
    );
}

#[test]
fn all_kinds_of_accounts_give_codes() {
    let desktop = Desktop::headless();
    let rfc = "otpauth://totp/RFC%206238?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA\
        &algorithm=SHA256&digits=8&period=60";
    desktop.add("rfc", rfc);
    assert_eq!(desktop.mfactl(&["get", "rfc"]).ok().len(), 8);
    desktop.add("steam", "steam://63BEDWCQZKTQWPESARIERL5DTTQFCJTK");
    let code = desktop.mfactl(&["get", "steam"]).ok();
    assert!(
        code.len() == 5
            && code
                .chars()
                .all(|c| "23456789BCDFGHJKMNPQRTVWXY".contains(c))
    );
    let short = desktop.mfactl_with(
        &["add", "short", "--secret", "-", "--digits", "7"],
        "mzxw6ytb",
    );
    assert!(short.ok().starts_with("Saved as “short”"));
    assert_eq!(desktop.mfactl(&["get", "short"]).ok().len(), 7);
}

/// The codes are those of RFC 4226, appendix D. The counter is stored before the code is shown.
#[test]
fn counter_based_codes_never_repeat() {
    let desktop = Desktop::headless();
    desktop.add(
        "bank",
        &format!("otpauth://hotp/Bank:jane?secret={SECRET}&counter=0"),
    );
    assert_eq!(desktop.mfactl(&["get", "bank"]).ok(), "755224");
    assert_eq!(desktop.mfactl(&["get", "bank"]).ok(), "287082");
    desktop.end_daemon("-KILL");
    assert_eq!(desktop.mfactl(&["get", "bank"]).ok(), "359152");
    assert_eq!(desktop.mfactl(&["pair", "bank"]).ok(), "969429\n338314");
    let parallel = thread::scope(|scope| {
        let get = || scope.spawn(|| desktop.mfactl(&["get", "bank"]).ok());
        let running: Vec<_> = (0..5).map(|_| get()).collect();
        running
            .into_iter()
            .map(|run| run.join().unwrap())
            .collect::<HashSet<_>>()
    });
    let expected = ["254676", "287922", "162583", "399871", "520489"].map(str::to_owned);
    assert_eq!(parallel, HashSet::from(expected));
    let refused = desktop.mfactl(&["get", "bank", "--next"]).fails(1);
    assert!(refused.contains("counter-based"), "{refused}");
}

#[test]
fn a_fresh_code_was_never_handed_out() {
    let desktop = Desktop::headless();
    desktop.add("quick", &link(2));
    let fresh = || desktop.mfactl(&["get", "quick", "--fresh"]).ok();
    let shown = desktop.mfactl(&["get", "quick"]).ok();
    let codes = thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(fresh)).collect();
        running
            .into_iter()
            .map(|run| run.join().unwrap())
            .collect::<Vec<_>>()
    });
    let distinct: HashSet<_> = codes.iter().chain([&shown]).collect();
    assert_eq!(distinct.len(), 5, "parallel callers got the same code");

    desktop.mfactl(&["edit", "quick", "--period", "6"]).ok();
    let before = desktop.mfactl(&["get", "quick", "--fresh"]).ok();
    desktop.end_daemon("-KILL");
    assert_ne!(fresh(), before, "a restart forgot what was handed out");
}

/// One call gets all codes, and a fresh code still comes at once.
#[test]
fn looking_is_not_using() {
    let desktop = Desktop::headless();
    desktop.add("slow", &link(3600));
    desktop.add("other", LINK);
    desktop.add("bank", &format!("otpauth://hotp/Bank:jane?secret={SECRET}"));
    let trace = desktop.folder().join("trace");
    let mut strace = desktop.command("strace");
    strace.args(["-f", "-s", "1000", "-o"]).arg(&trace);
    strace.arg(tests::binary("mfactl"));
    let list = tests::run(strace.args(["list", "--codes", "--plain"]), "").ok();
    let trace = std::fs::read_to_string(trace).unwrap();
    assert_eq!(trace.matches("PeekCodes").count(), 1, "{trace}");
    assert!(!trace.contains("GetCode"), "{trace}");
    let fields = |name: &str| -> Vec<_> {
        let line = list.lines().find(|line| line.starts_with(name)).unwrap();
        line.split('\t').map(str::to_owned).collect()
    };
    assert_eq!(fields("bank").len(), 4, "showing its code would use it up");
    assert_eq!(fields("other").len(), 6);
    let fresh = ["get", "slow", "--fresh", "--timeout", "0"];
    assert_eq!(desktop.mfactl(&fresh).ok(), fields("slow")[4]);
    // The same for some of the accounts.
    desktop.mfactl(&["list", "other", "--codes"]).ok();
    desktop.mfactl(&["get", "other", "--fresh"]).ok();
    let _late = desktop.mfactl(&fresh).fails(8);
}

#[test]
fn nobody_waits_longer_than_they_want() {
    let desktop = Desktop::headless();
    desktop.add("slow", &link(3600));
    desktop.mfactl(&["get", "slow"]).ok();
    let late = desktop
        .mfactl(&["get", "slow", "--fresh", "--timeout", "0"])
        .fails(8);
    assert!(late.contains("the next unused code comes in"), "{late}");
    let impossible = desktop
        .mfactl(&["get", "slow", "--min-ttl", "3601"])
        .fails(1);
    assert!(impossible.contains("3600 seconds"), "{impossible}");
}

#[test]
fn a_code_lasts_as_long_as_asked() {
    let desktop = Desktop::headless();
    desktop.add("quick", &link(3));
    for _ in 0..3 {
        let json = desktop
            .mfactl(&["get", "quick", "--min-ttl", "3", "--json"])
            .ok();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        // The code was valid for 3 seconds when it was handed out; printing it may have taken a moment.
        assert!(json["remaining"].as_u64().unwrap() >= 2, "{json}");
    }
}

#[test]
fn two_codes_in_a_row() {
    let desktop = Desktop::headless();
    desktop.add("quick", &link(2));
    let start = now();
    let codes = desktop.mfactl(&["pair", "quick"]).ok();
    let (first, second) = codes.split_once('\n').unwrap();
    let steps: Vec<_> = (start / 2..=now() / 2 + 1)
        .map(|n| oathtool(SECRET, 2, n * 2))
        .collect();
    let at = steps
        .iter()
        .position(|code| code == first)
        .expect("a code of that time");
    assert_eq!(steps[at + 1], second, "the second follows the first");
    let json = desktop.mfactl(&["pair", "quick", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["codes"][0]["valid_until"],
        json["codes"][1]["valid_from"]
    );
}

#[test]
fn a_hundred_at_once_are_served() {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    desktop.add("aws", LINK);
    let line = format!(
        "for n in $(seq 100); do {} get aws & done | sort | uniq -c; wait",
        binary("mfactl").display()
    );
    let counted = desktop.shell(&line);
    let total: u32 = counted
        .stdout
        .lines()
        .map(|line| {
            line.split_whitespace()
                .next()
                .unwrap()
                .parse::<u32>()
                .unwrap()
        })
        .sum();
    assert_eq!(total, 100, "{counted}");
}
