//! The task that was chosen in the menu and may be waiting for the user to answer a prompt. There is at most
//! one.

use mfa_core::access::Answer;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The tasks that may ask the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Unlock,
    AddFromScreen,
    AddFromClipboard,
    Confirm(Answer),
    Answer,
}

impl Kind {
    /// Returns the label in the menu.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Unlock => "Unlock…",
            Self::AddFromScreen => "Add from QR on screen…",
            Self::AddFromClipboard => "Add from clipboard…",
            Self::Confirm(answer) => answer.label(),
            Self::Answer => "Answer…",
        }
    }
}

/// A count of how often the accounts were locked. A receiver notices the next time as a change.
pub(crate) type Locking = watch::Receiver<u64>;

/// The task in progress.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    last: Option<(Kind, JoinHandle<()>)>,
    locking: watch::Sender<u64>,
}

impl Asking {
    /// Returns the task in progress, if there is one.
    pub(crate) fn under_way(&self) -> Option<Kind> {
        let (kind, task) = self.last.as_ref()?;
        (!task.is_finished()).then_some(*kind)
    }

    /// Records that a task has begun.
    pub(crate) fn began(&mut self, kind: Kind, task: JoinHandle<()>) {
        self.last = Some((kind, task));
    }

    /// Returns a receiver for a task that must know when the accounts are locked.
    pub(crate) fn locking(&self) -> Locking {
        self.locking.subscribe()
    }

    /// Records that the accounts were locked.
    pub(crate) fn locked(&self) {
        self.locking
            .send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Ends a prompt for unlocking, because the accounts were unlocked elsewhere.
    pub(crate) fn unlocked(&mut self) {
        self.end(|kind| kind == Kind::Unlock);
    }

    /// Closes the window that confirms an answer or asks, because there is no longer anything to answer.
    pub(crate) fn stop_confirming(&mut self) {
        self.end(|kind| matches!(kind, Kind::Confirm(_) | Kind::Answer));
    }

    /// Ends the task in progress if it is a certain one. Its window closes with it.
    fn end(&mut self, is_meant: impl FnOnce(Kind) -> bool) {
        if self.under_way().is_some_and(is_meant)
            && let Some((_, task)) = self.last.take()
        {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_is_under_way_until_it_ends() {
        let mut asking = Asking::default();
        assert_eq!(asking.under_way(), None);
        asking.began(Kind::Unlock, tokio::spawn(std::future::pending()));
        assert_eq!(asking.under_way(), Some(Kind::Unlock));
        asking.unlocked();
        assert_eq!(asking.under_way(), None, "it was unlocked elsewhere");
        asking.began(Kind::AddFromScreen, tokio::spawn(std::future::pending()));
        asking.unlocked();
        asking.stop_confirming();
        assert_eq!(asking.under_way(), Some(Kind::AddFromScreen));
        let confirm = Kind::Confirm(Answer::Once);
        asking.began(confirm, tokio::spawn(std::future::pending()));
        asking.unlocked();
        assert_eq!(asking.under_way(), Some(confirm));
        asking.stop_confirming();
        assert_eq!(asking.under_way(), None, "its question is over");
        asking.began(Kind::AddFromClipboard, tokio::spawn(async {}));
        while asking.under_way().is_some() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_lock_is_heard_by_those_who_began_before_it() {
        let asking = Asking::default();
        let mut before = asking.locking();
        asking.locked();
        before.changed().await.unwrap();
        assert!(!asking.locking().has_changed().unwrap());
    }
}
