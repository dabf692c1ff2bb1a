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
//! | [`memory`] | what outlives the program |
//! | [`notice`] | what is said to the user |

mod codes;
mod copying;
mod fold;
mod label;
pub mod memory;
pub mod notice;
pub mod view;

#[cfg(test)]
mod tests;

use std::time::Duration;

use mfa_ipc::Error;
use mfa_ipc::types::{AccountInfo, IssuedCode};
use zeroize::Zeroizing;

use crate::config::Settings;
use codes::Shown;
use copying::Copying;
use label::Labels;
use memory::Memory;
use notice::Notice;

/// How long a panel may take to appear after us, or to come back.
const PANEL_GRACE: Duration = Duration::from_secs(20);

/// What the user can choose in the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Copy the code of an account, by its id.
    Copy(String),
    /// Copy two codes in a row.
    Pair(String),
    /// Find a QR code on the screen.
    AddFromScreen,
    /// Take a link or a picture from the clipboard.
    AddFromClipboard,
    /// Lock the accounts.
    Lock,
    /// Unlock them.
    Unlock,
    /// Try to reach the daemon again.
    Reconnect,
    /// Open the configuration.
    Settings,
    /// End.
    Quit,
}

/// What can run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The time of a code on the clipboard.
    Clear,
    /// The time until the second code of a pair.
    Second,
    /// A second of the open menu.
    Tick,
    /// The time for a panel to appear.
    Panel,
}

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// The daemon is there, with these accounts; why there are none, if something is wrong.
    Connected {
        /// Whether they are locked.
        locked: bool,
        /// All of them.
        accounts: Vec<AccountInfo>,
        /// What is wrong with the keychain.
        problem: Option<String>,
    },
    /// The daemon is gone, or cannot be reached.
    Disconnected {
        /// Why.
        problem: String,
    },
    /// The accounts were locked.
    Locked,
    /// Somebody got a code.
    Issued {
        /// The id of the account.
        account: String,
        /// Which program.
        application: String,
    },
    /// The menu is about to be shown.
    MenuOpens,
    /// Something was chosen in it.
    Chosen(Choice),
    /// Somebody asks for a code to be copied.
    Requested {
        /// What to answer to.
        request: u64,
        /// The id of the account.
        account: String,
    },
    /// The codes that [`Effect::Fetch`] asked for.
    Codes {
        /// For which copying.
        number: u64,
        /// They, or why there are none.
        result: Result<Vec<IssuedCode>, Error>,
    },
    /// A code that [`Effect::Show`] asked for.
    Shown {
        /// The id of its account.
        account: String,
        /// The code, or why there is none.
        result: Result<IssuedCode, Error>,
    },
    /// Whether the clipboard took a code.
    Put {
        /// For which copying.
        number: u64,
        /// Why it did not.
        result: Result<(), String>,
    },
    /// Something that was asked for in the menu was done, or not.
    Done(Notice),
    /// A timer ran out.
    Elapsed(Timer),
    /// Whether a panel shows the icon.
    Panel(bool),
    /// The configuration was read again.
    Settings(Settings),
}

/// Something to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask for codes to copy; the answer is [`Msg::Codes`].
    Fetch {
        /// For which copying.
        number: u64,
        /// The id of the account.
        account: String,
        /// How many in a row.
        count: u32,
        /// How many seconds the first has to be valid.
        min_remaining: u32,
    },
    /// Ask for codes to show, each answered by [`Msg::Shown`].
    Show(Vec<String>),
    /// Put a code on the clipboard; the answer is [`Msg::Put`].
    Put {
        /// For which copying.
        number: u64,
        /// The code.
        code: Secret,
    },
    /// Take the code back from the clipboard, if it is still there.
    TakeBack,
    /// Say something.
    Notify(Notice),
    /// Answer a request.
    Answer {
        /// Which.
        request: u64,
        /// How it went.
        result: Result<(), Refusal>,
    },
    /// Start a timer anew.
    Start(Timer, Duration),
    /// Stop it.
    Stop(Timer),
    /// Ask the daemon to lock.
    Lock,
    /// Ask it to unlock.
    Unlock,
    /// Look for it again.
    Reconnect,
    /// Look for a QR code on the screen.
    AddFromScreen,
    /// Look at the clipboard.
    AddFromClipboard,
    /// Open the configuration.
    OpenSettings,
    /// Keep this for the next start.
    Save(Memory),
    /// End.
    Quit,
}

