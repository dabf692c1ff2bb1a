//! Runs the program as its callers do: output, exit codes and confinement.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const LINKS: &str = "\
# codes
otpauth://totp/AWS:root?secret=jbswy3dpehpk3pxp&digits=8&period=60&algorithm=SHA256
otpauth://hotp/GitHub:jane?secret=GEZDGNBVGY3TQOJQ&counter=3
otpauth://steam/Steam:joe?secret=GEZDGNBVGY3TQOJQ
otpauth://totp/a?secret=PRIVATE1
";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mfa-import"));
    command.args(arguments).env_clear();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program with some standard input.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = program(arguments).spawn().unwrap();
    // The program may exit before it has read everything.
    drop(child.stdin.take().unwrap().write_all(input));
    child.wait_with_output().unwrap()
}

/// Runs the program, which must fail, and returns its exit code and its message.
fn fails(arguments: &[&str], input: &[u8]) -> (i32, String) {
    let output = run(arguments, input);
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("mfa-import: "), "{said}");
    assert!(!said.contains("PRIVATE"), "{said}");
    (output.status.code().unwrap(), said)
}

#[test]
fn accounts_are_printed_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links.txt");
    std::fs::write(&file, LINKS).unwrap();
    let output = run(&["decode", file.to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty());
    let account = |more: Value| {
        let mut account = json!({
            "secret": "GEZDGNBVGY3TQOJQ",
        });
        let fields = account.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        account
    };
    assert_eq!(
        serde_json::from_slice::<Value>(&output.stdout).unwrap(),
        json!({
            "schema": 1,
            "format": "otpauth",
            "what": "a text file with links",
            "accounts": [
                account(json!({
                    "issuer": "AWS", "username": "root", "period": 60,
                    "secret": "JBSWY3DPEHPK3PXP", "digits": 8, "algorithm": "SHA256",
                })),
                account(json!({
                    "type": "hotp", "issuer": "GitHub", "username": "jane", "counter": 3,
                })),
                account(json!({
                    "type": "steam", "issuer": "Steam", "username": "joe",
                })),
            ],
            "skipped": [{
                "name": "line 5",
                "reason": "the secret is not base32: it can contain only the letters A to Z and the \
                 digits 2 to 7",
            }],
            "parts": [],
        })
    );
}

/// Two accounts of an export that is spread over three QR codes. The middle one is missing.
#[test]
fn parts_of_an_export_are_told_of() {
    let links = "otpauth-migration://offline?data=ChEKBUhlbGxvEgRqYW5lGgJHSBABGAMgACgH\n\
        otpauth-migration://offline?data=ChAKBVdvcmxkEgNqb2UaAkdIEAEYAyACKAc%3D\n";
    let output = run(&["decode", "-"], links.as_bytes());
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let part = |number: u32| json!({"batch": 7, "number": number, "of": 3});
    assert_eq!(answer["accounts"][1]["username"], "joe", "{answer}");
    assert_eq!(answer["parts"], json!([part(1), part(3)]));
    assert_eq!(answer["skipped"][0]["name"], "QR code 2 of 3");
    assert_eq!(answer["skipped"][0]["part"], part(2));
}

#[test]
fn a_picture_can_be_piped_in() {
    let code = qrcode::QrCode::new("otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP").unwrap();
    let (width, modules) = (code.width(), code.to_colors());
    let size = 4 * (width + 8);
    let mut file = format!("P5 {size} {size} 255\n").into_bytes();
    for pixel in 0..size * size {
        let (y, x) = (pixel / size / 4, pixel % size / 4);
        let inside = (4..width + 4).contains(&y) && (4..width + 4).contains(&x);
        let dark = inside && modules[(y - 4) * width + x - 4] == qrcode::Color::Dark;
        file.push(if dark { 0 } else { 255 });
    }
    let output = run(&["decode", "-"], &file);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["format"], "qr");
    assert_eq!(answer["accounts"][0]["username"], "root");
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let (code, said) = fails(&["decode", "/nonexistent/PRIVATE"], b"");
    assert_eq!(code, 1);
    assert_eq!(
        said,
        "mfa-import: cannot read the file: entity not found. Check that the file exists and that you \
         can read it.\n"
    );
    assert_eq!(fails(&["decode"], b"").0, 2);
    assert_eq!(fails(&["decode", "--format", "PRIVATE", "-"], b"").0, 2);
    assert_eq!(fails(&["decode", "-", "PRIVATE"], b"").0, 2);
    assert_eq!(fails(&["otpauth://PRIVATE"], b"").0, 2);
    let (code, said) = fails(&["a"], b"");
    assert_eq!(code, 2);
    assert!(
        said.starts_with("mfa-import: unrecognized subcommand '…'\n"),
        "{said}"
    );
    let (code, said) = fails(&["decode", "-"], b"PRIVATE");
    assert_eq!(code, 3);
    assert_eq!(
        said,
        "mfa-import: the format of the file is unknown. To list the supported formats: mfa-import formats\n"
    );
    let (code, said) = fails(&["decode", "--format", "qr", "-"], b"P5 90 80 255\n\x89PNG");
    assert_eq!(
        (code, said.as_str()),
        (
            6,
            "mfa-import: the picture is damaged or of an unsupported kind. Save it again as PNG.\n"
        )
    );
    assert_eq!(
        fails(&["decode", "--format", "google", "-"], b"PRIVATE").0,
        6
    );
    let (code, said) = fails(&["decode", "-"], &vec![0; 64 * 1024 * 1024 + 1]);
    assert_eq!(code, 6);
    assert!(said.contains("larger than 64 MiB"));
}

