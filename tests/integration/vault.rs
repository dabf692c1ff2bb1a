//! The encrypted file, for machines without a keychain; KeePassXC opens it too.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tests::{Desktop, LINK, SECRET, now, oathtool, run};

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

pub(crate) fn passphrase_file(desktop: &Desktop) -> PathBuf {
    let path = desktop.folder().join("passphrase");
    std::fs::write(&path, format!("{PASSPHRASE}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    path
}

/// Returns a desktop with a vault that holds `aws`, created as a user would.
pub(crate) fn with_vault() -> (Desktop, PathBuf) {
    let desktop = Desktop::without_keychain();
    let file = passphrase_file(&desktop);
    let file = file.to_str().unwrap();
    let made = desktop
        .mfactl(&["vault", "create", "--password-file", file])
        .ok();
    let vault = desktop.variable("XDG_DATA_HOME").join("mfactl/vault.kdbx");
    assert_eq!(
        made,
        format!("Accounts are now kept in {}.", vault.display())
    );
    desktop.add("aws", LINK);
    (desktop, vault)
}

/// Configures the daemon to open the vault by itself.
pub(crate) fn configure(desktop: &Desktop, vault: &Path, passphrase_file: &Path) {
    desktop.configure(&format!(
        "vault = {:?}\npassphrase-file = {:?}\ncodes-per-minute = 0\n",
        vault.to_str().unwrap(),
        passphrase_file.to_str().unwrap()
    ));
}

/// Returns what KeePassXC's own command line prints about the vault.
fn keepassxc(desktop: &Desktop, arguments: &[&str]) -> String {
    let mut command = desktop.command("keepassxc-cli");
    command.env("QT_QPA_PLATFORM", "offscreen").args(arguments);
    run(&mut command, &format!("{PASSPHRASE}\n")).ok()
}

#[test]
fn keepassxc_shows_the_same_codes() {
    let (desktop, vault) = with_vault();
    let vault = vault.to_str().unwrap();
    let before = now();
    let shown = keepassxc(&desktop, &["show", "-t", vault, "aws"]);
    let expected = [oathtool(SECRET, 30, before), oathtool(SECRET, 30, now())];
    assert!(expected.contains(&shown.trim().to_owned()), "{shown}");
    assert!(keepassxc(&desktop, &["show", vault, "aws"]).contains("UserName: root@1234"));
    desktop.add(
        "game",
        "otpauth://steam/Steam:me?secret=63BEDWCQZKTQWPESARIERL5DTTQFCJTK",
    );
    desktop.add(
        "long",
        &format!("otpauth://totp/Long:me?secret={SECRET}&algorithm=SHA512&digits=8&period=60"),
    );
    for account in ["game", "long"] {
        let mut codes = vec![desktop.mfactl(&["get", account]).ok()];
        let shown = keepassxc(&desktop, &["show", "-t", vault, account]);
        codes.push(desktop.mfactl(&["get", account]).ok());
        assert!(
            codes.contains(&shown.trim().to_owned()),
            "{account}: {shown}"
        );
    }
    let info = keepassxc(&desktop, &["db-info", vault]);
    assert!(
        info.contains("KDF: Argon2id") && info.contains("65536 KB"),
        "{info}"
    );
}

#[test]
fn keepassxc_may_write_while_the_vault_is_open() {
    let (desktop, vault) = with_vault();
    let vault = vault.to_str().unwrap();
    desktop.add("bank", &format!("otpauth://hotp/Bank:jane?secret={SECRET}"));
    let mut codes = Vec::new();
    for entry in ["one", "two"] {
        keepassxc(&desktop, &["add", "-q", "-u", "somebody", vault, entry]);
        codes.push(desktop.mfactl(&["get", "bank"]).ok());
        desktop.mfactl(&["edit", "aws", "--note", entry]).ok();
    }
    assert_eq!(codes, ["755224", "287082"]);
    for entry in ["one", "two"] {
        assert!(keepassxc(&desktop, &["show", vault, entry]).contains("somebody"));
    }
    assert!(keepassxc(&desktop, &["show", vault, "aws"]).contains("Notes: two"));
}

#[test]
fn a_wrong_passphrase_changes_nothing() {
    let (desktop, _) = with_vault();
    let wrong = ["unlock", "--password-file", "-"];
    let refused = desktop.mfactl_with(&wrong, "wrong\n").fails(5);
    assert!(refused.contains("the passphrase is wrong"), "{refused}");
    desktop
        .mfactl(&["edit", "aws", "--note", "still open"])
        .ok();
}

#[test]
fn an_account_added_by_keepassxc_is_ours_too() {
    let (desktop, vault) = with_vault();
    let export = keepassxc(&desktop, &["export", vault.to_str().unwrap()]);
    assert!(export.contains("otpauth://"), "{export}");
    // KeePassXC's command line cannot set the attribute, so its XML is changed and imported.
    let foreign = export
        .replace("<Value>aws</Value>", "<Value>foreign</Value>")
        .replace("root%401234", "somebody");
    let xml = desktop.folder().join("foreign.xml");
    std::fs::write(&xml, foreign).unwrap();
    desktop.end_daemon("-TERM");
    std::fs::remove_file(&vault).unwrap();
    let mut import = desktop.command("keepassxc-cli");
    import
        .env("QT_QPA_PLATFORM", "offscreen")
        .args(["import", "-p"])
        .arg(&xml)
        .arg(&vault);
    let _imported = run(&mut import, &format!("{PASSPHRASE}\n{PASSPHRASE}\n")).ok();
    let file = passphrase_file(&desktop);
    desktop
        .mfactl(&["unlock", "--password-file", file.to_str().unwrap()])
        .ok();
    assert_eq!(desktop.mfactl(&["get", "foreign"]).ok().len(), 6);
    desktop
        .mfactl(&["edit", "foreign", "--note", "changed by us"])
        .ok();
    let shown = keepassxc(&desktop, &["show", vault.to_str().unwrap(), "foreign"]);
    assert!(shown.contains("changed by us"), "{shown}");
}

#[test]
fn a_restart_needs_the_passphrase() {
    let (desktop, _) = with_vault();
    desktop.end_daemon("-TERM");
    let locked = desktop.mfactl(&["get", "aws"]).fails(5);
    assert!(
        locked.contains("locked") && locked.contains("mfactl unlock"),
        "{locked}"
    );
    let wrong = desktop
        .mfactl_with(&["unlock", "--password-file", "-"], "wrong\n")
        .fails(5);
    assert!(wrong.contains("the passphrase is wrong"), "{wrong}");
    desktop
        .mfactl_with(&["unlock", "--password-file", "-"], PASSPHRASE)
        .ok();
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    desktop.mfactl(&["lock"]).ok();
    let _locked = desktop.mfactl(&["get", "aws"]).fails(5);
}

/// The same passphrase opens it wherever it is given: from a file, at a terminal, in KeePassXC or in the tray.
#[test]
fn a_passphrase_may_begin_and_end_with_a_space() {
    let desktop = Desktop::without_keychain();
    let mut create = desktop.mfactl_on_a_terminal("vault create");
    let made = run(&mut create, "  spaced \n  spaced \n").ok();
    assert!(made.contains("Accounts are now kept in"), "{made}");
    let unlock = ["unlock", "--password-file", "-"];
    for (passphrase, status) in [("spaced\n", 5), ("  spaced \n", 0)] {
        desktop.mfactl(&["lock"]).ok();
        let given = desktop.mfactl_with(&unlock, passphrase);
        assert_eq!(given.status, status, "{given}");
    }
    desktop.mfactl(&["lock"]).ok();
    let mut unlock = desktop.mfactl_on_a_terminal("unlock");
    let typed = run(&mut unlock, "  spaced \n").ok();
    assert!(typed.contains("unlocked"), "{typed}");
}

/// A launcher has no terminal, but a desktop has a tray.
#[test]
fn without_a_terminal_unlocking_says_what_else_asks() {
    let (desktop, _) = with_vault();
    desktop.mfactl(&["lock"]).ok();
    let refused = desktop.mfactl(&["unlock"]).fails(2);
    let told = "mfactl: cannot ask for the passphrase: no terminal\n  \
                Pass it in a file: --password-file FILE, or - for standard input";
    assert_eq!(refused, told);
    let mut unlock = desktop.ours("mfactl");
    let refused = run(unlock.arg("unlock").env("DISPLAY", ":0"), "").fails(2);
    let tray = "\n  Or choose “Unlock…” in the menu of the tray (mfa-tray)";
    assert_eq!(refused, format!("{told}{tray}"));
}

#[test]
fn a_passphrase_that_others_can_read_is_refused() {
    let (desktop, _) = with_vault();
    desktop.mfactl(&["lock"]).ok();
    let file = passphrase_file(&desktop);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let refused = desktop
        .mfactl(&["unlock", "--password-file", file.to_str().unwrap()])
        .fails(1);
    assert!(refused.contains("other users can read"), "{refused}");
}

#[test]
fn nor_does_the_daemon_take_one_that_others_can_read() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let file = passphrase_file(&desktop);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    configure(&desktop, &vault, &file);
    let refused = desktop.mfactl(&["get", "aws"]).fails(7);
    assert!(refused.contains("can be read by other users"), "{refused}");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    desktop.end_daemon("-TERM");
    desktop.mfactl(&["get", "aws"]).ok();
}

#[test]
fn a_server_needs_nobody_at_the_keyboard() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let file = passphrase_file(&desktop);
    configure(&desktop, &vault, &file);
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    desktop.end_daemon("-TERM");

    // The same works with a credential of systemd.
    desktop.configure(&format!("vault = {:?}\n", vault.to_str().unwrap()));
    let credentials = desktop.folder().join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    std::fs::rename(&file, credentials.join("mfad-vault-passphrase")).unwrap();
    let mut daemon = desktop.ours("mfad");
    let mut daemon = desktop.start_daemon(daemon.env("CREDENTIALS_DIRECTORY", &credentials));
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    desktop.end_daemon("-TERM");
    assert!(daemon.wait().unwrap().success());
}

