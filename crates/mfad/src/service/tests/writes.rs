//! Accounts are stored or not, and never half.

use std::sync::atomic::Ordering;

use super::*;

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
async fn who_keeps_an_account_out_is_named() {
    let world = World::new();
    let service = world.start();
    let aws = mfa_ipc::types::AccountFields {
        issuer: Some("Amazon".into()),
        username: Some("root".into()),
        serial: Some("arn:1".into()),
        ..fields("aws", "totp")
    };
    let id = service.add(&us(), aws).await.unwrap();
    let again = |name: &str, serial: Option<&str>| mfa_ipc::types::AccountFields {
        serial: serial.map(str::to_owned),
        duplicate: None,
        ..fields(name, "totp")
    };
    for (account, text) in [
        (again("AWS", None), "“aws” is taken by Amazon (root)"),
        (again("x", Some("arn:1")), "this serial is that of “aws”"),
        (again("x", None), "this secret is here already, as “aws”"),
    ] {
        let error = service.add(&us(), account).await.unwrap_err();
        assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
        assert_eq!(error.text(), text);
    }
    let both = service.add(&us(), fields("x", "totp")).await.unwrap();
    assert_ne!(both, id);
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

/// Who reads an export says all of each account, also what there is no choice in.
#[tokio::test]
async fn what_has_no_choice_may_be_said_and_a_pin_is_needed_where_codes_have_one() {
    let world = World::new();
    let service = world.start();
    let with = |name: &str, kind: &str, algorithm: &str, digits, pin: Option<&str>| {
        mfa_ipc::types::AccountFields {
            algorithm: Some(algorithm.into()),
            digits: Some(digits),
            pin: pin.map(|pin| pin.to_owned().into()),
            ..fields(name, kind)
        }
    };
    for (name, kind, algorithm, digits, pin) in [
        ("s", "steam", "SHA1", 5, None),
        ("m", "motp", "MD5", 6, Some("1234")),
        ("y", "yandex", "SHA256", 8, Some("1234")),
    ] {
        let said = with(name, kind, algorithm, digits, pin);
        service.add(&us(), said).await.unwrap();
        let other = with("x", kind, "SHA512", digits, pin);
        let refused = service.add(&us(), other).await;
        assert!(matches!(refused, Err(Error::InvalidAccount(_))), "{kind}");
    }
    for refused in [
        with("x", "motp", "MD5", 6, None),
        with("x", "motp", "MD5", 6, Some("12a4")),
        with("x", "totp", "SHA1", 6, Some("1234")),
    ] {
        let refused = service.add(&us(), refused).await;
        assert!(matches!(refused, Err(Error::InvalidAccount(_))));
    }
    let listed = service.list(&us()).await.unwrap();
    assert_eq!(listed.len(), 3);
}
