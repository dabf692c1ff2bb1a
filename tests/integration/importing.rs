//! Moving in: `mfactl import` with what other apps export, all of it or nothing.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::{Desktop, LINK, Run, SECRET, eventually, now, oathtool, run};

/// The password of the encrypted sample.
const PASSWORD: &str = "correct horse";
/// An export of Google Authenticator in two QR codes.
const GOOGLE: [&str; 2] = [
    "otpauth-migration://offline?data=ChEKBUhlbGxvEgRqYW5lGgJHSBABGAIgACgH",
    "otpauth-migration://offline?data=ChAKBVdvcmxkEgNqb2UaAkdIEAEYAiABKAc%3D",
];

fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/integration/samples");
    format!("{folder}/{name}")
}

/// A text with so many links.
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

/// A picture of a QR code.
fn picture(desktop: &Desktop, name: &str, text: &str) -> PathBuf {
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

fn listed(desktop: &Desktop) -> usize {
    desktop.mfactl(&["list", "--plain"]).ok().lines().count()
}

/// How many items are in the keychain, whoever serves them.
fn items(desktop: &Desktop) -> usize {
    let search = "secret-tool search --all service mfactl 2>/dev/null | grep -c '^secret = '";
    desktop.shell(search).stdout.trim().parse().unwrap()
}

fn terminal(desktop: &Desktop, arguments: &str, input: &str) -> Run {
    run(&mut desktop.mfactl_on_a_terminal(arguments), input)
}

#[test]
fn what_would_be_added_is_shown_and_then_is_there() {
    let desktop = Desktop::with_two_accounts();
    let file = sample("aegis.json");
    let table = "\
clash   GitHub                octocat     as github-octocat: “github” gives other codes
add     Bank                  jane        as bank
add     Steam                 joe         as steam
clash   Amazon Web Services   root@1234   as aws-1234: “aws” gives other codes
skip    VPN (old)                         its type is not known";
    desktop.mfactl(&["rm", "--yes", "github"]).ok();
    desktop.add("github", "otpauth://totp/GitHub:octocat?secret=MFRGGZDF");
    let shown = desktop.mfactl(&["import", "--dry-run", &file]).ok();
    let found = "Found 5 accounts in a vault of Aegis.";
    let told = "4 accounts would be added. 1 was skipped.";
    assert_eq!(shown, format!("{found}\n{table}\n{told}"));
    assert_eq!((listed(&desktop), items(&desktop)), (2, 2));
    let done = desktop.mfactl(&["import", "--yes", &file]).ok();
    let told = "Added 4 accounts to gnome-keyring, and read back what was stored. 1 was skipped.";
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
    let told = "There is nothing to add. 4 were here already. 1 was skipped.";
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
        first.starts_with("have   Amazon") && first.ends_with("it is “mine”"),
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
        none.contains("aegis-encrypted.json: it is encrypted"),
        "{none}"
    );
    assert!(none.contains("--password-file"), "{none}");
    let import = ["import", "--yes", "--password-file", "-", &file];
    let wrong = desktop.mfactl_with(&import, "a guess\n").fails(5);
    assert!(wrong.contains("the password is not the one"), "{wrong}");
    assert!(!wrong.contains("guess"), "{wrong}");
    let line = format!("import --yes {file}");
    let thrice = terminal(&desktop, &line, "guess 1\nguess 2\nguess 3\n");
    assert_eq!(thrice.status, 5, "{thrice}");
    assert_eq!(
        thrice.stdout.matches("Not the password.").count(),
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
        again.contains("There is nothing to add. 2 were here already."),
        "{again}"
    );
}

/// The password goes from process to process where no other program can see it.
#[test]
fn a_password_is_in_no_argument_and_no_environment() {
    let desktop = Desktop::headless();
    // A daemon that is there already is not followed.
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
            "more than the daemon takes at once\n  If there",
        ),
        (
            &[&text],
            1,
            "text: this is no file that can be imported. See what can be",
        ),
        (&[&damaged], 1, "damaged: the file is damaged"),
        (&[&useless], 1, "there is nothing that could be added"),
        (&["/nonexistent"], 1, "/nonexistent: No such file"),
        (&["--format", "nosuch", &text], 2, "All: mfa-import formats"),
        (&["--format", "google", &file], 1, "aegis.json: "),
        (
            &["-", "-"],
            2,
            "only one thing can come from standard input",
        ),
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
fn an_export_in_several_pictures_is_put_together() {
    let desktop = Desktop::headless();
    let [one, two] = [0, 1].map(|n| picture(&desktop, &format!("{n}.png"), GOOGLE[n]));
    let [one, two] = [&one, &two].map(|path| path.to_str().unwrap());
    let both = desktop.mfactl(&["import", "--yes", two, one, two]).ok();
    let first = "Found 3 accounts in an export of Google Authenticator.\n";
    assert!(both.starts_with(first), "{both}");
    assert!(both.contains("add    GH   joe    as gh"), "{both}");
    assert!(
        both.contains("add    GH   jane   as gh-jane; its secret has only 40 bits\n"),
        "{both}"
    );
    assert!(!both.contains("missing"), "{both}");
    assert_eq!(listed(&desktop), 2);
}

