//! Where secrets must not be: the log at its most talkative, argv, the environment, freed memory.

use std::io::{Read, Seek, SeekFrom};
use std::process::Stdio;

use tests::{Desktop, LINK, SECRET};

#[test]
fn no_log_level_shows_a_secret_or_a_code() {
    let desktop = Desktop::headless();
    let log = std::fs::File::create(desktop.folder().join("log")).unwrap();
    let mut daemon =
        desktop.start_daemon(desktop.ours("mfad").env("MFAD_LOG", "trace").stderr(log));
    desktop.add("aws", LINK);
    let mut secrets = vec![SECRET.to_owned(), "12345678901234567890".to_owned()];
    secrets.push(desktop.mfactl(&["get", "aws"]).ok());
    secrets.extend(
        desktop
            .mfactl(&["pair", "aws", "--now"])
            .ok()
            .lines()
            .map(str::to_owned),
    );
    let _wrong = desktop
        .mfactl_with(&["add", "x", "--secret", "-"], "JBSWY3DPEHPK3PX0")
        .fails(1);
    secrets.push("JBSWY3DPEHPK3PX0".to_owned());
    desktop.mfactl(&["edit", "aws", "--note", "n"]).ok();
    desktop.mfactl(&["rm", "aws", "--yes"]).ok();
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
    let log = std::fs::read_to_string(desktop.folder().join("log")).unwrap();
    assert!(log.contains("DEBUG"), "the log is not talkative: {log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "the log shows a secret or a code");
    }
}

/// Also for another process of the same user, which the kernel keeps out.
#[test]
fn the_daemon_cannot_be_looked_into() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let pid = desktop.daemon();
    let owner = format!("stat -c %u /proc/{pid}/environ /proc/{pid}/mem | sort -u");
    assert_eq!(desktop.shell(&owner).ok(), "0");
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(
        core.split_whitespace().collect::<Vec<_>>()[4..6],
        ["0", "0"]
    );
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let locked = status
        .lines()
        .find(|line| line.starts_with("VmLck:"))
        .unwrap();
    assert_ne!(
        locked.split_whitespace().nth(1).unwrap(),
        "0",
        "no memory is locked"
    );
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
    // It waits for its input now, with nothing of it anywhere else.
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

/// After locking, nothing of the secret is left in the daemon: as text, as bytes or in hex.
#[test]
fn locking_wipes_memory() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    for _ in 0..20 {
        let _code = desktop.mfactl(&["get", "aws"]).ok();
    }
    desktop.end_daemon("-TERM");
    let _code = desktop.mfactl(&["get", "aws"]).ok();
    desktop.mfactl(&["edit", "aws", "--note", "changed"]).ok();
    desktop.add("second", &LINK.replace("root", "jane"));
    let pid = desktop.daemon();
    let raw = b"12345678901234567890".as_slice();
    assert!(count(pid, raw) >= 1, "the search finds what is there");
    desktop.mfactl(&["lock"]).ok();
    for (form, needle) in [
        ("bytes", raw),
        ("base32", SECRET.as_bytes()),
        ("hex", b"3132333435363738393031323334353637383930"),
    ] {
        assert_eq!(
            count(pid, needle),
            0,
            "the secret is left in memory as {form}"
        );
    }
}

/// How often some bytes occur in the writable memory of a process. Needs root.
fn count(pid: u32, needle: &[u8]) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut memory = std::fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found = 0;
    for line in maps
        .lines()
        .filter(|line| line.contains(" rw") && !line.contains("[v"))
    {
        let (start, rest) = line.split_once('-').unwrap();
        let end = rest.split(' ').next().unwrap();
        let (start, end) = (
            u64::from_str_radix(start, 16).unwrap(),
            u64::from_str_radix(end, 16).unwrap(),
        );
        let mut bytes = Vec::new();
        memory.seek(SeekFrom::Start(start)).unwrap();
        if memory
            .by_ref()
            .take(end - start)
            .read_to_end(&mut bytes)
            .is_ok()
        {
            found += bytes
                .windows(needle.len())
                .filter(|window| window == &needle)
                .count();
        }
    }
    found
}
