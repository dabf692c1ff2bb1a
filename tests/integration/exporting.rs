//! Moving out: `mfactl export`, with everything that must not happen on the way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tests::{Desktop, LINK, SECRET, run};

use crate::importing::{listed, terminal};

pub(crate) fn path(desktop: &Desktop, name: &str) -> String {
    desktop.folder().join(name).to_str().unwrap().to_owned()
}

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn what_is_exported_is_imported_again() {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    desktop.add("aws", LINK);
    // Stratum holds no two accounts with the same secret.
    desktop.add(
        "github",
        "otpauth://totp/GitHub:octocat?secret=MFRGGZDFMFRGGZDF&digits=8",
    );
    desktop.add(
        "bank",
        "otpauth://hotp/Bank:jane?secret=GEZDGNBVGY3TQOJQ&counter=3",
    );
    let before = desktop.mfactl(&["list", "--plain"]).ok();
    for format in FORMATS {
        let file = path(&desktop, format);
        let export = format!("export --format {format} --output {file}");
        let done = terminal(&desktop, &export, "yes\n");
        assert_eq!(done.status, 0, "{format}: {done}");
        assert!(done.stdout.contains("holds your secrets"), "{done}");
        let fresh = Desktop::headless();
        let imported = fresh.mfactl(&["import", "--yes", &file]).ok();
        let count = before.lines().count() - usize::from(done.stdout.contains("left out"));
        assert_eq!(listed(&fresh), count, "{format}: {imported}");
        let accounts = ["aws", "github", "bank"];
        let left_out = accounts.iter().filter(|name| {
            let said = format!("{name} (");
            let mut lines = done.stdout.lines();
            lines.any(|line| line.contains(&said) && line.contains("is left out"))
        });
        let left_out: Vec<_> = left_out.copied().collect();
        let holds_counters = !["bitwarden", "proton", "keepass"].contains(&format);
        assert_eq!(left_out.is_empty(), holds_counters, "{format}: {done}");
        for account in accounts.into_iter().filter(|name| !left_out.contains(name)) {
            let (now, before) = (seen(&fresh, account), seen(&desktop, account));
            assert_eq!(now, before, "{format}");
        }
    }
}

/// Returns what is known of an account, with its counter, but not its id and its times, and the secret.
fn seen(desktop: &Desktop, account: &str) -> (serde_json::Value, String) {
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let mut accounts = list["accounts"].as_array().unwrap().iter();
    let found = accounts.find(|found| found["name"] == account);
    let mut found = found.unwrap_or_else(|| panic!("{account}: {list}")).clone();
    for field in ["id", "created", "modified"] {
        found.as_object_mut().unwrap().remove(field);
    }
    let link = ["export", "--format", "otpauth", "--yes-i-know", account];
    (found, desktop.mfactl(&link).ok())
}

/// The formats, all of which hold the time-based ones of the accounts.
const FORMATS: [&str; 12] = [
    "otpauth",
    "paper",
    "google",
    "aegis",
    "2fas",
    "bitwarden",
    "ente",
    "proton",
    "stratum",
    "andotp",
    "freeotp",
    "keepass",
];

#[test]
fn nothing_is_exported_that_nobody_agreed_to() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "links");
    let export = ["export", "--format", "otpauth", "--output", &file];
    let refused = desktop.mfactl(&export).fails(2);
    assert!(refused.contains("--yes-i-know"), "{refused}");
    let line = export.join(" ");
    for answer in ["no\n", "y\n", ""] {
        let no = terminal(&desktop, &line, answer);
        assert!(
            no.status == 1 && no.stdout.contains("nothing was exported"),
            "{no}"
        );
        assert!(!no.stdout.contains(SECRET), "{no}");
    }
    assert!(!Path::new(&file).exists());
    let log = desktop.mfactl(&["access", "log"]).ok();
    assert!(!log.contains("export"), "the daemon was asked: {log}");
}

