//! The file of the rules: `access.json` in the state folder.
//!
//! It is replaced by a rename and synchronised, because a rule that says "never" must survive a power cut. A damaged file
//! is kept under another name, and the user is asked again. What a newer version has added is written back as it is.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mfa_core::AccountId;
use mfa_core::access::rules::{Accounts, Files, Rule, Seen, Subject};
use mfa_core::access::{Rules, Verdict};
use mfa_core::port::RuleBook;
use mfa_host::replace::{Outlives, replace_file};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the format. A file of a newer version is left as it is.
const VERSION: u32 = 1;

/// The rules on disk.
#[derive(Debug)]
pub struct FileBook {
    path: PathBuf,
    /// Whether the file must not be replaced, because its rules are not known.
    is_unread: bool,
    foreign: Foreign,
}

/// What a newer version has added to the file.
#[derive(Debug, Default)]
struct Foreign {
    /// The rules that are not understood.
    rules: Vec<StoredRule>,
    /// The rules with fields that are not known.
    extended: Vec<(Rule, StoredRule)>,
    /// The fields beside the rules.
    more: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    rules: Vec<StoredRule>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
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
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredSeen {
    size: u64,
    modified: u64,
    writable: bool,
    /// The script. Older versions do not know it, and watch the executable only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    script: Option<Box<Self>>,
}

impl StoredSeen {
    fn new(seen: Seen) -> Self {
        Self {
            size: seen.size,
            modified: seen.modified,
            writable: seen.is_writable,
            script: None,
        }
    }

    fn seen(&self) -> Seen {
        Seen {
            size: self.size,
            modified: self.modified,
            is_writable: self.writable,
        }
    }
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
        let of_script = rule.seen.script.map(StoredSeen::new).map(Box::new);
        let seen = rule.seen.executable.map(|seen| StoredSeen {
            script: of_script,
            ..StoredSeen::new(seen)
        });
        Self {
            verdict: rule.verdict.as_str().to_owned(),
            subject,
            program,
            script,
            account,
            tag,
            seen,
            more: Map::new(),
        }
    }

    /// Returns the rule, or nothing if it is not understood. A field that is not known may say when a rule does not hold,
    /// so a rule with such a field allows nobody.
    fn rule(self) -> Option<Rule> {
        let verdict = Verdict::parse(&self.verdict)?;
        if verdict == Verdict::Allow && !self.more.is_empty() {
            return None;
        }
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
        let seen = self.seen.as_ref();
        let script = seen.and_then(|seen| seen.script.as_deref());
        let seen = Files {
            executable: seen.map(StoredSeen::seen),
            script: script.map(StoredSeen::seen),
        };
        Some(Rule {
            verdict,
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
        let mut book = Self {
            path,
            is_unread: false,
            foreign: Foreign::default(),
        };
        let rules = match std::fs::read(&book.path) {
            Ok(bytes) => book.read(&bytes),
            Err(error) if is_absent(&error) => Some(Rules::default()),
            Err(error) => {
                tracing::warn!(path = %book.path.display(), %error, "cannot read the access rules");
                book.is_unread = true;
                None
            }
        };
        (book, rules)
    }

    /// Returns whether all rules in the file were understood. Others may have said "never".
    #[must_use]
    pub fn is_understood(&self) -> bool {
        !self.is_unread && self.foreign.rules.is_empty()
    }

    /// Returns the rules in the file, if they can be read.
    fn read(&mut self, bytes: &[u8]) -> Option<Rules> {
        let shown = self.path.display();
        let stored = match serde_json::from_slice::<Stored>(bytes) {
            Ok(stored) if stored.version > VERSION => {
                tracing::warn!(path = %shown, "the access rules are those of a newer version, so none holds");
                self.is_unread = true;
                return None;
            }
            Ok(stored) => stored,
            Err(_) => {
                tracing::warn!(path = %shown, "the access rules are damaged; they are kept under another name");
                drop(std::fs::rename(
                    &self.path,
                    self.path.with_extension("damaged"),
                ));
                return None;
            }
        };
        let mut rules = Vec::new();
        for rule in stored.rules {
            match rule.clone().rule() {
                Some(known) if rule.more.is_empty() => rules.push(known),
                Some(known) => {
                    rules.push(known.clone());
                    self.foreign.extended.push((known, rule));
                }
                None => self.foreign.rules.push(rule),
            }
        }
        if !self.foreign.rules.is_empty() {
            tracing::warn!(path = %shown, "some access rules are not understood");
        }
        self.foreign.more = stored.more;
        Some(Rules::new(rules))
    }

    /// Returns a rule as it is stored, with what a newer version has added to it.
    fn stored(&self, rule: &Rule) -> StoredRule {
        let mut extended = self.foreign.extended.iter();
        let extended = extended.find(|(known, _)| known == rule);
        extended.map_or_else(|| StoredRule::new(rule), |(_, stored)| stored.clone())
    }
}

fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

impl RuleBook for FileBook {
    fn store(&mut self, rules: &Rules) -> io::Result<()> {
        if self.is_unread {
            return Err(io::Error::other(format!(
                "{} could not be read when the daemon started: repair or remove the file, then restart mfad",
                self.path.display()
            )));
        }
        let own = rules.own().iter().map(|rule| self.stored(rule));
        let stored = Stored {
            version: VERSION,
            rules: own.chain(self.foreign.rules.iter().cloned()).collect(),
            more: self.foreign.more.clone(),
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
mod tests;
