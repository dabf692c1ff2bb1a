//! Adding accounts from the tray: QR codes on the screen, links and pictures on the clipboard.

use std::process::{Child, Stdio};

use tests::{Desktop, LINK, SECRET, Tray, eventually, now, oathtool};

const ROW: &str = "Amazon Web Services — root@1234";
const EMPTY: &str = "(No accounts yet)";

/// The link of another account.
fn github() -> String {
    LINK.replace("Amazon%20Web%20Services", "GitHub")
        .replace(SECRET, "JBSWY3DPEHPK3PXP")
}

/// Makes a picture of a QR code, `$DS_DIR/qr.png`.
fn picture(desktop: &Desktop, text: &str) {
    desktop
        .shell(&format!("qrencode -s 6 -o $DS_DIR/qr.png '{text}'"))
        .ok();
}

/// Shows it in an image viewer.
fn show(desktop: &Desktop, viewer: &str) -> Child {
    let picture = desktop.variable("DS_DIR").join("qr.png");
    let mut viewer = desktop.command(viewer);
    viewer
        .arg(picture)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    viewer.spawn().unwrap()
}

/// Waits until another program finds it on the screen.
fn drawn(desktop: &Desktop) {
    let found = "ds-shot $DS_DIR/screen.png && zbarimg --quiet $DS_DIR/screen.png";
    eventually("the picture is drawn", || desktop.shell(found).status == 0);
}

fn told(desktop: &Desktop, text: &str) {
    eventually(&format!("a notification with {text:?}"), || {
        desktop.notifications().contains(text)
    });
}

#[test]
fn from_the_screen() {
    let desktop = Desktop::start(&["--display", "x11"]);
    picture(&desktop, LINK);
    let tray = Tray::start(&desktop, EMPTY);
    tray.choose("Add from QR on screen");
    told(&desktop, "There is no QR code in the picture");
    let mut viewer = show(&desktop, "display");
    drawn(&desktop);
    tray.choose("Add from QR on screen");
    tray.wait_for(ROW);
    told(&desktop, "Amazon Web Services added as aws");
    desktop.picture("x11-added");
    viewer.kill().unwrap();
    viewer.wait().unwrap();
    let code = desktop.mfactl(&["get", "aws"]).ok();
    let now = now();
    assert!(
        [now - 1, now]
            .iter()
            .any(|time| oathtool(SECRET, 30, *time) == code)
    );
}

#[test]
fn from_the_screen_on_wayland() {
    let desktop = Desktop::start(&["--display", "wayland", "--portal"]);
    picture(&desktop, LINK);
    let tray = Tray::start(&desktop, EMPTY);
    let mut viewer = show(&desktop, "imv-wayland");
    drawn(&desktop);
    tray.choose("Add from QR on screen");
    tray.wait_for(ROW);
    told(&desktop, "Amazon Web Services added as aws");
    desktop.picture("wayland-added");
    viewer.kill().unwrap();
    viewer.wait().unwrap();
    let left = desktop.shell("ls /tmp/out.png");
    assert_ne!(left.status, 0, "the picture of the screen is left behind");
}

#[test]
fn from_the_clipboard() {
    let desktop = Desktop::start(&["--display", "x11"]);
    let tray = Tray::start(&desktop, EMPTY);
    tray.choose("Add from clipboard");
    told(&desktop, "no picture on the clipboard. Copy one first");
    desktop.copy(LINK);
    tray.choose("Add from clipboard");
    tray.wait_for(ROW);
    told(&desktop, "The clipboard is empty now.");
    assert_eq!(desktop.clipboard(), "", "the link is still there");
    desktop.copy(LINK);
    tray.choose("Add from clipboard");
    told(&desktop, "This secret is here already, as “aws”");
    picture(&desktop, &github());
    let line = "xclip -selection clipboard -t image/png -i $DS_DIR/qr.png >/dev/null 2>&1";
    desktop.shell(line).ok();
    tray.choose("Add from clipboard");
    tray.wait_for("GitHub — root@1234");
    desktop.copy("no link at all");
    tray.choose("Add from clipboard");
    told(&desktop, "There is no otpauth link");
    assert!(!tray.log().contains(SECRET), "the log holds a secret");
    assert!(
        !desktop.notifications().contains(SECRET),
        "a notification holds a secret"
    );
}

