//! Attacks by other programs of the same user on the daemon and its clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tests::{Desktop, LINK, binary, eventually, own_name, run};

use crate::monitor::Monitor;

/// On the private connection, attackers may get their code before they turn, but never under another program's
/// name.
#[test]
fn turning_into_another_program_is_noticed_on_the_private_connection() {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    desktop.add("aws", LINK);
    let monitor = Monitor::start(&desktop);
    // This call shows that the messages on the bus name programs.
    desktop.mfactl(&["get", "aws"]).ok();
    let race = concat!(env!("CARGO_MANIFEST_DIR"), "/security/exec-race");
    let mut race = desktop.command(race);
    let raced = run(race.args(["--private", "--count", "50", "aws"]), "");
    let attempts = raced.stdout.lines().count() - 1;
    assert_eq!(attempts, 50, "{raced}");
    assert!(!raced.stdout.contains("failed"), "{raced}");
    let released = raced.stdout.matches("released").count();
    let who = monitor.issued(&desktop, released + 1);
    assert!(who.contains(&own_name()), "{who:?}");
    assert!(
        !who.iter().any(|name| name.contains("sleep")),
        "attributed to the innocent: {who:?}"
    );
}

/// These programs ask for a code and turn into an innocent one before anybody looks, one that a rule allows to have it.
#[test]
fn turning_into_another_program_gets_no_code_on_the_bus() {
    let desktop = Desktop::headless();
    let sleep = std::fs::canonicalize("/usr/bin/sleep").unwrap();
    let sleep = sleep.display();
    desktop.rules(&format!(
        r#"{{"verdict":"allow","subject":"program","program":"{sleep}"}}"#
    ));
    desktop.add("aws", LINK);
    let race = concat!(env!("CARGO_MANIFEST_DIR"), "/security/exec-race");
    a_program_that_a_rule_allows_gets_its_code(&desktop);
    let result = run(desktop.command(race).arg("aws"), "");
    assert_eq!(result.status, 0, "{result}");
    // The same on the private connection, where nobody else gets a code now.
    desktop.configure("unattended = \"deny\"\n");
    desktop.end_daemon("-TERM");
    desktop.mfactl(&["list"]).ok();
    let result = run(desktop.command(race).args(["--private", "aws"]), "");
    assert_eq!(result.status, 0, "{result}");
    assert!(!result.stdout.contains("failed"), "{result}");
}

/// So what gets no code is refused for another reason than the bus.
fn a_program_that_a_rule_allows_gets_its_code(desktop: &Desktop) {
    let name = "org.mfactl.Authenticator1";
    let call = format!(
        "busctl --user call {name} /org/mfactl/Authenticator1 {name} GetCode sa{{sv}} aws 0"
    );
    let refused = desktop.shell(&call);
    assert!(refused.status != 0, "{refused}");
    let rule = "mfactl access allow /usr/bin/busctl --account aws";
    desktop.person(&[rule]).ok();
    let allowed = desktop.shell(&call).ok();
    assert!(allowed.starts_with("s"), "{allowed}");
    desktop
        .person(&["mfactl access forget /usr/bin/busctl"])
        .ok();
}

/// Returns the beginning of a connection of a D-Bus client.
fn handshake() -> String {
    let uid = std::fs::metadata("/proc/self").unwrap().uid().to_string();
    let uid: String = uid.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("\0AUTH EXTERNAL {uid}\r\nBEGIN\r\n")
}

