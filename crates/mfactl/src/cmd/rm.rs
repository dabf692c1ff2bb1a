//! `mfactl rm`: removes an account for good.

use super::{Context, connect, label};
use crate::args::Rm;
use crate::error::{Error, Kind};
use crate::prompt;

pub(super) async fn run(context: &Context, args: Rm) -> Result<(), Error> {
    if !args.yes && !context.may_ask {
        return Err(Error::usage("there is no terminal to ask on").hint("Do not ask: --yes"));
    }
    let client = connect().await?;
    // Without a question, a part of a name must not be enough.
    let account = if args.yes {
        context.whole(&client, &args.query).await?
    } else {
        context.account(&client, &args.query).await?
    };
    if !args.yes {
        let question = format!(
            "This removes {} and its secret for good. If you have it nowhere else, you may lock \
             yourself out.",
            label(&account)
        );
        if !prompt::confirm(&question)? {
            return Err(Error::new(Kind::Other, "nothing was removed"));
        }
    }
    context
        .ask(&client, async |client| client.remove(&account.id).await)
        .await?;
    context
        .output
        .hint(format_args!("removed {}", label(&account)));
    Ok(())
}
