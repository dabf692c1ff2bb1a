//! The remarks on an account before it is stored.

use tests::{Desktop, LINK, SECRET};

#[test]
fn what_is_wrong_with_a_name_is_said_before_the_secret_is_asked_for() {
    let desktop = Desktop::with_two_accounts();
    for (name, text) in [
        (
            "aws",
            "the name “aws” is taken by Amazon Web Services (root@1234)",
        ),
        ("JBSWY3DPEHPK3PXQ", "this is a secret, not a name"),
    ] {
        let mut add = desktop.mfactl_on_a_terminal(&format!("add {name}"));
        let run = tests::run(&mut add, &format!("{SECRET}\n"));
        assert_ne!(run.status, 0, "{run}");
        assert!(run.stdout.contains(text), "{run}");
        assert!(!run.stdout.contains("(not shown)"), "{run}");
        let is_taken = name == "aws";
        assert_eq!(
            run.stdout.contains("Choose another name"),
            is_taken,
            "{run}"
        );
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
        no.stdout.contains("This secret is already stored as “"),
        "{no}"
    );
    assert!(
        no.stdout
            .contains("”. Add it a second time? Type “yes” to continue: "),
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

/// Nobody should type a secret that cannot be stored.
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
