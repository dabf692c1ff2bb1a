//! The search of the desktop: KRunner and GNOME Shell find accounts, and copy their codes.
//!
//! Each has an interface of its own. Both are thin: what a word finds, what a row says and what a click does is here. A
//! row shows no code. Everything on the session bus can ask for the rows, as for the list of accounts; whoever has a code
//! copied needs consent, which the default rules give to the two desktops.

mod desktop;
mod runner;
mod shell;

use mfa_core::Account;
use mfa_core::otp::Code;
use mfa_ipc::Error;
use mfa_ipc::types::QueryOptions;

use crate::caller::{Asker, Origin};
use crate::service::{Handle, ask};

use desktop::Desktop;
pub(crate) use runner::Runner;
pub(crate) use shell::Shell;

/// The path of the object for KRunner.
pub(crate) const RUNNER_PATH: &str = "/org/mfactl/Authenticator1/Runner";
/// The path of the object for GNOME Shell.
pub(crate) const SHELL_PATH: &str = "/org/mfactl/Authenticator1/Search";

/// The word before a search that is meant for this program.
const TRIGGER: &str = "mfa";
/// The number of rows that a search has at most. Desktops show fewer.
const MOST: usize = 10;
/// The number of words that are compared. More of them find nothing that fewer would not.
const MAX_WORDS: usize = 8;
/// The number of letters that a search needs which is not meant for this program alone.
const FEW: usize = 3;
/// The id of the row that unlocks the accounts. No account has it.
const UNLOCK: &str = "unlock";

/// A row of the results.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    /// The id of the account, or [`UNLOCK`].
    id: String,
    title: String,
    /// What happens on Enter, as a sentence that can be read aloud.
    details: String,
}

impl Row {
    fn of(account: &Account) -> Self {
        let (name, issuer) = (&account.name, &account.issuer);
        let is_said = issuer.is_empty() || name.to_lowercase().contains(&issuer.to_lowercase());
        let title = match is_said {
            true => name.clone(),
            false => format!("{name} ({issuer})"),
        };
        let details = match account.username.is_empty() {
            true => "Copy the code".to_owned(),
            false => format!("Copy the code of {}", account.username),
        };
        let id = account.id.to_string();
        Self { id, title, details }
    }

    /// The row of an account that is not there any more.
    fn gone(id: String) -> Self {
        Self {
            id,
            title: "Unknown account".to_owned(),
            details: "Search again".to_owned(),
        }
    }

    fn unlock() -> Self {
        Self {
            id: UNLOCK.to_owned(),
            title: "Unlock the accounts of mfactl".to_owned(),
            details: "Then search again".to_owned(),
        }
    }
}

/// The words of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    words: Vec<String>,
    /// Whether the search is meant for this program.
    is_meant: bool,
}

impl Words {
    fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut words = words.filter(|word| !word.is_empty()).peekable();
        let is_meant = words
            .next_if(|word| word.eq_ignore_ascii_case(TRIGGER))
            .is_some();
        let words = words.take(MAX_WORDS).map(str::to_owned).collect();
        Self { words, is_meant }
    }

    /// Returns whether to search at all: a letter or two would find much that nobody wants.
    fn are_enough(&self) -> bool {
        let letters = self.words.iter().map(|word| word.chars().count());
        self.is_meant || letters.sum::<usize>() >= FEW
    }
}

/// What both interfaces do.
#[derive(Clone)]
pub(crate) struct Search {
    service: Handle,
    origin: Origin,
    desktop: Desktop,
}

impl Search {
    /// Creates the search for everybody on a bus.
    pub(crate) fn new(service: Handle, origin: Origin, bus: zbus::Connection) -> Self {
        let desktop = Desktop::new(bus);
        Self {
            service,
            origin,
            desktop,
        }
    }

