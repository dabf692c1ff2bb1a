//! What others build on, as snapshots: the D-Bus interface, help texts, JSON and exit codes.
//!
//! A change here changes what other programs see. Additions are fine; for anything else read
//! "What stays and what may change" in the documentation of mfa-ipc.

use tests::{Desktop, LINK, SECRET, binary, run};

/// What a client sees, with what differs from run to run replaced.
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

/// Replaces what follows each `field` up to the end of the value.
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
    assert!(
        !session.contains("org.mfactl.Vault1"),
        "secrets do not belong on the session bus"
    );
    insta::assert_snapshot!("interface", ours(&private));
    assert_eq!(ours(&session), before_the_vault(&ours(&private)));
}

/// Our own interfaces, in the order of their names.
fn ours(xml: &str) -> String {
    let mut interfaces: Vec<_> = xml
        .split("<interface ")
        .filter(|part| part.starts_with("name=\"org.mfactl."))
        .map(|part| part.split("</interface>").next().unwrap_or_default())
        .collect();
    interfaces.sort_unstable();
    interfaces
        .iter()
        .map(|part| format!("<interface {part}</interface>\n"))
        .collect()
}

fn before_the_vault(interfaces: &str) -> String {
    let end = interfaces
        .find("<interface name=\"org.mfactl.Vault1\"")
        .unwrap();
    interfaces[..end].to_owned()
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
    insta::assert_snapshot!("json", text);
}

#[test]
fn help() {
    let mut text = String::new();
    let commands = [
        "",
        "get",
        "pair",
        "list",
        "add",
        "import",
        "show",
        "edit",
        "rm",
        "lock",
        "unlock",
        "status",
        "doctor",
        "vault",
        "vault create",
        "completions",
        "man",
    ];
    for command in commands {
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
    for program in ["mfad", "mfa-tray"] {
        let mut program_help = std::process::Command::new(binary(program));
        let help = run(program_help.arg("--help"), "").ok();
        text.push_str(&format!("$ {program} --help\n{help}\n"));
    }
    insta::assert_snapshot!("help", text);
}

/// How long one would have to wait differs from run to run.
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

/// Each number with a way to get it; 130 is a shell's word for SIGINT.
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
