//! The menu, as a description that any tray can show.

use mfa_core::bidi::isolate_ltr;
use mfa_core::otp::grouped;
use mfa_ipc::types::AccountInfo;

use super::codes::DASH;
use super::fold::{Row, fold};
use super::label::FROM_THE_LEFT;
use super::{Choice, Daemon, Model, label};
use crate::config::{Codes, Look};

/// The most accounts that stand in the menu itself, if there are no more than that.
const MAX_ROWS: usize = 15;
/// How many stand there if there are more: the submenus of the others need room too.
const FIRST_ROWS: usize = 10;
/// The longest line that is only read, in characters.
const MAX_TEXT: usize = 100;
/// A space as wide as a digit.
const SPACE: &str = "\u{2007}";
/// What stands between a code and whose it is.
const GAP: &str = "   ";
/// The looks of the icon, as the menu names them.
const LOOKS: [(&str, Look); 4] = [
    ("Icon in colour", Look::Colour),
    ("Light icon, for dark panels", Look::Light),
    ("Dark icon, for light panels", Look::Dark),
    ("Symbolic icon, coloured by the panel", Look::Symbolic),
];

/// An entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something to choose.
    Action {
        /// What it says.
        label: String,
        /// What it does.
        choice: Choice,
    },
    /// Something to turn on and off.
    Check {
        /// What it says.
        label: String,
        /// What choosing it does.
        choice: Choice,
        /// Whether it is on.
        is_on: bool,
    },
    /// Several of which one holds.
    OneOf {
        /// What each says, and what choosing it does.
        options: Vec<(String, Choice)>,
        /// Which one holds, from 0.
        selected: usize,
    },
    /// A further menu.
    Menu {
        /// What it says.
        label: String,
        /// What is in it.
        items: Vec<Self>,
    },
    /// Something to read.
    Text(String),
    /// A line between groups.
    Line,
}

/// What the icon tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Codes are to be had.
    Unlocked,
    /// They are not.
    Locked,
}

/// All that a tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The icon.
    pub face: Face,
    /// Which of its pictures.
    pub look: Look,
    /// What is said when one points at it.
    pub hint: String,
    /// The menu.
    pub items: Vec<Item>,
}

impl Model {
    /// What is to be shown at `now`, in Unix seconds.
    #[must_use]
    pub fn view(&self, now: u64) -> View {
        let face = match (&self.daemon, self.locked) {
            (Daemon::There { problem: None }, false) => Face::Unlocked,
            _ => Face::Locked,
        };
        let mut items = self.accounts_part(now);
        items.push(Item::Line);
        if face == Face::Unlocked {
            items.extend(self.actions_part());
            items.push(Item::Line);
            items.push(self.show_codes());
            items.push(action("Lock", Choice::Lock));
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
            (Daemon::There { .. }, false) => match self.accounts.len() {
                0 => "no accounts yet".to_owned(),
                1 => "1 account".to_owned(),
                n => format!("{n} accounts"),
            },
        }
    }

    fn accounts_part(&self, now: u64) -> Vec<Item> {
        match &self.daemon {
            Daemon::Starting => vec![text("Starting…")],
            Daemon::Gone { problem } => vec![
                text("The daemon is not running"),
                text(problem),
                text("In a terminal: mfactl doctor"),
                action("Try again", Choice::Reconnect),
            ],
            Daemon::There {
                problem: Some(problem),
            } => vec![
                text("The keychain cannot be used"),
                text(problem),
                text("In a terminal: mfactl doctor"),
                action("Try again", Choice::Reconnect),
            ],
            Daemon::There { problem: None } if self.locked => {
                vec![action("Unlock…", Choice::Unlock)]
            }
            Daemon::There { problem: None } if self.accounts.is_empty() => vec![
                text("No accounts yet"),
                text("Copy the link or the picture of a QR code,"),
                text("or show it on the screen, and choose below."),
                text("In a terminal: mfactl add"),
            ],
            Daemon::There { problem: None } => self.rows(now),
        }
    }

