//! One synchronisation after the other, and what is known of the last one.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use mfa_core::port::{Kept, StoreError};
use mfa_ipc::Error;
use mfa_ipc::types::SyncChange;
use thiserror::Error as ThisError;

use crate::caller::Asker;
use crate::keychain::Keychain;
use crate::service::ask::{Followed, Report};
use crate::service::{Handle, Synced};
use crate::sync::Glance;

/// The number of conflicts that are remembered.
const MAX_CONFLICTS: usize = 5;

/// Synchronises the accounts with one file.
pub(super) struct Follower {
    service: Handle,
    keychain: Keychain,
    path: PathBuf,
    asker: Asker,
    /// What was seen of the file last.
    seen: Glance,
    /// The revision of the accounts that were the same as those of the file last.
    revision: Option<u64>,
    conflicts: VecDeque<String>,
    followed: Followed,
}

/// Why the accounts and the file are not the same.
#[derive(Debug, ThisError)]
enum Failure {
    /// The accounts are not open. They are looked at again once they are.
    #[error("the accounts are locked")]
    Closed,
    #[error("no passphrase is kept for it: mfactl sync --remember FILE")]
    NoPassphrase,
    #[error(
        "these accounts and the file have not been synchronised before: mfactl sync --remember FILE"
    )]
    First,
    #[error(
        "{0} accounts of the file are missing here; nothing was changed. If you have removed them: mfactl sync FILE"
    )]
    Missing(u32),
    #[error(transparent)]
    Keychain(StoreError),
    #[error("{}", .0.text())]
    Refused(Error),
}

impl Failure {
    /// Returns whether it may pass without a change of the accounts or of the file.
    fn may_pass(&self) -> bool {
        match self {
            Self::Closed | Self::NoPassphrase | Self::First | Self::Missing(_) => false,
            Self::Keychain(_) => true,
            Self::Refused(error) => matches!(error, Error::Failed(_) | Error::NotFound(_)),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked => Self::Closed,
            error => Self::Keychain(error),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Locked(_) => Self::Closed,
            error => Self::Refused(error),
        }
    }
}

impl Follower {
    pub(super) async fn new(service: Handle, keychain: Keychain, path: PathBuf) -> Self {
        let followed = Followed {
            file: Some(path.display().to_string()),
            ..Followed::default()
        };
        let mut follower = Self {
            service,
            keychain,
            path,
            asker: Asker::own(),
            seen: Glance::default(),
            revision: None,
            conflicts: VecDeque::new(),
            followed,
        };
        follower.report(false, false).await;
        follower
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the accounts of a revision are the same as those of the file.
    pub(super) fn knows(&self, revision: u64) -> bool {
        self.revision.is_some_and(|known| revision <= known)
    }

    /// Returns whether somebody else has changed the file.
    pub(super) async fn has_news(&self) -> bool {
        self.glance().await.has_news(&self.seen)
    }

    async fn glance(&self) -> Glance {
        let path = self.path.clone();
        let glance = tokio::task::spawn_blocking(move || Glance::of(&path));
        glance.await.unwrap_or_default()
    }

    /// Synchronises if the accounts are open. Returns whether it failed for a reason that may pass by itself.
    pub(super) async fn synchronise(&mut self) -> bool {
        if self.service.public().borrow().locked {
            return false;
        }
        // What is put beside the file from now on is news.
        let glance = self.glance().await;
        match self.attempt().await {
            Ok(synced) => {
                self.seen = glance.with_file(synced.file);
                self.revision = Some(synced.revision);
                self.followed.problem.clear();
                self.tell(&synced);
                self.report(true, synced.report.written).await;
                false
            }
            Err(Failure::Closed) => false,
            Err(error) => {
                self.seen = glance;
                let text = error.to_string();
                if text != self.followed.problem {
                    tracing::warn!(%error, "cannot synchronise the accounts with the file of the configuration");
                    self.followed.problem = text;
                    self.report(false, false).await;
                }
                error.may_pass()
            }
        }
    }

    async fn attempt(&self) -> Result<Synced, Failure> {
        let passphrase = self.keychain.passphrase(Kept::Sync).await?;
        let passphrase = passphrase.ok_or(Failure::NoPassphrase)?;
        let synced = self
            .service
            .sync_own(&self.asker, self.path.clone(), passphrase);
        let synced = synced.await?;
        match (synced.report.done, synced.report.missing) {
            (true, _) => Ok(synced),
            (false, 0) => Err(Failure::First),
            (false, missing) => Err(Failure::Missing(missing)),
        }
    }

    /// Logs what has become of the accounts, and remembers the conflicts.
    fn tell(&mut self, synced: &Synced) {
        let count = |is_counted: fn(&&SyncChange) -> bool| {
            let all = synced.changes.iter();
            all.filter(is_counted).count()
        };
        let conflicts = count(|change| change.what == "conflict");
        if !synced.changes.is_empty() || !synced.report.copies.is_empty() {
            tracing::info!(
                here = count(|change| change.what != "conflict" && change.side == "here"),
                file = count(|change| change.what != "conflict" && change.side == "file"),
                copies = synced.report.copies.len(),
                conflicts,
                "synchronised the accounts with the file of the configuration"
            );
        }
        for left in &synced.report.left {
            tracing::warn!("a conflict copy stays where it is: {left}");
        }
        remember(&mut self.conflicts, &synced.changes);
        self.followed.conflicts = self.conflicts.iter().cloned().collect();
    }

    async fn report(&mut self, is_done: bool, is_written: bool) {
        let report = Report {
            followed: self.followed.clone(),
            is_done,
            is_written,
        };
        // The service may have ended.
        if let Ok(at) = self.service.ask(&self.asker, report).await {
            self.followed.at = at;
        }
    }
}

/// Remembers the latest fields of which one value gave way to another.
fn remember(known: &mut VecDeque<String>, changes: &[SyncChange]) {
    let conflicts = changes.iter().filter(|change| change.what == "conflict");
    for conflict in conflicts {
        let text = format!("{}: {}", conflict.name, conflict.fields.join(", "));
        known.retain(|other| *other != text);
        known.push_back(text);
    }
    let too_many = known.len().saturating_sub(MAX_CONFLICTS);
    known.drain(..too_many);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_conflicts_are_remembered_once_each() {
        let change = |what: &str, name: &str| SyncChange {
            what: what.into(),
            name: name.into(),
            fields: vec!["note".into()],
            ..SyncChange::default()
        };
        let mut known = VecDeque::new();
        remember(
            &mut known,
            &[change("added", "x"), change("conflict", "aws")],
        );
        let many: Vec<_> = ["a", "b", "c", "d", "aws"]
            .map(|name| change("conflict", name))
            .into();
        remember(&mut known, &many);
        assert_eq!(
            known,
            ["a: note", "b: note", "c: note", "d: note", "aws: note"]
        );
        remember(&mut known, &[change("conflict", "e")]);
        assert_eq!((known.len(), &*known[0]), (MAX_CONFLICTS, "b: note"));
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        let missing = Failure::from(Error::NotFound("the file does not exist".into()));
        assert!(missing.may_pass());
        let wrong = Failure::from(Error::AccessDenied("the passphrase is wrong".into()));
        assert!(!wrong.may_pass());
        assert!(matches!(
            Failure::from(Error::Locked(String::new())),
            Failure::Closed
        ));
        assert!(matches!(Failure::from(StoreError::Locked), Failure::Closed));
    }
}
