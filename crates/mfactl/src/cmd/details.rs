//! The details of an account that `add` and `edit` take, besides its name and its secret.

use clap::Args as Arguments;
use mfa_core::AccountChange;
use mfa_core::site::{self, Site};

/// What is known of an account besides its name and its secret.
#[derive(Debug, Default, Arguments)]
pub(crate) struct Details {
    /// Service that the account belongs to
    #[arg(long)]
    pub(super) issuer: Option<String>,
    /// User name or e-mail address
    #[arg(long)]
    pub(super) username: Option<String>,
    /// Hash function: SHA1, SHA256 or SHA512
    #[arg(long)]
    pub(super) algorithm: Option<String>,
    /// Number of digits in a code, 5 to 9
    #[arg(long, value_name = "N")]
    pub(super) digits: Option<u32>,
    /// Number of seconds that a code is valid
    #[arg(long, value_name = "SEC")]
    pub(super) period: Option<u32>,
    /// Counter of the next code, for type hotp
    #[arg(long, value_name = "N")]
    pub(super) counter: Option<u64>,
    /// Tag; repeat the option for several tags
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<String>,
    /// Site where a browser may fill in the codes, such as signin.aws.amazon.com; repeat the option for several sites
    #[arg(long = "domain", value_name = "HOST", value_parser = domain)]
    pub(super) domains: Vec<String>,
    /// Serial number that the service assigned, such as an AWS ARN
    #[arg(long)]
    pub(super) serial: Option<String>,
    /// Note
    #[arg(long)]
    pub(super) note: Option<String>,
}

/// Returns the details in the form that the daemon takes.
pub(super) fn change(details: Details) -> AccountChange {
    AccountChange {
        issuer: details.issuer,
        username: details.username,
        algorithm: details.algorithm,
        digits: details.digits,
        period: details.period,
        counter: details.counter,
        tags: (!details.tags.is_empty()).then_some(details.tags),
        domains: (!details.domains.is_empty()).then_some(details.domains),
        serial: details.serial,
        note: details.note,
        ..AccountChange::default()
    }
}

/// Reads a domain, which may be an address that was copied from a browser. An empty one clears the field, as an empty tag
/// does.
pub(super) fn domain(text: &str) -> Result<String, site::Error> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    Ok(Site::of_address(text)?.to_string())
}

#[cfg(test)]
mod tests {
    use mfa_ipc::dict::AsDict;

    use super::*;

    #[test]
    fn what_is_not_said_does_not_change() {
        assert!(change(Details::default()).to_dict().is_empty());
    }

    #[test]
    fn what_is_said_changes_also_to_nothing() {
        let details = Details {
            issuer: Some(String::new()),
            digits: Some(8),
            tags: vec!["work".to_owned()],
            ..Details::default()
        };
        let change = change(details);
        let mut fields: Vec<_> = change.to_dict().into_keys().collect();
        fields.sort_unstable();
        assert_eq!(fields, ["digits", "issuer", "tags"]);
        assert_eq!(change.issuer.as_deref(), Some(""));
        assert_eq!(change.tags, Some(vec!["work".to_owned()]));
    }

    #[test]
    fn a_domain_may_be_an_address() {
        for (text, expected) in [
            ("AWS.amazon.com", Ok("aws.amazon.com")),
            ("https://aws.amazon.com:443/x?y#z", Ok("aws.amazon.com")),
            (" ", Ok("")),
            ("com", Err(site::Error::TooShort)),
            ("two words", Err(site::Error::NotAHost)),
        ] {
            assert_eq!(domain(text), expected.map(str::to_owned), "{text}");
        }
    }
}
