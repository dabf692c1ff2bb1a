//! Asks the user questions on the desktop.
//!
//! The daemon asks by itself, so that a question is seen without the tray too.

mod platform;

use std::pin::Pin;

use mfa_core::access::{Answer, Question};
use tokio::sync::oneshot;

pub use platform::questioner;

/// The answer that is to come; nothing if the question was closed or could not be shown.
pub type Asking = Pin<Box<dyn Future<Output = Option<Answer>> + Send>>;

/// A way to ask the user.
pub trait Questioner: Send {
    /// Returns whether anybody is there to be asked.
    fn is_attended(&self) -> bool;

    /// Returns whether a tray shows the questions instead, if there is one.
    fn leaves_them_to_a_tray(&self) -> bool {
        false
    }

    /// The session of the user has ended: whoever was there is there no longer.
    fn session_ended(&self) {}

    /// Shows a question until it is answered or closed, or until `withdrawn` resolves.
    fn ask(&self, question: &Question, withdrawn: oneshot::Receiver<()>) -> Asking;
}

/// Escapes a text that a notification service may take for markup.
pub(crate) fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// The questioner where there is nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Questioner for Nobody {
    fn is_attended(&self) -> bool {
        false
    }

    /// The question may still be answered by the tray, or from the command line.
    fn ask(&self, _: &Question, _: oneshot::Receiver<()>) -> Asking {
        Box::pin(std::future::pending())
    }
}
