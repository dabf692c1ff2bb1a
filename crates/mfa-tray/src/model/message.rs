//! What the model is told, and what it wants done.

use std::time::Duration;

use mfa_ipc::Error;
use mfa_ipc::types::{AccountInfo, IssuedCode};
use zeroize::Zeroizing;

use super::memory::Memory;
use super::notice::Notice;
use crate::config::{Look, Settings};

/// What the user can choose in the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Copy the code of an account, by its id.
    Copy(String),
    /// Copy two codes in a row.
    Pair(String),
    /// Find a QR code on the screen.
    AddFromScreen,
    /// Take a link, a key or a picture from the clipboard.
    AddFromClipboard,
    /// Show codes in the menu from now on, or not.
    ShowCodes(bool),
    /// Give the icon this look.
    Look(Look),
    /// Start with the desktop from now on, or not.
    StartAtLogin(bool),
    /// Lock the accounts.
    Lock,
    /// Unlock them.
    Unlock,
    /// Try to reach the daemon again.
    Reconnect,
    /// Open the configuration.
    OpenSettings,
    /// End.
    Quit,
}

/// What can run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The time of a code on the clipboard.
    Clear,
    /// The time until the second code of a pair.
    Second,
    /// A second of the open menu.
    Tick,
    /// The time for a panel to appear.
    Panel,
    /// The time that the clipboard may take.
    Put,
    /// The time until what was counted is kept: not each use is worth a write.
    Save,
}

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// The daemon is there, with these accounts; why there are none, if something is wrong.
    Connected {
        /// Whether they are locked.
        locked: bool,
        /// All of them.
        accounts: Vec<AccountInfo>,
        /// What is wrong with the keychain.
        problem: Option<String>,
    },
    /// The daemon is gone, or cannot be reached.
    Disconnected {
        /// Why.
        problem: String,
    },
    /// The accounts were locked.
    Locked,
    /// Somebody got a code.
    Issued {
        /// The id of the account.
        account: String,
        /// Which program.
        application: String,
    },
    /// The menu is about to be shown.
    MenuOpens,
    /// Something was chosen in it.
    Chosen(Choice),
    /// Somebody asks for a code to be copied.
    Requested {
        /// What to answer to.
        request: u64,
        /// The id of the account.
        account: String,
    },
    /// The codes that [`Effect::Fetch`] asked for.
    Codes {
        /// For which copying.
        number: u64,
        /// They, or why there are none.
        result: Result<Vec<IssuedCode>, Error>,
    },
    /// A code that [`Effect::Show`] asked for.
    Shown {
        /// The id of its account.
        account: String,
        /// The code, or why there is none.
        result: Result<IssuedCode, Error>,
    },
    /// Whether the clipboard took a code.
    Put {
        /// For which copying.
        number: u64,
        /// Why it did not.
        result: Result<(), String>,
    },
    /// Something that was asked for in the menu was done, or not.
    Done(Notice),
    /// A timer ran out.
    Elapsed(Timer),
    /// Whether a panel shows the icon.
    Panel(bool),
    /// The configuration was read again.
    Settings(Settings),
    /// Whether the desktop starts us at login, where that can be told.
    StartsAtLogin(Option<bool>),
    /// The user has started us once more.
    StartedAgain,
}

/// Something to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask for codes to copy; the answer is [`Msg::Codes`].
    Fetch {
        /// For which copying.
        number: u64,
        /// The id of the account.
        account: String,
        /// How many in a row.
        count: u32,
        /// How many seconds the first has to be valid.
        min_remaining: u32,
    },
    /// Ask for codes to show, each answered by [`Msg::Shown`].
    Show(Vec<String>),
    /// Put a code on the clipboard; the answer is [`Msg::Put`].
    Put {
        /// For which copying.
        number: u64,
        /// The code.
        code: Secret,
    },
    /// Take the code back from the clipboard, if it is still there.
    TakeBack,
    /// Say something.
    Notify(Notice),
    /// Answer a request.
    Answer {
        /// Which.
        request: u64,
        /// How it went.
        result: Result<(), Refusal>,
    },
    /// Start a timer anew.
    Start(Timer, Duration),
    /// Stop it.
    Stop(Timer),
    /// Ask the daemon to lock.
    Lock,
    /// Ask it to unlock.
    Unlock,
    /// Look for it again.
    Reconnect,
    /// Look for a QR code on the screen.
    AddFromScreen,
    /// Look at the clipboard.
    AddFromClipboard,
    /// Open the configuration.
    OpenSettings,
    /// Have the desktop start us at login, or not.
    StartAtLogin(bool),
    /// Keep this for the next start.
    Save(Memory),
    /// End.
    Quit,
}

/// A code on its way to the clipboard: not to be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Why a request was not answered by a copied code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such account.
    NotFound,
    /// The accounts were locked.
    Locked,
    /// Another code was asked for before this one was there.
    Superseded,
    /// Anything else, for people.
    Failed(String),
}
