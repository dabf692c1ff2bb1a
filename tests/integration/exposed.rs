//! What leaves the daemon: every method that it has is called with everything that an account is called, while somebody
//! listens to the session bus.

use std::process::Command;

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use tests::{Desktop, run};

use crate::monitor::Monitor;

/// A secret that occurs nowhere else.
const SECRET: &[u8] = b"a secret of nobody's";

/// Calls each method of each interface that the introspection lists, with every combination of a few arguments: ids,
/// names and passphrases that exist, and some that do not. Prints which methods were called, and all answers.
const CALL_EVERYTHING: &str = r#"
import itertools, os, sys, xml.etree.ElementTree as xml
import dbus
from dbus.connection import Connection

NAME, PATH = "org.mfactl.Authenticator1", "/org/mfactl/Authenticator1"
where, ids = sys.argv[1], sys.argv[2:]
if where == "session":
    bus, destination = dbus.SessionBus(), NAME
else:
    bus, destination = Connection(f"unix:path={os.environ['XDG_RUNTIME_DIR']}/mfad/bus"), None
choices = [{}] + [{key: dbus.Boolean(True)} for key in ("peek", "exact", "dry-run", "secrets", "anything")]
values = {
    "s": ["", "x", "aws", "00000000-0000-0000-0000-000000000000", *ids],
    "t": [dbus.UInt64(1), dbus.UInt64(2**64 - 1)],
    "u": [dbus.UInt32(1), dbus.UInt32(2), dbus.UInt32(4_000_000_000)],
    "as": [dbus.Array([], signature="s"), dbus.Array(ids, signature="s")],
    "a{sv}": [dbus.Dictionary(choice, signature="sv") for choice in choices],
    "aa{sv}": [dbus.Array(list, signature="a{sv}") for list in ([], choices)],
    "a(st)": [dbus.Array(list, signature="(st)") for list in ([], [("x", dbus.UInt64(1))])],
}
# What takes the accounts away comes last.
LAST = ("Lock", "Remove", "UnlockVault", "CreateVault")

def call(path, interface, method, signature, arguments):
    try:
        answer = bus.call_blocking(destination, path, interface, method, signature, arguments, timeout=10)
    except dbus.DBusException as error:
        answer = error
    print(interface, method, repr(answer), answer)

def methods(path):
    """All methods of an object and of those below it."""
    text = bus.call_blocking(destination, path, "org.freedesktop.DBus.Introspectable", "Introspect", "", ())
    node = xml.fromstring(text)
    for interface in node.findall("interface"):
        for method in interface.findall("method"):
            yield path, interface.get("name"), method
    for below in node.findall("node"):
        yield from methods(f"{path}/{below.get('name')}")

for path, interface, method in sorted(methods(PATH), key=lambda one: one[2].get("name") in LAST):
    kinds = [arg.get("type") for arg in method.iter("arg") if arg.get("direction") != "out"]
    if interface.startswith("org.freedesktop."):
        calls = [(NAME, "Locked", dbus.Boolean(False))[:len(kinds)]]
    else:
        calls = itertools.product(*(values[kind] for kind in kinds))
    for arguments in calls:
        call(path, interface, method.get("name"), "".join(kinds), arguments)
"#;

/// Returns everything in which somebody could find the secret.
fn forms() -> Vec<String> {
    vec![
        BASE32_NOPAD.encode(SECRET),
        BASE32_NOPAD.encode(SECRET).to_lowercase(),
        HEXLOWER.encode(SECRET),
        HEXUPPER.encode(SECRET),
        BASE64.encode(SECRET).trim_end_matches('=').to_owned(),
        BASE64URL_NOPAD.encode(SECRET),
        String::from_utf8(SECRET.to_vec()).unwrap(),
    ]
}

#[test]
fn no_method_carries_a_secret_over_the_session_bus() {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    let secret = BASE32_NOPAD.encode(SECRET);
    let link = format!("otpauth://totp/Amazon:root?secret={secret}");
    let monitor = Monitor::start(&desktop);
    desktop.add("aws", &link);
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let id = list["accounts"][0]["id"].as_str().unwrap().to_owned();
    let call = |place: &str| {
        desktop.mfactl(&["unlock"]).ok();
        let mut python = desktop.command("/usr/bin/python3");
        python.args(["-c", CALL_EVERYTHING, place, &id]);
        run(&mut python, "").ok()
    };
    let answers = call("session");
    for method in [
        "GetCode",
        "ListAccounts",
        "CopyCode",
        "Properties GetAll",
        "GetResultMetas",
        "krunner1 Run",
    ] {
        assert!(
            answers.contains(method),
            "{method} was not called: {answers}"
        );
    }
    // Who is connected in private may have the secret, and nobody else hears of it.
    let in_private = call("private");
    assert!(
        in_private.contains(&secret),
        "no method revealed it: {in_private}"
    );
    let heard = monitor.heard(&desktop);
    assert!(heard.contains("member=ListAccounts"), "{heard}");
    for form in forms() {
        assert!(!answers.contains(&form), "an answer has the secret");
        assert!(!heard.contains(&form), "the bus has seen the secret");
    }
}

/// The bus lets only its user in, whatever the rights of its socket are.
#[test]
fn another_user_is_not_let_onto_the_bus() {
    let desktop = Desktop::headless();
    desktop.add("aws", tests::LINK);
    desktop
        .shell("chmod 711 $DS_DIR $XDG_RUNTIME_DIR && chmod 666 $XDG_RUNTIME_DIR/bus")
        .ok();
    let bus = desktop.variable("DBUS_SESSION_BUS_ADDRESS");
    let list = |user: &str| {
        let mut other = Command::new("setpriv");
        other.args([&format!("--reuid={user}"), "--clear-groups", "busctl"]);
        other
            .arg(format!("--address={}", bus.display()))
            .arg("list");
        run(&mut other, "")
    };
    assert!(list("0").ok().contains("org.mfactl.Authenticator1"));
    let refused = list("65534");
    assert_ne!(refused.status, 0, "{refused}");
}
