//! The desktops that are too large for each run of the tests: KRunner and the panel of KDE Plasma, and GNOME Shell with
//! its extension for icons, themselves find an account and copy its code. `tests/run --desktop` runs these tests.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

use tests::{Desktop, LINK, Tray, binary, eventually, eventually_within};

use crate::copying::{codes, copied, early_in_a_step};
use crate::tray::is_shown;

/// The files for the desktops.
const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist");

/// What is on the clipboard before.
const BEFORE: &str = "another text";
/// How many seconds a whole desktop may take to start, and to do something.
const PATIENCE: u64 = 60;

/// Returns a desktop with an account, without any rule of the user.
fn desktop(options: &[&str]) -> Desktop {
    let desktop = Desktop::strict(&[&["--display", "x11"], options].concat());
    desktop.add("aws", LINK);
    desktop
}

/// Starts the tray, and waits until the panel has taken its icon.
fn shown(desktop: &Desktop) -> Tray<'_> {
    let tray = Tray::without_panel(desktop);
    eventually("the icon is there", || is_shown(desktop));
    tray
}

/// Clicks on the icon, and chooses the first row of its menu by the keys, until the code is copied. A menu that was not
/// open yet when the keys came is closed by the next click.
fn click_and_choose(desktop: &Desktop, (x, y): (u32, u32)) {
    desktop.copy(BEFORE);
    early_in_a_step();
    let line = format!(
        "xdotool mousemove {x} {y} click 1 sleep 0.5 key Down sleep 0.1 key Return sleep 0.5"
    );
    eventually_within(PATIENCE, "the first row is chosen", || {
        desktop.shell(&line).ok();
        desktop.clipboard() != BEFORE
    });
    copied(desktop);
}

/// A program of the desktop that lasts as long as this value.
struct Running(Child);

impl Running {
    fn start(
        desktop: &Desktop,
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let log = fs::File::create(desktop.folder().join("program.log")).unwrap();
        let mut command = desktop.command(program);
        let command = command.args(arguments).envs(environment.iter().copied());
        let command = command
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap());
        Self(command.stdout(log).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Puts a file of ours where a desktop looks for it, below its folder of data.
fn install(desktop: &Desktop, file: &str, to: &str) {
    let to = desktop.variable("XDG_DATA_HOME").join(to);
    fs::create_dir_all(&to).unwrap();
    fs::copy(Path::new(DIST).join(file), to.join(file)).unwrap();
}

/// Makes sure that the code is on the clipboard, and that the program has copied it without a question.
fn has_copied(desktop: &Desktop, program: &str) {
    eventually("the code is copied", || {
        codes(30).contains(&desktop.clipboard())
    });
    let log = desktop.mfactl(&["access", "log"]).ok();
    let line = format!("allowed: copy of aws for {program}");
    assert!(log.contains(&line) && log.contains("(by default)"), "{log}");
}

/// KRunner may copy by default, and gets no code itself.
#[test]
#[ignore = "it needs KDE Plasma: tests/run --desktop"]
fn krunner_finds_an_account_and_copies_its_code() {
    let desktop = desktop(&["--no-tray"]);
    install(
        &desktop,
        "org.mfactl.Authenticator1.krunner.desktop",
        "krunner/dbusplugins",
    );
    let _tray = Tray::without_panel(&desktop);
    early_in_a_step();
    let kde = [
        ("XDG_CURRENT_DESKTOP", "KDE"),
        ("KDE_FULL_SESSION", "true"),
        ("KDE_SESSION_VERSION", "5"),
        ("QT_QUICK_BACKEND", "software"),
    ];
    let _krunner = Running::start(&desktop, "krunner", &["mfa aws"], &kde);
    eventually("KRunner has found it", || {
        // Enter does nothing before the row is there.
        let enter = "xdotool search --onlyvisible --class krunner windowfocus key Return";
        drop(desktop.shell(enter));
        !desktop.clipboard().is_empty()
    });
    desktop.picture("krunner");
    has_copied(&desktop, "/usr/bin/krunner");
}

/// The icon is at the end of the panel, which `tests/desktop/etc/plasma.conf` describes.
#[test]
#[ignore = "it needs KDE Plasma: tests/run --desktop"]
fn the_panel_of_plasma_shows_the_icon_and_its_menu_copies() {
    let desktop = desktop(&["--tray", "plasma"]);
    let _tray = shown(&desktop);
    click_and_choose(&desktop, (1260, 785));
    desktop.picture("plasma");
}

/// Starts GNOME Shell in a window, as its developers do. It has what `dist/install --system` gives it.
fn gnome_shell(desktop: &Desktop) -> Running {
    let data = desktop.folder().join("system-data");
    let providers = data.join("gnome-shell/search-providers");
    let applications = data.join("applications");
    let settings = desktop
        .variable("XDG_CONFIG_HOME")
        .join("glib-2.0/settings");
    for folder in [&providers, &applications, &settings] {
        fs::create_dir_all(folder).unwrap();
    }
    let provider = "org.mfactl.Authenticator1.search-provider.ini";
    fs::copy(Path::new(DIST).join(provider), providers.join(provider)).unwrap();
    let entry = "org.mfactl.Tray.desktop";
    let text = fs::read_to_string(Path::new(DIST).join(format!("{entry}.in"))).unwrap();
    let folder = binary("mfactl").parent().unwrap().display().to_string();
    fs::write(applications.join(entry), text.replace("@bindir@", &folder)).unwrap();
    fs::write(
        settings.join("keyfile"),
        "[org/gnome/shell]\nwelcome-dialog-last-shown-version='99.0'\n\
         enabled-extensions=['ubuntu-appindicators@ubuntu.com']\n",
    )
    .unwrap();
    let data = format!("{}:/usr/local/share:/usr/share", data.display());
    let environment = [
        ("GSETTINGS_BACKEND", "keyfile"),
        ("LIBGL_ALWAYS_SOFTWARE", "1"),
        ("MUTTER_DEBUG_DUMMY_MODE_SPECS", "1200x760"),
        ("XDG_CURRENT_DESKTOP", "GNOME"),
        ("XDG_DATA_DIRS", &data),
    ];
    let arguments = ["--nested", "--wayland"];
    let shell = Running::start(desktop, "gnome-shell", &arguments, &environment);
    eventually_within(PATIENCE, "GNOME Shell has started", || {
        let log = fs::read_to_string(desktop.folder().join("program.log")).unwrap();
        log.contains("GNOME Shell started at")
    });
    shell
}

/// GNOME Shell may copy by default, and gets no code itself.
#[test]
#[ignore = "it needs GNOME Shell: tests/run --desktop"]
fn gnome_shell_finds_an_account_and_shows_the_icon() {
    let desktop = desktop(&["--no-tray", "--system-bus", "--notify", "none"]);
    let _shell = gnome_shell(&desktop);
    let tray = shown(&desktop);
    early_in_a_step();
    // It starts with the overview, where what is typed is searched for.
    desktop.shell("xdotool mousemove 600 400 type aws").ok();
    eventually_within(PATIENCE, "GNOME Shell has found it", || {
        // Enter does nothing before the row is there.
        desktop.shell("xdotool key Return").ok();
        !desktop.clipboard().is_empty()
    });
    has_copied(&desktop, "/usr/bin/gnome-shell");
    // The window is in the middle of the screen, and the icon in its panel.
    click_and_choose(&desktop, (1170, 45));
    desktop.picture("gnome-shell");
    assert!(tray.end().success());
}
