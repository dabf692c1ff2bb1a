//! `mfactl type`: codes that are typed into the fields of real programs.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use tests::{Desktop, LINK, Run, eventually, run};

use crate::consent::{is_code, log};
use crate::copying::{codes, early_in_a_step};

mod portal;
mod wayland;
mod x11;

/// All characters that codes have: the digits, the letters of Steam, and those of mOTP.
const ALL: &str = "0123456789BCDFGHJKMNPQRTVWXYabcdef";

/// A window with a text field, which writes to files what happens to it.
const FIELD: &str = r#"
import gi, os, sys
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk

def tell(name, text):
    with open(f"{sys.argv[1]}/{name}.new", "w") as file:
        file.write(text)
    os.rename(f"{sys.argv[1]}/{name}.new", f"{sys.argv[1]}/{name}")

window, field = Gtk.Window(title="field"), Gtk.Entry()
window.add(field)
field.connect("changed", lambda field: tell("typed", field.get_text()))
field.connect("activate", lambda field: (tell("entered", field.get_text()), field.set_text("")))
window.connect("notify::is-active", lambda window, _: window.is_active() and tell("focused", ""))
window.show_all()
Gtk.main()
"#;

/// The text field of a program, for as long as this value lives.
struct Field {
    program: Child,
    folder: PathBuf,
}

impl Field {
    /// Shows it, and waits until it has the focus.
    fn show(desktop: &Desktop) -> Self {
        let folder = desktop.folder().join("field");
        fs::create_dir(&folder).unwrap();
        let mut program = desktop.command("/usr/bin/python3");
        program.args(["-c", FIELD]).arg(&folder);
        let program = program.stdin(Stdio::null()).spawn().unwrap();
        let field = Self { program, folder };
        eventually("the field has the focus", || {
            field.folder.join("focused").exists()
        });
        field
    }

    /// Returns what is in the field.
    fn typed(&self) -> String {
        fs::read_to_string(self.folder.join("typed")).unwrap_or_default()
    }

    /// Waits until Enter was pressed, and returns what was in the field.
    fn entered(&self) -> String {
        let file = self.folder.join("entered");
        eventually("Enter was pressed", || file.exists());
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        text
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        drop(self.program.kill());
        drop(self.program.wait());
    }
}

/// Types a text and presses Enter, with the program that mfactl runs.
fn types(desktop: &Desktop, text: &str) -> Run {
    run(desktop.ours("mfa-type").arg("--enter"), text)
}

/// Has mfactl type a code into a field, and looks whether it is there and nowhere else.
fn is_typed(desktop: &Desktop) {
    desktop.add("aws", LINK);
    let field = Field::show(desktop);
    early_in_a_step();
    let typing = desktop.mfactl(&["type", "aws"]);
    assert_eq!(
        (typing.status, &*typing.stdout, &*typing.stderr),
        (0, "", "")
    );
    eventually("the code is typed", || is_code(&field.typed()));
    let code = field.typed();
    assert!(codes(30).contains(&code), "{code}");
    let log = desktop.mfactl(&["access", "log", "--json"]).ok();
    assert!(!log.contains(&code), "{log}");
    // It goes on after what is there already.
    desktop.mfactl(&["type", "aws", "--enter"]).ok();
    let entered = field.entered();
    assert!(
        entered.starts_with(&code) && entered.len() == 12,
        "{entered}"
    );
}

/// Has a menu choose an account, whose code is typed.
fn is_picked(desktop: &Desktop) {
    desktop.add("aws", LINK);
    let menu = desktop.folder().join("first");
    let script = "#!/bin/sh\nexec head -n 1\n";
    fs::write(&menu, script).unwrap();
    desktop.shell(&format!("chmod 700 {}", menu.display())).ok();
    let field = Field::show(desktop);
    let menu = menu.to_str().unwrap();
    desktop
        .mfactl(&["pick", "--type", "--enter", "--with", menu])
        .ok();
    let entered = field.entered();
    assert!(is_code(&entered), "{entered}");
}

#[test]
fn nothing_is_typed_where_there_is_no_desktop() {
    let desktop = Desktop::with_two_accounts();
    let before = log(&desktop).len();
    let error = desktop.mfactl(&["type", "aws"]).fails(1);
    let expected =
        "mfactl: cannot type: no desktop is running here\n  To print the code instead: mfactl get";
    assert_eq!(error, expected);
    let said = types(&desktop, "123456").fails(3);
    assert_eq!(said, "cannot find a desktop to type on");
    let mut gone = desktop.ours("mfactl");
    let gone = run(gone.args(["type", "aws"]).env("DISPLAY", ":4711"), "").fails(1);
    assert!(gone.contains("cannot reach the desktop"), "{gone}");
    assert_eq!(log(&desktop).len(), before, "no code was asked for");
    desktop.mfactl(&["get", "aws"]).ok();
    assert_eq!(log(&desktop).len(), before + 1);
}

#[test]
fn options_that_say_how_to_type_need_typing() {
    let desktop = Desktop::without_keychain();
    let error = desktop.mfactl(&["pick", "--enter"]).fails(2);
    assert!(error.contains("--type"), "{error}");
    let error = desktop.mfactl(&["type", "aws", "--delay", "61"]).fails(2);
    assert!(error.contains("--delay"), "{error}");
    let both = desktop.mfactl(&["pick", "--type", "--print"]).fails(2);
    assert!(both.contains("cannot be used with"), "{both}");
}
