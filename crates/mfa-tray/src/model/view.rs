//! The menu, as a description for any tray.

use mfa_core::Account;
use mfa_core::bidi::{isolate_ltr, turns_around};
use mfa_core::otp::grouped;

use super::codes::DASH;
use super::fold::{Row, fold};
pub use super::item::Item;
use super::label::FROM_THE_LEFT;
use super::rows::{first_rows, split};
pub use super::tile::{COLOURS, Tile};
use super::{Choice, Daemon, Model, label};
use crate::config::{Codes, Look};

/// The maximum length of a line of text, in characters.
const MAX_TEXT: usize = 100;
/// The maximum length of a text in several rows, in characters.
const MAX_TEXTS: usize = 300;
/// A space as wide as a digit.
const SPACE: &str = "\u{2007}";
/// The space within a code. It keeps the digits one number in texts of either direction.
const WITHIN: &str = "\u{a0}";
/// The text between a code and its label.
const GAP: &str = "   ";
/// The looks of the icon, with their names in the menu.
const LOOKS: [(&str, Look); 4] = [
    ("Icon in colour", Look::Colour),
    ("Light icon, for dark panels", Look::Light),
    ("Dark icon, for light panels", Look::Dark),
    ("Symbolic icon, coloured by the panel", Look::Symbolic),
];

/// The state that the icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Codes are available.
    Unlocked,
    /// No codes are available.
    Locked,
}

/// The visible state of the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The state that the icon shows.
    pub face: Face,
    /// The look of the icon.
    pub look: Look,
    /// The tooltip.
    pub hint: String,
    /// The menu.
    pub items: Vec<Item>,
}

impl Model {
    /// Returns the view at `now`, in Unix seconds.
    #[must_use]
    pub fn view(&self, now: u64) -> View {
        let face = match (&self.daemon, self.locked) {
            (Daemon::There { problem: None }, false) => Face::Unlocked,
            _ => Face::Locked,
        };
        let mut items = Vec::new();
        if face == Face::Unlocked {
            items.extend(self.questions_part());
        }
        items.extend(self.accounts_part(now));
        items.push(Item::Line);
        if face == Face::Unlocked {
            items.extend(self.actions_part());
            items.push(Item::Line);
            items.push(self.show_codes());
            items.push(action("Lock", Choice::Lock));
            items.extend(self.last_used(now));
            items.extend(self.backups_part());
        }
        items.push(self.settings_part());
        items.push(action("Quit", Choice::Quit));
        View {
            face,
            look: self.memory.look(&self.settings),
            hint: self.hint(),
            items,
        }
    }

    fn hint(&self) -> String {
        match (&self.daemon, self.locked) {
            (Daemon::Starting, _) => "starting".to_owned(),
            (Daemon::Gone { .. }, _) => "the daemon is not running".to_owned(),
            (Daemon::There { problem: Some(_) }, _) => "the keychain cannot be used".to_owned(),
            (Daemon::There { .. }, true) => "locked".to_owned(),
            (Daemon::There { .. }, false) => self
                .questions_hint()
                .unwrap_or_else(|| self.accounts_hint()),
        }
    }

    fn accounts_hint(&self) -> String {
        match self.accounts.len() {
            0 => "no accounts yet".to_owned(),
            1 => "1 account".to_owned(),
            n => format!("{n} accounts"),
        }
    }

    fn accounts_part(&self, now: u64) -> Vec<Item> {
        match &self.daemon {
            Daemon::Starting => vec![text("Starting…")],
            Daemon::Gone { problem, hint } => {
                let mut items = vec![text("The daemon is not running")];
                items.extend(texts(problem));
                items.extend(hint.iter().flat_map(|hint| texts(hint)));
                items.push(text("In a terminal: mfactl doctor"));
                items.push(action("Try again", Choice::Reconnect));
                items
            }
            Daemon::There {
                problem: Some(problem),
            } => {
                let mut items = vec![text("The keychain cannot be used")];
                // The other lines say what the doctor says too.
                items.extend(texts(problem.lines().next().unwrap_or("")));
                items.push(text("In a terminal: mfactl doctor"));
                items.push(action("Try again", Choice::Reconnect));
                items
            }
            Daemon::There { problem: None } if self.locked => {
                vec![action("Unlock…", Choice::Unlock)]
            }
            Daemon::There { problem: None } if self.accounts.is_empty() => vec![
                text("No accounts yet"),
                text("Copy a link or a picture of a QR code,"),
                text("or show it on the screen, then choose below."),
                text("In a terminal: mfactl add"),
            ],
            Daemon::There { problem: None } => self.rows(now),
        }
    }

    /// Returns the accounts, with their codes if codes are shown.
    fn rows(&self, now: u64) -> Vec<Item> {
        let mut items = Vec::new();
        if self.shows_codes() {
            items.extend(self.countdown(now).map(Item::Text));
        }
        items.extend(self.list(|_| true, |account| self.row(account, now), copy));
        items
    }