/// A program that asks, with what the user types.
fn asking(desktop: &Desktop, typed: &str) -> String {
    let script = format!("printf '%s\\n' \"$@\" >\"$DS_DIR/asked\"; echo '{typed}'");
    desktop.stand_in("zenity", &script)
}

fn a_key_is_added(display: &str) {
    let desktop = Desktop::start(&["--display", display]);
    desktop.configure("[tray]\ncodes = \"hidden\"\n");
    let path = asking(&desktop, "Git$(touch /tmp/x)Hub: jane");
    let tray = Tray::with(&desktop, &[("PATH", &path)], EMPTY);
    desktop.copy("jbsw y3dp ehpk 3pxp");
    tray.choose("Add from clipboard");
    tray.wait_for("Git$(touch /tmp/x)Hub — jane");
    told(&desktop, "The clipboard is empty now.");
    assert_eq!(desktop.clipboard(), "");
    let asked = desktop.shell("cat $DS_DIR/asked").ok();
    assert!(
        asked.contains("A key of 80 bits is on the clipboard"),
        "{asked}"
    );
    assert!(
        !asked.to_lowercase().contains("jbsw"),
        "the key is in the arguments"
    );
    let code = desktop.mfactl(&["get", "jane"]).ok();
    let now = now();
    let right = |time: &u64| oathtool("JBSWY3DPEHPK3PXP", 30, *time) == code;
    assert!([now - 1, now].iter().any(right));
}

#[test]
fn a_key_from_the_clipboard_asks_for_its_name() {
    a_key_is_added("x11");
}

#[test]
fn a_key_from_the_clipboard_on_wayland_too() {
    a_key_is_added("wayland");
}

#[test]
fn a_key_is_not_added_against_the_users_will() {
    let desktop = Desktop::start(&["--display", "x11"]);
    let path = desktop.stand_in("zenity", "touch $DS_DIR/asked; exit 1");
    let tray = Tray::with(&desktop, &[("PATH", &path)], EMPTY);
    desktop.copy("JBSWY3DPEHPK3PXP");
    tray.choose("Add from clipboard");
    eventually("it is asked", || {
        desktop.shell("ls $DS_DIR/asked").status == 0
    });
    drop(tray);
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok(), "");
    assert_eq!(desktop.clipboard(), "JBSWY3DPEHPK3PXP");
    // One that fails has not answered, and no other one is there.
    let failing = desktop.stand_in("zenity", "exit 255");
    let alone = failing.split(':').next().unwrap();
    let tray = Tray::with(&desktop, &[("PATH", alone)], EMPTY);
    tray.choose("Add from clipboard");
    told(&desktop, "Install zenity or kdialog");
}

#[test]
fn several_at_once() {
    let desktop = Desktop::start(&["--display", "x11"]);
    let tray = Tray::start(&desktop, EMPTY);
    let github = github();
    desktop.copy(&format!("{LINK}\n{github}\notpauth://totp/Broken?secret=1"));
    tray.choose("Add from clipboard");
    tray.wait_for("GitHub — root@1234");
    tray.wait_for(ROW);
    told(&desktop, "2 accounts added");
    told(&desktop, "1 could not be added: line 3");
    eventually("the clipboard is empty", || desktop.clipboard().is_empty());
    desktop.copy(&format!("{LINK}\n{github}"));
    tray.choose("Add from clipboard");
    told(&desktop, "No account was added");
    told(
        &desktop,
        "2 could not be added, the first because: “aws” is here already",
    );
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 2);
}

#[test]
fn what_was_added_can_be_bound_at_once() {
    let desktop = Desktop::start(&["--display", "wayland"]);
    desktop.configure("[tray]\ncodes = \"hidden\"\n");
    desktop.copy(LINK);
    let tray = Tray::start(&desktop, EMPTY);
    tray.choose("Add from clipboard");
    tray.wait_for(ROW);
    told(&desktop, "Two codes in a row");
    // The button is that of the last account, and of no other.
    desktop.copy(&github());
    tray.choose("Add from clipboard");
    tray.wait_for("GitHub — root@1234");
    told(&desktop, "GitHub added as github");
    let button = "makoctl list | grep -o 'mfactl-[0-9]*' | head -1";
    let button = desktop.shell(button).ok();
    desktop.shell(&format!("makoctl invoke {button}")).ok();
    told(&desktop, "First code for GitHub copied");
}
