//! What the tray knows and decides, without doing any of it.
//!
//! Whatever happens is a [`Msg`]; [`Model::update`] answers with [`Effect`]s for others to carry
//! out, and [`Model::view`] describes the menu. No clock, no bus, no clipboard: tests tell it the
//! time and read what it wants.
//!
//! | file | what it does |
//! |---|---|
//! | `copying` | from a click to the clipboard, and back |
//! | `codes` | the codes that are shown in the open menu |
//! | [`view`] | the menu |
//! | `fold` | puts many accounts into submenus |
//! | `label` | what an account is called |
//! | `order` | where it stands |
//! | `message` | [`Msg`] and [`Effect`] |
//! | [`memory`] | what outlives the program |
//! | [`notice`] | what is said to the user |

mod codes;
mod copying;
mod fold;
mod label;
pub mod memory;
mod message;
pub mod notice;
mod order;
pub mod view;

#[cfg(test)]
mod tests;

use std::time::Duration;

use mfa_ipc::types::AccountInfo;

use crate::config::{Codes, Settings};
use codes::Shown;
use copying::Copying;
use label::Labels;
use memory::Memory;
pub use message::{Choice, Effect, Msg, Refusal, Secret, Timer};
use order::Order;

/// How long a panel may take to appear after us, or to come back.
const PANEL_GRACE: Duration = Duration::from_secs(20);
/// How long uses are gathered before they are kept.
const SAVE_PAUSE: Duration = Duration::from_secs(5);

/// Where the daemon is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Daemon {
    Starting,
    There { problem: Option<String> },
    Gone { problem: String },
}

/// The state of the tray.
#[derive(Debug)]
pub struct Model {
    settings: Settings,
    desktop: String,
    daemon: Daemon,
    locked: bool,
    accounts: Vec<AccountInfo>,
    labels: Labels,
    order: Order,
    memory: Memory,
    unsaved: bool,
    copying: Option<Copying>,
    numbers: u64,
    shown: Shown,
    /// Whether there was no account, as far as we know.
    was_empty: bool,
    has_panel: bool,
    starts_at_login: Option<bool>,
}

impl Model {
    /// The state at the start: what the user chose, what was kept, and the desktop's name as
    /// `XDG_CURRENT_DESKTOP` has it.
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
            was_empty: false,
            has_panel: true,
            starts_at_login: None,
        }
    }

    /// Takes note of what happened at `now`, in Unix seconds, and says what is to be done.
    pub fn update(&mut self, msg: Msg, now: u64) -> Vec<Effect> {
        match msg {
            Msg::Connected {
                locked,
                accounts,
                problem,
            } => self.connected(locked, accounts, problem, now),
            Msg::Disconnected { problem } => {
                self.daemon = Daemon::Gone { problem };
                self.forget(&Refusal::Failed("the daemon went away".into()))
            }
            Msg::Locked => self.lock(),
            Msg::Issued {
                account,
                application,
            } => self.issued(&account, &application, now),
            Msg::MenuOpens => self.menu_opens(now),
            Msg::Chosen(choice) => {
                let mut effects = vec![self.menu_closes(now)];
                effects.extend(self.chosen(choice, now));
                effects
            }
            Msg::Requested { request, account } => self.requested(request, &account, now),
            Msg::Codes { number, result } => self.codes(number, result),
            Msg::Shown { account, result } => self.shown(account, result),
            Msg::Put { number, result } => self.put(number, result, now),
            Msg::Done(notice) => vec![Effect::Notify(notice)],
            Msg::Elapsed(timer) => self.elapsed(timer, now),
            Msg::Panel(there) => self.panel(there),
            Msg::Settings(settings) => self.configured(settings),
            Msg::StartsAtLogin(is_on) => {
                self.starts_at_login = is_on;
                Vec::new()
            }
            Msg::StartedAgain if self.has_panel => vec![Effect::Notify(notice::running())],
            Msg::StartedAgain => vec![Effect::Notify(notice::no_panel(&self.desktop))],
        }
    }

    fn configured(&mut self, settings: Settings) -> Vec<Effect> {
        self.settings = settings;
        if self.memory.reconcile(&self.settings) {
            return vec![self.save()];
        }
        Vec::new()
    }

    fn connected(
        &mut self,
        locked: bool,
        accounts: Vec<AccountInfo>,
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
            // We may have missed that: the daemon was away.
            return self.lock();
        }
        if is_first {
            return self.ask_about_codes();
        }
        Vec::new()
    }

    /// The first account was added: asks once whether its code is to be shown.
    fn ask_about_codes(&mut self) -> Vec<Effect> {
        if self.memory.knows_about_codes(&self.settings) {
            return Vec::new();
        }
        self.memory.asked_about_codes = true;
        vec![Effect::Notify(notice::ask_about_codes()), self.save()]
    }

    fn lock(&mut self) -> Vec<Effect> {
        self.locked = true;
        let mut effects = self.forget(&Refusal::Locked);
        effects.push(Effect::TakeBack);
        effects.push(Effect::Stop(Timer::Clear));
        effects
    }

    /// Lets go of everything that needs an unlocked daemon.
    fn forget(&mut self, refusal: &Refusal) -> Vec<Effect> {
        self.accounts.clear();
        self.labels = Labels::default();
        self.shown = Shown::default();
        let mut effects = self.stop_copying(refusal);
        effects.push(Effect::Stop(Timer::Tick));
        effects
    }

    fn chosen(&mut self, choice: Choice, now: u64) -> Vec<Effect> {
        match choice {
            Choice::Copy(account) => self.copy(&account, None, now),
            Choice::Pair(account) => self.pair(&account, now),
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

    /// Counts what others use; what we copy is counted when it is on the clipboard.
    fn issued(&mut self, account: &str, application: &str, now: u64) -> Vec<Effect> {
        if application == env!("CARGO_PKG_NAME") {
            return Vec::new();
        }
        self.count(account, now).into_iter().collect()
    }

    /// Counts a use, to be kept a little later.
    fn count(&mut self, account: &str, now: u64) -> Option<Effect> {
        self.memory.count(account);
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

    /// Whether there are no codes to be had although they are not locked.
    fn is_in_trouble(&self) -> bool {
        match &self.daemon {
            Daemon::Starting => false,
            Daemon::There { problem } => problem.is_some(),
            Daemon::Gone { .. } => true,
        }
    }

    fn account(&self, id: &str) -> Option<&AccountInfo> {
        self.accounts.iter().find(|account| account.id == id)
    }
}
