//! The command line: its output, its parts that are installed, and how it gets at the daemon.

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
    std::fs::copy(tests::binary("mfactl"), &alone).unwrap();
    let run = tests::run(
        desktop
            .command(&alone)
            .args(["get", "aws"])
            .env("PATH", "/nowhere"),
        "",
    );
    let error = run.fails(6);
    assert!(
        error.contains("the daemon cannot be started: mfad"),
        "{error}"
    );
    let status = desktop.mfactl(&["status"]).fails(6);
    assert!(status.contains("the daemon is not running"), "{status}");
}

#[test]
fn copying_needs_a_desktop() {
    let desktop = Desktop::with_two_accounts();
    let error = desktop.mfactl(&["get", "aws", "--copy"]).fails(1);
    assert!(error.contains("there is no desktop"), "{error}");
}

/// What `mfactl doctor` says of one thing: how it is, and what to do.
fn diagnosis(json: &str, what: &str) -> (String, String) {
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
    // There is no panel and no time service in this desktop.
    for (what, remedy) in [("tray", "panel with a tray"), ("clock", "compare it")] {
        let (grade, text) = diagnosis(&healthy, what);
        assert!(grade == "warn" && text.contains(remedy), "{grade} {text}");
    }
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
    assert!(ill.fails(1).contains("mfactl can give no codes"));
    let ill = Desktop::without_keychain();
    ill.mfactl(&["lock"]).ok();
    let ill = ill.mfactl(&doctor);
    let (grade, text) = diagnosis(&ill.stdout, "keychain");
    assert!(
        grade == "fail" && text.contains("no keychain is running"),
        "{grade} {text}"
    );
    assert!(ill.fails(1).contains("mfactl can give no codes"));
}

/// Whatever else can be looked at is.
#[test]
fn the_doctor_needs_no_daemon() {
    let desktop = Desktop::headless();
    let alone = desktop.folder().join("mfactl");
    std::fs::copy(tests::binary("mfactl"), &alone).unwrap();
    let mut doctor = desktop.command(&alone);
    doctor.args(["doctor", "--json"]).env("PATH", "/nowhere");
    let found = tests::run(&mut doctor, "");
    assert_eq!(found.status, 1, "{found}");
    let (grade, text) = diagnosis(&found.stdout, "daemon");
    assert!(
        grade == "fail" && text.contains("cannot be started: mfad"),
        "{grade} {text}"
    );
    let (grade, text) = diagnosis(&found.stdout, "keychain");
    assert!(
        grade == "ok" && text.contains("one is there"),
        "{grade} {text}"
    );
    for what in ["clock", "tray"] {
        assert_eq!(diagnosis(&found.stdout, what).0, "warn");
    }
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
    for page in [
        "mfactl",
        "mfactl-get",
        "mfactl-pair",
        "mfactl-vault-create",
        "mfad",
        "mfa-tray",
    ] {
        assert!(read(&format!("{page}.1")).contains(".SH NAME"), "{page}");
    }
    assert!(read("mfad.1").contains("passphrase") || read("mfad.1").contains("KDBX"));
    // What is written there is all that can be written.
    let documented: Vec<_> = read("mfactl.toml.5")
        .lines()
        .filter_map(|line| line.strip_prefix("\\fB")?.strip_suffix("\\fR"))
        .map(|name| name.replace("\\-", "-"))
        .collect();
    let taken = |error: String| -> Vec<String> {
        let (_, names) = error
            .split_once("expected ")
            .unwrap_or_else(|| panic!("{error}"));
        names
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let file = folder.join("config.toml");
    std::fs::write(&file, "nosuch = 1\n").unwrap();
    let daemon = taken(mfad::config::Config::load(&file).unwrap_err().to_string());
    std::fs::write(&file, "[tray]\nnosuch = 1\n").unwrap();
    let tray = taken(
        mfa_tray::config::Settings::load(&file)
            .unwrap_err()
            .to_string(),
    );
    let all: Vec<_> = daemon
        .into_iter()
        .chain(tray)
        .filter(|name| name != "tray")
        .collect();
    assert_eq!(documented, all);
    let mandoc = desktop.shell(&format!(
        "man --warnings -l {} 2>&1 >/dev/null",
        folder.join("mfactl.toml.5").display()
    ));
    assert_eq!(mandoc.stdout, "");
    assert!(desktop.mfactl(&["man"]).ok().contains("Exit codes"));
}

/// A script's locks and pipes are the script's: the daemon that its command starts holds none.
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
    assert!(error.contains("the daemon cannot be reached"), "{error}");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

#[test]
fn what_the_user_locked_is_not_asked_for() {
    let desktop = Desktop::with_two_accounts();
    desktop.mfactl(&["lock"]).ok();
    let get = tests::run(&mut desktop.mfactl_on_a_terminal("get aws"), "");
    assert_eq!(get.status, 5, "{get}");
    assert!(get.stdout.contains("were locked and stay so"), "{get}");
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

/// It may be a secret. What else the message says stays readable, however short the argument is.
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
