//! The tray on real desktops: a click, and the code is on the clipboard.

use std::process::Stdio;

use tests::{Desktop, LINK, Tray, binary, eventually, eventually_within, rest, run};

use crate::copying::{ROW, copied, early_in_a_step, told};

/// The maximum memory of a tray at rest, in KiB.
const MAX_RESIDENT: u64 = 15 * 1024;

fn x11() -> Desktop {
    Desktop::start(&["--display", "x11"])
}

fn wayland() -> Desktop {
    Desktop::start(&["--display", "wayland"])
}

/// Returns the number of colours in a part of the screen. A bare panel has few.
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
    // The icon is the only one, at the right end of the panel.
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
    let all = told(&desktop, "Code for Amazon Web Services copied, valid for ");
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
    let all = told(&desktop, "Code for Amazon Web Services copied, valid for ");
    desktop.picture("wayland-notification");
    assert!(!all.contains(&code), "a notification holds the code");
    assert!(tray.end().success());
    assert_eq!(desktop.clipboard(), "", "it leaves nothing behind");
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

/// A pinentry that answers with the lines of a file, and logs what it is told.
const PINENTRY: &str = r#"
echo OK Pleased to meet you
while read -r line; do
  echo "$line" >>"$DS_DIR/pinentry.log"
  if [ "$line" = GETPIN ]; then
    echo "D $(head -n 1 "$DS_DIR/answers")"
    sed -i 1d "$DS_DIR/answers"
  fi
  echo OK
done"#;

fn with_a_locked_vault() -> Desktop {
    let desktop = Desktop::start(&["--display", "x11", "--secrets", "none"]);
    let create = desktop.mfactl_with(&["vault", "create", "--password-file", "-"], "100 % sécret");
    create.ok();
    desktop.add("aws", LINK);
    desktop.mfactl(&["lock"]).ok();
    desktop
}

#[test]
fn a_vault_file_is_unlocked_by_pinentry() {
    let desktop = with_a_locked_vault();
    let answers = desktop.variable("DS_DIR").join("answers");
    std::fs::write(answers, "wrong\n\n100 %25 s%C3%A9cret\n").unwrap();
    let path = desktop.stand_in("pinentry", PINENTRY);
    let tray = Tray::with(&desktop, &[("PATH", &path)], "Unlock…");
    tray.choose("Unlock");
    tray.wait_for(ROW);
    let log = desktop.shell("cat $DS_DIR/pinentry.log").ok();
    let errors: Vec<_> = log
        .lines()
        .filter(|line| line.starts_with("SETERROR"))
        .collect();
    assert_eq!(
        errors,
        [
            "SETERROR Wrong passphrase. Try again.",
            "SETERROR Enter the passphrase."
        ]
    );
    assert!(log.contains("SETPROMPT Passphrase:"), "{log}");
    assert!(!tray.log().contains("cret"), "the log holds a passphrase");
}

#[test]
fn a_passphrase_that_stays_wrong_is_said() {
    let desktop = with_a_locked_vault();
    let answers = desktop.variable("DS_DIR").join("answers");
    std::fs::write(&answers, "1\n2\n3\nnot asked for\n").unwrap();
    let path = desktop.stand_in("pinentry", PINENTRY);
    let tray = Tray::with(&desktop, &[("PATH", &path)], "Unlock…");
    tray.choose("Unlock");
    told(&desktop, "The passphrase of the vault file is wrong.");
    assert_eq!(std::fs::read_to_string(answers).unwrap(), "not asked for\n");
}

#[test]
fn without_pinentry_it_says_how_a_vault_file_is_unlocked() {
    let desktop = with_a_locked_vault();
    let tray = Tray::with(&desktop, &[("PATH", "/nowhere")], "Unlock…");
    tray.choose("Unlock");
    told(&desktop, "run mfactl unlock in a terminal");
}

#[test]
fn a_pinentry_ends_with_the_tray() {
    let desktop = with_a_locked_vault();
    let script = "echo $$ >$DS_DIR/pinentry.pid; echo OK; while true; do sleep 1; done";
    let path = desktop.stand_in("pinentry", script);
    let tray = Tray::with(&desktop, &[("PATH", &path)], "Unlock…");
    tray.choose("Unlock");
    let pid = || desktop.shell("cat $DS_DIR/pinentry.pid").stdout;
    eventually("it is asked", || !pid().is_empty());
    let alive = format!("kill -0 {}", pid());
    tray.choose("Unlock");
    told(&desktop, "“Unlock…” is still open");
    assert!(tray.end().success());
    eventually("it ends", || desktop.shell(&alive).status != 0);
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
        rows == 3 * 40 // to copy one, the next one, and two
    };
    eventually("all accounts are in the menu", is_full);
    let top = tray
        .menu()
        .iter()
        .filter(|line| !line.starts_with(' '))
        .count();
    assert!(top <= 28, "{top} rows: {:#?}", tray.menu());
    let deep = |line: &String| line.starts_with("    ") && line.contains("Issuer — root");
    assert!(tray.menu().iter().any(deep), "{:#?}", tray.menu());
    desktop.mfactl(&["rm", "aws", "--yes"]).ok();
    eventually("it is gone", || !tray.menu().concat().contains("A_W_S"));
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

