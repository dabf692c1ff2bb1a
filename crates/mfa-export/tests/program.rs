//! Runs the program as mfactl does: output, exit codes and what must not be in them.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use mfa_helper::export::{self, Answer};
use serde_json::{Value, json};

const LINK: &str = "otpauth://totp/AWS:root?secret=PRIVATEPRIVATE23";

/// Runs the program with some standard input.
fn run(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mfa-export"));
    command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may exit before it has read everything.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

fn account(link: Option<&str>) -> Value {
    json!({
        "account": {
            "id": "11111111-1111-4111-8111-111111111111", "name": "mine", "issuer": "AWS", "username": "root",
            "type": "totp", "algorithm": "SHA1", "digits": 6, "period": 30, "counter": null, "tags": ["a"],
            "pinned": false, "note": "", "serial": "", "created": 0, "modified": 0, "new": [1]
        },
        "link": link
    })
}

fn request(format: &str, form: &str, accounts: &[Value]) -> String {
    json!({"schema": 1, "format": format, "form": form, "date": "2026-11-29", "accounts": accounts})
        .to_string()
}

/// Runs a request, which must succeed, and returns the answer and the parts.
fn written(request: &str) -> (Answer, Vec<Vec<u8>>) {
    let output = run(&["write"], request);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty());
    let (line, rest) = export::split(&output.stdout).unwrap();
    let answer: Answer = serde_json::from_slice(line).unwrap();
    let parts = export::parts(&answer, rest).unwrap();
    let parts = parts.into_iter().map(<[u8]>::to_vec).collect();
    (answer, parts)
}

#[test]
fn accounts_without_links_are_only_checked() {
    let (answer, parts) = written(&request("otpauth", "file", &[account(None)]));
    assert_eq!((answer.written, parts.len()), (1, 0));
    let lost: Vec<_> = answer.lost.iter().map(|lost| &*lost.what).collect();
    assert_eq!(lost, ["name", "tags", "fields of a newer version"]);
    let (same, parts) = written(&request("otpauth", "file", &[account(Some(LINK))]));
    assert_eq!((same.lost, same.written), (answer.lost, 1));
    let text = String::from_utf8(parts.concat()).unwrap();
    assert!(
        text.starts_with("otpauth://totp/AWS:root?secret=PRIVATEPRIVATE23&"),
        "{text}"
    );
}

#[test]
fn what_the_format_cannot_hold_is_left_out_with_its_reason() {
    let mut other = account(Some(LINK));
    other["account"]["period"] = 60.into();
    let mut newer = account(None);
    newer["account"]["type"] = "newer".into();
    let accounts = [account(Some(LINK)), other, newer];
    let (answer, parts) = written(&request("google", "file", &accounts));
    assert_eq!((answer.written, parts.len()), (1, 1));
    let reasons: Vec<_> = answer.left_out.iter().map(|one| &*one.reason).collect();
    assert!(reasons[0].contains("60 s"), "{reasons:?}");
    assert!(reasons[1].contains("newer version"), "{reasons:?}");
}

#[test]
fn codes_come_as_text_and_as_pictures() {
    let accounts = [account(Some(LINK)), account(Some(LINK))];
    let (answer, parts) = written(&request("otpauth", "text", &accounts));
    assert_eq!((&*answer.parts[1].name, parts.len()), ("mine (root)", 2));
    assert!(
        String::from_utf8(parts[0].clone())
            .unwrap()
            .starts_with("████")
    );
    let (answer, parts) = written(&request("google", "png", &accounts));
    assert_eq!(answer.parts[0].name, "QR code 1 of 1");
    assert!(parts[0].starts_with(b"\x89PNG"));
}

