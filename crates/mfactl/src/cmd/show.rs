//! `mfactl show`: prints what is known of an account; its secret only after a confirmation.

use clap::Args as Arguments;
use mfa_core::Account;
use mfa_core::account::Kind;
use mfa_ipc::Client;

use super::columns::named;
use super::context::{Context, connect, label};
use crate::error::{self, Error};
use crate::output::Output;
use crate::prompt;
use crate::text::clean;

/// How wide the column of names is.
const NAMES: usize = 10;

/// The arguments of `show`.
#[derive(Debug, Arguments)]
pub(crate) struct Show {
    /// The account; see mfactl --help
    pub(super) query: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Show the secret after asking for confirmation
    #[arg(long, conflicts_with_all = ["json", "uri"])]
    pub(super) secret: bool,
    /// Show the otpauth:// link with the secret after asking for confirmation
    #[arg(long, conflicts_with = "json")]
    pub(super) uri: bool,
}

pub(super) async fn run(context: &Context, args: Show) -> Result<(), Error> {
    let client = connect().await?;
    let account = context.account(&client, &args.query).await?;
    if args.secret || args.uri {
        return reveal(context, &client, &account, args.secret).await;
    }
    if args.json {
        return context.output.json(&account);
    }
    let lines = lines(context.output, &account);
    lines.iter().try_for_each(|line| context.output.line(line))
}

/// What is known of an account, a line for each field that has a value.
fn lines(output: Output, account: &Account) -> Vec<String> {
    let moving = match (account.kind.period(), account.kind.counter()) {
        (_, Some(counter)) => format!(", counter {counter}"),
        (Some(period), _) => format!(", every {} s", period.get()),
        (None, None) => String::new(),
    };
    let codes = match account.kind {
        Kind::Unknown => "of a type that requires a newer mfactl".to_owned(),
        kind => format!(
            "{}, {} digits, {}{moving}",
            kind.as_str(),
            account.digits.get(),
            kind.hash(account.algorithm)
        ),
    };
    let pinned = if account.pinned { "yes" } else { "" };
    [
        ("name", account.name.as_str()),
        ("issuer", &account.issuer),
        ("username", &account.username),
        ("codes", &codes),
        ("serial", &account.serial),
        ("tags", &account.tags.join(", ")),
        ("pinned", pinned),
        ("note", &account.note.replace('\n', " / ")),
        ("id", &account.id.to_string()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| named(output, name, NAMES, &clean(value)))
    .collect()
}

async fn reveal(
    context: &Context,
    client: &Client,
    account: &Account,
    only_secret: bool,
) -> Result<(), Error> {
    if !context.may_ask {
        return Err(Error::usage(
            "showing a secret requires confirmation on a terminal",
        ));
    }
    let question = format!(
        "This shows the secret of {}. Anyone who sees it can generate its codes forever.",
        label(account)
    );
    if !prompt::confirm(&question)? {
        return Err(Error::new(error::Kind::Other, "nothing was shown"));
    }
    let link = context
        .ask(client, async |client| {
            client.reveal(&account.id.to_string()).await
        })
        .await?;
    if !only_secret {
        return context.output.line(&*link);
    }
    let link = mfa_core::uri::parse(&link)
        .map_err(|wrong| Error::new(error::Kind::Other, wrong.to_string()))?;
    context.output.line(&*link.secret.to_base32())
}

#[cfg(test)]
mod tests {
    use mfa_core::AccountId;
    use mfa_core::account::Period;

    use super::*;

    fn shown(account: &Account) -> String {
        lines(Output::TERMINAL, account).join("\n")
    }

    fn account(kind: Kind) -> Account {
        Account {
            name: "aws".into(),
            ..Account::new(AccountId::from_random([1; 16]), kind, 0)
        }
    }

    #[test]
    fn only_fields_that_have_a_value_are_shown() {
        let period = Period::new(30).unwrap();
        let account = account(Kind::Totp { period });
        let id = account.id;
        let text =
            format!("name      aws\ncodes     totp, 6 digits, SHA1, every 30 s\nid        {id}");
        assert_eq!(shown(&account), text);
    }

    #[test]
    fn a_counter_is_shown_and_a_note_stays_on_one_line() {
        let account = Account {
            note: "one\ntwo".into(),
            pinned: true,
            ..account(Kind::Hotp { counter: 7 })
        };
        let text = shown(&account);
        assert!(text.contains("hotp, 6 digits, SHA1, counter 7"), "{text}");
        assert!(text.contains("note      one / two"), "{text}");
        assert!(text.contains("pinned    yes"), "{text}");
    }

    #[test]
    fn what_a_newer_program_has_stored_is_shown_as_that() {
        let text = shown(&account(Kind::Unknown));
        assert!(
            text.contains("codes     of a type that requires a newer mfactl"),
            "{text}"
        );
    }
}
