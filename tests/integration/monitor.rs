//! Listening to the session bus, as any program of the user can.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use tests::{Desktop, eventually};

/// A program that listens to the session bus, as any program of the user can.
pub(crate) struct Monitor {
    program: Child,
    says: BufReader<ChildStdout>,
}

impl Monitor {
    pub(crate) fn start(desktop: &Desktop) -> Self {
        let mut program = desktop
            .command("dbus-monitor")
            .arg("--session")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let says = BufReader::new(program.stdout.take().unwrap());
        let mut monitor = Self { program, says };
        // Its first line says that it is listening.
        monitor.line();
        monitor
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.says.read_line(&mut line).unwrap() > 0, "it has ended");
        line
    }

    /// Returns to whom codes were issued, once it has heard of so many: the daemon announces a code after it has given it
    /// out.
    pub(crate) fn issued(mut self, desktop: &Desktop, expected: usize) -> Vec<String> {
        let mut heard = String::new();
        eventually("the codes are announced", || {
            heard.push_str(&self.until_now(desktop));
            names(&heard).len() >= expected
        });
        names(&heard)
    }

    /// Returns the messages until now.
    pub(crate) fn heard(mut self, desktop: &Desktop) -> String {
        self.until_now(desktop)
    }

    /// Returns the messages since the last time. The bus keeps their order, so our own signal comes last.
    fn until_now(&mut self, desktop: &Desktop) -> String {
        desktop
            .shell("busctl --user emit / org.example.Test End")
            .ok();
        let mut heard = String::new();
        loop {
            let line = self.line();
            if line.contains("org.example.Test") {
                return heard;
            }
            heard.push_str(&line);
        }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        drop(self.program.kill());
        drop(self.program.wait());
    }
}

/// Returns the names in the announcements of codes.
fn names(heard: &str) -> Vec<String> {
    let signals = heard.split("member=CodeIssued").skip(1);
    let name = |signal: &str| {
        let line = signal.lines().nth(2).unwrap().trim();
        line.trim_start_matches("string ")
            .trim_matches('"')
            .to_owned()
    };
    signals.map(name).collect()
}
