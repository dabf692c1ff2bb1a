//! The clients that offered to copy codes: trays, which have a clipboard where the daemon has none.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
    pub(crate) fn offer(&self, connection: &Connection) -> Result<(), Error> {
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
