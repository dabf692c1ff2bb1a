//! The service against a keychain, a clock and a disk that fail on command.

mod codes;
mod fakes;
mod imports;
mod locks;
mod planning;
mod writes;

use mfa_core::access::Executable;
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
    keychain: &'static str,
}

impl World {
    fn new() -> Self {
        let world = Self {
            keychain: "gnome-keyring",
            ..Self::default()
        };
        world.clock.set(NOW);
        world
    }

    fn start(&self) -> Handle {
        let store = self.store.clone();
        let (handle, _task) = super::start(Parts {
            keychain: Keychain::always_open(self.keychain, move || Box::new(store.clone())),
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
        pid: 1,
        start_time: 1,
        executable,
        transport,
    };
    From {
        caller,
        interactive: false,
        process: Arc::default(),
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
        // All have the same secret.
        duplicate: Some(true),
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
