//! Tests of a synchronisation about which the user is asked.

use keepass::config::KdfConfig;
use mfa_ipc::types::SyncOptions;

use super::*;
use crate::keychain::Passphrase;

/// Makes an empty file with a key derivation that takes little time.
fn file(folder: &tempfile::TempDir) -> PathBuf {
    let mut database = mfa_keepass::create();
    database.config.kdf_config = KdfConfig::Argon2id {
        iterations: 1,
        memory: 64 * 1024,
        parallelism: 1,
        version: argon2::Version::Version13,
    };
    let key = mfa_keepass::DatabaseKey::new().with_password("p");
    let path = folder.path().join("mfa.kdbx");
    std::fs::write(&path, mfa_keepass::save(&database, key).unwrap()).unwrap();
    path
}

/// The question of one program waits for as long as the user likes, and others synchronise meanwhile.
#[tokio::test]
async fn an_open_question_holds_up_no_other_synchronisation() {
    let (world, service) = attended().await;
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let dry_run = |asker: Asker| {
        let (service, path) = (service.clone(), path.clone());
        let options = SyncOptions {
            dry_run: true,
            ..SyncOptions::default()
        };
        async move {
            let passphrase = Passphrase::new("p".into()).ok().unwrap();
            service.sync(&asker, path, passphrase, options).await
        }
    };
    let asked = tokio::spawn(dry_run(us()));
    while world.user.questions().is_empty() {
        assert!(!asked.is_finished(), "nobody was asked");
        settle(&service).await;
    }
    let patience = Duration::from_secs(60);
    let other = tokio::time::timeout(patience, dry_run(person())).await;
    let (report, changes) = other.expect("it waits for the answer").unwrap();
    assert!(!report.done && changes.len() == 1, "{changes:?}");
    assert!(!asked.is_finished());
    world.user.answer(Some(Answer::Once));
    let (_, changes) = asked.await.unwrap().unwrap();
    assert_eq!(changes.len(), 1);
}

/// Whoever has many accounts may synchronise and export as often as whoever has few.
#[tokio::test]
async fn all_accounts_at_once_count_as_one_code() {
    let (world, service) = one_account().await;
    for number in 0..30 {
        let account = fields(&format!("account {number}"), "totp");
        service.change(&us(), add(account)).await.unwrap();
    }
    drop(service);
    let world = World {
        policy: access::Policy::default(),
        ..world
    };
    let service = world.start();
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    for number in 0..mfa_core::access::rate::BURST {
        if number.is_multiple_of(2) {
            assert_eq!(service.ask(&us(), Export).await.unwrap().len(), 31);
            continue;
        }
        let passphrase = Passphrase::new("p".into()).ok().unwrap();
        let options = SyncOptions::default();
        let synced = service.sync(&us(), path.clone(), passphrase, options).await;
        synced.unwrap();
    }
    let refused = service.ask(&us(), Export).await.map(|_| ());
    assert!(matches!(refused, Err(Error::LimitsExceeded(_))));
}
