//! Access rules and questions to the user as dictionaries.

use mfa_core::access::rules::{Accounts, Rule, Subject};
use mfa_core::access::{Question, Transport, Use, Verdict};

use crate::Error;
use crate::dict::{AsDict, Dict, Fields, Reader, Writer};

/// The subject and the accounts that a rule is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleScope {
    /// The subject; without one, a rule is set for everybody.
    pub subject: Option<Subject>,
    /// A query that matches a single account, or its id.
    pub account: Option<String>,
    /// A tag, if no account is given.
    pub tag: Option<String>,
}

/// An access rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRule {
    /// The verdict.
    pub verdict: Verdict,
    /// The subject and the accounts.
    pub scope: RuleScope,
    /// The name of the account, if the rule is for a single account that is known.
    pub name: Option<String>,
    /// Whether the program has changed since the rule was made.
    pub has_changed: bool,
    /// Whether the rule is a default, which applies until another rule replaces it.
    pub is_default: bool,
}

impl From<&Rule> for AccessRule {
    fn from(rule: &Rule) -> Self {
        let (account, tag) = match &rule.accounts {
            Accounts::All => (None, None),
            Accounts::One(id) => (Some(id.to_string()), None),
            Accounts::Tag(tag) => (None, Some(tag.clone())),
        };
        Self {
            verdict: rule.verdict,
            scope: RuleScope {
                subject: Some(rule.subject.clone()),
                account,
                tag,
            },
            name: None,
            has_changed: false,
            is_default: false,
        }
    }
}

impl RuleScope {
    fn write<'v>(&'v self, writer: Writer<'v>) -> Writer<'v> {
        let (subject, program, script) = match &self.subject {
            None => (None, None, None),
            Some(Subject::Anybody) => (Some("anybody"), None, None),
            Some(Subject::Person) => (Some("person"), None, None),
            Some(Subject::Tray) => (Some("tray"), None, None),
            Some(Subject::Search) => (Some("search"), None, None),
            Some(Subject::App(id)) => (Some("app"), Some(id.clone()), None),
            Some(Subject::System(name)) => (Some("system"), Some(name.clone()), None),
            Some(Subject::Program { path, script }) => (
                Some("program"),
                Some(path.to_string_lossy().into_owned()),
                script.as_deref(),
            ),
        };
        writer
            .put_some("subject", subject)
            .put_some("program", program)
            .put_some("script", script)
            .put_some("account", self.account.as_deref())
            .put_some("tag", self.tag.as_deref())
    }

    fn read(reader: &mut Reader) -> Result<Self, Error> {
        let subject: Option<String> = reader.take("subject")?;
        let program: Option<String> = reader.take("program")?;
        let script: Option<String> = reader.take("script")?;
        let subject = match (subject.as_deref(), program) {
            (None, None) => None,
            (Some("anybody"), None) => Some(Subject::Anybody),
            (Some("person"), None) => Some(Subject::Person),
            (Some("tray"), None) => Some(Subject::Tray),
            (Some("search"), None) => Some(Subject::Search),
            (Some("app"), Some(id)) => Some(Subject::App(id)),
            (Some("system"), Some(name)) => Some(Subject::System(name)),
            (Some("program"), Some(path)) => Some(Subject::Program {
                path: path.into(),
                script,
            }),
            _ => {
                let text = "“subject” has an unknown value, or “program” does not go with it";
                return Err(Error::NotSupported(text.into()));
            }
        };
        Ok(Self {
            subject,
            account: reader.take("account")?,
            tag: reader.take("tag")?,
        })
    }
}

impl AsDict for RuleScope {
    fn to_dict(&self) -> Fields<'_> {
        self.write(Writer::default()).done()
    }

    /// Reads the dictionary. An unknown field is an error, because its request would be lost.
    fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let scope = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(scope)
    }
}

impl AsDict for AccessRule {
    fn to_dict(&self) -> Fields<'_> {
        let writer = Writer::default().put("verdict", self.verdict.as_str());
        self.scope
            .write(writer)
            .put_some("name", self.name.as_deref())
            .put_some("changed", self.has_changed.then_some(true))
            .put_some("default", self.is_default.then_some(true))
            .done()
    }

    /// Reads the dictionary. An unknown field is an error.
    fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let verdict = Verdict::parse(&reader.need::<String>("verdict")?);
        let unknown = || Error::NotSupported("“verdict” has an unknown value".into());
        let rule = Self {
            verdict: verdict.ok_or_else(unknown)?,
            scope: RuleScope::read(&mut reader)?,
            name: reader.take("name")?,
            has_changed: reader.take("changed")?.unwrap_or(false),
            is_default: reader.take("default")?.unwrap_or(false),
        };
        reader.finish()?;
        Ok(rule)
    }
}

