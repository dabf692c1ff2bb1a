//! A user who can be asked.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use mfa_core::access::{Answer, Question};
use tokio::sync::oneshot;

use crate::question::{Asking, Questioner};

/// A user who is asked on a screen. Clones share the screen.
#[derive(Clone, Default)]
pub(in crate::service::tests) struct FakeUser {
    /// Whether there is a screen.
    pub(in crate::service::tests) is_there: Arc<AtomicBool>,
    /// Whether a tray shows the questions, if there is one.
    pub(in crate::service::tests) has_tray: Arc<AtomicBool>,
    /// The questions that were shown, and the way to answer each.
    pub(in crate::service::tests) shown: Arc<Mutex<Vec<Shown>>>,
    /// The number of questions that are on the screen.
    pub(in crate::service::tests) open: Arc<AtomicU64>,
}

/// A question on the screen.
pub(in crate::service::tests) struct Shown {
    pub(in crate::service::tests) question: Question,
    answer: Option<oneshot::Sender<Option<Answer>>>,
}

impl FakeUser {
    /// Answers the latest question, or closes it.
    pub(in crate::service::tests) fn answer(&self, answer: Option<Answer>) {
        let mut shown = self.shown.lock().unwrap();
        let last = shown.last_mut().unwrap();
        last.answer.take().unwrap().send(answer).unwrap();
    }

    pub(in crate::service::tests) fn questions(&self) -> Vec<Question> {
        let shown = self.shown.lock().unwrap();
        shown.iter().map(|shown| shown.question.clone()).collect()
    }
}

impl Questioner for FakeUser {
    fn is_attended(&self) -> bool {
        self.is_there.load(Ordering::SeqCst)
    }

    fn leaves_them_to_a_tray(&self) -> bool {
        self.has_tray.load(Ordering::SeqCst)
    }

    fn ask(&self, question: &Question, withdrawn: oneshot::Receiver<()>) -> Asking {
        let (answer, answered) = oneshot::channel();
        let question = question.clone();
        let mut shown = self.shown.lock().unwrap();
        shown.push(Shown {
            question,
            answer: Some(answer),
        });
        let open = Arc::clone(&self.open);
        open.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            let answer = tokio::select! {
                answer = answered => answer.ok().flatten(),
                _ = withdrawn => None,
            };
            open.fetch_sub(1, Ordering::SeqCst);
            answer
        })
    }
}
