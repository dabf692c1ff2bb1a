//! `mfactl pick` with the menus of real desktops.

use std::io::Read;
use std::process::{Child, Stdio};

use tests::{Desktop, LINK, SECRET, binary, eventually};

use crate::consent::is_code;

fn desktop(display: &str) -> Desktop {
    let options = ["--display", display, "--no-tray", "--notify", "none"];
    let desktop = Desktop::start(&options);
    desktop.add("aws", LINK);
    let link = format!("otpauth://totp/GitHub:octocat?secret={SECRET}&digits=8");
    desktop.add("github", &link);
    desktop
}

/// Starts `mfactl pick` without a terminal.
fn pick(desktop: &Desktop, arguments: &[&str]) -> Child {
    let mut mfactl = desktop.ours("mfactl");
    mfactl.arg("pick").args(arguments).stdin(Stdio::null());
    mfactl.stdout(Stdio::piped()).spawn().unwrap()
}

fn end(mut picking: Child) -> (Option<i32>, String) {
    let mut printed = String::new();
    let mut output = picking.stdout.take().unwrap();
    output.read_to_string(&mut printed).unwrap();
    (picking.wait().unwrap().code(), printed.trim().to_owned())
}

/// Waits for the window of rofi, which takes the keys from then on.
fn wait_for_rofi(desktop: &Desktop) {
    eventually("rofi is on the screen", || {
        let window = desktop.shell("xdotool search --onlyvisible --class rofi");
        window.status == 0
    });
}

#[test]
fn rofi_picks_and_cancels() {
    let desktop = desktop("x11");
    let picking = pick(&desktop, &["--print"]);
    wait_for_rofi(&desktop);
    desktop.picture("pick-rofi");
    // No code is in the list that rofi has got, nor in any argument.
    let arguments = desktop
        .shell(
            "for pid in $(pgrep -x rofi); do grep -qzx \"DISPLAY=$DISPLAY\" /proc/$pid/environ && \
             tr '\\0' ' ' </proc/$pid/cmdline; done; true",
        )
        .ok();
    assert!(arguments.contains("-dmenu"), "{arguments}");
    desktop.shell("xdotool type octo").ok();
    desktop.shell("xdotool key Return").ok();
    let (status, code) = end(picking);
    assert_eq!((status, code.len()), (Some(0), 8), "{code}");
    // Without options, the code is copied.
    let mut picking = pick(&desktop, &[]);
    wait_for_rofi(&desktop);
    desktop.shell("xdotool type aws").ok();
    desktop.shell("xdotool key Return").ok();
    assert!(picking.wait().unwrap().success());
    eventually("the code is copied", || is_code(&desktop.clipboard()));
    let picking = pick(&desktop, &[]);
    wait_for_rofi(&desktop);
    desktop.shell("xdotool key Escape").ok();
    assert_eq!(end(picking), (Some(130), String::new()));
}

#[test]
fn rofi_shows_the_accounts_in_a_mode_of_its_own() {
    let desktop = desktop("x11");
    let mode = format!("mfa:{} pick --rofi", binary("mfactl").display());
    let mut rofi = desktop.command("rofi");
    rofi.args(["-show", "mfa", "-modi", &mode])
        .stdin(Stdio::null());
    let mut rofi = rofi.spawn().unwrap();
    wait_for_rofi(&desktop);
    desktop.picture("pick-rofi-mode");
    desktop.shell("xdotool type aws").ok();
    desktop.shell("xdotool key Return").ok();
    assert!(rofi.wait().unwrap().success());
    eventually("the code is on the clipboard", || {
        is_code(&desktop.clipboard())
    });
}

#[test]
fn fuzzel_picks_on_wayland() {
    let desktop = desktop("wayland");
    let mut picking = pick(&desktop, &["--print"]);
    // Keys that are pressed before the menu has the focus are lost, and so are those of a keyboard that it does not know yet.
    eventually("fuzzel has taken the key", || {
        let is_there = desktop.shell("pgrep -x fuzzel").status == 0;
        if is_there {
            desktop.shell("wtype -s 300 -k Return").ok();
        }
        picking.try_wait().is_ok_and(|ended| ended.is_some())
    });
    let (status, code) = end(picking);
    assert!(status == Some(0) && is_code(&code), "{status:?} {code}");
}