impl AsDict for Question {
    fn to_dict(&self) -> Fields<'_> {
        let usage = match self.usage {
            Use::Code => "code",
            Use::Copy => "copy",
            Use::Secret => "secret",
            Use::Unlock => "unlock",
        };
        Writer::default()
            .put("id", self.id)
            .put("asker", self.asker.as_str())
            .put("line", self.line.as_str())
            .put_some("account", self.account.as_deref())
            .put("use", usage)
            .put_some("count", (self.count > 1).then_some(self.count))
            .put_some("reason", self.reason.as_deref())
            .put("bus", self.transport == Transport::SessionBus)
            .put("recognisable", self.is_recognisable)
            .put_some("first-site", self.is_first_site.then_some(true))
            .put("seconds", self.seconds)
            .done()
    }

    /// Reads the dictionary. Ignores fields of a newer daemon.
    fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let usage = match reader.need::<String>("use")?.as_str() {
            "code" => Use::Code,
            "copy" => Use::Copy,
            "secret" => Use::Secret,
            "unlock" => Use::Unlock,
            _ => return Err(Error::NotSupported("“use” has an unknown value".into())),
        };
        Ok(Self {
            id: reader.need("id")?,
            asker: reader.need("asker")?,
            line: reader.need("line")?,
            account: reader.take("account")?,
            usage,
            count: reader.take("count")?.unwrap_or(1),
            reason: reader.take("reason")?,
            transport: match reader.need("bus")? {
                true => Transport::SessionBus,
                false => Transport::Private,
            },
            is_recognisable: reader.need("recognisable")?,
            is_first_site: reader.take("first-site")?.unwrap_or(false),
            seconds: reader.need("seconds")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use mfa_core::access::rules::Files;

    use super::*;
    use crate::dict::owned;

    fn program() -> Subject {
        Subject::Program {
            path: "/usr/bin/python3".into(),
            script: Some("/srv/a.py".into()),
        }
    }

    #[test]
    fn a_rule_arrives_as_it_was_sent() {
        for subject in [
            None,
            Some(Subject::Anybody),
            Some(Subject::Person),
            Some(Subject::Tray),
            Some(Subject::Search),
            Some(Subject::System("cron".into())),
            Some(Subject::App("snap:firefox".into())),
            Some(program()),
        ] {
            let rule = AccessRule {
                verdict: Verdict::Deny,
                scope: RuleScope {
                    subject,
                    account: None,
                    tag: Some("prod".into()),
                },
                name: None,
                has_changed: true,
                is_default: false,
            };
            let sent = owned(rule.to_dict()).unwrap();
            assert_eq!(AccessRule::from_dict(sent).unwrap(), rule);
            let sent = owned(rule.scope.to_dict()).unwrap();
            assert_eq!(RuleScope::from_dict(sent).unwrap(), rule.scope);
        }
    }

    #[test]
    fn what_a_rule_does_not_have_is_an_error() {
        let mut rule = owned(
            AccessRule::from(&Rule {
                verdict: Verdict::Allow,
                subject: program(),
                accounts: Accounts::All,
                seen: Files::default(),
            })
            .to_dict(),
        )
        .unwrap();
        let string = |text: &str| zbus::OwnedVariant::try_from(zbus::Variant::from(text)).unwrap();
        rule.insert("colour".into(), string("red"));
        assert!(AccessRule::from_dict(rule.clone()).is_err());
        rule.remove("colour");
        rule.insert("subject".into(), string("moon"));
        assert!(AccessRule::from_dict(rule.clone()).is_err());
        rule.remove("subject");
        assert!(
            AccessRule::from_dict(rule).is_err(),
            "a program without a subject"
        );
    }

    #[test]
    fn a_question_arrives_as_it_was_sent() {
        for (usage, count) in [
            (Use::Code, 10),
            (Use::Copy, 1),
            (Use::Secret, 1),
            (Use::Unlock, 1),
        ] {
            let question = Question {
                id: 7,
                asker: "/usr/bin/terraform".into(),
                line: "terraform ← bash".into(),
                account: Some("aws".into()),
                usage,
                count,
                reason: None,
                transport: Transport::SessionBus,
                is_recognisable: true,
                is_first_site: count == 1,
                seconds: 29,
            };
            let sent = owned(question.to_dict()).unwrap();
            assert_eq!(Question::from_dict(sent).unwrap(), question);
        }
    }
}
