//! The interface as other programs call it: few calls, whole accounts, reasons, and errors with fields.

use serde_json::Value;
use tests::{Desktop, LINK, Run, SECRET, binary, run};

/// Calls a method on the private connection, as any D-Bus program does.
fn call(desktop: &Desktop, interface: &str, arguments: &str) -> Run {
    desktop.shell(&format!(
        "busctl --json=short --address=unix:path={} call org.mfactl.Authenticator1 \
         /org/mfactl/Authenticator1 org.mfactl.{interface} {arguments} 2>&1",
        desktop.socket().display()
    ))
}

/// Calls a method, and returns its answer.
fn answer(desktop: &Desktop, interface: &str, arguments: &str) -> Value {
    let answer = call(desktop, interface, arguments).ok();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["data"].clone()
}

/// Returns the methods that mfactl calls, in order.
fn calls_of(desktop: &Desktop, arguments: &[&str]) -> Vec<String> {
    let trace = desktop.folder().join("trace");
    let mut strace = desktop.command("strace");
    let traced = [
        "-f",
        "-s",
        "1000",
        "-e",
        "trace=sendmsg,sendto,write,writev",
    ];
    strace.args(traced).arg("-o").arg(&trace);
    run(strace.arg(binary("mfactl")).args(arguments), "").ok();
    let trace = std::fs::read_to_string(trace).unwrap();
    let methods = [
        "GetAccount",
        "GetCode",
        "GetCodes",
        "ListAccounts",
        "FindAccounts",
        "Update",
        "Remove",
        "Status",
    ];
    let sent = trace.lines().filter(|line| line.contains("org.mfactl."));
    let name = |line: &str| {
        let called = |method: &&&str| line.contains(&format!("{method}\\0"));
        methods.iter().find(called).map(ToString::to_string)
    };
    sent.filter_map(name).collect()
}

#[test]
fn one_account_is_asked_for_and_none_are_listed() {
    let desktop = Desktop::with_two_accounts();
    for (arguments, calls) in [
        (&["show", "aws"][..], &["GetAccount"][..]),
        (&["get", "aws"], &["GetCode"]),
        (&["get", "aws", "--json"], &["GetAccount", "GetCode"]),
        (&["get", "aws", "--exact"], &["GetAccount", "GetCode"]),
        (&["pair", "aws", "--now"], &["GetCodes"]),
        (&["edit", "aws", "--note", "n"], &["GetAccount", "Update"]),
        (&["rm", "github", "--yes"], &["GetAccount", "Remove"]),
    ] {
        assert_eq!(calls_of(&desktop, arguments), calls, "{arguments:?}");
    }
}

#[test]
fn an_ambiguous_query_names_the_accounts_in_a_field() {
    let desktop = Desktop::headless();
    for (name, user) in [("github", "octocat"), ("gitlab", "jane")] {
        let link = format!("otpauth://totp/Git:{user}?secret={SECRET}");
        desktop.add(name, &link);
    }
    let error = desktop.mfactl(&["get", "git"]).fails(4);
    assert!(
        error.contains("“git” matches several accounts: github (octocat), gitlab (jane)."),
        "{error}"
    );
    let program = desktop.folder().join("ambiguous.py");
    std::fs::write(
        &program,
        r#"import os, gi
from gi.repository import Gio, GLib
address = "unix:path=" + os.environ["XDG_RUNTIME_DIR"] + "/mfad/bus"
bus = Gio.DBusConnection.new_for_address_sync(
    address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
call = Gio.DBusMessage.new_method_call(
    None, "/org/mfactl/Authenticator1", "org.mfactl.Authenticator1", "GetAccount")
call.set_body(GLib.Variant("(sa{sv})", ("git", {})))
answer, _ = bus.send_message_with_reply_sync(call, Gio.DBusSendMessageFlags.NONE, 5000, None)
print(answer.get_error_name(), answer.get_body().get_type_string())
for id, label in answer.get_body().unpack()[1]:
    print(len(id), label)
"#,
    )
    .unwrap();
    let said = run(desktop.command("/usr/bin/python3").arg(&program), "").ok();
    assert_eq!(
        said.trim(),
        "org.mfactl.Error.Ambiguous (sa(ss))\n36 github (octocat)\n36 gitlab (jane)"
    );
}

#[test]
fn what_is_stored_is_answered() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let added = answer(
        &desktop,
        "Accounts1",
        &format!(
            "Add 'a{{sv}}a{{sv}}' 3 secret s {SECRET} issuer s ' Bank ' digits u 8 1 duplicate b true"
        ),
    );
    let added = &added[0];
    assert_eq!(added["issuer"]["data"], "Bank");
    assert_eq!(
        (&added["name"]["data"], &added["digits"]["data"]),
        (&"bank".into(), &8.into())
    );
    let id = added["id"]["data"].as_str().unwrap();
    let changed = answer(
        &desktop,
        "Accounts1",
        &format!("Update 'sa{{sv}}a{{sv}}' {id} 1 note s hello 0"),
    );
    assert_eq!(changed[0]["note"]["data"], "hello");
    assert_eq!(changed[0]["id"]["data"], id);
    let again = call(
        &desktop,
        "Accounts1",
        &format!("Add 'a{{sv}}a{{sv}}' 2 secret s {SECRET} issuer s Other 0"),
    );
    assert!(
        again.stdout.contains("this secret is already stored"),
        "{again}"
    );
    assert!(!again.stdout.contains(SECRET));
}

