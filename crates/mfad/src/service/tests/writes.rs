//! Tests that accounts are either stored or not, and never half.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test]
async fn two_adds_of_one_name_make_one_account() {
    let world = World::new();
    let service = world.start();
    let us = us();
    let (one, two) = tokio::join!(
        service.change(&us, add(fields("aws", "totp"))),
        service.change(
            &us,
            add(AccountChange {
                issuer: Some("other".into()),
                ..fields("AWS", "totp")
            })
        ),
    );
    assert!(one.is_ok());
    assert!(matches!(two, Err(Error::AlreadyExists(_))));
    assert_eq!(world.store.items.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn who_keeps_an_account_out_is_named() {
    let world = World::new();
    let service = world.start();
    let aws = AccountChange {
        issuer: Some("Amazon".into()),
        username: Some("root".into()),
        serial: Some("arn:1".into()),
        ..fields("aws", "totp")
    };
    let id = service
        .change(&us(), add(aws))
        .await
        .unwrap()
        .id
        .to_string();
    let again = |name: &str, serial: Option<&str>| AccountChange {
        serial: serial.map(str::to_owned),
        ..fields(name, "totp")
    };
    for (account, text) in [
        (
            again("AWS", None),
            "the name “aws” is taken by Amazon (root)",
        ),
        (again("x", Some("arn:1")), "the serial is taken by “aws”"),
        (again("x", None), "this secret is already stored as “aws”"),
    ] {
        let options = AddOptions::default();
        let refused = service.change(&us(), Add { account, options }).await;
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
        assert_eq!(error.text(), text);
    }
    let both = service
        .change(&us(), add(fields("x", "totp")))
        .await
        .unwrap()
        .id
        .to_string();
    assert_ne!(both, id);
}

#[tokio::test]
async fn what_the_keychain_does_not_take_is_not_there() {
    let world = World::new();
    let service = world.start();
    let id = service
        .change(&us(), add(fields("kept", "totp")))
        .await
        .unwrap()
        .id
        .to_string();
    world.store.broken.store(true, Ordering::SeqCst);
    let error = service
        .change(&us(), add(fields("lost", "totp")))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::KeychainUnavailable(_)));
    assert!(service.change(&us(), Remove(id.clone())).await.is_err());
    let rename = AccountChange {
        name: Some("renamed".into()),
        ..AccountChange::default()
    };
    assert!(
        service
            .change(
                &us(),
                Update {
                    asker: us(),
                    id,
                    changes: rename
                }
            )
            .await
            .is_err()
    );
    assert_eq!(names(&service).await, ["kept"]);
}

/// RFC 4226, section 7.2: the counter must not be used twice.
#[tokio::test]
async fn a_counter_that_cannot_be_stored_gives_no_code() {
    let (world, service, _) = one_counter().await;
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
async fn what_another_program_changed_is_read_again_and_not_overwritten() {
    let (world, service, id) = one_counter().await;
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
    // An account that it has removed does not come back.
    world.store.items.lock().unwrap().clear();
    let note = AccountChange {
        note: Some("n".into()),
        ..AccountChange::default()
    };
    assert!(
        service
            .change(
                &us(),
                Update {
                    asker: us(),
                    id,
                    changes: note,
                }
            )
            .await
            .is_err()
    );
    assert!(service.ask(&us(), List).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn links_and_types_have_to_agree() {
    let world = World::new();
    let service = world.start();
    let link = AccountChange {
        uri: Some(format!("otpauth://totp/a:b?secret={SECRET}").into()),
        kind: Some("hotp".into()),
        ..AccountChange::default()
    };
    assert!(matches!(
        service.change(&us(), add(link)).await,
        Err(Error::InvalidAccount(_))
    ));
    let steam = AccountChange {
        digits: Some(8),
        ..fields("s", "steam")
    };
    assert!(matches!(
        service.change(&us(), add(steam)).await,
        Err(Error::InvalidAccount(_))
    ));
}

/// A client that reads an export gives every field of each account, even those that leave no choice.
#[tokio::test]
async fn what_has_no_choice_may_be_said_and_a_pin_is_needed_where_codes_have_one() {
    let world = World::new();
    let service = world.start();
    let with = |name: &str, kind: &str, algorithm: &str, digits, pin: Option<&str>| AccountChange {
        algorithm: Some(algorithm.into()),
        digits: Some(digits),
        pin: pin.map(|pin| pin.to_owned().into()),
        ..fields(name, kind)
    };
    for (name, kind, algorithm, digits, pin) in [
        ("s", "steam", "SHA1", 5, None),
        ("m", "motp", "MD5", 6, Some("1234")),
        ("y", "yandex", "SHA256", 8, Some("1234")),
    ] {
        let said = with(name, kind, algorithm, digits, pin);
        service.change(&us(), add(said)).await.unwrap();
        let other = with("x", kind, "SHA512", digits, pin);
        let refused = service.change(&us(), add(other)).await;
        assert!(matches!(refused, Err(Error::InvalidAccount(_))), "{kind}");
    }
    for refused in [
        with("x", "motp", "MD5", 6, None),
        with("x", "motp", "MD5", 6, Some("12a4")),
        with("x", "totp", "SHA1", 6, Some("1234")),
    ] {
        let refused = service.change(&us(), add(refused)).await;
        assert!(matches!(refused, Err(Error::InvalidAccount(_))));
    }
    let listed = service.ask(&us(), List).await.unwrap().0;
    assert_eq!(listed.len(), 3);
}
