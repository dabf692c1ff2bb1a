//! What the user can set of the tray.

use tests::{Desktop, LINK, Tray, eventually, run};

use crate::copying::{ROW, codes, told};

#[test]
fn the_settings_are_a_file_to_edit() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    // A program of the user's that opens files.
    let opened = desktop.folder().join("opened");
    let opener = format!("echo \"$1\" >{}", opened.display());
    let path = desktop.stand_in("xdg-open", &opener);
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
    let tray = Tray::start(&desktop, "(Codes change in ");
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

#[test]
fn what_is_chosen_in_the_menu_is_kept() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    let configured = "[tray]\nicon = \"dark\"\n";
    desktop.configure(configured);
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    tray.choose("Show codes");
    tray.wait_for("☑ Show codes");
    tray.wait_for("(Codes change in ");
    tray.choose("Settings/Light icon");
    tray.wait_for("  ◉ Light icon");
    assert!(tray.end().success());
    let tray = Tray::start(&desktop, "☑ Show codes");
    tray.wait_for("  ◉ Light icon");
    let file = desktop
        .variable("XDG_CONFIG_HOME")
        .join("mfactl/config.toml");
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(text, configured, "the file of the user is written to");
    // It is the user's last word.
    desktop.configure("[tray]\nicon = \"colour\"\n");
    desktop.shell("ds-menu open").ok();
    tray.wait_for("  ◉ Icon in colour");
}

#[test]
fn whether_codes_are_shown_is_asked_once() {
    let desktop = Desktop::start(&["--display", "wayland"]);
    let tray = Tray::start(&desktop, "(No accounts yet)");
    desktop.add("aws", LINK);
    told(&desktop, "Show codes in the menu of mfactl?");
    desktop.picture("wayland-question");
    desktop.shell("makoctl invoke mfactl-1").ok();
    tray.wait_for("☑ Show codes");
    desktop.mfactl(&["rm", "aws", "--yes"]).ok();
    tray.wait_for("(No accounts yet)");
    desktop.shell("makoctl dismiss --all").ok();
    desktop.add("aws", LINK);
    tray.wait_for("(Codes change in ");
    let asked = desktop.shell("makoctl list").stdout;
    assert!(!asked.contains("Show codes in the menu"), "{asked}");
}

#[test]
fn starting_at_login_is_turned_on_and_off() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    let entry = desktop
        .variable("XDG_CONFIG_HOME")
        .join("autostart/org.mfactl.Tray.desktop");
    let tray = Tray::start(&desktop, "  ☐ Start at login");
    tray.choose("Settings/Start at login");
    tray.wait_for("  ☑ Start at login");
    let valid = format!("desktop-file-validate {}", entry.display());
    desktop.shell(&valid).ok();
    let text = std::fs::read_to_string(&entry).unwrap();
    let program = format!(
        "Exec=\"{}\" --at-login\n",
        tests::binary("mfa-tray").display()
    );
    assert!(text.contains(&program), "{text}");
    tray.choose("Settings/Start at login");
    tray.wait_for("  ☐ Start at login");
    desktop.shell(&valid).ok();
    // What systemd starts looks there as well.
    let ended = run(desktop.ours("mfa-tray").arg("--at-login"), "");
    assert_eq!(ended.status, 0, "{ended}");
    assert!(ended.stderr.contains("“Start at login” is off"), "{ended}");
    // The settings of the desktop have turned it on again.
    std::fs::remove_file(&entry).unwrap();
    std::fs::write(&entry, text).unwrap();
    desktop.shell("ds-menu open").ok();
    tray.wait_for("  ☑ Start at login");
}