#[test]
fn an_export_has_whole_accounts() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let edit = [
        "edit",
        "aws",
        "--note",
        "codes: 1 2",
        "--tag",
        "work",
        "--pin",
    ];
    desktop.mfactl(&edit).ok();
    let exported = answer(
        &desktop,
        "Accounts1",
        "Export 'a{sv}' 1 reason s 'to move house'",
    );
    let account = &exported[0][0];
    for (field, value) in [
        ("name", Value::from("aws")),
        ("note", "codes: 1 2".into()),
        ("tags", vec!["work"].into()),
        ("pinned", true.into()),
    ] {
        assert_eq!(account[field]["data"], value, "{field}");
    }
    assert_eq!(account["id"]["data"].as_str().map(str::len), Some(36));
    let link = account["uri"]["data"].as_str().unwrap();
    assert!(link.starts_with("otpauth://totp/") && link.contains(SECRET));
}

#[test]
fn a_request_may_say_why() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let id =
        answer(&desktop, "Authenticator1", "GetAccount 'sa{sv}' aws 0")[0]["id"]["data"].clone();
    let id = id.as_str().unwrap();
    let long = "x".repeat(1001);
    for (method, signature, account, allowed) in [
        ("Authenticator1", "GetCode 'sa{sv}'", "aws", true),
        ("Authenticator1", "GetCodes 'sua{sv}'", "aws 2", true),
        ("Authenticator1", "CopyCode 'sa{sv}'", "aws", false),
        ("Accounts1", "Reveal 'sa{sv}'", id, true),
        ("Accounts1", "Export 'a{sv}'", "", true),
        ("Accounts1", "Sync 'ssa{sv}'", "/none/mfa.kdbx p", false),
    ] {
        let asked =
            |option: &str| call(&desktop, method, &format!("{signature} {account} {option}"));
        let given = asked("1 reason s 'aws sso login'");
        assert_eq!(given.status == 0, allowed, "{given}");
        assert!(
            allowed
                || given.stdout.contains("no tray is running")
                || given.stdout.contains("does not exist"),
            "{given}"
        );
        let refused = asked(&format!("1 reason s {long}"));
        assert!(
            refused.stdout.contains("the reason is too long"),
            "{refused}"
        );
        let refused = asked("1 reason u 7");
        assert!(
            refused.stdout.contains("“reason” has the wrong type"),
            "{refused}"
        );
        let refused = asked("1 raeson s PRIVATE");
        assert!(refused.stdout.contains("does not know"), "{refused}");
        assert!(!refused.stdout.contains("PRIVATE"));
    }
}

/// A client that stays connected lists the accounts once, and again only for changes that it does not know yet.
#[test]
fn each_list_and_each_change_has_a_revision() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let revision = || {
        answer(&desktop, "Authenticator1", "ListAccounts")[1]
            .as_u64()
            .unwrap()
    };
    let first = revision();
    assert_eq!(revision(), first, "nothing has changed");
    desktop.mfactl(&["edit", "aws", "--note", "n"]).ok();
    assert!(revision() > first);
}
