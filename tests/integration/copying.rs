//! What is copied, and what becomes of it: on X11 and Wayland, with the tray and without.

use std::io::{Read, Write};
use std::process::{Child, Stdio};

use tests::{Desktop, LINK, SECRET, Tray, eventually, eventually_within, now, oathtool};

/// How the first account of these tests stands in the menu.
pub(crate) const ROW: &str = "Amazon Web Services — root@1234";

fn x11() -> Desktop {
    Desktop::start(&["--display", "x11"])
}

fn wayland() -> Desktop {
    Desktop::start(&["--display", "wayland"])
}

/// The codes that are right now: of this step and of the one that may have ended meanwhile.
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

/// Waits for a step with enough time left, so that nothing has to be waited for later.
pub(crate) fn early_in_a_step() {
    eventually_within(15, "a new step begins", || now() % 30 < 20);
}

/// A tray that has just copied the code of the only account.
fn with_a_copied_code(desktop: &Desktop) -> Tray<'_> {
    desktop.add("aws", LINK);
    let tray = Tray::start(desktop, ROW);
    early_in_a_step();
    tray.choose(ROW);
    copied(desktop);
    tray
}

/// The clipboard is emptied, and what the user has copied since is not.
fn clears(desktop: &Desktop) {
    desktop.configure("[tray]\nclear-after = 1\n");
    desktop.add("aws", LINK);
    let tray = Tray::start(desktop, ROW);
    early_in_a_step();
    tray.choose(ROW);
    told(desktop, "copied, valid ");
    eventually("the code is taken back", || {
        tray.log().contains("took the code back")
    });
    assert_eq!(desktop.clipboard(), "");
    early_in_a_step();
    tray.choose(ROW);
    copied(desktop);
    desktop.copy("a newer text");
    eventually("it was looked at", || {
        tray.log().contains("left what was copied since")
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

/// A code that is about to end is not what anybody wants to paste.
#[test]
fn a_click_late_in_a_step_waits_for_the_next_code() {
    let desktop = x11();
    let link = format!("otpauth://totp/Short:me?secret={SECRET}&issuer=Short&period=15");
    desktop.add("short", &link);
    let tray = Tray::start(&desktop, "Short — me");
    eventually_within(15, "a step is about to end", || now() % 15 >= 11);
    let clicked = now();
    tray.choose("Short — me");
    told(&desktop, "Waiting for the next code for Short");
    let mut code = String::new();
    eventually_within(15, "the next code is on the clipboard", || {
        code = desktop.clipboard();
        !code.is_empty()
    });
    assert_eq!(code, oathtool(SECRET, 15, clicked - clicked % 15 + 15));
    told(&desktop, "Code for Short copied, valid ");
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
    let all = told(&desktop, "Second code for Short copied, valid ");
    assert!(!all.contains(&first) && !all.contains(&second));
}

#[test]
fn others_can_have_a_code_copied() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let call = "gdbus call --session --dest org.mfactl.Authenticator1 --object-path /org/mfactl/Authenticator1 \
                --method org.mfactl.Authenticator1.CopyCode ";
    let refused = desktop.shell(&format!("{call} aws"));
    assert!(
        refused.stderr.contains("org.mfactl.Error.NotSupported"),
        "{refused}"
    );
    let tray = Tray::start(&desktop, ROW);
    early_in_a_step();
    assert_eq!(
        desktop.shell(&format!("{call} aws")).ok(),
        "()",
        "no code in the reply"
    );
    // It is there when the call is answered.
    let code = desktop.clipboard();
    assert!(codes(30).contains(&code), "{code}");
    let unknown = desktop.shell(&format!("{call} nobody"));
    assert!(
        unknown.stderr.contains("org.mfactl.Error.NotFound"),
        "{unknown}"
    );
    desktop.copy("");
    desktop.mfactl(&["get", "--copy", "aws"]).ok();
    copied(&desktop);
    assert!(tray.end().success());
    // Without a tray mfactl does it by itself.
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

/// The program that copies where no tray does.
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
        // It closes its output once the code is there, and stays.
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
    // The same code again, from another process: the first does not take what is the second's.
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

/// Stops a program, and has it go on when this value goes.
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
        tray.log().contains("left what was copied since")
    });
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
}
