//! A client has made a backup.

use mfa_core::AccountId;
use mfa_ipc::Error;

use super::{Ask, Served};
use crate::service::Service;
use crate::service::consent::Applicant;

/// A report of the accounts, by their ids and when they were edited, that a backup holds which is stored and was compared.
pub(crate) struct BackedUp(pub(crate) Vec<(String, u64)>);

impl Ask for BackedUp {
    type Answer = ();

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let mut holds = service.parts.notes.backed_up.clone();
        let unlocked = &service.accounts.unlocked;
        let accounts = self.0.iter();
        let accounts = accounts.filter_map(|(id, edited)| Some((AccountId::parse(id)?, *edited)));
        for (id, edited) in accounts {
            if let Some(entry) = unlocked.get(id) {
                holds.note(&entry.account);
            }
            holds.accounts.insert(id, edited);
        }
        // What there is nothing of any more need not be remembered.
        holds.accounts.retain(|id, _| unlocked.get(*id).is_some());
        holds.counters.retain(|id, _| unlocked.get(*id).is_some());
        let before = &service.parts.notes.backed_up;
        if (&holds.accounts, &holds.counters) != (&before.accounts, &before.counters) {
            // The one in the folder of the automatic backups does not hold all this.
            holds.file = None;
        }
        holds.at = service.now()?;
        service.note_backup(holds);
        Ok(Served::Now(()))
    }
}