/// A code on its way to the clipboard: not to be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Why a request was not answered by a copied code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such account.
    NotFound,
    /// The accounts were locked.
    Locked,
    /// Another code was asked for before this one was there.
    Superseded,
    /// Anything else, for people.
    Failed(String),
}

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
    memory: Memory,
    copying: Option<Copying>,
    numbers: u64,
    shown: Shown,
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
            memory,
            copying: None,
            numbers: 0,
            shown: Shown::default(),
        }
    }

    /// Takes note of what happened at `now`, in Unix seconds, and says what is to be done.
    pub fn update(&mut self, msg: Msg, now: u64) -> Vec<Effect> {
        match msg {
            Msg::Connected {
                locked,
                accounts,
                problem,
            } => self.connected(locked, accounts, problem),
            Msg::Disconnected { problem } => {
                self.daemon = Daemon::Gone { problem };
                self.forget(&Refusal::Failed("the daemon went away".into()))
            }
            Msg::Locked => {
                self.locked = true;
                let mut effects = self.forget(&Refusal::Locked);
                effects.push(Effect::TakeBack);
                effects.push(Effect::Stop(Timer::Clear));
                effects
            }
            Msg::Issued {
                account,
                application,
            } => self.issued(&account, &application),
            Msg::MenuOpens => self.menu_opens(),
            Msg::Chosen(choice) => {
                let mut effects = vec![self.menu_closes()];
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
            Msg::Settings(settings) => {
                self.settings = settings;
                Vec::new()
            }
        }
    }

    fn connected(
        &mut self,
        locked: bool,
        accounts: Vec<AccountInfo>,
        problem: Option<String>,
    ) -> Vec<Effect> {
        self.daemon = Daemon::There { problem };
        self.locked = locked;
        self.labels = Labels::new(&accounts);
        self.accounts = accounts;
        if locked {
            // We may have missed that: the daemon was away.
            return self.update(Msg::Locked, 0);
        }
        Vec::new()
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
            Choice::Lock => vec![Effect::Lock],
            Choice::Unlock => vec![Effect::Unlock],
            Choice::Reconnect => vec![Effect::Reconnect],
            Choice::Settings => vec![Effect::OpenSettings],
            Choice::Quit => vec![Effect::TakeBack, Effect::Quit],
        }
    }

    /// Counts what others use; what we copy is counted when it is on the clipboard, and what we
    /// show is not used.
    fn issued(&mut self, account: &str, application: &str) -> Vec<Effect> {
        if application == env!("CARGO_PKG_NAME") {
            return Vec::new();
        }
        self.memory.count(account);
        vec![Effect::Save(self.memory.clone())]
    }

    fn elapsed(&mut self, timer: Timer, now: u64) -> Vec<Effect> {
        match timer {
            Timer::Clear => vec![Effect::TakeBack],
            Timer::Second => self.second(),
            Timer::Tick => self.tick(now),
            Timer::Panel => {
                if self.memory.told_of_no_panel {
                    return Vec::new();
                }
                self.memory.told_of_no_panel = true;
                vec![
                    Effect::Notify(notice::no_panel(&self.desktop)),
                    Effect::Save(self.memory.clone()),
                ]
            }
        }
    }

    fn panel(&mut self, there: bool) -> Vec<Effect> {
        if !there {
            return vec![Effect::Start(Timer::Panel, PANEL_GRACE)];
        }
        let mut effects = vec![Effect::Stop(Timer::Panel)];
        if std::mem::take(&mut self.memory.told_of_no_panel) {
            effects.push(Effect::Save(self.memory.clone()));
        }
        effects
    }

    fn account(&self, id: &str) -> Option<&AccountInfo> {
        self.accounts.iter().find(|account| account.id == id)
    }
}
