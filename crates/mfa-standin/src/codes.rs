//! Asks the daemon for codes, as mfactl does.

use mfa_ipc::types::CodeOptions;
use mfa_ipc::{Client, launcher};
use zeroize::Zeroizing;

use crate::error::Error;

/// Runs a task to its end, on this thread.
pub(crate) fn wait<T>(task: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_io().enable_time().build()?;
    runtime.block_on(task)
}

/// Connects to the daemon. The user may be asked about the requests.
pub(crate) async fn connect() -> Result<Client, Error> {
    Ok(launcher::connect().await?.asking(true))
}

/// Returns a code that was never handed out before: services accept each only once, and whoever asked for the previous
/// one may have used it.
pub(crate) async fn fresh(client: &Client, account: &str) -> Result<Zeroizing<String>, Error> {
    let options = CodeOptions {
        fresh: true,
        ..CodeOptions::default()
    };
    Ok(client.get_code(account, options).await?.code)
}
