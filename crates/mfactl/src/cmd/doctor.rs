//! `mfactl doctor`: looks at everything that codes depend on, and says what to do.

use mfa_ipc::launcher;
use mfa_ipc::types::Status;
use zbus::names::BusName;

use super::Context;
use super::json::{Checks, Finding};
use crate::args::Doctor;
use crate::error::{Error, Kind};

/// The name on the session bus of whoever shows tray icons.
const TRAY_HOST: &str = "org.kde.StatusNotifierWatcher";
/// The name of whoever shows notifications.
const NOTIFIER: &str = "org.freedesktop.Notifications";

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    /// As it should be.
    Ok,
    /// It works, but not all of it.
    Warn,
    /// No codes are to be had.
    Fail,
}

impl Grade {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

fn ok(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Ok, what, text.into())
}

fn warn(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Warn, what, text.into())
}

fn fail(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Fail, what, text.into())
}

pub(super) async fn run(context: &Context, args: Doctor) -> Result<(), Error> {
    let mut findings = Vec::new();
    let status = daemon(&mut findings).await;
    findings.push(clock().await);
    desktop(&mut findings, status.as_ref()).await;
    let failed = findings.iter().filter(|f| f.grade == Grade::Fail).count();
    if args.json {
        context.output.json(&Checks::new(&findings))?;
    } else {
        for finding in &findings {
            let grade = format!("{:<5}", finding.grade.as_str());
            let grade = match finding.grade {
                Grade::Ok => context.output.dim(&grade),
                Grade::Warn | Grade::Fail => context.output.bold(&grade),
            };
            let (what, text) = (finding.what, &finding.text);
            context
                .output
                .line(format_args!("{grade} {what:<14}{text}"))?;
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::new(
            Kind::Other,
            "no codes are to be had as things are",
        )),
    }
}

/// Looks at the daemon, and asks it for the keychain.
async fn daemon(findings: &mut Vec<Finding>) -> Option<Status> {
    let client = match launcher::connect().await {
        Ok(client) => client,
        Err(error) => {
            findings.push(fail("daemon", format!("{error}. {}", error.hint())));
            return None;
        }
    };
    // Has a daemon that was just started look at the keychain.
    let listed = client.list_accounts().await;
    let status = match client.status().await {
        Ok(status) => status,
        Err(error) => {
            findings.push(fail("daemon", error.text()));
            return None;
        }
    };
    findings.push(version(&status));
    findings.push(keychain(&status, &listed.map(|accounts| accounts.len())));
    if status.unreadable > 0 {
        let text = format!(
            "{} items could not be read and were left as they are; see the daemon's log",
            status.unreadable
        );
        findings.push(warn("accounts", text));
    }
    Some(status)
}

fn version(status: &Status) -> Finding {
    let own = env!("CARGO_PKG_VERSION");
    if status.version == own {
        ok(
            "daemon",
            format!("mfad {}, private connection", status.version),
        )
    } else {
        let text = format!(
            "mfad {} is running, and this is mfactl {own}. Restart it: systemctl --user restart mfad",
            status.version
        );
        warn("daemon", text)
    }
}

fn keychain(status: &Status, listed: &Result<usize, mfa_ipc::Error>) -> Finding {
    let name = &status.keychain;
    match listed {
        Ok(1) => ok("keychain", format!("{name}, unlocked, 1 account")),
        Ok(accounts) => ok("keychain", format!("{name}, unlocked, {accounts} accounts")),
        Err(mfa_ipc::Error::Locked(_)) => warn(
            "keychain",
            format!("{name} is locked. Unlock: mfactl unlock"),
        ),
        Err(error) => fail("keychain", error.text()),
    }
}

/// Asks systemd whether the clock is kept right; a wrong one makes wrong codes.
async fn clock() -> Finding {
    let asking = async {
        let system = zbus::Connection::system().await?;
        let clock = zbus::Proxy::new(
            &system,
            "org.freedesktop.timedate1",
            "/org/freedesktop/timedate1",
            "org.freedesktop.timedate1",
        )
        .await?;
        clock.get_property::<bool>("NTPSynchronized").await
    };
    match asking.await {
        Ok(true) => ok("clock", "synchronised"),
        Ok(false) => warn(
            "clock",
            "not synchronised: codes may be refused. Turn it on: timedatectl set-ntp true",
        ),
        Err(_) => warn(
            "clock",
            "nobody here says whether it is right. If codes are refused, compare it with another one",
        ),
    }
}

/// Looks at what the tray needs.
async fn desktop(findings: &mut Vec<Finding>, status: Option<&Status>) {
    let Ok(bus) = zbus::Connection::session().await else {
        findings.push(ok("desktop", "no session bus here, so no tray"));
        return;
    };
    let name = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    findings.push(tray(is_owned(&bus, TRAY_HOST).await, status, &name));
    if !is_owned(&bus, NOTIFIER).await {
        let text = "nobody shows notifications: the tray copies without a word";
        findings.push(warn("notifications", text));
    }
}

fn tray(host: bool, status: Option<&Status>, desktop: &str) -> Finding {
    let gnome = desktop
        .split(':')
        .any(|name| name.eq_ignore_ascii_case("gnome"));
    match (host, status.is_some_and(|status| status.tray)) {
        (true, true) => ok("tray", "running"),
        (true, false) => ok("tray", "not running; mfa-tray starts it"),
        (false, _) if gnome => warn(
            "tray",
            "this desktop shows no tray icons. Install the extension “AppIndicator and \
             KStatusNotifierItem Support” (package gnome-shell-extension-appindicator)",
        ),
        (false, _) => warn(
            "tray",
            "this desktop shows no tray icons. It needs a panel with a tray (StatusNotifierItem)",
        ),
    }
}

/// Whether somebody has a name, or would be started for it.
async fn is_owned(bus: &zbus::Connection, name: &'static str) -> bool {
    let Ok(proxy) = zbus::fdo::DBusProxy::new(bus).await else {
        return false;
    };
    let Ok(name) = BusName::try_from(name) else {
        return false;
    };
    let started = async {
        let names = proxy.list_activatable_names().await.unwrap_or_default();
        names.iter().any(|known| known.as_str() == name.as_str())
    };
    proxy.name_has_owner(name.clone()).await.unwrap_or(false) || started.await
}
