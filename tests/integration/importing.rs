//! Moving in: `mfactl import` with exports of other apps, all accounts or none.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::{Desktop, LINK, Run, SECRET, eventually, now, oathtool, run};

/// The password of the encrypted sample.
const PASSWORD: &str = "correct horse";
fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/integration/samples");
    format!("{folder}/{name}")
}

/// Writes a text with this number of links, and returns its path.
fn links(desktop: &Desktop, count: usize) -> String {
    let path = desktop.folder().join("links.txt");
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 16).unwrap());
    let link = |n: usize| {
        let secret = format!(
            "JBSWY3DPEHPK3{}{}{}",
            letter(n / 256),
            letter(n / 16),
            letter(n)
        );
        format!("otpauth://totp/Issuer%20{n}:user{n}?secret={secret}\n")
    };
    std::fs::write(&path, (0..count).map(link).collect::<String>()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Makes a picture of a QR code, and returns its path.
pub(crate) fn picture(desktop: &Desktop, name: &str, text: &str) -> PathBuf {
    let path = desktop.folder().join(name);
    let drawn = run(
        desktop
            .command("qrencode")
            .args(["-s", "6", "-o"])
            .arg(&path),
        text,
    );
    assert_eq!(drawn.status, 0, "{drawn}");
    path
}

pub(crate) fn listed(desktop: &Desktop) -> usize {
    desktop.mfactl(&["list", "--plain"]).ok().lines().count()
}

/// Returns the number of items in the keychain, whether they are served or not.
fn items(desktop: &Desktop) -> usize {
    let search = "secret-tool search --all service mfactl 2>/dev/null | grep -c '^secret = '";
    desktop.shell(search).stdout.trim().parse().unwrap()
}

pub(crate) fn terminal(desktop: &Desktop, arguments: &str, input: &str) -> Run {
    run(&mut desktop.mfactl_on_a_terminal(arguments), input)
}

#[test]
fn what_would_be_added_is_shown_and_then_is_there() {
    let desktop = Desktop::with_two_accounts();
    let file = sample("aegis.json");
    let table = "\
clash   GitHub                octocat     as github-octocat: “github” has a different secret
add     Bank                  jane        as bank
add     Steam                 joe         as steam
clash   Amazon Web Services   root@1234   as aws-1234: “aws” has a different secret
skip    VPN (old)                         its type is unknown";
    desktop.mfactl(&["rm", "--yes", "github"]).ok();
    desktop.add("github", "otpauth://totp/GitHub:octocat?secret=MFRGGZDF");
    let shown = desktop.mfactl(&["import", "--dry-run", &file]).ok();
    let found = "Found 5 accounts in an Aegis vault.";
    let told = "4 accounts would be added. 1 was skipped.";
    assert_eq!(shown, format!("{found}\n{table}\n{told}"));
    assert_eq!((listed(&desktop), items(&desktop)), (2, 2));
    let done = desktop.mfactl(&["import", "--yes", &file]).ok();
    let told = "Added 4 accounts to gnome-keyring (read back and verified). 1 was skipped.";
    assert_eq!(done, format!("{found}\n{table}\n{told}"));
    assert_eq!((listed(&desktop), items(&desktop)), (6, 6));
    let code = desktop.mfactl(&["get", "github-octocat"]).ok();
    let eight = |time| code.ends_with(&oathtool(SECRET, 30, time)[..]);
    assert!(code.len() == 8 && [now() - 1, now()].into_iter().any(eight));
    let bank = desktop.mfactl(&["show", "bank", "--json"]).ok();
    let bank: Value = serde_json::from_str(&bank).unwrap();
    assert_eq!(
        (&bank["counter"], &bank["note"]),
        (&7.into(), &"two\nlines".into())
    );
    let again = desktop.mfactl(&["import", "--yes", &file]).ok();
    assert!(again.contains("have   Steam"), "{again}");
    let told = "Nothing to add. 4 accounts were already stored. 1 was skipped.";
    assert!(again.ends_with(told), "{again}");
    assert_eq!(items(&desktop), 6);
}

#[test]
fn an_account_that_is_here_already_is_not_doubled() {
    let desktop = Desktop::headless();
    desktop.add("mine", &LINK.replace("root", "me"));
    let file = desktop.folder().join("two");
    let again = LINK.replace("Amazon%20Web%20Services", "Amazon");
    std::fs::write(&file, format!("{again}\n{again}&digits=8\n")).unwrap();
    let done = desktop
        .mfactl(&["import", "-y", file.to_str().unwrap()])
        .ok();
    let first = done.lines().nth(1).unwrap();
    assert!(
        first.starts_with("have   Amazon") && first.ends_with("stored as “mine”"),
        "{done}"
    );
    assert!(done.contains("add    Amazon"), "{done}");
    assert_eq!(listed(&desktop), 2);
}

#[test]
fn nothing_is_written_that_nobody_agreed_to() {
    let desktop = Desktop::headless();
    let file = sample("aegis.json");
    let refused = desktop.mfactl(&["import", &file]).fails(2);
    assert!(
        refused.contains("no terminal") && refused.contains("--yes"),
        "{refused}"
    );
    let json = desktop.mfactl(&["import", "--json", &file]).fails(2);
    assert!(json.contains("--yes or --dry-run"), "{json}");
    let no = terminal(&desktop, &format!("import {file}"), "no\n");
    assert!(
        no.status == 1 && no.stdout.contains("nothing was added"),
        "{no}"
    );
    assert!(no.stdout.contains("This adds 4 accounts."), "{no}");
    assert_eq!(listed(&desktop), 0);
    let yes = terminal(&desktop, &format!("import {file}"), "yes\n");
    assert!(
        yes.status == 0 && yes.stdout.contains("Added 4 accounts"),
        "{yes}"
    );
    let reminder = "aegis.json still holds your secrets: delete it, or keep it somewhere safe";
    assert!(yes.stdout.contains(reminder), "{yes}");
    assert_eq!(listed(&desktop), 4);
}

#[test]
fn a_password_is_asked_for_unseen_and_again() {
    let desktop = Desktop::headless();
    let file = sample("aegis-encrypted.json");
    let none = desktop.mfactl(&["import", "--yes", &file]).fails(2);
    assert!(
        none.contains("aegis-encrypted.json: the file is encrypted"),
        "{none}"
    );
    assert!(none.contains("--password-file"), "{none}");
    let import = ["import", "--yes", "--password-file", "-", &file];
    let wrong = desktop.mfactl_with(&import, "a guess\n").fails(5);
    assert!(wrong.contains("the password is wrong"), "{wrong}");
    assert!(!wrong.contains("guess"), "{wrong}");
    let line = format!("import --yes {file}");
    let thrice = terminal(&desktop, &line, "guess 1\nguess 2\nguess 3\n");
    assert_eq!(thrice.status, 5, "{thrice}");
    assert_eq!(
        thrice.stdout.matches("Wrong password.").count(),
        2,
        "{thrice}"
    );
    assert!(
        !thrice.stdout.contains("guess"),
        "the password was shown: {thrice}"
    );
    assert_eq!(listed(&desktop), 0);
    let second = terminal(&desktop, &line, &format!("guess 1\n{PASSWORD}\n"));
    assert!(
        second.status == 0 && second.stdout.contains("Added 2 accounts"),
        "{second}"
    );
    assert!(
        !second.stdout.contains(PASSWORD),
        "the password was shown: {second}"
    );
    let again = desktop.mfactl_with(&import, &format!("{PASSWORD}\n")).ok();
    assert!(
        again.contains("Nothing to add. 2 accounts were already stored."),
        "{again}"
    );
}

/// The password is passed between processes where no other program can see it.
#[test]
fn a_password_is_in_no_argument_and_no_environment() {
    let desktop = Desktop::headless();
    // strace does not follow a daemon that is running already.
    assert_eq!(listed(&desktop), 0);
    let trace = desktop.folder().join("trace");
    let mut strace = desktop.command("strace");
    strace
        .args(["-f", "-v", "-s", "4096", "-e", "trace=execve,openat", "-o"])
        .arg(&trace)
        .arg(tests::binary("mfactl"))
        .args(["import", "--dry-run", "--password-file", "-"])
        .arg(sample("aegis-encrypted.json"));
    run(&mut strace, &format!("{PASSWORD}\n")).ok();
    let trace = std::fs::read_to_string(trace).unwrap();
    assert!(
        trace.contains("mfa-import\", \"decode\", \"--password-file\", \"-\", \"-\""),
        "{trace}"
    );
    assert!(!trace.contains("correct"), "{trace}");
    let made: Vec<_> = trace
        .lines()
        .filter(|line| line.contains("O_CREAT") && !line.contains("\"/proc/self/"))
        .collect();
    assert!(made.is_empty(), "files were made: {made:?}");
}

#[test]
fn what_cannot_be_imported_is_explained_and_not_repeated() {
    let desktop = Desktop::headless();
    let path = |name: &str, text: &str| {
        let path = desktop.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let text = path("text", "nothing but PRIVATE\n");
    let damaged = path("damaged", r#"{"version":1,"header":{},"db":{"version":3}}"#);
    let useless = path("useless", "motp://VPN:old?secret=PRIVATE\n");
    let file = sample("aegis.json");
    let many = links(&desktop, 4000);
    let cases: &[(&[&str], i32, &str)] = &[
        (
            &[&many],
            1,
            "larger than the daemon accepts\n  If the files",
        ),
        (
            &[&text],
            1,
            "text: the format of the file is unknown. To list the supported formats",
        ),
        (&[&damaged], 1, "damaged: the file is damaged"),
        (&[&useless], 1, "no account can be added"),
        (&["/nonexistent"], 1, "/nonexistent: No such file"),
        (
            &["--format", "nosuch", &text],
            2,
            "To list all formats: mfa-import formats",
        ),
        (&["--format", "google", &file], 1, "aegis.json: "),
        (&["-", "-"], 2, "standard input can be used only once"),
        (
            &["otpauth://totp/a?secret=PRIVATE"],
            2,
            "this is a link, not a file",
        ),
        (&[], 2, "required arguments"),
    ];
    for (arguments, status, text) in cases {
        let arguments = [&["import", "--yes"][..], arguments].concat();
        let error = desktop.mfactl(&arguments).fails(*status);
        assert!(error.contains(text), "{arguments:?}: {error}");
        assert!(!error.contains("PRIVATE"), "{error}");
    }
    assert_eq!(desktop.mfactl(&["list"]).ok(), "");
}

#[test]
fn it_comes_through_a_pipe_too() {
    let desktop = Desktop::headless();
    let file = std::fs::read_to_string(sample("aegis-encrypted.json")).unwrap();
    let password = desktop.folder().join("password");
    std::fs::write(&password, format!("{PASSWORD}\nand more")).unwrap();
    desktop
        .shell(&format!("chmod 600 {}", password.display()))
        .ok();
    let import = [
        "import",
        "--yes",
        "--password-file",
        password.to_str().unwrap(),
        "-",
    ];
    let done = desktop.mfactl_with(&import, &file).ok();
    assert!(done.contains("Added 2 accounts"), "{done}");
}

#[test]
fn many_accounts_are_counted_on_a_terminal() {
    let desktop = Desktop::headless();
    let file = links(&desktop, 25);
    let run = terminal(&desktop, &format!("import --yes {file}"), "");
    assert_eq!(run.status, 0, "{run}");
    assert!(run.stdout.contains("██████████ 25 of 25"), "{run}");
    assert!(run.stdout.contains("Added 25 accounts"), "{run}");
    assert_eq!((listed(&desktop), items(&desktop)), (25, 25));
    let quiet = desktop.mfactl(&["import", "--yes", &links(&desktop, 60)]);
    assert!(
        !quiet.stderr.contains('█'),
        "a bar where nobody looks: {quiet}"
    );
    assert!(quiet.ok().contains("Added 35 accounts"));
}

/// A daemon that is killed while it writes leaves some items. The next daemon serves none of them and removes
/// them.
#[test]
fn a_daemon_that_is_killed_in_between_leaves_nothing() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let file = links(&desktop, 60);
    let mut import = desktop.ours("mfactl");
    let import = import.args(["import", "--yes", &file]);
    let import = import.stdout(Stdio::null()).stderr(Stdio::piped());
    let import = import.spawn().unwrap();
    let daemon = desktop.daemon();
    eventually("some are stored", || items(&desktop) > 5);
    let killed = Command::new("kill")
        .args(["-KILL", &daemon.to_string()])
        .status();
    assert!(killed.unwrap().success());
    let import = import.wait_with_output().unwrap();
    let said = String::from_utf8(import.stderr).unwrap();
    assert_eq!(import.status.code(), Some(6), "{said}");
    assert!(
        said.contains("the connection to the daemon was lost"),
        "{said}"
    );
    let left = items(&desktop);
    assert!(
        (5..60).contains(&left),
        "it was not killed in between: {left}"
    );
    assert_eq!(listed(&desktop), 1);
    eventually("what was left is removed", || items(&desktop) == 1);
    let again = desktop.mfactl(&["import", "--yes", &file]).ok();
    assert!(again.contains("Added 60 accounts"), "{again}");
    assert_eq!((listed(&desktop), items(&desktop)), (61, 61));
}

/// Other accounts are used before the items that a killed daemon left are seen again.
#[test]
fn what_a_killed_daemon_has_left_outlasts_another_store() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let file = links(&desktop, 60);
    let mut import = desktop.ours("mfactl");
    import
        .args(["import", "--yes", &file])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut import = import.spawn().unwrap();
    eventually("some are stored", || items(&desktop) > 5);
    desktop.end_daemon("-KILL");
    import.wait().unwrap();
    let left = items(&desktop);
    assert!((5..60).contains(&left), "not killed in between: {left}");

    let vault = desktop.folder().join("v.kdbx");
    let mut daemon = desktop.start_daemon(desktop.ours("mfad").arg("--vault").arg(&vault));
    let create = ["vault", "create", "--password-file", "-"];
    desktop.mfactl_with(&create, "a passphrase\n").ok();
    desktop.add("other", LINK);
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();

    assert_eq!(listed(&desktop), 1);
    eventually("what was left is removed", || items(&desktop) == 1);
}

#[test]
fn what_is_locked_is_said_with_its_own_exit_code() {
    let desktop = Desktop::with_two_accounts();
    desktop.mfactl(&["lock"]).ok();
    let locked = desktop
        .mfactl(&["import", "--yes", &sample("aegis.json")])
        .fails(5);
    assert!(locked.contains("mfactl unlock"), "{locked}");
    let none = Desktop::without_keychain().mfactl(&["import", "--yes", &sample("aegis.json")]);
    assert!(none.fails(7).contains("keychain"));
}

#[test]
fn into_a_vault_file() {
    let desktop = Desktop::without_keychain();
    let create = ["vault", "create", "--password-file", "-"];
    desktop.mfactl_with(&create, "a passphrase\n").ok();
    let done = desktop
        .mfactl(&["import", "--yes", &sample("aegis.json")])
        .ok();
    assert!(
        done.contains("Added 4 accounts") && done.contains("vault.kdbx"),
        "{done}"
    );
    desktop.end_daemon("-TERM");
    let unlock = ["unlock", "--password-file", "-"];
    desktop.mfactl_with(&unlock, "a passphrase\n").ok();
    assert_eq!(listed(&desktop), 4);
}
