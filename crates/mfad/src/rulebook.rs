//! The file of the rules: `access.json` in the state folder.
//!
//! It is replaced by a rename and synchronised, because a rule that says "never" must survive a power cut. A damaged file
//! is kept under another name, and the user is asked again.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mfa_core::AccountId;
use mfa_core::access::rules::{Accounts, Rule, Seen, Subject};
use mfa_core::access::{Rules, Verdict};
use mfa_core::port::RuleBook;
use mfa_host::replace::{Outlives, replace_file};
use serde::{Deserialize, Serialize};

/// The version of the format. A file of a newer version is left as it is.
const VERSION: u32 = 1;

/// The rules on disk.
#[derive(Debug)]
pub struct FileBook {
    path: PathBuf,
    /// Whether the file must not be replaced, because its rules are not known.
    is_unread: bool,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    rules: Vec<StoredRule>,
}

#[derive(Serialize, Deserialize)]
struct StoredRule {
    verdict: String,
    /// `anybody`, `person`, `tray`, `search`, `program`, `app` or `system`.
    subject: String,
    /// The path of a program, the id of a sandboxed application, or the name of a process of root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    program: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<StoredSeen>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct StoredSeen {
    size: u64,
    modified: u64,
    writable: bool,
}

impl StoredRule {
    fn new(rule: &Rule) -> Self {
        let named = |subject: &str| (subject.to_owned(), None, None);
        let (subject, program, script) = match &rule.subject {
            Subject::Anybody => named("anybody"),
            Subject::Person => named("person"),
            Subject::Tray => named("tray"),
            Subject::Search => named("search"),
            Subject::Program { path, script } => {
                ("program".to_owned(), Some(path.clone()), script.clone())
            }
            Subject::App(id) => ("app".to_owned(), Some(id.into()), None),
            Subject::System(name) => ("system".to_owned(), Some(name.into()), None),
        };
        let (account, tag) = match &rule.accounts {
            Accounts::All => (None, None),
            Accounts::One(id) => (Some(id.to_string()), None),
            Accounts::Tag(tag) => (None, Some(tag.clone())),
        };
        let seen = rule.seen.map(|seen| StoredSeen {
            size: seen.size,
            modified: seen.modified,
            writable: seen.is_writable,
        });
        Self {
            verdict: rule.verdict.as_str().to_owned(),
            subject,
            program,
            script,
            account,
            tag,
            seen,
        }
    }

    /// Returns the rule, or nothing if it is not understood.
    fn rule(self) -> Option<Rule> {
        let subject = match (self.subject.as_str(), self.program) {
            ("anybody", None) => Subject::Anybody,
            ("person", None) => Subject::Person,
            ("tray", None) => Subject::Tray,
            ("search", None) => Subject::Search,
            ("program", Some(path)) => Subject::Program {
                path,
                script: self.script,
            },
            ("app", Some(id)) => Subject::App(id.to_str()?.to_owned()),
            ("system", Some(name)) => Subject::System(name.to_str()?.to_owned()),
            _ => return None,
        };
        let accounts = match (self.account, self.tag) {
            (None, None) => Accounts::All,
            (Some(id), None) => Accounts::One(AccountId::parse(&id)?),
            (None, Some(tag)) => Accounts::Tag(tag),
            (Some(_), Some(_)) => return None,
        };
        let seen = self.seen.map(|seen| Seen {
            size: seen.size,
            modified: seen.modified,
            is_writable: seen.writable,
        });
        Some(Rule {
            verdict: Verdict::parse(&self.verdict)?,
            subject,
            accounts,
            seen,
        })
    }
}

impl FileBook {
    /// Reads the rules in a folder. Returns no rules if there is a file that cannot be read: it may have said "never".
    #[must_use]
    pub fn open(folder: &Path) -> (Self, Option<Rules>) {
        let path = folder.join("access.json");
        let (rules, is_unread) = match std::fs::read(&path) {
            Ok(bytes) => read(&bytes, &path),
            Err(error) if is_absent(&error) => (Some(Rules::default()), false),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "cannot read the access rules");
                (None, true)
            }
        };
        (Self { path, is_unread }, rules)
    }
}

fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Returns the rules in a file, if they can be read, and whether the file must stay.
fn read(bytes: &[u8], path: &Path) -> (Option<Rules>, bool) {
    let shown = path.display();
    match serde_json::from_slice::<Stored>(bytes) {
        Ok(stored) if stored.version > VERSION => {
            tracing::warn!(path = %shown, "the access rules are those of a newer version, so none holds");
            (None, true)
        }
        Ok(stored) => {
            let count = stored.rules.len();
            let rules: Vec<_> = stored
                .rules
                .into_iter()
                .filter_map(StoredRule::rule)
                .collect();
            if rules.len() < count {
                tracing::warn!(path = %shown, "some access rules are not understood");
            }
            (Some(Rules::new(rules)), false)
        }
        Err(_) => {
            tracing::warn!(path = %shown, "the access rules are damaged; they are kept under another name");
            drop(std::fs::rename(path, path.with_extension("damaged")));
            (None, false)
        }
    }
}

impl RuleBook for FileBook {
    fn store(&mut self, rules: &Rules) -> io::Result<()> {
        if self.is_unread {
            return Err(io::Error::other(format!(
                "{} could not be read when the daemon started: repair or remove the file, then restart mfad",
                self.path.display()
            )));
        }
        let stored = Stored {
            version: VERSION,
            rules: rules.own().iter().map(StoredRule::new).collect(),
        };
        // At once: written to the file directly, each word would be a system call.
        let text = serde_json::to_vec_pretty(&stored)?;
        replace_file(&self.path, Outlives::APowerCut, |file| {
            file.write_all(&text)
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(subject: Subject, accounts: Accounts) -> Rule {
        Rule {
            verdict: Verdict::Deny,
            subject,
            accounts,
            seen: None,
        }
    }

    fn rules() -> Rules {
        let id = AccountId::from_random([1; 16]);
        let program = |script: Option<&str>| Subject::Program {
            path: "/usr/bin/python3.11".into(),
            script: script.map(Into::into),
        };
        let seen = Seen {
            size: 7,
            modified: 8,
            is_writable: true,
        };
        Rules::new(vec![
            rule(Subject::Anybody, Accounts::All),
            rule(Subject::Person, Accounts::Tag("prod".into())),
            rule(Subject::Tray, Accounts::All),
            rule(Subject::Search, Accounts::All),
            rule(Subject::System("cron".into()), Accounts::One(id)),
            rule(Subject::App("flatpak:org.gnome.Maps".into()), Accounts::All),
            rule(program(None), Accounts::All),
            Rule {
                seen: Some(seen),
                ..rule(program(Some("/srv/a.py")), Accounts::One(id))
            },
        ])
    }

    #[test]
    fn rules_survive() {
        let folder = tempfile::tempdir().unwrap();
        let (mut book, none) = FileBook::open(folder.path());
        assert_eq!(none, Some(Rules::default()));
        book.store(&rules()).unwrap();
        assert_eq!(FileBook::open(folder.path()).1, Some(rules()));
    }

    #[test]
    fn a_damaged_file_is_kept_and_the_user_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let (mut book, _) = FileBook::open(folder.path());
        book.store(&rules()).unwrap();
        let path = folder.path().join("access.json");
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(FileBook::open(folder.path()).1, None);
            let kept = std::fs::read(folder.path().join("access.damaged")).unwrap();
            assert_eq!(kept, &whole[..length]);
        }
    }

    #[test]
    fn a_rule_that_is_not_understood_holds_for_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.json");
        let text = r#"{"version":1,"rules":[
            {"verdict":"perhaps","subject":"anybody"},
            {"verdict":"allow","subject":"program"},
            {"verdict":"allow","subject":"anybody","account":"1","tag":"2"},
            {"verdict":"allow","subject":"moon","more":1},
            {"verdict":"deny","subject":"tray","more":1}]}"#;
        std::fs::write(&path, text).unwrap();
        let (_, rules) = FileBook::open(folder.path());
        let expected = Rules::new(vec![rule(Subject::Tray, Accounts::All)]);
        assert_eq!(rules, Some(expected));
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.json");
        let text = r#"{"version":2,"rules":[{"verdict":"allow","subject":"anybody"}]}"#;
        std::fs::write(&path, text).unwrap();
        let (mut book, found) = FileBook::open(folder.path());
        assert_eq!(found, None);
        assert!(book.store(&rules()).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
