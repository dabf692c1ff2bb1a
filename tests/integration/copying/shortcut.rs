//! The shortcut of the desktop: the real xdg-desktop-portal, with a back end that a program of ours plays, tells a real tray
//! that the keys were pressed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tests::{Desktop, LINK, Tray, eventually, eventually_within};

use super::{ROW, copied, early_in_a_step, told, x11};
use crate::consent::{log, pending};

const KEYS: &str = "[tray]\nshortcut = \"CTRL+ALT+m\"\n";

/// What tells the portal which back end there is.
const BACKEND: &str = "[portal]
DBusName=org.freedesktop.impl.portal.desktop.tests
Interfaces=org.freedesktop.impl.portal.GlobalShortcuts;
UseIn=tests
";

/// A menu whose user takes the first row, or none if there is a file `cancel`, but not while there is a file `wait`.
const MENU: &str = r#"echo "$XDG_ACTIVATION_TOKEN" >>"$DS_DIR/menus"
while [ -e "$DS_DIR/wait" ]; do sleep 0.05; done
[ ! -e "$DS_DIR/cancel" ] || exit 1
exec head -n 1"#;

/// Another program with a session at the portal. It prints its name on the bus.
const OTHER: &str = "import dbus
from gi.repository import GLib
bus = dbus.SessionBus()
portal = bus.get_object('org.freedesktop.portal.Desktop', '/org/freedesktop/portal/desktop', introspect=False)
portal.CreateSession({'handle_token': 'mfactl1', 'session_handle_token': 'mfactl1'}, signature='a{sv}',
                     dbus_interface='org.freedesktop.portal.GlobalShortcuts')
print(bus.get_unique_name(), flush=True)
GLib.MainLoop().run()
";

/// A program for as long as this value lives.
struct Running(Child);

impl Running {
    fn start(program: &mut Command) -> Self {
        Self(program.stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The back end of a desktop, and what its user does.
struct Backend<'d> {
    desktop: &'d Desktop,
    folder: PathBuf,
    _program: Running,
}

impl<'d> Backend<'d> {
    fn start(desktop: &'d Desktop) -> Self {
        let folder = desktop.folder().join("shortcuts");
        fs::create_dir_all(folder.join("portals")).unwrap();
        fs::write(folder.join("portals/tests.portal"), BACKEND).unwrap();
        let mut program = desktop.command("/usr/bin/python3");
        program.args(["-c", include_str!("shortcut/backend.py")]);
        let program = Running::start(program.arg(&folder));
        wait_for_name(desktop, "org.freedesktop.impl.portal.desktop.tests");
        Self {
            desktop,
            folder,
            _program: program,
        }
    }

    /// Starts the portal in front of it.
    fn portal(&self) -> Running {
        let mut portal = self.desktop.command("/usr/libexec/xdg-desktop-portal");
        portal
            .env("XDG_DESKTOP_PORTAL_DIR", self.folder.join("portals"))
            .env("XDG_CURRENT_DESKTOP", "tests")
            .stderr(Stdio::null());
        let portal = Running::start(&mut portal);
        wait_for_name(self.desktop, "org.freedesktop.portal.Desktop");
        portal
    }

    /// Returns all calls so far.
    fn calls(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.join("calls")).unwrap_or_default();
        let calls = text.lines().map(serde_json::from_str);
        calls.collect::<Result<_, _>>().unwrap_or_default()
    }

    /// Waits until there is this number of sessions, and returns the last one.
    fn session(&self, number: usize) -> String {
        let mut sessions = Vec::new();
        eventually_within(20, &format!("there are {number} sessions"), || {
            sessions = self.calls();
            sessions.retain(|call| call[0] == "CreateSession");
            sessions.len() == number
        });
        sessions[number - 1][1].as_str().unwrap().to_owned()
    }

    /// Waits until the tray listens in its session, which is the last one of this number, and returns that.
    fn listening(&self, tray: &Tray<'_>, number: usize) -> String {
        let session = self.session(number);
        eventually("the tray listens", || {
            let log = tray.log();
            log.matches("the desktop listens for the shortcut").count() == number
        });
        session
    }

    fn user(&self, does: &str) {
        let user = "busctl --user call org.freedesktop.impl.portal.desktop.tests /org/freedesktop/portal/desktop \
                    org.mfactl.Tests";
        self.desktop.shell(&format!("{user} {does}")).ok();
    }

    /// Presses the keys of a session.
    fn press(&self, session: &str, token: &str) {
        self.user(&format!("Press ss {session} {token}"));
    }
}

fn wait_for_name(desktop: &Desktop, name: &str) {
    let wait = format!("gdbus wait --session --timeout 20 {name}");
    desktop.shell(&wait).ok();
}

/// Returns the tokens of the menus that were shown, one in a line.
fn menus(desktop: &Desktop) -> String {
    let file = desktop.variable("DS_DIR").join("menus");
    fs::read_to_string(file).unwrap_or_default()
}

/// Starts a tray with a menu of the desktop.
fn tray(desktop: &Desktop) -> Tray<'_> {
    let path = desktop.stand_in("rofi", MENU);
    Tray::with(desktop, &[("PATH", &path)], ROW)
}

