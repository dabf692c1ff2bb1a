//! Windows: the tray asks, with a balloon and in its menu. Without a tray, a small window of the daemon asks.
//!
//! The window allows a request once. The other answers are in the menu of the tray and on the command line.
//!
//! A daemon that was started over SSH shows no window that anybody sees. A tray of the desktop still asks for it.

use std::sync::Arc;

use mfa_core::access::{Answer, Question};
use mfa_sys::dialog::{self, Dialog, Words};
use mfa_sys::{harden, screen};
use tokio::sync::oneshot;

use super::super::{Asking, Nobody, Questioner};

/// The longest line of a text that is shown, in characters. The end of a path tells more than its middle.
const MAX_LINE: usize = 240;

/// Asks with windows of the daemon, if anybody can see them.
struct Windows {
    /// Whether a window of this process can be seen. This may change while it runs.
    can_be_seen: fn() -> bool,
    places: Places,
}

/// The places of the windows on the screen, so that none hides another. Each one that is taken is held by its window.
#[derive(Default)]
struct Places([Arc<()>; 3]);

impl Places {
    /// Takes the first free place: its number, and what holds it.
    fn take(&self) -> (u8, Arc<()>) {
        let free = |place: &Arc<()>| Arc::strong_count(place) == 1;
        // Three questions are open at most.
        let first = self.0.iter().position(free).unwrap_or(0);
        (u8::try_from(first).unwrap_or(0), Arc::clone(&self.0[first]))
    }
}

/// Returns the questioner of this system.
pub async fn questioner(_: Option<zbus::Connection>) -> Box<dyn Questioner> {
    // Programs with windows can be made to load the libraries of others.
    let can_be_seen: fn() -> bool = match harden::keep_libraries_out() {
        Ok(()) => screen::is_visible,
        Err(error) => {
            tracing::warn!(%error, "the system does not keep libraries out, so the daemon shows no questions");
            || false
        }
    };
    if !can_be_seen() {
        tracing::info!("nobody can see a question of the daemon here, only one of the tray");
    }
    Box::new(Windows {
        can_be_seen,
        places: Places::default(),
    })
}

impl Questioner for Windows {
    fn is_attended(&self) -> bool {
        (self.can_be_seen)()
    }

    fn leaves_them_to_a_tray(&self) -> bool {
        true
    }

    fn ask(&self, question: &Question, withdrawn: oneshot::Receiver<()>) -> Asking {
        if !self.is_attended() {
            return Nobody.ask(question, withdrawn);
        }
        let (before, place) = self.places.take();
        let words = words(question, before);
        Box::pin(async move {
            let answer = ask(words, withdrawn).await;
            drop(place);
            answer
        })
    }
}

/// Shows a window. It closes with the question.
async fn ask(words: Words, withdrawn: oneshot::Receiver<()>) -> Option<Answer> {
    let (sender, answer) = oneshot::channel();
    let answered = move |answer| {
        // Otherwise the question is over, and nobody waits for the answer.
        sender.send(answer).ok();
    };
    // The first window of a process takes a while.
    let open = move || Dialog::open(words, answered);
    let window = match tokio::task::spawn_blocking(open).await {
        Ok(Ok(window)) => window,
        failed => {
            let error = failed.ok().and_then(Result::err);
            tracing::warn!(?error, "the desktop does not show the question");
            // The command line can still answer.
            drop(withdrawn.await);
            return None;
        }
    };
    let answer = tokio::select! {
        answer = answer => answer.unwrap_or(dialog::Answer::Closed),
        _ = withdrawn => dialog::Answer::Closed,
    };
    drop(window);
    match answer {
        dialog::Answer::Yes => Some(Answer::Once),
        dialog::Answer::No => Some(Answer::Deny),
        dialog::Answer::Closed => None,
    }
}

fn words(question: &Question, before: u8) -> Words {
    let id = question.id;
    let mut lines = vec![question.summary(), String::new()];
    lines.extend(question.details());
    lines.push(String::new());
    lines.push("“Allow once” allows this request and no other.".to_owned());
    if question.answers().contains(&Answer::Always) {
        lines.push(format!(
            "To allow more, use the tray, or: mfactl access approve {id} --always"
        ));
    }
    let lines: Vec<_> = lines.iter().map(|line| shortened(line)).collect();
    Words {
        title: "mfactl".to_owned(),
        text: lines.join("\n"),
        yes: Answer::Once.label().to_owned(),
        no: Answer::Deny.label().to_owned(),
        before,
    }
}

/// Returns a line without its middle, if it is too long.
fn shortened(line: &str) -> String {
    let letters: Vec<_> = line.chars().collect();
    if letters.len() <= MAX_LINE {
        return line.to_owned();
    }
    let half = MAX_LINE / 2;
    let (start, end) = (&letters[..half], &letters[letters.len() - half..]);
    start.iter().chain(['…'].iter()).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures_util::FutureExt;
    use mfa_core::access::{Transport, Use};

    use super::*;

    fn question() -> Question {
        Question {
            id: 4,
            asker: r"C:\tools\terraform.exe".into(),
            line: "terraform.exe ← cmd.exe".into(),
            account: Some("aws".into()),
            usage: Use::Code,
            count: 1,
            reason: None,
            transport: Transport::Private,
            is_recognisable: true,
            is_first_site: false,
            seconds: 30,
        }
    }

    #[test]
    fn the_window_says_what_the_other_questions_say() {
        let words = words(&question(), 0);
        let lines: Vec<_> = words.text.lines().collect();
        assert_eq!(
            lines,
            [
                "terraform.exe wants a code for aws",
                "",
                "Started by: cmd.exe",
                r"Program: C:\tools\terraform.exe",
                "",
                "“Allow once” allows this request and no other.",
                "To allow more, use the tray, or: mfactl access approve 4 --always",
            ]
        );
        assert_eq!((&*words.yes, &*words.no), ("Allow once", "Deny"));
        let secret = Question {
            usage: Use::Secret,
            ..question()
        };
        assert!(!super::words(&secret, 0).text.contains("--always"));
    }

    #[test]
    fn whether_anybody_sees_the_window_is_looked_at_each_time() {
        static IS_SEEN: AtomicBool = AtomicBool::new(false);
        let can_be_seen = || IS_SEEN.load(Ordering::Relaxed);
        let windows = Windows {
            can_be_seen,
            places: Places::default(),
        };
        assert!(!windows.is_attended() && windows.leaves_them_to_a_tray());
        // Nothing is shown, but the question is not over either.
        let (_shown, withdrawn) = oneshot::channel();
        let mut asking = windows.ask(&question(), withdrawn);
        assert!((&mut asking).now_or_never().is_none());
        IS_SEEN.store(true, Ordering::Relaxed);
        assert!(windows.is_attended());
    }

    #[test]
    fn no_window_has_the_place_of_another_one() {
        let places = Places::default();
        let mut held: Vec<_> = (0..3).map(|_| places.take()).collect();
        let numbers: Vec<_> = held.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [0, 1, 2]);
        held.remove(1);
        assert_eq!(places.take().0, 1);
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        let path = format!(r"C:\{}\evil.exe", "x".repeat(5000));
        let text = shortened(&path);
        assert!(text.chars().count() <= MAX_LINE + 1);
        assert!(text.starts_with(r"C:\xx") && text.ends_with(r"x\evil.exe"));
        assert_eq!(shortened("short"), "short");
    }
}
