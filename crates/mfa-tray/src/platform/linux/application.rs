//! The application of the desktop entry: desktops call it to start the tray, and for the actions of its entry; see
//! <https://specifications.freedesktop.org/desktop-entry-spec/latest/dbus.html>.
//!
//! The second tray calls the first one in the same way.

use std::collections::HashMap;

use zbus::{OwnedVariant, fdo};

use crate::input::Inputs;
use crate::model::{Choice, Msg};

/// The longest activation token that is passed on, in bytes.
const MAX_TOKEN: usize = 256;

/// The actions, as the desktop entry names them.
const ACTIONS: [(&str, Choice); 4] = [
    ("copy-last", Choice::CopyLast),
    ("add-from-screen", Choice::AddFromScreen),
    ("lock", Choice::Lock),
    // The entry does not have it. The daemon calls it for the desktop search.
    ("unlock", Choice::Unlock),
];

/// The object on the session bus.
pub(super) struct Application(pub(super) Inputs);

#[zbus::interface(name = "org.freedesktop.Application", introspection_docs = false)]
impl Application {
    fn activate(&self, platform_data: HashMap<String, OwnedVariant>) {
        drop(platform_data);
        self.0.offer(Msg::StartedAgain);
    }

    /// The tray opens no files; the entry does not say that it would.
    fn open(
        &self,
        uris: Vec<String>,
        platform_data: HashMap<String, OwnedVariant>,
    ) -> fdo::Result<()> {
        drop((uris, platform_data));
        Err(fdo::Error::NotSupported("mfa-tray opens no files".into()))
    }

    fn activate_action(
        &self,
        action_name: &str,
        parameter: Vec<OwnedVariant>,
        mut platform_data: HashMap<String, OwnedVariant>,
    ) -> fdo::Result<()> {
        drop(parameter);
        let action = ACTIONS.iter().find(|(name, _)| *name == action_name);
        let (_, choice) = action.ok_or_else(|| fdo::Error::InvalidArgs("no such action".into()))?;
        let token = token(platform_data.remove("activation-token"));
        let choice = *choice;
        self.0.offer(Msg::Activated { choice, token });
        Ok(())
    }
}

/// Returns an activation token, unless it is empty or too long.
pub(super) fn token(given: Option<OwnedVariant>) -> Option<String> {
    let token = String::try_from(given?).ok()?;
    (1..=MAX_TOKEN).contains(&token.len()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = include_str!("../../../../../dist/org.mfactl.Tray.desktop.in");

    /// Each action of the entry is known here, and has a command for desktops that do not call it themselves.
    #[test]
    fn the_actions_of_the_entry_are_known() {
        let named = ENTRY.lines().find_map(|line| line.strip_prefix("Actions="));
        let named: Vec<_> = named.unwrap().split_terminator(';').collect();
        assert_eq!(named.len(), 3);
        for name in named {
            assert!(ACTIONS.iter().any(|(known, _)| *known == name), "{name}");
            let section = format!("[Desktop Action {name}]\n");
            let (_, section) = ENTRY.split_once(&section).unwrap();
            let (_, exec) = section.split_once("Exec=").unwrap();
            let exec = exec.lines().next().unwrap();
            assert_eq!(exec, format!("gapplication action org.mfactl.Tray {name}"));
        }
    }
}
