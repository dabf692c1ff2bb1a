//! Lists of accounts, for people and for programs.

mod bars;
mod completing;
mod menus;
mod terminal;
mod watching;

use tests::{Desktop, LINK, SECRET};

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

/// The list is at most as wide as the terminal; in a pipe nothing is left out.
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
        lines[0].starts_with("Codes change in ") && lines[0].contains('█'),
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
