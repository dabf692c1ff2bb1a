//! The checks of `mfactl doctor` on a Linux desktop.

use mfa_ipc::types::Status;
use zbus::names::BusName;

use crate::finding::{Finding, ok, warn};

/// The name on the session bus of the program that shows tray icons.
const TRAY_HOST: &str = "org.kde.StatusNotifierWatcher";
/// The name of the OS keychain.
const KEYCHAIN: &str = "org.freedesktop.secrets";
/// The name of our tray.
const TRAY: &str = mfa_ipc::endpoint::TRAY_NAME;
/// The name of the program that shows notifications.
const NOTIFIER: &str = "org.freedesktop.Notifications";

/// Asks systemd whether the clock is synchronised, or else the kernel. A wrong clock gives wrong codes.
pub(crate) async fn clock() -> Finding {
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
    match asking.await.ok().or_else(mfa_sys::clock::is_synchronised) {
        Some(true) => ok("clock", "synchronised"),
        Some(false) => warn(
            "clock",
            "not synchronised, so codes may be rejected. To synchronise it: timedatectl set-ntp true",
        ),
        None => warn(
            "clock",
            "cannot tell whether the clock is right. If codes are rejected, compare it with another clock",
        ),
    }
}

/// Checks whether there is a keychain, for when no daemon can tell.
pub(crate) async fn keychain() -> Finding {
    let there = match zbus::Connection::session().await {
        Ok(bus) => is_owned(&bus, KEYCHAIN).await,
        Err(_) => false,
    };
    if there {
        return ok("keychain", "available; only the daemon uses it");
    }
    warn(
        "keychain",
        "no keychain is running. To keep the accounts in a vault file: mfactl vault create",
    )
}

/// Checks what the tray needs.
pub(crate) async fn desktop(findings: &mut Vec<Finding>, status: Option<&Status>) {
    let Ok(bus) = zbus::Connection::session().await else {
        findings.push(ok(
            "desktop",
            "no session bus is running, so there is no tray",
        ));
        return;
    };
    let name = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    let running = match status {
        Some(status) => status.tray,
        None => is_owned(&bus, TRAY).await,
    };
    findings.push(tray(is_owned(&bus, TRAY_HOST).await, running, &name));
    if !is_owned(&bus, NOTIFIER).await {
        let text = "this desktop shows no notifications, so the tray copies codes without telling you, and \
                    mfactl cannot ask you before a program gets a code";
        findings.push(warn("notifications", text));
    }
}

fn tray(host: bool, running: bool, desktop: &str) -> Finding {
    let gnome = desktop
        .split(':')
        .any(|name| name.eq_ignore_ascii_case("gnome"));
    match (host, running) {
        (true, true) => ok("tray", "running"),
        (true, false) => ok("tray", "not running. To start it: mfa-tray"),
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

/// Returns whether a name has an owner, or a program would be started to own it.
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
