//! `mfactl backup`: other KeePass apps open the file, and mfactl restores the accounts from it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keepass::config::KdfConfig;
use keepass::{Database, DatabaseKey};
use serde_json::Value;
use tests::{Desktop, LINK, Run, SECRET, now, oathtool, run};

use crate::importing::terminal;
use crate::strace;
use crate::versions;

pub(crate) const PASSPHRASE: &str = "a pässphrase";

/// Returns a desktop with accounts of two kinds and with all fields.
pub(crate) fn with_accounts() -> Desktop {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let edit = ["edit", "aws", "--note", "two\nlines", "--tag", "work"];
    desktop
        .mfactl(&[&edit[..], &["--tag", "cloud", "--pin"]].concat())
        .ok();
    desktop
        .person(&["mfactl edit aws --domain signin.aws.amazon.com"])
        .ok();
    desktop.add(
        "bank",
        "otpauth://hotp/Bank:jane?secret=GEZDGNBVGY3TQOJQ&counter=3&digits=8",
    );
    desktop
}

/// Backs up all accounts, and returns the path of the backup.
pub(crate) fn back_up(desktop: &Desktop) -> String {
    back_up_to(desktop, "backup.kdbx")
}

fn back_up_to(desktop: &Desktop, name: &str) -> String {
    let file = desktop.folder().join(name);
    let file = file.to_str().unwrap().to_owned();
    let backup = ["backup", "--password-file", "-", &file];
    let said = desktop.mfactl_with(&backup, PASSPHRASE).ok();
    assert!(said.starts_with("Saved "), "{said}");
    file
}

/// Returns all fields of all accounts, but for those that are new after an import.
fn fields(desktop: &Desktop) -> Vec<Value> {
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let mut list: Value = serde_json::from_str(&list).unwrap();
    let accounts = list["accounts"].as_array_mut().unwrap();
    for account in accounts.iter_mut() {
        let account = account.as_object_mut().unwrap();
        for new in ["id", "created", "modified"] {
            assert!(account.remove(new).is_some(), "{new}");
        }
    }
    std::mem::take(accounts)
}

/// Runs KeePassXC on a database.
fn keepassxc(desktop: &Desktop, passphrase: &str, arguments: &[&str]) -> Run {
    let mut command = desktop.command("keepassxc-cli");
    command.env("QT_QPA_PLATFORM", "offscreen").args(arguments);
    run(&mut command, &format!("{passphrase}\n"))
}

/// Checks that KeePassXC shows the code of an entry with [`SECRET`] that oathtool computes.
pub(crate) fn assert_code(desktop: &Desktop, file: &str, passphrase: &str, entry: &str) {
    let codes = || {
        let before = now();
        let shown = keepassxc(desktop, passphrase, &["show", "--totp", file, entry]);
        (before, shown.ok(), now())
    };
    let (_, code, time) = std::iter::repeat_with(codes)
        .find(|(before, _, after)| before / 30 == after / 30)
        .unwrap();
    assert_eq!(code.trim(), oathtool(SECRET, 30, time));
}

#[test]
fn keepassxc_opens_a_backup_and_shows_the_same_codes() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let keepassxc = |arguments: &[&str]| keepassxc(&desktop, PASSPHRASE, arguments).ok();
    assert_code(&desktop, &file, PASSPHRASE, "aws");
    let shown = keepassxc(&["show", "--all", &file, "aws"]);
    assert!(shown.contains("two\nlines"), "{shown}");
    assert!(keepassxc(&["ls", &file]).contains("bank"));
    let key = DatabaseKey::new().with_password(PASSPHRASE);
    let database = Database::open(&mut fs::File::open(&file).unwrap(), key).unwrap();
    let KdfConfig::Argon2id { memory, .. } = database.config.kdf_config else {
        panic!("{:?}", database.config.kdf_config);
    };
    assert!(memory >= 64 * 1024 * 1024, "{memory}");
}

