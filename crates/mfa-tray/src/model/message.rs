//! The messages to the model, and its effects.

use std::time::Duration;

use mfa_core::access::{Answer, Question, Record};
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::{CodeOptions, IssuedCode};
use zeroize::Zeroizing;

use super::choice::Choice;
use super::memory::Memory;
use super::notice::Notice;
use crate::config::Settings;

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The time that a code stays on the clipboard.
    Clear,
    /// The time until the second code of a pair.
    Second,
    /// One second of the open menu.
    Tick,
    /// The time for a panel to appear.
    Panel,
    /// The time that the clipboard may take.
    Put,
    /// The time until new counts are saved, because a write for each use would be too much.
    Save,
}

/// What is known about backups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backups {
    /// The names of the accounts that no backup holds as they are.
    pub missing: Vec<String>,
    /// Why the last automatic backup was not made; empty if nothing is wrong.
    pub problem: String,
}

/// An event for the model.
#[derive(Debug)]
pub enum Msg {
    /// The daemon is connected.
    Connected {
        /// Whether the accounts are locked.
        locked: bool,
        /// All accounts.
        accounts: Vec<Account>,
        /// The problem of the keychain, if there is one.
        problem: Option<String>,
    },
    /// The daemon exited or cannot be reached.
    Disconnected {
        /// The reason.
        problem: String,
        /// What the user can do, if anything.
        hint: Option<String>,
    },
    /// The accounts were locked.
    Locked,
    /// A code was handed out to a program.
    Issued {
        /// The id of the account.
        account: AccountId,
        /// The name of the program.
        application: String,
    },
    /// The open questions have changed.
    Questions(Vec<Question>),
    /// The access log has changed. These are its last events, oldest first.
    Logged(Vec<Record>),
    /// What is known about backups.
    BackedUp(Backups),
    /// The menu is about to open.
    MenuOpens,
    /// The user chose a menu entry.
    Chosen(Choice),
    /// The user chose an action outside of the menu, perhaps before the daemon is connected.
    Activated {
        /// The action.
        choice: Choice,
        /// The right to open a window in front of the others, which Wayland gives for a click.
        token: Option<String>,
    },
    /// The user pressed the shortcut.
    Shortcut {
        /// The right to open a window, likewise.
        token: Option<String>,
    },
    /// The reply to [`Effect::Pick`]: the id of the account that the user chose, or `None` if the user chose none, or the
    /// reason why nothing could be chosen.
    Picked(Result<Option<AccountId>, String>),
    /// Another program asks for a code to be copied.
    Requested {
        /// The number of the request, for the reply.
        request: u64,
        /// The id of the account.
        account: AccountId,
        /// The code.
        code: IssuedCode,
    },
    /// The reply to [`Effect::Fetch`].
    Codes {
        /// The number of the copying.
        number: u64,
        /// The codes, or an error.
        result: Result<Vec<IssuedCode>, Error>,
    },
    /// A code of the reply to [`Effect::Show`].
    Shown {
        /// The id of the account.
        account: AccountId,
        /// The code, or an error.
        result: Result<IssuedCode, Error>,
    },
    /// The reply to [`Effect::Put`].
    Put {
        /// The number of the copying.
        number: u64,
        /// Whether the clipboard accepted the code, or the reason why not.
        result: Result<(), String>,
    },
    /// The reply to [`Effect::Confirm`].
    Confirmed {
        /// The number of the window.
        number: u64,
        /// What the user said.
        reply: Reply,
    },
    /// The reply to [`Effect::Ask`].
    Answered {
        /// The number of the question.
        question: u64,
        /// The answer, or `None` if the user has closed the window.
        answer: Option<Answer>,
    },
    /// The result of an action of the menu.
    Done(Notice),
    /// Whether a question was shown to the user.
    Asked(bool),
    /// A timer ran out.
    Elapsed(Timer),
    /// Whether a panel shows the icon.
    Panel(bool),
    /// The configuration was read again.
    Settings(Settings),
    /// Whether the tray starts at login, or `None` if that is unknown.
    StartsAtLogin(Option<bool>),
    /// The user started the tray again.
    StartedAgain,
}

/// An action that the model requests.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the daemon for codes to copy; the reply is [`Msg::Codes`].
    Fetch {
        /// The number of the copying.
        number: u64,
        /// The id of the account.
        account: AccountId,
        /// The number of codes in a row.
        count: u32,
        /// Which code is wanted, and how long it must be valid.
        options: CodeOptions,
    },
    /// Ask the daemon for codes to show; each reply is [`Msg::Shown`].
    Show(Vec<AccountId>),
    /// Put a code on the clipboard; the reply is [`Msg::Put`].
    Put {
        /// The number of the copying.
        number: u64,
        /// The code.
        code: Code,
    },
    /// Remove the code from the clipboard, if it is still there.
    TakeBack,
    /// Show a notification.
    Notify(Notice),
    /// Reply to a request.
    Answer {
        /// The number of the request.
        request: u64,
        /// The result.
        result: Result<(), Refusal>,
    },
    /// Answer the question of the daemon with this number.
    AnswerQuestion(u64, Answer),
    /// Show a window that confirms an answer; the reply is [`Msg::Confirmed`].
    Confirm(Confirmation),
    /// Show a question in a window of the tray's own; the reply is [`Msg::Answered`].
    Ask(Asked),
    /// Close the window that confirms an answer, or that asks.
    StopConfirming,
    /// Start a timer, or start it again.
    Start(Timer, Duration),
    /// Stop a timer.
    Stop(Timer),
    /// Ask the desktop for this shortcut, or give it back.
    Shortcut(Option<String>),
    /// Show a menu of the accounts; the reply is [`Msg::Picked`].
    Pick,
    /// Ask the daemon to lock the accounts.
    Lock,
    /// Ask the daemon to unlock the accounts.
    Unlock,
    /// Try to connect to the daemon again.
    Reconnect,
    /// Find a QR code on the screen.
    AddFromScreen,
    /// Read the clipboard.
    AddFromClipboard,
    /// Open the configuration.
    OpenSettings,
    /// Set whether the tray starts at login.
    StartAtLogin(bool),
    /// Save the state for the next start.
    Save(Memory),
    /// Quit.
    Quit,
}

/// A window that confirms an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The number of the window.
    pub number: u64,
    /// The answer. Its label is that of the button that confirms it.
    pub answer: Answer,
    /// The text. Its first line has no words of others.
    pub text: String,
}

/// A question in a window.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// The number of the question.
    pub question: u64,
    /// The text, which may have several lines.
    pub text: String,
}

/// The reply of the user in a window that confirms an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The answer is meant.
    Yes,
    /// The answer is not meant, or the window was closed.
    No,
    /// No program can show such a window.
    Nobody,
    /// There was no window, because another one is open.
    NotShown,
}

/// A code for the clipboard. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(pub Zeroizing<String>);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(redacted)")
    }
}

/// A reason why no code was copied for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The account does not exist.
    NotFound,
    /// The accounts were locked.
    Locked,
    /// Another code was requested before this one was copied.
    Superseded,
    /// Any other reason, as a text for people.
    Failed(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound("no account matches".into()),
            Refusal::Locked => Self::Locked("the accounts are locked".into()),
            Refusal::Superseded => {
                Self::Failed("another code was copied before this one was ready".into())
            }
            Refusal::Failed(reason) => Self::Failed(reason),
        }
    }
}
