//! Adding accounts from the tray: from QR codes on the screen, and from links and pictures on the clipboard.

use std::process::{Child, Stdio};

use tests::{Desktop, LINK, SECRET, Tray, eventually, now, oathtool};

use crate::importing::listed;
use crate::series::GOOGLE;

const ROW: &str = "Amazon Web Services — root@1234";
const EMPTY: &str = "(No accounts yet)";

/// Returns the link of another account.
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

/// Shows the picture in an image viewer.
fn show(desktop: &Desktop, viewer: &str) -> Child {
    let picture = desktop.variable("DS_DIR").join("qr.png");
    let mut viewer = desktop.command(viewer);
    viewer
        .arg(picture)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    viewer.spawn().unwrap()
}

/// Waits until another program finds the QR code on the screen.
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
    told(&desktop, "Cannot find a QR code in the picture");
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
    told(&desktop, "a secret or a picture: copy one first");
    desktop.copy(LINK);
    tray.choose("Add from clipboard");
    tray.wait_for(ROW);
    told(&desktop, "The clipboard was cleared.");
    assert_eq!(desktop.clipboard(), "", "the link is still there");
    desktop.copy(LINK);
    tray.choose("Add from clipboard");
    told(&desktop, "Nothing to add");
    told(&desktop, "The account is already stored as “aws”.");
    eventually("it is taken off again", || desktop.clipboard().is_empty());
    desktop.copy(SECRET);
    tray.choose("Add from clipboard");
    eventually("it needs no name", || desktop.clipboard().is_empty());
    picture(&desktop, &github());
    let line = "xclip -selection clipboard -t image/png -i $DS_DIR/qr.png >/dev/null 2>&1";
    desktop.shell(line).ok();
    tray.choose("Add from clipboard");
    tray.wait_for("GitHub — root@1234");
    desktop.copy("no link at all");
    tray.choose("Add from clipboard");
    told(
        &desktop,
        "The clipboard does not contain an otpauth:// link",
    );
    assert!(!tray.log().contains(SECRET), "the log holds a secret");
    assert!(
        !desktop.notifications().contains(SECRET),
        "a notification holds a secret"
    );
}

/// What cannot be asked in a notification is not added.
#[test]
fn a_part_of_an_export_and_a_weak_secret_are_not_added() {
    let desktop = Desktop::start(&["--display", "x11"]);
    let tray = Tray::start(&desktop, EMPTY);
    let weak = format!("otpauth://totp/Bank:jane?secret={}", &SECRET[..7]);
    for (copied, reason) in [
        (GOOGLE[1], "QR code 1 of 2 is missing. Show"),
        (&weak, "The secret has only"),
    ] {
        desktop.copy(copied);
        tray.choose("Add from clipboard");
        told(&desktop, reason);
        assert_eq!(desktop.clipboard(), copied, "what was not added stays");
    }
    assert_eq!(listed(&desktop), 0);
}

/// Installs a stand-in for the program that asks, which answers with the text that the user types. Returns the
/// `PATH`.
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
    told(&desktop, "The clipboard was cleared.");
    assert_eq!(desktop.clipboard(), "");
    let asked = desktop.shell("cat $DS_DIR/asked").ok();
    assert!(
        asked.contains("The clipboard contains a secret of 80 bits"),
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
    // A program that fails has not answered, and no other one is there.
    let failing = desktop.stand_in("zenity", "exit 255");
    let alone = failing.split(':').next().unwrap();
    let tray = Tray::with(&desktop, &[("PATH", alone)], EMPTY);
    tray.choose("Add from clipboard");
    told(&desktop, "Install zenity or kdialog");
}

/// Without zenity, another program asks.
#[test]
fn another_program_asks_for_the_name_where_there_is_no_zenity() {
    let pinentry = "echo OK; while read -r line; do case $line in GETPIN) echo D GitHub; echo OK ;; BYE) exit ;; *) echo OK ;; esac; done";
    for (program, script) in [("kdialog", "echo GitHub"), ("pinentry", pinentry)] {
        let desktop = Desktop::start(&["--display", "x11"]);
        desktop.configure("[tray]\ncodes = \"hidden\"\n");
        let path = desktop.stand_in(program, script);
        let alone = path.split(':').next().unwrap();
        let tray = Tray::with(&desktop, &[("PATH", alone)], EMPTY);
        desktop.copy("JBSWY3DPEHPK3PXP");
        tray.choose("Add from clipboard");
        tray.wait_for("GitHub");
    }
}

