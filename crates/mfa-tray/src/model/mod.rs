//! The state of the tray and its decisions, without side effects.
//!
//! Each event is a [`Msg`]. [`Model::update`] returns [`Effect`]s for `app` to carry out, and [`Model::view`]
//! describes the menu. The model uses no clock, no bus and no clipboard: tests pass the time and check the
//! effects.
//!
//! | file | contents |
//! |---|---|
//! | `copying` | the copying of codes to the clipboard |
//! | `codes` | the codes in the open menu |
//! | [`view`] | the menu |
//! | `item` | an entry of the menu |
//! | `tile` | the letter beside an account |
//! | `question` | the open questions in the menu |
//! | `wording` | the words of a question in rows that fit |
//! | `confirm` | the window that confirms an answer |
//! | `uses` | the last uses in the menu |
//! | `rows` | the accounts in the menu itself |
//! | `fold` | submenus for many accounts |
//! | `label` | the labels of accounts |
//! | `order` | the order of accounts |
//! | `backups` | the accounts that no backup holds |
//! | `daemon` | the state of the daemon |
//! | `choice` | the choices of the user |
//! | `early` | choices outside of the menu |
//! | `picking` | the menu of the shortcut |
//! | `message` | [`Msg`] and [`Effect`] |
//! | [`memory`] | the state that outlives the program |
//! | [`notice`] | the notifications |

mod backups;
mod choice;
mod codes;
mod confirm;
mod copying;
mod daemon;
mod early;
mod fold;
mod item;
mod label;
pub mod memory;
mod message;
pub mod notice;
mod order;
mod picking;
mod question;
mod rows;
mod tile;
mod uses;
pub mod view;
mod wording;

#[cfg(test)]
pub(crate) mod tests;

use std::time::Duration;

use mfa_core::access::{Question, Record, Silences};
use mfa_core::{Account, AccountId};

use crate::config::{Codes, Settings};
pub use choice::Choice;
use codes::Shown;
use confirm::{Confirming, Subject};
use copying::{Copying, Wish};
use daemon::Daemon;
use item::Item;
use label::Labels;
use memory::Memory;
pub use message::{Asked, Backups, Code, Confirmation, Effect, Msg, Refusal, Reply, Timer};
use order::Order;
use picking::Picking;

/// The time that a panel may take to appear after the tray, or to come back.
const PANEL_GRACE: Duration = Duration::from_secs(20);
/// The time for which uses are collected before they are saved.
const SAVE_PAUSE: Duration = Duration::from_secs(5);

/// The state of the tray.
#[derive(Debug)]
pub struct Model {
    settings: Settings,
    desktop: String,
    daemon: Daemon,
    locked: bool,
    accounts: Vec<Account>,
    labels: Labels,
    order: Order,
    memory: Memory,
    unsaved: bool,
    copying: Option<Copying>,
    numbers: u64,
    shown: Shown,
    /// The open questions of the daemon.
    questions: Vec<Question>,
    /// Whether an answer that allows has to be confirmed.
    confirms: bool,
    /// Whether the tray tells the user of each question in windows of its own, because the daemon does not.
    tells: bool,
    /// The question that a window shows.
    asked: Option<u64>,
    /// The answer that waits to be confirmed.
    confirming: Option<Confirming>,
    /// The questions whose window the user has cancelled a moment ago.
    cancelled: Silences<Subject>,
    /// The last uses, newest first.
    uses: Vec<Record>,
    backups: Backups,
    /// Whether there were no accounts, as far as is known.
    was_empty: bool,
    /// The choice that was made before the daemon was connected.
    early: Option<Choice>,
    /// The menu of the shortcut.
    picking: Picking,
    /// Whether a question is being sent to the desktop.
    is_asking: bool,
    /// The last time that the tray tried to connect because the menu opened.
    reconnected: Option<u64>,
    has_panel: bool,
    starts_at_login: Option<bool>,
}

impl Model {
    /// Creates the state at the start from the settings, the saved state, and the name of the desktop in
    /// `XDG_CURRENT_DESKTOP`.
    #[must_use]
    pub fn new(settings: Settings, memory: Memory, desktop: String) -> Self {
        Self {
            settings,
            desktop,
            daemon: Daemon::Starting,
            locked: false,
            accounts: Vec::new(),
            labels: Labels::default(),
            order: Order::default(),
            memory,
            unsaved: false,
            copying: None,
            numbers: 0,
            shown: Shown::default(),
            questions: Vec::new(),
            confirms: true,
            tells: false,
            asked: None,
            confirming: None,
            cancelled: Silences::default(),
            uses: Vec::new(),
            backups: Backups::default(),
            was_empty: false,
            early: None,
            picking: Picking::default(),
            is_asking: false,
            reconnected: None,
            has_panel: true,
            starts_at_login: None,
        }
    }

