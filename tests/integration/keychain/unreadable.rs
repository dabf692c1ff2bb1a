//! Items that cannot be read, since they are damaged or of a newer version.

use std::fs;

use tests::{Desktop, LINK, SECRET, eventually};

/// The ids of two items that cannot be read: one of a newer version, and a damaged one.
const NEWER: &str = "550e8400-e29b-41d4-a716-446655440000";
const DAMAGED: &str = "550e8400-e29b-41d4-a716-446655440001";

/// Returns a desktop with these two items and an account, whose daemon has seen them all.
fn with_unreadable_items() -> Desktop {
    let desktop = Desktop::headless();
    let store = |user: &str, text: &str| {
        let line = format!(
            "printf '%s' '{text}' | secret-tool store --label x service mfactl username {user}"
        );
        desktop.shell(&line).ok();
    };
    store(NEWER, r#"{"v":99,"future":"JBSWY3DPEHPK3PXP"}"#);
    store(DAMAGED, "JBSWY3DPEHPK3PXP");
    desktop.add("aws", LINK);
    desktop.end_daemon("-TERM");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    eventually("all items are looked at", || {
        desktop
            .mfactl(&["status"])
            .ok()
            .contains("1, and 2 unreadable")
    });
    desktop
}

/// Items of a newer version, and damaged ones, are left alone and do not hide the others.
#[test]
fn what_cannot_be_read_stays_as_it_is() {
    let desktop = with_unreadable_items();
    desktop.mfactl(&["edit", "aws", "--note", "n"]).ok();
    desktop.add("other", &format!("otpauth://totp/O:u?secret={SECRET}"));
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 2);
    let kept = desktop
        .shell("secret-tool search --all service mfactl 2>&1")
        .ok();
    for kept_one in [
        r#"{"v":99,"future":"JBSWY3DPEHPK3PXP"}"#,
        "secret = JBSWY3DPEHPK3PXP",
    ] {
        assert!(kept.contains(kept_one), "{kept}");
    }
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    let desktop = with_unreadable_items();
    let log = desktop.variable("XDG_STATE_HOME").join("mfactl/mfad.log");
    let doctor = desktop.mfactl(&["doctor"]).stdout;
    // The lines are broken anywhere between words.
    let doctor = doctor.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "2 items could not be read and were left unchanged",
        log.to_str().unwrap(),
        "need a newer mfactl",
        "Delete damaged items",
    ] {
        assert!(doctor.contains(said), "{said}: {doctor}");
    }
    let log = fs::read_to_string(log).unwrap();
    for (id, reason) in [
        (NEWER, "the item has version 99"),
        (DAMAGED, "the item is damaged"),
    ] {
        let line = log.lines().find(|line| line.contains(id)).unwrap();
        assert!(line.contains(reason), "{line}");
    }
    assert!(!log.contains("JBSWY"));
}

/// A script must not take it for a whole backup.
#[test]
fn a_backup_without_them_has_to_be_asked_for() {
    let desktop = with_unreadable_items();
    let path = desktop.folder().join("backup.kdbx");
    let file = path.to_str().unwrap();
    let back_up = |more: &[&str]| {
        let backup = ["backup", "--quiet", "--password-file", "-", file];
        desktop.mfactl_with(&[&backup, more].concat(), "a pässphrase")
    };
    let refused = back_up(&[]).fails(1);
    assert!(
        refused.contains("2 accounts would be missing") && refused.contains("--allow-incomplete"),
        "{refused}"
    );
    assert!(!path.exists());
    back_up(&["--allow-incomplete"]).ok();
    assert!(path.exists());
}
