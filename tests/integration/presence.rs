//! The proof of presence that undoes the lock of the user: polkit, on a private system bus.

use std::process::{Child, Stdio};

use tests::{Desktop, LINK, eventually};

use crate::consent::{end, log, pending, start};
use crate::mocks::Mock;
use crate::notified::{self, Notifier};

const POLKIT: &str = "org.freedesktop.PolicyKit1";
const AUTHORITY: &str = "/org/freedesktop/PolicyKit1/Authority";
/// The folder in which polkit looks for actions, and nowhere else.
const ACTIONS: &str = "/usr/share/polkit-1/actions";

fn desktop() -> Desktop {
    let desktop = Desktop::start(&["--display", "none", "--system-bus"]);
    desktop.add("aws", LINK);
    desktop
}

/// Locks, and unlocks as from a launcher: a prompt is allowed.
fn unlock(desktop: &Desktop) -> tests::Run {
    desktop.mfactl(&["lock"]).ok();
    tests::run(&mut desktop.mfactl_on_a_terminal("unlock"), "")
}

/// Has the mock of polkit answer from now on: authorized or not, and whether there would have to be a prompt.
fn answers(desktop: &Desktop, authorized: &str, challenge: &str) {
    let interface = format!("{POLKIT}.Authority");
    let code =
        format!("ret = ({authorized}, {challenge}, dbus.Dictionary({{}}, signature=\"ss\"))");
    let call = format!(
        "gdbus call --system --dest {POLKIT} --object-path {AUTHORITY} --method \
         org.freedesktop.DBus.Mock.AddMethod {interface} CheckAuthorization '(sa{{sv}})sa{{ss}}us' '(bba{{ss}})' '{code}'"
    );
    desktop.shell(&call).ok();
}

#[test]
fn polkit_is_asked_before_a_lock_is_undone() {
    let desktop = desktop();
    // Without polkit, it is undone as it was made.
    unlock(&desktop).ok();
    let _polkit = Mock::start(
        &desktop,
        "--system",
        POLKIT,
        &format!("{POLKIT} {AUTHORITY} {POLKIT}.Authority"),
    );
    // The user is asked where a prompt is allowed, and refuses.
    answers(&desktop, "False", "args[3] == 0");
    let refused = unlock(&desktop);
    assert_ne!(refused.status, 0, "{refused}");
    assert!(refused.stdout.contains("was not answered"), "{refused}");
    assert_eq!(desktop.mfactl(&["get", "aws"]).status, 5);
    // A program that allows no prompt raises none.
    answers(&desktop, "False", "True");
    assert_eq!(desktop.mfactl(&["unlock"]).status, 5);
    // The next prompt of the same program has to wait, but not that of a person.
    let again = unlock(&desktop);
    assert_ne!(again.status, 0, "{again}");
    assert!(again.stdout.contains("try again in"), "{again}");
    let alone = desktop.person(&["mfactl unlock"]);
    assert!(alone.stdout.contains("pkttyagent --process"), "{alone}");
    // Where no prompt is needed, nobody has to wait.
    answers(&desktop, "True", "False");
    desktop.mfactl(&["unlock"]).ok();
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

/// A prompt for a password does not say which program has raised it, so mfad asks about the program.
#[test]
fn a_program_that_unlocks_is_asked_about() {
    let desktop = notified::desktop();
    let mut notifier = Notifier::start(&desktop, "serve");
    // A person who types is not asked: the only notifications are those that follow.
    desktop.person(&["mfactl lock", "mfactl unlock"]).ok();
    let unlock = |answer: &str| {
        desktop.person(&["mfactl lock"]).ok();
        let name = "org.mfactl.Authenticator1";
        let mut busctl = desktop.command("busctl");
        let path = format!("/{}", name.replace('.', "/"));
        let asked = start(busctl.args(["--user", "call", name, &path, name, "Unlock"]));
        eventually("a question is open", || !pending(&desktop).is_empty());
        let question = pending(&desktop).remove(0);
        assert_eq!(question["use"], "unlock");
        let shown = desktop.person(&["mfactl access pending"]);
        let sentence = "busctl wants to unlock the accounts";
        assert!(shown.stdout.contains(sentence), "{shown}");
        let id = &question["id"];
        desktop
            .person(&[&format!("mfactl access {answer} {id}")])
            .ok();
        end(asked)
    };
    let (_, error, is_unlocked) = unlock("approve");
    assert!(is_unlocked, "{error}");
    assert_eq!(notifier.shown().0, "busctl wants to unlock the accounts");
    assert_eq!(desktop.property("Locked"), "b false");
    let (_, error, is_unlocked) = unlock("deny");
    assert!(!is_unlocked && error.contains("denied"), "{error}");
    assert_eq!(desktop.property("Locked"), "b true");
    let last = log(&desktop).pop().unwrap();
    assert_eq!(
        (&last["action"], &last["outcome"]),
        (&"unlock".into(), &"refused".into())
    );
}

/// The real polkit, which sees our action in a file system of its own.
struct Polkit(Child);

impl Polkit {
    fn start(desktop: &Desktop) -> Self {
        let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/org.mfactl.policy");
        let bus = desktop.variable("XDG_RUNTIME_DIR").join("system-bus");
        // It becomes a user of its own, who may not see the folders of the session.
        let inside = format!(
            "set -e
             mount -t tmpfs tmpfs {ACTIONS} && cp {policy} {ACTIONS}
             mount -t tmpfs tmpfs /mnt && touch /mnt/bus && mount --bind {} /mnt/bus
             DBUS_SYSTEM_BUS_ADDRESS=unix:path=/mnt/bus exec /usr/lib/polkit-1/polkitd --no-debug",
            bus.display()
        );
        let mut polkit = desktop.command("unshare");
        let polkit = polkit.args(["--mount", "--propagation", "private", "sh", "-c", &inside]);
        let polkit = Self(polkit.stdout(Stdio::null()).spawn().unwrap());
        let wait = format!("gdbus wait --system --timeout 20 {POLKIT}");
        desktop.shell(&wait).ok();
        polkit
    }
}

impl Drop for Polkit {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// polkit lets root do everything, so the real one says no only to others.
#[test]
fn the_real_polkit_knows_the_action() {
    let desktop = Desktop::start(&["--display", "none", "--system-bus"]);
    if desktop.shell("id -u").ok() != "0" {
        println!("not tried, since it needs root");
        return;
    }
    let log = desktop.folder().join("mfad.log");
    let file = std::fs::File::create(&log).unwrap();
    let mut daemon = desktop.start_daemon(desktop.ours("mfad").stderr(file));
    let _polkit = Polkit::start(&desktop);
    unlock(&desktop).ok();
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("proof of presence proof=Given"), "{log}");
}
