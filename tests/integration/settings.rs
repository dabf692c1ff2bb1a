//! What the user can set of the tray.

use tests::{Desktop, LINK, Tray, eventually};

use crate::copying::{ROW, codes};

#[test]
fn the_settings_are_a_file_to_edit() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    // A program of the user's that opens files.
    let opener = desktop.folder().join("xdg-open");
    let opened = desktop.folder().join("opened");
    std::fs::write(
        &opener,
        format!("#!/bin/sh\necho \"$1\" >{}\n", opened.display()),
    )
    .unwrap();
    desktop
        .shell(&format!("chmod +x {}", opener.display()))
        .ok();
    let path = format!(
        "{}:{}",
        desktop.folder().display(),
        desktop.variable("PATH").display()
    );
    let _tray = Tray::with(&desktop, &[("PATH", &path)], "(No accounts yet)");
    desktop
        .shell("ds-menu click \"Settings/Open settings\"")
        .ok();
    let expected = desktop
        .variable("XDG_CONFIG_HOME")
        .join("mfactl/config.toml");
    eventually("the file is opened", || {
        std::fs::read_to_string(&opened).is_ok_and(|text| text.trim() == expected.to_str().unwrap())
    });
    let text = std::fs::read_to_string(expected).unwrap();
    assert!(text.contains("# clear-after = 30"), "{text}");
    // All that it explains holds, for the daemon too.
    let explained = text.replace("# bus-", "bus-").replace("# lock-", "lock-");
    let explained = explained
        .replace("# codes =", "codes =")
        .replace("# clear", "clear");
    desktop.configure(&explained.replace("# icon =", "icon ="));
    desktop.end_daemon("-TERM");
    desktop.mfactl(&["list"]).ok();
}

#[test]
fn codes_are_shown_in_an_open_menu_if_the_user_wants_that() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    desktop.configure("[tray]\ncodes = \"shown\"\n");
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    desktop.shell("ds-menu open").ok();
    let is_shown = |line: &String| {
        codes(30)
            .iter()
            .any(|code| line.starts_with(&format!("{} {}   Amazon", &code[..3], &code[3..])))
    };
    eventually("the code is shown", || tray.menu().iter().any(is_shown));
    // What was chosen is written to the file that the menu opens, and holds at once.
    desktop.configure("[tray]\ncodes = \"hidden\"\n");
    desktop.shell("ds-menu open").ok();
    eventually("the code is hidden", || {
        tray.menu().contains(&ROW.to_owned())
    });
}

#[test]
fn the_icon_has_the_look_that_was_chosen() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    // Installed, as they are found by their names.
    let icons = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/icons/hicolor");
    let install = format!("mkdir -p $XDG_DATA_HOME/icons && cp -r {icons} $XDG_DATA_HOME/icons/");
    desktop.shell(&install).ok();
    let _tray = Tray::start(&desktop, "(No accounts yet)");
    let icon = || desktop.shell("ds-menu icon").ok();
    let named = |name: &str| icon().lines().next() == Some(&format!("name {name}"));
    assert!(named("mfactl-tray"), "{}", icon());
    for look in ["light", "dark"] {
        desktop.configure(&format!("[tray]\nicon = \"{look}\"\n"));
        desktop.shell("ds-menu open").ok();
        eventually("the icon changes", || named(&format!("mfactl-tray-{look}")));
        desktop.mfactl(&["lock"]).ok();
        eventually("it shows the lock", || {
            named(&format!("mfactl-tray-{look}-locked"))
        });
        desktop.mfactl(&["unlock"]).ok();
    }
}
