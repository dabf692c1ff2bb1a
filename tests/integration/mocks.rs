//! Programs of python-dbusmock that play the manager of logins and screen savers, on private buses.

use std::process::{Child, Stdio};

use tests::Desktop;

pub(crate) const GNOME: &str = "org.gnome.ScreenSaver";
pub(crate) const SHARED: &str = "org.freedesktop.ScreenSaver";
pub(crate) const LOGIND: &str = "org.freedesktop.login1";

/// A program that plays another one on a bus, for as long as this value lives.
pub(crate) struct Mock(Child);

impl Mock {
    /// Starts it, and waits until it owns its name.
    pub(crate) fn start(desktop: &Desktop, bus: &str, name: &str, arguments: &str) -> Self {
        let mut mock = desktop.command("/usr/bin/python3");
        let mock = mock.args(["-m", "dbusmock", bus]);
        let mock = mock.args(arguments.split_whitespace());
        let mock = mock.stdout(Stdio::null()).spawn().unwrap();
        let mock = Self(mock);
        let wait = format!("gdbus wait {bus} --timeout 20 {name}");
        desktop.shell(&wait).ok();
        mock
    }

    /// Starts logind, with one session of this user.
    pub(crate) fn logind(desktop: &Desktop) -> Self {
        let mock = Self::start(desktop, "--system", LOGIND, "--template logind");
        let add = "org.freedesktop.DBus.Mock.AddSession c1 seat0 $(id -u) jane true";
        manager(desktop, add);
        mock
    }

    /// Starts the screen saver of GNOME.
    pub(crate) fn gnome(desktop: &Desktop) -> Self {
        Self::start(desktop, "--session", GNOME, "--template gnome_screensaver")
    }

    /// Starts a screen saver with the shared name, at a path, which says that the screen is locked or not.
    pub(crate) fn shared(desktop: &Desktop, path: &str, active: &str) -> Self {
        let object = format!("{SHARED} {path} {SHARED}");
        let mock = Self::start(desktop, "--session", SHARED, &object);
        let method = format!("Mock.AddMethod {SHARED} GetActive '' b 'ret = {active}'");
        shared(desktop, path, &method);
        mock
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Calls a method of the manager of logins.
pub(crate) fn manager(desktop: &Desktop, call: &str) -> String {
    logind(desktop, "", call)
}

/// Calls a method of the session.
pub(crate) fn session(desktop: &Desktop, call: &str) {
    logind(desktop, "/session/c1", &format!("{LOGIND}.Session.{call}"));
}

pub(crate) fn logind(desktop: &Desktop, path: &str, call: &str) -> String {
    let object = format!("--dest {LOGIND} --object-path /org/freedesktop/login1{path}");
    desktop
        .shell(&format!("gdbus call --system {object} --method {call}"))
        .ok()
}

/// Has the manager of logins say that the system is about to sleep, or that it is awake.
pub(crate) fn sleep(desktop: &Desktop, start: bool) {
    let signal = format!("{LOGIND}.Manager PrepareForSleep b '[<{start}>]'");
    manager(
        desktop,
        &format!("org.freedesktop.DBus.Mock.EmitSignal {signal}"),
    );
}

/// Returns whether we delay the sleep of the system.
pub(crate) fn delays_sleep(desktop: &Desktop) -> bool {
    let delays = manager(desktop, &format!("{LOGIND}.Manager.ListInhibitors"));
    delays.contains("('sleep', 'mfactl', 'Lock the accounts before the system sleeps', 'delay'")
}

/// Has the screen saver of GNOME lock or unlock the screen.
pub(crate) fn gnome(desktop: &Desktop, active: bool) {
    let object = format!("--dest {GNOME} --object-path /org/gnome/ScreenSaver");
    let call = format!("gdbus call --session {object} --method {GNOME}.SetActive {active}");
    desktop.shell(&call).ok();
}

pub(crate) fn shared(desktop: &Desktop, path: &str, call: &str) {
    let object = format!("--dest {SHARED} --object-path {path}");
    let call = format!("gdbus call --session {object} --method org.freedesktop.DBus.{call}");
    desktop.shell(&call).ok();
}

/// Has the screen saver with the shared name say that the screen is locked or unlocked.
pub(crate) fn shared_says(desktop: &Desktop, path: &str, active: bool) {
    let signal = format!("Mock.EmitSignal {SHARED} ActiveChanged b '[<{active}>]'");
    shared(desktop, path, &signal);
}
