//! The session of the user: its screen, its sleep and its end. Mocks of python-dbusmock tell of them, on private buses.

use std::path::PathBuf;
use std::process::Child;

use tests::{Desktop, LINK, eventually};

use crate::consent::{ON_THE_BUS, end, is_code, pending, python, script, start};
use crate::mocks::{
    GNOME, LOGIND, Mock, delays_sleep, gnome, logind, manager, session, shared_says, sleep,
};
use crate::notified::Notifier;

/// Starts a desktop with a system bus.
fn desktop() -> Desktop {
    let keychain = ["--secrets", "gnome-keyring"];
    Desktop::start(&[&["--display", "none", "--system-bus"], &keychain[..]].concat())
}

/// Returns why the accounts are locked.
fn why_locked(desktop: &Desktop) -> Option<String> {
    let status = desktop.mfactl(&["status", "--json"]).ok();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    status["locked_because"].as_str().map(str::to_owned)
}

fn eventually_locked(desktop: &Desktop, why: &str) {
    eventually(&format!("the accounts are locked: {why}"), || {
        why_locked(desktop).as_deref() == Some(why)
    });
    assert_eq!(desktop.property("Locked"), "b true");
}

fn assert_refused(desktop: &Desktop, text: &str) {
    let error = desktop.mfactl(&["get", "aws"]).fails(5);
    assert!(error.contains(text), "{error}");
}

/// Waits until the accounts are open without a request, and checks that there is a code without a prompt.
fn eventually_open(desktop: &Desktop) {
    eventually("the accounts are open", || {
        desktop.property("Locked") == "b false"
    });
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    assert_eq!(desktop.shell("ds-secrets prompting").status, 1);
}

const SCREEN: &str = "the accounts are locked because the screen is locked";

#[test]
fn the_screen_savers_lock_and_open_the_accounts() {
    let desktop = desktop();
    let gnome_saver = Mock::gnome(&desktop);
    desktop.add("aws", LINK);
    gnome(&desktop, true);
    eventually_locked(&desktop, "screen");
    assert_refused(&desktop, SCREEN);
    let status = desktop.mfactl(&["status"]).ok();
    assert!(
        status.contains("locked because the screen is locked"),
        "{status}"
    );
    gnome(&desktop, false);
    eventually_open(&desktop);
    // A screen saver that comes later is noticed too, at each path that is in use.
    for path in ["/ScreenSaver", "/org/freedesktop/ScreenSaver"] {
        let _saver = Mock::shared(&desktop, path, "False");
        shared_says(&desktop, path, true);
        eventually_locked(&desktop, "screen");
        assert_refused(&desktop, SCREEN);
        shared_says(&desktop, path, false);
        eventually_open(&desktop);
    }
    // One that ends has unlocked nothing.
    gnome(&desktop, true);
    eventually_locked(&desktop, "screen");
    drop(gnome_saver);
    assert_refused(&desktop, SCREEN);
    let _saver = Mock::gnome(&desktop);
    eventually_open(&desktop);
}

#[test]
fn a_daemon_that_starts_while_the_screen_is_locked_knows_it() {
    let desktop = desktop();
    let path = "/org/freedesktop/ScreenSaver";
    desktop.add("aws", LINK);
    desktop.end_daemon("-TERM");
    let saver = Mock::shared(&desktop, path, "True");
    assert_refused(&desktop, SCREEN);
    shared_says(&desktop, path, false);
    eventually_open(&desktop);
    desktop.end_daemon("-TERM");
    drop(saver);
    let _logind = Mock::logind(&desktop);
    session(&desktop, "SetLockedHint true");
    assert_refused(&desktop, SCREEN);
    session(&desktop, "SetLockedHint false");
    eventually_open(&desktop);
}

const PATH_OF_SESSION: &str = "objectpath '/org/freedesktop/login1/session/c1'";

/// Has logind say that the session has ended.
fn end_session(desktop: &Desktop) {
    let removed = format!("SessionRemoved so \"[<'c1'>, <{PATH_OF_SESSION}>]\"");
    manager(
        desktop,
        &format!("org.freedesktop.DBus.Mock.EmitSignal {LOGIND}.Manager {removed}"),
    );
}

#[test]
fn the_session_locks_and_opens_the_accounts() {
    let desktop = desktop();
    let logind = Mock::logind(&desktop);
    desktop.add("aws", LINK);
    for (lock, unlock) in [
        ("SetLockedHint true", "SetLockedHint false"),
        ("Lock", "Unlock"),
    ] {
        session(&desktop, lock);
        eventually_locked(&desktop, "screen");
        assert_refused(&desktop, SCREEN);
        session(&desktop, unlock);
        eventually_open(&desktop);
    }
    // The user may be elsewhere, and unlock from there.
    session(&desktop, "Lock");
    eventually_locked(&desktop, "screen");
    desktop.mfactl(&["unlock"]).ok();
    eventually_open(&desktop);
    // Another session may go on, with the same daemon.
    end_session(&desktop);
    eventually_locked(&desktop, "session-end");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    // The manager is replaced, as by an update.
    drop(logind);
    let _logind = Mock::logind(&desktop);
    let path = PATH_OF_SESSION;
    let news = format!("{LOGIND}.Manager SessionNew so \"[<'c1'>, <{path}>]\"");
    manager(
        &desktop,
        &format!("org.freedesktop.DBus.Mock.EmitSignal {news}"),
    );
    eventually("the new manager is asked", || {
        session(&desktop, "Lock");
        why_locked(&desktop).as_deref() == Some("screen")
    });
}

