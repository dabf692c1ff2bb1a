//! Choices outside of the menu: the actions of the desktop entry. The bus starts the tray for them, so they may come before
//! the tray has found the daemon.

use mfa_core::AccountId;

use super::copying::Wish;
use super::{Choice, Daemon, Effect, Model, notice};

impl Model {
    /// Does what was chosen outside of the menu, as soon as it is known whether the daemon is there.
    pub(super) fn activated(&mut self, choice: Choice, now: u64) -> Vec<Effect> {
        if self.daemon == Daemon::Starting {
            self.early = Some(choice);
            return Vec::new();
        }
        self.chosen(choice, now)
    }

    /// Adds the effects of what was chosen too early.
    pub(super) fn with_early(&mut self, mut effects: Vec<Effect>, now: u64) -> Vec<Effect> {
        if let Some(choice) = self.early.take() {
            effects.extend(self.chosen(choice, now));
        }
        self.with_menu(effects, now)
    }

    /// Copies a code of the account that was used last.
    pub(super) fn copy_last(&mut self, now: u64) -> Vec<Effect> {
        match self.memory.last().and_then(AccountId::parse) {
            Some(account) => self.copy(account, Wish::Current, now),
            None => vec![Effect::Notify(notice::nothing_used())],
        }
    }
}
