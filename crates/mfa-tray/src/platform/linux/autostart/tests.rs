//! Tests of entries and units, in temporary folders.

use super::*;

const INSTALLED: &str = include_str!("../../../../../../dist/org.mfactl.Tray-autostart.desktop.in");

#[test]
fn an_entry_is_turned_off_and_on_again() {
    assert!(is_on(INSTALLED));
    let off = turned(INSTALLED, false);
    assert!(!is_on(&off), "{off}");
    let on = turned(&off, true);
    assert!(is_on(&on), "{on}");
    assert!(on.contains("\nX-systemd-skip=true\n"), "{on}");
    assert_eq!(turned(INSTALLED, true), INSTALLED);
}

#[test]
fn what_desktops_write_is_understood() {
    for off in [
        "Hidden=true",
        "Hidden = true",
        "X-GNOME-Autostart-enabled=false",
    ] {
        let text = format!("# mine\n{GROUP}\nExec=x\n{off}\n[Other]\nx=y\n");
        assert!(!is_on(&text), "{off}");
        assert_eq!(
            turned(&text, true),
            format!("# mine\n{GROUP}\nExec=x\n[Other]\nx=y\n")
        );
    }
    let other = format!("{GROUP}\nExec=x\n[Other]\nHidden=true\n");
    assert!(is_on(&other), "that is of another group");
}

#[test]
fn a_path_may_hold_anything() {
    assert_eq!(quoted("/opt/my apps/mfa-tray"), "\"/opt/my apps/mfa-tray\"");
    assert_eq!(quoted("/a\"$%\\"), r#""/a\\"\\$%%\\\\""#);
}

/// A system on which everything is installed for all users.
struct Installed(tempfile::TempDir);

impl Installed {
    fn new() -> Self {
        let installed = Self(tempfile::tempdir().unwrap());
        installed.write(&format!("etc/xdg/{ENTRY}"), INSTALLED);
        installed.write(&format!("lib/{UNIT}"), "[Unit]\n");
        installed
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, path: &str, target: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    fn enabled(self) -> Self {
        let unit = self.0.path().join("lib").join(UNIT);
        self.link(
            &format!("etc/systemd/{ENABLED}/{UNIT}"),
            unit.to_str().unwrap(),
        );
        self
    }

    fn places(&self, systemd: bool) -> Places {
        let at = |path| self.0.path().join(path);
        Places {
            config: Some(at("home")),
            system: vec![at("etc/xdg")],
            units: vec![at("home/systemd/user"), at("etc/systemd"), at("lib")],
            systemd,
        }
    }

    fn own(&self) -> Option<String> {
        read(&self.0.path().join("home").join(ENTRY)).unwrap()
    }
}

#[test]
fn an_entry_that_systemd_skips_starts_nothing_without_the_unit() {
    let disabled = Installed::new();
    assert!(!disabled.places(true).starts(), "nothing starts it");
    assert!(disabled.places(false).starts(), "the desktop does");
    let enabled = Installed::new().enabled();
    assert!(enabled.places(true).starts());
    enabled.link(&format!("home/systemd/user/{UNIT}"), "/dev/null");
    assert!(!enabled.places(true).starts(), "it is masked");
}

#[test]
fn a_link_to_dev_null_enables_no_unit() {
    let masked = Installed::new();
    masked.link(&format!("etc/systemd/{ENABLED}/{UNIT}"), "/dev/null");
    assert!(!masked.places(true).starts());
}

#[test]
fn an_entry_that_is_turned_on_without_the_unit_is_run_by_systemd() {
    let disabled = Installed::new();
    let places = disabled.places(true);
    places.turn(true).unwrap();
    assert!(places.starts());
    let own = disabled.own().unwrap();
    assert!(!is_skipped(&own) && own.contains("--at-login\n"), "{own}");
    places.turn(false).unwrap();
    assert!(!places.starts());
    places.turn(true).unwrap();
    assert!(places.starts(), "again");
}

#[test]
fn an_entry_that_is_turned_on_again_with_the_unit_leaves_no_file_of_the_user() {
    let enabled = Installed::new().enabled();
    let places = enabled.places(true);
    places.turn(false).unwrap();
    assert!(!places.starts() && enabled.own().is_some());
    places.turn(true).unwrap();
    assert!(places.starts());
    assert_eq!(enabled.own(), None);
}

#[test]
fn what_the_system_says_already_is_not_written_again() {
    let enabled = Installed::new().enabled();
    enabled.places(true).turn(true).unwrap();
    assert_eq!(enabled.own(), None);
}
