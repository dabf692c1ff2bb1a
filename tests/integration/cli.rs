//! The command line: its output, its installed parts, and how it reaches the daemon.

use tests::{Desktop, LINK, SECRET};

#[test]
fn colours_are_for_terminals_that_want_them() {
    let desktop = Desktop::with_two_accounts();
    let list = |command: &mut std::process::Command| tests::run(command, "").ok();
    assert!(list(&mut desktop.mfactl_on_a_terminal("list")).contains("\x1b[1m"));
    assert!(!list(desktop.mfactl_on_a_terminal("list").env("NO_COLOR", "1")).contains('\x1b'));
    assert!(!desktop.mfactl(&["list"]).ok().contains('\x1b'));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let desktop = Desktop::with_two_accounts();
    let line = format!(
        "set -o pipefail; {} list --json | true",
        tests::binary("mfactl").display()
    );
    let run = desktop.shell(&line);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn no_newline_where_none_is_wanted() {
    let desktop = Desktop::with_two_accounts();
    assert_eq!(desktop.mfactl(&["get", "-n", "aws"]).stdout.len(), 6);
    assert_eq!(desktop.mfactl(&["code", "aws"]).stdout.len(), 7);
}

#[test]
fn a_daemon_that_cannot_be_found_is_said_so() {
    let desktop = Desktop::without_keychain();
    let folder = desktop.folder().join("alone");
    std::fs::create_dir(&folder).unwrap();
    let alone = folder.join("mfactl");
    tests::copy_program(&tests::binary("mfactl"), &alone);
    let run = tests::run(
        desktop
            .command(&alone)
            .args(["get", "aws"])
            .env("PATH", "/nowhere"),
        "",
    );
    let error = run.fails(6);
    assert!(error.contains("cannot start the daemon: mfad"), "{error}");
    let status = desktop.mfactl(&["status"]).fails(6);
    assert!(status.contains("the daemon is not running"), "{status}");
}

#[test]
fn copying_needs_a_desktop() {
    let desktop = Desktop::with_two_accounts();
    let error = desktop.mfactl(&["get", "aws", "--copy"]).fails(1);
    assert!(error.contains("no desktop is running here"), "{error}");
}

/// Returns the finding of `mfactl doctor` on one thing: its grade, and what to do.
pub(crate) fn diagnosis(json: &str, what: &str) -> (String, String) {
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["what"] == what);
    let finding = finding.unwrap_or_else(|| panic!("nothing about {what}: {json}"));
    let text = |field: &str| finding[field].as_str().unwrap().to_owned();
    (text("grade"), text("text"))
}

#[test]
fn the_doctor_says_what_to_do() {
    let desktop = Desktop::with_two_accounts();
    let doctor = ["doctor", "--json"];
    let healthy = desktop.mfactl(&doctor).ok();
    assert_eq!(diagnosis(&healthy, "daemon").0, "ok");
    let keychain = diagnosis(&healthy, "keychain");
    let expected = "gnome-keyring, unlocked, 2 accounts".to_owned();
    assert_eq!(keychain, ("ok".to_owned(), expected));
    // This desktop has no panel.
    let (grade, text) = diagnosis(&healthy, "tray");
    assert!(
        grade == "warn" && text.contains("panel with a tray"),
        "{grade} {text}"
    );
    desktop.mfactl(&["lock"]).ok();
    let locked = desktop.mfactl(&doctor).ok();
    let (grade, text) = diagnosis(&locked, "accounts");
    assert!(
        grade == "warn" && text.contains("mfactl unlock"),
        "{grade} {text}"
    );
    let unused = "gnome-keyring, not used while the accounts are locked".to_owned();
    assert_eq!(diagnosis(&locked, "keychain"), ("ok".to_owned(), unused));
    let ill = Desktop::without_keychain().mfactl(&doctor);
    assert_eq!(diagnosis(&ill.stdout, "keychain").0, "fail");
    assert!(ill.fails(1).contains("mfactl cannot produce codes"));
    let ill = Desktop::without_keychain();
    ill.mfactl(&["lock"]).ok();
    let ill = ill.mfactl(&doctor);
    let (grade, text) = diagnosis(&ill.stdout, "keychain");
    assert!(
        grade == "fail" && text.contains("no keychain is running"),
        "{grade} {text}"
    );
    assert!(ill.fails(1).contains("mfactl cannot produce codes"));
}

/// Runs the doctor where no daemon can be found.
fn doctor_alone(desktop: &Desktop) -> tests::Run {
    let alone = desktop.folder().join("mfactl");
    tests::copy_program(&tests::binary("mfactl"), &alone);
    let mut doctor = desktop.command(&alone);
    doctor.args(["doctor", "--json"]).env("PATH", "/nowhere");
    let found = tests::run(&mut doctor, "");
    assert_eq!(found.status, 1, "{found}");
    found
}

