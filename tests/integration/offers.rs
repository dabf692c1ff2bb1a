//! Offers of trays to copy codes for others.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use tests::{Desktop, LINK, eventually, run};

/// A tray with two connections. It says what came of its offers, and which connection a code was copied on.
const TRAY: &str = r#"import os, sys
from gi.repository import Gio, GLib
INTERFACE = Gio.DBusNodeInfo.new_for_xml("""<node><interface name="org.mfactl.Copier1"><method name="Copy">
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="t" direction="in"/><arg type="t" direction="in"/>
</method></interface></node>""").interfaces[0]
address = "unix:path=" + os.environ["XDG_RUNTIME_DIR"] + "/mfad/bus"
loop, results, trays = GLib.MainLoop(), [], []

def offered(bus, result):
    try:
        bus.call_finish(result)
        results.append("taken")
    except GLib.Error as error:
        results.append(Gio.DBusError.get_remote_error(error))
    loop.quit()

def offer(name, times):
    def copy(*call):
        print("copied by", name, flush=True)
        call[-1].return_value(None)
    bus = Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
    bus.register_object("/org/mfactl/Copier1", INTERFACE, copy, None, None)
    trays.append(bus)
    for _ in range(times):
        bus.call(None, "/org/mfactl/Authenticator1", "org.mfactl.Accounts1", "OfferCopying", None, None,
                 Gio.DBusCallFlags.NONE, -1, None, offered)
    while len(results) < times:
        loop.run()
    print(name, *sorted(results), flush=True)
    results.clear()

def close(*_):
    if sys.stdin.readline():
        trays.pop().close_sync()
        print("closed", flush=True)
        return True
    loop.quit()

offer("first", 8)
offer("second", 1)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, close)
loop.run()
"#;

/// Only the tray beside the daemon may offer, so this is a copy of the daemon beside a program that stands in for
/// the tray.
#[test]
fn each_connection_offers_once_and_the_newest_copies() {
    let desktop = Desktop::headless();
    desktop.rules(r#"{"verdict":"allow","subject":"anybody"}"#);
    let folder = desktop.folder().join("programs");
    std::fs::create_dir(&folder).unwrap();
    let copy = |from: &Path, name: &str| {
        let to = folder.join(name);
        // By another process: a program that this one has open for writing cannot be run, nor while a fork still has it.
        run(desktop.command("cp").args([from, &to]), "").ok();
        to
    };
    let daemon = copy(&tests::binary("mfad"), "mfad");
    let mut daemon = desktop.start_daemon(&mut desktop.command(daemon));
    desktop.add("aws", LINK);
    let tray = copy(Path::new("/usr/bin/python3"), "mfa-tray");
    let mut tray = desktop.command(tray);
    let tray = tray.env("PYTHONHOME", "/usr").args(["-c", TRAY]);
    let mut tray = tray
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tray.stdout.take().unwrap()).lines();
    let mut said = || lines.next().unwrap().unwrap();
    let refused = " org.mfactl.Error.LimitsExceeded".repeat(7);
    assert_eq!(said(), format!("first{refused} taken"));
    assert_eq!(said(), "second taken");
    let copied = || {
        let call = "busctl --user call org.mfactl.Authenticator1 /org/mfactl/Authenticator1 \
                    org.mfactl.Authenticator1 CopyCode 'sa{sv}' aws 0";
        desktop.shell(call).status == 0
    };
    assert!(copied());
    assert_eq!(said(), "copied by second");
    writeln!(tray.stdin.as_ref().unwrap(), "close").unwrap();
    assert_eq!(said(), "closed");
    eventually("the daemon has noticed", copied);
    assert_eq!(said(), "copied by first");
    drop(tray.stdin.take());
    tray.wait().unwrap();
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}
