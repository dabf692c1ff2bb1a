//! Programs in file systems of their own: sandboxed applications have an id, and for others no rule holds.

use std::fs;
use std::path::Path;

use tests::{Desktop, LINK, Run, binary, run};

const INFO: &str = "[Application]\nname=org.example.App\nruntime=runtime/org.example.Platform\n";

/// Asks for a code on the session bus, with these mounts in a file system that is otherwise like ours.
fn ask(desktop: &Desktop, mounts: &[&str]) -> Run {
    let mut command = desktop.command("bwrap");
    for folder in ["/usr", "/etc"] {
        command.args(["--ro-bind", folder, folder]);
    }
    for (to, link) in [
        ("usr/bin", "/bin"),
        ("usr/lib", "/lib"),
        ("usr/lib64", "/lib64"),
    ] {
        command.args(["--symlink", to, link]);
    }
    command.args(["--dev", "/dev", "--proc", "/proc", "--bind", "/tmp", "/tmp"]);
    command.args(mounts);
    command.args([
        "--",
        "/usr/bin/gdbus",
        "call",
        "--session",
        "--timeout",
        "20",
    ]);
    command.args(["--dest", "org.mfactl.Authenticator1"]);
    command.args(["--object-path", "/org/mfactl/Authenticator1"]);
    command.args(["--method", "org.mfactl.Authenticator1.GetCode", "aws", "{}"]);
    run(&mut command, "")
}

fn desktop(rule: &str) -> Desktop {
    let desktop = Desktop::strict(&[]);
    desktop.rules(rule);
    desktop.add("aws", LINK);
    desktop
}

fn refused(run: Run) {
    let error = run.fails(1);
    assert!(
        error.contains("org.mfactl.Error.ConsentRequired"),
        "{error}"
    );
}

fn is_code(run: Run) {
    let code = run.ok();
    assert!(
        code.starts_with("('") && code[2..8].parse::<u32>().is_ok(),
        "{code}"
    );
}

/// Writes a file for the file system of the program.
fn file(desktop: &Desktop, name: &str, text: &str) -> String {
    let path = desktop.folder().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_application_of_flatpak_is_known_by_its_id() {
    let desktop =
        desktop(r#"{"verdict":"allow","subject":"app","program":"flatpak:org.example.App"}"#);
    let info = file(&desktop, "info", INFO);
    is_code(ask(&desktop, &["--ro-bind", &info, "/.flatpak-info"]));
    let other = file(
        &desktop,
        "other",
        &INFO.replace("example.App", "example.Other"),
    );
    refused(ask(&desktop, &["--ro-bind", &other, "/.flatpak-info"]));
    refused(ask(&desktop, &[]));
    let log = desktop.mfactl(&["access", "log"]).ok();
    assert!(
        log.contains("code of aws for flatpak:org.example.App"),
        "{log}"
    );
    assert!(log.contains("for flatpak:org.example.Other"), "{log}");
}

/// What claims to be the description of a sandbox and never ends does not hold the daemon up.
#[test]
fn a_description_that_is_no_file_holds_nobody_up() {
    let desktop = desktop(r#"{"verdict":"allow","subject":"person"}"#);
    let pipe = desktop.folder().join("pipe");
    let pipe = pipe.to_str().unwrap();
    desktop.shell(&format!("mkfifo {pipe}")).ok();
    refused(ask(&desktop, &["--ro-bind", pipe, "/.flatpak-info"]));
    assert_eq!(desktop.mfactl(&["status"]).status, 0);
}

/// A rule for a program is no rule for another file that a program shows at its path.
#[test]
fn a_path_in_another_file_system_is_not_that_program() {
    let desktop = desktop(r#"{"verdict":"allow","subject":"program","program":"/usr/bin/gdbus"}"#);
    is_code(ask(&desktop, &[]));
    let copy = desktop.folder().join("copy");
    tests::copy_program(Path::new("/usr/bin/gdbus"), &copy);
    let copy = copy.to_str().unwrap();
    refused(ask(&desktop, &["--ro-bind", copy, "/usr/bin/gdbus"]));
}

/// Asks for a code on one of the connections, and hides before that if it is told to.
const ASK: &str = "import ctypes, os, sys
import dbus
from dbus.connection import Connection
PR_SET_DUMPABLE = 4
how, way = sys.argv[1:]
if how == 'hidden':
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
name, path = 'org.mfactl.Authenticator1', '/org/mfactl/Authenticator1'
if way == 'bus':
    daemon = dbus.SessionBus().get_object(name, path, introspect=False)
else:
    private = 'unix:path=' + os.environ['XDG_RUNTIME_DIR'] + '/mfad/bus'
    daemon = Connection(private).get_object(None, path, introspect=False)
print(daemon.GetCode('aws', {}, dbus_interface=name, signature='sa{sv}')[0])
";

/// A program that forbids others to look into it has no name, so no rule holds for it.
#[test]
fn a_program_that_hides_is_unknown_on_both_connections() {
    let desktop = Desktop::strict(&["--display", "none", "--secrets", "gnome-keyring"]);
    desktop.configure("unattended = \"deny\"\n");
    let python = fs::canonicalize("/usr/bin/python3").unwrap();
    let python = python.to_str().unwrap();
    desktop.rules(&format!(
        r#"{{"verdict":"allow","subject":"program","program":"{python}"}}"#
    ));
    desktop.add("aws", LINK);
    desktop.end_daemon("-TERM");
    // Root could look into every process, so all of them run without its rights.
    let plain = |program: &Path| {
        let mut plain = desktop.command("setpriv");
        plain.arg("--bounding-set=-all").arg(program);
        plain
    };
    let mut daemon = desktop.start_daemon(&mut plain(&binary("mfad")));
    for way in ["private", "bus"] {
        let ask = |how: &str| {
            let mut ask = plain(Path::new(python));
            run(ask.args(["-c", ASK, how, way]), "")
        };
        let code = ask("open").ok();
        assert!(code.len() == 6 && code.parse::<u32>().is_ok(), "{code}");
        let error = ask("hidden").fails(1);
        assert!(error.contains("ConsentRequired"), "{error}");
        assert!(error.contains("nobody to ask"), "{error}");
        let log = desktop.mfactl(&["access", "log"]).ok();
        let has = |text: &str| {
            let mut lines = log.lines().filter(|line| line.contains(text));
            lines.any(|line| line.contains(", on the session bus (") == (way == "bus"))
        };
        assert!(has(&format!("allowed: code of aws for {python}")), "{log}");
        assert!(has("refused: code of aws for ?"), "{log}");
    }
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}
