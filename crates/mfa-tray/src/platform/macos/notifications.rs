//! Notifications, by AppleScript: the system's own way is for signed applications only.
//!
//! The script goes through a pipe, since all users of a machine can see arguments.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::model::notice::Notice;
use crate::port::Notifier;

/// How many may wait to be said.
const QUEUE: usize = 16;

/// Says notices on the desktop.
pub(crate) struct Notifications(SyncSender<Notice>);

impl Notifications {
    /// Starts the thread that waits for the scripts.
    pub(super) fn start() -> Self {
        let (sender, notices) = sync_channel(QUEUE);
        std::thread::spawn(move || say_all(&notices));
        Self(sender)
    }
}

impl Notifier for Notifications {
    fn say(&mut self, notice: Notice) {
        if self.0.try_send(notice).is_err() {
            tracing::warn!("the desktop takes no notifications");
        }
    }
}

fn say_all(notices: &Receiver<Notice>) {
    for notice in notices {
        if let Err(error) = run(&script(&notice)) {
            tracing::warn!(%error, "the desktop takes no notifications");
        }
    }
}

fn run(script: &str) -> std::io::Result<()> {
    let mut program = Command::new("/usr/bin/osascript")
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = program.stdin.take() {
        input.write_all(script.as_bytes())?;
    }
    program.wait().map(drop)
}

fn script(notice: &Notice) -> String {
    format!(
        "display notification {} with title {}\n",
        quoted(&notice.body),
        quoted(&notice.summary)
    )
}

/// A text of AppleScript.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_script() {
        assert_eq!(quoted(r#"a" & b\"#), r#""a\" & b\\""#);
    }
}