/// A link may have any character, and XML may not.
#[test]
fn keepassxc_opens_a_backup_with_any_text_of_a_link() {
    let desktop = Desktop::headless();
    desktop.add(
        "odd",
        &format!("otpauth://totp/B%EF%BF%BE:ja%EF%BF%BFne%F0%9F%94%91?secret={SECRET}"),
    );
    let file = back_up(&desktop);
    assert_code(&desktop, &file, PASSPHRASE, "odd");
    let shown = keepassxc(&desktop, PASSPHRASE, &["show", &file, "odd"]).ok();
    assert!(shown.contains("ja\u{fffd}ne🔑"), "{shown}");
}

/// KeePassXC makes the same codes as oathtool and as mfactl, whatever their parameters are.
#[test]
fn keepassxc_makes_the_same_codes_of_all_kinds() {
    let desktop = Desktop::headless();
    let kinds = [
        ("sha256", "algorithm=SHA256", "sha256", 6, 30),
        ("sha512", "algorithm=SHA512&digits=8", "sha512", 8, 30),
        ("eight", "digits=8&period=60", "sha1", 8, 60),
    ];
    for (name, parameters, ..) in kinds {
        let link = format!("otpauth://totp/Acme:{name}?secret={SECRET}&{parameters}");
        desktop.add(name, &link);
    }
    desktop.add("steam", &format!("steam://{SECRET}"));
    let file = back_up(&desktop);
    let shown = |entry: &str| {
        let arguments = ["show", "--totp", &file, entry];
        keepassxc(&desktop, PASSPHRASE, &arguments).ok()
    };
    for (name, _, hash, digits, period) in kinds {
        let codes = || {
            let (before, code, after) = (now(), shown(name), now());
            (before / period == after / period).then_some((code, after))
        };
        let (code, time) = std::iter::repeat_with(codes).flatten().next().unwrap();
        let mut oathtool = desktop.command("oathtool");
        oathtool.args(["--base32", &format!("--totp={hash}"), SECRET]);
        oathtool.args([
            "--digits",
            &digits.to_string(),
            "--now",
            &format!("@{time}"),
        ]);
        oathtool.args(["--time-step-size", &format!("{period}s")]);
        assert_eq!(code, run(&mut oathtool, "").ok(), "{name}");
    }
    for name in ["sha256", "sha512", "eight", "steam"] {
        let code = || desktop.mfactl(&["get", name]).ok();
        // At the end of a period, they differ once.
        let is_same = || shown(name) == code();
        assert!(is_same() || is_same(), "{name}");
    }
}

/// KeePassXC shows icons in its list, and says their numbers in XML.
#[test]
fn the_entries_of_a_backup_have_icons() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let xml = keepassxc(&desktop, PASSPHRASE, &["export", "-f", "xml", &file]).ok();
    let icon = |title: &str| {
        let mut entries = xml.split("<Entry>");
        let title = format!("<Value>{title}</Value>");
        let entry = entries.find(|entry| entry.contains(&title)).unwrap();
        let icon = entry.split_once("<IconID>").unwrap().1;
        icon.split_once("</IconID>").unwrap().0
    };
    assert_eq!((icon("aws"), icon("bank")), ("39", "13"));
}

/// Entries, names of attributes, and what is in them.
const ATTRIBUTES: [(&str, &str, &str); 13] = [
    ("aws", "TimeOtp-Secret-Base32", SECRET),
    ("aws", "TimeOtp-Algorithm", "HMAC-SHA-1"),
    ("aws", "TimeOtp-Length", "6"),
    ("aws", "TimeOtp-Period", "30"),
    ("vpn", "TimeOtp-Secret-Base32", "MFRGGZDFMFRGGZDF"),
    ("vpn", "TimeOtp-Algorithm", "HMAC-SHA-256"),
    ("vpn", "TimeOtp-Length", "8"),
    ("vpn", "TimeOtp-Period", "60"),
    ("shop", "HmacOtp-Secret-Base32", SECRET),
    ("shop", "HmacOtp-Counter", "5"),
    // KeePass 2 makes such codes of six digits only.
    ("bank", "HmacOtp-Secret-Base32", ""),
    ("aws", "TOTP Seed", ""),
    ("aws", "TOTP Settings", ""),
];

