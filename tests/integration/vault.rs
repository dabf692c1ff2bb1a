//! The encrypted file, for machines without a keychain; KeePassXC opens it too.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tests::{Desktop, LINK, SECRET, binary, now, oathtool, run};

const PASSPHRASE: &str = "correct horse battery staple";

fn passphrase_file(desktop: &Desktop) -> PathBuf {
    let path = desktop.folder().join("passphrase");
    std::fs::write(&path, format!("{PASSPHRASE}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    path
}

/// A desktop with a vault that holds `aws`, made as a user would.
fn with_vault() -> (Desktop, PathBuf) {
    let desktop = Desktop::without_keychain();
    let file = passphrase_file(&desktop);
    let file = file.to_str().unwrap();
    let made = desktop
        .mfactl(&["vault", "create", "--password-file", file])
        .ok();
    let vault = desktop.variable("XDG_DATA_HOME").join("mfactl/vault.kdbx");
    assert_eq!(
        made,
        format!("Accounts are kept in {} from now on.", vault.display())
    );
    desktop.add("aws", LINK);
    (desktop, vault)
}

/// Has the daemon open the vault by itself.
fn configure(desktop: &Desktop, vault: &Path, passphrase_file: &Path) {
    desktop.configure(&format!(
        "vault = {:?}\npassphrase-file = {:?}\n",
        vault.to_str().unwrap(),
        passphrase_file.to_str().unwrap()
    ));
}

/// What KeePassXC's own command line says of the vault.
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
        info.contains("Argon2id") || info.contains("KDBX 4"),
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

#[test]
fn a_passphrase_that_others_can_read_is_refused() {
    let (desktop, _) = with_vault();
    desktop.mfactl(&["lock"]).ok();
    let file = passphrase_file(&desktop);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let refused = desktop
        .mfactl(&["unlock", "--password-file", file.to_str().unwrap()])
        .fails(1);
    assert!(refused.contains("can be read by others"), "{refused}");
}

#[test]
fn nor_does_the_daemon_take_one_that_others_can_read() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let file = passphrase_file(&desktop);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    configure(&desktop, &vault, &file);
    let refused = desktop.mfactl(&["get", "aws"]).fails(7);
    assert!(refused.contains("can be read by others"), "{refused}");
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

    // The same by a credential of systemd.
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
    assert!(refused.contains("the OS keychain answers"), "{refused}");

    let (desktop, vault) = with_vault();
    let before = std::fs::read(&vault).unwrap();
    let file = passphrase_file(&desktop);
    let again = ["vault", "create", "--password-file", file.to_str().unwrap()];
    let again = desktop.mfactl(&again).fails(1);
    assert!(again.contains("already"), "{again}");
    assert_eq!(std::fs::read(&vault).unwrap(), before);
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
        refused.contains("another mfad has the vault file open"),
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
    assert!(error.contains("is not a file"), "{error}");
}

#[test]
fn a_vault_needs_no_bus() {
    let desktop = Desktop::start(&["--display", "none", "--no-bus"]);
    let vault = desktop.folder().join("v.kdbx");
    let mut daemon = desktop.start_daemon(desktop.ours("mfad").arg("--vault").arg(&vault));
    let missing = desktop.mfactl(&["list"]).fails(7);
    assert!(
        missing.contains("there is no vault") && missing.contains("vault create"),
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

/// What was put in the place of the vault is not opened, and the daemon serves on.
#[test]
fn a_vault_that_is_none_harms_nobody() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let file = passphrase_file(&desktop);
    configure(&desktop, &vault, &file);
    let whole = desktop.folder().join("whole.kdbx");
    std::fs::rename(&vault, &whole).unwrap();
    let path = vault.display();
    make_greedy(&desktop);
    let folder = desktop.folder().display();
    for (make, said) in [
        (
            format!("ln -s /dev/zero {path}"),
            "it is not a regular file",
        ),
        (format!("mkfifo -m 600 {path}"), "it is not a regular file"),
        (
            format!("install -m 600 {folder}/greedy.kdbx {path}"),
            "more than 1 GiB of memory",
        ),
        (
            format!("install -m 666 {folder}/whole.kdbx {path}"),
            "chmod 600 it",
        ),
        (
            format!("install -m 600 -o nobody {folder}/whole.kdbx {path}"),
            "belongs to another user",
        ),
    ] {
        desktop.shell(&make).ok();
        // Starts the daemon, the first time.
        let _refused = desktop.mfactl(&["list"]).fails(7);
        let pid = desktop.daemon();
        for _ in 0..3 {
            let refused = desktop.mfactl(&["get", "aws"]).fails(7);
            assert!(refused.contains(said), "{make}: {refused}");
        }
        assert_eq!(desktop.daemon(), pid, "{make}: it has ended");
        std::fs::remove_file(&vault).unwrap();
    }
    std::fs::rename(&whole, &vault).unwrap();
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

/// Makes a vault whose header asks for 4 TiB, and has its sum right.
fn make_greedy(desktop: &Desktop) {
    let program = r#"
import hashlib, struct
vault = bytearray(open("whole.kdbx", "rb").read())
memory = b"\x05\x01\0\0\0M\x08\0\0\0"
at = vault.index(memory) + len(memory)
vault[at:at + 8] = struct.pack("<Q", 4 << 40)
end = 12
while True:
    kind, size = struct.unpack_from("<BI", vault, end)
    end += 5 + size
    if kind == 0:
        break
vault[end:end + 32] = hashlib.sha256(vault[:end]).digest()
open("greedy.kdbx", "wb").write(vault)
"#;
    let mut python = desktop.command("/usr/bin/python3");
    python.args(["-c", program]).current_dir(desktop.folder());
    run(&mut python, "").ok();
}

/// Kills the daemon at each step of writing the file: the old accounts or the new ones are there,
/// never none.
#[test]
fn a_killed_daemon_leaves_the_old_vault_or_the_new_one() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let file = passphrase_file(&desktop);
    configure(&desktop, &vault, &file);
    for (number, point) in [
        "openat:when=1",
        "write:when=1",
        "fsync:when=1",
        "rename:when=1",
        "fsync:when=2",
    ]
    .into_iter()
    .enumerate()
    {
        let new = vault.with_extension("kdbx.new");
        let folder = vault.parent().unwrap();
        let mut killed = desktop.start_daemon(&mut killed_at(&desktop, point, &[&new, folder]));
        let name = format!("new-{number}");
        let link = format!("otpauth://totp/New:{number}?secret={SECRET}");
        let added = desktop.mfactl_with(&["add", &name, "--yes", "--uri", "-"], &link);
        assert_ne!(added.status, 0, "{point} was never reached: {added}");
        killed.wait().unwrap();
        drop(std::fs::remove_file(desktop.socket()));
        let accounts = desktop.mfactl(&["list", "--plain"]).ok();
        assert!(accounts.starts_with("aws\t"), "after {point}: {accounts}");
        desktop.add(&format!("after-{number}"), &link.replace("New:", "After:"));
        desktop
            .mfactl(&["rm", &format!("after-{number}"), "--yes"])
            .ok();
        desktop.end_daemon("-TERM");
    }
}

/// The daemon under strace, which kills it at a system call on one of these paths.
fn killed_at(desktop: &Desktop, point: &str, paths: &[&Path]) -> Command {
    let call = point.split(':').next().unwrap();
    let mut strace: Command = desktop.command("strace");
    strace.args([
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        &format!("trace={call}"),
    ]);
    for path in paths {
        strace.arg("-P").arg(path);
    }
    let when = point.split(':').nth(1).unwrap();
    strace
        .arg("-e")
        .arg(format!("inject={call}:signal=SIGKILL:{when}"));
    strace.arg(binary("mfad")).stderr(Stdio::null());
    strace
}
