//! `mfactl rm`: removes an account for good.

use clap::Args as Arguments;
use mfa_core::Account;

use super::context::{Context, connect, label};
use crate::error::{Error, Kind};
use crate::prompt;

/// The arguments of `rm`.
#[derive(Debug, Arguments)]
pub(crate) struct Rm {
    /// The account; see mfactl --help
    pub(super) query: String,
    /// Do not ask; QUERY must be a whole name, id, serial or issuer:username
    #[arg(short, long)]
    pub(super) yes: bool,
}

pub(super) async fn run(context: &Context, args: Rm) -> Result<(), Error> {
    can_agree(args.yes, context.may_ask)?;
    let client = connect().await?;
    // Without a question, a part of a name must not be enough.
    let account = if args.yes {
        context.whole(&client, &args.query).await?
    } else {
        context.account(&client, &args.query).await?
    };
    if !args.yes && !prompt::confirm(&question(&account))? {
        return Err(Error::new(Kind::Other, "nothing was removed"));
    }
    context
        .ask(&client, async |client| {
            client.remove(&account.id.to_string()).await
        })
        .await?;
    context
        .output
        .hint(format_args!("removed {}", label(&account)));
    Ok(())
}

/// Returns an error if nobody can agree to the removal.
fn can_agree(yes: bool, may_ask: bool) -> Result<(), Error> {
    if yes || may_ask {
        return Ok(());
    }
    Err(Error::usage("cannot ask for confirmation: no terminal")
        .hint("To remove without asking: --yes"))
}

fn question(account: &Account) -> String {
    format!(
        "This permanently removes {} and its secret. Without another copy of the secret, you may lose \
         access to the account.",
        label(account)
    )
}

#[cfg(test)]
mod tests {
    use mfa_core::AccountId;
    use mfa_core::account::Kind as Codes;

    use super::*;

    #[test]
    fn nothing_is_removed_before_somebody_agrees() {
        assert!(can_agree(true, false).is_ok() && can_agree(false, true).is_ok());
        let error = can_agree(false, false).unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.to_string().ends_with("--yes"), "{error}");
    }

    #[test]
    fn the_question_names_the_account_and_what_is_lost() {
        let account = Account {
            name: "a\x1bws".into(),
            username: "root".into(),
            ..Account::new(AccountId::from_random([1; 16]), Codes::Unknown, 0)
        };
        let question = question(&account);
        assert!(
            question.starts_with("This permanently removes a\u{fffd}ws (root) and its secret."),
            "{question}"
        );
    }
}
