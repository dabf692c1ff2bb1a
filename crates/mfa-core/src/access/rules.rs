//! The rules on who may have the codes of which accounts.
//!
//! The most specific rule that fits a request decides. Of two rules that fit, if neither is more specific than the other,
//! the stricter one decides: deny before ask before allow. The defaults are rules too, so that a user can read and
//! replace them.

use std::path::{Path, PathBuf};

use super::{Use, Who, who};
use crate::account::{Account, AccountId};

/// The maximum number of rules.
pub const MAX_RULES: usize = 1000;
/// The programs of a desktop that search for what a person types, and copy the result that the person chooses.
const SEARCHES: [&str; 2] = ["/usr/bin/gnome-shell", "/usr/bin/krunner"];

/// The verdict of a rule, the strictest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The request is served.
    Allow,
    /// The user is asked.
    Ask,
    /// The request is refused.
    Deny,
}

impl Verdict {
    /// Returns the name on the wire and on disk.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Allow, Self::Ask, Self::Deny];
        all.into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// The askers that a rule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Everybody, including unknown askers.
    Anybody,
    /// A person at a terminal.
    Person,
    /// The tray beside the daemon.
    Tray,
    /// The desktop search: KRunner and GNOME Shell. It may only copy codes.
    Search,
    /// A program.
    Program {
        /// The path of the executable.
        path: PathBuf,
        /// The script that the program runs, or the site in a browser; `None` means all of them.
        script: Option<String>,
    },
    /// A sandboxed application with this id.
    App(String),
    /// A process of root with this name.
    System(String),
}

impl Subject {
    /// Returns the subject that is exactly this asker, or `None` if the asker cannot be recognised again.
    #[must_use]
    pub fn exactly(who: &Who) -> Option<Self> {
        match who {
            Who::Person => Some(Self::Person),
            Who::Tray => Some(Self::Tray),
            Who::App(id) => Some(Self::App(id.clone())),
            Who::System(name) => Some(Self::System(name.clone())),
            Who::Program { path, script } if who.is_recognisable() => Some(Self::Program {
                path: path.clone(),
                script: script.clone(),
            }),
            Who::Program { .. } | Who::Unknown => None,
        }
    }

    /// Returns whether a rule for this subject is for an asker too.
    #[must_use]
    pub fn fits(&self, who: &Who) -> bool {
        match (self, who) {
            (Self::Anybody, _) | (Self::Person, Who::Person) | (Self::Tray, Who::Tray) => true,
            (Self::Search, Who::Program { path, .. }) => {
                SEARCHES.iter().any(|search| Path::new(search) == path)
            }
            (
                Self::Program { path, script },
                Who::Program {
                    path: own,
                    script: of_own,
                },
            ) => {
                who::is_same_path(path, own)
                    && (script.is_none() || is_same_script(script.as_deref(), of_own.as_deref()))
            }
            (Self::App(name), Who::App(own)) | (Self::System(name), Who::System(own)) => {
                name == own
            }
            _ => false,
        }
    }

    /// Returns the files of a program, as a function looks at them.
    pub fn files(&self, look: impl Fn(&Path) -> Option<Seen>) -> Files {
        let Self::Program { path, script } = self else {
            return Files::default();
        };
        // A module such as `-m awscli` has no path, and a site has none either.
        let is_file = |script: &&str| !script.starts_with('-') && !who::is_site(script);
        let script = script.as_deref().filter(is_file);
        Files {
            executable: look(path),
            script: script.map(Path::new).and_then(look),
        }
    }

    /// Returns whether a rule for the other subject would be for the same askers. The letters of a path may differ.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Program { path, script },
                Self::Program {
                    path: other,
                    script: of_other,
                },
            ) => {
                who::is_same_path(path, other)
                    && is_same_script(script.as_deref(), of_other.as_deref())
            }
            _ => self == other,
        }
    }

    fn weight(&self) -> u8 {
        match self {
            Self::Anybody => 0,
            Self::Search => 1,
            Self::Program { script: None, .. } => 2,
            Self::Person | Self::Tray | Self::App(_) | Self::System(_) | Self::Program { .. } => 3,
        }
    }
}

fn is_same_script(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => who::is_same_text(one, other),
        (one, other) => one == other,
    }
}

/// The accounts that a rule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// All accounts.
    All,
    /// The accounts with a tag.
    Tag(String),
    /// A single account.
    One(AccountId),
}

impl Accounts {
    fn fits(&self, account: &Account) -> bool {
        match self {
            Self::All => true,
            Self::Tag(tag) => account.tags.contains(tag),
            Self::One(id) => account.id == *id,
        }
    }

    fn weight(&self) -> u8 {
        match self {
            Self::All => 0,
            Self::Tag(_) => 1,
            Self::One(_) => 2,
        }
    }
}

/// The state of the files of a program, to notice a new version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The executable.
    pub executable: Option<Seen>,
    /// The script that it runs.
    pub script: Option<Seen>,
}

/// The state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The size in bytes.
    pub size: u64,
    /// The time of the last change, in nanoseconds since 1970.
    pub modified: u64,
    /// Whether the user can replace the file. Then any program of the user can do so too.
    pub is_writable: bool,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The verdict.
    pub verdict: Verdict,
    /// The askers that the rule is for.
    pub subject: Subject,
    /// The accounts that the rule is for.
    pub accounts: Accounts,
    /// The program as it was when the rule was made.
    pub seen: Files,
}

