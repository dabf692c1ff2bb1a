//! Malicious files are refused with an exit code, and take no more memory or time than the program allows
//! itself. Otherwise a signal would end the program.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

use std::io::{Cursor, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::json;
use zip::write::{SimpleFileOptions, ZipWriter};

const NOT_RECOGNISED: i32 = 3;
const WRONG_PASSWORD: i32 = 5;
const DAMAGED: i32 = 6;
const MIB: usize = 1024 * 1024;

/// Decodes a file, with a password.
fn decode(file: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "open\n").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mfa-import"))
        .args(["decode", "--password-file", password.to_str().unwrap(), "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(file).unwrap();
    child.wait_with_output().unwrap()
}

fn refused(name: &str, file: &[u8], exit: i32) {
    let output = decode(file);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), None, "{name}: {said}");
    assert_eq!(output.status.code(), Some(exit), "{name}: {said}");
}

#[test]
fn what_repeats_is_not_looked_at_again_and_again() {
    for (name, unit, exit) in [
        ("spaces", " ", NOT_RECOGNISED),
        ("lists", "[", NOT_RECOGNISED),
        ("objects", "{\"a\":", NOT_RECOGNISED),
        ("texts", "\"", NOT_RECOGNISED),
        ("elements", "<a>", NOT_RECOGNISED),
        ("lines", "otpauth://\n", DAMAGED),
    ] {
        refused(name, unit.repeat(3 * MIB / unit.len()).as_bytes(), exit);
    }
    for (name, head, unit) in [
        ("groups", "<KeePassFile>", "<Group>"),
        ("attributes", "<KeePassFile><a ", "b=\"c\" "),
        ("columns", "name,login_totp\n", ","),
        ("quotes", "name,login_totp\n", "\""),
        (
            "entries",
            "{\"schemaVersion\":4,\"services\":[",
            "{\"secret\":\"A\"},",
        ),
    ] {
        let file = [head, &unit.repeat(3 * MIB / unit.len())].concat();
        refused(name, file.as_bytes(), DAMAGED);
    }
}

/// A long text that the file refers to many times.
#[test]
fn references_do_not_fill_the_memory() {
    let head = b"\xac\xed\0\x05sr\0\x11java.util.HashMap\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03\0\x01I\0\x09thresholdxp\0\0\0\x0cw\x08\0\0\0\x10\0\x01\x86\xa0";
    let text = [&b"|\0\0\0\0\0\x80\0\0"[..], &vec![b'a'; 8 * MIB]].concat();
    let file = [head, &text[..], &b"q\0\x7e\0\x02".repeat(200_000)].concat();
    refused("references", &file, DAMAGED);
}

/// Returns a black PNG picture, with chunks before its pixels.
fn png(width: u32, height: u32, before: &[u8]) -> Vec<u8> {
    let head = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 0, 0, 0, 0],
    ]
    .concat();
    let lines = vec![0; (width as usize + 1) * height as usize];
    let parts = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &head),
        before.to_vec(),
        chunk(b"IDAT", &packed(&lines)),
        chunk(b"IEND", b""),
    ];
    parts.concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    let size = u32::try_from(data.len()).unwrap();
    [
        &size.to_be_bytes()[..],
        kind,
        data,
        &sum.sum().to_be_bytes(),
    ]
    .concat()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn pictures_do_not_unpack_to_more_than_they_may() {
    let bomb = packed(&vec![0; 600 * MIB]);
    let profile = chunk(b"iCCP", &[b"a\0\0", &bomb[..]].concat());
    refused("a profile", &png(8, 8, &profile), DAMAGED);
    refused("a wide one", &png(70_000, 2, b""), DAMAGED);
    refused("a high one", &png(1, 70_000, b""), DAMAGED);
    let frame = b",\0\0\0\0\x28\x08\x28\x08\0\x02\x02\x44\x01\0";
    let head = b"GIF89a\x28\x08\x28\x08\x80\0\0\0\0\0\xff\xff\xff";
    let film = [&head[..], &frame.repeat(4 * MIB / frame.len()), b";"].concat();
    refused("a film", &film, DAMAGED);
}

#[test]
fn archives_do_not_unpack_to_more_than_they_may() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file("a.txt", SimpleFileOptions::default())
        .unwrap();
    let block = vec![0; MIB];
    for _ in 0..200 {
        writer.write_all(&block).unwrap();
    }
    refused("zeros", writer.finish().unwrap().get_ref(), DAMAGED);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..60_000 {
        writer
            .start_file(number.to_string(), SimpleFileOptions::default())
            .unwrap();
    }
    refused("files", writer.finish().unwrap().get_ref(), NOT_RECOGNISED);
}

/// Files that require more than the most expensive key that is allowed, and files that require exactly that
/// much.
#[test]
fn keys_take_as_much_as_is_said_and_no_more() {
    let aegis = |n: u64, r: u64, p: u64, slots: usize| {
        let slot = json!({"type": 1, "salt": "00", "key": "00", "n": n, "r": r, "p": p,
            "key_params": {"nonce": "00".repeat(12), "tag": "00".repeat(16)}});
        let header = json!({"slots": vec![slot; slots], "params": {"nonce": "", "tag": ""}});
        json!({"version": 1, "header": header, "db": "AAAA"})
    };
    let ente = |memory: u64, passes: u64| {
        let kdf =
            json!({"memLimit": memory, "opsLimit": passes, "salt": "AAAAAAAAAAAAAAAAAAAAAA=="});
        let (data, nonce) = ("A".repeat(80), "A".repeat(32));
        json!({"version": 1, "kdfParams": kdf, "encryptedData": data, "encryptionNonce": nonce})
    };
    let bitwarden = |kind: u64, rounds: u64, memory: u64, lanes: u64| {
        json!({"encrypted": true, "passwordProtected": true, "salt": "a", "kdfType": kind,
            "kdfIterations": rounds, "kdfMemory": memory, "kdfParallelism": lanes, "data": "2.a|b|c",
            "encKeyValidation_DO_NOT_EDIT": "2.AAAAAAAAAAAAAAAAAAAAAA==|AAAA|AAAA"})
    };
    let most = u64::from(u32::MAX);
    for (name, file, exit) in [
        ("scrypt, n", aegis(1 << 62, 8, 1, 1), DAMAGED),
        ("scrypt, r", aegis(2, u64::MAX, 1, 1), DAMAGED),
        ("scrypt, p", aegis(2, 1, u64::MAX, 1), DAMAGED),
        ("scrypt, slots", aegis(32_768, 8, 1, 500), DAMAGED),
        ("scrypt, the most", aegis(1 << 18, 8, 4, 1), WRONG_PASSWORD),
        ("Argon2, memory", ente(1 << 62, 1), DAMAGED),
        ("Argon2, passes", ente(1 << 20, 1 << 62), DAMAGED),
        ("Argon2, the most", ente(1 << 30, 4), WRONG_PASSWORD),
        ("Argon2, lanes", bitwarden(1, 1, 1, most), DAMAGED),
        ("PBKDF2", bitwarden(0, 1 << 31, 0, 0), DAMAGED),
        ("PBKDF2, more", bitwarden(0, u64::MAX, 0, 0), DAMAGED),
        (
            "PBKDF2, the most",
            bitwarden(0, 5_000_000, 0, 0),
            WRONG_PASSWORD,
        ),
    ] {
        refused(name, file.to_string().as_bytes(), exit);
    }
}
