//! Tests of synchronising: what the daemon does by itself opens nothing, and what others ask for is logged as what it is.

use mfa_core::access::record::{Action, Outcome};
use mfa_ipc::types::SyncOptions;

use super::ask::Snapshot;
use super::parked::turncoat;
use super::*;
use crate::keychain::Passphrase;
use crate::service::change::Apply;

fn nothing(revision: u64) -> Apply {
    Apply {
        puts: Vec::new(),
        removed: BTreeSet::new(),
        moved: std::collections::BTreeMap::new(),
        asker: Asker::own(),
        revision,
        is_own: true,
    }
}

#[tokio::test]
async fn the_daemon_itself_opens_nothing() {
    let (world, service) = one_account().await;
    let own = Asker::own();
    let lines = world.log.0.lock().unwrap().len();
    let here = service.ask(&own, Snapshot::Own).await.unwrap();
    assert_eq!(here.entries.len(), 1);
    service.change(&own, nothing(here.revision)).await.unwrap();
    assert_eq!(
        world.log.0.lock().unwrap().len(),
        lines,
        "nothing was given out"
    );
    service.ask(&us(), Lock).await.unwrap();
    let locked = service.ask(&own, Snapshot::Own).await;
    assert!(matches!(locked, Err(Error::Locked(_))));
    let locked = service.change(&own, nothing(here.revision)).await;
    assert!(matches!(locked, Err(Error::Locked(_))), "it waits");
    assert!(service.public().borrow().locked);
}

/// What happens by itself is no use of the accounts.
#[tokio::test]
async fn the_daemon_itself_keeps_no_accounts_open() {
    let world = World {
        idle: Some(Duration::from_secs(600)),
        ..World::new()
    };
    let service = world.start();
    service
        .change(&us(), add(fields("a", "totp")))
        .await
        .unwrap();
    let mut public = service.public();
    tokio::time::pause();
    world.clock.pass(599);
    let here = service.ask(&Asker::own(), Snapshot::Own).await.unwrap();
    service
        .change(&Asker::own(), nothing(here.revision))
        .await
        .unwrap();
    public.borrow_and_update();
    world.clock.pass(1);
    public.changed().await.unwrap();
    assert!(public.borrow().locked);
}

#[tokio::test]
async fn a_synchronisation_that_is_refused_is_logged_as_one() {
    let (world, service) = one_account().await;
    let (asker, program) = turncoat();
    program.turn();
    let passphrase = Passphrase::new("p".into()).ok().unwrap();
    let path = PathBuf::from("/none/mfa.kdbx");
    let refused = service.sync(&asker, path, passphrase, SyncOptions::default());
    assert!(matches!(refused.await, Err(Error::AccessDenied(_))));
    let log = world.log.0.lock().unwrap();
    let last = log.last().unwrap();
    assert_eq!(
        (last.action, last.outcome),
        (Action::Sync, Outcome::Refused)
    );
}