#[test]
fn a_vault_is_made_only_where_it_is_needed() {
    let desktop = Desktop::headless();
    let file = passphrase_file(&desktop);
    let refused = ["vault", "create", "--password-file", file.to_str().unwrap()];
    let refused = desktop.mfactl(&refused).fails(1);
    assert!(
        refused.contains("the accounts are in gnome-keyring"),
        "{refused}"
    );

    let (desktop, vault) = with_vault();
    let before = std::fs::read(&vault).unwrap();
    let file = passphrase_file(&desktop);
    let again = ["vault", "create", "--password-file", file.to_str().unwrap()];
    let again = desktop.mfactl(&again).fails(1);
    assert!(again.contains("already"), "{again}");
    assert_eq!(std::fs::read(&vault).unwrap(), before);
}

/// Nobody should think of a passphrase in vain, and a user who still wants a file is told how to get one.
#[test]
fn whether_a_vault_is_needed_is_said_before_the_passphrase_is_asked_for() {
    let desktop = Desktop::headless();
    for locked in [false, true] {
        if locked {
            desktop.mfactl(&["lock"]).ok();
        }
        let refused = run(&mut desktop.mfactl_on_a_terminal("vault create"), "");
        assert_eq!(refused.status, 1, "{refused}");
        let said = &refused.stdout;
        assert!(said.contains("the accounts are in gnome-keyring"), "{said}");
        assert!(said.contains("vault = \"FILE\""), "{said}");
        assert!(!said.contains("New passphrase"), "{said}");
    }
    let vault = desktop.folder().join("all-the-same.kdbx");
    desktop.configure(&format!("vault = {:?}\n", vault.to_str().unwrap()));
    desktop.end_daemon("-TERM");
    let create = ["vault", "create", "--password-file", "-"];
    let made = desktop.mfactl_with(&create, PASSPHRASE).ok();
    let expected = format!("Accounts are now kept in {}.", vault.display());
    assert_eq!(made, expected);
    desktop.add("aws", LINK);
    let again = run(&mut desktop.mfactl_on_a_terminal("vault create"), "");
    let said = &again.stdout;
    assert!(
        said.contains("the accounts are already in ") && said.contains("all-the-same.kdbx"),
        "{said}"
    );
    assert!(!said.contains("New passphrase"), "{said}");
}