#[test]
fn the_session_with_the_display_is_the_one_that_counts() {
    let desktop = desktop();
    let _logind = Mock::logind(&desktop);
    let mock = "org.freedesktop.DBus.Mock";
    // The mock has no method that finds a user.
    let user = "ret = dbus.ObjectPath(f'/org/freedesktop/login1/user/{args[0]}')";
    let find = format!("{mock}.AddMethod {LOGIND}.Manager GetUser u o \"{user}\"");
    manager(&desktop, &find);
    let add = format!("{mock}.AddSession c2 seat1 $(id -u) jane true");
    manager(&desktop, &add);
    let display = "<('c1', objectpath '/org/freedesktop/login1/session/c1')>";
    let set = "org.freedesktop.DBus.Properties.Set";
    let set = format!("{set} {LOGIND}.User Display \"{display}\"");
    logind(&desktop, "/user/$(id -u)", &set);
    desktop.add("aws", LINK);
    let other = format!("{LOGIND}.Session.Lock");
    logind(&desktop, "/session/c2", &other);
    session(&desktop, "SetLockedHint true");
    eventually_locked(&desktop, "screen");
    session(&desktop, "SetLockedHint false");
    eventually_open(&desktop);
}

#[test]
fn the_system_sleeps_once_the_accounts_are_locked() {
    let desktop = desktop();
    let _logind = Mock::logind(&desktop);
    desktop.add("aws", LINK);
    for _ in 0..2 {
        assert!(delays_sleep(&desktop));
        sleep(&desktop, true);
        eventually("the system may sleep", || !delays_sleep(&desktop));
        assert_eq!(desktop.property("Locked"), "b true");
        assert_refused(
            &desktop,
            "the accounts are locked because the system is about to sleep",
        );
        sleep(&desktop, false);
        eventually("the next sleep is delayed too", || delays_sleep(&desktop));
        assert_eq!(desktop.property("Locked"), "b true");
        eventually_open_by_request(&desktop);
    }
    // A screen that is locked too stays locked after the sleep.
    session(&desktop, "SetLockedHint true");
    eventually_locked(&desktop, "screen");
    sleep(&desktop, true);
    eventually("the system may sleep", || !delays_sleep(&desktop));
    sleep(&desktop, false);
    eventually("the next sleep is delayed too", || delays_sleep(&desktop));
    assert_refused(&desktop, SCREEN);
    session(&desktop, "SetLockedHint false");
    eventually_open(&desktop);
}

fn eventually_open_by_request(desktop: &Desktop) {
    eventually("a request opens the accounts", || {
        desktop.mfactl(&["get", "aws"]).status == 0
    });
    assert_eq!(desktop.property("Locked"), "b false");
}

#[test]
fn the_screen_does_not_undo_mfactl_lock() {
    let desktop = desktop();
    let _logind = Mock::logind(&desktop);
    desktop.add("aws", LINK);
    desktop.mfactl(&["lock"]).ok();
    session(&desktop, "SetLockedHint true");
    session(&desktop, "SetLockedHint false");
    session(&desktop, "Unlock");
    sleep(&desktop, true);
    // The manager says one after the other, so the screen is known to be unlocked by now.
    eventually("the system may sleep", || !delays_sleep(&desktop));
    sleep(&desktop, false);
    eventually("the next sleep is delayed too", || delays_sleep(&desktop));
    assert_eq!(why_locked(&desktop).as_deref(), Some("request"));
    assert_refused(&desktop, "stay locked until you unlock them");
    desktop.mfactl(&["unlock"]).ok();
    // Nor does it if the screen was locked first.
    session(&desktop, "SetLockedHint true");
    eventually_locked(&desktop, "screen");
    desktop.mfactl(&["lock"]).ok();
    session(&desktop, "SetLockedHint false");
    sleep(&desktop, true);
    eventually("the system may sleep", || !delays_sleep(&desktop));
    assert_eq!(why_locked(&desktop).as_deref(), Some("request"));
}

/// A program that does not own the name sends a signal to all, and one to the daemon alone.
fn pretend(desktop: &Desktop, bus: &str, signal: &str) {
    let list = match bus {
        "--session" => "busctl --user list --unique --no-legend",
        _ => "busctl --system list --unique --no-legend",
    };
    let own = format!("{list} | awk '$2 == {} {{ print $1 }}'", desktop.daemon());
    let own = desktop.shell(&own).ok();
    assert!(own.starts_with(':'), "{own}");
    desktop.shell(&format!("gdbus emit {bus} {signal}")).ok();
    for own in own.lines() {
        let line = format!("gdbus emit {bus} --dest {own} {signal}");
        desktop.shell(&line).ok();
    }
}

