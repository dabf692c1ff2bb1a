//! Copying, and what becomes of the copied code: on X11 and Wayland, with the tray and without it.

mod shortcut;
mod typing;

use tests::{Desktop, LINK, SECRET, Tray, eventually, eventually_within, now, oathtool, own_name};

use crate::consent::{end, log, pending, python, script, start};
use crate::monitor::Monitor;

/// The entry of the first account of these tests in the menu.
pub(crate) const ROW: &str = "Amazon Web Services — root@1234";

pub(crate) fn x11() -> Desktop {
    Desktop::start(&["--display", "x11"])
}

pub(crate) fn wayland() -> Desktop {
    Desktop::start(&["--display", "wayland"])
}

/// Returns the codes that are right now: of this step, and of the one that may have ended meanwhile.
pub(crate) fn codes(period: u64) -> [String; 2] {
    let now = now();
    [now - 1, now].map(|time| oathtool(SECRET, period, time))
}

/// Waits until the clipboard holds a code that is right, and returns it.
pub(crate) fn copied(desktop: &Desktop) -> String {
    let mut code = String::new();
    eventually("a code is on the clipboard", || {
        code = desktop.clipboard();
        code.len() == 6 && codes(30).contains(&code)
    });
    code
}

pub(crate) fn told(desktop: &Desktop, text: &str) -> String {
    let mut all = String::new();
    eventually(&format!("a notification with {text:?}"), || {
        all = desktop.notifications();
        all.contains(text)
    });
    all
}

/// Waits for a step with enough time left, so that a test does not have to wait later.
pub(crate) fn early_in_a_step() {
    eventually_within(15, "a new step begins", || now() % 30 < 20);
}

/// Returns a tray that has just copied the code of the only account.
pub(crate) fn with_a_copied_code(desktop: &Desktop) -> Tray<'_> {
    desktop.add("aws", LINK);
    let tray = Tray::start(desktop, ROW);
    early_in_a_step();
    tray.choose(ROW);
    copied(desktop);
    tray
}

/// Checks that the tray clears its code from the clipboard, but not a text that the user has copied since.
fn clears(desktop: &Desktop) {
    desktop.configure("[tray]\nclear-after = 1\n");
    desktop.add("aws", LINK);
    let tray = Tray::start(desktop, ROW);
    early_in_a_step();
    tray.choose(ROW);
    told(desktop, "copied, valid for ");
    eventually("the code is taken back", || {
        tray.log().contains("removed the code from the clipboard")
    });
    assert_eq!(desktop.clipboard(), "");
    early_in_a_step();
    tray.choose(ROW);
    copied(desktop);
    desktop.copy("a newer text");
    eventually("it was looked at", || {
        tray.log()
            .contains("another program has changed the clipboard since")
    });
    assert_eq!(desktop.clipboard(), "a newer text");
}

#[test]
fn the_clipboard_is_cleared_unless_it_is_the_users() {
    clears(&x11());
}

#[test]
fn the_clipboard_is_cleared_on_wayland_too() {
    clears(&wayland());
}

#[test]
fn locking_and_ending_take_the_code_away() {
    let desktop = x11();
    let tray = with_a_copied_code(&desktop);
    let unlocked = desktop.shell("ds-menu icon").ok();
    tray.choose("Lock");
    tray.wait_for("Unlock…");
    assert!(
        !tray.menu().concat().contains("Amazon"),
        "names are locked too"
    );
    eventually("the clipboard is empty", || desktop.clipboard().is_empty());
    let locked = desktop.shell("ds-menu icon").ok();
    assert!(
        unlocked.contains("hint 1 account") && locked.contains("hint locked"),
        "{locked}"
    );
    tray.choose("Unlock");
    tray.wait_for(ROW);
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
    assert!(tray.end().success());
    assert_eq!(desktop.clipboard(), "");
}

/// Nobody wants to paste a code that is about to end.
#[test]
fn a_click_late_in_a_step_waits_for_the_next_code() {
    let desktop = x11();
    let link = format!("otpauth://totp/Short:me?secret={SECRET}&issuer=Short&period=15");
    desktop.add("short", &link);
    let tray = Tray::start(&desktop, "Short — me");
    eventually_within(15, "a step is about to end", || now() % 15 >= 11);
    let clicked = now();
    tray.choose("Short — me");
    told(&desktop, "Next code for Short");
    let mut code = String::new();
    eventually_within(15, "the next code is on the clipboard", || {
        code = desktop.clipboard();
        !code.is_empty()
    });
    assert_eq!(code, oathtool(SECRET, 15, clicked - clicked % 15 + 15));
    told(&desktop, "Code for Short copied, valid for ");
}

#[test]
fn quitting_takes_the_code_away() {
    let desktop = x11();
    let tray = with_a_copied_code(&desktop);
    tray.choose("Quit");
    assert!(tray.wait().success());
    assert_eq!(desktop.clipboard(), "");
}

