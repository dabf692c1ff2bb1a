//! Listening to the session bus, as any program of the user can.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use tests::Desktop;

/// A program that listens to the session bus, as any program of the user can.
pub(crate) struct Monitor(Child);

impl Monitor {
    pub(crate) fn start(desktop: &Desktop) -> Self {
        let mut monitor = desktop
            .command("dbus-monitor")
            .arg("--session")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Its first line says that it is listening. Reading byte by byte leaves the rest for later.
        let mut stdout = monitor.stdout.take().unwrap();
        let mut byte = [0];
        while stdout.read(&mut byte).unwrap() == 1 && byte != [b'\n'] {}
        monitor.stdout = Some(stdout);
        Self(monitor)
    }

    /// Returns the messages until now. The bus keeps their order, so our own signal comes last.
    pub(crate) fn issued(self, desktop: &Desktop) -> Vec<String> {
        let heard = self.heard(desktop);
        let signals = heard.split("member=CodeIssued").skip(1);
        let name = |signal: &str| {
            let line = signal.lines().nth(2).unwrap().trim();
            line.trim_start_matches("string ")
                .trim_matches('"')
                .to_owned()
        };
        signals.map(name).collect()
    }

    /// Returns the messages until now. The bus keeps their order, so our own signal comes last.
    pub(crate) fn heard(mut self, desktop: &Desktop) -> String {
        desktop
            .shell("busctl --user emit / org.example.Test End")
            .ok();
        let stdout = BufReader::new(self.0.stdout.take().unwrap());
        let lines = stdout.lines().map(Result::unwrap);
        let text: Vec<_> = lines
            .take_while(|line| !line.contains("org.example.Test"))
            .collect();
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        text.join("\n")
    }
}
