//! The tray on real desktops: a click, and the code is on the clipboard.

use std::time::Duration;

use tests::{Desktop, LINK, SECRET, Tray, binary, eventually, now, oathtool, rest, run};

/// How the first account of these tests stands in the menu.
const ROW: &str = "Amazon Web Services — root@1234";
/// The most memory that a tray may hold at rest, in KiB.
const MAX_RESIDENT: u64 = 15 * 1024;

fn x11() -> Desktop {
    Desktop::start(&["--display", "x11"])
}

fn wayland() -> Desktop {
    Desktop::start(&["--display", "wayland"])
}

/// The codes that are right now: of this step and of the one that may have ended meanwhile.
fn codes(period: u64) -> [String; 2] {
    let now = now();
    [now - 1, now].map(|time| oathtool(SECRET, period, time))
}

/// Waits until the clipboard holds a code that is right, and returns it.
fn copied(desktop: &Desktop) -> String {
    let mut code = String::new();
    eventually("a code is on the clipboard", || {
        code = desktop.clipboard();
        code.len() == 6 && codes(30).contains(&code)
    });
    code
}

fn told(desktop: &Desktop, text: &str) -> String {
    let mut all = String::new();
    eventually(&format!("a notification with {text:?}"), || {
        all = desktop.notifications();
        all.contains(text)
    });
    all
}

/// Waits for a step with enough time left, so that nothing has to be waited for later.
fn early_in_a_step() {
    eventually("a new step begins", || now() % 30 < 20);
}

/// How many colours there are in a part of the screen, where a bare panel has few.
fn colours(desktop: &Desktop, part: &str) -> usize {
    let line = format!(
        "ds-shot $DS_DIR/part.png && convert $DS_DIR/part.png -crop {part} +repage -unique-colors txt:"
    );
    desktop.shell(&line).stdout.lines().count()
}

#[test]
fn a_click_in_the_panel_copies_the_code() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    // The icon stands at the right end of the panel, which is the only one.
    eventually("the icon is in the panel", || {
        colours(&desktop, "32x32+1248+0") > 20
    });
    early_in_a_step();
    desktop.picture("x11-icon");
    desktop.shell("xdotool mousemove 1264 16 click 1").ok();
    let menu =
        "for w in $(xdotool search --onlyvisible --class .); do xdotool getwindowgeometry $w; done";
    let is_open = |text: &str| {
        let height = |line: &str| line.rsplit('x').next()?.trim().parse::<u32>().ok();
        let heights = text.lines().filter(|line| line.contains("Geometry"));
        heights.filter_map(height).any(|height| height > 100)
    };
    eventually("the menu is open", || is_open(&desktop.shell(menu).stdout));
    desktop.picture("x11-menu");
    desktop.shell("xdotool mousemove 1100 50 click 1").ok();
    let code = copied(&desktop);
    desktop.picture("x11-notification");
    let all = told(&desktop, "Code for Amazon Web Services copied, valid ");
    assert!(!all.contains(&code), "a notification holds the code");
    let targets = desktop
        .shell("xclip -selection clipboard -o -t TARGETS")
        .ok();
    assert!(targets.contains("x-kde-passwordManagerHint"), "{targets}");
    let hint = "xclip -selection clipboard -o -t x-kde-passwordManagerHint";
    assert_eq!(desktop.shell(hint).ok(), "secret");
    assert_ne!(
        desktop.shell("xclip -selection primary -o").status,
        0,
        "the mouse's selection"
    );
    assert!(!tray.log().contains(&code), "the log holds the code");
}

