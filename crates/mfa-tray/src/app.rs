//! The main loop: passes events to the model and carries out its effects.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use mfa_core::AccountId;
use mfa_core::access::Answer;
use mfa_ipc::types::CodeOptions;
use mfa_ipc::{Client, Error, paths};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::asking::{Asking, Kind};
use crate::clipboard::Jobs;
use crate::config;
use crate::connection::Connection;
use crate::input::{Connected, Input, Inputs};
use crate::last_uses::LastUses;
use crate::model::notice::{self, Notice};
use crate::model::{Confirmation, Effect, Model, Msg, Reply};
use crate::port::{Icon, Notifier};
use crate::prompt::{self, confirm};
use crate::settings::Watched;
use crate::timers::Timers;
use crate::unlock::unlock;
use crate::{add, answering, backups, pick, platform, store};

/// The parts that the main loop uses.
pub(crate) struct Parts<I, N> {
    pub(crate) icon: I,
    pub(crate) notifier: N,
    pub(crate) clipboard: Jobs,
    pub(crate) connection: Connection,
    pub(crate) inputs: Inputs,
    pub(crate) model: Model,
    pub(crate) settings: Watched,
    pub(crate) last_uses: LastUses,
    pub(crate) shortcut: platform::Shortcut,
}

/// The running tray.
pub(crate) struct App<I, N> {
    parts: Parts<I, N>,
    client: Option<Client>,
    replies: HashMap<u64, oneshot::Sender<Result<(), Error>>>,
    requests: u64,
    /// The task that may be waiting for the user to answer a prompt.
    asking: Asking,
    pub(crate) timers: Timers,
    /// The right to open a window for the next choice.
    token: Option<String>,
    ended: bool,
}

impl<I: Icon, N: Notifier> App<I, N> {
    pub(crate) fn new(parts: Parts<I, N>) -> Self {
        let mut app = Self {
            parts,
            client: None,
            replies: HashMap::new(),
            requests: 0,
            asking: Asking::default(),
            timers: Timers::new(mfa_sys::boottime::since_boot),
            token: None,
            ended: false,
        };
        let now = now();
        app.look_around(now);
        app.show(now);
        app
    }

    /// Returns whether the tray should exit.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Handles one input.
    pub(crate) fn take(&mut self, input: Input) {
        let now = now();
        match input {
            Input::Msg(msg) => {
                if matches!(msg, Msg::MenuOpens) {
                    self.look_around(now);
                }
                if matches!(msg, Msg::Disconnected { .. }) {
                    self.client = None;
                }
                if let Msg::Activated { token, .. } | Msg::Shortcut { token } = &msg {
                    self.token.clone_from(token);
                }
                if matches!(msg, Msg::Locked) {
                    self.asking.locked();
                }
                self.update(msg, now);
            }
            Input::Connected(Connected {
                client,
                locked,
                accounts,
                problem,
            }) => {
                self.client = Some(client);
                if locked {
                    self.asking.locked();
                } else if problem.is_none() {
                    self.asking.unlocked();
                }
                let connected = Msg::Connected {
                    locked,
                    accounts,
                    problem,
                };
                self.update(connected, now);
                self.ask_about_backups();
            }
            Input::Requested(request) => {
                self.requests += 1;
                self.replies.insert(self.requests, request.reply);
                // No account has the zero id, so an invalid id matches none.
                let account = AccountId::parse(&request.account);
                let requested = Msg::Requested {
                    request: self.requests,
                    account: account.unwrap_or_else(|| AccountId::from_bytes([0; 16])),
                    code: request.code,
                };
                self.update(requested, now);
            }
        }
        self.show(now);
    }

    /// Removes the code from the clipboard and waits until that is done.
    pub(crate) async fn end(self) {
        self.parts.clipboard.take_back();
        self.parts.clipboard.end().await;
    }

    fn update(&mut self, msg: Msg, now: u64) {
        for effect in self.parts.model.update(msg, now) {
            self.carry_out(effect);
        }
    }