/// KeePass 2 itself reads other attributes than KeePassXC. It is not tested here: what is written follows its
/// description, and the others are not confused by it.
#[test]
fn a_backup_for_keepass_2_has_its_attributes_too() {
    let desktop = with_accounts();
    desktop.add(
        "shop",
        &format!("otpauth://hotp/Shop:joe?secret={SECRET}&counter=5"),
    );
    desktop.add(
        "vpn",
        &format!(
            "otpauth://totp/VPN:joe?secret={}&algorithm=SHA256&digits=8&period=60",
            "MFRGGZDFMFRGGZDF"
        ),
    );
    let file = desktop.folder().join("two.kdbx").display().to_string();
    let backup = ["backup", "--keepass2", "--password-file", "-", &file];
    desktop.mfactl_with(&backup, PASSPHRASE).ok();
    let keepassxc = |arguments: &[&str]| keepassxc(&desktop, PASSPHRASE, arguments);
    let attribute = |entry: &str, name: &str| {
        let shown = keepassxc(&["show", "--show-protected", "-a", name, &file, entry]);
        shown.stdout.trim().to_owned()
    };
    for (entry, name, value) in ATTRIBUTES {
        assert_eq!(attribute(entry, name), value, "{name} of {entry}");
    }
    let hidden = keepassxc(&["show", "--all", &file, "aws"]).ok();
    assert!(
        !hidden.contains(SECRET),
        "the secret is protected: {hidden}"
    );
    assert_code(&desktop, &file, PASSPHRASE, "aws");

    // No account is there twice.
    let fresh = Desktop::headless();
    let import = ["import", "--yes", "--password-file", "-", &file];
    fresh.mfactl_with(&import, PASSPHRASE).ok();
    assert_eq!(fields(&fresh), fields(&desktop));

    let plain = back_up_to(&desktop, "plain.kdbx");
    let shown = keepassxc(&["show", "--all", &plain, "aws"]).ok();
    assert!(!shown.contains("TimeOtp"), "{shown}");
    let table = ["export", "--format", "aegis", "--encrypt", "--keepass2"];
    let table = [&table[..], &["--password-file", "-"]].concat();
    let refused = desktop.mfactl_with(&table, PASSPHRASE).fails(2);
    assert!(refused.contains("KeePass 2"), "{refused}");
}

#[test]
fn accounts_for_which_keepassxc_shows_wrong_codes_are_named() {
    let desktop = with_accounts();
    let file = desktop.folder().join("backup.kdbx").display().to_string();
    let said = terminal(&desktop, &format!("backup {file}"), "a b\na b\n");
    let hint = "KeePassXC shows wrong codes for bank (jane), because it knows only time-based ones";
    assert!(said.status == 0 && said.stdout.contains(hint), "{said}");
    desktop.mfactl(&["rm", "--yes", "bank"]).ok();
    let said = terminal(&desktop, &format!("backup {file}2"), "a b\na b\n");
    assert!(said.status == 0 && !said.stdout.contains("wrong"), "{said}");
}

#[test]
fn a_backup_can_be_imported_too() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let fresh = Desktop::headless();
    let import = ["import", "--yes", "--password-file", "-", &file];
    fresh.mfactl_with(&import, PASSPHRASE).ok();
    assert_eq!(fields(&fresh), fields(&desktop));
    let wrong = fresh.mfactl_with(&import, "another").fails(5);
    assert!(wrong.contains("the password is wrong"), "{wrong}");
}

#[test]
fn a_backup_is_private_and_replaces_nothing() {
    let desktop = with_accounts();
    let file = back_up(&desktop);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let first = fs::read(&file).unwrap();
    let backup = ["backup", "--password-file", "-", &file];
    let refused = desktop.mfactl_with(&backup, PASSPHRASE).fails(1);
    assert!(refused.contains("already exists"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), first);
    let none = desktop.mfactl(&["backup", "other.kdbx"]).fails(2);
    assert!(none.contains("--password-file"), "{none}");
}