/// Whoever stops within the handshake, or within a message, is not waited for.
#[test]
fn half_of_anything_is_not_waited_for() {
    let desktop = Desktop::headless();
    let mut daemon = desktop.start_daemon(&mut desktop.ours("mfad"));
    let whole = handshake();
    let beginnings = [
        "\0",
        "\0AUTH ",
        &whole[..whole.len() - 1],
        &whole,
        &(whole.clone() + "l\x01\0\x01"),
    ];
    let mut held = Vec::new();
    for beginning in beginnings {
        let mut stream = UnixStream::connect(desktop.socket()).unwrap();
        stream.write_all(beginning.as_bytes()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        held.push((beginning, stream));
    }
    for (beginning, mut stream) in held {
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        // A connection that has begun may be idle.
        let is_idle = beginning == whole;
        assert_eq!(ended.is_ok(), !is_idle, "{beginning:?}: {ended:?}");
    }
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}

#[test]
fn one_too_many_is_told_so_and_keeps_nobody_else_out() {
    let desktop = Desktop::headless();
    let mut daemon = desktop.start_daemon(&mut desktop.ours("mfad"));
    let connect = || {
        let mut stream = UnixStream::connect(desktop.socket()).unwrap();
        write!(stream, "{}", handshake()).unwrap();
        let mut answer = String::new();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        lines.read_line(&mut answer).unwrap();
        (stream, answer)
    };
    let mut places = Vec::new();
    let refusal = loop {
        let (stream, answer) = connect();
        if !answer.starts_with("OK ") {
            break answer;
        }
        places.push(stream);
    };
    assert_eq!(refusal, "ERROR too many connections from this program\r\n");
    assert_eq!(places.len(), 32);
    let listed = desktop.mfactl(&["list"]);
    assert_eq!(listed.status, 0, "others are kept out: {listed}");
    drop(places);
    eventually("there is room again", || connect().1.starts_with("OK "));
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}

/// A program whose calls wait on one connection, which it closes then. It prints whether another call may wait.
const WAITERS: &str = r#"import os, time
from gi.repository import Gio, GLib
address = "unix:path=" + os.environ["XDG_RUNTIME_DIR"] + "/mfad/bus"

def connect():
    return Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)

def fresh(call, account, timeout, *more):
    options = {"fresh": GLib.Variant("b", True), "timeout": GLib.Variant("u", timeout)}
    return call(None, "/org/mfactl/Authenticator1", "org.mfactl.Authenticator1", "GetCode",
                GLib.Variant("(sa{sv})", (account, options)), None, Gio.DBusCallFlags.NONE, -1, None, *more)

def may_wait():
    """The next code comes too late for this call, but there has to be a place to wait for it."""
    try:
        fresh(other.call_sync, "github", 1)
    except GLib.Error as error:
        return Gio.DBusError.get_remote_error(error) != "org.mfactl.Error.LimitsExceeded"
    return True

def wait_for(expected):
    end = time.monotonic() + 10
    while may_wait() != expected and time.monotonic() < end:
        time.sleep(0.01)
    print(may_wait(), flush=True)

def wait(account):
    bus = connect()
    for _ in range(8):
        fresh(bus.call, account, 300, lambda *_: None)
    bus.flush_sync()
    return bus

other = connect()
for account in ("aws", "github"):
    fresh(other.call_sync, account, 300)
waiting = wait("aws")
wait_for(False)
waiting.close_sync()
wait_for(True)
waiting = wait("github")
wait_for(False)
"#;

#[test]
fn waiters_end_with_their_connection() {
    let desktop = Desktop::with_two_accounts();
    let said = run(
        desktop.command("/usr/bin/python3").args(["-c", WAITERS]),
        "",
    );
    assert_eq!(said.ok(), "False\nTrue\nFalse");
}

