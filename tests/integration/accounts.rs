//! Accounts on the command line: adding, finding, showing, changing and removing them.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use tests::{Desktop, LINK, SECRET};

/// Checks that JSON is an account with this name.
fn assert_is_account(json: &str, name: &str) {
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!((&json["schema"], &json["name"]), (&1.into(), &name.into()));
    assert_eq!(json["id"].as_str().map(str::len), Some(36));
}

#[test]
fn adding_by_secret_and_by_link() {
    let desktop = Desktop::headless();
    let added = desktop.mfactl_with(&["add", "--uri", "-"], LINK).ok();
    assert_eq!(added, "Saved as “aws” in gnome-keyring.");
    let arguments = [
        "add",
        "work",
        "--secret",
        "-",
        "--issuer",
        "Acme",
        "--username",
        "jane",
    ];
    let more = [
        "--digits",
        "8",
        "--algorithm",
        "sha256",
        "--period",
        "60",
        "--tag",
        "a",
    ];
    let rest = [
        "--tag",
        "b",
        "--serial",
        "arn:aws:iam::1:mfa/j",
        "--note",
        "n",
        "--pin",
        "--json",
    ];
    let arguments = [&arguments[..], &more, &rest].concat();
    let json = desktop
        .mfactl_with(&arguments, "gezd gnbv-gy3t qojq\n")
        .ok();
    assert_is_account(&json, "work");
    let shown = desktop.mfactl(&["show", "arn:aws:iam::1:mfa/j"]).ok();
    for text in [
        "Acme",
        "jane",
        "totp, 8 digits, SHA256, every 60 s",
        "a, b",
        "pinned    yes",
    ] {
        assert!(shown.contains(text), "{shown}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of it is a table")]
fn what_cannot_be_added_is_explained_and_not_repeated() {
    let desktop = Desktop::with_two_accounts();
    let long = "A".repeat(70_000);
    let cases: &[(&[&str], &str, i32, &str)] = &[
        (
            &["add", "--uri", "otpauth://totp/a?secret=JBSWY3DP"],
            "",
            2,
            "accepts only “-”",
        ),
        (
            &["add", "--secret=JBSWY3DPEHPK3PXP"],
            "",
            2,
            "accepts only “-”",
        ),
        (
            &["add", "x", "JBSWY3DPEHPK3PXP"],
            "",
            2,
            "unexpected argument '…' found",
        ),
        (
            &["add", "otpauth://totp/x?secret=JBSWY3DP", "--secret", "-"],
            "JBSWY3DP",
            2,
            "this is a link, not a name",
        ),
        (
            &["add", "JBSWY3DPEHPK3PXP", "--secret", "-"],
            "",
            2,
            "this is a secret, not a name",
        ),
        (&["add", "x"], "", 2, "no terminal"),
        (&["add", "x", "--secret", "-"], "JBSWY3DP0", 1, "not base32"),
        (&["add", "x", "--secret", "-"], "", 1, "the secret is empty"),
        (
            &["add", "x", "--secret", "-"],
            &long,
            1,
            "more than 65536 bytes",
        ),
        (
            &["add", "x", "--uri", "-"],
            "https://JBSWY3DP",
            1,
            "not an otpauth:// link",
        ),
        (
            &["add", "x", "--uri", "-"],
            LINK,
            1,
            "this secret is already stored as “aws”\n  To add it a second time: --yes",
        ),
        (
            &["add", "AWS", "--secret", "-"],
            "JBSWY3DP",
            1,
            "the name “aws” is taken by \
             Amazon Web Services (root@1234)\n  Choose another name: mfactl add NAME …, or rename the \
             other account: mfactl edit aws --name …",
        ),
        (&["add", "x", "--secret", "-"], "JBSWY3D", 1, "only 32 bits"),
        (
            &["add", "--uri", "-"],
            "OTPAUTH-migration://offline?data=JBSWY3DP",
            2,
            "mfactl import FILE",
        ),
        (
            &["add", "x", "--secret", "-", "--digits", "4"],
            "JBSWY3DP",
            1,
            "must be 5 to 9",
        ),
        (
            &["add", "x", "--secret", "-", "--counter", "1"],
            "JBSWY3DP",
            1,
            "time-based",
        ),
        (
            &["add", "x\ny", "--secret", "-"],
            "JBSWY3DP",
            1,
            "control characters",
        ),
    ];
    for (arguments, input, status, text) in cases {
        let error = desktop.mfactl_with(arguments, input).fails(*status);
        assert!(error.contains(text), "{error}");
        assert!(
            !error.contains("JBSW") && !error.contains("GEZD"),
            "{error}"
        );
    }
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 2);
}