#[test]
fn an_encrypted_export_needs_a_password_only_to_be_written() {
    let sealed = |format: &str, form: &str, link: Option<&str>, password: Option<&str>| {
        let accounts = [account(link)];
        json!({"schema": 1, "format": format, "form": form, "encrypt": true, "password": password, "date": "",
            "accounts": accounts})
            .to_string()
    };
    let (answer, parts) = written(&sealed("aegis", "file", None, None));
    assert_eq!((answer.written, parts.len()), (1, 0));
    let (_, parts) = written(&sealed("aegis", "file", Some(LINK), Some("x")));
    let text = String::from_utf8(parts.concat()).unwrap();
    assert!(
        text.contains("\"slots\": [") && !text.contains("PRIVATE"),
        "{text}"
    );
    for (request, code) in [
        (sealed("aegis", "file", Some(LINK), None), 2),
        (sealed("2fas", "file", None, None), 4),
        (sealed("google", "text", None, None), 4),
        (request("aegis", "png", &[account(None)]), 4),
    ] {
        let output = run(&["write"], &request);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
}

/// Each form of each format is written by the confined process.
#[test]
fn each_format_is_written() {
    for format in mfa_export::formats::FORMATS {
        let name = format.name();
        let accounts = [account(Some(LINK))];
        let (answer, parts) = written(&request(name, "file", &accounts));
        assert_eq!((answer.written, answer.count), (1, (1, 1)), "{name}");
        assert!(!parts[0].is_empty(), "{name}");
        if format.codes().is_some() {
            for form in ["text", "png"] {
                let (answer, parts) = written(&request(name, form, &accounts));
                assert_eq!((parts.len(), answer.count), (1, (1, 1)), "{name}");
            }
        }
        if format.sealed().is_some() {
            let mut sealed: Value =
                serde_json::from_str(&request(name, "file", &accounts)).unwrap();
            sealed["encrypt"] = true.into();
            sealed["password"] = "p".into();
            let (_, parts) = written(&sealed.to_string());
            assert!(!parts[0].is_empty(), "{name}");
        }
    }
}

#[test]
fn how_many_codes_there_will_be_is_known_before_the_secrets_are() {
    let accounts = vec![account(None); 23];
    let count = |format: &str| written(&request(format, "png", &accounts)).0.count;
    assert_eq!(count("otpauth"), (23, 23));
    assert_eq!(count("google"), (3, 23));
}

#[test]
fn only_a_database_has_attributes_for_keepass_2() {
    let of = |format: &str, encrypt: bool| {
        let request = request(format, "file", &[account(Some(LINK))]);
        let mut request: Value = serde_json::from_str(&request).unwrap();
        request["keepass2"] = true.into();
        request["encrypt"] = encrypt.into();
        request["password"] = "p".into();
        run(&["write"], &request.to_string()).status.code()
    };
    assert_eq!(of("keepass", true), Some(0));
    assert_eq!(of("keepass", false), Some(4));
    assert_eq!(of("aegis", true), Some(4));
}

/// The program is confined before its first byte of output, and then waits until the rest is read.
#[cfg(target_os = "linux")]
#[test]
fn it_is_confined_when_it_answers() {
    use std::io::Read;

    let accounts = vec![account(Some(LINK)); 2000];
    let mut command = Command::new(env!("CARGO_BIN_EXE_mfa-export"));
    command.arg("write").stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let request = request("otpauth", "file", &accounts);
    input.write_all(request.as_bytes()).unwrap();
    drop(input);
    let mut output = child.stdout.take().unwrap();
    let mut first = [0];
    output.read_exact(&mut first).unwrap();
    let about = |file| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap();
    let (status, limits) = (about("status"), about("limits"));
    assert!(status.contains("Seccomp:\t2\n"), "{status}");
    assert!(status.contains("NoNewPrivs:\t1\n"), "{status}");
    for (limit, value) in [
        ("Max core file size", "0"),
        ("Max address space", "1610612736"),
        ("Max cpu time", "120"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(limit)).unwrap();
        let soft = line[limit.len()..].split_whitespace().next();
        assert_eq!(soft, Some(value), "{line}");
    }
    let mut rest = Vec::new();
    output.read_to_end(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn errors_have_their_codes_and_show_nothing() {
    let wrong = account(Some("otpauth://totp/AWS:root?secret=PRIVATE1"));
    let other = account(Some("otpauth://hotp/AWS:root?secret=PRIVATEA"));
    for (arguments, input, code) in [
        (
            &["write"][..],
            request("nosuch", "file", &[account(Some(LINK))]),
            3,
        ),
        (&["write"], request("otpauth", "PRIVATE", &[]), 2),
        (&["write"], request("otpauth", "file", &[wrong]), 1),
        (&["write"], request("otpauth", "file", &[other]), 2),
        (&["write"], "{\"schema\":2,\"PRIVATE\":0}".to_owned(), 2),
        (&["write"], "PRIVATE".to_owned(), 2),
        (&["PRIVATE"], String::new(), 2),
        (&[], String::new(), 2),
    ] {
        let output = run(arguments, &input);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{input}: {said}");
        assert!(output.stdout.is_empty());
        assert!(
            said.starts_with("mfa-export: ") && said.lines().count() == 1,
            "{said}"
        );
        assert!(!said.contains("PRIVATE"), "{said}");
    }
}

#[test]
fn the_formats_are_listed() {
    let output = run(&["formats"], "");
    let text = String::from_utf8(output.stdout).unwrap();
    for format in mfa_export::formats::FORMATS {
        let listed = text.lines().any(|line| line.starts_with(format.name()));
        assert!(listed, "{text}");
    }
    let help = String::from_utf8(run(&["--help"], "").stdout).unwrap();
    assert!(help.contains("Exit codes:"), "{help}");
}
