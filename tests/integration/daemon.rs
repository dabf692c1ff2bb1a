//! The daemon: how it is started, that there is only one, who may ask it for what, and how it ends.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tests::{Desktop, LINK, SECRET, binary, eventually, oathtool, own_name, run};

use crate::monitor::Monitor;

const CALL: &str = "busctl --user call org.mfactl.Authenticator1 /org/mfactl/Authenticator1 \
    org.mfactl.Authenticator1";

fn start(desktop: &Desktop) -> Child {
    desktop.start_daemon(desktop.ours("mfad").stderr(Stdio::piped()))
}

#[test]
fn a_second_daemon_ends_at_once_and_says_why() {
    let desktop = Desktop::headless();
    let mut first = start(&desktop);
    let second = run(&mut desktop.ours("mfad"), "").fails(1);
    assert!(second.contains("mfad is already running"), "{second}");
    // A daemon that has a folder of its own still finds the name taken.
    let mut third = desktop.ours("mfad");
    let third = run(third.env("XDG_RUNTIME_DIR", desktop.folder()), "").fails(1);
    assert!(third.contains("mfad is already running"), "{third}");
    desktop.end_daemon("-TERM");
    assert!(first.wait().unwrap().success());
}

#[test]
fn nobody_takes_its_name() {
    let desktop = Desktop::headless();
    let mut daemon = start(&desktop);
    // Until the daemon answers, it may not have its name yet.
    desktop.mfactl(&["status"]).ok();
    let taken = desktop
        .shell(
            "busctl --user call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus \
             RequestName su org.mfactl.Authenticator1 6",
        )
        .ok();
    assert_eq!(taken, "u 3", "DBUS_REQUEST_NAME_REPLY_EXISTS");
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}

#[test]
fn it_ends_cleanly() {
    let desktop = Desktop::headless();
    let mut daemon = start(&desktop);
    desktop.add("aws", LINK);
    for signal in ["-TERM", "-INT"] {
        desktop.end_daemon(signal);
        assert!(daemon.wait().unwrap().success());
        assert!(!desktop.socket().exists(), "the socket is left behind");
        daemon = start(&desktop);
    }
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}

#[test]
fn it_ends_with_its_session() {
    let desktop = Desktop::headless();
    let mut daemon = start(&desktop);
    // Until the daemon answers, it may not be on the bus yet.
    desktop.mfactl(&["status"]).ok();
    desktop
        .shell("kill $(awk '$1 == \"session-bus\" { print $2 }' \"$DS_PIDS\")")
        .ok();
    assert!(daemon.wait().unwrap().success());
}

#[test]
fn the_bus_starts_it() {
    let desktop = Desktop::headless();
    let services = desktop.variable("XDG_DATA_HOME").join("dbus-1/services");
    std::fs::create_dir_all(&services).unwrap();
    let file = include_str!("../../dist/org.mfactl.Authenticator1.service.in").replace(
        "@bindir@",
        binary("mfad").parent().unwrap().to_str().unwrap(),
    );
    let file: String = file
        .lines()
        .filter(|line| !line.starts_with("SystemdService"))
        .fold(String::new(), |text, line| text + line + "\n");
    std::fs::write(services.join("org.mfactl.Authenticator1.service"), file).unwrap();
    let accounts = desktop.shell(&format!("{CALL} ListAccounts")).ok();
    assert_eq!(accounts, "aa{sv}t 0 1");
    desktop.end_daemon("-TERM");
    // mfactl has the bus start it too: by itself, it would have started the daemon with --background.
    desktop.add("aws", LINK);
    let line = std::fs::read_to_string(format!("/proc/{}/cmdline", desktop.daemon())).unwrap();
    assert!(line.ends_with("/mfad\0"), "{line}");
}

/// systemd's own tool hands over a socket as systemd does.
#[test]
fn a_socket_starts_it() {
    let desktop = Desktop::headless();
    std::fs::create_dir(desktop.socket().parent().unwrap()).unwrap();
    let mut activator = desktop.command("systemd-socket-activate");
    for (name, value) in desktop.environment() {
        let mut setting = std::ffi::OsString::from("--setenv=");
        setting.push(name);
        setting.push("=");
        setting.push(value);
        activator.arg(setting);
    }
    let mut activator = activator
        .arg("--listen")
        .arg(desktop.socket())
        .arg(binary("mfad"))
        .spawn()
        .unwrap();
    eventually("the socket is there", || desktop.socket().exists());
    desktop.add("aws", LINK);
    assert_eq!(
        desktop.daemon(),
        activator.id(),
        "the activator became the daemon"
    );
    desktop.end_daemon("-TERM");
    assert!(activator.wait().unwrap().success());
    assert!(desktop.socket().exists(), "the socket belongs to systemd");
}