#[test]
fn secrets_are_typed_unseen() {
    let desktop = Desktop::headless();
    let mut typed = desktop.mfactl_on_a_terminal("add typed");
    let run = tests::run(&mut typed, &format!("{SECRET}\n"));
    assert_eq!(run.status, 0, "{run}");
    assert!(run.stdout.contains("Saved as “typed”"), "{run}");
    assert!(!run.stdout.contains(SECRET), "the secret was shown: {run}");
}

#[test]
fn an_interrupted_prompt_leaves_the_terminal_as_it_was() {
    let desktop = Desktop::headless();
    let export = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/integration/samples/aegis-encrypted.json"
    );
    interrupt(&desktop, "add typed");
    interrupt(&desktop, &format!("import {export}"));
    let desktop = Desktop::without_keychain();
    interrupt(&desktop, "vault create");
}

/// Runs mfactl on a terminal, and presses Ctrl-C when it asks for something that is not shown.
fn interrupt(desktop: &Desktop, arguments: &str) {
    let mfactl = tests::binary("mfactl");
    let mfactl = format!("{} {arguments}", mfactl.display());
    // The shell goes on after the interrupt, like one that a person uses.
    let line = format!("trap : INT; stty -g; {mfactl}; echo \" ended: $?\"; stty -g");
    let mut shell = desktop.on_a_terminal(&line);
    let mut shell = shell
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    let mut before = String::new();
    output.read_line(&mut before).unwrap();
    let mut question = Vec::new();
    output.read_until(b')', &mut question).unwrap();
    assert!(question.ends_with(b"(not shown)"), "{arguments}");
    let mut keyboard = shell.stdin.take().unwrap();
    keyboard.write_all(b"GEZD\x03").unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(shell.wait().unwrap().success(), "{arguments}: {rest}");
    assert!(rest.contains("ended: 130"), "{arguments}: {rest}");
    assert!(rest.ends_with(&before), "{arguments}: {before}{rest}");
    assert!(!rest.contains("GEZD"), "{arguments}: {rest}");
}

#[test]
fn a_secret_is_shown_only_to_who_confirms() {
    let desktop = Desktop::with_two_accounts();
    let refused = desktop.mfactl(&["show", "aws", "--secret"]).fails(2);
    assert!(refused.contains("requires confirmation"), "{refused}");
    let no = tests::run(&mut desktop.mfactl_on_a_terminal("show aws --uri"), "no\n");
    assert!(no.status == 1 && !no.stdout.contains(SECRET), "{no}");
    let yes = tests::run(
        &mut desktop.mfactl_on_a_terminal("show aws --secret"),
        "yes\n",
    );
    assert!(yes.status == 0 && yes.stdout.contains(SECRET), "{yes}");
}

#[test]
fn queries_name_one_account_or_say_what_is_near() {
    let desktop = Desktop::with_two_accounts();
    let missing = desktop.mfactl(&["get", "githib"]).fails(3);
    assert_eq!(
        missing,
        "mfactl: no account matches “githib”. Closest names: github. To list all accounts: mfactl list"
    );
    desktop.add(
        "gitlab",
        &format!("otpauth://totp/GitLab:jane?secret={SECRET}"),
    );
    let several = desktop.mfactl(&["get", "git"]).fails(4);
    assert_eq!(
        several,
        "mfactl: “git” matches several accounts: github (octocat), gitlab (jane). Be more specific, or use \
         an id from mfactl list --json"
    );
    assert_eq!(desktop.mfactl(&["show", "git"]).fails(4), several);
    assert_eq!(desktop.mfactl(&["get", "gith"]).ok().len(), 8);
    assert!(
        desktop
            .mfactl(&["get", "gith", "--exact"])
            .fails(3)
            .contains("no account matches")
    );
    assert_eq!(
        desktop
            .mfactl(&["get", "GitHub:octocat", "--exact"])
            .ok()
            .len(),
        8
    );
}