    /// Returns the rows for words. Errors have no place in a list of results, so there are no rows then.
    async fn rows(&self, asker: &Asker, words: Words) -> Vec<Row> {
        if !words.are_enough() {
            return Vec::new();
        }
        let is_meant = words.is_meant;
        let search = ask::Search {
            words: words.words,
            most: MOST,
        };
        match self.service.ask(asker, search).await {
            Ok(found) => found.iter().map(Row::of).collect(),
            Err(Error::Locked(_)) if is_meant => vec![Row::unlock()],
            Err(error) => {
                tracing::debug!(%error, "nothing is found");
                Vec::new()
            }
        }
    }

    /// Returns the row with an id.
    async fn row(&self, asker: &Asker, id: &str) -> Option<Row> {
        if id == UNLOCK {
            return Some(Row::unlock());
        }
        let get = ask::Get {
            query: id.to_owned(),
            options: QueryOptions { exact: true },
        };
        let account = self.service.ask(asker, get).await.ok()?;
        Some(Row::of(&account))
    }

    /// Returns the code of an account for a desktop that copies by itself, if the rules allow it. Nobody is asked: a search
    /// finds accounts that the person does not mean.
    async fn code(&self, asker: &Asker, id: String) -> Option<Code> {
        let unasked = Asker {
            interactive: false,
            may_be_asked_about: false,
            ..asker.clone()
        };
        let code = self
            .service
            .get(&unasked, ask::Peek(vec![id.clone()]))
            .await;
        code.ok()?.remove(&id)
    }

    /// Does what a row says. Nobody waits for the outcome, so a failure is shown in a notification. `token` is the right
    /// to open a window, which Wayland gives for a click.
    async fn choose(&self, asker: &Asker, id: &str, token: Option<&str>) {
        let done = match id {
            UNLOCK => self.unlock(asker, token).await,
            _ => self.copy(asker, id).await,
        };
        if let Err(error) = done {
            tracing::info!(caller = %asker.caller, %error, "the desktop search failed");
            let what = match id {
                UNLOCK => "Cannot unlock the accounts",
                _ => "Cannot copy the code",
            };
            self.desktop.tell(what, &error.to_string()).await;
        }
    }

    /// Has a code copied. Starts the tray if none is there: the daemon has no clipboard.
    async fn copy(&self, asker: &Asker, id: &str) -> Result<(), Error> {
        let copied = self.service.copy(asker, id.to_owned()).await;
        match copied {
            Err(Error::NotSupported(_)) if self.desktop.start_tray(&self.service).await => {
                self.service.copy(asker, id.to_owned()).await
            }
            copied => copied,
        }
    }

    /// Opens the accounts. The tray asks for the passphrase of a vault file; a prompt that was refused is not followed by
    /// another one.
    async fn unlock(&self, asker: &Asker, token: Option<&str>) -> Result<(), Error> {
        let Err(error) = self.service.unlock(asker).await else {
            return Ok(());
        };
        let status = self.service.ask(asker, ask::Status).await?;
        // What the user has just refused is not asked for in another window.
        let needs_passphrase = status.vault_file && matches!(error, Error::Locked(_));
        match needs_passphrase && self.desktop.unlock_by_tray(token).await {
            true => Ok(()),
            false => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        Words::new(text.split(' '))
    }

    #[test]
    fn the_trigger_word_is_not_searched_for() {
        assert_eq!(words("mfa aws").words, ["aws"]);
        assert!(words("MFA").is_meant);
        assert!(words("MFA").words.is_empty());
        let other = words("aws mfa");
        assert_eq!(other.words, ["aws", "mfa"]);
        assert!(!other.is_meant);
        assert_eq!(words(&"a ".repeat(99)).words.len(), MAX_WORDS);
    }

    #[test]
    fn a_letter_or_two_find_nothing_unless_meant() {
        assert!(!words("").are_enough());
        assert!(!words("aw").are_enough());
        assert!(words("aws").are_enough());
        assert!(words("mfa").are_enough());
        assert!(words("mfa a").are_enough());
    }
}
