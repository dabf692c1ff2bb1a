//! Exports, read by programs that are not ours: scanners of QR codes, KeePassXC, and a decoder written for the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tests::{Desktop, SECRET, run};

use crate::backing_up::assert_code;
use crate::exporting::path;
use crate::importing::{listed, terminal};

/// Decrypts a vault of Aegis and prints its accounts. It shares nothing with our code but the description of the format
/// (<https://github.com/beemdevelopment/Aegis/blob/master/docs/vault.md>).
const DECRYPT: &str = r#"
import base64, hashlib, json, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

def opened(key, parameters, sealed):
    parameters = {name: bytes.fromhex(value) for name, value in parameters.items()}
    return AESGCM(key).decrypt(parameters["nonce"], sealed + parameters["tag"], None)

password = sys.stdin.readline().rstrip("\n").encode()
vault = json.load(open(sys.argv[1]))
[slot] = vault["header"]["slots"]
assert (vault["version"], slot["type"]) == (1, 1)
key = hashlib.scrypt(password, salt=bytes.fromhex(slot["salt"]), n=slot["n"], r=slot["r"], p=slot["p"], maxmem=2**27, dklen=32)
master = opened(key, slot["key_params"], bytes.fromhex(slot["key"]))
database = json.loads(opened(master, vault["header"]["params"], base64.b64decode(vault["db"])))
assert database["version"] == 3
for entry in sorted(database["entries"], key=lambda entry: entry["issuer"]):
    info = entry["info"]
    print(entry["type"], entry["issuer"], entry["name"], info["secret"], info["algo"], info["digits"], info["period"])
"#;

#[test]
fn another_program_decrypts_a_vault_of_aegis() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "vault");
    let export = [
        "export",
        "--format",
        "aegis",
        "--encrypt",
        "--output",
        &file,
    ];
    let export = [&export[..], &["--password-file", "-"]].concat();
    desktop.mfactl_with(&export, "a sécret\n").ok();
    let decrypted = |password: &str| {
        let mut python = desktop.command("python3");
        run(python.args(["-c", DECRYPT, &file]), password)
    };
    let accounts = decrypted("a sécret\n").ok();
    let accounts: Vec<_> = accounts.lines().collect();
    let aws = format!("totp Amazon Web Services root@1234 {SECRET} SHA1 6 30");
    assert_eq!(accounts[0], aws);
    assert!(
        accounts[1].starts_with("totp GitHub octocat "),
        "{accounts:?}"
    );
    assert_eq!(accounts.len(), 2);
    let wrong = decrypted("another\n");
    assert!(
        wrong.status != 0 && wrong.stderr.contains("InvalidTag"),
        "{wrong}"
    );
}

#[test]
fn keepassxc_opens_an_encrypted_export_and_shows_the_same_codes() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "export.kdbx");
    let export = [
        "export",
        "--format",
        "keepass",
        "--encrypt",
        "--output",
        &file,
    ];
    let export = [&export[..], &["--password-file", "-", "aws"]].concat();
    desktop.mfactl_with(&export, "a sécret\n").ok();
    assert_code(&desktop, &file, "a sécret", "aws");
}

#[test]
fn pictures_are_read_by_other_programs() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "codes.png");
    let line = format!("export --format otpauth --png {file}");
    let done = terminal(&desktop, &line, "yes\n");
    assert_eq!(done.status, 0, "{done}");
    let scanned = |name: &str| scanned(&desktop, &path(&desktop, name));
    assert!(scanned("codes-1.png").contains(SECRET));
    assert!(scanned("codes-2.png").starts_with("otpauth://totp/GitHub:octocat?"));
    let file = path(&desktop, "google.png");
    let line = format!("export --format google --png {file}");
    assert_eq!(terminal(&desktop, &line, "yes\n").status, 0);
    assert!(scanned("google.png").starts_with("otpauth-migration://offline?data="));
    let fresh = Desktop::headless();
    fresh.mfactl(&["import", "--yes", &file]).ok();
    assert_eq!(listed(&fresh), 2);
}

/// Prints the accounts of links for Google Authenticator, and which page each is. It shares nothing with our code but the
/// description of the format.
const PAGES: &str = r#"
import base64, sys, urllib.parse