#[test]
fn editing_changes_what_is_given() {
    let desktop = Desktop::with_two_accounts();
    let nothing = desktop.mfactl(&["edit", "aws"]).fails(2);
    assert!(nothing.contains("nothing to change"), "{nothing}");
    let code = desktop.mfactl(&["get", "aws"]).ok();
    desktop
        .mfactl(&[
            "edit", "aws", "--name", "root", "--issuer", "", "--tag", "x", "--pin",
        ])
        .ok();
    let shown = desktop.mfactl(&["show", "root", "--json"]).ok();
    for text in [
        r#""name":"root""#,
        r#""issuer":"""#,
        r#""tags":["x"]"#,
        r#""pinned":true"#,
    ] {
        assert!(shown.contains(text), "{shown}");
    }
    let again = desktop.mfactl(&["get", "root"]).ok();
    assert!(again == code || again.len() == 6);
    let taken = desktop
        .mfactl(&["edit", "root", "--name", "GitHub"])
        .fails(1);
    assert_eq!(
        taken,
        "mfactl: the name “github” is taken by GitHub (octocat)\n  Choose another name, or rename the \
         other account first: mfactl edit GitHub --name …"
    );
    let long = "n".repeat(70);
    let cut = desktop.mfactl(&["edit", "root", "--name", &long]);
    assert!(
        cut.stderr.contains("its name was cut to 64 characters"),
        "{cut}"
    );
    assert_eq!(cut.status, 0, "{cut}");
}

#[test]
fn the_domains_of_an_account_are_set_and_removed() {
    let desktop = Desktop::with_two_accounts();
    let edit = |options: &[&str]| desktop.mfactl(&[&["edit", "aws"][..], options].concat());
    let shown = || desktop.mfactl(&["show", "aws", "--json"]).ok();
    let person = |options: &str| desktop.person(&[&format!("mfactl edit aws {options}")]);
    person("--domain https://signin.aws.amazon.com/x").ok();
    let domains = r#""domains":["signin.aws.amazon.com"]"#;
    assert!(shown().contains(domains), "{}", shown());
    edit(&["--note", "n"]).ok();
    assert!(shown().contains(domains), "{}", shown());
    let text = desktop.mfactl(&["show", "aws"]).ok();
    assert!(text.contains("domains   signin.aws.amazon.com"), "{text}");
    for (wrong, why) in [
        ("https://user@PRIVATE.com/", "must be written as in"),
        ("two PRIVATE.com", "must be written as in"),
        ("https://private/", "has one part only"),
    ] {
        let error = edit(&["--domain", wrong]).fails(2);
        assert!(error.contains("--domain") && error.contains(why), "{error}");
        assert!(!error.to_lowercase().contains("private"), "{error}");
    }
    let many: Vec<_> = (0..17).map(|n| format!("--domain={n}.example")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let error = edit(&many).fails(1);
    assert!(error.contains("more than 16 domains"), "{error}");
    assert!(shown().contains(domains), "{}", shown());
    // A program could name a site of its own, and have a browser fill in the codes there.
    for options in [&["--domain", "other.example"][..], &["--no-domains"]] {
        let refused = edit(options).fails(5);
        assert!(refused.contains("only a person"), "{refused}");
    }
    assert!(shown().contains(domains), "{}", shown());
    person("--no-domains").ok();
    assert!(!shown().contains("domains"), "{}", shown());
}

#[test]
fn more_than_the_daemon_takes_is_not_sent() {
    let desktop = Desktop::with_two_accounts();
    let long = "x".repeat(100_000);
    let edit = [
        "edit", "aws", "--note", &long, "--serial", &long, "--tag", &long,
    ];
    let error = desktop.mfactl(&edit).fails(1);
    assert_eq!(
        error,
        "mfactl: the request is larger than the daemon accepts"
    );
}

#[test]
fn removing_needs_a_yes() {
    let desktop = Desktop::with_two_accounts();
    let refused = desktop.mfactl(&["rm", "aws"]).fails(2);
    assert!(refused.contains("--yes"), "{refused}");
    let no = tests::run(&mut desktop.mfactl_on_a_terminal("rm aws"), "n\n");
    assert!(
        no.status == 1 && no.stdout.contains("nothing was removed"),
        "{no}"
    );
    let yes = tests::run(&mut desktop.mfactl_on_a_terminal("rm aws"), "yes\n");
    assert_eq!(yes.status, 0, "{yes}");
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 1);
}

#[test]
fn removing_without_a_question_needs_the_whole_name() {
    let desktop = Desktop::with_two_accounts();
    let part = desktop.mfactl(&["rm", "--yes", "maz"]).fails(3);
    assert!(part.contains("no account matches"), "{part}");
    desktop.mfactl(&["rm", "--yes", "AWS"]).ok();
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 1);
}
