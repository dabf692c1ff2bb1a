//! The trays that offered to copy codes: they have a clipboard, and the daemon has none.
//!
//! Only the tray that is installed beside the daemon may offer, and once for each connection: whoever
//! copies learns which account is asked for, and says that it was done.

use std::env::consts::EXE_SUFFIX;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mfa_core::access::{Caller, Executable};
use mfa_ipc::Error;
use mfa_ipc::endpoint::{COPIER, COPIER_PATH};
use zbus::Connection;

/// How many may offer at once. One is usual; a second one appears while it is replaced.
const MAX: usize = 8;
/// How long copying may take, less than clients wait for it: a code that ends too soon is waited out.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who offered, the last one at the end.
#[derive(Clone, Debug, Default)]
pub struct Copiers {
    offers: Arc<Mutex<Vec<Offer>>>,
    numbers: Arc<AtomicU64>,
}

#[derive(Clone, Debug)]
struct Offer {
    number: u64,
    connection: Connection,
}

impl Copiers {
    /// Whether anybody is there who copies.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.offers().is_empty()
    }

    /// Takes an offer, which holds until the connection ends.
    pub(crate) fn offer(&self, caller: &Caller, connection: &Connection) -> Result<(), Error> {
        if !is_tray(&caller.executable) {
            tracing::warn!(%caller, "refused an offer to copy codes: it is not the tray");
            let text = "only the tray that is installed beside mfad may copy codes for others";
            return Err(Error::AccessDenied(text.into()));
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let connection = connection.clone();
        {
            let mut offers = self.offers();
            if offers.len() == MAX {
                let text = "too many programs offer to copy codes";
                return Err(Error::LimitsExceeded(text.into()));
            }
            offers.push(Offer {
                number,
                connection: connection.clone(),
            });
        }
        let copiers = self.clone();
        tokio::spawn(async move {
            connection.closed().await;
            copiers.offers().retain(|offer| offer.number != number);
        });
        Ok(())
    }

    /// Has the code of an account copied.
    pub(crate) async fn copy(&self, account: &str) -> Result<(), Error> {
        let Some(Offer { connection, .. }) = self.offers().last().cloned() else {
            let text = "no tray is running that could copy a code";
            return Err(Error::NotSupported(text.into()));
        };
        let copying = connection.call_method(
            None::<zbus::names::BusName<'_>>,
            COPIER_PATH,
            Some(COPIER),
            "Copy",
            &account,
        );
        match tokio::time::timeout(PATIENCE, copying).await {
            Ok(answer) => Ok(answer.map(drop)?),
            Err(_) => Err(Error::TimedOut("the tray does not answer".into())),
        }
    }

    fn offers(&self) -> MutexGuard<'_, Vec<Offer>> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a program is the tray that was installed with this daemon.
fn is_tray(executable: &Executable) -> bool {
    let Executable::Path(path) = executable else {
        return false;
    };
    std::env::current_exe().is_ok_and(|own| {
        let tray = own.with_file_name(format!("mfa-tray{EXE_SUFFIX}"));
        // That is what the kernel calls one that was replaced by a newer version since it started.
        let replaced = tray.with_file_name(format!("mfa-tray{EXE_SUFFIX} (deleted)"));
        *path == tray || *path == replaced
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tray_beside_us_is_one() {
        let beside = |name: &str| {
            let own = std::env::current_exe().unwrap();
            Executable::Path(own.with_file_name(format!("{name}{EXE_SUFFIX}")))
        };
        assert!(is_tray(&beside("mfa-tray")));
        assert!(!is_tray(&beside("mfactl")));
        assert!(!is_tray(&Executable::Path("/tmp/mfa-tray".into())));
        assert!(!is_tray(&Executable::Unreadable));
    }
}