    fn show(&mut self, now: u64) {
        self.parts.icon.show(self.parts.model.view(now));
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Fetch {
                number,
                account,
                count,
                options,
            } => self.fetch(number, account, count, options),
            Effect::Show(accounts) => self.fetch_shown(&accounts),
            Effect::Put { number, code } => {
                if let Err(reason) = self.parts.clipboard.put(number, code) {
                    let result = Err(reason);
                    self.parts.inputs.offer(Msg::Put { number, result });
                }
            }
            Effect::TakeBack => self.parts.clipboard.take_back(),
            Effect::Notify(notice) => self.parts.notifier.say(notice),
            Effect::Answer { request, result } => {
                if let Some(reply) = self.replies.remove(&request) {
                    // The caller may have given up.
                    drop(reply.send(result.map_err(Error::from)));
                }
            }
            Effect::AnswerQuestion(id, answer) => self.answer_question(id, answer),
            Effect::Confirm(confirmation) => self.confirm(confirmation),
            Effect::Ask(asked) => self.begin(Kind::Answer, |app| {
                tokio::spawn(answering::ask(asked, app.parts.inputs.clone()))
            }),
            Effect::StopConfirming => self.asking.stop_confirming(),
            Effect::Start(timer, time) => self.timers.start(timer, time),
            Effect::Stop(timer) => self.timers.stop(timer),
            Effect::Shortcut(keys) => self.parts.shortcut.wish(keys.as_deref()),
            Effect::Pick => pick::start(self.token.take(), self.parts.inputs.clone()),
            Effect::Lock => {
                let lock = async |client: Client| client.lock().await;
                self.ask("Cannot lock the accounts", lock);
            }
            Effect::Unlock => self.begin_to_unlock(),
            Effect::Reconnect => self.parts.connection.retry(),
            Effect::AddFromScreen => self.begin(Kind::AddFromScreen, Self::add_from_screen),
            Effect::AddFromClipboard => {
                self.begin(Kind::AddFromClipboard, Self::add_from_clipboard);
            }
            Effect::OpenSettings => self.open_settings(),
            Effect::StartAtLogin(is_on) => self.start_at_login(is_on),
            Effect::Save(memory) => {
                if let Err(error) = store::save(&memory) {
                    tracing::warn!(%error, "cannot save which accounts are used");
                }
            }
            Effect::Quit => self.ended = true,
        }
    }

    /// Starts a task that may ask the user something, unless one is in progress: two such windows would be
    /// too many.
    fn begin(&mut self, kind: Kind, start: impl FnOnce(&Self) -> JoinHandle<()>) {
        if let Some(kind) = self.asking.under_way() {
            self.parts.notifier.say(notice::still_going(kind.label()));
            return;
        }
        let task = start(self);
        self.asking.began(kind, task);
    }

    fn begin_to_unlock(&mut self) {
        let token = self.token.take();
        self.begin(Kind::Unlock, |app| app.unlock(token));
    }

    fn unlock(&self, token: Option<String>) -> JoinHandle<()> {
        let unlock = |client| unlock(client, token);
        self.ask("Cannot unlock the accounts", unlock)
    }

    fn add_from_screen(&self) -> JoinHandle<()> {
        self.add(add::from_screen(self.client()))
    }

    fn add_from_clipboard(&self) -> JoinHandle<()> {
        let (clipboard, locking) = (self.parts.clipboard.clone(), self.asking.locking());
        self.add(add::from_clipboard(self.client(), clipboard, locking))
    }

    /// Shows a window that confirms an answer.
    fn confirm(&mut self, confirmation: Confirmation) {
        let Confirmation {
            number,
            answer,
            text,
        } = confirmation;
        let inputs = self.parts.inputs.clone();
        let ask = async move {
            let reply = match confirm::ask(&text, answer.label()).await {
                prompt::Answer::Given(()) => Reply::Yes,
                prompt::Answer::Cancelled => Reply::No,
                prompt::Answer::Nobody => Reply::Nobody,
            };
            inputs
                .send(Input::Msg(Msg::Confirmed { number, reply }))
                .await;
        };
        if self.asking.under_way().is_some() {
            // There will be no window, and so no other reply.
            let reply = Reply::NotShown;
            self.parts.inputs.offer(Msg::Confirmed { number, reply });
        }
        self.begin(Kind::Confirm(answer), |_| tokio::spawn(ask));
    }

    fn fetch(&self, number: u64, account: AccountId, count: u32, options: CodeOptions) {
        let inputs = self.parts.inputs.clone();
        let client = self.client();
        tokio::spawn(async move {
            let result = match client {
                Ok(client) => client.get_codes(&account.to_string(), count, options).await,
                Err(error) => Err(error),
            };
            inputs.send(Input::Msg(Msg::Codes { number, result })).await;
        });
    }

    fn fetch_shown(&self, accounts: &[AccountId]) {
        let Ok(client) = self.client() else { return };
        let inputs = self.parts.inputs.clone();
        let accounts: Vec<_> = accounts.iter().map(ToString::to_string).collect();
        tokio::spawn(async move {
            let ids: Vec<_> = accounts.iter().map(String::as_str).collect();
            // If this fails, the rows show no code, which is sufficient.
            let codes = client.peek_codes(&ids).await.unwrap_or_default();
            let known = |(id, code): (String, _)| Some((AccountId::parse(&id)?, code));
            for (account, code) in codes.into_iter().filter_map(known) {
                let result = Ok(code);
                inputs
                    .send(Input::Msg(Msg::Shown { account, result }))
                    .await;
            }
        });
    }

    /// Starts a call to the daemon. Only an error is shown to the user.
    fn ask<F, A>(&self, failed: &'static str, call: F) -> JoinHandle<()>
    where
        F: FnOnce(Client) -> A + Send + 'static,
        A: Future<Output = Result<(), Error>> + Send,
    {
        let (client, inputs) = (self.client(), self.parts.inputs.clone());
        tokio::spawn(async move {
            let result = match client {
                Ok(client) => call(client).await,
                Err(error) => Err(error),
            };
            if let Err(error) = result {
                let notice = notice::not_done(failed, &notice::reason(&error));
                inputs.send(Input::Msg(Msg::Done(notice))).await;
            }
        })
    }

    fn answer_question(&self, id: u64, answer: Answer) {
        let (client, inputs) = (self.client(), self.parts.inputs.clone());
        tokio::spawn(async move {
            let result = match client {
                Ok(client) => client.answer_question(id, answer).await,
                Err(error) => Err(error),
            };
            if let Err(error) = result {
                let notice = notice::not_answered(&error);
                inputs.send(Input::Msg(Msg::Done(notice))).await;
            }
        });
    }

    /// Starts a task that adds accounts, and shows its result.
    fn add(&self, adding: impl Future<Output = Option<Notice>> + Send + 'static) -> JoinHandle<()> {
        let inputs = self.parts.inputs.clone();
        tokio::spawn(async move {
            if let Some(notice) = adding.await {
                inputs.send(Input::Msg(Msg::Done(notice))).await;
            }
        })
    }

    fn start_at_login(&mut self, is_on: bool) {
        if let Err(error) = platform::start_at_login(is_on) {
            let what = "Cannot change “Start at login”";
            self.parts
                .notifier
                .say(notice::not_done(what, &error.to_string()));
        }
        let is_on = platform::starts_at_login();
        self.parts.inputs.offer(Msg::StartsAtLogin(is_on));
    }

    fn client(&self) -> Result<Client, Error> {
        let gone = || Error::Failed("the daemon is not running".into());
        self.client.clone().ok_or_else(gone)
    }

    /// Checks for changes that the user made outside of the menu.
    fn look_around(&mut self, now: u64) {
        self.read_settings(now);
        self.update(Msg::StartsAtLogin(platform::starts_at_login()), now);
        if let Some(records) = self.parts.last_uses.changed() {
            self.update(Msg::Logged(records), now);
        }
        self.ask_about_backups();
    }

    fn ask_about_backups(&self) {
        if let Some(client) = &self.client {
            backups::ask(client, &self.parts.inputs);
        }
    }

    fn read_settings(&mut self, now: u64) {
        match self.parts.settings.changed() {
            None => {}
            Some(Ok(settings)) => self.update(Msg::Settings(settings), now),
            Some(Err(error)) => {
                let notice = notice::not_done("Cannot read the settings", &error.to_string());
                self.parts.notifier.say(notice);
            }
        }
    }

    fn open_settings(&mut self) {
        let path = paths::config();
        let inputs = self.parts.inputs.clone();
        let later = move |error| inputs.blocking_send(Msg::Done(not_opened(&error)));
        let opened = config::prepare(&path).and_then(|()| platform::open(&path, later));
        if let Err(error) = opened {
            self.parts.notifier.say(not_opened(&error));
        }
    }
}

fn not_opened(error: &std::io::Error) -> Notice {
    let reason = format!(
        "Cannot start an editor ({error}). The file is {}.",
        paths::config().display()
    );
    notice::not_done("Cannot open the settings", &reason)
}

/// Returns the time in Unix seconds.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}