    /// Sets whether an answer that allows has to be confirmed, which is so at first.
    #[must_use]
    pub fn confirming_answers(mut self, confirms: bool) -> Self {
        self.confirms = confirms;
        self
    }

    /// Sets whether the tray tells the user of each question in windows of its own, which is not so at first.
    #[must_use]
    pub fn telling_of_questions(mut self, tells: bool) -> Self {
        self.tells = tells;
        self
    }

    /// Handles an event at `now`, in Unix seconds. Returns the effects to carry out.
    pub fn update(&mut self, msg: Msg, now: u64) -> Vec<Effect> {
        match msg {
            Msg::Connected {
                locked,
                accounts,
                problem,
            } => {
                let effects = self.connected(locked, accounts, problem, now);
                self.with_early(effects, now)
            }
            Msg::Disconnected { problem, hint } => {
                let effects = self.disconnected(problem, hint);
                self.with_early(effects, now)
            }
            Msg::Locked => self.lock(),
            Msg::Issued {
                account,
                application,
            } => self.issued(account, &application, now),
            Msg::Questions(questions) => self.questions(questions),
            Msg::Logged(records) => self.logged(records),
            Msg::BackedUp(backups) => self.backed_up(backups),
            Msg::MenuOpens => self.menu_opens(now),
            Msg::Chosen(choice) => {
                let mut effects = vec![self.menu_closes(now)];
                effects.extend(self.chosen(choice, now));
                effects
            }
            Msg::Activated { choice, .. } => self.activated(choice, now),
            Msg::Shortcut { .. } => self.shortcut(now),
            Msg::Picked(chosen) => self.picked(chosen, now),
            Msg::Requested {
                request,
                account,
                code,
            } => self.requested(request, account, code),
            Msg::Codes { number, result } => self.codes(number, result),
            Msg::Shown { account, result } => self.shown(account, result),
            Msg::Put { number, result } => self.put(number, result, now),
            Msg::Confirmed { number, reply } => self.confirmed(number, reply, now),
            Msg::Answered { question, answer } => self.answered(question, answer, now),
            Msg::Done(notice) => vec![Effect::Notify(notice)],
            Msg::Asked(was_shown) => self.asked(was_shown),
            Msg::Elapsed(timer) => self.elapsed(timer, now),
            Msg::Panel(there) => self.panel(there),
            Msg::Settings(settings) => self.configured(settings),
            Msg::StartsAtLogin(is_on) => self.started_at_login(is_on),
            Msg::StartedAgain => self.started_again(),
        }
    }

    fn configured(&mut self, settings: Settings) -> Vec<Effect> {
        let old = std::mem::replace(&mut self.settings, settings);
        let new = &self.settings.shortcut;
        let shortcut = (old.shortcut != *new).then(|| Effect::Shortcut(new.clone()));
        let mut effects: Vec<_> = shortcut.into_iter().collect();
        if self.memory.reconcile(&self.settings) {
            effects.push(self.save());
        }
        effects
    }

    fn started_at_login(&mut self, is_on: Option<bool>) -> Vec<Effect> {
        self.starts_at_login = is_on;
        Vec::new()
    }

    fn started_again(&self) -> Vec<Effect> {
        let notice = match self.has_panel {
            true => notice::running(),
            false => notice::no_panel(&self.desktop),
        };
        vec![Effect::Notify(notice)]
    }

    fn connected(
        &mut self,
        locked: bool,
        accounts: Vec<Account>,
        problem: Option<String>,
        now: u64,
    ) -> Vec<Effect> {
        let is_readable = !locked && problem.is_none();
        let is_first = self.was_empty && is_readable && !accounts.is_empty();
        if is_readable {
            self.was_empty = accounts.is_empty();
        }
        self.daemon = Daemon::There { problem };
        self.locked = locked;
        self.labels = Labels::new(&accounts);
        self.accounts = accounts;
        self.arrange(now);
        if locked {
            // The tray may have missed the lock while the daemon was not running.
            return self.lock();
        }
        self.memory.question_is_due |= is_first;
        if is_readable && !self.accounts.is_empty() {
            return self.ask_about_codes();
        }
        Vec::new()
    }

