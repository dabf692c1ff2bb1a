//! The examples in `docs/examples`: programs of others that ask the real daemon for a code. For each of them, the user is
//! asked first.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tests::{Desktop, SECRET, binary, now, oathtool, run};

use crate::consent::{end, pending, start};
use crate::notified::{Notifier, desktop};

fn example(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples");
    folder.join(name).canonicalize().unwrap()
}

/// An example, with the name by which the user is asked about it, and what it says before the text of an error.
struct Example<'d> {
    desktop: &'d Desktop,
    command: Vec<PathBuf>,
    asker: PathBuf,
    unknown: &'static str,
}

impl Example<'_> {
    fn ask(&self, account: &str) -> Command {
        let mut command = self.desktop.command(&self.command[0]);
        command.args(&self.command[1..]);
        command.args([account, "to test an example"]);
        command.stdin(Stdio::null());
        command
    }

    /// Asks for a code, and has the user answer the question with a command.
    fn answered(&self, notifier: &mut Notifier, answer: &str) -> (String, String, bool) {
        let asked = start(&mut self.ask("amazon"));
        notifier.shown();
        let question = pending(self.desktop).remove(0);
        assert_eq!(question["reason"], "to test an example");
        assert_eq!(question["bus"], false, "it does not ask on the session bus");
        let asker = question["asker"].as_str().unwrap();
        assert!(asker.ends_with(self.asker.to_str().unwrap()), "{question}");
        let answer = format!("mfactl access {answer} {}", question["id"]);
        self.desktop.person(&[&answer]).ok();
        end(asked)
    }

    fn works(&self) {
        let mut notifier = Notifier::start(self.desktop, "serve");
        let before = oathtool(SECRET, 30, now());
        let (code, error, success) = self.answered(&mut notifier, "approve");
        let after = oathtool(SECRET, 30, now());
        assert!(success && error.is_empty(), "{error}");
        assert!([before, after].contains(&code), "{code}");

        let (code, error, success) = self.answered(&mut notifier, "deny");
        assert!(!success && code.is_empty(), "{code}");
        assert!(error.starts_with("No code: the user denied"), "{error}");

        let error = run(&mut self.ask("nosuch"), "").fails(1);
        assert_eq!(error, format!("{}no account matches", self.unknown));

        self.desktop.mfactl(&["lock"]).ok();
        let error = run(&mut self.ask("amazon"), "").fails(1);
        let said = "Unlock the accounts first: the accounts are locked";
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn in_python() {
    let script = example("code.py");
    Example {
        desktop: &desktop(),
        command: vec!["/usr/bin/python3".into(), script.clone()],
        asker: script,
        unknown: "Which account? ",
    }
    .works();
}

#[test]
fn in_javascript() {
    let script = example("code.js");
    Example {
        desktop: &desktop(),
        command: vec!["gjs".into(), "-m".into(), script.clone()],
        asker: script,
        unknown: "Which account? ",
    }
    .works();
}

#[test]
fn in_c() {
    let desktop = desktop();
    let program = desktop.folder().join("code");
    let build = format!(
        "cc -std=c11 -Wall -Wextra -Werror -o {} {} $(pkg-config --cflags --libs libsystemd)",
        program.display(),
        example("code.c").display()
    );
    desktop.shell(&build).ok();
    Example {
        desktop: &desktop,
        command: vec![program.clone()],
        asker: program,
        unknown: "Which account? ",
    }
    .works();
}

#[test]
fn in_rust() {
    let program = binary("examples/code");
    Example {
        desktop: &desktop(),
        command: vec![program.clone()],
        asker: program,
        unknown: "Which account? ",
    }
    .works();
}

/// busctl is who asks: the daemon sees the program at the other end of the connection.
#[test]
fn for_a_shell() {
    Example {
        desktop: &desktop(),
        command: vec![example("code.sh")],
        asker: "/usr/bin/busctl".into(),
        unknown: "No code: ",
    }
    .works();
}