#[test]
fn the_password_is_the_first_line_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let link = "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP\n";
    let (file, password) = (folder.path().join("links"), folder.path().join("password"));
    std::fs::write(&file, link).unwrap();
    std::fs::write(&password, "open sesame\r\nand more").unwrap();
    let (file, password) = (file.to_str().unwrap(), password.to_str().unwrap());
    // A file that is not encrypted needs no password, and ignores one.
    let output = run(
        &["decode", "--password-file", password, "-"],
        link.as_bytes(),
    );
    assert_eq!(output.status.code(), Some(0));
    let output = run(&["decode", "--password-file", "-", file], b"open sesame\n");
    assert_eq!(output.status.code(), Some(0));
    let both = format!("open sesame\n{link}");
    let output = run(&["decode", "--password-file", "-", "-"], both.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        fails(&["decode", "--password-file", "/none", file], b"").0,
        1
    );
    let long = [b'P'; 5000];
    let (code, said) = fails(&["decode", "--password-file", "-", file], &long);
    assert_eq!(code, 1);
    assert!(said.contains("longer than 4096 bytes"), "{said}");
}

/// Returns a list encrypted as old versions of andOTP did.
fn encrypted(password: &str) -> Vec<u8> {
    let list = br#"[{"secret":"JBSWY3DPEHPK3PXP","label":"root","issuer":"AWS","type":"TOTP","digits":6}]"#;
    let key = Sha256::digest(password);
    let nonce = *b"nonce of 12b";
    let sealed = Aes256Gcm::new(&key)
        .encrypt(&nonce.into(), &list[..])
        .unwrap();
    [&nonce[..], &sealed].concat()
}

#[test]
fn what_is_encrypted_needs_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    std::fs::write(&file, encrypted("open sesame")).unwrap();
    let file = file.to_str().unwrap();
    let (code, said) = fails(&["decode", file], b"");
    assert_eq!(code, 4);
    assert_eq!(
        said,
        "mfa-import: the file is encrypted. Pass the password that the file was exported with.\n"
    );
    let decode = ["decode", "--password-file", "-", file];
    let (code, said) = fails(&decode, b"PRIVATE\n");
    assert_eq!(code, 5);
    assert!(said.contains("the password is wrong"), "{said}");
    let output = run(&decode, b"open sesame\nand more");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let both = [&b"open sesame\n"[..], &encrypted("open sesame")].concat();
    let piped = run(&["decode", "--password-file", "-", "-"], &both);
    assert_eq!(piped.stdout, output.stdout);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["accounts"][0]["username"], "root");
    let bomb = br#"{"version":1,"kdfParams":{"memLimit":99999999999,"opsLimit":9,"salt":"AAAA"},
        "encryptedData":"","encryptionNonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    std::fs::write(file, bomb).unwrap();
    let (code, said) = fails(&decode, b"x");
    assert_eq!(code, 6);
    assert!(said.contains("takes too much time or memory"), "{said}");
}

#[test]
fn the_help_is_as_it_was_read() {
    let help = |arguments: &[&str]| {
        let output = run(arguments, b"");
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        // On Windows, the name of the program has its extension.
        let text = text.replace("mfa-import.exe", "mfa-import");
        let lines = text.lines().map(|line| format!("{}\n", line.trim_end()));
        lines.collect::<String>()
    };
    let texts = help(&["--help"]) + "\n" + &help(&["decode", "--help"]);
    assert_eq!(texts, include_str!("help.txt"), "\n{texts}");
}

#[test]
fn formats_are_listed() {
    let output = run(&["formats"], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        names,
        mfa_import::formats::FORMATS
            .iter()
            .map(|f| f.name())
            .collect::<Vec<_>>()
    );
}

/// The program is confined before its first byte of output, and then waits until the rest is read.
#[cfg(target_os = "linux")]
#[test]
fn it_is_confined_when_it_answers() {
    use std::io::Read;

    let link = "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP\n";
    let mut child = program(&["decode", "-"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(link.repeat(10_000).as_bytes()).unwrap();
    drop(input);
    let mut output = child.stdout.take().unwrap();
    let mut first = [0];
    output.read_exact(&mut first).unwrap();
    let about = |file| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap();
    let (status, limits) = (about("status"), about("limits"));
    assert!(status.contains("Seccomp:\t2\n"), "{status}");
    assert!(status.contains("NoNewPrivs:\t1\n"), "{status}");
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..]
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(limit("Max core file size"), "0");
    assert_eq!(limit("Max address space"), "1610612736");
    assert_eq!(limit("Max cpu time"), "10");
    let mut rest = Vec::new();
    output.read_to_end(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
}