/// zbus panics at these bytes, which used to end the whole daemon.
#[test]
fn one_byte_does_not_end_it() {
    let desktop = Desktop::headless();
    let mut daemon = desktop.start_daemon(&mut desktop.ours("mfad"));
    for bytes in [
        "\n".to_owned(),
        "\0\n".to_owned(),
        handshake().replace("BEGIN\r", ""),
    ] {
        let mut stream = UnixStream::connect(desktop.socket()).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
    desktop.end_daemon("-TERM");
    assert!(daemon.wait().unwrap().success());
}

/// A program of the user that has created the socket first gets no secret.
#[test]
fn another_program_on_the_socket_gets_no_secret() {
    let desktop = Desktop::headless();
    let program = desktop.folder().join("squatter.py");
    std::fs::write(
        &program,
        r#"
import os, socket, sys
folder = os.environ["XDG_RUNTIME_DIR"] + "/mfad"
os.mkdir(folder, 0o700)
listener = socket.socket(socket.AF_UNIX)
listener.bind(folder + "/bus")
listener.listen()
print("ready", flush=True)
connection, _ = listener.accept()
print(len(connection.recv(1000)), flush=True)
"#,
    )
    .unwrap();
    let mut squatter = desktop.command("/usr/bin/python3");
    let mut squatter = squatter
        .arg(&program)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(squatter.stdout.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "ready");
    let refused = desktop
        .mfactl_with(&["add", "aws", "--uri", "-"], LINK)
        .fails(6);
    assert!(
        refused.contains("another program answers instead of the daemon, /usr/bin/python3"),
        "{refused}"
    );
    assert_eq!(said.next().unwrap().unwrap(), "0", "it got something");
    squatter.wait().unwrap();
}

/// Our own programs still get codes, and nobody claims that the daemon is running already.
#[test]
fn another_program_with_its_name_does_not_keep_it_from_running() {
    let desktop = Desktop::headless();
    let program = desktop.folder().join("squatter.py");
    std::fs::write(
        &program,
        r#"
import dbus, sys
bus = dbus.SessionBus()
bus.request_name("org.mfactl.Authenticator1")
print("ready", flush=True)
sys.stdin.read()
"#,
    )
    .unwrap();
    let mut squatter = desktop.command("/usr/bin/python3");
    let squatter = squatter
        .arg(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut squatter = squatter.spawn().unwrap();
    let mut said = BufReader::new(squatter.stdout.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "ready");
    let log = desktop.folder().join("log");
    let mut daemon = desktop.ours("mfad");
    let mut daemon = desktop.start_daemon(daemon.stderr(std::fs::File::create(&log).unwrap()));
    desktop.add("aws", LINK);
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(
        log.contains("another program has taken the name of mfad"),
        "{log}"
    );
    assert!(log.contains("/python3"), "{log}");
    drop(squatter.stdin.take());
    squatter.wait().unwrap();
    desktop.end_daemon("-TERM");
    assert!(daemon.wait().unwrap().success());
}

/// A daemon in its own pid namespace cannot see who is asking, and serves all the same.
#[test]
fn a_process_that_it_cannot_see_is_unknown_and_gets_its_code() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.end_daemon("-TERM");
    let mut daemon = desktop.command("unshare");
    daemon
        .args(["--pid", "--fork", "--kill-child"])
        .arg(binary("mfad"));
    let mut daemon = desktop.start_daemon(&mut daemon);
    let monitor = Monitor::start(&desktop);
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    let heard = monitor.heard(&desktop);
    assert!(heard.contains("string \"?\""), "{heard}");
    daemon.kill().unwrap();
    daemon.wait().unwrap();
}

/// Asks for codes as fast as it can, 250 times at least and until its input ends. It says when it is first refused, and how often it got what.
const AS_FAST_AS_IT_CAN: &str = "import collections, os, select, sys
import dbus
from dbus.connection import Connection
daemon = Connection('unix:path=' + os.environ['XDG_RUNTIME_DIR'] + '/mfad/bus').get_object(
    None, '/org/mfactl/Authenticator1', introspect=False)
got = collections.Counter()
while got.total() < 250 or not select.select([sys.stdin], [], [], 0)[0]:
    try:
        daemon.GetCode('aws', {}, dbus_interface='org.mfactl.Authenticator1', signature='sa{sv}')
        got['code'] += 1
    except dbus.DBusException as error:
        name = error.get_dbus_name()
        if not got[name]:
            print(name, flush=True)
        got[name] += 1
print(got['code'], got['org.mfactl.Error.LimitsExceeded'], len(got), flush=True)
";

#[test]
fn who_asks_too_often_is_refused_and_keeps_nobody_else_out() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let start = Instant::now();
    let mut fast = desktop.command("/usr/bin/python3");
    let fast = fast.args(["-c", AS_FAST_AS_IT_CAN]);
    let fast = fast.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut fast = fast.spawn().unwrap();
    let mut said = BufReader::new(fast.stdout.take().unwrap()).lines();
    let refusal = said.next().unwrap().unwrap();
    assert_eq!(refusal, "org.mfactl.Error.LimitsExceeded");
    // Another program gets all the codes that one may have at once.
    for _ in 0..20 {
        assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    }
    drop(fast.stdin.take());
    let said = said.next().unwrap().unwrap();
    let counts: Vec<u64> = said.split(' ').map(|one| one.parse().unwrap()).collect();
    let [codes, refusals, kinds] = counts[..] else {
        panic!("{said}");
    };
    let most = 20 + start.elapsed().as_secs() + 1;
    assert!((20..=most).contains(&codes), "{codes} codes");
    assert!(refusals >= 150, "{refusals} refusals");
    assert_eq!(kinds, 2, "it got something else");
    fast.wait().unwrap();
}
