//! Wayland without virtual-keyboard, as GNOME and KDE: the portal asks the user once. A program of ours plays it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use tests::{Desktop, LINK};

use super::types;
use crate::copying::{codes, early_in_a_step};

/// A portal for as long as this value lives.
struct Portal {
    program: Child,
    folder: PathBuf,
}

impl Portal {
    fn start(desktop: &Desktop) -> Self {
        let folder = desktop.folder().join("portal");
        fs::create_dir(&folder).unwrap();
        let mut program = desktop.command("/usr/bin/python3");
        program.args(["-c", include_str!("portal.py")]).arg(&folder);
        let program = program.stdin(Stdio::null()).spawn().unwrap();
        let wait = "gdbus wait --session --timeout 20 org.freedesktop.portal.Desktop";
        desktop.shell(wait).ok();
        Self { program, folder }
    }

    /// Returns the calls since the last time.
    fn calls(&self) -> Vec<Value> {
        let file = self.folder.join("calls");
        let text = fs::read_to_string(&file).unwrap_or_default();
        fs::remove_file(file).ok();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.program.kill());
        drop(self.program.wait());
    }
}

fn desktop() -> Desktop {
    Desktop::start(&["--display", "weston"])
}

/// Splits the calls into those before the first key, what the keys make, and those after the last one.
fn parts(calls: &[Value]) -> (&[Value], String, &[Value]) {
    let is_key = |call: &Value| call[0] == "Key";
    let first = calls.iter().position(is_key).unwrap();
    let last = calls.iter().rposition(is_key).unwrap();
    let keys = &calls[first..=last];
    let mut text = String::new();
    for pair in keys.chunks(2) {
        let symbol = pair[0][1].as_u64().unwrap();
        assert_eq!(pair, [json!(["Key", symbol, 1]), json!(["Key", symbol, 0])]);
        text.push(match symbol {
            0xff0d => '\n',
            symbol => u8::try_from(symbol).unwrap().into(),
        });
    }
    (&calls[..first], text, &calls[last + 1..])
}

fn token(desktop: &Desktop) -> PathBuf {
    desktop
        .variable("XDG_STATE_HOME")
        .join("mfactl/type-permission")
}

#[test]
fn the_user_is_asked_once() {
    let desktop = desktop();
    desktop.add("aws", LINK);
    let portal = Portal::start(&desktop);
    early_in_a_step();
    desktop.mfactl(&["type", "aws"]).ok();
    let calls = portal.calls();
    let (before, code, after) = parts(&calls);
    let expected = [
        json!(["Register", "org.mfactl.Tray"]),
        json!(["CreateSession"]),
        json!(["SelectDevices", { "types": 1, "persist_mode": 2 }]),
        json!(["Start"]),
    ];
    assert_eq!(before, expected);
    assert!(codes(30).contains(&code), "{code}");
    assert_eq!(after, [json!(["Close"])]);
    let kept = token(&desktop);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "token-1");
    let mode = fs::metadata(&kept).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    types(&desktop, "23BCabz").ok();
    let calls = portal.calls();
    let (before, text, _) = parts(&calls);
    let known = json!({ "types": 1, "persist_mode": 2, "restore_token": "token-1" });
    assert_eq!(before[2], json!(["SelectDevices", known]));
    assert_eq!(text, "23BCabz\n");
    // Each token is good for one time.
    assert_eq!(fs::read_to_string(&kept).unwrap(), "token-2");
}

#[test]
fn a_refusal_takes_no_code() {
    let desktop = desktop();
    desktop.add("aws", LINK);
    let portal = Portal::start(&desktop);
    fs::write(portal.folder.join("refuse"), "").unwrap();
    let issued = || {
        let log = desktop.mfactl(&["access", "log", "--json"]).ok();
        log.lines().count()
    };
    let before = issued();
    let error = desktop.mfactl(&["type", "aws"]).fails(5);
    assert!(error.contains("was not allowed"), "{error}");
    assert_eq!(portal.calls().last(), Some(&json!(["Start"])));
    assert_eq!(issued(), before);
    assert!(!token(&desktop).exists());
}

#[test]
fn what_is_missing_is_named() {
    let desktop = desktop();
    desktop.add("aws", LINK);
    let error = desktop.mfactl(&["type", "aws"]).fails(1);
    assert!(
        error.contains("neither the protocol virtual-keyboard nor a portal"),
        "{error}"
    );
    assert!(
        error.ends_with("To copy the code instead: mfactl get --copy"),
        "{error}"
    );
}