    /// Returns some of these accounts in the menu itself and the others in submenus.
    fn list(
        &self,
        is_listed: fn(&Account) -> bool,
        label: impl Fn(&Account) -> String,
        choice: fn(&Account) -> Choice,
    ) -> Vec<Item> {
        let (mut first, mut rest) = split(self);
        first.retain(|account| is_listed(account));
        rest.retain(|account| is_listed(account));
        let row = |account: &Account| tiled(account, label(account), choice(account));
        let mut items: Vec<_> = first.into_iter().map(row).collect();
        if !rest.is_empty() {
            if !items.is_empty() {
                items.push(Item::Line);
            }
            items.extend(fold(self.folded(&rest, choice)));
        }
        items
    }

    /// Returns the row of an account. The code comes first, so that panels do not cut it and all codes are
    /// below each other.
    fn row(&self, account: &Account, now: u64) -> String {
        let label = self.labels.row(account);
        if !self.shows_codes() {
            return label;
        }
        let digits = usize::from(account.digits.get());
        let code = match self.shown.code(account.id, now) {
            Some(code) => grouped(code),
            // The text is as wide as the code, because an open menu does not grow.
            None if account.kind.period().is_some() => grouped(&DASH.repeat(digits)),
            None => grouped(&SPACE.repeat(digits)),
        };
        let most = first_rows(self).into_iter();
        let most = most.map(|account| usize::from(account.digits.get())).max();
        let mut code = code.replace(' ', WITHIN);
        code.push_str(&SPACE.repeat(most.unwrap_or(0).saturating_sub(digits)));
        let period = self.unusual_period(account);
        let period = period.map_or_else(String::new, |it| format!("{GAP}({} s)", it.get()));
        if !turns_around(&label) {
            return format!("{code}{GAP}{label}{period}");
        }
        let (code, period) = (isolate_ltr(&code), isolate_ltr(&period));
        format!("{FROM_THE_LEFT}{code}{GAP}{label}{period}")
    }

    /// Returns whether the menu shows codes, if there are any.
    pub(super) fn shows_codes(&self) -> bool {
        self.memory.codes(&self.settings) == Codes::Shown && !self.locked
    }

    fn folded(&self, accounts: &[&Account], choice: fn(&Account) -> Choice) -> Vec<Row> {
        let row = |account: &&Account| {
            let name = self.labels.plain(account);
            Row {
                key: label::key(&name),
                name,
                tag: account
                    .tags
                    .first()
                    .map(|tag| label::clean(tag, label::MAX)),
                item: tiled(account, self.labels.row(account), choice(account)),
            }
        };
        accounts.iter().map(row).collect()
    }

    fn actions_part(&self) -> Vec<Item> {
        let mut items = Vec::new();
        let label = |account: &Account| self.labels.row(account);
        // A counter-based code is followed by the next one in any case.
        let has_steps = |account: &Account| account.kind.period().is_some();
        if self.accounts.iter().any(has_steps) {
            items.push(Item::Menu {
                label: "Next code".to_owned(),
                items: self.list(has_steps, label, next),
            });
        }
        if !self.accounts.is_empty() {
            items.push(Item::Menu {
                label: "Two codes in a row".to_owned(),
                items: self.list(|_| true, label, pair),
            });
        }
        items.push(action("Add from QR on screen…", Choice::AddFromScreen));
        items.push(action("Add from clipboard…", Choice::AddFromClipboard));
        items
    }

    fn show_codes(&self) -> Item {
        let is_on = self.shows_codes();
        Item::Check {
            label: "Show codes".to_owned(),
            choice: Choice::ShowCodes(!is_on),
            is_on,
        }
    }

    fn settings_part(&self) -> Item {
        let look = self.memory.look(&self.settings);
        let option = |(label, look): (&str, Look)| (label.to_owned(), Choice::Look(look));
        let selected = LOOKS.iter().position(|(_, other)| *other == look);
        let mut items = vec![
            Item::OneOf {
                options: LOOKS.map(option).into(),
                selected: selected.unwrap_or(0),
            },
            Item::Line,
        ];
        if let Some(is_on) = self.starts_at_login {
            items.push(Item::Check {
                label: "Start at login".to_owned(),
                choice: Choice::StartAtLogin(!is_on),
                is_on,
            });
            items.push(Item::Line);
        }
        items.push(action("Open settings file…", Choice::OpenSettings));
        Item::Menu {
            label: "Settings".to_owned(),
            items,
        }
    }
}

fn action(label: impl Into<String>, choice: Choice) -> Item {
    Item::Action {
        label: label.into(),
        choice,
        tile: None,
    }
}

/// Returns an action for an account.
fn tiled(account: &Account, label: String, choice: Choice) -> Item {
    Item::Action {
        label,
        choice,
        tile: Some(Tile::of(account)),
    }
}

/// Returns the whole text, in rows that are no wider than those of accounts.
fn texts(text: &str) -> impl Iterator<Item = Item> {
    let rows = label::wrapped(&label::clean(text, MAX_TEXTS), label::MAX);
    rows.into_iter().map(Item::Text)
}

/// Returns the first line of a text.
fn text(text: &str) -> Item {
    Item::Text(label::clean(text.lines().next().unwrap_or(""), MAX_TEXT))
}

fn copy(account: &Account) -> Choice {
    Choice::Copy(account.id)
}

fn next(account: &Account) -> Choice {
    Choice::Next(account.id)
}

fn pair(account: &Account) -> Choice {
    Choice::Pair(account.id)
}