#[test]
fn the_file_is_new_and_private() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "links");
    let line = format!("umask 000; exec mfactl export --format otpauth --output {file}");
    let done = desktop.person(&[&line, "yes"]);
    assert!(done.stdout.contains("holds your secrets"), "{done}");
    assert!(!done.stdout.contains(SECRET), "{done}");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(text(&file).contains(SECRET) && text(&file).lines().count() == 2);
    fs::write(&file, "mine").unwrap();
    let line = format!("export --format otpauth --output {file}");
    let again = terminal(&desktop, &line, "yes\n");
    assert!(again.status == 1, "{again}");
    assert!(again.stdout.contains("already exists"), "{again}");
    assert!(!again.stdout.contains("Type “yes”"), "{again}");
    // A link is not followed, wherever it leads.
    let link = path(&desktop, "link");
    std::os::unix::fs::symlink(path(&desktop, "elsewhere"), &link).unwrap();
    let line = format!("export --format otpauth --output {link}");
    assert_eq!(terminal(&desktop, &line, "yes\n").status, 1);
    assert!(!Path::new(&path(&desktop, "elsewhere")).exists());
    assert_eq!(text(&file), "mine");
}

/// The shell makes the file that standard output goes to, and lets others read it.
#[test]
fn standard_output_is_no_file_that_others_can_read() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "printed");
    let export = |umask: &str, options: &str| {
        let line = format!("umask {umask}; exec mfactl export --format otpauth {options} > {file}");
        desktop.person(&[&line, "yes"])
    };
    let refused = export("022", "");
    assert!(refused.stdout.contains("--output FILE"), "{refused}");
    assert!(!refused.stdout.contains("Type “yes”"), "{refused}");
    assert_eq!(text(&file), "");
    let warned = export("022", "--yes-i-know");
    let warning = "other users may be able to read the file";
    assert!(warned.stdout.contains(warning), "{warned}");
    assert!(text(&file).contains(SECRET));
    fs::remove_file(&file).unwrap();
    let private = export("077", "");
    assert!(!private.stdout.contains(warning), "{private}");
    assert!(text(&file).contains(SECRET), "{private}");
    // Others may have an encrypted one.
    let sealed = path(&desktop, "sealed");
    let line = format!("umask 022; mfactl export --format aegis --encrypt > {sealed}");
    let sealed = desktop.person(&[&line, "a passphrase", "a passphrase"]);
    assert!(!sealed.stdout.contains(warning), "{sealed}");
}

/// The limit of codes is for programs that take one after the other.
#[test]
fn a_person_exports_more_accounts_by_name_than_the_limit() {
    let desktop = Desktop::headless();
    let names: Vec<_> = (0..70)
        .map(|number| format!("account-{number:02}"))
        .collect();
    let link = |name: &String| format!("otpauth://totp/Many:{name}?secret={SECRET}&issuer=Many\n");
    let (links, all) = (path(&desktop, "links"), path(&desktop, "all"));
    fs::write(&links, names.iter().map(link).collect::<String>()).unwrap();
    let import = ["import", "--yes", &links];
    desktop.mfactl(&import).ok();
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let accounts = list["accounts"].as_array().unwrap().iter();
    let ids: Vec<_> = accounts
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 70);
    let named = ids[1..].join(" ");
    let line = format!("export --format otpauth --yes-i-know --output {all} {named}");
    let exported = terminal(&desktop, &line, "");
    assert_eq!(exported.status, 0, "{exported}");
    assert_eq!(text(&all).lines().count(), 69);
}

#[test]
fn a_terminal_shows_no_secrets_by_accident() {
    let desktop = Desktop::with_two_accounts();
    let none = terminal(&desktop, "export --format otpauth", "yes\n");
    assert!(none.status == 2 && !none.stdout.contains(SECRET), "{none}");
    let asked = terminal(&desktop, "export --format otpauth --output -", "yes\n");
    assert!(
        asked.status == 0 && asked.stdout.contains(SECRET),
        "{asked}"
    );
    let piped = desktop.person(&["mfactl export --format otpauth github | wc -l", "yes"]);
    assert!(piped.stdout.contains("the secrets of 1 account"), "{piped}");
    assert!(!piped.stdout.contains(SECRET), "{piped}");
}