/// Returns whether a panel has taken the icon.
pub(crate) fn is_shown(desktop: &Desktop) -> bool {
    let items = "busctl --user get-property org.kde.StatusNotifierWatcher /StatusNotifierWatcher \
                 org.kde.StatusNotifierWatcher RegisteredStatusNotifierItems";
    desktop.shell(items).stdout.contains("StatusNotifierItem")
}

fn survives_its_panel(desktop: &Desktop, panel: &str, start: &str) {
    desktop.add("aws", LINK);
    let tray = Tray::start(desktop, ROW);
    eventually("the icon is there", || is_shown(desktop));
    desktop
        .shell(&format!(
            "kill -KILL $(awk '$1 == \"{panel}\" {{ print $2 }}' $DS_PIDS)"
        ))
        .ok();
    eventually("the panel is gone", || !is_shown(desktop));
    let mut again = desktop.command("sh");
    let mut again = again.args(["-c", &format!("exec {start}")]);
    again = again.stdout(Stdio::null()).stderr(Stdio::null());
    let mut again = again.spawn().unwrap();
    eventually("the icon is back", || is_shown(desktop));
    early_in_a_step();
    tray.choose(ROW);
    copied(desktop);
    again.kill().unwrap();
    again.wait().unwrap();
}

#[test]
fn the_panel_may_be_killed_and_come_back() {
    survives_its_panel(&x11(), "xfce4-panel", "xfce4-panel");
}

#[test]
fn so_may_the_panel_of_wayland() {
    let start = concat!(
        "waybar --config ",
        env!("CARGO_MANIFEST_DIR"),
        "/desktop/etc/waybar.json"
    );
    survives_its_panel(&wayland(), "waybar", start);
}

#[test]
fn without_a_panel_it_says_so_and_waits_for_one() {
    let desktop = Desktop::start(&["--display", "x11", "--no-tray"]);
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    let doctor = desktop.mfactl(&["doctor"]).ok();
    assert!(
        doctor.contains("this desktop shows no tray icons"),
        "{doctor}"
    );
    // The tray gives a panel some time to appear; other ways to copy work meanwhile.
    eventually_within(40, "it is said", || {
        desktop
            .notifications()
            .contains("This desktop shows no tray icons")
    });
    let mut panel = desktop.command("xfce4-panel");
    let mut panel = panel
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the icon is there", || is_shown(&desktop));
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
    panel.kill().unwrap();
    panel.wait().unwrap();
}

#[test]
fn many_events_at_once_are_no_trouble() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    desktop.configure("codes-per-minute = 0\n");
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    desktop.shell(&format!("kill -STOP {}", tray.pid())).ok();
    let gets = format!(
        "for n in $(seq 400); do {} get aws; done",
        binary("mfactl").display()
    );
    desktop.shell(&gets).ok();
    desktop.add("gh", &LINK.replace("Amazon%20Web%20Services", "GitHub"));
    desktop.shell(&format!("kill -CONT {}", tray.pid())).ok();
    tray.wait_for("GitHub — root@1234");
}

#[test]
fn there_is_one_tray_and_it_needs_a_desktop() {
    let desktop = Desktop::start(&["--display", "none", "--notify", "none"]);
    desktop.add("aws", LINK);
    let _tray = Tray::start(&desktop, ROW);
    let second = run(&mut desktop.ours("mfa-tray"), "");
    assert_eq!(second.status, 0, "{second}");
    assert!(
        second.stderr.contains("mfa-tray is already running"),
        "{second}"
    );
    let nowhere = run(
        std::process::Command::new(binary("mfa-tray"))
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"),
        "",
    );
    let said = nowhere.fails(1);
    assert!(said.contains("cannot connect to the session bus"), "{said}");
}

#[test]
fn a_second_start_says_where_the_first_is() {
    let desktop = x11();
    let _tray = Tray::start(&desktop, "(No accounts yet)");
    run(&mut desktop.ours("mfa-tray"), "").ok();
    told(&desktop, "mfactl is in the panel");
    let nowhere = Desktop::start(&["--display", "x11", "--no-tray"]);
    let _tray = Tray::start(&nowhere, "(No accounts yet)");
    run(&mut nowhere.ours("mfa-tray"), "").ok();
    told(&nowhere, "This desktop shows no tray icons");
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
