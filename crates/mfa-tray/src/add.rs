//! Adds accounts from what is on the screen or on the clipboard.

use mfa_intake::decoder::{self, Decoded};
use mfa_intake::{picture, screen};
use mfa_ipc::types::{AccountFields, AccountInfo};
use mfa_ipc::{Client, Error};

use crate::clipboard::{Found, Jobs};
use crate::model::notice::{self, Notice};

/// Looks for QR codes on the screen. What came of it is for the user.
pub(crate) async fn from_screen(client: Result<Client, Error>) -> Notice {
    let client = match client {
        Ok(client) => client,
        Err(error) => return nothing(&notice::reason(&error)),
    };
    match screen::picture().await {
        Ok(picture) => decode(&client, &picture).await,
        Err(error) => nothing(&error.to_string()),
    }
}

/// Looks at the clipboard: a link, or a picture of a QR code.
pub(crate) async fn from_clipboard(client: Result<Client, Error>, clipboard: Jobs) -> Notice {
    let client = match client {
        Ok(client) => client,
        Err(error) => return nothing(&notice::reason(&error)),
    };
    match clipboard.read().await {
        Ok(Found::Text(text)) if text.contains("otpauth") => decode(&client, text.as_bytes()).await,
        Ok(Found::Picture(found)) => {
            let picture = picture::from_rgba(found.width, found.height, &found.pixels);
            decode(&client, &picture).await
        }
        Ok(Found::Text(_) | Found::Nothing) => {
            nothing("There is no otpauth link and no picture on the clipboard. Copy one first.")
        }
        Err(reason) => nothing(&reason),
    }
}

fn nothing(reason: &str) -> Notice {
    notice::not_done("No account was added", reason)
}

async fn decode(client: &Client, input: &[u8]) -> Notice {
    match decoder::decode(input).await {
        Ok(decoded) => add(client, decoded).await,
        Err(error) => nothing(&error.to_string()),
    }
}

async fn add(client: &Client, decoded: Decoded) -> Notice {
    let Decoded {
        mut accounts,
        skipped,
    } = decoded;
    match (accounts.len(), skipped.first()) {
        (0, Some(first)) => nothing(&format!("{}: {}.", first.name, first.reason)),
        (0, None) => nothing("There is no account in it."),
        (1, None) => match add_one(client, accounts.remove(0)).await {
            Ok(account) => notice::added(&account.id, &account.issuer, &account.name),
            Err(error) => nothing(&notice::reason(&error)),
        },
        _ => {
            let all = accounts.len() + skipped.len();
            let mut failed: Vec<_> = skipped
                .into_iter()
                .map(|skipped| format!("{}: {}", skipped.name, skipped.reason))
                .collect();
            for account in accounts {
                if let Err(error) = add_one(client, account).await {
                    failed.push(notice::reason(&error));
                }
            }
            let why = failed.first().map(String::as_str);
            notice::added_several(all - failed.len(), failed.len(), why)
        }
    }
}

/// Adds an account, and says what it is called now.
async fn add_one(client: &Client, account: AccountFields) -> Result<AccountInfo, Error> {
    // The user has just asked for it, and will answer a prompt.
    let client = client.interactive(true);
    let id = client.add(&account).await?;
    let accounts = client.list_accounts().await?;
    let added = accounts.into_iter().find(|account| account.id == id);
    added.ok_or_else(|| Error::NotFound("it is gone again".into()))
}
