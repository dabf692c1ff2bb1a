//! Adds accounts from what is on the screen or on the clipboard.

use mfa_clipboard::{Found, is_link};
use mfa_intake::{Decoded, Skipped, Source};
use mfa_ipc::types::{AccountFields, Fate, ImportOptions};
use mfa_ipc::{Client, Error};

use crate::clipboard::Jobs;
use crate::model::notice::{self, Notice};

/// Looks for QR codes on the screen. What came of it is for the user.
pub(crate) async fn from_screen(client: Result<Client, Error>) -> Notice {
    let adding = async {
        let client = client.map_err(|error| notice::reason(&error))?;
        let pictures = mfa_screen::pictures()
            .await
            .map_err(|error| error.to_string())?;
        add(&client, mfa_intake::decode_screen(&pictures).await).await
    };
    adding.await.unwrap_or_else(nothing)
}

/// Looks at the clipboard: a link, or a picture of a QR code.
pub(crate) async fn from_clipboard(client: Result<Client, Error>, clipboard: Jobs) -> Notice {
    let adding = async {
        let client = client.map_err(|error| notice::reason(&error))?;
        match clipboard.read().await? {
            Found::Text(text) if is_link(&text) => {
                add(&client, decode(text.as_bytes()).await).await
            }
            Found::Picture(picture) => add(&client, decode(&picture.to_file()).await).await,
            Found::Text(_) | Found::Nothing => Err(
                "There is no otpauth link and no picture on the clipboard. Copy one first.".into(),
            ),
        }
    };
    adding.await.unwrap_or_else(nothing)
}

#[expect(clippy::needless_pass_by_value, reason = "it ends a chain of results")]
fn nothing(reason: String) -> Notice {
    notice::not_done("No account was added", &reason)
}

async fn decode(bytes: &[u8]) -> Result<Decoded, mfa_intake::Error> {
    let source = Source {
        bytes,
        ..Source::default()
    };
    mfa_intake::decode(source).await
}

/// Adds what was found.
async fn add(client: &Client, found: Result<Decoded, mfa_intake::Error>) -> Result<Notice, String> {
    let Decoded {
        mut accounts,
        skipped,
        ..
    } = found.map_err(|error| error.to_string())?;
    // The user has just asked for it, and will answer a prompt.
    let client = client.interactive(true);
    match (accounts.len(), skipped.first()) {
        (0, Some(first)) => Err(format!("{}: {}", first.name, first.reason)),
        (0, None) => Err("there is no account in it".to_owned()),
        (1, None) => add_one(&client, &accounts.remove(0)).await,
        _ => add_all(&client, &accounts, &skipped).await,
    }
}

/// Adds an account, and says what it is called now.
async fn add_one(client: &Client, account: &AccountFields) -> Result<Notice, String> {
    let added = client.add(account).await;
    let id = added.map_err(|error| notice::reason(&error))?;
    let accounts = client.list_accounts().await.unwrap_or_default();
    let name = accounts.into_iter().find(|account| account.id == id);
    let issuer = account.issuer.as_deref().unwrap_or_default();
    // It is there, even if its name cannot be asked for.
    let name = name.map_or_else(|| issuer.to_owned(), |account| account.name);
    Ok(notice::added(&id, issuer, &name))
}

/// Adds all that are not here yet, or none.
async fn add_all(
    client: &Client,
    accounts: &[AccountFields],
    skipped: &[Skipped],
) -> Result<Notice, String> {
    let results = client.import(accounts, ImportOptions::default()).await;
    let results = results.map_err(|error| notice::reason(&error))?;
    let reason = |skipped: &Skipped| format!("{}: {}", skipped.name, skipped.reason);
    let mut left: Vec<_> = skipped.iter().map(reason).collect();
    let unread = left.len();
    left.extend(results.iter().filter_map(|result| match result.fate {
        Fate::Added => None,
        Fate::Present => Some(format!("“{}” is here already", result.name)),
        Fate::Skipped => Some(result.reason.clone().unwrap_or_default()),
    }));
    let added = results.len() + unread - left.len();
    let first = left.first().map(String::as_str);
    Ok(notice::added_several(added, left.len(), first))
}
