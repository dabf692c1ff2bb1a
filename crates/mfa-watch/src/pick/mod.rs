//! Has the user choose one account, in the terminal or by a menu of the desktop. mfactl reads its id and goes on with it.

mod menu;
mod rofi;

use std::io::{self, IsTerminal, Write};

use mfa_ipc::launcher;

use crate::args::Pick;
use crate::error::Error;
use crate::platform;
use crate::screen::{self, Purpose, Stream};

/// Prints the id of the account that was chosen.
///
/// # Errors
/// If none was chosen, or if nobody can be asked.
pub(crate) async fn run(args: Pick) -> Result<(), Error> {
    // mfactl waits for this process. Nobody needs an answer any more when it has ended.
    platform::end_with_parent()?;
    let client = launcher::connect().await?;
    if args.rofi {
        return rofi::answer(&client.list_accounts().await?);
    }
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let id = if is_terminal && args.with.is_none() {
        let typed = args.query.unwrap_or_default();
        let chosen = screen::run(client, Purpose::Pick, typed, Stream::Error).await?;
        chosen.ok_or(Error::Interrupted)?
    } else {
        menu::choose(client.list_accounts().await?, args.with.as_deref())?
    };
    Ok(writeln!(io::stdout(), "{id}")?)
}
