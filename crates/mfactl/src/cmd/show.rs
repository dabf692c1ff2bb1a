//! `mfactl show`: prints what is known of an account; its secret only after a confirmation.

use std::path::PathBuf;

use clap::Args as Arguments;
use mfa_core::Account;
use mfa_core::account::Kind;
use mfa_core::site::Site;
use mfa_helper::export::Item;
use mfa_ipc::Client;
use zeroize::Zeroizing;

use super::columns::named;
use super::context::{Context, connect, label};
use super::export::helper::{self, Job};
use super::export::target::Target;
use super::intake::short;
use super::validity::now;
use crate::error::{self, Error};
use crate::output::Output;
use crate::prompt;
use crate::text::clean;

/// The format of mfa-export that is one QR code for an account.
const FORMAT: &str = "otpauth";

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
    /// Show the QR code, for a phone to scan, after asking for confirmation
    #[arg(long, conflicts_with_all = ["json", "secret", "uri"])]
    pub(super) qr: bool,
    /// Draw the QR code for a terminal with a light background and without colours
    #[arg(long, requires = "qr")]
    pub(super) invert: bool,
    /// Write the QR code to a new PNG file that only you can read, after asking for confirmation
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "secret", "uri", "qr"])]
    pub(super) png: Option<PathBuf>,
}

/// The form in which a secret is shown.
enum Secret {
    Base32,
    Link,
    Code(Target),
}

pub(super) async fn run(context: &Context, args: Show) -> Result<(), Error> {
    let secret = secret(&args)?;
    let client = connect().await?;
    let account = context.account(&client, &args.query).await?;
    if let Some(secret) = secret {
        return reveal(context, &client, &account, secret).await;
    }
    if args.json {
        return context.output.json(&account);
    }
    let lines = lines(context.output, &account);
    lines.iter().try_for_each(|line| context.output.line(line))
}

/// Returns the form in which the secret is shown, if it is.
fn secret(args: &Show) -> Result<Option<Secret>, Error> {
    let inverted = args.invert;
    let target = match &args.png {
        Some(path) => Target::Pictures(path.clone()),
        None if args.qr => Target::Screen { inverted },
        None if args.secret => return Ok(Some(Secret::Base32)),
        None => return Ok(args.uri.then_some(Secret::Link)),
    };
    target.check(Some((1, 1)))?;
    Ok(Some(Secret::Code(target)))
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
    let domains: Vec<_> = account.domains.iter().map(Site::as_str).collect();
    [
        ("name", account.name.as_str()),
        ("issuer", &account.issuer),
        ("username", &account.username),
        ("codes", &codes),
        ("serial", &account.serial),
        ("tags", &account.tags.join(", ")),
        ("domains", &domains.join(", ")),
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
    secret: Secret,
) -> Result<(), Error> {
    if !context.may_ask {
        return Err(Error::usage(
            "showing a secret requires confirmation on a terminal",
        ));
    }
    let what = match &secret {
        Secret::Code(Target::Pictures(path)) => {
            format!("writes the secret of {} to {}", label(account), short(path))
        }
        _ => format!("shows the secret of {}", label(account)),
    };
    let question = format!("This {what}. Anyone who sees it can generate its codes forever.");
    if !prompt::confirm(&question)? {
        return Err(Error::new(error::Kind::Other, "nothing was shown"));
    }
    let link = context
        .ask(client, async |client| {
            client.reveal(&account.id.to_string()).await
        })
        .await?;
    match secret {
        Secret::Link => context.output.line(&*link),
        Secret::Code(target) => code(context, account, link, &target),
        Secret::Base32 => {
            let link = mfa_core::uri::parse(&link)
                .map_err(|wrong| Error::new(error::Kind::Other, wrong.to_string()))?;
            context.output.line(&*link.secret.to_base32())
        }
    }
}

/// Shows or writes the QR code of an account.
fn code(
    context: &Context,
    account: &Account,
    link: Zeroizing<String>,
    target: &Target,
) -> Result<(), Error> {
    let job = Job {
        format: FORMAT,
        form: target.form(),
        encrypt: false,
        keepass2: false,
        now: now(),
    };
    let link = Some(link);
    let written = helper::write(job, None, vec![Item { account, link }])?;
    if written.answer.written == 0 {
        return Err(Error::new(
            error::Kind::Other,
            "codes of this type require a newer mfactl",
        ));
    }
    for file in target.write(context, &written.parts()?)? {
        let text = format!("{} holds the secret: delete it after use", short(&file));
        context.output.warn(text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
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
            domains: mfa_core::site::known(["a.example", "b.example"]),
            ..account(Kind::Hotp { counter: 7 })
        };
        let text = shown(&account);
        assert!(text.contains("hotp, 6 digits, SHA1, counter 7"), "{text}");
        assert!(text.contains("note      one / two"), "{text}");
        assert!(text.contains("pinned    yes"), "{text}");
        assert!(text.contains("domains   a.example, b.example"), "{text}");
    }

    #[test]
    fn what_a_newer_program_has_stored_is_shown_as_that() {
        let text = shown(&account(Kind::Unknown));
        assert!(
            text.contains("codes     of a type that requires a newer mfactl"),
            "{text}"
        );
    }

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        show: Show,
    }

    #[test]
    fn a_secret_is_shown_in_one_form() {
        let form = |arguments: &[&str]| {
            let all = ["show", "aws"].iter().chain(arguments);
            let program = Program::try_parse_from(all).ok()?;
            secret(&program.show).ok()
        };
        assert!(matches!(form(&[]), Some(None)));
        assert!(matches!(form(&["--secret"]), Some(Some(Secret::Base32))));
        assert!(matches!(form(&["--uri"]), Some(Some(Secret::Link))));
        let screen = form(&["--qr", "--invert"]);
        let inverted = Target::Screen { inverted: true };
        assert!(matches!(screen, Some(Some(Secret::Code(target))) if target == inverted));
        let picture = form(&["--png", "/nonexistent/a.png"]);
        assert!(matches!(
            picture,
            Some(Some(Secret::Code(Target::Pictures(_))))
        ));
        let there = std::env::temp_dir();
        assert!(form(&["--png", there.to_str().unwrap()]).is_none());
        for wrong in [
            &["--qr", "--uri"][..],
            &["--png", "a", "--qr"],
            &["--invert"],
        ] {
            assert!(form(wrong).is_none(), "{wrong:?}");
        }
    }
}
