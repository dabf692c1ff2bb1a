//! The open questions in the menu: which programs want a code, and the answers to choose from.
//!
//! [`mfa_core::access::Question`] has the words, so that the notification asks the same.

use std::time::Duration;

use mfa_core::access::{Answer, Question};

use super::confirm::subject;
use super::wording::{rows, title};
use super::{Asked, Choice, Effect, Item, Model, notice};

/// The maximum number of questions in the menu. The daemon does not ask more at once.
const MAX_QUESTIONS: usize = 3;

impl Model {
    /// Handles a change of the open questions.
    pub(super) fn questions(&mut self, questions: Vec<Question>) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.questions, questions);
        let mut effects = self.stop_confirming_what_is_over();
        if self
            .asked
            .is_some_and(|id| self.open_question(id).is_none())
        {
            effects.extend(self.stop_asking());
        }
        let is_new = |question: &&Question| before.iter().all(|old| old.id != question.id);
        let new = self.questions.iter().filter(is_new).take(MAX_QUESTIONS);
        if self.tells {
            effects.extend(new.map(|question| Effect::Notify(notice::asked(question))));
        }
        effects
    }

    /// Shows a question in a window, after a click on its notification: the click itself allows nothing.
    pub(super) fn ask(&mut self, id: u64, now: u64) -> Vec<Effect> {
        // There is one window at a time.
        if let Some(confirming) = &self.confirming {
            return vec![Effect::Notify(notice::still_going(confirming.entry()))];
        }
        let Some(question) = self.open_question(id) else {
            return vec![Effect::Notify(notice::question_over())];
        };
        let (text, subject) = (text(question), subject(question));
        if let Some(notice) = self.silence(id, &subject, Answer::Once, now) {
            return vec![notice];
        }
        let mut effects: Vec<_> = self.stop_asking().into_iter().collect();
        self.asked = Some(id);
        effects.push(Effect::Ask(Asked { question: id, text }));
        effects
    }

    /// Handles the reply to [`Effect::Ask`]. An answer acts at once: the window is the tray's own. Without one, the
    /// question stays open.
    pub(super) fn answered(&mut self, id: u64, answer: Option<Answer>, now: u64) -> Vec<Effect> {
        if self.asked.take_if(|asked| *asked == id).is_none() {
            // The window was closed. Another question may have this number now.
            return Vec::new();
        }
        if let Some(answer) = answer {
            return self.settle(id, answer);
        }
        if let Some(subject) = self.open_question(id).map(subject) {
            self.cancelled.begin(subject, Duration::from_secs(now));
        }
        Vec::new()
    }

    /// Closes the window that asks, if there is one.
    pub(super) fn stop_asking(&mut self) -> Option<Effect> {
        self.asked.take().map(|_| Effect::StopConfirming)
    }

    fn open_question(&self, id: u64) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// Returns the rows of the open questions and the line below them.
    pub(super) fn questions_part(&self) -> Vec<Item> {
        let questions = self.questions.iter().take(MAX_QUESTIONS);
        let mut items: Vec<_> = questions.map(menu).collect();
        if !items.is_empty() {
            items.push(Item::Line);
        }
        items
    }

    /// Returns the words of the tooltip, if a question is open.
    pub(super) fn questions_hint(&self) -> Option<String> {
        match self.questions.len() {
            0 => None,
            1 => Some("a question waits for your answer".to_owned()),
            n => Some(format!("{n} questions wait for your answer")),
        }
    }
}

/// Returns the submenu of a question: what the user has to know, then the answers.
fn menu(question: &Question) -> Item {
    let details = question.details();
    let rows = details.iter().flat_map(|detail| rows(detail));
    let mut items: Vec<_> = rows.map(Item::Text).collect();
    items.push(Item::Line);
    items.extend(question.answers().iter().map(|answer| Item::Action {
        label: answer.label().to_owned(),
        choice: Choice::Answer(question.id, *answer),
        tile: None,
    }));
    Item::Menu {
        label: title(question),
        items,
    }
}

/// Returns the text of a window: the question, its details, and what its buttons mean.
fn text(question: &Question) -> String {
    let mut lines = vec![title(question), String::new()];
    lines.extend(question.details().iter().flat_map(|detail| rows(detail)));
    lines.push(String::new());
    lines.push("“Allow once” allows this request and no other.".to_owned());
    if question.answers().contains(&Answer::Always) {
        lines.push("The other answers are in the menu of the tray.".to_owned());
    }
    lines.push("If you close this window, the question stays open, but".to_owned());
    lines.push("the window does not open again for a minute.".to_owned());
    lines.join("\n")
}
