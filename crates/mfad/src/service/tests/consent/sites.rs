//! Tests of browsers, which get codes only on the sites on which an account is used.

use mfa_core::site::Site;

use super::*;

const SIGN_IN: &str = "signin.aws.amazon.com";

fn browser(site: &str) -> Asker {
    browser_at("/usr/lib/chromium/chromium", site)
}

fn browser_at(path: &str, site: &str) -> Asker {
    let site = Site::parse(site).unwrap();
    let browser = Who::Program {
        path: path.into(),
        script: None,
    };
    let site = Some(site);
    let who = site.as_ref().and_then(|site| browser.on_site(site));
    Asker {
        site,
        ..asker(who.unwrap())
    }
}

/// Returns the domains of “a”.
async fn domains(service: &Handle) -> Vec<String> {
    let (accounts, _) = service.ask(&person(), List).await.unwrap();
    let domains = accounts[0].domains.iter();
    domains.map(|domain| domain.as_str().to_owned()).collect()
}

/// Has a browser get a code, and the user give an answer.
async fn answered(
    world: &World,
    service: &Handle,
    site: &str,
    answer: Answer,
) -> Result<Vec<String>, Error> {
    let asked = begin(service, browser(site));
    settle(service).await;
    assert!(!asked.is_finished(), "the user is asked");
    world.user.answer(Some(answer));
    asked.await.unwrap()
}

#[tokio::test]
async fn the_first_site_is_asked_about_and_remembered() {
    let (world, service) = attended().await;
    let codes = answered(&world, &service, SIGN_IN, Answer::Once).await;
    assert_eq!(codes.unwrap().len(), 1);
    let question = world.user.questions().pop().unwrap();
    assert!(question.is_first_site);
    assert_eq!(
        question.asker,
        format!("/usr/lib/chromium/chromium https://{SIGN_IN}")
    );
    assert_eq!(domains(&service).await, [SIGN_IN]);
    // Once is once, but the site is known now. A name below it is another site of the same account.
    for site in [SIGN_IN, "eu-west-1.signin.aws.amazon.com"] {
        let codes = answered(&world, &service, site, Answer::Once).await;
        codes.unwrap();
        assert!(!world.user.questions().pop().unwrap().is_first_site);
    }
    assert_eq!(domains(&service).await, [SIGN_IN]);
    // The next daemon knows it too.
    drop(service);
    assert_eq!(domains(&world.start()).await, [SIGN_IN]);
}

#[tokio::test]
async fn another_site_gets_nothing_and_nobody_is_asked() {
    let (world, service) = attended().await;
    let codes = answered(&world, &service, SIGN_IN, Answer::Always).await;
    codes.unwrap();
    for site in [
        "amazon.com",
        "signin.aws.amazon.com.evil.example",
        "evil.example",
    ] {
        let refused = begin(&service, browser(site)).await.unwrap().unwrap_err();
        assert!(matches!(refused, Error::AccessDenied(_)));
        assert!(refused.text().contains(SIGN_IN), "{refused:?}");
    }
    assert_eq!(world.user.questions().len(), 1);
    let refused = (Action::Code, Outcome::Refused, Ground::Site);
    assert_eq!(grounds(&world).last(), Some(&refused));
    assert_eq!(domains(&service).await, [SIGN_IN]);
}

#[tokio::test]
async fn always_holds_for_this_browser_on_this_site() {
    let (world, service) = attended().await;
    let codes = answered(&world, &service, SIGN_IN, Answer::Always).await;
    codes.unwrap();
    begin(&service, browser(SIGN_IN)).await.unwrap().unwrap();
    assert_eq!(world.user.questions().len(), 1);
    let below = answered(&world, &service, "eu.signin.aws.amazon.com", Answer::Deny).await;
    assert!(matches!(below, Err(Error::AccessDenied(_))));
    assert_eq!(world.user.questions().len(), 2);
    let firefox = browser_at("/usr/lib/firefox-esr/firefox-esr", SIGN_IN);
    let other = begin(&service, firefox);
    settle(&service).await;
    assert_eq!(
        world.user.questions().len(),
        3,
        "another browser is asked about"
    );
    world.user.answer(Some(Answer::Deny));
    assert!(matches!(other.await.unwrap(), Err(Error::AccessDenied(_))));
}

#[tokio::test]
async fn a_rule_for_the_browser_does_not_say_where_an_account_belongs() {
    let (world, service) = attended().await;
    let rule = Rule {
        verdict: Verdict::Allow,
        subject: Subject::Program {
            path: "/usr/lib/chromium/chromium".into(),
            script: None,
        },
        accounts: Accounts::All,
        seen: Files::default(),
    };
    let rule = SetRule(mfa_ipc::types::AccessRule::from(&rule));
    service.ask(&person(), rule).await.unwrap();
    let codes = answered(&world, &service, SIGN_IN, Answer::Once).await;
    codes.unwrap();
    begin(&service, browser(SIGN_IN)).await.unwrap().unwrap();
    assert_eq!(world.user.questions().len(), 1);
}

