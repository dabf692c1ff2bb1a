//! The choices of the user, in the menu or with a button of a notification.

use mfa_core::AccountId;
use mfa_core::access::Answer;

use crate::config::Look;

/// A choice of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Copy the code of the account with this id.
    Copy(AccountId),
    /// Copy a code of the account that was used last.
    CopyLast,
    /// Copy the next code of the account with this id.
    Next(AccountId),
    /// Copy two codes in a row.
    Pair(AccountId),
    /// Show the question with this number in a window.
    Ask(u64),
    /// Answer the question with this number.
    Answer(u64, Answer),
    /// Find a QR code on the screen.
    AddFromScreen,
    /// Read a link, a secret or a picture from the clipboard.
    AddFromClipboard,
    /// Set whether the menu shows codes.
    ShowCodes(bool),
    /// Set the look of the icon.
    Look(Look),
    /// Set whether the tray starts at login.
    StartAtLogin(bool),
    /// Lock the accounts.
    Lock,
    /// Unlock the accounts.
    Unlock,
    /// Try to connect to the daemon again.
    Reconnect,
    /// Open the configuration.
    OpenSettings,
    /// Quit.
    Quit,
}
