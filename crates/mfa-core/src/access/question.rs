//! A question to the user: whether to serve a request of an asker.
//!
//! This module makes its words, so that the notification, the tray and the command line ask the same.

use super::{Transport, Use, is_site};

/// An answer of the user. It says whether the request is allowed, and for how long that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes, this time.
    Once,
    /// Yes, until the accounts are locked.
    UntilLocked,
    /// Yes, from now on.
    Always,
    /// No, this time.
    Deny,
    /// No, from now on.
    Never,
}

impl Answer {
    /// All answers, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Once,
        Self::UntilLocked,
        Self::Always,
        Self::Deny,
        Self::Never,
    ];

    /// Returns the name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::UntilLocked => "until-locked",
            Self::Always => "always",
            Self::Deny => "deny",
            Self::Never => "never",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.as_str() == text)
    }

    /// Returns the text of the button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Once => "Allow once",
            Self::UntilLocked => "Allow until locked",
            Self::Always => "Always allow",
            Self::Deny => "Deny",
            Self::Never => "Never allow",
        }
    }

    /// Returns whether the request is allowed.
    #[must_use]
    pub fn allows(self) -> bool {
        matches!(self, Self::Once | Self::UntilLocked | Self::Always)
    }
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The number of the question, which an answer names.
    pub id: u64,
    /// The asker, with its whole path.
    pub asker: String,
    /// The short names of the asker and of the programs that started it: `terraform ← bash ← kitty`.
    pub line: String,
    /// The label of the account; `None` if the request is for all accounts, or to unlock them.
    pub account: Option<String>,
    /// The purpose of the request.
    pub usage: Use,
    /// The number of codes that are wanted at once.
    pub count: u32,
    /// The reason, in the words of the asker.
    pub reason: Option<String>,
    /// The way the request came in.
    pub transport: Transport,
    /// Whether the next request of the same asker can be recognised. It cannot if the asker has inherited its connection:
    /// it may have been another program when it asked.
    pub is_recognisable: bool,
    /// Whether the account gets its first site with the answer: a browser asks, and the account has no domain yet.
    pub is_first_site: bool,
    /// The number of seconds left to answer.
    pub seconds: u64,
}

