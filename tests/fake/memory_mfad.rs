//! A daemon whose keychain is made up in memory: `memory-mfad COUNT [LIMIT]` serves COUNT accounts, and gives each program
//! LIMIT codes a minute, or as many as it asks for.
//!
//! Everything but the keychain is the real daemon, and it is also on the session bus if there is one. The
//! daemon is ready when it closes its standard output.

use std::sync::Arc;

use mfa_core::account::{Kind, Period};
use mfa_core::item;
use mfa_core::port::{ItemStore, StoreError};
use mfa_core::{Account, AccountId, Secret, access, lock};
use mfad::clock::SystemClock;
use mfad::journal::FileJournal;
use mfad::keychain::Keychain;
use mfad::limits::Limits;
use mfad::listen::Listener;
use mfad::presence::Unprovable;
use mfad::question;
use mfad::service::{self, ConsentParts, Parts};
use mfad::session;
use zeroize::Zeroizing;

/// The same allocator as in mfad.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

struct Memory(u32);

impl ItemStore for Memory {
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        for number in 0..self.0 {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            let account = account(AccountId::from_random(bytes), number);
            let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
            let secret = secret.map_err(|_| StoreError::TooLarge)?;
            let text = item::to_text(&account, &secret).map_err(|_| StoreError::TooLarge)?;
            if !each(account.id, text) {
                break;
            }
        }
        Ok(())
    }

    fn put(&mut self, _: AccountId, _: Option<&str>, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    fn delete(&mut self, _: AccountId) -> Result<(), StoreError> {
        Ok(())
    }
}

fn account(id: AccountId, number: u32) -> Account {
    let period = Period::default();
    Account {
        name: if number == 0 {
            "aws".to_owned()
        } else {
            format!("account-{number}")
        },
        issuer: format!("Issuer {number}"),
        username: format!("user{number}@example.com"),
        ..Account::new(id, Kind::Totp { period }, 0)
    }
}

/// Returns the argument with this number, if it is there and a number itself.
fn argument(number: usize) -> Option<u32> {
    std::env::args().nth(number)?.parse().ok()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = argument(1).unwrap_or(1);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        mfa_ipc::endpoint::prepare_folder()?;
        let listener = Listener::new()?;
        let (journal, notes) = FileJournal::open(&mfa_ipc::paths::state());
        let parts = Parts {
            keychain: Keychain::always_open("memory", move || Box::new(Memory(count))),
            clock: Arc::new(SystemClock),
            journal: Box::new(journal),
            notes,
            lock: lock::Policy::default(),
            session: session::watch(lock::Policy::default(), None),
            presence: Arc::new(Unprovable),
            fallback: None,
            backups: None,
        };
        let policy = access::Policy {
            // Most attacks ask for more codes than any program may have.
            codes_per_minute: argument(2).unwrap_or(0),
            ..access::Policy::default()
        };
        let limits = Limits::default();
        let bus = mfad::bus::connect(&limits).await;
        let questioner = question::questioner(bus.clone()).await;
        let consent = ConsentParts::on_disk(&mfa_ipc::paths::state(), policy, questioner);
        let (handle, _service) = service::start(parts, consent);
        if let Some(bus) = &bus {
            mfad::bus::serve(bus, &handle, limits.clone(), false).await?;
        }
        mfa_sys::detach::output()?;
        tokio::select! {
            served = listener.serve(handle, limits.clone()) => Ok(served?),
            () = limits.tidy() => Ok(()),
        }
    })
}
