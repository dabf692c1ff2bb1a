//! What the notification of a question says, and whose answers count: those of the service that shows it, and of no other
//! program on the bus.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Stdio};

use tests::{Desktop, LINK, eventually};

use crate::consent::{IN_A_SHELL, end, is_code, log, pending, python, script, start};

/// A notification service, one that closes nothing, or a program that only sends the signals of one. It prints each
/// notification that it gets. A line on its input is a signal that it sends to everybody, and to the daemon alone; then it
/// prints an empty line.
const NOTIFIER: &str = r#"import json, sys, dbus, dbus.mainloop.glib, dbus.service
from dbus.lowlevel import SignalMessage
from gi.repository import GLib
NAME, PATH, ID = 'org.freedesktop.Notifications', '/org/freedesktop/Notifications', 7
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()

class Service(dbus.service.Object):
    @dbus.service.method(NAME, in_signature='susssasa{sv}i', out_signature='u')
    def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout):
        print(json.dumps([summary, body, int(hints['urgency']), timeout]), flush=True)
        return dbus.UInt32(ID)
    @dbus.service.method(NAME, in_signature='u', async_callbacks=('reply', 'error'))
    def CloseNotification(self, id, reply, error):
        if sys.argv[1] != 'hang':
            reply()
    @dbus.service.method(NAME, out_signature='as')
    def GetCapabilities(self): return ['actions']
    @dbus.service.method(NAME, out_signature='ssss')
    def GetServerInformation(self): return ('tests', 'tests', '1', '1.2')

def send(line):
    member, value = line.split()
    closes = member == 'NotificationClosed'
    for receiver in (None, bus.get_name_owner('org.mfactl.Authenticator1')):
        signal = SignalMessage(PATH, NAME, member)
        signal.append(ID, int(value) if closes else value, signature='uu' if closes else 'us')
        if receiver:
            signal.set_destination(receiver)
        bus.send_message(signal)
    # The bus keeps the order, so the daemon has read the signals when it answers this.
    bus.call_blocking('org.mfactl.Authenticator1', '/org/mfactl/Authenticator1', 'org.freedesktop.DBus.Properties',
                      'Get', 'ss', ('org.mfactl.Authenticator1', 'Locked'))
    print(flush=True)

def read(source, condition):
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return False
    send(line)
    return True

loop = GLib.MainLoop()
if sys.argv[1] != 'forge':
    service = Service(bus, PATH)
    bus.request_name(NAME)
GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, read)
print(flush=True)
loop.run()
"#;

/// A program on the bus that asks for a code, with the reason that is its argument.
const ASK: &str = r"import sys, dbus
daemon = dbus.SessionBus().get_object('org.mfactl.Authenticator1', '/org/mfactl/Authenticator1')
print(daemon.GetCode('aws', {'ask': True, 'reason': sys.argv[1]},
                     dbus_interface='org.mfactl.Authenticator1', timeout=60)[0])
";

/// A running [`NOTIFIER`].
pub(crate) struct Notifier {
    program: Child,
    says: BufReader<ChildStdout>,
}

impl Notifier {
    pub(crate) fn start(desktop: &Desktop, role: &str) -> Self {
        let mut program = desktop.command("/usr/bin/python3");
        let program = program.args(["-c", NOTIFIER, role]);
        let program = program.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = program.spawn().unwrap();
        let says = BufReader::new(program.stdout.take().unwrap());
        let mut notifier = Self { program, says };
        assert_eq!(notifier.line(), "", "it is ready");
        notifier
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.says.read_line(&mut line).unwrap() > 0, "it has ended");
        line.trim_end().to_owned()
    }

    /// Waits for a notification, and returns its summary and its text.
    pub(crate) fn shown(&mut self) -> (String, String) {
        let shown: (String, String, u8, i32) = serde_json::from_str(&self.line()).unwrap();
        let (critical, never) = (2, 0);
        assert_eq!((shown.2, shown.3), (critical, never), "it stays");
        (shown.0, shown.1)
    }

    /// Has it send a signal, and waits until the daemon has got it.
    fn send(&mut self, signal: &str) {
        writeln!(self.program.stdin.as_mut().unwrap(), "{signal}").unwrap();
        assert_eq!(self.line(), "");
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }
}

/// Returns a desktop with an account and nothing that shows notifications.
pub(crate) fn desktop() -> Desktop {
    let desktop = Desktop::strict(&["--display", "none", "--secrets", "gnome-keyring"]);
    desktop.add("aws", LINK);
    desktop
}

#[test]
fn only_the_service_that_shows_a_question_answers_it() {
    let desktop = desktop();
    let mut service = Notifier::start(&desktop, "serve");
    let mut forger = Notifier::start(&desktop, "forge");
    let job = script(&desktop, ASK);
    let ask = || start(python(&desktop, &job).arg("backup"));

    let asked = ask();
    service.shown();
    for forged in [
        "NotificationClosed 2",
        "ActionInvoked deny",
        "ActionInvoked never",
    ] {
        forger.send(forged);
        assert_eq!(pending(&desktop).len(), 1, "{forged}");
    }
    service.send("ActionInvoked once");
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{error}");

    let asked = ask();
    service.shown();
    for forged in [
        "ActionInvoked once",
        "ActionInvoked until-locked",
        "ActionInvoked always",
    ] {
        forger.send(forged);
        assert_eq!(pending(&desktop).len(), 1, "{forged}");
    }
    service.send("ActionInvoked deny");
    let (code, error, success) = end(asked);
    assert!(
        !success && error.contains("the user denied"),
        "{code} {error}"
    );
    let outcomes: Vec<_> = log(&desktop)
        .into_iter()
        .map(|line| (line["outcome"].clone(), line["ground"].clone()))
        .collect();
    let once = |outcome: &str| (outcome.into(), "once".into());
    assert_eq!(outcomes, [once("allowed"), once("refused")]);

    let rules = desktop.mfactl(&["access", "rules", "--json"]).ok();
    assert!(!rules.contains("python"), "{rules}");
}

