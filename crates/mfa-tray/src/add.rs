//! Adds accounts from what is on the screen or on the clipboard.

use mfa_clipboard::{Found, is_link};
use mfa_core::account::MAX_FIELD;
use mfa_core::naming;
use mfa_core::secret::{self, Secret};
use mfa_intake::{Decoded, Skipped, Source};
use mfa_ipc::types::{AccountFields, Fate, ImportOptions};
use mfa_ipc::{Client, Error};
use zeroize::Zeroizing;

use crate::clipboard::Jobs;
use crate::model::notice::{self, Notice};
use crate::platform;
use crate::prompt::{Answer, name};

/// Looks for QR codes on the screen. What came of it is for the user.
pub(crate) async fn from_screen(client: Result<Client, Error>) -> Option<Notice> {
    let adding = async {
        let client = client.map_err(|error| notice::reason(&error))?;
        let pictures = mfa_screen::pictures()
            .await
            .map_err(|error| error.to_string())?;
        let added = add(&client, mfa_intake::decode_screen(&pictures).await).await;
        added.map(|added| added.notice)
    };
    Some(adding.await.unwrap_or_else(nothing))
}

/// Looks at the clipboard: a link, a key or a picture of a QR code. There is nothing to say if the user does
/// not want to go on.
pub(crate) async fn from_clipboard(
    client: Result<Client, Error>,
    clipboard: Jobs,
) -> Option<Notice> {
    let adding = async {
        let client = client.map_err(|error| notice::reason(&error))?;
        match clipboard.read().await? {
            Found::Text(text) if is_link(&text) => {
                let added = add(&client, decode(text.as_bytes()).await).await?;
                Ok(Some(taken_off(added, text, &clipboard).await))
            }
            Found::Text(text) if secret::is_key(&text) => match add_key(&client, &text).await? {
                Some(added) => Ok(Some(taken_off(added, text, &clipboard).await)),
                None => Ok(None),
            },
            Found::Picture(picture) => add(&client, decode(&picture.to_file()).await)
                .await
                .map(|added| Some(added.notice)),
            Found::Text(_) | Found::Nothing => Err(
                "There is no otpauth link, no key and no picture on the clipboard. Copy one first."
                    .to_owned(),
            ),
        }
    };
    adding.await.unwrap_or_else(|reason| Some(nothing(reason)))
}

/// What was added, if only a part of it, does not stay on the clipboard. Something that was copied meanwhile
/// does.
async fn taken_off(
    Added { mut notice, is_any }: Added,
    text: Zeroizing<String>,
    clipboard: &Jobs,
) -> Notice {
    if is_any && clipboard.forget(text).await {
        notice.body = format!("{} The clipboard is empty now.", notice.body)
            .trim()
            .to_owned();
    }
    notice
}

/// What came of adding.
struct Added {
    notice: Notice,
    /// Whether any account was added.
    is_any: bool,
}

/// Adds a key, which says nothing but itself, under a name that the user types.
async fn add_key(client: &Client, key: &str) -> Result<Option<Added>, String> {
    let secret = Secret::from_base32(key).map_err(|error| error.to_string())?;
    let bits = 8 * secret.expose().len();
    drop(secret);
    let question = format!(
        "A key of {bits} bits is on the clipboard. It will give 6 digits every 30 seconds.\n\
         What is the account called? For example: GitHub, or GitHub: jane"
    );
    let label = match name::ask(&question).await {
        Answer::Given(label) => label,
        Answer::Cancelled => return Ok(None),
        Answer::Nobody if platform::ASKS_FOR_NAMES => {
            return Err(
                "A key is on the clipboard, and no program is here to ask for its name. Install zenity or \
                 kdialog, or run in a terminal: mfactl add --clipboard"
                    .to_owned(),
            );
        }
        Answer::Nobody => Zeroizing::default(),
    };
    let (issuer, username) = names(&label);
    let is_named = !issuer.is_empty() || !username.is_empty();
    let account = AccountFields {
        secret: Some(Zeroizing::new(key.to_owned())),
        issuer: Some(issuer),
        username: Some(username),
        ..AccountFields::default()
    };
    let mut added = add_one(&client.interactive(true), &account).await?;
    if !is_named {
        added
            .notice
            .body
            .push_str(" In a terminal, mfactl edit gives it a name.");
    }
    Ok(Some(added))
}

/// The issuer and the user name that somebody has typed: `GitHub: jane`, or one of both, as links write it.
fn names(label: &str) -> (String, String) {
    let (issuer, username) = match label.split_once(':') {
        Some(both) => both,
        None if label.contains('@') => ("", label),
        None => (label, ""),
    };
    let tidy = |text| naming::tidy(text, MAX_FIELD);
    (tidy(issuer), tidy(username))
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
async fn add(client: &Client, found: Result<Decoded, mfa_intake::Error>) -> Result<Added, String> {
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
async fn add_one(client: &Client, account: &AccountFields) -> Result<Added, String> {
    let added = client.add(account).await;
    let id = added.map_err(|error| notice::reason(&error))?;
    let accounts = client.list_accounts().await.unwrap_or_default();
    let name = accounts.into_iter().find(|account| account.id == id);
    let issuer = account.issuer.as_deref().unwrap_or_default();
    // It is there, even if its name cannot be asked for.
    let name = name.map_or_else(|| issuer.to_owned(), |account| account.name);
    Ok(Added {
        notice: notice::added(&id, issuer, &name),
        is_any: true,
    })
}

/// Adds all that are not here yet, or none.
async fn add_all(
    client: &Client,
    accounts: &[AccountFields],
    skipped: &[Skipped],
) -> Result<Added, String> {
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
    Ok(Added {
        notice: notice::added_several(added, left.len(), first),
        is_any: added > 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_names_an_issuer_or_a_user_or_both() {
        for (typed, issuer, username) in [
            ("GitHub", "GitHub", ""),
            ("GitHub: jane", "GitHub", "jane"),
            ("jane@example.org", "", "jane@example.org"),
            (" : ", "", ""),
            ("", "", ""),
        ] {
            assert_eq!(
                names(typed),
                (issuer.to_owned(), username.to_owned()),
                "{typed}"
            );
        }
        assert_eq!(names(&"x".repeat(600)).0.chars().count(), MAX_FIELD);
    }
}
