//! The trays that offered to copy codes: they have a clipboard, and the daemon has none.
//!
//! Only the tray that is installed beside the daemon may offer, once for each connection. The tray that copies
//! gets the code, and reports that it was copied.

use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access::{Caller, Who};
use mfa_core::otp::Code;
use mfa_ipc::Error;
use mfa_ipc::endpoint::{COPIER, COPIER_PATH};
use tokio::task::JoinSet;
use zbus::Connection;

use crate::refusals;

/// The number of trays that may offer at once. One is usual; there are two while one is being replaced.
const MAX: usize = 8;
/// How long copying may take before the tray is asked once more, and then. A tray that has only just offered may miss the
/// first call. Clients wait longer than both together, but may have waited for the code before.
const PATIENCE: [Duration; 2] = [Duration::from_secs(4), Duration::from_secs(16)];

/// The trays that offered, the latest last.
#[derive(Debug, Default)]
pub(crate) struct Copiers {
    offers: Vec<Offer>,
    /// Yields the numbers of the offers whose connections have closed.
    left: JoinSet<u64>,
    offered: u64,
}

#[derive(Debug)]
struct Offer {
    number: u64,
    connection: Connection,
}

impl Offer {
    /// Returns whether the offer was made over this connection.
    fn is_over(&self, connection: &Connection) -> bool {
        // zbus cannot compare connections. Clones of one share the place of its id, whose text all of ours share.
        std::ptr::eq(self.connection.server_guid(), connection.server_guid())
    }
}

impl Copiers {
    /// Returns whether any tray is there to copy a code.
    pub(crate) fn any(&self) -> bool {
        !self.offers.is_empty()
    }

    /// Takes an offer, which holds until its connection closes.
    pub(crate) fn offer(&mut self, caller: &Caller, connection: Connection) -> Result<(), Error> {
        if caller.who != Who::Tray {
            tracing::warn!(%caller, "refused an offer to copy codes: the program is not the tray");
            return Err(refusals::not_the_tray());
        }
        if self.offers.iter().any(|offer| offer.is_over(&connection)) {
            return Err(refusals::offered_already());
        }
        if self.offers.len() == MAX {
            return Err(refusals::too_many_trays());
        }
        self.offered += 1;
        let number = self.offered;
        let ending = connection.clone();
        self.left.spawn(async move {
            ending.closed().await;
            number
        });
        self.offers.push(Offer { number, connection });
        Ok(())
    }