/// The user is asked nothing: a press counts as a click in the tray.
#[test]
fn a_press_copies_the_code_of_the_account_that_is_chosen() {
    let desktop = Desktop::strict(&["--display", "x11"]);
    desktop.configure(KEYS);
    desktop.add("aws", LINK);
    let backend = Backend::start(&desktop);
    let _portal = backend.portal();
    let tray = tray(&desktop);
    let session = backend.listening(&tray, 1);
    let wish = json!({
        "description": "Choose an account and copy its code",
        "preferred_trigger": "CTRL+ALT+m",
    });
    let expected = [
        json!(["CreateSession", session]),
        json!(["ListShortcuts", session]),
        json!(["BindShortcuts", session, [["pick", wish]]]),
    ];
    assert_eq!(backend.calls(), expected);
    early_in_a_step();
    backend.press(&session, "ours");
    let code = copied(&desktop);
    assert_eq!(menus(&desktop), "ours\n");
    told(&desktop, "copied, valid for ");
    assert_eq!(pending(&desktop).len(), 0);
    let uses = log(&desktop);
    let is_by_the_tray = uses.last().is_some_and(|line| line["asker"] == "the tray");
    assert!(is_by_the_tray, "{uses:?}");
    assert!(!tray.log().contains(&code));
}

/// This portal tells everybody of every press.
#[test]
fn a_press_for_another_program_shows_no_menu() {
    let desktop = x11();
    desktop.configure(KEYS);
    desktop.add("aws", LINK);
    let backend = Backend::start(&desktop);
    let _portal = backend.portal();
    let tray = tray(&desktop);
    let session = backend.listening(&tray, 1);
    let mut other = desktop.command("/usr/bin/python3");
    other.args(["-c", OTHER]).stdout(Stdio::piped());
    let mut other = Running::start(&mut other);
    let mut name = String::new();
    let mut says = BufReader::new(other.0.stdout.take().unwrap());
    says.read_line(&mut name).unwrap();
    let of_other = backend.session(2);
    let place = name.trim().trim_start_matches(':').replace('.', "_");
    assert!(of_other.contains(&place), "{of_other} {name}");
    backend.press(&of_other, "other");
    // A program that is not the portal says that our keys were pressed.
    let forged = format!(
        "gdbus emit --session --object-path /org/freedesktop/portal/desktop \
         --signal org.freedesktop.portal.GlobalShortcuts.Activated \
         \"objectpath '{session}'\" \"'pick'\" 'uint64 1' \"{{'activation_token': <'forged'>}}\""
    );
    desktop.shell(&forged).ok();
    early_in_a_step();
    backend.press(&session, "ours");
    copied(&desktop);
    assert_eq!(menus(&desktop), "ours\n");
}

