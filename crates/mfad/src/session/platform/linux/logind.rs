//! logind, or elogind, on the system bus: the sessions of this user, and the sleep of the system.
//!
//! A service of the user's systemd is in no session, so the session is found by the user: the one with the display, or
//! all of them if none has one.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::stream::SelectAll;
use mfa_core::lock::{Event, Policy, Source};
use zbus::message::Message;
use zbus::proxy::{OwnerChangedStream, SignalStream};
use zbus::{ObjectPath, OwnedFd, OwnedObjectPath, OwnedVariant};

use super::Service;
use super::peer::{Peer, in_time};
use crate::session::Delay;

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const USER: &str = "org.freedesktop.login1.User";
/// The property of a session that its desktop sets while the screen is locked.
const HINT: &str = "LockedHint";

/// A session in the list of all: its id, the user with the name, the seat, and the path.
type Listed = (String, u32, String, String, OwnedObjectPath);

type Signals = SelectAll<SignalStream<'static>>;

/// A session of this user.
struct Session {
    path: OwnedObjectPath,
    peer: Peer,
    /// Whether its screen is locked. Not all desktops say so.
    hint: bool,
}

/// The manager of logins; see the module.
pub(super) struct Logind {
    policy: Policy,
    bus: zbus::Connection,
    manager: Peer,
    owners: OwnerChangedStream<'static>,
    /// What the manager says about sleep and sessions.
    news: Signals,
    sessions: Vec<Session>,
    /// What the sessions say.
    signals: Signals,
    /// Delays the next sleep.
    delay: Option<Delay>,
}

impl Logind {
    /// Begins to listen, if there is a system bus, and tells whether the screen is locked now.
    pub(super) async fn start(policy: Policy, service: &Service) -> Option<Self> {
        let starting = async {
            let bus = zbus::connection::Builder::system().build().await?;
            Self::listen(policy, bus).await
        };
        match in_time(starting).await {
            Ok(mut logind) => {
                logind.begin(service).await;
                Some(logind)
            }
            Err(error) => {
                tracing::info!(%error, "not listening to the manager of logins");
                None
            }
        }
    }

    async fn listen(policy: Policy, bus: zbus::Connection) -> zbus::Result<Self> {
        let path = ObjectPath::from_static_str_unchecked(PATH);
        let manager = Peer::new(&bus, NAME, path, MANAGER).await?;
        let mut news = Signals::new();
        if policy.suspend {
            news.push(manager.signals("PrepareForSleep").await?);
        }
        news.push(manager.signals("SessionNew").await?);
        news.push(manager.signals("SessionRemoved").await?);
        Ok(Self {
            owners: manager.owners().await?,
            policy,
            bus,
            manager,
            news,
            sessions: Vec::new(),
            signals: Signals::new(),
            delay: None,
        })
    }

    /// Reports until the bus is gone.
    pub(super) async fn run(mut self, service: &Service) {
        loop {
            tokio::select! {
                Some(news) = self.news.next() => self.news(&news, service).await,
                Some(signal) = self.signals.next() => self.signal(&signal, service).await,
                Some(owner) = self.owners.next() => if owner.is_some() {
                    self.begin(service).await;
                },
                else => break,
            }
        }
        // Nobody would tell that the system is awake again.
        service.tell(Event::Sleep(false)).await;
    }

    /// Begins with a manager that has just been started, or that we have just found.
    async fn begin(&mut self, service: &Service) {
        service.tell(Event::Sleep(false)).await;
        self.delay_sleep().await;
        self.find_sessions(service).await;
    }

    /// Has the system wait before it sleeps, until the accounts are locked.
    async fn delay_sleep(&mut self) {
        if !self.policy.suspend {
            return;
        }
        let why = "Lock the accounts before the system sleeps";
        let delay = &("sleep", "mfactl", why, "delay");
        let delay: zbus::Result<OwnedFd> = self.manager.call("Inhibit", delay).await;
        self.delay = match delay {
            Ok(delay) => Some(Box::new(delay)),
            Err(error) => {
                tracing::info!(%error, "the system may sleep before the accounts are locked");
                None
            }
        };
    }

