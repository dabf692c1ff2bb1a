//! Reads configurations, valid and invalid, and checks the messages.

use std::time::Duration;

use mfa_core::access::{BusCodes, Policy, Unattended};

use super::access::{BUS_CODES, CODES_PER_MINUTE, QUESTION_TIMEOUT, UNATTENDED};
use super::daemon::{
    BACKUP_KEEP, LOCK_AFTER, LOCK_ON_SUSPEND, LOCK_WITH_KEYCHAIN, LOCK_WITH_SCREEN,
    LOCK_WITH_SESSION, SEARCH_CODES,
};
use super::tray::{CLEAR_AFTER, CODES, ICON, SHORTCUT};
use super::*;

fn parse(text: &str) -> Result<Daemon, Error> {
    super::parse(Path::new("config.toml"), text)
}

#[test]
fn nothing_is_fine() {
    let config = parse("").unwrap();
    assert_eq!(config, Daemon::default());
    assert_eq!(config.access(), Policy::default());
    assert_eq!(config.lock().idle, None);
    assert!(config.lock().screen && config.lock().suspend);
    assert!(config.lock().session && config.lock().keychain);
}

/// Returns an absolute path, on every system.
fn whole(name: &str) -> PathBuf {
    std::env::temp_dir().join(name)
}

#[test]
fn everything_can_be_set() {
    let (vault, file) = (whole("v.kdbx"), whole("p"));
    let text = format!(
        "vault = {vault:?}\npassphrase-file = {file:?}\nbus-codes = \"allow\"\nlock-after = 900\n\
         unattended = \"deny\"\nquestion-timeout = 10\ncodes-per-minute = 0\n\
         lock-with-screen = false\nlock-on-suspend = false\n\
         lock-with-session = false\nlock-with-keychain = false\n\
         backup-folder = {file:?}\nbackup-keep = 3\n\
         sync-file = {file:?}"
    );
    let config = parse(&text).unwrap();
    assert_eq!(config.vault, Some(vault));
    assert_eq!(config.backup_folder.as_ref(), Some(&file));
    assert_eq!(config.sync_file.as_ref(), Some(&file));
    assert_eq!(
        (config.backup_keep(), Daemon::default().backup_keep()),
        (3, 10)
    );
    assert_eq!(config.passphrase_file, Some(file));
    let expected = Policy {
        bus_codes: BusCodes::Allow,
        unattended: Unattended::Deny,
        patience: Duration::from_secs(10),
        codes_per_minute: 0,
    };
    assert_eq!(config.access(), expected);
    let expected = mfa_core::lock::Policy {
        idle: Some(Duration::from_secs(900)),
        screen: false,
        suspend: false,
        session: false,
        keychain: false,
    };
    assert_eq!(config.lock(), expected);
}

#[test]
fn the_section_of_the_tray_is_passed_over() {
    let config = parse("lock-after = 900\n[tray]\ncodes = \"shown\"").unwrap();
    assert_eq!(config.lock().idle, Some(Duration::from_secs(900)));
}

#[test]
fn a_choice_is_added_to_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sub/config.toml");
    let vault = whole("a \"b\".kdbx");
    remember_vault(&path, &vault).unwrap();
    assert_eq!(Daemon::load(&path).unwrap().vault, Some(vault));
    std::fs::write(&path, "lock-after = 900").unwrap();
    remember_vault(&path, &whole("v.kdbx")).unwrap();
    let config = Daemon::load(&path).unwrap();
    assert_eq!(config.lock().idle, Some(Duration::from_secs(900)));
    assert_eq!(config.vault, Some(whole("v.kdbx")));
    assert!(
        remember_vault(&path, &whole("other")).is_err(),
        "there is one already"
    );
}

#[test]
fn a_mistake_is_said_in_words_with_its_line_and_without_the_value() {
    let path = "must be the absolute path of a file, in quotes; ~ and variables are not expanded";
    let (vault, file) = (format!("vault {path}"), format!("passphrase-file {path}"));
    let unknown = "unknown setting bus-code: did you mean bus-codes? Known settings: vault, passphrase-file, bus-codes, \
                   unattended, question-timeout, codes-per-minute, lock-after, lock-with-screen, lock-on-suspend, \
                   lock-with-session, lock-with-keychain, backup-folder, backup-keep, search-codes, sync-file, tray, \
                   askpass, askpass-next";
    for (line, said) in [
        ("bus-code = \"hunter2\"", unknown),
        ("bus-codes = \"hunter2\"", BUS_CODES),
        ("bus-codes = true", BUS_CODES),
        ("unattended = \"hunter2\"", UNATTENDED),
        ("question-timeout = 4", QUESTION_TIMEOUT),
        ("question-timeout = \"hunter2\"", QUESTION_TIMEOUT),
        ("codes-per-minute = -1", CODES_PER_MINUTE),
        ("codes-per-minute = 100001", CODES_PER_MINUTE),
        ("backup-keep = 0", BACKUP_KEEP),
        ("backup-keep = 1001", BACKUP_KEEP),
        ("backup-keep = \"hunter2\"", BACKUP_KEEP),
        ("lock-after = \"hunter2\"", LOCK_AFTER),
        ("lock-after = 0", LOCK_AFTER),
        ("lock-after = -1", LOCK_AFTER),
        ("lock-after = 1.5", LOCK_AFTER),
        ("lock-with-screen = \"hunter2\"", LOCK_WITH_SCREEN),
        ("lock-with-screen = 1", LOCK_WITH_SCREEN),
        ("lock-on-suspend = \"true\"", LOCK_ON_SUSPEND),
        ("lock-with-session = \"true\"", LOCK_WITH_SESSION),
        ("lock-with-keychain = 0", LOCK_WITH_KEYCHAIN),
        ("search-codes = 0", SEARCH_CODES),
        ("vault = 1", &vault),
        ("vault = \"hunter2\"", &vault),
        ("vault = \"~/hunter2.kdbx\"", &vault),
        ("passphrase-file = \"hunter2\"", &file),
        ("passphrase-file = [\"hunter2\"]", &file),
    ] {
        let error = parse(&format!("\n{line}\n")).unwrap_err().to_string();
        let expected = format!("config.toml, line 2: {said}");
        assert_eq!(error, expected, "{line}");
    }
}

