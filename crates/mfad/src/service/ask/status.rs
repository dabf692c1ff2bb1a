//! The status of the daemon.

use mfa_ipc::Error;
use mfa_ipc::types;

use super::{Ask, Needs, Served};
use crate::service::Service;
use crate::service::consent::Applicant;
use crate::service::state::State;

/// A request for the status of the daemon.
pub(crate) struct Status;

impl Ask for Status {
    type Answer = types::Status;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let open = service.door.state == State::Open;
        let not_backed_up = open.then(|| service.not_backed_up());
        let followed = service.followed.clone();
        let Service {
            parts,
            door,
            accounts,
            ..
        } = service;
        let known = u32::try_from(accounts.unlocked.len()).unwrap_or(u32::MAX);
        Ok(Served::Now(types::Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            keychain: service.announcer.keychain_name(),
            vault_file: parts.keychain.path().is_some(),
            locked: door.state.is_locked(),
            locked_by_user: door.state.is_locked_by_user(),
            locked_because: door.state.why_locked().to_owned(),
            problem: door.problem.clone(),
            keychain_changed_from: door.changed_from.clone(),
            accounts: open.then_some(known),
            unreadable: u32::try_from(accounts.unread.len()).unwrap_or(u32::MAX),
            importing: service.changes.importing(),
            bus_codes: service.consent.bus_codes().as_str().to_owned(),
            attended: service.is_attended(),
            tray: service.copiers.any(),
            backup_folder: service
                .parts
                .backups
                .as_ref()
                .map(|backups| backups.path.display().to_string()),
            backup_problem: service.backups.problem.clone(),
            backed_up_at: Some(service.parts.notes.backed_up.at).filter(|at| *at > 0),
            not_backed_up,
            sync_file: followed.file,
            sync_problem: followed.problem,
            synced_at: followed.at,
            sync_conflicts: open.then_some(followed.conflicts),
        }))
    }
}