/// The file has its name only once it is whole.
#[test]
fn a_backup_that_is_killed_at_any_write_is_not_there_or_whole() {
    let desktop = with_accounts();
    let file = desktop.folder().join("killed.kdbx");
    let log = desktop.folder().join("calls");
    let traced = |options: &[&str]| {
        let mut strace = desktop.command("strace");
        strace.args(["-f", "-qq", "-P", file.to_str().unwrap()]);
        strace.args(["-P", strace::new(&file).to_str().unwrap()]);
        strace.args(options).arg(tests::binary("mfactl"));
        strace.args(["backup", "--password-file", "-"]).arg(&file);
        run(&mut strace, PASSPHRASE)
    };
    traced(&strace::logging(&log)).ok();
    let calls = strace::listed(&log);
    let steps = strace::numbered(&calls);
    assert!(steps.iter().any(|(name, _)| name == "fsync"), "{calls:?}");
    for step in steps {
        drop(fs::remove_file(&file));
        let [trace, inject] = strace::injecting(&step, "signal=SIGKILL");
        let killed = traced(&["-e", &trace, "-e", &inject, "-o", "/dev/null"]);
        assert_ne!(killed.status, 0, "{step:?} was never reached");
        if let Ok(mut found) = fs::File::open(&file) {
            let key = DatabaseKey::new().with_password(PASSPHRASE);
            let database = Database::open(&mut found, key);
            let count = database.map(|database| database.num_entries());
            assert_eq!(count.ok(), Some(2), "{step:?}");
        }
    }
}

#[test]
fn the_passphrase_is_typed_twice_and_the_file_is_named_by_its_date() {
    let desktop = with_accounts();
    let folder = desktop.folder().display().to_string();
    let mfactl = tests::binary("mfactl");
    let line = format!("cd {folder}; exec {} backup", mfactl.display());
    let typed = |answers: &str| run(&mut desktop.on_a_terminal(&line), answers);
    let differ = typed("one\ntwo\n");
    assert!(
        differ.stdout.contains("the two passphrases differ"),
        "{differ}"
    );
    let done = typed("a passphrase\na passphrase\n");
    assert_eq!(done.status, 0, "{done}");
    assert!(!done.stdout.contains("a passphrase"), "{done}");
    let written = done.stdout.split_once(" in ").unwrap().1;
    let name = written.split_once(".\r").unwrap().0;
    assert!(name.starts_with("mfactl-20"), "{name}");
    assert!(Path::new(&folder).join(name).exists(), "{name}");
    let nothing = Desktop::headless();
    let none = terminal(&nothing, "backup none.kdbx", "a\na\n");
    assert!(none.stdout.contains("there are no accounts"), "{none}");
}

#[test]
fn fields_of_a_newer_version_are_backed_up_and_no_other_export_loses_them_silently() {
    let desktop = Desktop::headless();
    versions::store(
        &desktop,
        versions::ID,
        &versions::sample("item-1-newer.json"),
    );
    let file = desktop.folder().join("backup.kdbx").display().to_string();
    let backup = ["backup", "--password-file", "-", &file];
    desktop.mfactl_with(&backup, PASSPHRASE).ok();
    let mut shown = desktop.command("keepassxc-cli");
    shown.env("QT_QPA_PLATFORM", "offscreen");
    let shown = run(
        shown.args(["show", "--all", &file, "work"]),
        &format!("{PASSPHRASE}\n"),
    )
    .ok();
    assert!(shown.contains("mfactl uses: 7"), "{shown}");
    let links = desktop.folder().join("links").display().to_string();
    let export = format!("export --format otpauth --output {links}");
    let no = terminal(&desktop, &export, "yes\nno\n");
    let said = "the format cannot hold “fields of a newer version” of work";
    assert!(no.status == 1 && no.stdout.contains(said), "{no}");
    assert!(!Path::new(&links).exists());
    assert_eq!(terminal(&desktop, &export, "yes\nyes\n").status, 0);
}