    /// Forgets the offers whose connections close; never returns.
    pub(crate) async fn forget_who_leaves(&mut self) {
        loop {
            match self.left.join_next().await {
                Some(Ok(number)) => self.offers.retain(|offer| offer.number != number),
                Some(Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Returns the connections of the trays, the latest first.
    pub(crate) fn trays(&self) -> Result<Vec<Connection>, Error> {
        let latest_first = self.offers.iter().rev();
        let trays: Vec<_> = latest_first.map(|offer| offer.connection.clone()).collect();
        if trays.is_empty() {
            return Err(refusals::no_tray());
        }
        Ok(trays)
    }
}

/// Has a tray copy a code of an account: the first of these that is still there.
pub(crate) async fn copy(
    trays: &[Connection],
    account: AccountId,
    code: &Code,
) -> Result<(), Error> {
    let account = account.to_string();
    let body = (account, code.expose(), code.valid_from, code.valid_until);
    for tray in trays {
        let mut patience = PATIENCE.into_iter();
        loop {
            let Some(patience) = patience.next() else {
                return Err(refusals::silent_tray());
            };
            let copying = tray.call_method(
                None::<zbus::names::BusName<'_>>,
                COPIER_PATH,
                Some(COPIER),
                "Copy",
                &body,
            );
            match tokio::time::timeout(patience, copying).await {
                Ok(Err(zbus::Error::InputOutput(error))) => {
                    tracing::info!(%error, "a tray has left before it could copy a code");
                    break;
                }
                Ok(answer) => return Ok(answer.map(drop)?),
                Err(_) => tracing::info!("the tray does not answer"),
            }
        }
    }
    Err(refusals::no_tray())
}

// The trays of these tests connect over pairs of sockets, which only Unix has.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use mfa_core::access::{Executable, Transport};

    use super::*;

    fn tray_of_ours() -> Caller {
        Caller {
            pid: 1,
            start_time: 1,
            executable: Executable::Path("/usr/bin/mfa-tray".into()),
            transport: Transport::Private,
            who: Who::Tray,
            chain: Vec::new(),
        }
    }

    /// Returns the daemon's end of a connection, and the tray's.
    async fn connected() -> (Connection, Connection) {
        connected_as(zbus::Guid::generate()).await
    }

    async fn connected_as(guid: zbus::Guid<'static>) -> (Connection, Connection) {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        let build = zbus::connection::Builder::unix_stream;
        let ours = build(ours).server(guid).p2p().build();
        let (ours, theirs) = tokio::join!(ours, build(theirs).p2p().build());
        (ours.unwrap(), theirs.unwrap())
    }

    #[tokio::test]
    async fn the_newest_tray_copies_until_it_leaves() {
        let mut copiers = Copiers::default();
        let last = |copiers: &Copiers| {
            copiers
                .trays()
                .map(|trays| trays[0].server_guid().to_string())
        };
        assert!(matches!(last(&copiers), Err(Error::NotSupported(_))));
        let (old, _old) = connected().await;
        let (new, tray) = connected().await;
        let [first, second] = [&old, &new].map(|end| end.server_guid().to_string());
        for end in [old, new] {
            copiers.offer(&tray_of_ours(), end).unwrap();
        }
        assert_eq!(last(&copiers).unwrap(), second);
        drop(tray);
        while last(&copiers).unwrap() != first {
            tokio::select! {
                () = copiers.forget_who_leaves() => {}
                () = tokio::task::yield_now() => {}
            }
        }
    }

    /// Counts the codes that it copies.
    struct Copies(std::sync::Arc<std::sync::atomic::AtomicU32>);

    #[zbus::interface(name = "org.mfactl.Copier1")]
    impl Copies {
        fn copy(&self, _account: &str, _code: &str, _valid_from: u64, _valid_until: u64) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn if_the_newest_tray_has_left_the_one_before_copies() {
        use mfa_core::account::{Digits, Kind};

        let (new, leaves) = connected().await;
        let (old, stays) = connected().await;
        drop(leaves);
        let copied = std::sync::Arc::default();
        let copier = Copies(std::sync::Arc::clone(&copied));
        stays.object_server().at(COPIER_PATH, copier).await.unwrap();
        let secret = mfa_core::Secret::from_bytes(b"12345678901234567890".to_vec()).unwrap();
        let kind = Kind::Hotp { counter: 0 };
        let code = mfa_core::otp::generate(&secret, kind, <_>::default(), Digits::default(), 0);
        let (id, code) = (AccountId::from_bytes([1; 16]), code.unwrap());
        let gone = copy(std::slice::from_ref(&new), id, &code).await;
        assert!(matches!(gone, Err(Error::NotSupported(_))), "{gone:?}");
        copy(&[new, old], id, &code).await.unwrap();
        assert_eq!(copied.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn others_may_not_offer_and_trays_not_without_end() {
        let mut copiers = Copiers::default();
        let (end, _tray) = connected().await;
        let other = Caller {
            who: Who::Unknown,
            ..tray_of_ours()
        };
        let refused = copiers.offer(&other, end.clone());
        assert!(matches!(refused, Err(Error::AccessDenied(_))));
        assert!(!copiers.any());
        let mut trays = Vec::new();
        for _ in 0..MAX {
            let (end, tray) = connected().await;
            copiers.offer(&tray_of_ours(), end).unwrap();
            trays.push(tray);
        }
        let refused = copiers.offer(&tray_of_ours(), end);
        assert!(matches!(refused, Err(Error::LimitsExceeded(_))));
    }

    #[tokio::test]
    async fn a_connection_offers_once_and_another_one_as_well() {
        let mut copiers = Copiers::default();
        // All private connections of the daemon have the same id.
        let guid = zbus::Guid::generate();
        let (one, _one) = connected_as(guid.clone()).await;
        let (other, _other) = connected_as(guid).await;
        copiers.offer(&tray_of_ours(), one.clone()).unwrap();
        let again = copiers.offer(&tray_of_ours(), one).unwrap_err();
        assert_eq!(again.text(), refusals::offered_already().text());
        copiers.offer(&tray_of_ours(), other).unwrap();
    }
}
