//! The names of accounts in the completions of real shells, and what it costs to get them.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use tests::{Desktop, LINK, eventually, run};

use super::terminal::Shell;
use crate::consent::{is_code, log};

/// Names with what shells treat specially. Each has its own first letter and its own end.
const NAMES: [&str; 8] = [
    "plain1",
    "My Bank2",
    "it's \"q\" $HOME `id` end3",
    "Ünïcödé ключ4",
    "a:b@c=d5",
    "wow!x6",
    "back\\slash7",
    "~par(en) & more; *[z]{x}88",
];

fn desktop() -> Desktop {
    let desktop = Desktop::headless();
    for name in NAMES {
        desktop.add(name, LINK);
    }
    desktop
}

/// Types the beginning of a name, has the shell complete it, and runs the command.
fn completed(shell: &Shell<'_>, command: &str, typed: &str, name: &str) {
    shell.line("clear");
    shell.wait_for_prompt();
    shell.text(&format!("{command} {typed}"));
    shell.key("Tab");
    let end: String = name.chars().skip(name.chars().count() - 2).collect();
    shell.wait(&format!("{typed} is completed to {name}"), |screen| {
        screen.contains(&*end)
    });
    shell.key("Enter");
    let answer = |screen: &str| {
        let mut lines = screen.lines().map(str::trim);
        lines
            .find(|line| is_code(line) || line.starts_with("mfactl:"))
            .map(str::to_owned)
    };
    let shown = shell.wait("mfactl answers", |screen| answer(screen).is_some());
    assert!(is_code(&answer(&shown).unwrap()), "{name}: {shown}");
}

/// Completes each name after its first letter, in several places of a command line.
fn completes(shell: &Shell<'_>) {
    for name in NAMES {
        let typed: String = name.chars().take(1).collect();
        // Nobody types this letter without the backslash.
        let typed = typed.replace('~', "\\~");
        completed(shell, "mfactl get --exact", &typed, name);
    }
    completed(shell, "mfactl -q totp --reason x", "pl", "plain1");
    completed(shell, "mfactl get --exact", "My\\ B", "My Bank2");
}

#[test]
fn bash() {
    let desktop = desktop();
    let prompt = "printf -v PS1 %s re 'ady> '";
    let shell = Shell::of("bash --noprofile --norc -i", prompt, &desktop, 120, 24);
    shell.line("source <(mfactl completions bash)");
    completes(&shell);
    completed(&shell, "mfactl get --exact", "'My B", "My Bank2");
    completed(&shell, "mfactl get --exact", "\"My B", "My Bank2");
    completed(&shell, "mfactl get --exact", "'it", NAMES[2]);
    completed(&shell, "mfactl get --exact", "\"it", NAMES[2]);
    completed(&shell, "mfactl get --exact", "a\\:b", "a:b@c=d5");
}

#[test]
fn zsh() {
    let desktop = desktop();
    let shell = Shell::of("zsh -f -i", "PS1=re'ady> '", &desktop, 120, 24);
    let folder = desktop.folder().display();
    shell.line(&format!(
        "mkdir {folder}/zsh && mfactl completions zsh >{folder}/zsh/_mfactl && fpath=({folder}/zsh $fpath) && \
         autoload -Uz compinit && compinit -u -d {folder}/zsh/dump"
    ));
    completes(&shell);
    completed(&shell, "mfactl get --exact", "'My B", "My Bank2");
}

#[test]
fn fish() {
    let desktop = desktop();
    let prompt = "function fish_prompt; echo -n re'ady> '; end";
    let shell = Shell::of("fish --no-config -i", prompt, &desktop, 120, 24);
    shell.line("mfactl completions fish | source");
    completes(&shell);
    completed(&shell, "mfactl get --exact", "'My B", "My Bank2");
}

fn names(desktop: &Desktop, words: &[&str]) -> String {
    let words = [&["completions", "--accounts"], words].concat();
    let shown = desktop.mfactl(&words);
    assert_eq!(shown.stderr, "");
    shown.ok()
}

#[test]
fn names_cost_little_and_use_nothing_up() {
    let desktop = desktop();
    eventually("the daemon answers in time", || {
        names(&desktop, &["get"]).lines().count() == NAMES.len()
    });
    assert_eq!(names(&desktop, &["get", "--reason"]), "");
    assert!(log(&desktop).is_empty(), "no code was given out");
    // However busy the machine is, some of many runs are not disturbed.
    let times = (0..40).map(|_| {
        let start = Instant::now();
        names(&desktop, &["get"]);
        start.elapsed()
    });
    let fastest = times.min().unwrap();
    println!("names of accounts: {fastest:?}");
    assert!(fastest < Duration::from_millis(50), "{fastest:?}");
}

/// The calls of mfactl that connect to anything or start anything, while it is asked for the names.
fn calls(desktop: &Desktop) -> (String, usize) {
    let trace = desktop.folder().join("trace");
    let mut strace = desktop.command("strace");
    strace.args([
        "-f",
        "-e",
        "trace=connect,clone,clone3,fork,vfork,execve",
        "-o",
    ]);
    strace.arg(&trace).arg(tests::binary("mfactl"));
    let shown = run(strace.args(["completions", "--accounts", "get"]), "");
    let calls = std::fs::read_to_string(trace).unwrap();
    let calls = calls.lines().filter(|line| line.contains('(')).count();
    // The first is mfactl itself.
    (shown.ok(), calls - 1)
}

#[test]
fn nobody_is_asked_and_nothing_is_started_for_names() {
    let desktop = desktop();
    eventually("the daemon answers in time", || {
        let (shown, count) = calls(&desktop);
        assert_eq!(count, 1, "{shown}");
        shown.lines().count() == NAMES.len()
    });
    desktop.lock_keychain();
    assert_eq!(names(&desktop, &["get"]), "", "the keychain is locked");
    desktop.end_daemon("-TERM");
    assert_eq!(calls(&desktop), (String::new(), 0), "no daemon is running");
    // With systemd, a connection to this socket would start the daemon.
    drop(std::fs::remove_file(desktop.socket()));
    let socket = UnixListener::bind(desktop.socket()).unwrap();
    assert_eq!(calls(&desktop), (String::new(), 0), "systemd listens");
    drop(socket);
}