#[test]
fn what_the_format_cannot_hold_is_said_first() {
    let desktop = Desktop::with_two_accounts();
    desktop
        .mfactl(&["edit", "aws", "--note", "n", "--tag", "work"])
        .ok();
    desktop.add(
        "odd",
        "otpauth://totp/Odd:me?secret=GEZDGNBVGY3TQOJQ&period=60",
    );
    let file = path(&desktop, "links");
    let line = format!("export --format google --output {file}");
    let no = terminal(&desktop, &line, "no\n");
    for said in [
        "the format cannot hold “times of creation and change” of all accounts",
        "the format cannot hold “note” of aws",
        "the format cannot hold “tags” of aws",
        "odd (me) is left out: the format cannot hold a period of 60 s, only 30 s",
        "1 account is left out. Type “yes”",
    ] {
        assert!(no.stdout.contains(said), "{said}: {no}");
    }
    let quiet = ["export", "--format", "google", "--quiet", "--yes-i-know"];
    let quiet = [&quiet[..], &["--allow-incomplete"]].concat();
    let quiet = desktop.mfactl(&quiet);
    for said in ["“note” of aws", "odd (me) is left out"] {
        assert!(quiet.stderr.contains(said), "{said}: {quiet}");
    }
    let yes = terminal(&desktop, &line, "yes\n");
    assert_eq!(yes.status, 0, "{yes}");
    let one = terminal(&desktop, "export --format google --output - odd", "yes\n");
    assert!(one.stdout.contains("can hold none"), "{one}");
    assert_eq!(one.status, 1);
}

/// A script confirms by an option, but on a desktop its user is asked nevertheless.
#[test]
fn a_script_confirms_by_options_and_is_asked_about() {
    let desktop = Desktop::with_two_accounts();
    let export = ["export", "--format", "otpauth", "--yes-i-know"];
    let done = desktop.mfactl(&export).ok();
    assert!(done.lines().count() == 2 && done.contains(SECRET), "{done}");
    desktop.add(
        "odd",
        "otpauth://totp/Odd:me?secret=GEZDGNBVGY3TQOJQ&period=60",
    );
    let google = ["export", "--format", "google", "--yes-i-know"];
    let incomplete = desktop.mfactl(&google).fails(1);
    assert!(incomplete.contains("--allow-incomplete"), "{incomplete}");
    let others = [&google[..], &["--allow-incomplete"]].concat();
    let others = desktop.mfactl(&others).ok();
    assert!(others.starts_with("otpauth-migration://"), "{others}");

    let desktop = Desktop::strict(&["--display", "wayland", "--no-tray"]);
    desktop.add("aws", LINK);
    let refused = desktop.mfactl(&[&["--no-input"][..], &export].concat());
    assert_eq!((refused.status, &*refused.stdout), (5, ""), "{refused}");
}

#[test]
fn an_encrypted_export_has_a_password_that_is_typed_twice() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "vault");
    let line = format!("export --format aegis --encrypt --output {file}");
    let differ = terminal(&desktop, &line, "one\ntwo\n");
    assert!(
        differ.stdout.contains("the two passphrases differ"),
        "{differ}"
    );
    assert!(!Path::new(&file).exists());
    let done = terminal(&desktop, &line, "a secret\na secret\n");
    assert_eq!(done.status, 0, "{done}");
    assert!(
        !done.stdout.contains("a secret"),
        "the password was shown: {done}"
    );
    assert!(!done.stdout.contains("Type “yes”"), "{done}");
    let sealed = text(&file);
    assert!(
        !sealed.contains(SECRET) && !sealed.contains("octocat"),
        "{sealed}"
    );
    let fresh = Desktop::headless();
    let import = ["import", "--yes", "--password-file", "-", &file];
    fresh.mfactl_with(&import, "a secret\n").ok();
    assert_eq!(listed(&fresh), 2);

    let script = ["export", "--format", "ente", "--encrypt"];
    assert!(desktop.mfactl(&script).fails(2).contains("--password-file"));
    let script = [&script[..], &["--password-file", "-"]].concat();
    let sealed = desktop.mfactl_with(&script, "a secret\n").ok();
    assert!(sealed.contains("encryptedData"), "{sealed}");
    let other = [
        "export",
        "--format",
        "2fas",
        "--encrypt",
        "--password-file",
        "-",
    ];
    let other = desktop.mfactl_with(&other, "a secret\n").fails(2);
    assert!(other.contains("cannot be encrypted"), "{other}");
}

