//! `mfactl watch`: what bars, scripts and screen readers follow.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use tests::{Desktop, LINK, SECRET, eventually, now, oathtool};

use crate::consent::{end, log, pending, python, script, start};

/// A program that looks at codes by mfactl, in a shell and without a terminal.
const LOOKS: &str = "import subprocess
subprocess.run(['bash', '-c', '\"$MFACTL\" watch --plain --codes aws | head -n 1; exit $?'], check=True)
";

/// A running `mfactl watch`, and its lines.
struct Watching {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Watching {
    fn start(desktop: &Desktop, arguments: &[&str]) -> Self {
        let mut mfactl = desktop.ours("mfactl");
        mfactl.arg("watch").args(arguments).stdin(Stdio::null());
        let mut process = mfactl.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Self { process, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    fn json(&mut self) -> serde_json::Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Reads lines up to the one with this text.
    fn wait_for(&mut self, text: &str) -> String {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "ended before {text}");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Closes the pipe, and waits for the end of the process, which has to notice it without a change.
    fn close(mut self) {
        drop(self.lines);
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
fn each_change_is_a_line_through_a_lock_and_a_restart() {
    let desktop = Desktop::with_two_accounts();
    let mut watching = Watching::start(&desktop, &["--json", "--codes", "aws"]);
    let first = watching.json();
    assert_eq!(first["state"], "open", "{first}");
    let account = &first["accounts"][0];
    let from = account["valid_from"].as_u64().unwrap();
    assert_eq!(
        account["code"],
        oathtool(SECRET, 30, from).trim(),
        "{first}"
    );
    assert!(account["valid_until"].as_u64().unwrap() > now() - 30);
    desktop.mfactl(&["lock"]).ok();
    let locked = watching.wait_for("\"locked\"");
    assert!(
        locked.contains("mfactl unlock") && !locked.contains("code"),
        "{locked}"
    );
    desktop.mfactl(&["unlock"]).ok();
    assert!(watching.wait_for("\"open\"").contains("\"code\""));
    desktop.end_daemon("-KILL");
    watching.wait_for("\"lost\"");
    watching.wait_for("\"open\"");
    watching.close();
}

#[test]
fn a_bar_shows_the_name_and_no_code() {
    let desktop = Desktop::with_two_accounts();
    let mut watching = Watching::start(&desktop, &["--waybar", "aws"]);
    let line = watching.json();
    assert_eq!(
        (&line["text"], &line["alt"]),
        (&"aws".into(), &line["class"])
    );
    let tooltip = line["tooltip"].as_str().unwrap();
    assert!(tooltip.contains("Amazon Web Services"), "{line}");
    // Nothing was looked at for it.
    let records = log(&desktop);
    assert!(
        records.iter().all(|record| record["account"] != "aws"),
        "{records:?}"
    );
    desktop.mfactl(&["edit", "aws", "--name", "a<b"]).ok();
    let line = watching.wait_for("missing");
    assert!(line.contains("No account matches"), "{line}");
    watching.close();
}

#[test]
fn sentences_are_read_one_after_the_other() {
    let desktop = Desktop::with_two_accounts();
    // A pipe needs no option.
    let mut watching = Watching::start(&desktop, &[]);
    let bare = |line: String| line.replace(['\u{2068}', '\u{2069}'], "");
    assert_eq!(bare(watching.line()), "aws (root@1234)\n");
    assert_eq!(bare(watching.line()), "github (octocat)\n");
    desktop.add("bank", &LINK.replace("Amazon", "Bank"));
    assert!(watching.line().contains("bank"));
    desktop.mfactl(&["rm", "github", "--yes"]).ok();
    assert_eq!(bare(watching.line()), "github (octocat) was removed\n");
    watching.close();
}

/// The question is about the program that has started mfactl, and neither about mfactl nor about mfa-watch.
#[test]
fn whoever_has_started_it_is_asked_about() {
    let desktop = Desktop::strict(&["--display", "x11", "--no-tray"]);
    desktop.add("aws", LINK);
    let job = script(&desktop, LOOKS);
    let looking = start(&mut python(&desktop, &job));
    eventually("a question is open", || !pending(&desktop).is_empty());
    let question = pending(&desktop).remove(0);
    let asker = question["asker"].as_str().unwrap();
    assert!(asker.ends_with(&*job.to_string_lossy()), "{question}");
    let id = question["id"].to_string();
    desktop
        .person(&[&format!("mfactl access approve {}", id.trim_matches('"'))])
        .ok();
    let (said, error, _) = end(looking);
    assert!(said.contains("is the code of"), "{said} {error}");
}
