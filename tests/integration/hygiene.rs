//! The places where secrets must not be: the logs at their most verbose, argv, the environment.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::process::Stdio;

use data_encoding::BASE64;
use tests::{Desktop, LINK, SECRET, Tray, run};

use crate::backing_up;
use crate::consent::{ON_THE_BUS, end, is_code, python, script, start, wait_for_question};
use crate::copying::{ROW, codes, copied};
use crate::syncing::sync_with;
use crate::vault::{PASSPHRASE, configure, passphrase_file, with_vault};

/// A secret in items that cannot be read.
const DAMAGED: &str = "JBSWY3DPEHPK3PXP";

/// A text that is no secret, and is refused.
const WRONG: &str = "JBSWY3DPEHPK3PX0";
/// A secret that is imported.
const IMPORTED: &str = "MFRGGZDFMZTWQ2LKNNWG23TPOA";

/// Accounts, each with a secret of its own.
const OTHERS: [(&str, &str); 3] = [
    ("asked", "KRUGKIDRNZSSAYLTNNSWI33O"),
    ("server", "ORUGKIDTMVZHMZLSEBXW4ZJB"),
    ("vpn", "ORUGKIDWOBXCA33OMUQSCIJB"),
];
/// The password of a tunnel.
const PASSWORD: &str = "pass-word-of-the-tunnel";

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
    let is_talkative = ["DEBUG", "TRACE"].iter().any(|level| log.contains(level));
    assert!(is_talkative, "the log is not talkative: {log}");
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

/// What asks and answers in the place of the user.
#[test]
fn no_log_level_shows_what_is_asked_for() {
    let desktop = Desktop::start(&["--display", "x11", "--no-tray"]);
    let daemon = with_others(&desktop);
    let codes = [answered(&desktop), prompted(&desktop), tunnelled(&desktop)];
    assert_nothing_is_shown(&desktop, daemon, &codes);
}

/// What goes into files. Where nobody can be asked, programs may have all secrets.
#[test]
fn no_log_level_shows_what_goes_into_files() {
    let desktop = Desktop::headless();
    let daemon = with_others(&desktop);
    written(&desktop);
    assert_nothing_is_shown(&desktop, daemon, &[]);
}

/// Starts a talkative daemon with the other accounts.
fn with_others(desktop: &Desktop) -> std::process::Child {
    let daemon = talkative(desktop);
    for (name, secret) in OTHERS {
        desktop.add(name, &format!("otpauth://totp/{name}:jane?secret={secret}"));
    }
    daemon
}

/// Makes sure that neither log shows codes, secrets or passphrases.
fn assert_nothing_is_shown(desktop: &Desktop, daemon: std::process::Child, codes: &[String]) {
    let access = desktop.variable("XDG_STATE_HOME").join("mfactl/access.log");
    let access = std::fs::read_to_string(access).unwrap();
    assert!(access.contains("\"allowed\""), "{access}");
    let others = OTHERS.iter().map(|(_, secret)| *secret);
    let passphrases = [backing_up::PASSPHRASE, PASSWORD, "hunter2"];
    let codes = codes.iter().map(String::as_str);
    let secrets: Vec<_> = others.chain(passphrases).chain(codes).collect();
    for log in [access, log_of(desktop, daemon)] {
        for secret in &secrets {
            let line = log.lines().find(|line| shows(line, secret));
            assert_eq!(line, None, "the log shows a secret or a code");
        }
    }
}

/// Has a program ask the user, who allows it once and denies it once. Returns the code.
fn answered(desktop: &Desktop) -> String {
    let rule = "mfactl access ask anybody --account asked";
    desktop.person(&[rule]).ok();
    let job = script(desktop, &ON_THE_BUS.replace("'aws'", "'asked'"));
    let ask = |answer: &str| {
        let asked = start(&mut python(desktop, &job));
        let id = wait_for_question(desktop)["id"].to_string();
        desktop.person(&["mfactl access pending"]).ok();
        desktop
            .person(&[&format!("mfactl access {answer} {id}")])
            .ok();
        end(asked).0
    };
    let code = ask("approve");
    assert!(is_code(&code), "{code}");
    assert_eq!(ask("deny"), "");
    code
}

/// Has all accounts backed up, restored and synchronised.
fn written(desktop: &Desktop) {
    let backup = backing_up::back_up(desktop);
    desktop.mfactl(&["rm", "asked", "--yes"]).ok();
    let restore = ["restore", &backup, "--yes", "--password-file", "-"];
    let wrong = desktop.mfactl_with(&restore, "hunter2");
    assert_ne!(wrong.status, 0, "{wrong}");
    let restored = desktop.mfactl_with(&restore, backing_up::PASSPHRASE).ok();
    assert!(restored.contains("Restored 1 account"), "{restored}");
    let file = desktop.folder().join("sync.kdbx");
    let file = file.to_str().unwrap();
    for _ in 0..2 {
        sync_with(desktop, &["--yes", file]).ok();
        desktop.mfactl(&["edit", "asked", "--note", "n"]).ok();
    }
}

/// Has mfa-askpass answer a prompt. Returns the code.
fn prompted(desktop: &Desktop) -> String {
    let next = desktop.folder().join("next");
    tests::script(&next, &format!("#!/bin/sh\necho {PASSWORD}\n"));
    desktop.configure(&format!(
        "askpass-next = {next:?}\n[[askpass]]\nprompt = \"Verification code:\"\n\
         host = \"good.example\"\naccount = \"server\"\n"
    ));
    let prompt = "(jane@good.example) Verification code: ";
    let code = run(desktop.ours("mfa-askpass").arg(prompt), "").ok();
    assert!(is_code(&code), "{code}");
    code
}

/// Plays OpenVPN, which wants a password and a code. Returns the code.
fn tunnelled(desktop: &Desktop) -> String {
    let socket = desktop.folder().join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let need = b">PASSWORD:Need 'Auth' username/password SC:1,Your code\n";
        client.write_all(need).unwrap();
        let lines = BufReader::new(client.try_clone().unwrap()).lines();
        let mut lines = lines.map(Result::unwrap);
        let password = lines.find(|line| line.starts_with("password"));
        let connected = b">STATE:1700000000,CONNECTED,SUCCESS,10.0.0.2,1.2.3.4,1194,,\n";
        client.write_all(connected).unwrap();
        password.unwrap()
    });
    let mut mfactl = desktop.ours("mfactl");
    mfactl.args(["openvpn", "vpn", "--username", "jane", "--management"]);
    run(mfactl.arg(&socket), "").ok();
    let given = server.join().unwrap();
    let parts: Vec<_> = given.split([':', '"']).collect();
    let code = parts.iter().rev().find(|part| !part.is_empty()).unwrap();
    let code = String::from_utf8(BASE64.decode(code.as_bytes()).unwrap()).unwrap();
    assert!(is_code(&code), "{given}");
    code
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
