//! The desktop that is too large for each run of the tests: the KRunner of KDE Plasma itself finds an account and copies
//! its code. `tests/run --desktop` runs this test.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

use tests::{Desktop, LINK, Tray, eventually};

use crate::copying::{codes, early_in_a_step};

/// The files for the desktops.
const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist");

/// Returns a desktop with an account, without any rule of the user.
fn desktop() -> Desktop {
    let desktop = Desktop::strict(&["--display", "x11", "--no-tray"]);
    desktop.add("aws", LINK);
    desktop
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
    let desktop = desktop();
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
