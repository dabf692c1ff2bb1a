//! The service against a keychain, a clock and a disk that fail on command.

mod fakes;

use std::sync::atomic::Ordering;

use mfa_core::access::{Caller, Executable, Transport};
use mfa_core::ledger::Wish;

use super::request::From;
use super::*;
use fakes::{FakeClock, FakeJournal, FakeStore};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const NOW: u64 = 1_111_111_109;

/// What outlives a service: where the next one finds what this one left.
#[derive(Clone, Default)]
struct World {
    store: FakeStore,
    clock: FakeClock,
    journal: FakeJournal,
    idle: Option<Duration>,
}

impl World {
    fn new() -> Self {
        let world = Self::default();
        world.clock.set(NOW);
        world
    }

    fn start(&self) -> Handle {
        let store = self.store.clone();
        let (handle, _task) = super::start(Parts {
            keychain: Keychain::always_open(move || Box::new(store.clone())),
            clock: Arc::new(self.clock.clone()),
            journal: Box::new(self.journal.clone()),
            notes: self.journal.notes.lock().unwrap().clone(),
            access: access::Policy::default(),
            lock: lock::Policy { idle: self.idle },
            fallback: None,
        });
        handle
    }
}

fn from(transport: Transport) -> From {
    let executable = Executable::Path("/usr/bin/test".into());
    let caller = Caller {
        uid: 1000,
        pid: 1,
        start_time: 1,
        executable,
        transport,
    };
    From {
        caller,
        interactive: false,
    }
}

fn us() -> From {
    from(Transport::Private)
}

fn fields(name: &str, kind: &str) -> mfa_ipc::types::AccountFields {
    mfa_ipc::types::AccountFields {
        secret: Some(SECRET.to_owned().into()),
        name: Some(name.into()),
        kind: Some(kind.into()),
        issuer: Some(name.into()),
        ..mfa_ipc::types::AccountFields::default()
    }
}

async fn code(service: &Handle, name: &str, wish: Wish) -> Result<String, Error> {
    let codes = service.codes(&us(), name.into(), wish).await?;
    Ok(codes[0].expose().to_owned())
}

fn fresh() -> Wish {
    Wish {
        fresh: true,
        ..Wish::default()
    }
}

#[tokio::test]
async fn a_code_is_that_of_the_clock() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    // RFC 6238, appendix B, the last six digits.
    assert_eq!(
        code(&service, "a", Wish::default()).await.unwrap(),
        "081804"
    );
    world.clock.set(0);
    let error = code(&service, "a", Wish::default()).await.unwrap_err();
    assert!(error.text().contains("before 1970"));
}

#[tokio::test]
async fn two_adds_of_one_name_make_one_account() {
    let world = World::new();
    let service = world.start();
    let us = us();
    let (one, two) = tokio::join!(
        service.add(&us, fields("aws", "totp")),
        service.add(
            &us,
            mfa_ipc::types::AccountFields {
                issuer: Some("other".into()),
                ..fields("AWS", "totp")
            }
        ),
    );
    assert!(one.is_ok());
    assert!(matches!(two, Err(Error::AlreadyExists(_))));
    assert_eq!(world.store.items.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_keychain_does_not_take_is_not_there() {
    let world = World::new();
    let service = world.start();
    let id = service.add(&us(), fields("kept", "totp")).await.unwrap();
    world.store.broken.store(true, Ordering::SeqCst);
    let error = service
        .add(&us(), fields("lost", "totp"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::KeychainUnavailable(_)));
    assert!(service.remove(&us(), id.clone()).await.is_err());
    let rename = mfa_ipc::types::AccountFields {
        name: Some("renamed".into()),
        ..mfa_ipc::types::AccountFields::default()
    };
    assert!(service.update(&us(), id, rename).await.is_err());
    let names: Vec<_> = service
        .list(&us())
        .await
        .unwrap()
        .into_iter()
        .map(|account| account.name)
        .collect();
    assert_eq!(names, ["kept"]);
}

/// RFC 4226, section 7.2: the counter must not be used twice.
#[tokio::test]
async fn a_counter_that_cannot_be_stored_gives_no_code() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("bank", "hotp")).await.unwrap();
    assert_eq!(
        code(&service, "bank", Wish::default()).await.unwrap(),
        "755224"
    );
    world.store.broken.store(true, Ordering::SeqCst);
    assert!(code(&service, "bank", Wish::default()).await.is_err());
    world.store.broken.store(false, Ordering::SeqCst);
    assert_eq!(
        code(&service, "bank", Wish::default()).await.unwrap(),
        "287082"
    );
    drop(service);
    let service = world.start();
    assert_eq!(
        code(&service, "bank", Wish::default()).await.unwrap(),
        "359152"
    );
}

