//! Asks the user a question of the daemon in a window of the tray's own, after a click on its notification.

use mfa_core::access::Answer;

use crate::input::{Input, Inputs};
use crate::model::{Asked, Msg};
use crate::{platform, prompt};

/// Shows the window, and tells the model what the user did in it. This is no choice of the menu, which other programs
/// may click in.
pub(crate) async fn ask(asked: Asked, inputs: Inputs) {
    let Asked { question, text } = asked;
    let (yes, no) = (Answer::Once, Answer::Deny);
    let answer = match platform::answer(text, yes.label(), no.label()).await {
        prompt::Answer::Given(true) => Some(yes),
        prompt::Answer::Given(false) => Some(no),
        prompt::Answer::Cancelled | prompt::Answer::Nobody => None,
    };
    inputs
        .send(Input::Msg(Msg::Answered { question, answer }))
        .await;
}
