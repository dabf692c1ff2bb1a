//! Adds accounts from what is on the screen or on the clipboard.

use mfa_clipboard::{Found, NOTHING, is_link};
use mfa_core::AccountChange;
use mfa_core::account::MAX_FIELD;
use mfa_core::naming;
use mfa_core::secret::{self, Secret};
use mfa_intake::{Adding, Decoded, Source, Tally};
use mfa_ipc::types::{AddOptions, ImportOptions, ImportResult};
use mfa_ipc::{Client, Error};
use zeroize::Zeroizing;

use crate::asking::Locking;
use crate::clipboard::Jobs;
use crate::model::notice::{self, Notice};
use crate::platform;
use crate::prompt::{Answer, name};

/// The reason if the accounts were locked while the user was asked for a name.
pub(crate) const LOCKED: &str = "The accounts were locked before you entered a name. Unlock them, then choose “Add \
                                 from clipboard…” again.";
/// The reason if no program can ask for a name.
pub(crate) const NO_PROMPT: &str = "The clipboard contains a secret, but no program can ask for its name. Install \
                                    zenity or kdialog, or run in a terminal: mfactl add --clipboard";

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
    locking: Locking,
) -> Option<Notice> {
    let adding = async {
        let client = client.map_err(|error| notice::reason(&error))?;
        match clipboard.read().await? {
            Found::Text(text) if is_link(&text) => {
                let added = add(&client, decode(text.as_bytes()).await).await?;
                Ok(Some(taken_off(added, text, &clipboard).await))
            }
            Found::Text(text) if secret::is_key(&text) => {
                match add_key(&client, &text, locking).await? {
                    Some(added) => Ok(Some(taken_off(added, text, &clipboard).await)),
                    None => Ok(None),
                }
            }
            Found::Picture(picture) => add(&client, decode(&picture.to_file()).await)
                .await
                .map(|added| Some(added.notice)),
            Found::Text(_) | Found::Nothing => Err(NOTHING.to_owned()),
        }
    };
    adding.await.unwrap_or_else(|reason| Some(nothing(reason)))
}

/// What is stored now, if only a part of it, does not stay on the clipboard. Something that was copied meanwhile
/// does.
async fn taken_off(
    Added { notice, is_stored }: Added,
    text: Zeroizing<String>,
    clipboard: &Jobs,
) -> Notice {
    if is_stored && clipboard.forget(text).await {
        return cleared(notice);
    }
    notice
}

/// Adds to a notification that the clipboard was cleared.
pub(crate) fn cleared(mut notice: Notice) -> Notice {
    notice.body = format!("{} The clipboard was cleared.", notice.body)
        .trim()
        .to_owned();
    notice
}

/// Adds to a notification how to name the account.
pub(crate) fn unnamed(mut notice: Notice) -> Notice {
    notice
        .body
        .push_str(" To name it, run mfactl edit in a terminal.");
    notice
}

/// Returns the question for the name of an account with a secret of this length.
pub(crate) fn question(bits: usize) -> String {
    format!(
        "The clipboard contains a secret of {bits} bits. Its codes have 6 digits and change every 30 seconds.\n\
         What is the name of the account? For example: GitHub, or GitHub: jane"
    )
}

/// What came of adding.
struct Added {
    notice: Notice,
    /// Whether any account was added, or was stored already.
    is_stored: bool,
}