#[tokio::test]
async fn a_fresh_code_that_cannot_be_noted_is_not_given() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    world.journal.broken.store(true, Ordering::SeqCst);
    assert!(matches!(
        code(&service, "a", fresh()).await,
        Err(Error::Failed(_))
    ));
    assert!(
        code(&service, "a", Wish::default()).await.is_ok(),
        "a plain one is better than none"
    );
}

#[tokio::test]
async fn a_fresh_code_waits_for_its_step() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let first = code(&service, "a", fresh()).await.unwrap();
    tokio::time::pause();
    let second = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!second.is_finished(), "the clock on the wall stands still");
    world.clock.pass(30);
    assert_ne!(second.await.unwrap().unwrap(), first);
    // A restart knows what was handed out.
    tokio::time::resume();
    drop(service);
    let service = world.start();
    let wish = Wish {
        timeout: 0,
        ..fresh()
    };
    assert!(matches!(
        code(&service, "a", wish).await,
        Err(Error::TimedOut(_))
    ));
}

#[tokio::test]
async fn a_known_account_is_served_while_others_are_read() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("first", "totp")).await.unwrap();
    service.add(&us(), fields("second", "totp")).await.unwrap();
    drop(service);
    let known = world
        .store
        .items
        .lock()
        .unwrap()
        .values()
        .next()
        .unwrap()
        .clone();
    let known = if known.contains("\"first\"") {
        "first"
    } else {
        "second"
    };
    world.store.stuck.store(true, Ordering::SeqCst);
    let service = world.start();
    assert!(code(&service, known, Wish::default()).await.is_ok());
    // What could still turn out to be ambiguous waits.
    let part = tokio::spawn({
        let service = service.clone();
        let part = known[1..].to_owned();
        async move { code(&service, &part, Wish::default()).await }
    });
    assert!(code(&service, known, Wish::default()).await.is_ok());
    assert!(!part.is_finished());
    world.store.stuck.store(false, Ordering::SeqCst);
    assert!(part.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_lock_lasts_until_it_is_undone() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let mut signals = service.signals();
    service.lock(&us()).await.unwrap();
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
    assert!(service.public().borrow().locked);
    drop(service);
    let service = world.start();
    assert!(matches!(service.list(&us()).await, Err(Error::Locked(_))));
    service.unlock(&us()).await.unwrap();
    assert!(code(&service, "a", Wish::default()).await.is_ok());
    assert!(!service.public().borrow().locked);
    assert!(signals.try_recv().is_err(), "locking changes no accounts");
}

#[tokio::test]
async fn an_idle_vault_locks() {
    let world = World {
        idle: Some(Duration::from_secs(600)),
        ..World::new()
    };
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let mut public = service.public();
    tokio::time::pause();
    // Half of it passed with the lid closed, where tokio's timers stand still.
    world.clock.pass(599);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(!public.borrow_and_update().locked);
    world.clock.pass(1);
    public.changed().await.unwrap();
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
}

#[tokio::test]
async fn codes_are_refused_on_the_session_bus() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let bus = from(Transport::SessionBus);
    let refused = service.codes(&bus, "a".into(), Wish::default()).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    assert_eq!(service.list(&bus).await.unwrap().len(), 1);
}

#[tokio::test]
async fn everybody_hears_of_a_code_but_not_which() {
    let world = World::new();
    let service = world.start();
    let id = service.add(&us(), fields("a", "totp")).await.unwrap();
    let mut signals = service.signals();
    code(&service, "a", Wish::default()).await.unwrap();
    let issued = Signal::CodeIssued {
        account: id,
        application: "test".into(),
    };
    assert_eq!(signals.recv().await.unwrap(), issued);
}

#[tokio::test]
async fn too_much_is_refused() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    for wish in [
        Wish {
            count: 0,
            ..Wish::default()
        },
        Wish {
            count: 11,
            ..Wish::default()
        },
        Wish {
            min_remaining: 31,
            ..Wish::default()
        },
    ] {
        assert!(matches!(
            code(&service, "a", wish).await,
            Err(Error::LimitsExceeded(_))
        ));
    }
    let long = service
        .codes(&us(), "a".repeat(1000), Wish::default())
        .await;
    assert!(matches!(long, Err(Error::LimitsExceeded(_))));
}