/// The doctor still checks everything else that it can.
#[test]
fn the_doctor_needs_no_daemon() {
    let desktop = Desktop::headless();
    let found = doctor_alone(&desktop);
    let (grade, text) = diagnosis(&found.stdout, "daemon");
    assert!(
        grade == "fail" && text.contains("cannot start the daemon: mfad"),
        "{grade} {text}"
    );
    let (grade, text) = diagnosis(&found.stdout, "keychain");
    assert!(
        grade == "ok" && text.contains("available"),
        "{grade} {text}"
    );
    for what in ["clock", "tray"] {
        assert_eq!(diagnosis(&found.stdout, what).0, "warn");
    }
}

#[test]
fn without_a_daemon_the_doctor_knows_of_the_vault_file() {
    let desktop = Desktop::headless();
    let vault = desktop.folder().join("v.kdbx");
    desktop.configure(&format!("vault = {:?}\n", vault.to_str().unwrap()));
    let (grade, text) = diagnosis(&doctor_alone(&desktop).stdout, "keychain");
    assert!(
        grade == "fail" && text.contains("which does not exist"),
        "{grade} {text}"
    );
    std::fs::write(&vault, "").unwrap();
    let found = diagnosis(&doctor_alone(&desktop).stdout, "keychain");
    let expected = format!(
        "the accounts are in {}; only the daemon opens it",
        vault.display()
    );
    assert_eq!(found, ("ok".to_owned(), expected));
    desktop.configure("vault = \n");
    let (grade, text) = diagnosis(&doctor_alone(&desktop).stdout, "keychain");
    assert!(
        grade == "warn" && text.contains("config.toml cannot be read"),
        "{grade} {text}"
    );
}

/// The daemon does not look at it while the accounts are locked.
#[test]
fn the_doctor_misses_a_vault_file_that_is_gone_while_locked() {
    let (desktop, vault) = crate::vault::with_vault();
    let doctor = ["doctor", "--json"];
    desktop.mfactl(&["lock"]).ok();
    let found = diagnosis(&desktop.mfactl(&doctor).ok(), "keychain");
    let unused = format!(
        "{}, not used while the accounts are locked",
        vault.display()
    );
    assert_eq!(found, ("ok".to_owned(), unused));
    std::fs::remove_file(&vault).unwrap();
    let found = desktop.mfactl(&doctor);
    let (grade, text) = diagnosis(&found.stdout, "keychain");
    assert!(
        grade == "fail" && text.contains("which does not exist"),
        "{grade} {text}"
    );
    assert_eq!(found.status, 1);
}

#[test]
fn the_doctors_grades_have_colours() {
    let desktop = Desktop::with_two_accounts();
    let doctor = |command: &mut std::process::Command| tests::run(command, "").ok();
    let shown = doctor(&mut desktop.mfactl_on_a_terminal("doctor"));
    assert!(
        shown.contains("\x1b[32mok") && shown.contains("\x1b[33mwarn"),
        "{shown}"
    );
    let plain = doctor(desktop.mfactl_on_a_terminal("doctor").env("NO_COLOR", "1"));
    assert!(!plain.contains('\x1b'), "{plain}");
}