impl Question {
    /// Returns the answers that make sense. Secrets and the codes of all accounts need a question each time. An asker that
    /// cannot be recognised cannot be remembered, not even with a "never": that would hold for a program that may not
    /// have asked.
    #[must_use]
    pub fn answers(&self) -> &'static [Answer] {
        if self.usage == Use::Secret || self.account.is_none() || !self.is_recognisable {
            &[Answer::Once, Answer::Deny]
        } else {
            &Answer::ALL
        }
    }

    /// Returns the question as one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let who = match self.line.split(" ← ").next() {
            None | Some("?") => "An unknown program",
            Some(name) => name,
        };
        let count = self.count;
        match (self.usage, &self.account) {
            (Use::Unlock, _) => format!("{who} wants to unlock the accounts"),
            (Use::Secret, None) => format!("{who} wants the secrets of all accounts"),
            (Use::Secret, Some(account)) => format!("{who} wants the secret of {account}"),
            (Use::Copy, Some(account)) => format!("{who} wants to copy a code for {account}"),
            (Use::Code, Some(account)) if count > 1 => {
                format!("{who} wants {count} codes for {account}")
            }
            (Use::Code, Some(account)) => format!("{who} wants a code for {account}"),
            (Use::Code | Use::Copy, None) => format!("{who} wants codes for all accounts"),
        }
    }

    /// Returns the details that the user needs for an answer, one for each line.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let (program, site) = match self.asker.rsplit_once(' ') {
            Some((program, site)) if is_site(site) => (program, Some(site)),
            _ => (&*self.asker, None),
        };
        // First and by itself, so that nothing of it is cut off: a long name may begin like that of another site.
        lines.extend(site.map(|site| format!("Site: {site}")));
        if let Some(reason) = &self.reason {
            lines.push(format!("Reason given: {reason}"));
        }
        if self.is_first_site {
            lines.push(
                "This account has no site yet. If you allow this, browsers get its codes only on this site from now on."
                    .into(),
            );
        }
        if let Some((_, starters)) = self.line.split_once(" ← ") {
            lines.push(format!("Started by: {starters}"));
        }
        let program = match program {
            "?" => "unknown",
            path => path,
        };
        lines.push(format!("Program: {program}"));
        if self.transport == Transport::SessionBus && self.usage == Use::Code {
            lines.push("On the session bus, your other programs can read the code too.".into());
        }
        if !self.is_recognisable {
            lines.push(
                "mfactl cannot identify this program, so your answer applies only to this request."
                    .into(),
            );
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question {
            id: 1,
            asker: "/usr/bin/terraform".into(),
            line: "terraform ← bash ← kitty".into(),
            account: Some("AWS".into()),
            usage: Use::Code,
            count: 1,
            reason: Some("apply".into()),
            transport: Transport::SessionBus,
            is_recognisable: true,
            is_first_site: false,
            seconds: 30,
        }
    }

    #[test]
    fn a_question_says_who_wants_what_and_why() {
        let mut question = question();
        assert_eq!(question.summary(), "terraform wants a code for AWS");
        assert_eq!(
            question.details(),
            [
                "Reason given: apply",
                "Started by: bash ← kitty",
                "Program: /usr/bin/terraform",
                "On the session bus, your other programs can read the code too.",
            ]
        );
        assert_eq!(question.answers(), Answer::ALL);
        question.count = 10;
        assert_eq!(question.summary(), "terraform wants 10 codes for AWS");
        question.usage = Use::Secret;
        question.account = None;
        assert_eq!(
            question.summary(),
            "terraform wants the secrets of all accounts"
        );
        assert_eq!(question.answers(), [Answer::Once, Answer::Deny]);
        question.usage = Use::Unlock;
        assert_eq!(question.summary(), "terraform wants to unlock the accounts");
        assert_eq!(question.answers(), [Answer::Once, Answer::Deny]);
    }

    #[test]
    fn a_browser_asks_on_a_site_and_the_first_one_is_told() {
        let browser = Question {
            line: "chromium on signin.aws.amazon.com ← sway".into(),
            asker: "/usr/lib/chromium/chromium https://signin.aws.amazon.com".into(),
            reason: None,
            transport: Transport::Private,
            is_first_site: true,
            ..question()
        };
        assert_eq!(
            browser.summary(),
            "chromium on signin.aws.amazon.com wants a code for AWS"
        );
        assert_eq!(
            browser.details(),
            [
                "Site: https://signin.aws.amazon.com",
                "This account has no site yet. If you allow this, browsers get its codes only on this site from now on.",
                "Started by: sway",
                "Program: /usr/lib/chromium/chromium",
            ]
        );
        assert_eq!(browser.answers(), Answer::ALL);
    }

    #[test]
    fn who_cannot_be_recognised_cannot_be_remembered() {
        let unknown = Question {
            line: "?".into(),
            asker: "?".into(),
            is_recognisable: false,
            ..question()
        };
        assert_eq!(unknown.summary(), "An unknown program wants a code for AWS");
        assert!(unknown.details().contains(&"Program: unknown".to_owned()));
        assert_eq!(unknown.answers(), [Answer::Once, Answer::Deny]);
        assert!(
            unknown
                .details()
                .contains(&"mfactl cannot identify this program, so your answer applies only to this request.".to_owned())
        );
    }

    #[test]
    fn each_answer_has_a_name_of_its_own() {
        for answer in Answer::ALL {
            assert_eq!(Answer::parse(answer.as_str()), Some(answer));
        }
        assert_eq!(Answer::parse("Once"), None);
    }
}
