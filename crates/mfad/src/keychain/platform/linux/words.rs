//! The messages that say what is wrong with the Secret Service and what to do, in the words of the user's
//! desktop.
//!
//! Each gives one cause in at most three lines. What the bus itself reports goes to the log.

use std::env;

use mfa_core::port::StoreError;
use mfa_ipc::launcher;

const SERVER: &str = "mfactl vault create   (an encrypted file that KeePassXC opens too)";

/// The reason why the Secret Service cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// There is no session bus.
    NoBus,
    /// No program provides the service.
    Nobody,
    /// KWallet runs and does not provide the service.
    KWalletWithout,
    /// The provider cannot be started.
    NotStarted,
    /// The provider or the bus went away.
    Gone,
    /// The provider or the bus denies us access.
    Denied,
    /// The provider reports an error that we do not know.
    Unknown,
    /// gnome-keyring, or another provider, has no default collection.
    NoKeyring,
    /// KWallet has no wallet.
    NoWallet,
    /// KeePassXC exposes no database.
    NoDatabase,
}

impl Cause {
    /// Returns the cause behind an error from the bus, by its name.
    pub(super) fn of(error: &zbus::Error) -> Self {
        let name = match error {
            zbus::Error::MethodError(name, ..) => name.as_str().to_owned(),
            zbus::Error::FDO(error) => zbus::DBusError::name(&**error).as_str().to_owned(),
            _ => return Self::Gone,
        };
        match name.strip_prefix("org.freedesktop.DBus.Error.") {
            Some("ServiceUnknown" | "NameHasNoOwner") => Self::Nobody,
            Some("NoReply" | "Disconnected" | "Timeout" | "TimedOut") => Self::Gone,
            Some("AccessDenied") => Self::Denied,
            Some(name) if name.starts_with("Spawn.") => Self::NotStarted,
            _ => Self::Unknown,
        }
    }

    /// Returns the error for people, in the words of their desktop.
    pub(super) fn error(self) -> StoreError {
        let desktops = env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
        StoreError::Unavailable(self.text(desktops.split(':').any(|desktop| desktop == "KDE")))
    }

    fn text(self, kde: bool) -> String {
        match self {
            Self::NoBus => format!(
                "no session bus is running
  On a server, in a container or in WSL: {SERVER}"
            ),
            Self::Nobody if kde => format!(
                "no keychain is running
  Switch on KWallet in System Settings → KDE Wallet, and “Use KWallet for the Secret Service interface” there
  Without a keychain: {SERVER}"
            ),
            Self::Nobody => format!(
                "no keychain is running
  On a desktop: install gnome-keyring or KeePassXC (Settings → Secret Service Integration), and log in again
  On a server or in WSL: {SERVER}"
            ),
            Self::KWalletWithout => "KWallet is running, but does not serve other programs
  Switch on “Use KWallet for the Secret Service interface” in System Settings → KDE Wallet"
                .into(),
            Self::NotStarted if kde => "it cannot be started
  Open KWalletManager and check that KWallet is enabled"
                .into(),
            Self::NotStarted => "it cannot be started
  Start gnome-keyring or KeePassXC, or log in again"
                .into(),
            Self::Gone => "the connection to it was lost: try again".into(),
            Self::Denied => "mfad is not allowed to use it
  In a sandbox, allow org.freedesktop.secrets on the session bus"
                .into(),
            Self::Unknown => format!(
                "it gave an unknown answer\n  For details, see the log of mfad: {}",
                launcher::where_it_logs()
            ),
            Self::NoKeyring if kde => "it has no default keyring yet
  Log out and in again, or switch on KWallet in System Settings → KDE Wallet"
                .into(),
            Self::NoKeyring => "it has no default keyring yet
  Create one in Passwords and Keys (seahorse): + → Password Keyring, then “Set as default”"
                .into(),
            Self::NoWallet => "KWallet has no wallet yet
  Create one in KWalletManager: File → New Wallet"
                .into(),
            Self::NoDatabase => "KeePassXC shows no database
  Open one, and choose one of its groups in Database → Database Settings → Secret Service Integration"
                .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cause::{
        Denied, Gone, KWalletWithout, NoBus, NoDatabase, NoKeyring, NoWallet, Nobody, NotStarted,
        Unknown,
    };
    use super::*;

    #[test]
    fn each_desktop_reads_of_its_own_tools() {
        for (cause, kde, named, foreign) in [
            (NoBus, false, "mfactl vault create", "KWallet"),
            (Nobody, false, "gnome-keyring", "KWallet"),
            (Nobody, true, "KDE Wallet", "gnome-keyring"),
            (KWalletWithout, true, "Secret Service interface", "gnome"),
            (KWalletWithout, false, "Secret Service interface", "gnome"),
            (NotStarted, false, "gnome-keyring", "KWallet"),
            (NotStarted, true, "KWalletManager", "gnome"),
            (NoKeyring, false, "seahorse", "KWallet"),
            (NoKeyring, true, "KDE Wallet", "seahorse"),
            (NoWallet, true, "KWalletManager", "seahorse"),
            (NoDatabase, false, "Database Settings", "seahorse"),
        ] {
            let text = cause.text(kde);
            assert!(text.contains(named), "{text}");
            assert!(!text.contains(foreign), "{text}");
        }
    }

    #[test]
    fn texts_are_short_and_speak_of_no_bus() {
        for cause in [
            NoBus,
            Nobody,
            KWalletWithout,
            NotStarted,
            Gone,
            Denied,
            Unknown,
            NoKeyring,
            NoWallet,
            NoDatabase,
        ] {
            for kde in [false, true] {
                let text = cause.text(kde);
                assert!(text.lines().count() <= 3, "{text}");
                assert!(!text.contains("org.freedesktop.DBus"), "{text}");
                assert!(
                    text.lines().all(|line| line.chars().count() <= 115),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn errors_of_the_bus_have_one_cause_each() {
        for (name, cause) in [
            ("org.freedesktop.DBus.Error.ServiceUnknown", Nobody),
            ("org.freedesktop.DBus.Error.NameHasNoOwner", Nobody),
            ("org.freedesktop.DBus.Error.NoReply", Gone),
            ("org.freedesktop.DBus.Error.Spawn.ChildExited", NotStarted),
            ("org.freedesktop.DBus.Error.AccessDenied", Denied),
            ("org.freedesktop.Secret.Error.NoSession", Unknown),
        ] {
            let name = zbus::names::OwnedErrorName::try_from(name).unwrap();
            let call = zbus::message::Message::method_call("/", "M");
            let error = zbus::Error::MethodError(name.clone(), None, call.build(&()).unwrap());
            assert_eq!(Cause::of(&error), cause, "{name}");
        }
        assert_eq!(Cause::of(&zbus::Error::InvalidReply), Gone);
    }
}