#[test]
fn only_the_owner_of_the_name_is_believed() {
    let desktop = desktop();
    let _saver = Mock::gnome(&desktop);
    let _logind = Mock::logind(&desktop);
    desktop.add("aws", LINK);
    let gnome_says = |active| {
        let signal =
            format!("--object-path /org/gnome/ScreenSaver --signal {GNOME}.ActiveChanged {active}");
        pretend(&desktop, "--session", &signal);
    };
    let at_the_session = "--object-path /org/freedesktop/login1/session/c1 --signal";
    let session_says = |name| {
        let signal = format!("{at_the_session} {LOGIND}.Session.{name}");
        pretend(&desktop, "--system", &signal);
    };
    // The lock that others pretend would stay when the true one ends.
    gnome_says(true);
    session_says("Lock");
    session(&desktop, "SetLockedHint true");
    eventually_locked(&desktop, "screen");
    session(&desktop, "SetLockedHint false");
    eventually_open(&desktop);
    // The true one stays when others pretend to end it.
    gnome(&desktop, true);
    session(&desktop, "Lock");
    eventually_locked(&desktop, "screen");
    gnome_says(false);
    session_says("Unlock");
    session(&desktop, "Unlock");
    sleep(&desktop, true);
    eventually("the system may sleep", || !delays_sleep(&desktop));
    sleep(&desktop, false);
    eventually("the next sleep is delayed too", || delays_sleep(&desktop));
    assert_refused(&desktop, SCREEN);
    gnome(&desktop, false);
    eventually_open(&desktop);
}

#[test]
fn each_lock_can_be_turned_off() {
    let desktop = desktop();
    let _saver = Mock::gnome(&desktop);
    let _logind = Mock::logind(&desktop);
    desktop.configure("lock-with-screen = false\n");
    desktop.add("aws", LINK);
    gnome(&desktop, true);
    session(&desktop, "SetLockedHint true");
    session(&desktop, "Lock");
    sleep(&desktop, true);
    eventually_locked(&desktop, "suspend");
    sleep(&desktop, false);
    eventually_open_by_request(&desktop);
    session(&desktop, "SetLockedHint false");
    gnome(&desktop, false);
    end_session(&desktop);
    eventually_locked(&desktop, "session-end");
    eventually_open_by_request(&desktop);

    desktop.configure("lock-on-suspend = false\n");
    desktop.end_daemon("-TERM");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    assert!(!delays_sleep(&desktop));
    sleep(&desktop, true);
    session(&desktop, "SetLockedHint true");
    eventually_locked(&desktop, "screen");
    session(&desktop, "SetLockedHint false");
    eventually_open(&desktop);

    desktop.configure("lock-on-suspend = false\nlock-with-screen = false\n");
    desktop.end_daemon("-TERM");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    a_locked_screen_answers_questions_and_nothing_else(&desktop);
}

/// Asks until the screen counts as unlocked, so that there is a question.
fn wait_for_question(desktop: &Desktop, job: &PathBuf) -> Child {
    let ask = || start(&mut python(desktop, job));
    let mut asked = ask();
    eventually("a question is open", || {
        if asked.try_wait().unwrap().is_some() {
            asked = ask();
        }
        pending(desktop).len() == 1
    });
    asked
}

/// The accounts stay open, but nobody sees a question.
fn a_locked_screen_answers_questions_and_nothing_else(desktop: &Desktop) {
    let forget = "mfactl access forget --all";
    desktop.person(&[forget]).ok();
    let mut service = Notifier::start(desktop, "serve");
    let job = script(desktop, ON_THE_BUS);
    let screens: [(&dyn Fn(bool), &str); 3] = [
        (&|locked| gnome(desktop, locked), "the screen saver"),
        (
            &|locked| session(desktop, if locked { "Lock" } else { "Unlock" }),
            "the session",
        ),
        (
            &|locked| session(desktop, &format!("SetLockedHint {locked}")),
            "its hint",
        ),
    ];
    for (lock, what) in screens {
        let asked = wait_for_question(desktop, &job);
        service.shown();
        lock(true);
        let (code, error, _) = end(asked);
        assert!(error.contains("nobody answered"), "{what}: {code} {error}");
        desktop.person(&[forget]).ok();
        // The session was only told to lock, and nobody would say that it is unlocked again.
        if what != "the session" {
            let (code, error, _) = end(start(&mut python(desktop, &job)));
            assert!(error.contains("screen is locked"), "{what}: {code} {error}");
            assert_eq!(pending(desktop).len(), 0, "{what}");
        }
        let person = desktop.person(&["mfactl get aws"]).ok();
        assert!(person.lines().any(is_code), "{what}: {person}");
        lock(false);
    }
}
