//! Asks for a text that may be visible while it is typed: the name of an account.

use super::pinentry::{self, Question};
use super::{Answer, Reach, dialog};
use crate::platform;

/// Asks `text` with the first program that exists. All users of the machine can see `text`.
pub(crate) async fn ask(text: &str) -> Answer {
    match dialog::ask(&platform::name_prompts(text), Reach::SessionBus).await {
        Answer::Nobody => {}
        answer => return answer,
    }
    // pinentry hides the typed text, but that is better than no prompt.
    let question = Question {
        title: "mfactl",
        text: &format!("{text}\n(It is not shown while you type.)"),
        prompt: "Name:",
        error: None,
    };
    pinentry::ask(&question, None).await
}