impl Rule {
    fn new(verdict: Verdict, subject: Subject) -> Self {
        Self {
            verdict,
            subject,
            accounts: Accounts::All,
            seen: Files::default(),
        }
    }

    /// Returns whether another rule is for the same subject and accounts. Only one of the two can exist.
    #[must_use]
    pub fn replaces(&self, other: &Self) -> bool {
        self.subject.is_same(&other.subject) && self.accounts == other.accounts
    }

    fn fits(&self, who: &Who, account: &Account, usage: Use) -> bool {
        let is_about = self.subject.fits(who) && self.accounts.fits(account);
        is_about && (self.subject != Subject::Search || usage == Use::Copy)
    }

    /// Returns whether the other rule is at least as specific in everything, and more specific in something.
    fn is_less_specific_than(&self, other: &Self) -> bool {
        let (own, others) = (self.weights(), other.weights());
        own != others && own.0 <= others.0 && own.1 <= others.1
    }

    fn weights(&self) -> (u8, u8) {
        (self.subject.weight(), self.accounts.weight())
    }
}

/// The rules of the user, with the defaults behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Returns the rules that apply unless the user replaces them.
    #[must_use]
    pub fn defaults() -> [Rule; 4] {
        [
            Rule::new(Verdict::Allow, Subject::Person),
            Rule::new(Verdict::Allow, Subject::Tray),
            Rule::new(Verdict::Allow, Subject::Search),
            Rule::new(Verdict::Ask, Subject::Anybody),
        ]
    }

    /// Creates the rules of a user.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        Self(rules)
    }

    /// Returns the rules of the user.
    #[must_use]
    pub fn own(&self) -> &[Rule] {
        &self.0
    }

    /// Returns the defaults that no rule of the user replaces.
    pub fn remaining_defaults(&self) -> impl Iterator<Item = Rule> {
        let is_left = |rule: &Rule| !self.0.iter().any(|own| own.replaces(rule));
        Self::defaults().into_iter().filter(is_left)
    }

    /// Sets a rule. It replaces the rule for the same subject and accounts. Returns whether there was room.
    pub fn set(&mut self, rule: Rule) -> bool {
        self.0.retain(|old| !rule.replaces(old));
        let has_room = self.0.len() < MAX_RULES;
        if has_room {
            self.0.push(rule);
        }
        has_room
    }

    /// Makes the rules for an account hold for another one too, which it becomes. Of two rules for the same subject, the
    /// stricter one holds. Returns whether there was room.
    pub fn extend(&mut self, from: AccountId, to: AccountId) -> bool {
        let of_one = |rule: &&Rule| rule.accounts == Accounts::One(from);
        let rules: Vec<_> = self.0.iter().filter(of_one).cloned().collect();
        rules.into_iter().all(|mut rule| {
            rule.accounts = Accounts::One(to);
            let known = self.0.iter().find(|known| rule.replaces(known));
            let is_stricter = known.is_none_or(|known| known.verdict < rule.verdict);
            !is_stricter || self.set(rule)
        })
    }

    /// Removes the rules that satisfy a predicate. Returns their number.
    pub fn forget(&mut self, is_one: impl Fn(&Rule) -> bool) -> usize {
        let before = self.0.len();
        self.0.retain(|rule| !is_one(rule));
        before - self.0.len()
    }

    /// Returns the verdict on a request, and the rule of the user that decides, unless a default decides.
    #[must_use]
    pub fn decide(&self, who: &Who, account: &Account, usage: Use) -> (Verdict, Option<&Rule>) {
        let defaults: Vec<_> = self.remaining_defaults().collect();
        let own = self.0.iter().map(|rule| (rule, true));
        let all = own.chain(defaults.iter().map(|rule| (rule, false)));
        let fitting: Vec<_> = all
            .filter(|(rule, _)| rule.fits(who, account, usage))
            .collect();
        let is_beaten = |rule: &Rule| {
            fitting
                .iter()
                .any(|(other, _)| rule.is_less_specific_than(other))
        };
        let strictest = fitting
            .iter()
            .filter(|(rule, _)| !is_beaten(rule))
            .max_by_key(|(rule, is_own)| (rule.verdict, *is_own));
        let Some((decisive, is_own)) = strictest else {
            return (Verdict::Ask, None);
        };
        let verdict = match decisive.verdict {
            // An unknown asker could be anything.
            Verdict::Allow if *who == Who::Unknown => Verdict::Ask,
            verdict => verdict,
        };
        let position = self.0.iter().position(|rule| *is_own && rule == *decisive);
        (verdict, position.and_then(|place| self.0.get(place)))
    }
}

impl Who {
    /// Returns whether the next request of the same asker can be recognised. An unknown process can be any process, and
    /// an interpreter without a script file can run anything.
    #[must_use]
    pub fn is_recognisable(&self) -> bool {
        match self {
            Self::Unknown => false,
            // Another file may take this path.
            Self::Program { path, .. } if who::is_deleted(path) => false,
            Self::System(name) => !who::serves_anybody(name),
            Self::Program { path, script: None } => {
                !who::is_interpreter(path) && !who::serves_anybody(&who::stem(path))
            }
            Self::Program { .. } | Self::App(_) | Self::Person | Self::Tray => true,
        }
    }
}

#[cfg(test)]
mod tests;