#[test]
fn there_is_one_menu_at_a_time_and_it_can_be_cancelled() {
    let desktop = x11();
    desktop.configure(KEYS);
    desktop.add("aws", LINK);
    let backend = Backend::start(&desktop);
    let _portal = backend.portal();
    let tray = tray(&desktop);
    let session = backend.listening(&tray, 1);
    desktop.shell("touch $DS_DIR/wait $DS_DIR/cancel").ok();
    backend.press(&session, "one");
    eventually("the menu is there", || menus(&desktop) == "one\n");
    backend.press(&session, "two");
    desktop.shell("rm $DS_DIR/wait").ok();
    // It is gone a little later.
    eventually("there is another menu", || {
        backend.press(&session, "three");
        menus(&desktop).contains("three")
    });
    assert!(menus(&desktop).starts_with("one\nthree\n"));
    assert_eq!(desktop.clipboard(), "", "nothing was chosen");
    assert!(!desktop.notifications().contains("No code was copied"));
    desktop.shell("rm $DS_DIR/cancel").ok();
    tray.choose("Lock");
    tray.wait_for("Unlock…");
    early_in_a_step();
    eventually_within(20, "the accounts are unlocked for a menu", || {
        backend.press(&session, "four");
        menus(&desktop).contains("four")
    });
    copied(&desktop);
}

#[test]
fn without_a_menu_it_is_said_what_to_install() {
    let desktop = x11();
    desktop.configure(KEYS);
    desktop.add("aws", LINK);
    let backend = Backend::start(&desktop);
    let _portal = backend.portal();
    let tray = Tray::with(&desktop, &[("PATH", "/nowhere")], ROW);
    let session = backend.listening(&tray, 1);
    backend.press(&session, "x");
    told(&desktop, "no menu is installed");
    told(&desktop, "Install rofi, fuzzel");
}

#[test]
fn the_setting_is_followed_and_without_it_nobody_is_asked() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let backend = Backend::start(&desktop);
    let _portal = backend.portal();
    let tray = tray(&desktop);
    desktop.shell("ds-menu open").ok();
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
    assert!(backend.calls().is_empty(), "{:?}", backend.calls());
    desktop.configure(KEYS);
    desktop.shell("ds-menu open").ok();
    let first = backend.listening(&tray, 1);
    let closed = |session: &str| {
        let close = json!(["Close", session]);
        eventually("the session is closed", || backend.calls().contains(&close));
    };
    desktop.configure("[tray]\nshortcut = \"LOGO+F12\"\n");
    desktop.shell("ds-menu open").ok();
    let second = backend.listening(&tray, 2);
    closed(&first);
    let bound = backend.calls().pop().unwrap();
    assert_eq!(bound[2][0][1]["preferred_trigger"], "LOGO+F12", "{bound}");
    desktop.configure("");
    desktop.shell("ds-menu open").ok();
    closed(&second);
}

#[test]
fn without_a_portal_the_tray_works_and_says_so_once() {
    let desktop = x11();
    desktop.configure(KEYS);
    desktop.add("aws", LINK);
    let tray = tray(&desktop);
    let said = "this desktop has no portal for global shortcuts";
    eventually("it is said", || tray.log().contains(said));
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
    assert_eq!(tray.log().matches(said).count(), 1, "{}", tray.log());
    // One that comes later, or again, is asked.
    let backend = Backend::start(&desktop);
    let portal = backend.portal();
    backend.listening(&tray, 1);
    drop(portal);
    eventually("its end is noticed", || {
        let log = tray.log();
        log.contains("the portal that listened for the shortcut has ended")
    });
    let _portal = backend.portal();
    let session = backend.listening(&tray, 2);
    desktop.copy("something else");
    early_in_a_step();
    backend.press(&session, "again");
    copied(&desktop);
}

#[test]
fn a_refusal_is_said_and_so_is_a_shortcut_that_is_taken_back() {
    let desktop = x11();
    desktop.configure(KEYS);
    desktop.add("aws", LINK);
    let backend = Backend::start(&desktop);
    let refuse = backend.folder.join("refuse");
    fs::write(&refuse, "").unwrap();
    let _portal = backend.portal();
    let refused = tray(&desktop);
    eventually("the refusal is said", || {
        refused.log().contains("the desktop refused the shortcut")
    });
    let close = json!(["Close", backend.session(1)]);
    eventually("the session is closed", || backend.calls().contains(&close));
    assert!(refused.end().success());
    fs::remove_file(refuse).unwrap();
    let tray = tray(&desktop);
    let session = backend.session(2);
    eventually("the tray listens", || {
        tray.log().contains("the desktop listens for the shortcut")
    });
    backend.user(&format!("Take s {session}"));
    eventually("it is said", || {
        tray.log()
            .contains("the desktop has taken the shortcut back")
    });
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
}