/// All files or none are named before anybody is asked.
#[test]
fn pictures_that_are_there_are_said_first() {
    let desktop = Desktop::with_two_accounts();
    let file = path(&desktop, "codes.png");
    let second = path(&desktop, "codes-2.png");
    fs::write(&second, "mine").unwrap();
    let line = format!("export --format otpauth --png {file}");
    let there = terminal(&desktop, &line, "yes\n");
    assert!(there.status == 1, "{there}");
    assert!(
        there.stdout.contains("codes-2.png already exists"),
        "{there}"
    );
    assert!(!there.stdout.contains("Type “yes”"), "{there}");
    assert_eq!(text(&second), "mine");
    fs::remove_file(&second).unwrap();
    // One without a number is in nobody's way.
    fs::write(&file, "mine").unwrap();
    assert_eq!(terminal(&desktop, &line, "yes\n").status, 0);
    assert!(Path::new(&second).exists());
}

#[test]
fn codes_are_shown_one_after_the_other_and_removed() {
    let desktop = Desktop::with_two_accounts();
    let tall = "stty rows 90 columns 200; exec";
    let mfactl = tests::binary("mfactl");
    let line = format!("{tall} {} export --format otpauth --qr", mfactl.display());
    let shown = run(&mut desktop.on_a_terminal(&line), "yes\n\n\n");
    assert_eq!(shown.status, 0, "{shown}");
    let first = shown
        .stdout
        .find("press Enter to show the next one")
        .unwrap();
    let second = shown.stdout.find("press Enter to remove it").unwrap();
    assert!(first < second, "{shown}");
    assert_eq!(shown.stdout.matches("\x1b[J").count(), 2, "{shown}");
    let small = "stty rows 24 columns 80; exec";
    let line = format!("{small} {} export --format otpauth --qr", mfactl.display());
    let small = run(&mut desktop.on_a_terminal(&line), "yes\n");
    assert!(
        small.status == 1 && small.stdout.contains("--png FILE"),
        "{small}"
    );
    assert!(!small.stdout.contains('█'), "{small}");
}

/// The accounts pass between processes where no other program can see them.
#[test]
fn secrets_are_in_no_argument_no_environment_and_no_file() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let trace = path(&desktop, "trace");
    let mut strace = desktop.command("strace");
    strace
        .args(["-f", "-v", "-s", "4096", "-e", "trace=execve,openat", "-o"])
        .arg(&trace)
        .arg(tests::binary("mfactl"))
        .args(["export", "--format", "otpauth", "--yes-i-know"]);
    let done = run(&mut strace, "").ok();
    let trace = text(&trace);
    assert!(trace.contains("mfa-export\", \"write\"]"), "{trace}{done}");
    assert!(!trace.contains("JBSW"), "{trace}");
    let made: Vec<_> = trace
        .lines()
        .filter(|line| line.contains("O_CREAT") && !line.contains("\"/proc/self/"))
        .collect();
    assert!(made.is_empty(), "files were made: {made:?}");
}

#[test]
fn what_cannot_be_exported_is_explained() {
    let desktop = Desktop::with_two_accounts();
    let of = |arguments: &[&str], status: i32| {
        let all = [&["export", "--yes-i-know"][..], arguments].concat();
        desktop.mfactl(&all).fails(status)
    };
    let unknown = of(&["--format", "nosuch"], 2);
    assert!(unknown.contains("mfa-export formats"), "{unknown}");
    let none = of(&["--format", "otpauth", "nobody"], 3);
    assert!(none.contains("no account matches"), "{none}");
    let both = of(&["--format", "otpauth", "--qr", "--png", "a"], 2);
    assert!(both.contains("cannot be used with"), "{both}");
    let empty = Desktop::headless();
    let empty = empty.mfactl(&["export", "--format", "otpauth", "--yes-i-know"]);
    assert!(empty.fails(3).contains("no accounts to export"));
}
