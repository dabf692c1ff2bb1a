//! The interfaces that others build on: D-Bus, as the files in `dist/dbus` describe it and `docs/dbus.md` explains it; help
//! texts, JSON and exit codes as snapshots.
//!
//! A change here changes what other programs see. Additions are fine; for anything else, read "Compatibility"
//! in the documentation of mfa-ipc.

mod manual;

use tests::{Desktop, LINK, SECRET, binary, run};

/// Returns a text that a client sees, with everything that differs from run to run replaced.
fn normal(text: &str) -> String {
    let mut result = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for (field, value) in [
            ("\"id\":\"", "ID"),
            ("\"code\":\"", "CODE"),
            ("\"created\":", "TIME"),
            ("\"modified\":", "TIME"),
            ("\"valid_from\":", "TIME"),
            ("\"valid_until\":", "TIME"),
            ("\"remaining\":", "SECONDS"),
            ("\"pid\":", "PID"),
        ] {
            line = replaced(&line, field, value);
        }
        result.push_str(&line);
        result.push('\n');
    }
    result
}

/// Replaces the text that follows each `field` up to the end of the value.
fn replaced(line: &str, field: &str, value: &str) -> String {
    let mut parts = line.split(field);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['"', ',', '}']).unwrap_or(part.len());
        let shown = if part.starts_with("null") {
            "null"
        } else {
            value
        };
        result.push_str(field);
        result.push_str(shown);
        result.push_str(&part[end..]);
    }
    result
}

#[test]
fn the_interface_on_the_bus_and_on_the_private_connection() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let introspect = "call org.mfactl.Authenticator1 /org/mfactl/Authenticator1 \
                      org.freedesktop.DBus.Introspectable Introspect --json=short";
    let xml = |where_to: &str| {
        let json = desktop
            .shell(&format!("busctl {where_to} {introspect}"))
            .ok();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        json["data"][0].as_str().unwrap().to_owned()
    };
    let private = xml(&format!(
        "--address=unix:path={}",
        desktop.socket().display()
    ));
    let session = xml("--user");
    for private in ["org.mfactl.Accounts1", "org.mfactl.Access1"] {
        assert!(
            !session.contains(private),
            "{private} does not belong on the session bus"
        );
    }
    let interfaces = ["Access1", "Accounts1", "Authenticator1"];
    // To write the files anew: MFA_WRITE=1 tests/run -- contract
    if std::env::var_os("MFA_WRITE").is_some() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        for (name, text) in interfaces.iter().zip(files(&private)) {
            std::fs::write(format!("{root}/dist/dbus/org.mfactl.{name}.xml"), text).unwrap();
        }
        manual::write();
    }
    let [access, accounts, authenticator] = interfaces.map(described);
    assert_eq!(files(&private), [access, accounts, authenticator.clone()]);
    assert_eq!(files(&session), [authenticator]);
}

/// The file that describes an interface.
fn described(name: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let file = format!("{root}/dist/dbus/org.mfactl.{name}.xml");
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Returns the files that describe our own interfaces, in the order of their names.
fn files(xml: &str) -> Vec<String> {
    let head = xml.split("<node").next().unwrap_or_default();
    let parts = xml.split("<interface ");
    let ours = parts.filter(|part| part.starts_with("name=\"org.mfactl."));
    let mut interfaces: Vec<_> = ours
        .filter_map(|part| part.split("</interface>").next())
        .collect();
    interfaces.sort_unstable();
    let file = |part: &&str| {
        format!(
            "{}\n<node>\n  <interface {part}</interface>\n</node>\n",
            head.trim()
        )
    };
    interfaces.iter().map(file).collect()
}

#[test]
fn json() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.add(
        "bank",
        &format!("otpauth://hotp/Bank:jane?secret={SECRET}&counter=3"),
    );
    let mut text = String::new();
    for command in [
        &["get", "aws", "--json"][..],
        &["get", "bank", "--json"],
        &["pair", "aws", "--json"],
        &["list", "--json", "--codes"],
        &["show", "bank", "--json"],
        &["status", "--json"],
    ] {
        let json = desktop.mfactl(command).ok();
        text.push_str(&format!(
            "$ mfactl {}\n{}",
            command.join(" "),
            normal(&json)
        ));
    }
    let links = desktop.folder().join("links");
    let more = [
        "GitHub:jane?secret=JBSWY3DP",
        "a?secret=0",
        "Bank:jane?secret=JBSWY3DQ",
    ];
    let more = more.map(|link| format!("otpauth://totp/{link}\n")).concat();
    std::fs::write(&links, format!("{LINK}\n{more}")).unwrap();
    let links = links.to_str().unwrap();
    for how in ["--dry-run", "--yes"] {
        let json = desktop.mfactl(&["import", how, "--json", links]).ok();
        text.push_str(&format!("$ mfactl import {how} --json\n{}", normal(&json)));
    }
    let backup = desktop.folder().join("backup.kdbx");
    let backup = backup.to_str().unwrap();
    let passphrase = ["--password-file", "-", backup];
    let made = [&["backup"][..], &passphrase].concat();
    desktop.mfactl_with(&made, "a passphrase").ok();
    desktop.mfactl(&["edit", "bank", "--note", "here"]).ok();
    let restore = [&["restore", "--dry-run", "--json"][..], &passphrase].concat();
    let json = desktop.mfactl_with(&restore, "a passphrase").ok();
    text.push_str(&format!(
        "$ mfactl restore --dry-run --json\n{}",
        normal(&json)
    ));
    insta::assert_snapshot!("json", text);
}

