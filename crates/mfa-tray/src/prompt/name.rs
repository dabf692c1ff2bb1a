//! Asks for a text that may be seen while it is typed: the name of an account.

use std::io;
use std::process::Stdio;

use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::pinentry::{self, Question};
use super::{Answer, PATIENCE};
use crate::platform;

/// The longest answer, in bytes.
const MAX_ANSWER: u64 = 1024;

/// Asks `text`, which is for everybody to see, by the first program that is there.
pub(crate) async fn ask(text: &str) -> Answer {
    for (program, arguments) in platform::name_prompts(text) {
        match timeout(PATIENCE, run(program, &arguments)).await {
            Ok(Ok(answer)) => return answer,
            Ok(Err(error)) => tracing::debug!(%error, program, "cannot ask for a name"),
            Err(_) => return Answer::Cancelled,
        }
    }
    // It shows nothing of what is typed, which is better than nothing.
    let question = Question {
        title: "mfactl",
        text: &format!("{text}\n(It is not shown while you type.)"),
        prompt: "Name:",
        error: None,
    };
    pinentry::ask(&question).await
}

async fn run(program: &str, arguments: &[String]) -> io::Result<Answer> {
    let mut program = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut answer = String::new();
    if let Some(output) = program.stdout.take() {
        output.take(MAX_ANSWER).read_to_string(&mut answer).await?;
    }
    let status = program.wait().await?;
    match status.code() {
        Some(0) => {}
        // yad says 252 where its window is closed.
        Some(1 | 252) => return Ok(Answer::Cancelled),
        // It was not shown, or has failed: the next program may do better.
        _ => return Err(io::Error::other(format!("it ended with {status}"))),
    }
    Ok(Answer::Given(Zeroizing::new(answer.trim().to_owned())))
}
