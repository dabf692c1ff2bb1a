//! Tests that a backup takes the place of an account that cannot be read, if that is wanted, and loses nothing on the way.

use mfa_ipc::types::{RestoreResult, Restored};

use super::applying::{Items, entry, id, texts, world};
use super::restored::of;
use super::*;
use crate::service::change::Restore;

/// An item that no version understands.
const DAMAGED: &str = "{\"damaged\":";

/// The accounts before: one can be read and one cannot.
fn damaged() -> World {
    let world = world();
    let mut items = texts([entry(1, "stays", None)]);
    items.insert(id(2), DAMAGED.to_owned());
    *world.store.items.lock().unwrap() = items;
    world
}

fn restored() -> Items {
    texts([entry(1, "stays", None), entry(2, "bank", Some(3))])
}

async fn restore(service: &Handle, replace: bool) -> Vec<RestoreResult> {
    let restore = Restore {
        asker: us(),
        backup: of(vec![entry(2, "bank", Some(3)), entry(1, "stays", None)]),
        replace,
        allow_incomplete: false,
    };
    service.change(&us(), restore).await.unwrap()
}

async fn unreadable(service: &Handle) -> u32 {
    service.ask(&us(), Status).await.unwrap().unreadable
}

async fn not_backed_up(service: &Handle) -> Vec<String> {
    let status = service.ask(&us(), Status).await.unwrap();
    status.not_backed_up.unwrap()
}

#[tokio::test]
async fn it_stays_or_is_replaced_by_choice() {
    let world = damaged();
    let service = world.start();
    let kept = restore(&service, false).await;
    assert_eq!(
        (kept[0].fate, &*kept[0].differs),
        (Restored::Kept, &["unreadable".to_owned()][..])
    );
    assert_eq!(world.store.items.lock().unwrap()[&id(2)], DAMAGED);
    assert_eq!(unreadable(&service).await, 1);
    let named = "an account that cannot be read";
    assert_eq!(not_backed_up(&service).await, ["stays", named]);
    let replaced = restore(&service, true).await;
    assert_eq!(
        (replaced[0].fate, &*replaced[0].name),
        (Restored::Replaced, "bank")
    );
    assert_eq!(unreadable(&service).await, 0);
    assert_eq!(names(&service).await, ["bank", "stays"]);
    assert_eq!(
        world.store.items.lock().unwrap()[&id(2)],
        restored()[&id(2)]
    );
}

/// It is in no backup, and a person wants to know which one it is.
#[tokio::test]
async fn what_no_backup_can_hold_is_named() {
    let world = damaged();
    let newer = r#"{"v":999,"name":"from a newer version","uri":"otpauth://totp/x"}"#;
    {
        let mut items = world.store.items.lock().unwrap();
        items.insert(id(2), newer.to_owned());
    }
    let service = world.start();
    names(&service).await;
    let stays = vec![(id(1).to_string(), NOW)];
    service.ask(&us(), ask::BackedUp(stays)).await.unwrap();
    let expected = ["from a newer version (cannot be read)"];
    assert_eq!(not_backed_up(&service).await, expected);
}

/// Whenever the daemon is killed: what cannot be read is there until the new text is.
#[tokio::test]
async fn a_kill_at_any_step_leaves_the_old_text_or_the_new_one() {
    let world = damaged();
    let service = world.start();
    restore(&service, true).await;
    // What is left to do after the first one is done before the second one.
    restore(&service, false).await;
    let history = world.store.history.lock().unwrap().clone();
    assert!(history.len() > 3, "{}", history.len());
    let mut is_new = Vec::new();
    for made in 0..=history.len() {
        let next = damaged();
        next.repeat(&history[..made]);
        let has = |text: &str| {
            let items = next.store.items.lock().unwrap();
            items.values().any(|item| item == text)
        };
        assert!(has(DAMAGED) || has(&restored()[&id(2)]), "{made}");
        let service = next.start();
        let found = names(&service).await;
        assert!(
            found == ["stays"] || found == ["bank", "stays"],
            "{found:?}"
        );
        is_new.push(found.len() == 2);
    }
    assert!(is_new.is_sorted() && !is_new[0] && is_new[history.len()]);
}
