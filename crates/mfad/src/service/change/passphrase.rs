//! Keeping the passphrase of a file that the daemon writes by itself.

use mfa_core::port::Kept;
use mfa_ipc::Error;
use zeroize::Zeroizing;

use super::{Change, Job};
use crate::caller::Asker;
use crate::service::Service;

/// A change that keeps a passphrase in the keychain. Whoever knows it can read all secrets in the next file, so only a
/// person may set it.
pub(crate) struct KeepPassphrase {
    pub(crate) asker: Asker,
    pub(crate) of: Kept,
    pub(crate) passphrase: Zeroizing<String>,
}

impl Change for KeepPassphrase {
    type Answer = ();
    type Ready = ();

    fn prepare(self, service: &mut Service) -> Result<(Job, ()), Error> {
        service.is_person(&self.asker)?;
        if self.of == Kept::Backup {
            // Those that are there have the passphrase from before, which the user may have forgotten.
            service.has_no_backup_file();
        }
        let keychain = service.parts.keychain.clone();
        let Self { of, passphrase, .. } = self;
        let job = async move {
            let kept = keychain.keep_passphrase(of, Some(passphrase));
            kept.await.into()
        };
        Ok((Box::pin(job), ()))
    }

    fn done((): (), service: &mut Service) -> Result<(), Error> {
        service.plan_backup();
        Ok(())
    }

    fn done_while_locked((): ()) -> Result<(), Error> {
        Ok(())
    }
}
