//! The main loop's hands: what happens goes into the model, what the model wants is done.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use mfa_ipc::types::CodeOptions;
use mfa_ipc::{Client, Error, paths};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clipboard::Jobs;
use crate::config;
use crate::input::{Connected, Input, Inputs};
use crate::link::Link;
use crate::model::notice::{self, Notice};
use crate::model::{Effect, Model, Msg, Refusal};
use crate::port::{Icon, Notifier};
use crate::settings::Watched;
use crate::timers::Timers;
use crate::unlock::unlock;
use crate::{add, platform, store};

/// What everything is done with.
pub(crate) struct Parts<I, N> {
    pub(crate) icon: I,
    pub(crate) notifier: N,
    pub(crate) clipboard: Jobs,
    pub(crate) link: Link,
    pub(crate) inputs: Inputs,
    pub(crate) model: Model,
    pub(crate) settings: Watched,
}

/// The tray at work.
pub(crate) struct App<I, N> {
    parts: Parts<I, N>,
    client: Option<Client>,
    replies: HashMap<u64, oneshot::Sender<Result<(), Error>>>,
    requests: u64,
    /// What may be waiting for the user to answer a prompt: one is enough at a time.
    unlocking: Option<JoinHandle<()>>,
    adding: Option<JoinHandle<()>>,
    pub(crate) timers: Timers,
    ended: bool,
}

impl<I: Icon, N: Notifier> App<I, N> {
    pub(crate) fn new(parts: Parts<I, N>) -> Self {
        let mut app = Self {
            parts,
            client: None,
            replies: HashMap::new(),
            requests: 0,
            unlocking: None,
            adding: None,
            timers: Timers::new(mfa_sys::boottime::since_boot),
            ended: false,
        };
        let now = now();
        app.look_around(now);
        app.show(now);
        app
    }

    /// Whether the user has had enough.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Takes what happened, and does what it calls for.
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
                self.update(msg, now);
            }
            Input::Connected(Connected {
                client,
                locked,
                accounts,
                problem,
            }) => {
                self.client = Some(client);
                let connected = Msg::Connected {
                    locked,
                    accounts,
                    problem,
                };
                self.update(connected, now);
            }
            Input::Requested(request) => {
                self.requests += 1;
                self.replies.insert(self.requests, request.reply);
                let requested = Msg::Requested {
                    request: self.requests,
                    account: request.account,
                };
                self.update(requested, now);
            }
        }
        self.show(now);
    }

    /// Leaves nothing behind.
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
                min_remaining,
            } => self.fetch(number, account, count, min_remaining),
            Effect::Show(accounts) => self.fetch_shown(accounts),
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
                    // Whoever asked may have given up.
                    drop(reply.send(result.map_err(refusal)));
                }
            }
            Effect::Start(timer, time) => self.timers.start(timer, time),
            Effect::Stop(timer) => self.timers.stop(timer),
            Effect::Lock => {
                let lock = async |client: Client| client.lock().await;
                self.ask("The accounts are not locked", lock);
            }
            Effect::Unlock if is_under_way(self.unlocking.as_ref()) => {}
            Effect::Unlock => {
                self.unlocking = Some(self.ask("The accounts are not unlocked", unlock));
            }
            Effect::Reconnect => self.parts.link.retry(),
            Effect::AddFromScreen => {
                self.add(add::from_screen(self.client()));
            }
            Effect::AddFromClipboard if is_under_way(self.adding.as_ref()) => {}
            Effect::AddFromClipboard => {
                let clipboard = self.parts.clipboard.clone();
                self.adding = Some(self.add(add::from_clipboard(self.client(), clipboard)));
            }
            Effect::OpenSettings => self.open_settings(),
            Effect::StartAtLogin(is_on) => self.start_at_login(is_on),
            Effect::Save(memory) => {
                if let Err(error) = store::save(&memory) {
                    tracing::warn!(%error, "it is not remembered which accounts are used");
                }
            }
            Effect::Quit => self.ended = true,
        }
    }

    fn fetch(&self, number: u64, account: String, count: u32, min_remaining: u32) {
        let inputs = self.parts.inputs.clone();
        let options = CodeOptions {
            min_remaining: Some(min_remaining).filter(|seconds| *seconds > 0),
            ..CodeOptions::default()
        };
        let client = self.client();
        tokio::spawn(async move {
            let result = match client {
                Ok(client) => client.get_codes(&account, count, options).await,
                Err(error) => Err(error),
            };
            inputs.send(Input::Msg(Msg::Codes { number, result })).await;
        });
    }

    fn fetch_shown(&self, accounts: Vec<String>) {
        let Ok(client) = self.client() else { return };
        let inputs = self.parts.inputs.clone();
        tokio::spawn(async move {
            let ids: Vec<_> = accounts.iter().map(String::as_str).collect();
            // Without its code a row says enough.
            let codes = client.peek_codes(&ids).await.unwrap_or_default();
            for (account, code) in codes {
                let result = Ok(code);
                inputs
                    .send(Input::Msg(Msg::Shown { account, result }))
                    .await;
            }
        });
    }

    /// Asks the daemon for something that needs no answer but an error.
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

    /// Adds accounts meanwhile, and says what came of it.
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
            let what = "What starts at login was not changed";
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

    /// Looks at what the user can have changed elsewhere.
    fn look_around(&mut self, now: u64) {
        self.read_settings(now);
        self.update(Msg::StartsAtLogin(platform::starts_at_login()), now);
    }

    fn read_settings(&mut self, now: u64) {
        match self.parts.settings.changed() {
            None => {}
            Some(Ok(settings)) => self.update(Msg::Settings(settings), now),
            Some(Err(error)) => {
                let notice = notice::not_done("The settings are not used", &error.to_string());
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
    let reason = format!("Edit {} yourself ({error})", paths::config().display());
    notice::not_done("The settings cannot be opened", &reason)
}

fn is_under_way(task: Option<&JoinHandle<()>>) -> bool {
    task.is_some_and(|task| !task.is_finished())
}

fn refusal(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NotFound => Error::NotFound("no account matches".into()),
        Refusal::Locked => Error::Locked("the accounts are locked".into()),
        Refusal::Superseded => {
            Error::Failed("another code was copied before this one was there".into())
        }
        Refusal::Failed(reason) => Error::Failed(reason),
    }
}

/// The time in Unix seconds.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}
