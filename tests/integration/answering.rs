//! Answers in the menu of the tray: the questions there, the window that confirms an answer, and the last uses.

use std::fs;

use tests::{Desktop, LINK, Tray, eventually};

use crate::consent::{ON_THE_BUS, end, is_code, log, pending, python, script, start};
use crate::copying::ROW;

/// Waits until the newest of the last uses in the menu of the tray contains this text. The log is read when the menu
/// opens.
fn wait_for_use(desktop: &Desktop, tray: &Tray<'_>, text: &str) {
    eventually(&format!("the last use is {text:?}"), || {
        desktop.shell("ds-menu open").ok();
        let mut menu = tray.menu().into_iter();
        let submenu = menu.find(|line| line == "Last used >");
        submenu.is_some() && menu.next().is_some_and(|line| line.contains(text))
    });
}

/// A window that confirms an answer. It writes what it shows to `$DS_DIR/shown`, then waits for the number of a button in
/// `$DS_DIR/pressed`.
const WINDOW: &str = r#"
echo $$ >"$DS_DIR/window"
printf '%s\n' "$@" "bus $DBUS_SESSION_BUS_ADDRESS" END >"$DS_DIR/shown"
until [ -s "$DS_DIR/pressed" ]; do sleep 0.1; done
read -r button <"$DS_DIR/pressed"
rm "$DS_DIR/pressed" "$DS_DIR/shown"
exit "$button""#;

/// Starts a tray whose windows are played by [`WINDOW`].
fn tray_with_window(desktop: &Desktop) -> Tray<'_> {
    let path = desktop.stand_in("zenity", WINDOW);
    Tray::with(desktop, &[("PATH", &path)], ROW)
}

/// Waits for the window. Returns what it shows.
fn await_window(desktop: &Desktop) -> String {
    let shown = || desktop.shell("cat $DS_DIR/shown").stdout;
    eventually("the window is there", || {
        shown().trim_end().ends_with("END")
    });
    shown()
}

/// Presses the first button of the window, which agrees, or the second one.
fn press(desktop: &Desktop, agrees: bool) {
    let button = if agrees { "0\n" } else { "1\n" };
    let folder = desktop.variable("DS_DIR");
    fs::write(folder.join("pressed"), button).unwrap();
    eventually("the window is gone", || !folder.join("shown").exists());
}

fn is_in_menu(tray: &Tray<'_>) -> bool {
    let mut menu = tray.menu().into_iter();
    menu.any(|line| line.contains("wants a code for aws"))
}

#[test]
fn a_question_can_be_answered_in_the_menu_of_the_tray() {
    let desktop = Desktop::strict(&["--display", "x11"]);
    desktop.add("aws", LINK);
    let tray = tray_with_window(&desktop);
    let is_asked = || is_in_menu(&tray);
    assert!(!is_asked());
    let job = script(&desktop, ON_THE_BUS);
    let mut asked = start(&mut python(&desktop, &job));
    tray.wait_for("job.py (python3");
    let menu = tray.menu();
    assert!(menu[0].contains(") wants a code for aws ("), "{menu:#?}");
    assert_eq!(menu[1], "  (Reason given: nightly [2J job)");
    assert!(menu.contains(&"  Always allow".to_owned()), "{menu:#?}");
    let hint = desktop.shell("ds-menu icon").ok();
    assert!(hint.contains("hint a question waits"), "{hint}");
    tray.choose("job.py (/Allow once");
    await_window(&desktop);
    assert_eq!(pending(&desktop).len(), 1, "it is not confirmed");
    assert!(asked.try_wait().unwrap().is_none(), "it still waits");
    press(&desktop, true);
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{code} {error}");
    eventually("the question is gone from the menu", || !is_asked());
    wait_for_use(&desktop, &tray, "  aws: code for job.py (python3");
    assert_eq!(log(&desktop).pop().unwrap()["ground"], "once");
    assert!(!tray.menu().concat().contains(&code));
    // That was for one code only.
    let asked = start(&mut python(&desktop, &job));
    tray.wait_for("job.py (python3");
    tray.choose("job.py (/Deny");
    let (_, error, success) = end(asked);
    assert!(!success && error.contains("AccessDenied"), "{error}");
    eventually("the question is gone from the menu", || !is_asked());
    wait_for_use(&desktop, &tray, "  aws: refused for job.py (python3");
    tray.choose("Lock");
    tray.wait_for("Unlock…");
    assert!(!tray.menu().concat().contains("job.py"), "it is locked");
}

#[test]
fn clicks_in_the_menu_alone_allow_nothing() {
    let desktop = Desktop::strict(&["--display", "x11"]);
    desktop.add("aws", LINK);
    let tray = tray_with_window(&desktop);
    let job = script(&desktop, ON_THE_BUS);
    let mut asked = start(&mut python(&desktop, &job));
    tray.wait_for("job.py (python3");
    tray.choose("job.py (/Always allow");
    let shown = await_window(&desktop);
    for line in [
        "--default-cancel",
        "--ok-label=Always allow",
        "bus disabled:",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{shown}");
    }
    assert!(shown.contains("wants a code for aws"), "{shown}");
    // Another click opens no second window and does not answer this one.
    tray.choose("job.py (/Allow once");
    assert_eq!(pending(&desktop).len(), 1);
    press(&desktop, false);
    assert_eq!(pending(&desktop).len(), 1, "the question stays open");
    assert!(asked.try_wait().unwrap().is_none(), "it still waits");
    // A program that clicks once more does not get the same window again.
    for _ in 0..5 {
        tray.choose("job.py (/Allow until locked");
        assert_eq!(pending(&desktop).len(), 1, "the question stays open");
        assert_ne!(desktop.shell("ls $DS_DIR/shown").status, 0);
    }
    let other = desktop.folder().join("other.py");
    fs::write(&other, ON_THE_BUS).unwrap();
    let other = start(&mut python(&desktop, &other));
    tray.wait_for("other.py (python3");
    tray.choose("other.py (/Allow until locked");
    let shown = await_window(&desktop);
    assert!(shown.contains("--ok-label=Allow until locked"), "{shown}");
    let is_open = format!("kill -0 {}", desktop.shell("cat $DS_DIR/window").stdout);
    desktop.shell(&is_open).ok();
    tray.choose("Lock");
    eventually("the window is closed", || {
        desktop.shell(&is_open).status != 0
    });
    for program in [asked, other] {
        let (code, error, success) = end(program);
        assert!(!success && code.is_empty(), "{code} {error}");
    }
    assert!(desktop.notifications().contains("just cancelled this"));
    desktop.person(&["mfactl unlock"]).ok();
    nothing_is_allowed(&desktop);
}

fn nothing_is_allowed(desktop: &Desktop) {
    let rules = desktop.mfactl(&["access", "rules"]).ok();
    assert!(!rules.contains("job.py"), "{rules}");
    let log = log(desktop);
    let mut codes = log.iter().filter(|line| line["action"] == "code");
    assert!(codes.all(|line| line["outcome"] == "refused"), "{log:#?}");
}
