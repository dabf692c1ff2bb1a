//! The shortcut of the desktop. It shows a menu of the accounts, and copies a code of the one that the user chooses there,
//! as a click in the menu of the tray does.
//!
//! The user may press it before the daemon is connected, or while the accounts are locked. Then the menu follows as soon as
//! there are accounts, unless that takes too long.

use mfa_core::AccountId;

use super::copying::Wish;
use super::{Daemon, Effect, Model, notice};

/// The number of seconds after which nobody waits for the menu any more.
const PATIENCE: u64 = 120;

/// The menu of the shortcut.
#[derive(Debug, Default)]
pub(super) struct Picking {
    /// Whether the menu is on the screen.
    is_open: bool,
    /// When the user pressed the shortcut, if no menu has followed yet.
    pressed: Option<u64>,
}

impl Model {
    /// Handles a press of the shortcut.
    pub(super) fn shortcut(&mut self, now: u64) -> Vec<Effect> {
        if self.picking.is_open {
            return Vec::new();
        }
        self.picking.pressed = Some(now);
        if self.daemon.is_in_trouble() {
            // A new try notices a keychain or a daemon that has started since. The answer tells whether it has.
            return vec![Effect::Reconnect];
        }
        if self.locked {
            return vec![Effect::Unlock];
        }
        self.with_menu(Vec::new(), now)
    }

    /// Adds the menu to the effects if the user waits for it, or the reason why there is none.
    pub(super) fn with_menu(&mut self, mut effects: Vec<Effect>, now: u64) -> Vec<Effect> {
        let problem = match &self.daemon {
            Daemon::Starting => return effects,
            Daemon::There { problem: None } if self.locked => return effects,
            Daemon::There { problem } => problem.clone(),
            Daemon::Gone { problem, .. } => Some(problem.clone()),
        };
        let pressed = self.picking.pressed.take();
        if pressed.is_none_or(|then| now.saturating_sub(then) > PATIENCE) {
            return effects;
        }
        effects.push(match problem {
            Some(problem) => Effect::Notify(notice::failed(&problem)),
            None if self.accounts.is_empty() => Effect::Notify(notice::no_accounts()),
            None => {
                self.picking.is_open = true;
                Effect::Pick
            }
        });
        effects
    }

    /// Handles the reply to [`Effect::Pick`].
    pub(super) fn picked(
        &mut self,
        chosen: Result<Option<AccountId>, String>,
        now: u64,
    ) -> Vec<Effect> {
        self.picking.is_open = false;
        match chosen {
            Ok(None) => Vec::new(),
            Ok(Some(_)) if self.locked => {
                vec![Effect::Notify(notice::failed("the accounts were locked"))]
            }
            Ok(Some(account)) => self.copy(account, Wish::Current, now),
            Err(reason) => vec![Effect::Notify(notice::failed(&reason))],
        }
    }
}
