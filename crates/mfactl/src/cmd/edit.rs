//! `mfactl edit`: changes what is given, and nothing else.

use mfa_ipc::types::AccountFields;

use super::{Context, add, connect};
use crate::args::Edit;
use crate::error::Error;
use crate::output::clean;

pub(super) async fn run(context: &Context, args: Edit) -> Result<(), Error> {
    let mut changes = add::details(args.details);
    changes.name = args.name;
    if args.no_tags {
        changes.tags = Some(Vec::new());
    }
    if args.pin || args.unpin {
        changes.pinned = Some(args.pin);
    }
    if is_empty(&changes) {
        return Err(Error::usage("there is nothing to change").hint(
            "For example: mfactl edit QUERY --name NEW. All that can change: mfactl edit --help",
        ));
    }
    let client = connect().await?;
    let account = context.account(&client, &args.query).await?;
    let update = context.ask(&client, async |client| {
        client.update(&account.id, &changes).await
    });
    update.await.map_err(|error| match &changes.name {
        Some(name) if error.is_taken() => error.hint(format!(
            "Give another name, or rename that one first: mfactl edit {} --name …",
            clean(name)
        )),
        _ => error,
    })?;
    let account = context.account(&client, &account.id).await?;
    context
        .output
        .hint(format_args!("changed “{}”", clean(&account.name)));
    Ok(())
}

fn is_empty(changes: &AccountFields) -> bool {
    changes.to_dict().is_empty()
}