/// Adds a key, which says nothing but itself, under a name that the user types.
async fn add_key(
    client: &Client,
    key: &str,
    mut locking: Locking,
) -> Result<Option<Added>, String> {
    let secret = Secret::from_base32(key).map_err(|error| error.to_string())?;
    let bits = secret.bits();
    drop(secret);
    let client = client.interactive(true);
    let mut account = AccountChange {
        secret: Some(Zeroizing::new(key.to_owned())),
        ..AccountChange::default()
    };
    let found = Decoded {
        accounts: vec![account.clone()],
        ..Decoded::default()
    };
    let planned = import(&client, &found.accounts, true).await?;
    if let Adding::Stored(tally) = found.adding(&planned) {
        return Ok(Some(stored(&tally)));
    }
    let question = question(bits);
    let answer = tokio::select! {
        answer = name::ask(&question) => answer,
        // The window ends with the question.
        Ok(()) = locking.changed() => return Err(LOCKED.to_owned()),
    };
    let label = match answer {
        Answer::Given(label) => label,
        Answer::Cancelled => return Ok(None),
        Answer::Nobody if platform::ASKS_FOR_NAMES => return Err(NO_PROMPT.to_owned()),
        Answer::Nobody => Zeroizing::default(),
    };
    let (issuer, username) = names(&label);
    let is_named = !issuer.is_empty() || !username.is_empty();
    (account.issuer, account.username) = (Some(issuer), Some(username));
    let mut added = add_one(&client, account).await?;
    if !is_named {
        added.notice = unnamed(added.notice);
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
pub(crate) fn nothing(reason: String) -> Notice {
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
    let found = found.map_err(|error| error.to_string())?;
    complete(&found)?;
    // The user has just asked for it, and will answer a prompt.
    let client = client.interactive(true);
    let planned = match found.accounts.len() {
        0 => Vec::new(),
        _ => import(&client, &found.accounts, true).await?,
    };
    match found.adding(&planned) {
        Adding::Nothing(why) => Err(why),
        Adding::Stored(tally) => Ok(stored(&tally)),
        Adding::One(account) => {
            let tally = found.tally(&planned);
            let added = add_one(&client, *account).await;
            let mut added = added.map_err(|reason| notice::reason_with_rest(&reason, &tally))?;
            added.notice = notice::with_rest(added.notice, &tally);
            Ok(added)
        }
        Adding::Several => add_several(&client, &found, &planned).await,
    }
}

/// Asks the daemon what would become of the accounts (`dry_run`), or has it store them.
async fn import(
    client: &Client,
    accounts: &[AccountChange],
    dry_run: bool,
) -> Result<Vec<ImportResult>, String> {
    let results = client.import(accounts, ImportOptions { dry_run }).await;
    results.map_err(|error| notice::reason(&error))
}

/// Nothing is added, because all of it is stored already.
fn stored(tally: &Tally) -> Added {
    Added {
        notice: notice::several(tally),
        is_stored: true,
    }
}

/// Refuses a part of an export: whoever deletes the export afterwards has lost the rest. A notification that asks is
/// easily missed, and a terminal can ask.
fn complete(found: &Decoded) -> Result<(), String> {
    match mfa_intake::missing(&found.missing()) {
        None => Ok(()),
        Some(missing) => Err(incomplete(&missing)),
    }
}

/// Returns the reason if QR codes of an export are missing.
pub(crate) fn incomplete(missing: &str) -> String {
    format!(
        "{missing}. Show all QR codes at once and try again, or import pictures of them in a terminal: \
         mfactl import FILE… To add the accounts of only some QR codes, use --allow-incomplete."
    )
}

/// Adds an account, and says what it is called now.
async fn add_one(client: &Client, mut account: AccountChange) -> Result<Added, String> {
    let mut remarks = mfa_core::cut(&mut account);
    remarks.extend(checked(&account)?);
    // The daemon has compared it: if its secret is stored, its codes are others.
    let options = AddOptions { duplicate: true };
    let added = client.add(&account, options).await;
    let account = added.map_err(|error| notice::reason(&error))?;
    let added = notice::added(account.id, &account.issuer, &account.name);
    Ok(Added {
        notice: notice::with_remarks(added, &remarks),
        is_stored: true,
    })
}

/// Refuses a secret that is too short: a notification that asks is easily missed. Returns a remark on a secret that is
/// merely short.
fn checked(account: &AccountChange) -> Result<Option<String>, String> {
    let Some(short) = mfa_intake::short(account) else {
        return Ok(None);
    };
    match short.objection() {
        None => Ok(Some(short.remark())),
        Some(text) => Err(format!(
            "{text}. Check that the secret is complete. To add it anyway, run “mfactl add --weak” in a terminal."
        )),
    }
}

/// Adds all that are not stored yet, or none.
async fn add_several(
    client: &Client,
    found: &Decoded,
    planned: &[ImportResult],
) -> Result<Added, String> {
    for account in found.new_ones(planned) {
        checked(account)?;
    }
    let results = import(client, &found.accounts, false).await?;
    let tally = found.tally(&results);
    let remarks = notice::about_several(&results);
    Ok(Added {
        notice: notice::with_remarks(notice::several(&tally), &remarks),
        is_stored: tally.added + tally.present > 0,
    })
}

#[cfg(test)]
mod tests {
    use mfa_intake::{Part, Skipped};

    use super::*;

    #[test]
    fn a_part_of_an_export_is_not_added() {
        let whole = Decoded {
            accounts: vec![AccountChange::default()],
            ..Decoded::default()
        };
        assert_eq!(complete(&whole), Ok(()));
        let part = Part {
            batch: 1,
            number: 1,
            of: 2,
        };
        let missing = Skipped {
            name: "QR code 1 of 2".into(),
            reason: "it is missing".into(),
            part: Some(part),
        };
        let part = Decoded {
            skipped: vec![missing],
            ..whole
        };
        let notice = nothing(complete(&part).unwrap_err());
        assert_eq!(notice.summary, "No account was added");
        assert_eq!(notice.kind, notice::Kind::Problem);
        assert!(
            notice.body.starts_with("QR code 1 of 2 is missing. Show"),
            "{}",
            notice.body
        );
        assert!(
            notice.body.ends_with("use --allow-incomplete."),
            "it is cut"
        );
    }

    #[test]
    fn a_weak_secret_is_not_added_and_a_short_one_is_remarked() {
        let account = |secret: &str| AccountChange {
            secret: Some(secret.to_owned().into()),
            ..AccountChange::default()
        };
        let weak = nothing(checked(&account("JBSWY3D")).unwrap_err());
        assert_eq!(weak.kind, notice::Kind::Problem);
        assert!(
            weak.body.starts_with("The secret has only 32 bits: "),
            "{}",
            weak.body
        );
        assert!(
            weak.body
                .ends_with("run “mfactl add --weak” in a terminal."),
            "it is cut"
        );
        let short = checked(&account("JBSWY3DP")).unwrap().unwrap();
        assert!(short.starts_with("the secret has only 40 bits, "));
        assert_eq!(checked(&account("JBSWY3DPEHPK3PXP")), Ok(None));
    }

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