/// Whoever gives one picture of two learns of it last, and decides.
#[test]
fn a_part_of_an_export_is_not_taken_for_all_of_it() {
    let desktop = Desktop::headless();
    let two = picture(&desktop, "two.png", GOOGLE[1]);
    let two = two.to_str().unwrap();
    let last = format!(
        "mfactl: QR code 1 of 2 is missing: import again with it\n  \
         All pictures together: mfactl import {two} FILE"
    );
    let looked = desktop.mfactl(&["import", "--dry-run", two]);
    assert!(
        looked.stdout.ends_with("1 account would be added.\n"),
        "{looked}"
    );
    assert_eq!(looked.fails(1), last);
    let refused = desktop.mfactl(&["import", "--yes", "--json", two]);
    let json: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(
        (&json["dry_run"], &json["missing"][0]["number"]),
        (&true.into(), &1.into())
    );
    assert!(
        refused
            .fails(1)
            .ends_with("To add what there is: --allow-incomplete")
    );
    let no = terminal(&desktop, &format!("import {two}"), "no\n");
    assert!(
        no.stdout
            .contains("QR code 1 of 2 is missing. This adds 1 account."),
        "{no}"
    );
    assert_eq!(listed(&desktop), 0);
    let some = desktop.mfactl(&["import", "--yes", "--allow-incomplete", two]);
    assert!(some.stdout.contains("Added 1 account"), "{some}");
    let said = some.fails(1);
    assert!(said.contains("two.png still holds your secrets"), "{said}");
    assert!(said.ends_with(&last), "{said}");
    assert_eq!(listed(&desktop), 1);
    let add = desktop.mfactl(&["add", "--qr", two]).fails(1);
    assert!(
        add.contains("QR code 1 of 2 is missing\n  Import all"),
        "{add}"
    );
    let add = desktop.mfactl(&["add", "x", "--yes", "--qr", two]).fails(1);
    assert!(
        add.ends_with("To add what there is: --allow-incomplete"),
        "{add}"
    );
    assert_eq!(listed(&desktop), 1);
    let some = ["add", "x", "--yes", "--allow-incomplete", "--qr", two];
    let some = desktop.mfactl(&some).fails(1);
    assert!(some.ends_with(&last["mfactl: ".len()..]), "{some}");
    assert!(some.contains("as “gh”; now it is there twice"), "{some}");
    assert_eq!(listed(&desktop), 2);
}

/// What is said to do about a QR code that is missing ends it.
#[test]
fn both_pictures_together_end_an_import_in_parts() {
    let desktop = Desktop::headless();
    let two = picture(&desktop, "two.png", GOOGLE[1]);
    let two = two.to_str().unwrap();
    let some = ["import", "--yes", "--allow-incomplete", two];
    assert!(
        desktop
            .mfactl(&some)
            .fails(1)
            .contains("All pictures together")
    );
    let one = picture(&desktop, "one.png", GOOGLE[0]);
    let all = desktop.mfactl(&["import", "--yes", two, one.to_str().unwrap()]);
    assert!(
        all.stderr.contains("two.png and 1 other file still hold"),
        "{all}"
    );
    let all = desktop.mfactl(&["import", "--yes", two, one.to_str().unwrap()]);
    assert!(all.stderr.contains("still hold your secrets"), "{all}");
    assert!(all.ok().contains("There is nothing to add."));
    assert_eq!(listed(&desktop), 2);
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

/// Killed while it writes, the daemon leaves some items: the next one serves none of them and removes
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
    assert!(said.contains("the daemon went away"), "{said}");
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

/// Other accounts are used before what a killed daemon has left is seen again.
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
