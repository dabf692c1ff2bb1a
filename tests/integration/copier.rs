//! The program that copies where there is no tray.

use std::io::{Read, Write};
use std::process::{Child, Stdio};

use tests::{Desktop, LINK, Tray, eventually, run};

use crate::cli::diagnosis;
use crate::copying::{ROW, copied, early_in_a_step, wayland, with_a_copied_code, x11};

/// Tests the program that copies where there is no tray.
fn copies_by_itself(desktop: &Desktop) {
    let copy = |seconds: &str, code: &str| {
        let mut program = desktop.ours("mfa-clipboard");
        let program = program
            .arg(seconds)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut program = program.spawn().unwrap();
        program
            .stdin
            .take()
            .unwrap()
            .write_all(code.as_bytes())
            .unwrap();
        // The program closes its output once the code is on the clipboard, and goes on running.
        let mut said = String::new();
        program
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "ok", "it could not");
        assert_eq!(desktop.clipboard(), code);
        program
    };
    let mut first = copy("1", "111111");
    assert!(first.wait().unwrap().success());
    assert_eq!(desktop.clipboard(), "", "it takes back what is its own");
    // Another process copies the same code: the first process does not clear what belongs to the second.
    let mut first = copy("2", "222222");
    let mut second = copy("60", "222222");
    assert!(first.wait().unwrap().success());
    assert_eq!(desktop.clipboard(), "222222");
    desktop.copy("a newer text");
    // It does not stay longer than it is needed.
    assert!(second.wait().unwrap().success());
    assert_eq!(desktop.clipboard(), "a newer text");
}

#[test]
fn silence_is_no_success() {
    let desktop = x11();
    let mut program = desktop.ours("mfa-clipboard");
    let program = program
        .arg("1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut program = program.spawn().unwrap();
    program.stdin.take().unwrap().write_all(b"\xff").unwrap();
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("UTF-8"), "{said}");
    assert_eq!(desktop.clipboard(), "");
}

#[test]
fn a_program_copies_where_no_tray_does() {
    copies_by_itself(&x11());
}

#[test]
fn a_program_copies_where_no_tray_does_on_wayland_too() {
    copies_by_itself(&wayland());
}

/// A stopped program, which goes on when this value is dropped.
struct Stopped(Child);

impl Stopped {
    fn new(mut program: Child, desktop: &Desktop) -> Self {
        let stopped = desktop.shell(&format!("kill -STOP {}", program.id()));
        if stopped.status != 0 {
            program.kill().unwrap();
            panic!("{stopped}");
        }
        Self(program)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_program_that_hangs_keeps_nobody_from_copying() {
    let desktop = wayland();
    desktop.configure("[tray]\nclear-after = 1\n");
    let tray = with_a_copied_code(&desktop);
    let mut copier = desktop.command("wl-copy");
    copier
        .args(["--foreground", "the user's"])
        .stdout(Stdio::null());
    let copier = copier.spawn().unwrap();
    eventually("it has the clipboard", || {
        desktop.clipboard() == "the user's"
    });
    let _hangs = Stopped::new(copier, &desktop);
    eventually("it was looked at", || {
        tray.log()
            .contains("another program has changed the clipboard since")
    });
    // It is to stay this time, however long it takes to look.
    desktop.configure("[tray]\nclear-after = 60\n");
    desktop.shell("ds-menu open").ok();
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
}

/// GNOME shares the clipboard through XWayland, which need not be installed.
#[test]
fn a_wayland_desktop_that_shares_no_clipboard_says_what_is_missing() {
    let desktop = Desktop::start(&["--display", "weston"]);
    desktop.add("aws", LINK);
    let missing = "only through XWayland, which is not running. Install or enable XWayland";
    let doctor = desktop.mfactl(&["doctor", "--json"]).ok();
    let (grade, text) = diagnosis(&doctor, "clipboard");
    assert!(grade == "warn" && text.contains(missing), "{grade} {text}");
    let error = desktop.mfactl(&["get", "--copy", "aws"]).fails(1);
    assert!(error.contains(missing), "{error}");
    let error = desktop.mfactl(&["add", "--clipboard"]).fails(1);
    assert!(error.contains(missing), "{error}");
    // GNOME names a display also if it cannot start the server.
    let mut named = desktop.ours("mfactl");
    named.args(["get", "--copy", "aws"]).env("DISPLAY", ":4711");
    let error = run(&mut named, "").fails(1);
    assert!(error.contains(missing), "{error}");
    let tray = Tray::without_panel(&desktop);
    let error = desktop.mfactl(&["get", "--copy", "aws"]).fails(1);
    assert!(error.contains(missing), "the tray: {error}");
    assert!(tray.end().success());
}

#[test]
fn the_doctor_finds_a_clipboard() {
    for desktop in [x11(), wayland()] {
        let doctor = desktop.mfactl(&["doctor", "--json"]).ok();
        let (grade, text) = diagnosis(&doctor, "clipboard");
        assert!(
            grade == "ok" && text == "codes can be copied",
            "{grade} {text}"
        );
    }
}