#[test]
fn it_says_when_it_is_ready() {
    let desktop = Desktop::headless();
    let path = desktop.folder().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let mut daemon = desktop
        .ours("mfad")
        .env("NOTIFY_SOCKET", &path)
        .spawn()
        .unwrap();
    let mut buffer = [0; 256];
    let length = socket.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"READY=1\n");
    assert!(desktop.mfactl(&["list"]).status == 0, "ready means ready");
    desktop.end_daemon("-TERM");
    let length = socket.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"STOPPING=1\n");
    daemon.wait().unwrap();
}

#[test]
fn codes_stay_off_the_session_bus() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let monitor = Monitor::start(&desktop);
    let code = desktop.mfactl(&["get", "aws"]).ok();
    let next = desktop.mfactl(&["pair", "aws", "--now"]).ok();
    let asked = Instant::now();
    let refused = desktop
        .shell(&format!("{CALL} GetCode 'sa{{sv}}' aws 0 2>&1"))
        .fails(1);
    assert_eq!(refused, "");
    // Nobody can be asked, so nothing is waited for.
    assert!(asked.elapsed() < Duration::from_secs(2), "it took too long");
    let heard = monitor.heard(&desktop);
    assert!(
        heard.contains("CodeIssued") && heard.contains(&format!("\"{}\"", own_name())),
        "no signal: {heard}"
    );
    assert!(
        heard.contains("org.mfactl.Error.ConsentRequired"),
        "no refusal: {heard}"
    );
    for secret in [code.as_str(), SECRET].into_iter().chain(next.lines()) {
        assert!(
            !heard.contains(secret),
            "the bus has seen a secret or a code"
        );
    }
}

#[test]
fn names_search_and_lock_work_on_the_session_bus() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let list = desktop.shell(&format!("{CALL} ListAccounts")).ok();
    assert!(
        list.contains(r#""name" s "aws""#) && !list.contains(SECRET),
        "{list}"
    );
    let found = desktop.shell(&format!("{CALL} FindAccounts s amazon")).ok();
    assert!(found.starts_with("as 1 "), "{found}");
    let copied = desktop.shell(&format!("{CALL} CopyCode 'sa{{sv}}' aws 0 2>&1"));
    assert!(copied.stdout.contains("no tray is running"), "{copied}");
    assert_eq!(desktop.property("Locked"), "b false");
    assert_eq!(desktop.property("Keychain"), "s \"gnome-keyring\"");
    let monitor = Monitor::start(&desktop);
    assert_eq!(desktop.shell(&format!("{CALL} Lock")).ok(), "");
    assert_eq!(desktop.property("Locked"), "b true");
    let heard = monitor.heard(&desktop);
    assert!(
        heard.contains("PropertiesChanged") && heard.contains("\"Locked\""),
        "{heard}"
    );
    let _refused = desktop.mfactl(&["get", "aws"]).fails(5);
    desktop.end_daemon("-KILL");
    let still = desktop.mfactl(&["get", "aws"]).fails(5);
    assert!(
        still.contains("stay locked until you unlock"),
        "a restart undid the lock: {still}"
    );
    // Nobody can be asked here whether a program on the bus may undo the lock.
    let refused = desktop.shell(&format!("{CALL} Unlock 2>&1"));
    assert!(
        refused.stdout.contains("there is nobody to ask"),
        "{refused}"
    );
    desktop.mfactl(&["unlock"]).ok();
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    // The interface that changes accounts is not even there.
    let vault = "busctl --user call org.mfactl.Authenticator1 /org/mfactl/Authenticator1 \
                 org.mfactl.Accounts1 Export 'a{sv}' 0 2>&1";
    assert!(desktop.shell(vault).stdout.contains("Unknown interface"));
}

