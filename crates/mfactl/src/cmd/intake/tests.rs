//! What is said about a file that cannot be read, and when a password is asked for.

use std::path::PathBuf;

use super::*;

#[test]
fn a_link_is_no_file_and_is_not_repeated() {
    let link = Path::new("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP");
    let error = file(link).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    let text = error.to_string();
    assert!(text.starts_with("this is a link, not a file\n"), "{text}");
    assert!(
        text.contains("mfactl add --uri -") && text.contains("shell history"),
        "{text}"
    );
    assert!(!text.contains("JBSW"), "{text}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = file(Path::new("/nowhere/a\u{1b}[2J.json")).unwrap_err();
    assert_eq!(error.kind, Kind::Other);
    let begin = "/nowhere/a\u{fffd}[2J.json: ";
    assert!(error.message().starts_with(begin), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    std::fs::write(&path, "{}").unwrap();
    assert_eq!(file(&path).unwrap().as_slice(), b"{}");
}

#[test]
fn a_file_at_home_has_a_short_name() {
    let home = std::env::home_dir().unwrap_or_default();
    if home.is_absolute() {
        let file = PathBuf::from("~").join("a.json");
        assert_eq!(short(&home.join("a.json")), file.to_string_lossy());
    }
    assert_eq!(short(Path::new("/nowhere/a")), "/nowhere/a");
    assert_eq!(short(Path::new("-")), "standard input");
    assert_eq!(name(Path::new("-")), "standard input");
}

#[test]
fn a_helper_that_is_not_there_has_to_be_installed() {
    let error = helper("mfa-nothing", &[]).unwrap_err();
    assert_eq!(error.kind, Kind::Other);
    let text = error.to_string();
    assert!(text.starts_with("cannot run mfa-nothing"), "{text}");
    assert!(text.ends_with("\n  Install it beside mfactl."), "{text}");
}

fn refused(why: Exit) -> mfa_intake::Error {
    let said = "said".to_owned();
    mfa_intake::Error::Refused { why, said }
}

#[test]
fn a_password_is_asked_for_three_times() {
    let passwords = Passwords::new(&Context::at_terminal(true), None).unwrap();
    let asked = |why, asked| passwords.question(&refused(why), Path::new("a\u{1b}.json"), asked);
    assert_eq!(
        asked(Exit::PasswordNeeded, 0).as_deref(),
        Some("Password for a\u{fffd}.json (not shown)")
    );
    for tries in [1, 2] {
        assert_eq!(
            asked(Exit::WrongPassword, tries).as_deref(),
            Some("Wrong password. Password for a\u{fffd}.json (not shown)")
        );
    }
    assert_eq!(asked(Exit::WrongPassword, 3), None);
    assert_eq!(asked(Exit::Damaged, 0), None);
    // The password of the file before may not fit the next file.
    assert_eq!(
        asked(Exit::WrongPassword, 0).as_deref(),
        Some("Password for a\u{fffd}.json (not shown)")
    );
}

#[test]
fn nobody_is_asked_where_there_is_nobody() {
    let alone = Passwords::new(&Context::at_terminal(false), None).unwrap();
    assert_eq!(question(&alone), None);
}

fn question(passwords: &Passwords) -> Option<String> {
    let error = refused(Exit::PasswordNeeded);
    passwords.question(&error, Path::new("a.json"), 0)
}

/// On Windows, a file in a temporary folder is not private.
#[cfg(unix)]
#[test]
fn nobody_is_asked_for_a_password_that_is_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    let file = mfa_sys::files::private(&mut options).open(&path);
    file.unwrap().write_all(b" a b \nmore\n").unwrap();
    let given = Passwords::new(&Context::at_terminal(true), Some(&path)).unwrap();
    assert_eq!(
        given.password.as_ref().map(|password| password.as_str()),
        Some(" a b ")
    );
    assert_eq!(question(&given), None);
}
