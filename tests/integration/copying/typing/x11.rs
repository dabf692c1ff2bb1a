//! X11: the layout of the keyboard and the keys that the user holds decide what a window sees.

use std::process::Stdio;

use tests::{Desktop, LINK, eventually, run};

use super::{ALL, Field, is_picked, is_typed, types};
use crate::consent::is_code;

fn desktop() -> Desktop {
    let options = ["--display", "x11", "--no-tray", "--notify", "none"];
    Desktop::start(&options)
}

#[test]
fn a_code_is_typed() {
    is_typed(&desktop());
}

#[test]
fn a_picked_code_is_typed() {
    is_picked(&desktop());
}

/// In a French layout, digits need Shift. Russian ones have Latin letters in another group, or not at all.
#[test]
fn the_layout_does_not_matter() {
    let desktop = desktop();
    let field = Field::show(&desktop);
    for layout in [
        "us",
        "fr",
        "fr -variant bepo",
        "de -variant neo",
        "us,ru",
        "ru,us",
        "ru",
        "ara -variant azerty_digits",
    ] {
        desktop.shell(&format!("setxkbmap {layout}")).ok();
        let before = desktop.shell("xmodmap -pke").ok();
        // Few keys are spare, and codes are short.
        for part in ALL.as_bytes().chunks(12) {
            let part = std::str::from_utf8(part).unwrap();
            types(&desktop, part).ok();
            assert_eq!(field.entered(), part, "{layout}");
        }
        let after = desktop.shell("xmodmap -pke").ok();
        assert_eq!(before, after, "{layout}: the keys are as they were");
    }
}

#[test]
fn locks_do_not_matter_and_stay() {
    let desktop = desktop();
    let field = Field::show(&desktop);
    for layout in ["us", "fr", "ru,us"] {
        desktop.shell(&format!("setxkbmap {layout}")).ok();
        desktop.shell("xdotool key Caps_Lock key Num_Lock").ok();
        let locks = || {
            let all = desktop.shell("xset q").ok();
            all.lines()
                .find(|line| line.contains("Caps Lock"))
                .unwrap()
                .to_owned()
        };
        let before = locks();
        types(&desktop, ALL).ok();
        assert_eq!(field.entered(), ALL, "{layout}");
        assert_eq!(before, locks(), "{layout}");
        desktop.shell("xdotool key Caps_Lock key Num_Lock").ok();
        assert_ne!(before, locks(), "{layout}: they were on");
    }
}

#[test]
fn a_held_key_is_waited_for() {
    let desktop = desktop();
    desktop.add("aws", LINK);
    let field = Field::show(&desktop);
    desktop.shell("xdotool keydown ctrl keydown shift").ok();
    let error = desktop.mfactl(&["type", "aws"]).fails(8);
    let expected = "mfactl: a key is held down, which would spoil the code; nothing was typed\n  \
                    Release all keys, click into the field, then try again.";
    assert_eq!(error, expected);
    assert_eq!(field.typed(), "");
    let mut typing = desktop.ours("mfa-type");
    typing.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut typing = typing.spawn().unwrap();
    std::io::Write::write_all(&mut typing.stdin.take().unwrap(), b"135790").unwrap();
    desktop.shell("xdotool keyup shift keyup ctrl").ok();
    assert!(typing.wait().unwrap().success());
    eventually("the code is typed", || field.typed() == "135790");
}

#[test]
fn in_a_terminal_there_is_time_to_choose_a_window() {
    let desktop = desktop();
    desktop.add("aws", LINK);
    let field = Field::show(&desktop);
    let mut typing = desktop.mfactl_on_a_terminal("type aws");
    let said = run(&mut typing, "").ok();
    assert!(said.contains("focus the window: typing in 2 s"), "{said}");
    assert!(said.contains("mfactl: typed; valid for "), "{said}");
    eventually("the code is typed", || is_code(&field.typed()));
    let mut typing = desktop.mfactl_on_a_terminal("type aws --delay 0 --enter");
    let said = run(&mut typing, "").ok();
    assert!(!said.contains("focus the window"), "{said}");
    assert_eq!(field.entered().len(), 12);
}

/// What is no code could be a command.
#[test]
fn only_codes_are_typed() {
    let desktop = desktop();
    let field = Field::show(&desktop);
    for text in ["12 34", "1234\n", &"1".repeat(100)] {
        let error = types(&desktop, text).fails(1);
        assert!(
            error.ends_with("nothing was typed") && !error.contains("12"),
            "{error}"
        );
    }
    types(&desktop, "").ok();
    types(&desktop, "1").ok();
    assert_eq!(field.entered(), "1");
}
