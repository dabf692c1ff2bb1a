//! The last uses in the menu: which programs got a code or a secret, and which were refused.

use mfa_core::access::Record;
use mfa_core::access::record::{Action, Outcome};
use mfa_host::utc;

use super::{Effect, Item, Model, label};

/// The number of uses in the menu.
const SHOWN: usize = 5;
/// The maximum width of the name of an account or a program, in columns.
const MAX_NAME: usize = 24;
/// The separators of paths. The log may come from any system.
const SEPARATORS: [char; 2] = ['/', '\\'];

impl Model {
    /// Handles the end of the access log, oldest event first.
    pub(super) fn logged(&mut self, mut records: Vec<Record>) -> Vec<Effect> {
        records.retain(is_use);
        records.reverse();
        records.truncate(SHOWN);
        self.uses = records;
        Vec::new()
    }

    /// Returns the submenu of the last uses, if there are any.
    pub(super) fn last_used(&self, now: u64) -> Option<Item> {
        let row = |record| Item::Text(row(record, now));
        let items: Vec<_> = self.uses.iter().map(row).collect();
        (!items.is_empty()).then(|| Item::Menu {
            label: "Last used".to_owned(),
            items,
        })
    }
}

/// Returns whether somebody got or was refused something. Looks are left out, because the menu itself looks at codes.
fn is_use(record: &Record) -> bool {
    match (record.action, record.outcome) {
        (Action::Look | Action::Rule, _) => false,
        (_, Outcome::Refused) => true,
        (Action::Unknown, _) | (_, Outcome::Unknown) => false,
        (_, Outcome::Allowed) => true,
    }
}

/// Returns a use as one row: `12:31 UTC  aws: code for terraform`.
fn row(record: &Record, now: u64) -> String {
    let date = utc::date(record.time);
    let time = if date == utc::date(now) {
        format!("{} UTC", utc::hour_and_minute(record.time))
    } else {
        date
    };
    let account = match (&record.name, &record.account) {
        (Some(name), _) => name,
        (None, Some(_)) => "an account",
        (None, None) => "all accounts",
    };
    let what = match (record.outcome, record.action) {
        (Outcome::Refused, _) => "refused",
        (_, Action::Copy) => "copied",
        (_, Action::Reveal) => "secret",
        (_, Action::Export) => "secrets",
        (_, Action::Sync) => "sync",
        (_, Action::Unlock) => "unlocked",
        _ => "code",
    };
    let name = |text: &str| label::isolated(&label::clean(text, MAX_NAME));
    let (account, program) = (name(account), name(&program(record)));
    label::from_the_left(format!("{time}  {account}: {what} for {program}"))
}

/// Returns the name of the asker without its folder. A script is followed by its interpreter.
fn program(record: &Record) -> String {
    let asker = &record.asker;
    let short = asker.rsplit(SEPARATORS).next().unwrap_or(asker);
    let executable = record.chain.rsplit('←').next().unwrap_or_default().trim();
    let is_script = short.len() < asker.len() && !short.starts_with(executable);
    if is_script {
        format!("{short} ({executable})")
    } else {
        short.to_owned()
    }
}