/// The script of a program that asks and is not answered. It writes its process id to `$DS_DIR/asking`.
const UNANSWERED: &str = "echo $$ >$DS_DIR/asking; exec sleep 300";

/// Waits until the program asks. Returns a command that tells whether it still does.
fn await_question(desktop: &Desktop) -> String {
    let pid = || desktop.shell("cat $DS_DIR/asking").stdout;
    eventually("it is asked", || !pid().is_empty());
    format!("kill -0 {}", pid())
}

#[test]
fn a_second_choice_is_told_of_the_first() {
    for entry in ["Add from QR on screen", "Add from clipboard"] {
        let desktop = Desktop::start(&["--display", "x11"]);
        let path = desktop.stand_in("zenity", UNANSWERED);
        let tray = Tray::with(&desktop, &[("PATH", &path)], EMPTY);
        desktop.copy("JBSWY3DPEHPK3PXP");
        tray.choose("Add from clipboard");
        let is_asking = await_question(&desktop);
        tray.choose(entry);
        told(&desktop, "“Add from clipboard…” is still open");
        told(&desktop, "Answer its question or close its window");
        desktop.shell(&is_asking).ok();
        assert!(tray.end().success());
        eventually("its window is gone", || {
            desktop.shell(&is_asking).status != 0
        });
    }
}

#[test]
fn nobody_is_asked_for_a_name_once_the_accounts_are_locked() {
    let desktop = Desktop::start(&["--display", "x11"]);
    let path = desktop.stand_in("zenity", UNANSWERED);
    let tray = Tray::with(&desktop, &[("PATH", &path)], EMPTY);
    desktop.copy("JBSWY3DPEHPK3PXP");
    tray.choose("Add from clipboard");
    let is_asking = await_question(&desktop);
    desktop.mfactl(&["lock"]).ok();
    eventually("the question is gone", || {
        desktop.shell(&is_asking).status != 0
    });
    told(
        &desktop,
        "The accounts were locked before you entered a name",
    );
    assert_eq!(desktop.clipboard(), "JBSWY3DPEHPK3PXP");
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
    told(&desktop, "1 was skipped. Line 3");
    eventually("the clipboard is empty", || desktop.clipboard().is_empty());
    desktop.copy(&format!("{LINK}\n{github}"));
    tray.choose("Add from clipboard");
    told(&desktop, "Nothing to add");
    told(&desktop, "2 accounts were already stored.");
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 2);
}

/// Both the tray and mfactl add one account as one, and report what was skipped.
#[test]
fn one_account_beside_a_broken_link() {
    let desktop = Desktop::start(&["--display", "x11"]);
    let tray = Tray::start(&desktop, EMPTY);
    desktop.copy(&format!("{LINK}\notpauth://totp/Broken?secret=1"));
    tray.choose("Add from clipboard");
    tray.wait_for(ROW);
    told(&desktop, "1 was skipped. Line 2: ");
    desktop.mfactl(&["rm", "--yes", "aws"]).ok();
    desktop.copy(&format!("{LINK}\notpauth://totp/Broken?secret=1"));
    let added = desktop.mfactl(&["add", "--clipboard"]);
    assert!(added.stderr.contains("line 2: "), "{added}");
    let added = added.ok();
    assert!(added.contains("Saved as “aws”"), "{added}");
    assert!(added.contains(" 1 was skipped."), "{added}");
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
    // The button belongs to the last account, and to no other.
    desktop.copy(&github());
    tray.choose("Add from clipboard");
    tray.wait_for("GitHub — root@1234");
    told(&desktop, "GitHub added as github");
    let button = "makoctl list | grep -o 'mfactl-[0-9]*' | head -1";
    let button = desktop.shell(button).ok();
    desktop.shell(&format!("makoctl invoke {button}")).ok();
    told(&desktop, "First code for GitHub copied");
}
