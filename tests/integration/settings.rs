//! The settings of the tray.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tests::{Desktop, LINK, Tray, eventually, run};

use crate::copying::{ROW, codes, told};

#[test]
fn the_settings_are_a_file_to_edit() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    // This stands in for the user's program that opens files.
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
    // Every setting that the file explains is valid, for the daemon too.
    let explained = text.replace("# bus-", "bus-").replace("# lock-", "lock-");
    let explained = explained
        .replace("# unattended =", "unattended =")
        .replace("# question-timeout", "question-timeout")
        .replace("# codes-per", "codes-per");
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
    // A changed setting in the file takes effect when the menu opens.
    desktop.configure("[tray]\ncodes = \"hidden\"\n");
    desktop.shell("ds-menu open").ok();
    eventually("the code is hidden", || {
        tray.menu().contains(&ROW.to_owned())
    });
}

#[test]
fn the_icon_has_the_look_that_was_chosen() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    // The icons are installed, because they are found by name.
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
    // A later change to the file is the user's last word.
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
fn a_question_that_nobody_shows_is_asked_later() {
    let desktop = Desktop::start(&["--display", "x11", "--notify", "none"]);
    let tray = Tray::start(&desktop, "(No accounts yet)");
    desktop.add("aws", LINK);
    tray.wait_for(ROW);
    assert!(tray.end().success());
    let mut server = desktop.command("dunst");
    let mut server = server.stderr(Stdio::null()).spawn().unwrap();
    let name = "busctl --user status org.freedesktop.Notifications";
    eventually("it is there", || desktop.shell(name).status == 0);
    let _tray = Tray::start(&desktop, ROW);
    told(&desktop, "Show codes in the menu of mfactl?");
    server.kill().unwrap();
    server.wait().unwrap();
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
    // The tray that systemd starts looks at the setting too.
    let ended = run(desktop.ours("mfa-tray").arg("--at-login"), "");
    assert_eq!(ended.status, 0, "{ended}");
    assert!(ended.stderr.contains("“Start at login” is off"), "{ended}");
    // The desktop's own settings have turned it on again.
    std::fs::remove_file(&entry).unwrap();
    std::fs::write(&entry, text).unwrap();
    desktop.shell("ds-menu open").ok();
    tray.wait_for("  ☑ Start at login");
}

/// Starts a user manager of systemd, of a kind that `ds-systemd` offers.
fn systemd(desktop: &Desktop, kind: &str) -> Child {
    let mut manager = desktop.command("ds-systemd");
    let mut manager = manager.arg(kind).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut says = BufReader::new(manager.stdout.take().unwrap());
    says.read_line(&mut said).unwrap();
    assert_eq!(said, "ready\n");
    manager
}

#[test]
fn starting_at_login_is_true_where_systemd_runs_the_entries() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    let folder = desktop.variable("XDG_CONFIG_HOME").join("autostart");
    std::fs::create_dir_all(&folder).unwrap();
    let entry = folder.join("org.mfactl.Tray.desktop");
    let skipped = "[Desktop Entry]\nType=Application\nName=mfactl\nExec=mfa-tray --at-login\n\
                   X-systemd-skip=true\n";
    for kind in ["active", "starting"] {
        std::fs::write(&entry, skipped).unwrap();
        let mut manager = systemd(&desktop, kind);
        // systemd ignores this entry, and its unit is not there.
        let tray = Tray::start(&desktop, "  ☐ Start at login");
        tray.choose("Settings/Start at login");
        tray.wait_for("  ☑ Start at login");
        let text = std::fs::read_to_string(&entry).unwrap();
        assert_eq!(text, skipped.replace("X-systemd-skip=true\n", ""));
        drop(tray);
        manager.kill().unwrap();
        manager.wait().unwrap();
    }
    // The desktop runs the entry where systemd does not, or is not there.
    std::fs::write(&entry, skipped).unwrap();
    let mut manager = systemd(&desktop, "inactive");
    drop(Tray::start(&desktop, "  ☑ Start at login"));
    manager.kill().unwrap();
    manager.wait().unwrap();
    drop(Tray::start(&desktop, "  ☑ Start at login"));
}

#[test]
fn the_tray_waits_for_no_systemd() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    let mut manager = systemd(&desktop, "silent");
    let start = Instant::now();
    let _tray = Tray::start(&desktop, "(No accounts yet)");
    let took = start.elapsed();
    manager.kill().unwrap();
    manager.wait().unwrap();
    assert!(took < Duration::from_secs(5), "{took:?}");
}