    /// The accounts, with their codes if those are to be shown.
    fn rows(&self, now: u64) -> Vec<Item> {
        let mut items = Vec::new();
        if self.shows_codes() {
            items.extend(self.countdown(now).map(Item::Text));
        }
        items.extend(self.list(|account| self.row(account, now), copy));
        items
    }

    /// Some accounts in the menu itself, and the others in further ones.
    fn list(
        &self,
        label: impl Fn(&AccountInfo) -> String,
        choice: fn(&AccountInfo) -> Choice,
    ) -> Vec<Item> {
        let (first, rest) = split(self);
        let row = |account: &AccountInfo| action(label(account), choice(account));
        let mut items: Vec<_> = first.into_iter().map(row).collect();
        if !rest.is_empty() {
            items.push(Item::Line);
            items.extend(fold(self.folded(&rest, choice)));
        }
        items
    }

    /// The row of an account: its code first, which no panel cuts there, and which stands below the others.
    fn row(&self, account: &AccountInfo, now: u64) -> String {
        let label = self.labels.row(account);
        if !self.shows_codes() {
            return label;
        }
        let digits = usize::try_from(account.digits).unwrap_or(0);
        let mut code = match self.shown.code(&account.id, now) {
            Some(code) => grouped(code),
            // As wide as what will stand there: a menu does not grow while it is open.
            None if account.period.is_some() => grouped(&DASH.repeat(digits)),
            None => grouped(&SPACE.repeat(digits)),
        };
        let most = first_rows(self).iter().map(|account| account.digits).max();
        let most = most.and_then(|most| usize::try_from(most).ok());
        code.push_str(&SPACE.repeat(most.unwrap_or(0).saturating_sub(digits)));
        let mut row = format!("{FROM_THE_LEFT}{}{GAP}{label}", isolate_ltr(&code));
        if let Some(left) = self.own_countdown(account, now) {
            row.push_str(GAP);
            row.push_str(&left);
        }
        row
    }

    /// Whether codes stand in the menu, if there are any.
    pub(super) fn shows_codes(&self) -> bool {
        self.memory.codes(&self.settings) == Codes::Shown && !self.locked
    }

    fn folded(&self, accounts: &[&AccountInfo], choice: fn(&AccountInfo) -> Choice) -> Vec<Row> {
        let row = |account: &&AccountInfo| {
            let name = self.labels.plain(account);
            Row {
                key: label::key(&name),
                name,
                tag: account
                    .tags
                    .first()
                    .map(|tag| label::clean(tag, label::MAX)),
                item: action(self.labels.row(account), choice(account)),
            }
        };
        accounts.iter().map(row).collect()
    }

    fn actions_part(&self) -> Vec<Item> {
        let mut items = Vec::new();
        if !self.accounts.is_empty() {
            let label = |account: &AccountInfo| self.labels.row(account);
            items.push(Item::Menu {
                label: "Two codes in a row".to_owned(),
                items: self.list(label, pair),
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

/// The accounts that stand in the menu itself, and the others.
fn split(model: &Model) -> (Vec<&AccountInfo>, Vec<&AccountInfo>) {
    let mut first = model.order.of(&model.accounts);
    let rest = if first.len() > MAX_ROWS {
        first.split_off(FIRST_ROWS)
    } else {
        Vec::new()
    };
    (first, rest)
}

/// The accounts that stand in the menu itself.
pub(super) fn first_rows(model: &Model) -> Vec<&AccountInfo> {
    split(model).0
}

/// The accounts whose code is shown: those that stand in the menu itself. A counter-based one would
/// move by being looked at.
pub(super) fn with_codes(model: &Model) -> Vec<String> {
    let moving = first_rows(model).into_iter();
    let moving = moving.filter(|account| account.period.is_some());
    moving.map(|account| account.id.clone()).collect()
}

fn action(label: impl Into<String>, choice: Choice) -> Item {
    Item::Action {
        label: label.into(),
        choice,
    }
}

/// The first line of it.
fn text(text: &str) -> Item {
    Item::Text(label::clean(text.lines().next().unwrap_or(""), MAX_TEXT))
}

fn copy(account: &AccountInfo) -> Choice {
    Choice::Copy(account.id.clone())
}

fn pair(account: &AccountInfo) -> Choice {
    Choice::Pair(account.id.clone())
}