    async fn news(&mut self, news: &Message, service: &Service) {
        match member(news).as_deref() {
            Some("PrepareForSleep") => {
                let starts: zbus::Result<bool> = news.body().deserialize();
                match starts {
                    Ok(true) => service.tell_sleep(self.delay.take()).await,
                    Ok(false) => {
                        service.tell(Event::Sleep(false)).await;
                        self.delay_sleep().await;
                    }
                    Err(_) => {}
                }
            }
            Some("SessionRemoved") => {
                let removed: zbus::Result<(String, OwnedObjectPath)> = news.body().deserialize();
                let mut own = self.sessions.iter().map(|session| &session.path);
                if removed.is_ok_and(|(_, path)| own.any(|own| *own == path)) {
                    service.tell(Event::End).await;
                    self.find_sessions(service).await;
                }
            }
            _ => self.find_sessions(service).await,
        }
    }

    /// Listens to the sessions of this user from now on.
    async fn find_sessions(&mut self, service: &Service) {
        if let Err(error) = self.listen_to_sessions().await {
            tracing::info!(%error, "not listening to the session");
        }
        self.tell_hints(service).await;
    }

    async fn listen_to_sessions(&mut self) -> zbus::Result<()> {
        let paths = self.own_sessions().await?;
        if self.sessions.iter().map(|session| &session.path).eq(&paths) {
            return Ok(());
        }
        (self.sessions, self.signals) = (Vec::new(), Signals::new());
        for path in paths {
            let peer = Peer::new(&self.bus, NAME, path.clone().into_inner(), SESSION).await?;
            for name in ["Lock", "Unlock"] {
                self.signals.push(peer.signals(name).await?);
            }
            self.signals.push(peer.changes().await?);
            let hint = peer.get(HINT).await.unwrap_or(false);
            self.sessions.push(Session { path, peer, hint });
        }
        Ok(())
    }

    async fn own_sessions(&self) -> zbus::Result<Vec<OwnedObjectPath>> {
        let uid = rustix::process::getuid().as_raw();
        let display = async {
            let user: OwnedObjectPath = self.manager.call("GetUser", &uid).await?;
            let user = Peer::new(&self.bus, NAME, user.into_inner(), USER).await?;
            let (_, path): (String, OwnedObjectPath) = user.get("Display").await?;
            zbus::Result::Ok(path)
        };
        if let Ok(path) = display.await
            && path.as_str() != "/"
        {
            return Ok(vec![path]);
        }
        let all: Vec<Listed> = self.manager.call("ListSessions", &()).await?;
        let own = all.into_iter().filter(|(_, user, ..)| *user == uid);
        Ok(own.map(|(.., path)| path).collect())
    }

    async fn signal(&mut self, signal: &Message, service: &Service) {
        match member(signal).as_deref() {
            Some("Lock") => service.tell(Event::Told(true)).await,
            Some("Unlock") => service.tell(Event::Told(false)).await,
            _ => {
                let path = signal.header().path().cloned().map(OwnedObjectPath::from);
                let session = |session: &&mut Session| Some(&session.path) == path.as_ref();
                if let Some(session) = self.sessions.iter_mut().find(session)
                    && let Some(hint) = session.hint_in(signal).await
                {
                    session.hint = hint;
                    self.tell_hints(service).await;
                }
            }
        }
    }

    async fn tell_hints(&self, service: &Service) {
        let is_locked = self.sessions.iter().any(|session| session.hint);
        service.tell(Event::Screen(Source::Login, is_locked)).await;
    }
}

fn member(signal: &Message) -> Option<String> {
    signal.header().member().map(ToString::to_string)
}

impl Session {
    /// Returns the hint, if a change of properties is about it.
    async fn hint_in(&self, changes: &Message) -> Option<bool> {
        type Changes = (String, HashMap<String, OwnedVariant>, Vec<String>);
        let (_, mut values, unsaid): Changes = changes.body().deserialize().ok()?;
        match values.remove(HINT) {
            Some(hint) => hint.try_into().ok(),
            None if unsaid.iter().any(|name| name == HINT) => self.peer.get(HINT).await.ok(),
            None => None,
        }
    }
}