#[test]
fn an_empty_passphrase_is_refused_at_once() {
    let desktop = Desktop::without_keychain();
    let refused = run(&mut desktop.mfactl_on_a_terminal("vault create"), "\n\n");
    assert_eq!(refused.status, 1, "{refused}");
    let said = &refused.stdout;
    assert!(
        said.contains("an empty passphrase protects nothing"),
        "{said}"
    );
    assert!(!said.contains("Repeat the passphrase"), "{said}");
    let create = ["vault", "create", "--password-file", "-"];
    let refused = desktop.mfactl_with(&create, "\n").fails(1);
    assert!(
        refused.contains("an empty passphrase protects nothing"),
        "{refused}"
    );
}

#[test]
fn making_a_vault_keeps_the_configuration() {
    let desktop = Desktop::without_keychain();
    desktop.configure("lock-after = 900");
    let file = passphrase_file(&desktop);
    desktop
        .mfactl(&["vault", "create", "--password-file", file.to_str().unwrap()])
        .ok();
    desktop.end_daemon("-TERM");
    let locked = desktop.mfactl(&["list"]).fails(5);
    assert!(locked.contains("mfactl unlock"), "{locked}");
    let config = desktop
        .variable("XDG_CONFIG_HOME")
        .join("mfactl/config.toml");
    assert!(
        std::fs::read_to_string(config)
            .unwrap()
            .ends_with("\nlock-after = 900")
    );
}

