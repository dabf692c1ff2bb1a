//! `mfactl edit`: changes what is given, and nothing else.

use clap::Args as Arguments;
use mfa_core::AccountChange;
use mfa_core::site::Site;
use mfa_ipc::dict::AsDict;

use super::context::{Context, connect};
use super::details::{self, Details};
use crate::error::Error;
use crate::text::clean;

/// The arguments of `edit`.
#[derive(Debug, Arguments)]
pub(crate) struct Edit {
    /// The account; see mfactl --help
    pub(super) query: String,
    /// New name of the account
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Its details
    #[command(flatten)]
    pub(super) details: Details,
    /// Remove all tags
    #[arg(long, conflicts_with = "tags")]
    pub(super) no_tags: bool,
    /// Site to add to the domains; repeat the option for several sites
    #[arg(long = "add-domain", value_name = "HOST", value_parser = details::domain)]
    #[arg(conflicts_with_all = ["domains", "no_domains"])]
    pub(super) more_domains: Vec<String>,
    /// Remove all domains
    #[arg(long, conflicts_with = "domains")]
    pub(super) no_domains: bool,
    /// Show the account first in menus
    #[arg(long)]
    pub(super) pin: bool,
    /// Stop showing the account first in menus
    #[arg(long, conflicts_with = "pin")]
    pub(super) unpin: bool,
}

pub(super) async fn run(context: &Context, mut args: Edit) -> Result<(), Error> {
    let more_domains = std::mem::take(&mut args.more_domains);
    let (query, mut changes) = changes(args);
    if changes.to_dict().is_empty() && more_domains.is_empty() {
        return Err(Error::usage("nothing to change").hint(
            "For example: mfactl edit QUERY --name NEW. For all options: mfactl edit --help",
        ));
    }
    let remarks = mfa_core::cut(&mut changes);
    let client = connect().await?;
    let account = context.account(&client, &query).await?;
    if !more_domains.is_empty() {
        let known = account.domains.iter().map(Site::to_string);
        changes.domains = Some(known.chain(more_domains).collect());
    }
    let update = context.ask(&client, async |client| {
        client.update(&account.id.to_string(), &changes).await
    });
    let account = update.await.map_err(|error| match &changes.name {
        Some(name) if error.is_taken() => taken(error, name),
        _ => error,
    })?;
    context
        .output
        .hint(format_args!("changed “{}”", clean(&account.name)));
    for remark in remarks {
        context.output.warn(remark);
    }
    Ok(())
}

/// Returns the account that is meant, and what changes.
fn changes(args: Edit) -> (String, AccountChange) {
    let mut changes = details::change(args.details);
    changes.name = args.name;
    if args.no_tags {
        changes.tags = Some(Vec::new());
    }
    if args.no_domains {
        changes.domains = Some(Vec::new());
    }
    if args.pin || args.unpin {
        changes.pinned = Some(args.pin);
    }
    (args.query, changes)
}

fn taken(error: Error, name: &str) -> Error {
    error.hint(format!(
        "Choose another name, or rename the other account first: mfactl edit {} --name …",
        clean(name)
    ))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        edit: Edit,
    }

    fn asked(arguments: &[&str]) -> AccountChange {
        let all = ["edit", "aws"].iter().chain(arguments);
        let program = Program::try_parse_from(all).unwrap();
        let (query, changes) = changes(program.edit);
        assert_eq!(query, "aws");
        changes
    }

    fn fields(changes: &AccountChange) -> Vec<String> {
        let dict = changes.to_dict();
        let mut fields: Vec<_> = dict.into_keys().map(String::from).collect();
        fields.sort_unstable();
        fields
    }

    #[test]
    fn only_what_is_given_changes() {
        assert!(fields(&asked(&[])).is_empty());
        let changes = asked(&["--name", "new", "--issuer", ""]);
        assert_eq!(fields(&changes), ["issuer", "name"]);
        assert_eq!(
            (changes.name.as_deref(), changes.issuer.as_deref()),
            (Some("new"), Some(""))
        );
    }

    #[test]
    fn a_pin_and_tags_are_set_and_taken_away() {
        assert_eq!(asked(&["--pin"]).pinned, Some(true));
        assert_eq!(asked(&["--unpin"]).pinned, Some(false));
        assert_eq!(
            asked(&["--tag", "a", "--tag", "b"]).tags,
            Some(vec!["a".into(), "b".into()])
        );
        assert_eq!(asked(&["--no-tags"]).tags, Some(Vec::new()));
        for wrong in [["--pin", "--unpin"], ["--no-tags", "--tag=a"]] {
            let arguments = [&["edit", "aws"][..], &wrong].concat();
            assert!(Program::try_parse_from(arguments).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn domains_are_set_and_taken_away() {
        let changes = asked(&["--domain", "https://a.example/x", "--domain", "b.example"]);
        assert_eq!(
            changes.domains,
            Some(vec!["a.example".into(), "b.example".into()])
        );
        assert_eq!(asked(&["--no-domains"]).domains, Some(Vec::new()));
        for wrong in [
            ["--no-domains", "--domain=a.com"],
            ["--no-domains", "--add-domain=a.com"],
            ["--domain=b.com", "--add-domain=a.com"],
            ["--domain", "a b"],
            ["--add-domain", "a b"],
        ] {
            let arguments = [&["edit", "aws"][..], &wrong].concat();
            assert!(Program::try_parse_from(arguments).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_that_is_taken_comes_with_a_way_out() {
        let error = mfa_ipc::Error::AlreadyExists("the name is taken".into());
        let error = taken(error.into(), "a\x1bws").to_string();
        let hint = "mfactl edit a\u{fffd}ws --name …";
        assert!(
            error.starts_with("the name is taken\n") && error.ends_with(hint),
            "{error}"
        );
    }
}
