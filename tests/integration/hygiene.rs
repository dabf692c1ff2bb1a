//! The places where secrets must not be: the logs at their most verbose, argv, the environment.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::Stdio;

use tests::{Desktop, LINK, SECRET, Tray, run};

use crate::copying::{ROW, codes, copied};
use crate::vault::{PASSPHRASE, configure, passphrase_file, with_vault};

/// A secret in items that cannot be read.
const DAMAGED: &str = "JBSWY3DPEHPK3PXP";

/// A text that is no secret, and is refused.
const WRONG: &str = "JBSWY3DPEHPK3PX0";
/// A secret that is imported.
const IMPORTED: &str = "MFRGGZDFMZTWQ2LKNNWG23TPOA";

/// Starts the daemon with all that it can log.
fn talkative(desktop: &Desktop) -> std::process::Child {
    let log = File::create(desktop.folder().join("log")).unwrap();
    desktop.start_daemon(desktop.ours("mfad").env("MFAD_LOG", "trace").stderr(log))
}

/// Ends the daemon, and returns its log.
fn log_of(desktop: &Desktop, mut daemon: std::process::Child) -> String {
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
    let log = std::fs::read_to_string(desktop.folder().join("log")).unwrap();
    assert!(log.contains("DEBUG"), "the log is not talkative: {log}");
    log
}

/// The daemon and the tray do all that they can do with a secret and a code.
#[test]
fn no_log_level_shows_a_secret_or_a_code() {
    let desktop = Desktop::start(&["--display", "x11"]);
    for (number, text) in [
        DAMAGED.to_owned(),
        format!(r#"{{"v":99,"uri":"{DAMAGED}"}}"#),
        format!(r#"{{"v":1,"name":"x","uri":"otpauth://totp/{DAMAGED}?secret={DAMAGED}0"}}"#),
    ]
    .iter()
    .enumerate()
    {
        let user = format!("550e8400-e29b-41d4-a716-44665544000{number}");
        let mut store = desktop.command("secret-tool");
        store.args([
            "store", "--label", "x", "service", "mfactl", "username", &user,
        ]);
        run(&mut store, text).ok();
    }
    let daemon = talkative(&desktop);
    let mut codes_seen: BTreeSet<_> = codes(30).into();
    codes_seen.extend(commands(&desktop));

    let tray = Tray::with(&desktop, &[("MFA_TRAY_LOG", "trace")], ROW);
    tray.choose(ROW);
    codes_seen.insert(copied(&desktop));
    desktop.mfactl(&["get", "aws", "--copy"]).ok();
    tray.choose("Show codes");
    tray.wait_for("(Codes change in ");
    codes_seen.extend(codes(30));

    desktop.mfactl(&["lock"]).ok();
    desktop.person(&["mfactl unlock"]).ok();
    desktop.mfactl(&["rm", "aws", "--yes"]).ok();
    let logs = [tray.log(), log_of(&desktop, daemon)];
    assert!(
        logs[0].contains("TRACE"),
        "it is not talkative: {}",
        logs[0]
    );
    let secrets = [SECRET, "12345678901234567890", DAMAGED, WRONG, IMPORTED];
    for secret in codes_seen.iter().map(String::as_str).chain(secrets) {
        for log in &logs {
            let line = log.lines().find(|line| shows(line, secret));
            assert_eq!(line, None, "the log shows a secret or a code");
        }
    }
}

/// Adds `aws`, and does with it all that mfactl can. Returns the codes that it has printed.
fn commands(desktop: &Desktop) -> Vec<String> {
    desktop.add("aws", LINK);
    let mut codes = Vec::new();
    for arguments in [
        &["get", "aws"][..],
        &["get", "aws", "--next"],
        &["pair", "aws", "--now"],
    ] {
        let printed = desktop.mfactl(arguments).ok();
        codes.extend(printed.lines().map(str::to_owned));
    }
    for what in ["--secret", "--uri"] {
        let shown = desktop.person(&[&format!("mfactl show aws {what}"), "yes"]);
        assert!(shown.stdout.contains(SECRET), "{shown}");
    }
    let wrong = desktop.mfactl_with(&["add", "x", "--secret", "-"], WRONG);
    assert_eq!(wrong.status, 1, "{wrong}");
    let links = desktop.folder().join("links");
    std::fs::write(&links, format!("otpauth://totp/A:b?secret={IMPORTED}\n")).unwrap();
    for arguments in [
        &["import", "--yes", links.to_str().unwrap()][..],
        &["get", "aws", "--json"],
        &["list", "--codes"],
        &["edit", "aws", "--note", "n"],
    ] {
        desktop.mfactl(arguments).ok();
    }
    codes
}

/// Returns whether a line contains a secret. Digits also occur by chance: inside of numbers, and in fractions of seconds.
fn shows(line: &str, secret: &str) -> bool {
    let is_within = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let stands_alone = |at: usize| {
        let after = line[at + secret.len()..].chars().next();
        !line[..at].ends_with(is_within) && !after.is_some_and(is_within)
    };
    let is_code = secret.len() == 6;
    let mut found = line.match_indices(secret);
    found.any(|(at, _)| !is_code || stands_alone(at))
        || (is_code && line.contains(&format!("{} {}", &secret[..3], &secret[3..])))
}

#[test]
fn no_log_level_shows_a_passphrase() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let file = passphrase_file(&desktop);
    configure(&desktop, &vault, &file);
    let daemon = talkative(&desktop);
    desktop.mfactl(&["get", "aws"]).ok();
    desktop.mfactl(&["lock"]).ok();
    let unlock = ["unlock", "--password-file", "-"];
    let wrong = desktop.mfactl_with(&unlock, "not the passphrase\n");
    assert_eq!(wrong.status, 5, "{wrong}");
    desktop.mfactl_with(&unlock, PASSPHRASE).ok();
    desktop.mfactl(&["get", "aws"]).ok();
    let log = log_of(&desktop, daemon);
    for secret in [PASSPHRASE, "not the passphrase", SECRET] {
        assert!(!log.contains(secret), "the log shows it: {log}");
    }
}

#[test]
fn argv_and_environment_are_clean() {
    let desktop = Desktop::headless();
    let mut waiting = desktop.ours("mfactl");
    let mut waiting = waiting
        .args(["add", "aws", "--uri", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // The program waits for its input now, and nothing of the input is anywhere else.
    let mut stdin = waiting.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, &LINK.as_bytes()[..LINK.len() - 20]).unwrap();
    for file in ["cmdline", "environ"] {
        let bytes = std::fs::read(format!("/proc/{}/{file}", waiting.id())).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET));
    }
    std::io::Write::write_all(&mut stdin, &LINK.as_bytes()[LINK.len() - 20..]).unwrap();
    drop(stdin);
    assert!(waiting.wait().unwrap().success());
    let environ = std::fs::read(format!("/proc/{}/environ", desktop.daemon())).unwrap();
    assert!(!String::from_utf8_lossy(&environ).contains(SECRET));
}