/// Notes often hold recovery codes, and domains tell where a person has accounts.
#[test]
fn notes_stay_off_the_session_bus() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop
        .person(&["mfactl edit aws --note 'recovery 8842-1993' --domain a.8842.example"])
        .ok();
    let monitor = Monitor::start(&desktop);
    let list = desktop.shell(&format!("{CALL} ListAccounts")).ok();
    assert!(list.contains(r#""name" s "aws""#), "{list}");
    assert!(!list.contains("8842"), "{list}");
    let one = desktop.shell(&format!("{CALL} GetAccount 'sa{{sv}}' aws 0"));
    let one = one.ok();
    assert!(
        one.contains(r#""name" s "aws""#) && !one.contains("8842"),
        "{one}"
    );
    let shown = desktop.mfactl(&["list", "--json"]).ok();
    assert!(shown.contains("recovery 8842-1993"), "{shown}");
    assert!(shown.contains("a.8842.example"), "{shown}");
    assert!(!monitor.heard(&desktop).contains("8842"));
}

#[test]
fn the_user_may_let_codes_onto_the_bus() {
    let desktop = Desktop::headless();
    desktop.configure("bus-codes = \"allow\"\n");
    desktop.add("aws", LINK);
    let reply = desktop
        .shell(&format!("{CALL} GetCode 'sa{{sv}}' aws 0"))
        .ok();
    let code = desktop.mfactl(&["get", "aws"]).ok();
    assert!(reply.starts_with("stt \"") && code.len() == 6, "{reply}");
    let from: u64 = reply.split(' ').nth(2).unwrap().parse().unwrap();
    assert!(reply.contains(&oathtool(SECRET, 30, from)), "{reply}");
}

/// This uses another program, another D-Bus library and the private address.
#[test]
fn any_d_bus_program_gets_a_code_on_the_private_address() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let program = desktop.folder().join("get-code.py");
    std::fs::write(
        &program,
        r#"
import dbus, dbus.connection
bus = dbus.SessionBus()
mfad = bus.get_object("org.mfactl.Authenticator1", "/org/mfactl/Authenticator1")
address = mfad.Get("org.mfactl.Authenticator1", "PrivateAddress",
                   dbus_interface="org.freedesktop.DBus.Properties")
private = dbus.connection.Connection(address)
code, start, end = private.call_blocking(
    None, "/org/mfactl/Authenticator1", "org.mfactl.Authenticator1", "GetCode", "sa{sv}",
    ("aws", {"min-remaining": dbus.UInt32(1)}))
print(code, start, end)
"#,
    )
    .unwrap();
    let output = run(desktop.command("/usr/bin/python3").arg(&program), "").ok();
    let fields: Vec<_> = output.split(' ').collect();
    assert_eq!(fields[0], oathtool(SECRET, 30, fields[1].parse().unwrap()));
    // Tools that insist on a bus say Hello first.
    let busctl = format!(
        "busctl --address=unix:path={} call org.mfactl.Authenticator1 \
         /org/mfactl/Authenticator1 org.mfactl.Authenticator1 GetCode 'sa{{sv}}' aws 0",
        desktop.socket().display()
    );
    assert!(desktop.shell(&busctl).ok().starts_with("stt"));
}

#[test]
fn the_socket_is_ours_alone() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let socket = desktop.socket();
    let folder = socket.parent().unwrap();
    let modes = desktop.shell(&format!(
        "stat -c %a {} {}",
        folder.display(),
        socket.display()
    ));
    assert_eq!(modes.ok(), "700\n600");
    // Even with the folder open, the daemon turns another user away.
    let rights = format!(
        "chmod 711 $DS_DIR $XDG_RUNTIME_DIR {} && chmod 666 {}",
        folder.display(),
        socket.display()
    );
    desktop.shell(&rights).ok();
    let mut other = Command::new("setpriv");
    other.args(["--reuid=65534", "--clear-groups", "busctl"]);
    other.arg(format!("--address=unix:path={}", socket.display()));
    other.args([
        "call",
        "org.mfactl.Authenticator1",
        "/org/mfactl/Authenticator1",
    ]);
    other.args(["org.mfactl.Authenticator1", "GetCode", "sa{sv}", "aws", "0"]);
    let refused = run(&mut other, "");
    assert_ne!(refused.status, 0, "another user got a code: {refused}");
}

#[test]
fn a_wrong_configuration_is_explained() {
    let desktop = Desktop::headless();
    desktop.configure("\nbus-codes = \"sometimes\"\n");
    let error = run(&mut desktop.ours("mfad"), "").fails(1);
    assert!(error.contains("config.toml, line 2"), "{error}");
    let error = desktop.mfactl(&["list"]).fails(6);
    assert!(
        error.contains("the daemon stopped right after it started: "),
        "{error}"
    );
    assert!(error.contains("config.toml, line 2"), "{error}");
}

/// In a read-only home nothing can be kept, but there are still codes.
#[test]
fn it_needs_no_state_to_give_codes() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.end_daemon("-TERM");
    let file = desktop.folder().join("file");
    std::fs::write(&file, "").unwrap();
    for state in [file.join("state"), "/proc/mfactl".into()] {
        let mfactl = |arguments: &[&str]| {
            let mut mfactl = desktop.ours("mfactl");
            run(mfactl.args(arguments).env("XDG_STATE_HOME", &state), "")
        };
        assert_eq!(mfactl(&["get", "aws"]).ok().len(), 6);
        let fresh = mfactl(&["get", "aws", "--fresh"]).fails(1);
        assert!(fresh.contains("cannot record"), "{fresh}");
        let locked = mfactl(&["lock"]).fails(1);
        assert!(
            locked.contains("the lock will not survive a restart"),
            "{locked}"
        );
        mfactl(&["unlock"]).ok();
        let log = desktop.socket().with_file_name("mfad.log");
        let log = std::fs::read_to_string(log).unwrap();
        assert_eq!(log.matches("cannot write the state").count(), 1, "{log}");
        desktop.end_daemon("-TERM");
        std::fs::remove_file(desktop.socket().with_file_name("mfad.log")).unwrap();
    }
}