#[test]
fn each_shell_understands_its_completions() {
    let desktop = Desktop::without_keychain();
    for (shell, check) in [
        ("bash", "source /dev/stdin && complete -p mfactl"),
        ("zsh", "cat > /dev/null"),
        ("fish", "cat > /dev/null"),
    ] {
        let script = desktop.mfactl(&["completions", shell]).ok();
        assert!(
            script.contains("mfactl") && script.contains("min-ttl"),
            "{shell}"
        );
        let understood = tests::run(desktop.command("bash").args(["-c", check]), &script);
        assert_eq!(understood.status, 0, "{shell}: {understood}");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let desktop = Desktop::without_keychain();
    let folder = desktop.folder().join("man");
    desktop
        .mfactl(&["man", "--output", folder.to_str().unwrap()])
        .ok();
    let read = |page: &str| std::fs::read_to_string(folder.join(page)).unwrap();
    let of_commands = crate::contract::COMMANDS.map(|command| {
        let page = format!("mfactl {command}");
        page.trim_end().replace(' ', "-")
    });
    let others = ["mfad", "mfa-tray"].map(str::to_owned);
    for page in of_commands.iter().chain(&others) {
        assert!(read(&format!("{page}.1")).contains(".SH NAME"), "{page}");
    }
    assert!(read("mfad.1").contains("passphrase") || read("mfad.1").contains("KDBX"));
    // The documented settings are all that there are.
    let mut documented: Vec<_> = read("mfactl.toml.5")
        .lines()
        .filter_map(|line| line.strip_prefix("\\fB")?.strip_suffix("\\fR"))
        .map(|name| name.replace("\\-", "-"))
        .collect();
    documented.sort_unstable();
    assert_eq!(documented, known_settings(&folder.join("config.toml")));
    let rendered = format!(
        "cd {} && man --warnings -l *.1 *.5 2>&1 >/dev/null",
        folder.display()
    );
    assert_eq!(desktop.shell(&rendered).stdout, "");
    let get = format!("MANWIDTH=80 man -l {}/mfactl-get.1", folder.display());
    let get = desktop.shell(&get).ok().replace('\u{a0}', " ");
    assert!(get.contains("\nEXIT STATUS\n       0      ok\n"), "{get}");
    assert!(get.contains("[--min-ttl SEC]"), "{get}");
    assert!(desktop.mfactl(&["man"]).ok().contains("EXIT STATUS"));
}

/// The settings that the daemon, the tray and mfa-askpass know, sorted, as they say themselves when they meet another one
/// in `file`.
fn known_settings(file: &std::path::Path) -> Vec<String> {
    use mfa_host::config::{Askpass, Daemon, Tray};

    std::fs::write(file, "nosuch = 1\n").unwrap();
    let daemon = Daemon::load(file).unwrap_err().to_string();
    std::fs::write(file, "[tray]\nnosuch = 1\n").unwrap();
    let tray = Tray::load(file).unwrap_err().to_string();
    std::fs::write(file, "[[askpass]]\nnosuch = 1\n").unwrap();
    let askpass = Askpass::load(file).unwrap_err().to_string();
    let names = [daemon, tray, askpass].map(|error| {
        let known = error.split_once(". Known settings: ");
        let (_, names) = known.unwrap_or_else(|| panic!("{error}"));
        names.to_owned()
    });
    let names = names.iter().flat_map(|names| names.split(", "));
    // These two are a section and tables.
    let settings = names.filter(|name| !["tray", "askpass"].contains(name));
    let mut settings: Vec<_> = settings.map(str::to_owned).collect();
    settings.sort_unstable();
    settings
}

#[test]
fn a_manual_that_cannot_be_written_is_named() {
    let desktop = Desktop::without_keychain();
    let file = desktop.folder().join("file");
    std::fs::write(&file, "").unwrap();
    let file = file.to_str().unwrap();
    let error = desktop.mfactl(&["man", "--output", file]).fails(1);
    assert!(error.contains(&format!("cannot write {file}: ")), "{error}");
}

/// A script's locks and pipes belong to the script: a daemon that its command starts must not hold any.
#[test]
fn the_daemon_keeps_nothing_of_who_started_it() {
    let desktop = Desktop::headless();
    let lock = desktop.folder().join("lock");
    let line = format!(
        "( flock 9; {} list ) 9>{lock} && flock -n {lock} true && readlink /proc/{}/cwd",
        tests::binary("mfactl").display(),
        "$(mfactl_pid)",
        lock = lock.display(),
    );
    let pid = "mfactl_pid() { busctl --user call org.freedesktop.DBus /org/freedesktop/DBus \
               org.freedesktop.DBus GetConnectionUnixProcessID s org.mfactl.Authenticator1 \
               | cut -d ' ' -f 2; }";
    assert_eq!(desktop.shell(&format!("{pid}; {line}")).ok(), "/");
}

#[test]
fn a_daemon_that_hangs_is_given_up() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let pid = desktop.daemon();
    desktop.shell(&format!("kill -STOP {pid}")).ok();
    let error = desktop.mfactl(&["get", "aws"]).fails(6);
    desktop.shell(&format!("kill -CONT {pid}")).ok();
    assert!(error.contains("cannot reach the daemon"), "{error}");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

#[test]
fn what_the_user_locked_is_not_asked_for() {
    let desktop = Desktop::with_two_accounts();
    desktop.mfactl(&["lock"]).ok();
    let get = tests::run(&mut desktop.mfactl_on_a_terminal("get aws"), "");
    assert_eq!(get.status, 5, "{get}");
    assert!(get.stdout.contains("stay locked until you unlock"), "{get}");
    assert!(!get.stdout.contains("waiting"), "{get}");
}

#[test]
fn without_a_home_nothing_is_written_where_we_stand() {
    let desktop = Desktop::without_keychain();
    let mut command = desktop.ours("mfactl");
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env_remove(variable);
    }
    let folder = desktop.folder().join("here");
    std::fs::create_dir(&folder).unwrap();
    let _status = tests::run(command.arg("status").current_dir(&folder), "").fails(6);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

/// The argument may be a secret. The rest of the message stays readable, however short the argument is.
#[test]
fn an_argument_that_does_not_fit_is_not_repeated() {
    let desktop = Desktop::without_keychain();
    for argument in ["a", "", SECRET] {
        let error = desktop.mfactl(&["get", "aws", argument]).fails(2);
        assert!(
            error.starts_with("mfactl: unexpected argument '…' found"),
            "{error}"
        );
        assert!(error.contains("Usage: mfactl get"), "{error}");
        assert!(!error.contains(SECRET), "{error}");
    }
}
