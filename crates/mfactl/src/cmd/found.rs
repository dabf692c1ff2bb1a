//! Adds the accounts that were found in QR codes, on the screen or on the clipboard, and says what became of them.
//!
//! One account ends like several: what is stored already is no error, and nobody is asked about it.

use mfa_core::AccountChange;
use mfa_intake::{Adding, Decoded, NOTHING_NEW, Tally, accounts};
use mfa_ipc::Client;
use mfa_ipc::types::ImportResult;

use super::add::{self, Wishes};
use super::context::Context;
use super::plan::{Imports, Plan};
use super::{import, strength};
use crate::error::{Error, Kind};
use crate::text::clean;

/// Adds what was found, if it is not stored yet. `planned` is what would become of each account.
pub(super) async fn add(
    context: &Context,
    client: &Client,
    found: &Decoded,
    planned: Vec<ImportResult>,
    place: &str,
    wishes: Wishes,
) -> Result<(), Error> {
    match (found.adding(&planned), &found.accounts[..]) {
        (Adding::Nothing(why), _) => Err(none(place, &why)),
        (Adding::Stored(tally), [one]) if wishes.yes => {
            let rest = Tally {
                present: 0,
                stored_as: None,
                ..tally
            }
            .rest();
            add::one(context, client, one.clone(), wishes, &rest).await
        }
        (Adding::Stored(tally), [_]) => stored(context, client, &tally, &planned, wishes).await,
        (Adding::One(account), _) => {
            // If its secret is stored with other parameters, its codes are others, and an import would add it too.
            let wishes = Wishes {
                yes: true,
                ..wishes
            };
            let rest = clean(&found.tally(&planned).rest());
            add::one(context, client, *account, wishes, &rest).await
        }
        (Adding::Stored(_), _) => {
            several(context, client, &Plan::new(found, planned), wishes).await
        }
        (Adding::Several, several) => {
            let added = add_several(context, client, found, &planned, wishes).await;
            // The text says which account the error is about.
            added.map_err(|error| error.about(&format!("{} in {place}", accounts(several.len()))))
        }
    }
}

/// Says which account the one that was found is.
async fn stored(
    context: &Context,
    client: &Client,
    tally: &Tally,
    planned: &[ImportResult],
    wishes: Wishes,
) -> Result<(), Error> {
    if wishes.json {
        let id = planned.first().and_then(|result| result.id.as_deref());
        let account = context.whole(client, id.unwrap_or_default()).await?;
        return context.output.json(&account);
    }
    let rest = clean(&tally.rest());
    context.output.line(format_args!("{NOTHING_NEW}.{rest}"))?;
    context.output.hint("To add it a second time: --yes");
    Ok(())
}

/// Adds all accounts, or none.
async fn add_several(
    context: &Context,
    client: &Client,
    found: &Decoded,
    planned: &[ImportResult],
    wishes: Wishes,
) -> Result<(), Error> {
    for account in found.new_ones(planned) {
        // The remarks are in the table.
        let checked = strength::check(account, wishes.weak);
        checked.map_err(|error| error.about(&label(account)))?;
    }
    let results = import::ask(context, client, &found.accounts, false).await?;
    several(context, client, &Plan::new(found, results), wishes).await
}

/// Says what became of several accounts.
async fn several(
    context: &Context,
    client: &Client,
    done: &Plan,
    wishes: Wishes,
) -> Result<(), Error> {
    if !wishes.json {
        done.print(context)?;
    }
    if done.tally.added == 0 {
        return import::nothing_stored(context, wishes.json, false, done);
    }
    import::are_listed(context, client, done).await?;
    if wishes.json {
        return context.output.json(&Imports::new(done, false));
    }
    let keychain = client.status().await?.keychain;
    let added = accounts(done.tally.added);
    let rest = done.rest();
    context
        .output
        .line(format_args!("Added {added} to {keychain}.{rest}"))
}

/// Returns the account for messages, by its issuer and user name.
pub(super) fn label(account: &AccountChange) -> String {
    let text = |text: &Option<String>| clean(text.as_deref().unwrap_or_default());
    match (text(&account.issuer), text(&account.username)) {
        (issuer, username) if issuer.is_empty() || username.is_empty() => {
            let one = format!("{issuer}{username}");
            if one.is_empty() {
                "an account".into()
            } else {
                one
            }
        }
        (issuer, username) => format!("{issuer}, {username}"),
    }
}

fn none(place: &str, why: &str) -> Error {
    Error::new(Kind::Other, clean(why)).about(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_was_found_is_named_by_what_there_is() {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        for (issuer, username, expected) in [
            ("GitHub", "jane", "GitHub, jane"),
            ("GitHub", "", "GitHub"),
            ("", "jane", "jane"),
            ("", "", "an account"),
        ] {
            let account = AccountChange {
                issuer: text(issuer),
                username: text(username),
                ..AccountChange::default()
            };
            assert_eq!(label(&account), expected);
        }
    }

    #[test]
    fn a_picture_without_an_account_says_where_it_is_from() {
        let error = none("the screen", "no account found").to_string();
        assert_eq!(error, "the screen: no account found");
        let error = none("a.png", "entry\n2: its type is not known").to_string();
        assert_eq!(error, "a.png: entry\u{fffd}2: its type is not known");
    }
}
