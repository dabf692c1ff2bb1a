//! Asks the user with a small program of the desktop: pinentry for a passphrase, zenity or a similar program
//! for a name, either for a yes. The answer comes through a pipe. The programs end when the tray no longer waits
//! for them. A pinentry ends even if the tray is killed, because its input is closed then.

pub(crate) mod confirm;
mod dialog;
pub(crate) mod name;
pub(crate) mod pinentry;

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use zeroize::Zeroizing;

/// The time that the user may take to answer.
const PATIENCE: Duration = Duration::from_secs(300);

/// The result of a question.
pub(crate) enum Answer<T = Zeroizing<String>> {
    /// The text that the user typed, or a yes.
    Given(T),
    /// The user closed the dialog or did not answer.
    Cancelled,
    /// There is no program to ask with.
    Nobody,
}

/// What a program that asks can reach.
#[derive(Clone, Copy)]
enum Reach {
    /// The session bus too. The pinentry of GNOME needs it, because the shell shows its window.
    SessionBus,
    /// Only the screen.
    Screen,
}

/// Returns a command that ends when the tray no longer waits for its answer.
fn command(program: &str, reach: Reach) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    if matches!(reach, Reach::Screen) {
        // Without an address, programs look for the bus in its usual place.
        command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    }
    command
}
