//! A line of the access log: who got what, or was refused. It never contains a code or a secret.

use serde::{Deserialize, Serialize};

/// The request or change that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A code.
    Code,
    /// A code, copied by the tray.
    Copy,
    /// A look at codes that does not use them up.
    Look,
    /// The secret of an account.
    Reveal,
    /// The secrets of all accounts.
    Export,
    /// The secrets of all accounts, put into a file.
    Sync,
    /// The lock of the user was undone.
    Unlock,
    /// A rule was set or forgotten.
    Rule,
    /// A value that a newer version wrote.
    #[serde(other)]
    Unknown,
}

/// Whether the request was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The request was allowed.
    Allowed,
    /// The request was refused.
    Refused,
    /// A value that a newer version wrote.
    #[serde(other)]
    Unknown,
}

/// The ground on which a request was allowed or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// No rule of the user applied to the request.
    Default,
    /// A rule of the user decided.
    Rule,
    /// The user decided, for this request only.
    Once,
    /// The user decided, until the accounts are locked.
    UntilLocked,
    /// The user decided for all time: the decision became a rule.
    Always,
    /// The user refused the same request a moment ago.
    Silence,
    /// Nobody answered the question in time.
    Unanswered,
    /// Nobody could be asked.
    Unattended,
    /// The request did not allow a question.
    NoQuestion,
    /// There were too many requests.
    Limit,
    /// The program became another program while it waited.
    Changed,
    /// Codes are not given out on the session bus.
    Bus,
    /// A browser asked on a site on which the account is not used.
    Site,
    /// The accounts were locked.
    Locked,
    /// A value that a newer version wrote.
    #[serde(other)]
    Unknown,
}

impl Ground {
    /// Returns how long the user wanted the decision to hold, if it was a decision of the user.
    #[must_use]
    pub fn scope(self) -> Option<Scope> {
        match self {
            Self::Once => Some(Scope::Once),
            Self::UntilLocked => Some(Scope::UntilLocked),
            Self::Always | Self::Rule => Some(Scope::Always),
            Self::Default
            | Self::Silence
            | Self::Unanswered
            | Self::Unattended
            | Self::NoQuestion
            | Self::Limit
            | Self::Changed
            | Self::Bus
            | Self::Site
            | Self::Locked
            | Self::Unknown => None,
        }
    }
}

/// How long the user wanted a decision to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// For this request only.
    Once,
    /// Until the accounts are locked, at the latest.
    UntilLocked,
    /// Until the rule is forgotten.
    Always,
    /// A value that a newer version wrote.
    #[serde(other)]
    Unknown,
}

/// A line of the access log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The time, in seconds since 1970.
    pub time: u64,
    /// The request or change.
    pub action: Action,
    /// Whether it was allowed.
    pub outcome: Outcome,
    /// The ground of this outcome.
    pub ground: Ground,
    /// How long this decision holds. Defaults and limits have no scope, nor have lines of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The id of the account, if there was a single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The name of that account at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The asker.
    pub asker: String,
    /// The programs from the one that made the request up to the asker: `mfactl ← bash ← terraform`.
    pub chain: String,
    /// The id of the process that made the request.
    pub pid: u32,
    /// Whether the request came over the session bus.
    pub bus: bool,
    /// The reason, in the words of the asker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A remark: the rule that was set, or that the program has changed since it was allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            time: 1_700_000_000,
            action: Action::Code,
            outcome: Outcome::Allowed,
            ground: Ground::UntilLocked,
            scope: Some(Scope::UntilLocked),
            account: Some("id".into()),
            name: Some("aws".into()),
            asker: "/usr/bin/terraform".into(),
            chain: "mfactl ← bash ← terraform".into(),
            pid: 42,
            bus: false,
            reason: None,
            note: None,
        }
    }

    #[test]
    fn a_line_is_as_documented() {
        let line = serde_json::to_string(&record()).unwrap();
        assert_eq!(
            line,
            r#"{"time":1700000000,"action":"code","outcome":"allowed","ground":"until-locked","scope":"until-locked","account":"id","name":"aws","asker":"/usr/bin/terraform","chain":"mfactl ← bash ← terraform","pid":42,"bus":false}"#
        );
        assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record());
    }

    #[test]
    fn a_line_of_a_newer_version_is_read_as_far_as_it_is_known() {
        let line = serde_json::to_string(&record()).unwrap();
        let newer = line
            .replace("\"code\"", "\"teleport\"")
            .replace("until-locked", "on-tuesdays")
            .replace("{", "{\"more\":1,");
        let read: Record = serde_json::from_str(&newer).unwrap();
        assert_eq!(
            (read.action, read.ground, read.scope),
            (Action::Unknown, Ground::Unknown, Some(Scope::Unknown))
        );
    }

    #[test]
    fn a_line_of_an_older_version_has_no_scope() {
        let line = serde_json::to_string(&record()).unwrap();
        let older = line.replace("\"scope\":\"until-locked\",", "");
        assert_ne!(older, line);
        let read: Record = serde_json::from_str(&older).unwrap();
        assert_eq!(
            read,
            Record {
                scope: None,
                ..record()
            }
        );
        assert_eq!(serde_json::to_string(&read).unwrap(), older);
    }

    #[test]
    fn only_decisions_of_the_user_have_a_scope() {
        for (ground, scope) in [
            (Ground::Once, Some(Scope::Once)),
            (Ground::UntilLocked, Some(Scope::UntilLocked)),
            (Ground::Always, Some(Scope::Always)),
            (Ground::Rule, Some(Scope::Always)),
            (Ground::Default, None),
            (Ground::Unattended, None),
            (Ground::Silence, None),
        ] {
            assert_eq!(ground.scope(), scope, "{ground:?}");
        }
    }
}
