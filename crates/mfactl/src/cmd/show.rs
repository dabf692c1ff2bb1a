//! `mfactl show`: what is known of an account; its secret only after a confirmation.

use mfa_ipc::Client;
use mfa_ipc::types::AccountInfo;

use super::json::Shown;
use super::{Context, connect, label};
use crate::args::Show;
use crate::error::{Error, Kind};
use crate::output::clean;
use crate::prompt;

pub(super) async fn run(context: &Context, args: Show) -> Result<(), Error> {
    let client = connect().await?;
    let account = context.account(&client, &args.query).await?;
    if args.secret || args.uri {
        return reveal(context, &client, &account, args.secret).await;
    }
    if args.json {
        return context.output.json(&Shown::new(&account));
    }
    print(context, &account)
}

fn print(context: &Context, account: &AccountInfo) -> Result<(), Error> {
    let output = context.output;
    let moving = match (account.kind.as_str(), account.period, account.counter) {
        ("hotp", _, counter) => format!("counter {}", counter.unwrap_or(0)),
        (_, period, _) => format!("every {} s", period.unwrap_or(30)),
    };
    let codes = format!(
        "{}, {} digits, {}, {moving}",
        account.kind, account.digits, account.algorithm
    );
    let pinned = if account.pinned { "yes" } else { "" };
    for (name, value) in [
        ("name", account.name.as_str()),
        ("issuer", &account.issuer),
        ("username", &account.username),
        ("codes", &codes),
        ("serial", &account.serial),
        ("tags", &account.tags.join(", ")),
        ("pinned", pinned),
        ("note", &account.note.replace('\n', " / ")),
        ("id", &account.id),
    ] {
        if !value.is_empty() {
            output.line(format_args!(
                "{} {}",
                output.dim(&format!("{name:<9}")),
                clean(value)
            ))?;
        }
    }
    Ok(())
}

async fn reveal(
    context: &Context,
    client: &Client,
    account: &AccountInfo,
    only_secret: bool,
) -> Result<(), Error> {
    if !context.may_ask {
        return Err(Error::usage(
            "a secret is shown only after a confirmation on a terminal",
        ));
    }
    let question = format!(
        "This shows the secret of {}. Whoever sees it can make its codes for ever.",
        label(account)
    );
    if !prompt::confirm(&question)? {
        return Err(Error::new(Kind::Other, "nothing was shown"));
    }
    let link = context
        .ask(client, async |client| client.reveal(&account.id).await)
        .await?;
    if !only_secret {
        return context.output.line(&*link);
    }
    let link =
        mfa_core::uri::parse(&link).map_err(|error| Error::new(Kind::Other, error.to_string()))?;
    context.output.line(&*link.secret.to_base32())
}