/// The lid was closed while a code was awaited.
#[tokio::test]
async fn a_code_whose_time_is_over_is_not_handed_out() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    tokio::time::pause();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { service.codes(&us(), "a".into(), fresh()).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.clock.pass(3600);
    let codes = waiting.await.unwrap().unwrap();
    let now = NOW + 3600;
    assert!(
        codes[0].valid_from <= now && now < codes[0].valid_until,
        "{:?}",
        codes[0]
    );
}

#[tokio::test]
async fn a_clock_that_was_once_ahead_is_forgotten() {
    let world = World::new();
    let service = world.start();
    let id = service.add(&us(), fields("a", "totp")).await.unwrap();
    drop(service);
    let id = mfa_core::AccountId::parse(&id).unwrap();
    world.journal.notes.lock().unwrap().ledger = [(id, NOW + 400 * 86_400)].into_iter().collect();
    let service = world.start();
    assert!(code(&service, "a", fresh()).await.is_ok());
}

#[tokio::test]
async fn locking_ends_waiting() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // The service has seen the request once it answers a later one.
    tokio::task::yield_now().await;
    service.list(&us()).await.unwrap();
    service.lock(&us()).await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(Error::Locked(_))));
}

#[tokio::test]
async fn a_lock_that_cannot_be_noted_says_so() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    world.journal.broken.store(true, Ordering::SeqCst);
    assert!(matches!(service.lock(&us()).await, Err(Error::Failed(_))));
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
}

#[tokio::test]
async fn a_write_that_a_lock_overtakes_is_answered_truly() {
    let world = World::new();
    let service = world.start();
    service.list(&us()).await.unwrap();
    world.store.slow.store(true, Ordering::SeqCst);
    let adding = tokio::spawn({
        let service = service.clone();
        async move { service.add(&us(), fields("a", "totp")).await }
    });
    tokio::task::yield_now().await;
    service.status(&us()).await.unwrap();
    service.lock(&us()).await.unwrap();
    world.store.slow.store(false, Ordering::SeqCst);
    let id = adding.await.unwrap().expect("it was stored");
    service.unlock(&us()).await.unwrap();
    assert_eq!(service.list(&us()).await.unwrap()[0].id, id);
}

#[tokio::test]
async fn what_another_program_changed_is_read_again_and_not_overwritten() {
    let world = World::new();
    let service = world.start();
    let id = service.add(&us(), fields("bank", "hotp")).await.unwrap();
    assert_eq!(
        code(&service, "bank", Wish::default()).await.unwrap(),
        "755224"
    );
    // Another authenticator on the same keychain has used two codes.
    for text in world.store.items.lock().unwrap().values_mut() {
        *text = text.replace("counter=1", "counter=3");
    }
    assert!(matches!(
        code(&service, "bank", Wish::default()).await,
        Err(Error::Failed(_))
    ));
    assert_eq!(
        code(&service, "bank", Wish::default()).await.unwrap(),
        "969429"
    );
    // And one that it has removed does not come back.
    world.store.items.lock().unwrap().clear();
    let note = mfa_ipc::types::AccountFields {
        note: Some("n".into()),
        ..mfa_ipc::types::AccountFields::default()
    };
    assert!(service.update(&us(), id, note).await.is_err());
    assert!(service.list(&us()).await.unwrap().is_empty());
}

#[tokio::test]
async fn not_everybody_can_wait_at_once() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let long = Wish {
        min_remaining: 30,
        ..Wish::default()
    };
    let mut waiting = JoinSet::new();
    for _ in 0..MAX_WAITING + 10 {
        let service = service.clone();
        waiting.spawn(async move { code(&service, "a", long).await });
    }
    let mut refused = 0;
    while refused < 10 {
        let ended = waiting.join_next().await.unwrap().unwrap();
        assert!(matches!(ended, Err(Error::LimitsExceeded(_))));
        refused += 1;
    }
    assert_eq!(waiting.len(), MAX_WAITING);
}

#[tokio::test]
async fn links_and_types_have_to_agree() {
    let world = World::new();
    let service = world.start();
    let link = mfa_ipc::types::AccountFields {
        uri: Some(format!("otpauth://totp/a:b?secret={SECRET}").into()),
        kind: Some("hotp".into()),
        ..mfa_ipc::types::AccountFields::default()
    };
    assert!(matches!(
        service.add(&us(), link).await,
        Err(Error::InvalidAccount(_))
    ));
    let steam = mfa_ipc::types::AccountFields {
        digits: Some(8),
        ..fields("s", "steam")
    };
    assert!(matches!(
        service.add(&us(), steam).await,
        Err(Error::InvalidAccount(_))
    ));
}