#[tokio::test]
async fn a_no_remembers_no_site() {
    for answer in [Answer::Deny, Answer::Never] {
        let (world, service) = attended().await;
        let refused = answered(&world, &service, SIGN_IN, answer).await;
        assert!(matches!(refused, Err(Error::AccessDenied(_))));
        assert_eq!(domains(&service).await, [""; 0]);
    }
}

#[tokio::test]
async fn where_nobody_can_be_asked_a_browser_gets_nothing() {
    let (world, service) = one_account().await;
    let refused = begin(&service, browser(SIGN_IN)).await.unwrap();
    assert!(matches!(refused, Err(Error::ConsentRequired(_))));
    assert_eq!(domains(&service).await, [""; 0]);
    assert_eq!(world.user.questions(), []);
}

#[tokio::test]
async fn a_site_that_cannot_be_remembered_gets_no_code() {
    let (world, service) = attended().await;
    world.store.broken.store(true, Ordering::SeqCst);
    let refused = answered(&world, &service, SIGN_IN, Answer::Once).await;
    assert!(matches!(refused, Err(Error::KeychainUnavailable(_))));
    assert_eq!(domains(&service).await, [""; 0]);
    world.store.broken.store(false, Ordering::SeqCst);
    let codes = answered(&world, &service, SIGN_IN, Answer::Once).await;
    codes.unwrap();
    assert_eq!(domains(&service).await, [SIGN_IN]);
}

#[tokio::test]
async fn of_two_first_sites_one_wins() {
    let (world, service) = attended().await;
    let one = begin(&service, browser(SIGN_IN));
    settle(&service).await;
    let other = begin(&service, browser("evil.example"));
    settle(&service).await;
    let third = begin(&service, browser("third.example")).await.unwrap();
    assert!(
        matches!(third, Err(Error::LimitsExceeded(_))),
        "a browser takes no more places by asking on many sites"
    );
    world.user.answer(Some(Answer::Once));
    other.await.unwrap().unwrap();
    // The other question is over: the account belongs to another site now.
    assert!(matches!(one.await.unwrap(), Err(Error::AccessDenied(_))));
    assert_eq!(open(&service).await, 0);
    let refused = (Action::Code, Outcome::Refused, Ground::Site);
    assert_eq!(grounds(&world).last(), Some(&refused));
    assert_eq!(domains(&service).await, ["evil.example"]);
}

#[tokio::test]
async fn a_counter_moves_once_and_the_site_is_remembered() {
    let (world, service, _) = holding(fields("a", "hotp")).await;
    world.user.is_there.store(true, Ordering::SeqCst);
    let codes = answered(&world, &service, SIGN_IN, Answer::Once).await;
    assert_eq!(codes.unwrap().len(), 1);
    let (accounts, _) = service.ask(&person(), List).await.unwrap();
    assert_eq!(accounts[0].kind.counter(), Some(1));
    assert_eq!(domains(&service).await, [SIGN_IN]);
}

#[tokio::test]
async fn the_domains_of_an_account_are_changed_by_the_user_alone() {
    let (_, service) = attended().await;
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    let set = |asker: &Asker, domains: &[&str]| {
        let (service, asker) = (service.clone(), asker.clone());
        let domains = domains.iter().map(|&domain| domain.to_owned());
        let update = Update {
            id: accounts[0].id.to_string(),
            changes: AccountChange {
                domains: Some(domains.collect()),
                ..AccountChange::default()
            },
            asker: asker.clone(),
        };
        async move { service.change(&asker, update).await }
    };
    set(&us(), &[]).await.unwrap();
    set(&person(), &[SIGN_IN]).await.unwrap();
    for domains in [&["evil.example"][..], &[SIGN_IN, "evil.example"], &[]] {
        let refused = set(&us(), domains).await;
        assert!(matches!(refused, Err(Error::AccessDenied(_))));
    }
    set(&us(), &[SIGN_IN]).await.unwrap();
    assert_eq!(domains(&service).await, [SIGN_IN]);
    set(&asker(Who::Tray), &[]).await.unwrap();
    assert_eq!(domains(&service).await, [""; 0]);
}

#[tokio::test]
async fn a_browser_is_one_asker_on_all_its_sites() {
    let (world, service) = attended().await;
    let codes = answered(&world, &service, "one.example", Answer::Deny).await;
    assert!(matches!(codes, Err(Error::AccessDenied(_))));
    // It may not ask again at once by naming another site.
    for site in ["one.example", "two.example"] {
        let again = begin(&service, browser(site)).await.unwrap();
        assert!(matches!(again, Err(Error::AccessDenied(_))));
    }
    assert_eq!(world.user.questions().len(), 1);
    // Nor does it have the lines of the log for each site.
    for number in 0..200 {
        let site = format!("{number}.example");
        drop(begin(&service, browser(&site)).await.unwrap());
    }
    assert!(grounds(&world).len() <= 40, "{}", grounds(&world).len());
}