/// These messages come from the parser.
#[test]
fn nor_is_the_value_repeated_that_is_no_toml() {
    for line in [
        "vault = hunter2",
        "vault = \"hunter2",
        "vault = 'hunter2' hunter2",
        "hunter2",
        "bus-codes = \"allow\"\nbus-codes = \"hunter2\"",
    ] {
        let error = parse(&format!("\n{line}\n")).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

fn settings(text: &str) -> Result<Tray, Error> {
    super::parse::<tray::File>(Path::new("config.toml"), text).map(|file| file.tray)
}

#[test]
fn what_is_not_set_has_a_default() {
    let default = settings("bus-codes = \"allow\"\n").unwrap();
    assert_eq!(default, Tray::default());
    assert_eq!(default.codes.unwrap_or_default(), Codes::Hidden);
    assert_eq!(default.clear_after, None);
}

#[test]
fn everything_can_be_set_for_the_tray() {
    let text =
        "[tray]\ncodes = \"shown\"\nclear-after = 0\nicon = \"dark\"\nshortcut = \"LOGO+F12\"\n";
    let expected = Tray {
        codes: Some(Codes::Shown),
        clear_after: Some(0),
        icon: Some(Look::Dark),
        shortcut: Some("LOGO+F12".to_owned()),
    };
    assert_eq!(settings(text).unwrap(), expected);
}

#[test]
fn so_is_one_in_the_section_of_the_tray() {
    let unknown = "unknown setting code: did you mean codes? Known settings: codes, clear-after, icon, shortcut";
    let long = format!("[tray]\nshortcut = \"{}\"", "x".repeat(65));
    for (text, said) in [
        ("[tray]\ncode = \"hunter2\"", unknown),
        ("[tray]\ncodes = \"hunter2\"", CODES),
        ("[tray]\ncodes = 1", CODES),
        ("[tray]\nclear-after = -1", CLEAR_AFTER),
        ("[tray]\nclear-after = 86401", CLEAR_AFTER),
        ("[tray]\nclear-after = \"hunter2\"", CLEAR_AFTER),
        ("[tray]\nicon = \"hunter2\"", ICON),
        ("[tray]\nshortcut = \"\"", SHORTCUT),
        ("[tray]\nshortcut = 1", SHORTCUT),
        ("[tray]\nshortcut = \"CTRL + hunter2\"", SHORTCUT),
        ("[tray]\nshortcut = \"CTRL+ä\"", SHORTCUT),
        ("[tray]\nshortcut = \"CTRL+\\u0007\"", SHORTCUT),
        (&*long, SHORTCUT),
        ("\ntray = \"hunter2\"", "this must be a section: [tray]"),
    ] {
        let error = settings(text).unwrap_err().to_string();
        let expected = format!("config.toml, line 2: {said}");
        assert_eq!(error, expected, "{text}");
    }
}

#[test]
fn a_new_file_changes_nothing_and_explains_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sub/config.toml");
    prepare(&path).unwrap();
    assert_eq!(Tray::load(&path).unwrap(), Tray::default());
    let explained = TEMPLATE
        .replace("# codes =", "codes =")
        .replace("# clear", "clear");
    let explained = explained
        .replace("# icon =", "icon =")
        .replace("# shortcut =", "shortcut =");
    let expected = Tray {
        codes: Some(Codes::default()),
        icon: Some(Look::default()),
        clear_after: Some(30),
        shortcut: Some("CTRL+ALT+m".to_owned()),
    };
    assert_eq!(settings(&explained).unwrap(), expected);
    std::fs::write(&path, "[tray]\ncodes = \"shown\"\n").unwrap();
    prepare(&path).unwrap();
    assert_eq!(
        Tray::load(&path).unwrap().codes,
        Some(Codes::Shown),
        "it is kept"
    );
}

#[test]
fn a_new_file_that_cannot_be_filled_is_not_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let full = create(&path, |file| {
        file.write_all(b"# The be")?;
        Err(io::Error::other("the disk is full"))
    });
    assert!(full.is_err());
    assert!(!path.exists());
    // The next attempt fills it, and one of the user stays.
    create(&path, |file| file.write_all(b"whole")).unwrap();
    create(&path, |file| file.write_all(b"other")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
}