/// The commands whose help is compared.
pub(crate) const COMMANDS: [&str; 35] = [
    "",
    "get",
    "type",
    "pair",
    "list",
    "pick",
    "watch",
    "add",
    "import",
    "backup",
    "restore",
    "sync",
    "export",
    "show",
    "edit",
    "rm",
    "access",
    "access rules",
    "access allow",
    "access ask",
    "access deny",
    "access forget",
    "access pending",
    "access approve",
    "access log",
    "askpass",
    "openvpn",
    "lock",
    "unlock",
    "status",
    "doctor",
    "vault",
    "vault create",
    "completions",
    "man",
];

/// The other programs, and commands of theirs, whose help is compared.
const PROGRAMS: [&str; 13] = [
    "mfad",
    "mfa-tray",
    "mfa-import",
    "mfa-import decode",
    "mfa-export",
    "mfa-clipboard",
    "mfa-screen",
    "mfa-type",
    "mfa-watch",
    "mfa-askpass",
    "mfa-ykman",
    "mfa-ykman oath accounts code",
    "mfa-browser",
];

/// Some helpers take no arguments of people. They say how they are used on standard error.
fn help_of(program: &str) -> String {
    let mut words = program.split_whitespace();
    let mut program = std::process::Command::new(binary(words.next().unwrap()));
    program.args(words).arg("--help").env("COLUMNS", "100");
    let said = run(&mut program, "");
    said.stdout + &said.stderr
}

#[test]
fn help() {
    let mut text = String::new();
    for command in COMMANDS {
        let mut mfactl = std::process::Command::new(binary("mfactl"));
        mfactl
            .args(command.split_whitespace())
            .arg("--help")
            .env("COLUMNS", "100");
        text.push_str(&format!(
            "$ mfactl {command} --help\n{}\n",
            run(&mut mfactl, "").ok()
        ));
    }
    for program in PROGRAMS {
        text.push_str(&format!("$ {program} --help\n{}\n", help_of(program)));
    }
    insta::assert_snapshot!("help", text);
}

/// Returns a text without the number of seconds to wait, which differs from run to run.
fn without_seconds(text: &str) -> String {
    let words = text.split(' ').collect::<Vec<_>>();
    let is_seconds = |n: usize| {
        words
            .get(n + 1)
            .is_some_and(|next| next.starts_with("seconds"))
    };
    let shown = words
        .iter()
        .enumerate()
        .map(|(n, word)| if is_seconds(n) { "N" } else { word });
    shown.collect::<Vec<_>>().join(" ")
}

/// Each exit code with a way to get it; 130 is how a shell reports SIGINT.
#[test]
fn exit_codes() {
    let desktop = Desktop::headless();
    let mut text = String::new();
    let mut see = |arguments: &[&str], input: &str| {
        let run = desktop.mfactl_with(arguments, input);
        let shown = without_seconds(run.stderr.lines().next().unwrap_or_default());
        text.push_str(&format!(
            "{:>3}  mfactl {}\n     {shown}\n",
            run.status,
            arguments.join(" ")
        ));
    };
    see(&["status"], "");
    see(&["list"], "");
    see(&["get"], "");
    see(&["get", "aws", "--no-such-option"], "");
    see(&["add", "aws", "--uri", "-"], LINK);
    see(
        &["add", "aws2", "--yes", "--uri", "-"],
        &LINK.replace("root", "jane"),
    );
    see(&["add", "aws", "--secret", "-"], "JBSWY3DP");
    see(&["get", "nosuch"], "");
    see(&["get", "amazon"], "");
    see(&["edit", "aws", "--period", "3600"], "");
    see(&["pair", "aws", "--now"], "");
    see(&["get", "aws", "--fresh", "--timeout", "0"], "");
    see(&["lock"], "");
    see(&["get", "aws"], "");
    insta::assert_snapshot!("exit-codes", text);
}

/// All pages are well formed; those that are not made of help texts alone are compared.
#[test]
fn manual() {
    let desktop = Desktop::without_keychain();
    let folder = desktop.folder().join("man");
    let output = folder.to_str().unwrap();
    desktop.mfactl(&["man", "--output", output]).ok();
    let page = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        format!("===== {name}\n{text}")
    };
    let pages = ["mfactl.1", "mfad.1", "mfa-tray.1", "mfactl.toml.5"];
    // Every page, also those of the commands. They have a version and no date.
    let lint = desktop.shell(&format!("mandoc -T lint -W warning {output}/*"));
    let faults = lint
        .stdout
        .lines()
        .filter(|line| !line.contains("missing date"));
    assert_eq!(faults.collect::<Vec<_>>(), [""; 0]);
    for page in std::fs::read_dir(&folder).unwrap() {
        let mut man = desktop.command("man");
        man.args(["--warnings", "-E", "UTF-8", "-l"]);
        let shown = run(man.arg(page.unwrap().path()).env("LC_ALL", "C.UTF-8"), "");
        assert!(shown.status == 0 && shown.stderr.is_empty(), "{shown}");
    }
    insta::assert_snapshot!("manual", pages.map(page).join("\n"));
}
