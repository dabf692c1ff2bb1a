//! Fuzzes the requests of a client to the daemon, from the first byte of the handshake.
//!
//! An input that begins with an odd byte is sent after a valid handshake, so that the fuzzer reaches
//! messages.

#![no_main]

use std::cell::LazyCell;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mfa_core::access::{Policy, Record, Rules};
use mfa_core::port::{AccessLog, ItemStore, Journal, Notes, RuleBook, StoreError};
use mfa_core::{AccountId, lock};
use mfa_sys::peer;
use mfad::caller::{Known, Origin};
use mfad::clock::SystemClock;
use mfad::keychain::Keychain;
use mfad::limits::Limits;
use mfad::presence::Unprovable;
use mfad::question::Nobody;
use mfad::service::{self, ConsentParts, Handle, Parts};
use mfad::session;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

/// The time in which the daemon must notice that its client is gone.
const PATIENCE: Duration = Duration::from_secs(8);

struct Nowhere;

impl ItemStore for Nowhere {
    fn load(
        &mut self,
        _: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    fn put(&mut self, _: AccountId, _: Option<&str>, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    fn delete(&mut self, _: AccountId) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Journal for Nowhere {
    fn store(&mut self, _: &Notes) -> io::Result<()> {
        Ok(())
    }
}

impl RuleBook for Nowhere {
    fn store(&mut self, _: &Rules) -> io::Result<()> {
        Ok(())
    }
}

impl AccessLog for Nowhere {
    fn write(&mut self, _: &Record) -> io::Result<()> {
        Ok(())
    }
}

fn start() -> (Runtime, Handle) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().expect("a runtime");
    let _inside = runtime.enter();
    let parts = Parts {
        keychain: Keychain::always_open("nowhere", || Box::new(Nowhere)),
        clock: Arc::new(SystemClock),
        journal: Box::new(Nowhere),
        notes: Notes::default(),
        lock: lock::Policy::default(),
        session: session::watch(lock::Policy::default(), None),
        presence: Arc::new(Unprovable),
        fallback: None,
        backups: None,
    };
    let consent = ConsentParts {
        policy: Policy::default(),
        rules: Rules::default(),
        book: Box::new(Nowhere),
        log: Box::new(Nowhere),
        questioner: Box::new(Nobody),
        seen: |_| None,
    };
    let (handle, _service) = service::start(parts, consent);
    drop(_inside);
    (runtime, handle)
}

thread_local! {
    static DAEMON: LazyCell<(Runtime, Handle)> = LazyCell::new(start);
}

async fn talk(bytes: &[u8], service: Handle) {
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    let known = Arc::new(Known::new(peer::of(&ours).expect("a peer")));
    let limits = Limits::default();
    let process = limits.process(known.caller());
    let connection = limits.connect(&process).expect("a place");
    let origin = Origin::Private { known, process };
    let guid = zbus::Guid::generate();
    let client = async {
        let (mut read, mut write) = theirs.into_split();
        let mut hello = Vec::new();
        if bytes.first().is_some_and(|first| first % 2 == 1) {
            let user = peer::User::own().uid().to_string();
            let user: String = user.bytes().map(|byte| format!("{byte:02x}")).collect();
            hello = format!("\0AUTH EXTERNAL {user}\r\nBEGIN\r\n").into_bytes();
        }
        hello.extend(bytes.iter().skip(1));
        // The daemon may have closed the connection.
        drop(write.write_all(&hello).await);
        drop(write);
        drop(read.read_to_end(&mut Vec::new()).await);
    };
    let served = mfad::listen::serve(ours, &guid, service, origin, connection);
    let both = async { tokio::join!(client, served) };
    let (_, _result) = tokio::time::timeout(PATIENCE, both).await.expect("it ends");
}

fuzz_target!(|bytes: &[u8]| {
    DAEMON.with(|daemon| {
        let (runtime, service) = &**daemon;
        runtime.block_on(talk(bytes, service.clone()));
    });
});