/// The other buttons are pressed in real services (`consent`).
#[test]
fn each_lasting_answer_of_a_notification_lasts() {
    let desktop = desktop();
    let mut service = Notifier::start(&desktop, "serve");
    let job = script(&desktop, ASK);
    let ask = || start(python(&desktop, &job).arg("backup"));
    let asked = ask();
    service.shown();
    service.send("ActionInvoked until-locked");
    assert!(is_code(&end(asked).0));
    assert!(is_code(&end(ask()).0), "no second question");
    desktop.person(&["mfactl lock", "mfactl unlock"]).ok();
    let asked = ask();
    service.shown();
    service.send("ActionInvoked never");
    let (_, error, _) = end(asked);
    assert!(error.contains("the user denied"), "{error}");
    let (_, error, _) = end(ask());
    assert!(error.contains("rule"), "{error}");
    assert_eq!(pending(&desktop).len(), 0);
}

#[test]
fn an_answer_counts_even_if_its_service_hangs_after_it() {
    let desktop = desktop();
    let mut service = Notifier::start(&desktop, "hang");
    let job = script(&desktop, ASK);
    let asked = start(python(&desktop, &job).arg("backup"));
    service.shown();
    service.send("ActionInvoked once");
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{error}");
}

#[test]
fn a_question_names_account_and_program_and_the_service_may_close_it() {
    let desktop = desktop();
    let mut service = Notifier::start(&desktop, "serve");
    let job = script(&desktop, ASK);
    let asked = start(python(&desktop, &job).arg("backup"));
    let (summary, text) = service.shown();
    assert!(summary.contains("aws (Amazon Web Services)"), "{summary}");
    let program = std::fs::canonicalize("/usr/bin/python3").unwrap();
    let program = format!("Program: {} {}", program.display(), job.display());
    assert!(text.lines().any(|line| line == program), "{text}");
    let started_by = text.lines().find(|line| line.starts_with("Started by: "));
    assert!(started_by.unwrap().contains("integration"), "{text}");
    service.send("NotificationClosed 2");
    let (code, error, success) = end(asked);
    assert!(
        !success && error.contains("nobody answered"),
        "{code} {error}"
    );
}

/// Programs get codes without a question where nobody can be asked, so no program may bring that about.
#[test]
fn a_service_that_is_ended_still_counts_as_somebody_to_ask() {
    let desktop = desktop();
    desktop.configure("question-timeout = 60\n");
    desktop.end_daemon("-TERM");
    let mut service = Notifier::start(&desktop, "serve");
    let job = script(&desktop, IN_A_SHELL);
    let asked = start(&mut python(&desktop, &job));
    service.shown();
    service.send("ActionInvoked once");
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{error}");
    drop(service);
    let asked = start(&mut python(&desktop, &job));
    eventually("the question is open", || pending(&desktop).len() == 1);
    let id = pending(&desktop)[0]["id"].to_string();
    desktop.person(&[&format!("mfactl access deny {id}")]).ok();
    let (code, error, success) = end(asked);
    assert!(!success && error.contains("denied"), "{code} {error}");
    let grounds: Vec<_> = log(&desktop)
        .iter()
        .map(|line| line["ground"].clone())
        .collect();
    assert_eq!(grounds, ["once", "once"]);
}

/// The reason is the only text of a question that the program chooses.
#[test]
fn a_long_reason_with_control_characters_is_cut_and_cleaned() {
    let desktop = desktop();
    let mut service = Notifier::start(&desktop, "serve");
    let job = script(&desktop, ASK);
    let reason = format!(
        "a\u{1b}[2J\u{7}b\r\nProgram: mine\u{202e}\u{200b} {}",
        "é".repeat(300)
    );
    let whole = format!("a [2J b Program: mine {}", "é".repeat(300));
    let cut: String = whole.chars().take(119).chain(['…']).collect();
    let asked = start(python(&desktop, &job).arg(&reason));
    let (_, text) = service.shown();
    assert_eq!(text.lines().next(), Some(&*format!("Reason given: {cut}")));
    assert_eq!(pending(&desktop)[0]["reason"], *cut);
    service.send("ActionInvoked once");
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{error}");
    assert_eq!(log(&desktop)[0]["reason"], *cut);
    let file = desktop.variable("XDG_STATE_HOME").join("mfactl/access.log");
    let file = std::fs::read_to_string(file).unwrap();
    assert!(file.contains(&format!("\"reason\":\"{cut}\"")), "{file}");
    let shown = desktop.mfactl(&["access", "log"]).ok();
    assert!(shown.contains(&format!("reason given: {cut}")), "{shown}");

    let asked = start(python(&desktop, &job).arg("é".repeat(501)));
    let (_, error, success) = end(asked);
    assert!(
        !success && error.contains("the reason is too long"),
        "{error}"
    );
}
