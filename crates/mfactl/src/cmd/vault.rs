//! `mfactl vault`: the encrypted file for machines without a keychain.

use super::{Context, connect};
use crate::args::Vault;
use crate::error::Error;
use crate::prompt;

pub(super) async fn run(context: &Context, args: Vault) -> Result<(), Error> {
    let Vault::Create(passphrase) = args;
    let client = connect().await?;
    let question = "New passphrase of the vault (it is not shown)";
    let passphrase = prompt::passphrase(passphrase.password_file.as_deref(), question, true)?;
    let path = client.create_vault(&passphrase).await?;
    context
        .output
        .line(format_args!("Accounts are kept in {path} from now on."))?;
    context
        .output
        .hint("keep the passphrase safe: without it nobody can open the file, not even you");
    Ok(())
}
