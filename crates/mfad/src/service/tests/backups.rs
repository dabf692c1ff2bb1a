//! Tests of when an automatic backup is made. The keychain has no passphrase for it, so each one that is tried is told as a
//! problem.

use mfa_core::port::BackedUp;

use super::applying::{entry, world};
use super::*;

/// Returns a world in which a backup holds all accounts, as far as they are counted.
fn backed_up() -> World {
    let world = world();
    let mut held = BackedUp {
        at: NOW,
        file: Some("/nowhere/mfactl-auto.kdbx".into()),
        ..BackedUp::default()
    };
    for (number, name, counter) in [
        (1, "stays", None),
        (2, "changes", None),
        (3, "counts", Some(9)),
        (4, "goes", None),
    ] {
        held.note(&entry(number, name, counter).account);
    }
    world.journal.notes.lock().unwrap().backed_up = held;
    world
}

fn start_with(world: &World, backups: Option<Folder>) -> Handle {
    let parts = Parts {
        backups,
        ..world.parts()
    };
    start(parts, world.consent()).0
}

async fn status(service: &Handle) -> (Vec<String>, String) {
    // Until then, requests wait for the accounts.
    drop(service.ask(&us(), List).await);
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    let status = service.ask(&us(), Status).await.unwrap();
    (status.not_backed_up.unwrap(), status.backup_problem)
}

/// Codes come one after the other, and each of them changes the account.
#[tokio::test]
async fn codes_that_were_counted_are_in_one_backup_half_a_minute_later() {
    let world = backed_up();
    let folder = Folder {
        path: "/nowhere".into(),
        keep: 1,
    };
    let service = start_with(&world, Some(folder));
    let none = (Vec::new(), String::new());
    assert_eq!(status(&service).await, none);
    world.clock.pass(60);
    assert_eq!(status(&service).await, none, "nothing has changed");
    for _ in 0..3 {
        code(&service, "counts", Wish::default()).await.unwrap();
        world.clock.pass(9);
    }
    let counted = vec!["counts".to_owned()];
    assert_eq!(status(&service).await, (counted.clone(), String::new()));
    world.clock.pass(3);
    let tried = async {
        loop {
            let (missing, problem) = status(&service).await;
            assert_eq!(missing, counted);
            if !problem.is_empty() {
                return problem;
            }
        }
    };
    let problem = tokio::time::timeout(Duration::from_secs(60), tried).await;
    let problem = problem.expect("a backup is tried");
    assert!(problem.starts_with("no passphrase is set"), "{problem}");
}

/// Nobody makes a backup by hand after each code. Its secret is in the backup.
#[tokio::test]
async fn an_older_counter_counts_as_backed_up_where_backups_are_made_by_hand() {
    let world = backed_up();
    let service = start_with(&world, None);
    code(&service, "counts", Wish::default()).await.unwrap();
    assert_eq!(status(&service).await.0, Vec::<String>::new());
}
