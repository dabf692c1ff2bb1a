//! Runs programs that show one window, such as zenity: their arguments say what it contains, their output is what the
//! user typed, and their status says which button was pressed.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Answer, PATIENCE, Reach, command};

/// The maximum length of an answer, in bytes.
const MAX_ANSWER: u64 = 1024;

/// Asks with the first program that works. All users of the machine can see the arguments.
pub(super) async fn ask(programs: &[(&str, Vec<String>)], reach: Reach) -> Answer {
    for (program, arguments) in programs {
        match timeout(PATIENCE, run(program, arguments, reach)).await {
            Ok(Ok(answer)) => return answer,
            Ok(Err(error)) => tracing::debug!(%error, program, "cannot show a window"),
            Err(_) => return Answer::Cancelled,
        }
    }
    Answer::Nobody
}

/// Runs a program that ends when the tray no longer waits for its answer. Only if the tray is killed, the
/// program continues, because no safe call tells the kernel to end a child with its parent. If systemd
/// started the tray, it ends both. A text that is typed then is lost.
async fn run(program: &str, arguments: &[String], reach: Reach) -> io::Result<Answer> {
    let mut program = command(program, reach).args(arguments).spawn()?;
    let mut answer = String::new();
    if let Some(output) = program.stdout.take() {
        output.take(MAX_ANSWER).read_to_string(&mut answer).await?;
    }
    let status = program.wait().await?;
    match status.code() {
        Some(0) => {}
        // yad returns 252 if its window is closed.
        Some(1 | 252) => return Ok(Answer::Cancelled),
        // It was killed. Whoever did so must not choose the window that comes next.
        None => return Ok(Answer::Cancelled),
        // The dialog was not shown or failed. Try the next program.
        _ => return Err(io::Error::other(format!("it ended with {status}"))),
    }
    Ok(Answer::Given(Zeroizing::new(answer.trim().to_owned())))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> (&'static str, Vec<String>) {
        ("sh", vec!["-c".to_owned(), script.to_owned()])
    }

    async fn answers(programs: &[(&str, Vec<String>)]) -> Answer {
        ask(programs, Reach::Screen).await
    }

    #[tokio::test]
    async fn a_window_that_is_killed_is_cancelled_and_no_other_one_comes() {
        let yes = shell("echo yes");
        for signal in ["KILL", "TERM", "SEGV"] {
            let killed = shell(&format!("kill -{signal} $$"));
            let answer = answers(&[killed, yes.clone()]).await;
            assert!(matches!(answer, Answer::Cancelled), "{signal}");
        }
        for (status, is_cancelled) in [(1, true), (252, true), (2, false), (127, false)] {
            let ended = shell(&format!("exit {status}"));
            let answer = answers(&[ended, yes.clone()]).await;
            assert_eq!(
                matches!(answer, Answer::Cancelled),
                is_cancelled,
                "{status}"
            );
        }
        let missing = ("/nowhere/zenity", Vec::new());
        let answer = answers(&[missing, yes]).await;
        assert!(matches!(answer, Answer::Given(text) if *text == "yes"));
        assert!(matches!(answers(&[]).await, Answer::Nobody));
    }
}
