//! Wayland with virtual-keyboard: sway. The layout is our own, and so are the keys.

use std::process::{Child, Stdio};

use tests::{Desktop, eventually, run};

use super::{ALL, Field, is_picked, is_typed, types};

/// A keyboard that is there before ours, with a key that is held, for as long as this value lives.
struct Keyboard(Child);

impl Keyboard {
    fn start(desktop: &Desktop) -> Self {
        let mut keyboard = desktop.command("wtype");
        keyboard.args(["-M", "shift", "-s", "600000", "-m", "shift"]);
        let keyboard = Self(keyboard.stdin(Stdio::null()).spawn().unwrap());
        eventually("sway has the keyboard", || {
            let inputs = desktop.shell("swaymsg -t get_inputs").ok();
            inputs.contains("\"type\": \"keyboard\"")
        });
        keyboard
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn desktop() -> Desktop {
    Desktop::start(&["--display", "wayland", "--no-tray", "--notify", "none"])
}

#[test]
fn a_code_is_typed() {
    let desktop = desktop();
    let _keyboard = Keyboard::start(&desktop);
    is_typed(&desktop);
}

#[test]
fn a_picked_code_is_typed() {
    let desktop = desktop();
    let _keyboard = Keyboard::start(&desktop);
    is_picked(&desktop);
}

/// The user holds Shift on the other keyboard.
#[test]
fn the_keyboard_of_the_user_does_not_matter() {
    let desktop = desktop();
    let _keyboard = Keyboard::start(&desktop);
    let field = Field::show(&desktop);
    types(&desktop, ALL).ok();
    assert_eq!(field.entered(), ALL);
    desktop
        .shell("swaymsg input type:keyboard xkb_layout fr")
        .ok();
    let small = ALL.to_lowercase();
    types(&desktop, &small).ok();
    assert_eq!(field.entered(), small);
}

#[test]
fn a_compositor_that_is_gone_is_named() {
    let desktop = desktop();
    let mut typing = desktop.ours("mfa-type");
    let error = run(typing.env("WAYLAND_DISPLAY", "wayland-4711"), "").fails(3);
    assert!(error.starts_with("cannot reach the desktop: "), "{error}");
}