#[test]
fn on_wayland_too() {
    let desktop = wayland();
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    eventually("the icon is in the panel", || {
        colours(&desktop, "40x28+1240+772") > 20
    });
    desktop.picture("wayland-icon");
    early_in_a_step();
    tray.choose(ROW);
    let code = copied(&desktop);
    let types = desktop.shell("wl-paste --list-types").ok();
    assert!(types.contains("x-kde-passwordManagerHint"), "{types}");
    let all = told(&desktop, "Code for Amazon Web Services copied, valid ");
    desktop.picture("wayland-notification");
    assert!(!all.contains(&code), "a notification holds the code");
    assert!(tray.end().success());
    assert_eq!(desktop.clipboard(), "", "it leaves nothing behind");
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
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
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

#[test]
fn the_keychains_prompt_appears_when_the_user_unlocks() {
    let desktop = Desktop::start(&["--display", "x11", "--no-tray"]);
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    desktop.lock_keychain();
    tray.wait_for("Unlock…");
    tray.choose("Unlock");
    desktop.shell("ds-secrets answer").ok();
    tray.wait_for(ROW);
}

#[test]
fn accounts_appear_and_disappear_at_once() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    let tray = Tray::start(&desktop, "(No accounts yet)");
    assert!(
        tray.menu()
            .contains(&"(In a terminal: mfactl add)".to_owned())
    );
    desktop.add("aws", LINK);
    tray.wait_for(ROW);
    let edit = ["edit", "aws", "--issuer", "A_W_S", "--username", "me"];
    desktop.mfactl(&edit).ok();
    tray.wait_for("A_W_S — me");
    for number in 0..40 {
        let link = LINK.replace("Amazon%20Web%20Services", &format!("{number}%20Issuer"));
        desktop.add(&format!("a{number}"), &link);
    }
    let is_full = || {
        let rows = tray
            .menu()
            .iter()
            .filter(|line| line.contains("Issuer — root"))
            .count();
        rows == 2 * 40 // to copy one, and to copy two
    };
    eventually("all accounts are in the menu", is_full);
    let top = tray
        .menu()
        .iter()
        .filter(|line| !line.starts_with(' '))
        .count();
    assert!(top < 35, "{top} rows: {:#?}", tray.menu());
    let deep = tray
        .menu()
        .into_iter()
        .find(|line| line.starts_with("  "))
        .unwrap();
    assert!(deep.contains("Issuer"), "{deep}");
    desktop.mfactl(&["rm", "aws", "--yes"]).ok();
    eventually("it is gone", || !tray.menu().concat().contains("A_W_S"));
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
            .any(|code| line.contains(&format!("{} {} · ", &code[..3], &code[3..])))
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
    desktop.shell("ds-menu click Settings").ok();
    let expected = desktop
        .variable("XDG_CONFIG_HOME")
        .join("mfactl/config.toml");
    eventually("the file is opened", || {
        std::fs::read_to_string(&opened).is_ok_and(|text| text.trim() == expected.to_str().unwrap())
    });
    let text = std::fs::read_to_string(expected).unwrap();
    assert!(text.contains("# clear-after = 30"), "{text}");
    // What is wrong in it is said, and the daemon takes it too.
    assert_eq!(desktop.mfactl(&["list"]).status, 0);
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

#[test]
fn the_daemon_may_be_killed() {
    let desktop = Desktop::start(&["--display", "x11", "--notify", "none"]);
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    for _ in 0..2 {
        let old = desktop.daemon();
        desktop.end_daemon("-KILL");
        eventually("another one is there", || {
            let status = desktop.mfactl(&["status", "--json"]);
            status.status == 0
                && desktop.daemon() != old
                && status.stdout.contains(r#""tray":true"#)
        });
        tray.wait_for(ROW);
    }
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
}

#[test]
fn the_panel_may_be_killed_and_come_back() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    let panel = "awk '$1 == \"xfce4-panel\" { print $2 }' $DS_PIDS";
    let host = "busctl --user list | grep -q 'org.kde.StatusNotifierWatcher .*panel'";
    eventually("the panel is there", || desktop.shell(host).status == 0);
    desktop.shell(&format!("kill -KILL $({panel})")).ok();
    eventually("it is gone", || desktop.shell(host).status != 0);
    desktop.shell("xfce4-panel >/dev/null 2>&1 &").ok();
    let items = "busctl --user get-property org.kde.StatusNotifierWatcher /StatusNotifierWatcher \
                 org.kde.StatusNotifierWatcher RegisteredStatusNotifierItems";
    eventually("the icon is back", || {
        desktop.shell(items).stdout.contains("StatusNotifierItem")
    });
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
    desktop.shell("xfce4-panel --quit").ok();
}

#[test]
fn without_a_panel_it_says_so() {
    let desktop = Desktop::start(&["--display", "x11", "--no-tray"]);
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    let doctor = desktop.mfactl(&["doctor"]).ok();
    assert!(
        doctor.contains("this desktop shows no tray icons"),
        "{doctor}"
    );
    // It gives a panel some time to appear; clicks by other ways work meanwhile.
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
    std::thread::sleep(Duration::from_secs(12));
    told(&desktop, "This desktop shows no tray icons");
}

#[test]
fn there_is_one_tray_and_it_needs_a_desktop() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    desktop.add("aws", LINK);
    let _tray = Tray::start(&desktop, ROW);
    let second = run(&mut desktop.ours("mfa-tray"), "");
    assert_eq!(second.status, 0, "{second}");
    assert!(
        second.stderr.contains("mfa-tray is running already"),
        "{second}"
    );
    let nowhere = run(
        std::process::Command::new(binary("mfa-tray"))
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"),
        "",
    );
    let said = nowhere.fails(1);
    assert!(said.contains("there is no session bus"), "{said}");
}

#[test]
fn a_tray_at_rest_sleeps_and_is_small() {
    let desktop = x11();
    desktop.configure("[tray]\nclear-after = 1\n");
    for number in 0..10 {
        let link = LINK.replace("root", &format!("u{number}"));
        desktop.add(&format!("a{number}"), &link);
    }
    let row = "Amazon Web Services — u1@1234";
    let tray = Tray::released(&desktop, row);
    early_in_a_step();
    tray.choose(row);
    copied(&desktop);
    rest::sleeps(tray.pid());
    let resident = rest::resident(tray.pid());
    println!("mfa-tray at rest: {resident} KiB resident");
    assert!(resident <= MAX_RESIDENT, "{resident} KiB resident");
}