def fields(data):
    at = 0
    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(data):
        key = number()
        value = number()
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        yield key >> 3, value

for link in sys.stdin.read().split():
    [data] = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["data"]
    page = list(fields(base64.b64decode(data)))
    whole = dict(page)
    for account in (dict(fields(value)) for number, value in page if number == 1):
        secret = base64.b32encode(account[1]).decode().rstrip("=")
        names = [account[number].decode() for number in (3, 2)]
        print(whole.get(4, 0) + 1, "of", whole[3], ":".join(names), secret)
"#;

/// Google Authenticator scans one page after the other.
#[test]
fn all_pages_for_google_are_read_by_other_programs() {
    let desktop = Desktop::headless();
    let mut expected = Vec::new();
    for number in 0..23 {
        let letter = char::from(b'A' + number);
        let (name, secret) = (
            format!("user{number:02}"),
            format!("JBSWY3DPEHPK3PX{letter}"),
        );
        let link = format!("otpauth://totp/Shop:{name}?secret={secret}&issuer=Shop");
        desktop.add(&format!("shop{number:02}"), &link);
        expected.push(format!("{} of 3 Shop:{name} {secret}", number / 10 + 1));
    }
    let read = |links: &[String]| {
        let mut python = desktop.command("python3");
        let said = run(python.args(["-c", PAGES]), &links.join("\n")).ok();
        said.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let export = format!(
        "export --format google --png {}",
        path(&desktop, "google.png")
    );
    assert_eq!(terminal(&desktop, &export, "yes\n").status, 0);
    let pages =
        (1..=3).map(|page| scanned(&desktop, &path(&desktop, &format!("google-{page}.png"))));
    let pages: Vec<_> = pages.collect();
    assert_eq!(read(&pages), expected);
    // And on the screen, one after the other.
    let mfactl = tests::binary("mfactl");
    let line = format!(
        "stty rows 120 columns 250; exec env NO_COLOR=1 {} export --format google --qr",
        mfactl.display()
    );
    let shown = run(&mut desktop.on_a_terminal(&line), "yes\n\n\n\n").ok();
    let shown: Vec<_> = shown
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .collect();
    let codes = shown.split(|line| !line.contains(['█', '▀', '▄']));
    let codes = codes.filter(|code| !code.is_empty());
    let pages = codes.map(|code| {
        let picture = path(&desktop, "page.pgm");
        fs::write(&picture, drawn(code, false)).unwrap();
        scanned(&desktop, &picture)
    });
    let pages: Vec<_> = pages.collect();
    assert_eq!(read(&pages), expected);
}

/// Compares two tables with Python's reader: the first one is ours, and the second one is that of KeePassXC.
const TABLES: &str = r#"
import csv, sys, urllib.parse

def table(path):
    with open(path, newline="") as file:
        reader = csv.DictReader(file, strict=True)
        rows = {row["Username"]: row for row in reader}
        return reader.fieldnames, rows

def parameters(link):
    link = urllib.parse.urlsplit(link)
    query = urllib.parse.parse_qs(link.query)
    return link.netloc, query["secret"], query.get("period", ["30"]), query.get("digits", ["6"])

(ours, one), (theirs, other) = map(table, sys.argv[1:])
assert ours == theirs[:len(ours)], (ours, theirs)
assert one.keys() == other.keys(), (one, other)
for user, row in one.items():
    for column in ("Password", "URL", "Notes"):
        assert row[column] == other[user][column], (user, column)
    assert parameters(row["TOTP"]) == parameters(other[user]["TOTP"]), user
print(len(one))
"#;

/// KeePassXC's command line imports no tables. But it writes them, so its table of the same accounts is the measure.
#[test]
fn the_table_for_keepassxc_says_what_its_own_table_says() {
    let desktop = Desktop::with_two_accounts();
    let note = "a \"quoted\" note, with ü\nand a second line\\";
    desktop.mfactl(&["edit", "aws", "--note", note]).ok();
    let (table, database) = (path(&desktop, "ours.csv"), path(&desktop, "export.kdbx"));
    let export = ["export", "--format", "keepass", "--output"];
    let ours = [&export[..], &[&table, "--yes-i-know"]].concat();
    desktop.mfactl(&ours).ok();
    let encrypted = ["--encrypt", "--password-file", "-"];
    let encrypted = [&export[..], &[&database], &encrypted].concat();
    desktop.mfactl_with(&encrypted, "a sécret\n").ok();
    let mut keepassxc = desktop.command("keepassxc-cli");
    keepassxc.env("QT_QPA_PLATFORM", "offscreen");
    let theirs = keepassxc.args(["export", "-f", "csv", &database]);
    let theirs = run(theirs, "a sécret\n").ok();
    let other = path(&desktop, "theirs.csv");
    fs::write(&other, theirs).unwrap();
    let mut python = desktop.command("python3");
    let compared = run(python.args(["-c", TABLES, &table, &other]), "").ok();
    assert_eq!(compared.trim(), "2");
}

/// Returns what a scanner reads from a picture.
fn scanned(desktop: &Desktop, picture: &str) -> String {
    let mut zbarimg = desktop.command("zbarimg");
    run(zbarimg.args(["--quiet", "--raw", picture]), "").ok()
}

/// Draws what a terminal shows as a picture (PGM of Netpbm), with enlarged modules.
fn drawn(lines: &[&str], inverted: bool) -> String {
    const SCALE: usize = 4;
    let light = |c: char, upper: bool| match c {
        '█' => true,
        '▀' => upper,
        '▄' => !upper,
        _ => false,
    };
    let rows = lines.iter().flat_map(|line| {
        [true, false].map(|upper| {
            let modules = line.chars().map(move |c| light(c, upper) != inverted);
            let pixels = modules.flat_map(|light| [if light { "255 " } else { "0 " }; SCALE]);
            pixels.collect::<String>().repeat(SCALE)
        })
    });
    let width = lines[0].chars().count() * SCALE;
    let height = lines.len() * 2 * SCALE;
    format!("P2\n{width} {height}\n255\n{}", rows.collect::<String>())
}

/// The way to a phone: what is shown is what a scanner reads.
#[test]
fn the_code_of_an_account_is_scanned_from_the_terminal() {
    let desktop = Desktop::with_two_accounts();
    let link = terminal(&desktop, "show github --uri", "yes\n");
    let link = link.stdout.lines().find(|line| line.contains("otpauth://"));
    let link = link.unwrap().rsplit(' ').next().unwrap().trim().to_owned();
    let mfactl = tests::binary("mfactl");
    for (colours, option) in [("", ""), ("NO_COLOR=1", ""), ("NO_COLOR=1", "--invert")] {
        let line = format!(
            "stty rows 90 columns 200; {colours} exec env {} show github --qr {option}",
            mfactl.display()
        );
        let shown = run(&mut desktop.on_a_terminal(&line), "yes\n\n");
        assert_eq!(shown.status, 0, "{shown}");
        let is_code = |line: &&str| line.contains(['█', '▀', '▄']);
        let lines = shown.stdout.lines().filter(is_code);
        let lines: Vec<_> = lines
            .map(|line| {
                let coloured = "\x1b[38;5;231;48;5;16m";
                assert_eq!(line.contains(coloured), colours.is_empty(), "{line:?}");
                let line = line.trim_end_matches('\r').trim_start_matches(coloured);
                line.trim_end_matches("\x1b[0m")
            })
            .collect();
        let picture = path(&desktop, "shown.pgm");
        fs::write(&picture, drawn(&lines, !option.is_empty())).unwrap();
        assert_eq!(scanned(&desktop, &picture), link, "{option}");
    }
    let file = path(&desktop, "github.png");
    let line = format!("show github --png {file}");
    assert!(
        desktop
            .mfactl(&["show", "github", "--png", &file])
            .fails(2)
            .contains("confirmation")
    );
    assert_eq!(terminal(&desktop, &line, "no\n").status, 1);
    assert!(!Path::new(&file).exists());
    let done = terminal(&desktop, &line, "yes\n");
    assert!(
        done.status == 0 && done.stdout.contains("holds the secret"),
        "{done}"
    );
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(scanned(&desktop, &file), link);
}