    fn disconnected(&mut self, problem: String, hint: Option<String>) -> Vec<Effect> {
        self.daemon = Daemon::Gone { problem, hint };
        self.forget(&Refusal::Failed(
            "the connection to the daemon was lost".into(),
        ))
    }

    fn lock(&mut self) -> Vec<Effect> {
        self.locked = true;
        let mut effects = self.forget(&Refusal::Locked);
        effects.push(Effect::TakeBack);
        effects.push(Effect::Stop(Timer::Clear));
        effects
    }

    /// Forgets everything that needs an unlocked daemon.
    fn forget(&mut self, refusal: &Refusal) -> Vec<Effect> {
        self.accounts.clear();
        self.labels = Labels::default();
        self.shown = Shown::default();
        self.questions.clear();
        let mut effects = self.stop_copying(refusal);
        effects.extend(self.stop_confirming());
        effects.extend(self.stop_asking());
        effects.push(Effect::Stop(Timer::Tick));
        effects
    }

    fn chosen(&mut self, choice: Choice, now: u64) -> Vec<Effect> {
        match choice {
            Choice::Copy(account) => self.copy(account, Wish::Current, now),
            Choice::CopyLast => self.copy_last(now),
            Choice::Next(account) => self.copy(account, Wish::Next, now),
            Choice::Pair(account) => self.copy(account, Wish::Pair, now),
            Choice::Ask(id) => self.ask(id, now),
            Choice::Answer(id, answer) => self.answer_question(id, answer, now),
            Choice::AddFromScreen => vec![Effect::AddFromScreen],
            Choice::AddFromClipboard => vec![Effect::AddFromClipboard],
            Choice::ShowCodes(is_on) => {
                let codes = if is_on { Codes::Shown } else { Codes::Hidden };
                self.memory.choose_codes(codes, &self.settings);
                vec![self.save()]
            }
            Choice::Look(look) => {
                self.memory.choose_look(look, &self.settings);
                vec![self.save()]
            }
            Choice::StartAtLogin(is_on) => vec![Effect::StartAtLogin(is_on)],
            Choice::Lock => vec![Effect::Lock],
            Choice::Unlock => vec![Effect::Unlock],
            Choice::Reconnect => vec![Effect::Reconnect],
            Choice::OpenSettings => vec![Effect::OpenSettings],
            Choice::Quit => vec![self.save(), Effect::TakeBack, Effect::Quit],
        }
    }

    /// Records the uses of other programs. Codes that the tray copies are recorded when they are on the
    /// clipboard.
    fn issued(&mut self, account: AccountId, application: &str, now: u64) -> Vec<Effect> {
        if application == env!("CARGO_PKG_NAME") {
            return Vec::new();
        }
        self.used(account, now).into_iter().collect()
    }

    /// Records a use. It is saved a little later.
    fn used(&mut self, account: AccountId, now: u64) -> Option<Effect> {
        self.memory.used(&account.to_string());
        self.arrange(now);
        let first = !std::mem::replace(&mut self.unsaved, true);
        first.then_some(Effect::Start(Timer::Save, SAVE_PAUSE))
    }

    fn arrange(&mut self, now: u64) {
        self.order
            .arrange(&self.accounts, &self.labels, &self.memory, now);
    }

    fn save(&mut self) -> Effect {
        self.unsaved = false;
        Effect::Save(self.memory.clone())
    }

    fn elapsed(&mut self, timer: Timer, now: u64) -> Vec<Effect> {
        match timer {
            Timer::Clear => vec![Effect::TakeBack],
            Timer::Second => self.second(now),
            Timer::Put => self.put_hangs(),
            Timer::Tick => self.tick(now),
            Timer::Save => vec![self.save()],
            Timer::Panel => {
                if self.memory.told_of_no_panel {
                    return Vec::new();
                }
                self.memory.told_of_no_panel = true;
                vec![Effect::Notify(notice::no_panel(&self.desktop)), self.save()]
            }
        }
    }

    fn panel(&mut self, there: bool) -> Vec<Effect> {
        self.has_panel = there;
        if !there {
            return vec![Effect::Start(Timer::Panel, PANEL_GRACE)];
        }
        let mut effects = vec![Effect::Stop(Timer::Panel)];
        if std::mem::take(&mut self.memory.told_of_no_panel) {
            effects.push(self.save());
        }
        effects
    }

    fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }
}
