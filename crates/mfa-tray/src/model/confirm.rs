//! The window that confirms an answer.
//!
//! On Linux, clicks in the menu arrive over the session bus; on Windows, they are messages. Any program of the user can
//! send a click, and so could allow its own question. So an answer that allows counts only when the user has also pressed
//! its button in a window of the tray. An answer that refuses needs no window and acts at once.
//!
//! Such a program could also open the window again and again, until the user gives in. So a window that the user has
//! cancelled does not open again for a while, whatever the number of the question: the program may ask anew.

use std::time::Duration;

use mfa_core::access::{Answer, Question, Use};

use super::{Confirmation, Effect, Model, Reply, label, notice, wording};

/// The first line of the text. It is always the same, because some programs take a text for markup by its first line.
const FIRST: &str = "A program waits for your answer.";

/// What a question is about: its asker, its account and its purpose.
pub(super) type Subject = (String, Option<String>, Use);

/// An answer that waits to be confirmed.
#[derive(Debug)]
pub(super) struct Confirming {
    number: u64,
    question: u64,
    subject: Subject,
    answer: Answer,
}

impl Confirming {
    /// Returns the entry of the menu that opened the window.
    pub(super) fn entry(&self) -> &'static str {
        self.answer.label()
    }
}

impl Model {
    /// Handles an answer that was chosen in the menu.
    pub(super) fn answer_question(&mut self, id: u64, answer: Answer, now: u64) -> Vec<Effect> {
        if !self.confirms || !answer.allows() {
            return self.settle(id, answer);
        }
        if let Some(confirming) = &self.confirming {
            return vec![Effect::Notify(notice::still_going(confirming.entry()))];
        }
        let Some(question) = self.questions.iter().find(|question| question.id == id) else {
            return vec![Effect::Notify(notice::question_over())];
        };
        let (text, subject) = (text(question, answer), subject(question));
        if let Some(notice) = self.silence(id, &subject, answer, now) {
            return vec![notice];
        }
        // There is one window at a time.
        let mut effects: Vec<_> = self.stop_asking().into_iter().collect();
        self.numbers += 1;
        let number = self.numbers;
        self.confirming = Some(Confirming {
            number,
            question: id,
            subject,
            answer,
        });
        effects.push(Effect::Confirm(Confirmation {
            number,
            answer,
            text,
        }));
        effects
    }

    /// Sends an answer that needs no confirmation.
    pub(super) fn settle(&mut self, id: u64, answer: Answer) -> Vec<Effect> {
        // The question will be over, so its window is closed.
        let stop = self.stop_confirming_if(|question| question == id);
        let mut effects: Vec<_> = stop.into_iter().collect();
        effects.push(Effect::AnswerQuestion(id, answer));
        effects
    }

    /// Returns the notice that is shown instead of a window that the user has cancelled a moment ago.
    pub(super) fn silence(
        &mut self,
        id: u64,
        subject: &Subject,
        answer: Answer,
        now: u64,
    ) -> Option<Effect> {
        let left = self
            .cancelled
            .left(|one| one == subject, Duration::from_secs(now))?;
        let notice = notice::cancelled(id, answer, left.as_secs(), self.tells);
        Some(Effect::Notify(notice))
    }

    /// Handles the reply to [`Effect::Confirm`]. Without a yes, the question stays open.
    pub(super) fn confirmed(&mut self, number: u64, reply: Reply, now: u64) -> Vec<Effect> {
        let this = self.confirming.take_if(|one| one.number == number);
        let Some(Confirming {
            question,
            subject,
            answer,
            ..
        }) = this
        else {
            // The window was closed, and its question is over.
            return Vec::new();
        };
        match reply {
            Reply::Yes => vec![Effect::AnswerQuestion(question, answer)],
            Reply::No => {
                self.cancelled.begin(subject, Duration::from_secs(now));
                Vec::new()
            }
            Reply::NotShown => Vec::new(),
            Reply::Nobody => {
                let notice = notice::needs_terminal(question, answer, self.tells);
                vec![Effect::Notify(notice)]
            }
        }
    }

    /// Closes the window if its question is over, and says why.
    pub(super) fn stop_confirming_what_is_over(&mut self) -> Vec<Effect> {
        let open: Vec<_> = self.questions.iter().map(|question| question.id).collect();
        match self.stop_confirming_if(|question| !open.contains(&question)) {
            Some(stop) => vec![stop, Effect::Notify(notice::question_over())],
            None => Vec::new(),
        }
    }

    /// Closes the window, if there is one.
    pub(super) fn stop_confirming(&mut self) -> Option<Effect> {
        self.stop_confirming_if(|_| true)
    }

    fn stop_confirming_if(&mut self, is_meant: impl FnOnce(u64) -> bool) -> Option<Effect> {
        let stopped = self.confirming.take_if(|one| is_meant(one.question));
        stopped.map(|_| Effect::StopConfirming)
    }
}

pub(super) fn subject(question: &Question) -> Subject {
    let Question {
        asker,
        account,
        usage,
        ..
    } = question;
    (asker.clone(), account.clone(), *usage)
}

/// Returns the text of the window: the question, its details, and what the answer means.
fn text(question: &Question, answer: Answer) -> String {
    let mut lines = vec![FIRST.to_owned(), String::new(), wording::title(question)];
    for detail in question.details() {
        lines.extend(wording::rows(&detail));
    }
    lines.push(String::new());
    lines.extend(label::wrapped(&meaning(answer), label::MAX));
    lines.push("If you cancel, the question stays open, but this".to_owned());
    lines.push("window does not open again for a minute.".to_owned());
    lines.join("\n")
}

fn meaning(answer: Answer) -> String {
    let what = match answer {
        Answer::Once => "allows this request and no other.",
        Answer::UntilLocked => {
            "also allows further requests of this program for this account until the accounts are locked, for at \
             most 12 hours; ends after 10 minutes without use."
        }
        Answer::Always => {
            "also allows all later requests of this program for this account. “mfactl access rules” lists what you \
             have allowed."
        }
        Answer::Deny => "refuses this request.",
        Answer::Never => {
            "refuses this request and all later ones of this program for this account."
        }
    };
    format!("“{}” {what}", answer.label())
}