#[test]
fn one_vault_has_one_daemon() {
    let (desktop, vault) = with_vault();
    let other = Desktop::start(&["--display", "none", "--no-bus"]);
    let mut daemon = other.start_daemon(other.ours("mfad").arg("--vault").arg(&vault));
    let file = passphrase_file(&other);
    let unlock = ["unlock", "--password-file", file.to_str().unwrap()];
    let refused = other.mfactl(&unlock).fails(7);
    assert!(
        refused.contains("another mfad is using the vault file"),
        "{refused}"
    );
    desktop.end_daemon("-TERM");
    other.mfactl(&unlock).ok();
    assert_eq!(other.mfactl(&["get", "aws"]).ok().len(), 6);
    other.end_daemon("-TERM");
    assert!(daemon.wait().unwrap().success());
}

#[test]
fn a_passphrase_pipe_that_nobody_fills_keeps_nobody_waiting() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let pipe = desktop.folder().join("pipe");
    desktop
        .shell(&format!("mkfifo -m 600 {}", pipe.display()))
        .ok();
    configure(&desktop, &vault, &pipe);
    let error = desktop.mfactl(&["list"]).fails(7);
    assert!(error.contains("is not a regular file"), "{error}");
}

#[test]
fn a_vault_needs_no_bus() {
    let desktop = Desktop::start(&["--display", "none", "--no-bus"]);
    let vault = desktop.folder().join("v.kdbx");
    let mut daemon = desktop.start_daemon(desktop.ours("mfad").arg("--vault").arg(&vault));
    let missing = desktop.mfactl(&["list"]).fails(7);
    assert!(
        missing.contains("does not exist yet") && missing.contains("vault create"),
        "{missing}"
    );
    let file = passphrase_file(&desktop);
    desktop
        .mfactl(&["vault", "create", "--password-file", file.to_str().unwrap()])
        .ok();
    desktop.add("aws", LINK);
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    assert_eq!(
        std::fs::metadata(&vault).unwrap().permissions().mode() & 0o777,
        0o600
    );
    desktop.end_daemon("-TERM");
    assert!(daemon.wait().unwrap().success());
}
