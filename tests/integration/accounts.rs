//! Accounts on the command line: adding, finding, showing, changing and removing them.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use tests::{Desktop, LINK, SECRET};

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
    assert!(json.starts_with(r#"{"schema":1,"id":""#) && json.ends_with(r#""name":"work"}"#));
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
            "takes only “-”",
        ),
        (
            &["add", "--secret=JBSWY3DPEHPK3PXP"],
            "",
            2,
            "takes only “-”",
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
        (&["add", "x"], "", 2, "there is no terminal"),
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
            "this secret is here already, as “aws”\n  Add it a second time: --yes",
        ),
        (
            &["add", "AWS", "--secret", "-"],
            "JBSWY3DP",
            1,
            "“aws” is the name of Amazon Web Services (root@1234)\n  Give another name: mfactl add NAME …, or \
             rename that one: mfactl edit aws --name …",
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
fn what_is_wrong_with_a_name_is_said_before_the_secret_is_asked_for() {
    let desktop = Desktop::with_two_accounts();
    for (name, text) in [
        (
            "aws",
            "“aws” is the name of Amazon Web Services (root@1234)",
        ),
        ("JBSWY3DPEHPK3PXQ", "this is a secret, not a name"),
    ] {
        let mut add = desktop.mfactl_on_a_terminal(&format!("add {name}"));
        let run = tests::run(&mut add, &format!("{SECRET}\n"));
        assert_ne!(run.status, 0, "{run}");
        assert!(run.stdout.contains(text), "{run}");
        assert!(!run.stdout.contains("(it is not shown)"), "{run}");
    }
}

#[test]
fn texts_of_a_link_that_are_too_long_are_cut() {
    let desktop = Desktop::headless();
    let long = "i".repeat(300);
    let link = format!("otpauth://totp/{long}:{long}?secret={SECRET}");
    let added = desktop.mfactl_with(&["add", "x", "--uri", "-"], &link);
    for what in ["issuer", "user name"] {
        let cut = format!("its {what} was cut to 200 characters");
        assert!(added.stderr.contains(&cut), "{added}");
    }
    added.ok();
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
    let mfactl = tests::binary("mfactl");
    let add = format!("{} add typed", mfactl.display());
    // The shell stays, as one that a person uses does.
    let line = format!("trap : INT; stty -g; {add}; echo \" ended: $?\"; stty -g");
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
    assert!(question.ends_with(b"(it is not shown)"));
    let mut keyboard = shell.stdin.take().unwrap();
    keyboard.write_all(b"GEZD\x03").unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(shell.wait().unwrap().success(), "{rest}");
    assert!(rest.contains("ended: 130"), "{rest}");
    assert!(rest.ends_with(&before), "{before}{rest}");
    assert!(!rest.contains("GEZD"), "{rest}");
}

#[test]
fn a_secret_is_shown_only_to_who_confirms() {
    let desktop = Desktop::with_two_accounts();
    let refused = desktop.mfactl(&["show", "aws", "--secret"]).fails(2);
    assert!(refused.contains("only after a confirmation"), "{refused}");
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
        "mfactl: no account matches “githib”. Closest: github. All: mfactl list"
    );
    desktop.add(
        "gitlab",
        &format!("otpauth://totp/GitLab:jane?secret={SECRET}"),
    );
    let several = desktop.mfactl(&["get", "git"]).fails(4);
    assert_eq!(
        several,
        "mfactl: “git” matches several accounts: github (octocat), gitlab (jane). Say more, or use \
         the id from mfactl list --json"
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
        "mfactl: “github” is taken by GitHub (octocat)\n  Give another name, or rename that one first: \
         mfactl edit GitHub --name …"
    );
}

#[test]
fn more_than_the_daemon_takes_is_not_sent() {
    let desktop = Desktop::with_two_accounts();
    let long = "x".repeat(100_000);
    let edit = [
        "edit", "aws", "--note", &long, "--serial", &long, "--issuer", &long,
    ];
    let error = desktop.mfactl(&edit).fails(1);
    assert_eq!(error, "mfactl: that is more than the daemon takes at once");
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

#[test]
fn lists_are_for_people_and_for_programs() {
    let desktop = Desktop::with_two_accounts();
    assert_eq!(
        desktop.mfactl(&["list"]).ok(),
        "NAME     ISSUER                USERNAME\n\
         aws      Amazon Web Services   root@1234\n\
         github   GitHub                octocat"
    );
    let plain = desktop.mfactl(&["ls", "--plain", "--codes", "hub"]).ok();
    let fields: Vec<_> = plain.split('\t').collect();
    assert_eq!(fields[..3], ["github", "GitHub", "octocat"]);
    assert!(
        fields[4].len() == 8 && fields[5].parse::<u64>().unwrap() <= 30,
        "{plain}"
    );
    let none = desktop.mfactl(&["list", "zzz"]).fails(3);
    assert!(none.contains("“zzz”"), "{none}");
}

#[test]
fn a_secret_that_is_here_already_is_asked_for() {
    let desktop = Desktop::with_two_accounts();
    let link = format!("otpauth://totp/Other:me?secret={SECRET}");
    let typed = |input: &str| {
        tests::run(
            &mut desktop.mfactl_on_a_terminal("add other"),
            &format!("{link}\n{input}\n"),
        )
    };
    let no = typed("no");
    assert!(
        no.status == 1 && no.stdout.contains("nothing was added"),
        "{no}"
    );
    assert!(
        no.stdout.contains("This secret is here already, as “"),
        "{no}"
    );
    assert!(
        no.stdout
            .contains("”. Add it a second time? Type “yes” to go on: "),
        "{no}"
    );
    let yes = typed("yes");
    assert!(
        yes.status == 0 && yes.stdout.contains("Saved as “other”"),
        "{yes}"
    );
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 3);
}

#[test]
fn a_short_secret_is_remarked_and_a_weak_one_has_to_be_wanted() {
    let desktop = Desktop::headless();
    let add = |more: &[&str], secret: &str| {
        let arguments = [&["add", "--issuer", "x", "--secret", "-"], more].concat();
        desktop.mfactl_with(&arguments, secret)
    };
    let short = add(&[], "JBSWY3DP");
    assert!(
        short.stderr.contains("the secret has only 40 bits"),
        "{short}"
    );
    assert_eq!(short.status, 0, "{short}");
    assert_eq!(add(&["--quiet"], "MFRGGZDF").stderr, "");
    assert_eq!(add(&[], "JBSWY3DPEHPK3PXP").stderr, "");
    let weak = add(&[], "JBSWY3D").fails(1);
    assert!(weak.contains("--weak"), "{weak}");
    add(&["--weak"], "JBSWY3D").ok();
}

#[test]
fn a_name_that_is_too_long_is_cut_with_a_remark() {
    let desktop = Desktop::headless();
    let long = "n".repeat(80);
    let added = desktop.mfactl_with(&["add", &long, "--uri", "-"], LINK);
    assert!(
        added.stderr.contains("its name was cut to 64 characters"),
        "{added}"
    );
    assert!(
        added
            .ok()
            .contains(&format!("Saved as “{}…”", "n".repeat(63)))
    );
}

/// Nobody types a secret that cannot be stored.
#[test]
fn the_keychain_is_looked_at_before_the_secret_is_asked_for() {
    let desktop = Desktop::without_keychain();
    let none = tests::run(&mut desktop.mfactl_on_a_terminal("add x"), "");
    assert_eq!(none.status, 7, "{none}");
    assert!(!none.stdout.contains("Secret or"), "{none}");
    let desktop = Desktop::headless();
    desktop.mfactl(&["lock"]).ok();
    let locked = tests::run(&mut desktop.mfactl_on_a_terminal("add x"), "");
    assert_eq!(locked.status, 5, "{locked}");
    assert!(!locked.stdout.contains("Secret or"), "{locked}");
}

/// As wide as the terminal, at most; in a pipe nothing is left out.
#[test]
fn lists_fit_the_terminal() {
    let desktop = Desktop::headless();
    desktop.add("aws", &LINK.replace("root", "root-account-mfa-device"));
    desktop.add(
        "bank",
        &format!("otpauth://totp/%D7%91%D7%A0%D7%A7:dana?secret={SECRET}"),
    );
    let mfactl = tests::binary("mfactl");
    let list = |columns: u32, arguments: &str| {
        let line = format!(
            "stty rows 24 cols {columns}; {} list {arguments}",
            mfactl.display()
        );
        let list = tests::run(desktop.on_a_terminal(&line).env("NO_COLOR", "1"), "").ok();
        list.replace('\r', "")
    };
    assert_eq!(
        list(60, ""),
        "NAME   ISSUER                USERNAME\n\
         aws    Amazon Web Services   root-account-mfa-device@1234\n\
         \u{2068}bank\u{2069}   \u{2068}בנק\u{2069}                   \u{2068}dana\u{2069}"
    );
    assert_eq!(
        list(40, ""),
        "aws\n  Amazon Web Services — root-account-mf…\n\
         \u{2068}bank\u{2069}\n  \u{2068}בנק\u{2069} — \u{2068}dana\u{2069}"
    );
    let codes = list(80, "--codes");
    let lines: Vec<_> = codes.lines().collect();
    assert!(
        lines[0].starts_with("Codes change in ") && lines[0].contains('░'),
        "{codes}"
    );
    assert!(lines[1].starts_with("CODE      NAME   ISSUER"), "{codes}");
    assert_eq!(lines[2].find("   aws    Amazon"), Some(7), "{codes}");
    assert!(
        lines[3].starts_with('\u{2066}') && lines[3].contains("\u{2069}   \u{2068}bank"),
        "{codes}"
    );
    assert_eq!(codes.matches(" s ").count(), 1, "one countdown: {codes}");
    let piped = desktop.mfactl(&["list", "--codes"]).ok();
    assert!(
        !piped.contains(['█', '…', '\u{2066}', '\u{2068}']),
        "{piped}"
    );
}
