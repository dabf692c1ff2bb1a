//! Notifications by AppleScript. The notifications of the system are only for signed applications.
//!
//! The script goes through a pipe, because all users of a machine can see arguments.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::input::Inputs;
use crate::model::Msg;
use crate::model::notice::{Kind, Notice};
use crate::port::Notifier;

/// The number of notifications that may wait.
const QUEUE: usize = 16;

/// Shows notifications on the desktop.
pub(crate) struct Notifications {
    notices: SyncSender<Notice>,
    inputs: Inputs,
}

impl Notifications {
    /// Starts the thread that waits for the scripts.
    pub(super) fn start(inputs: Inputs) -> Self {
        let (sender, notices) = sync_channel(QUEUE);
        let heard = inputs.clone();
        std::thread::spawn(move || say_all(&notices, &heard));
        Self {
            notices: sender,
            inputs,
        }
    }
}

impl Notifier for Notifications {
    fn say(&mut self, notice: Notice) {
        let kind = notice.kind;
        if self.notices.try_send(notice).is_err() {
            tracing::warn!("the desktop does not accept notifications");
            if kind == Kind::Question {
                self.inputs.offer(Msg::Asked(false));
            }
        }
    }
}

fn say_all(notices: &Receiver<Notice>, inputs: &Inputs) {
    for notice in notices {
        let result = run(&script(&notice));
        if let Err(error) = &result {
            tracing::warn!(%error, "the desktop does not accept notifications");
        }
        if notice.kind == Kind::Question {
            inputs.blocking_send(Msg::Asked(result.is_ok()));
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
    let status = program.wait()?;
    if !status.success() {
        return Err(std::io::Error::other(format!("osascript: {status}")));
    }
    Ok(())
}

fn script(notice: &Notice) -> String {
    format!(
        "display notification {} with title {}\n",
        quoted(&notice.body),
        quoted(&notice.summary)
    )
}

/// Returns a quoted text of AppleScript.
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