#[test]
fn what_was_copied_since_outlives_a_lock_and_the_tray() {
    let desktop = x11();
    let tray = with_a_copied_code(&desktop);
    desktop.copy("a newer text");
    tray.choose("Lock");
    tray.wait_for("Unlock…");
    assert_eq!(desktop.clipboard(), "a newer text");
    tray.choose("Quit");
    assert!(tray.wait().success());
    assert_eq!(desktop.clipboard(), "a newer text");
}

#[test]
fn the_next_code_is_copied_before_it_is_valid() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    early_in_a_step();
    let step = now() / 30;
    tray.choose("Next code/Amazon");
    let mut code = String::new();
    eventually("a code is on the clipboard", || {
        code = desktop.clipboard();
        !code.is_empty()
    });
    assert_eq!(code, oathtool(SECRET, 30, (step + 1) * 30));
    let all = told(
        &desktop,
        "Next code for Amazon Web Services copied, valid in ",
    );
    assert!(!all.contains(&code), "a notification holds the code");
}

#[test]
fn two_codes_in_a_row() {
    let desktop = x11();
    let link = format!("otpauth://totp/Short:me?secret={SECRET}&issuer=Short&period=6");
    desktop.add("short", &link);
    let tray = Tray::start(&desktop, "Short — me");
    tray.choose("Two codes/Short");
    let mut first = String::new();
    eventually("the first code is there", || {
        first = desktop.clipboard();
        codes(6).contains(&first)
    });
    let step = now() / 6;
    let mut second = String::new();
    eventually("the second code is there", || {
        second = desktop.clipboard();
        second != first
    });
    let around = [step - 1, step, step + 1].map(|step| oathtool(SECRET, 6, step * 6));
    let at = around.iter().position(|code| *code == first).unwrap();
    assert_eq!(
        around.get(at + 1),
        Some(&second),
        "they do not follow one another"
    );
    let all = told(&desktop, "Second code for Short copied, valid for ");
    assert!(!all.contains(&first) && !all.contains(&second));
}

#[test]
fn others_can_have_a_code_copied() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let call = "gdbus call --session --dest org.mfactl.Authenticator1 --object-path /org/mfactl/Authenticator1 \
                --method org.mfactl.Authenticator1.CopyCode ";
    let refused = desktop.shell(&format!("{call} aws '{{}}'"));
    assert!(
        refused.stderr.contains("org.mfactl.Error.NotSupported"),
        "{refused}"
    );
    let tray = Tray::start(&desktop, ROW);
    early_in_a_step();
    assert_eq!(
        desktop.shell(&format!("{call} aws '{{}}'")).ok(),
        "()",
        "no code in the reply"
    );
    // The code is on the clipboard when the call is answered.
    let code = desktop.clipboard();
    assert!(codes(30).contains(&code), "{code}");
    let unknown = desktop.shell(&format!("{call} nobody '{{}}'"));
    assert!(
        unknown.stderr.contains("org.mfactl.Error.NotFound"),
        "{unknown}"
    );
    desktop.copy("");
    let monitor = Monitor::start(&desktop);
    desktop.mfactl(&["get", "--copy", "aws"]).ok();
    let code = copied(&desktop);
    let heard = monitor.heard(&desktop);
    let who = format!("string \"{}\"", own_name());
    assert!(heard.contains(&who), "who asked is named: {heard}");
    assert!(!heard.contains(&code));
    assert!(tray.end().success());
    // Without a tray, mfactl copies by itself.
    early_in_a_step();
    let copied_by_itself = desktop.mfactl(&["get", "--copy", "aws"]);
    assert_eq!(
        copied_by_itself.stdout, "",
        "the code is copied and not printed"
    );
    copied_by_itself.ok();
    copied(&desktop);
    let targets = desktop
        .shell("xclip -selection clipboard -o -t TARGETS")
        .ok();
    assert!(targets.contains("x-kde-passwordManagerHint"), "{targets}");
}

/// A program on the bus that has a code copied.
const COPY: &str = "import dbus
daemon = dbus.SessionBus().get_object('org.mfactl.Authenticator1', '/org/mfactl/Authenticator1')
daemon.CopyCode('aws', {'ask': True}, dbus_interface='org.mfactl.Authenticator1', timeout=60)
";

/// The program that asks is the one that counts, and not the tray, which fetches the code for it.
#[test]
fn who_has_a_code_copied_is_asked_about() {
    let desktop = Desktop::strict(&["--display", "x11"]);
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    let job = script(&desktop, COPY);
    let asked = start(&mut python(&desktop, &job));
    eventually("a question is open", || pending(&desktop).len() == 1);
    let question = pending(&desktop).remove(0);
    assert_eq!(question["use"], "copy");
    assert!(question["asker"].as_str().unwrap().contains("job.py"));
    let approve = format!("mfactl access approve {}", question["id"]);
    desktop.person(&[&approve]).ok();
    let (_, error, success) = end(asked);
    assert!(success, "{error}");
    let code = desktop.clipboard();
    assert!(codes(30).contains(&code), "{code}");
    let line = log(&desktop).remove(0);
    assert_eq!(
        (&line["action"], &line["ground"]),
        (&"copy".into(), &"once".into())
    );
    assert!(line["asker"].as_str().unwrap().contains("python"), "{line}");
    assert!(tray.end().success());
}
