//! Tests of copying codes to the clipboard.

use mfa_ipc::Error;

use super::*;
use crate::model::Refusal;

fn copy(account: AccountId) -> Choice {
    Choice::Copy(account)
}

fn codes(number: u64, codes: &[IssuedCode]) -> Msg {
    Msg::Codes {
        number,
        result: Ok(codes.to_vec()),
    }
}

fn taken(number: u64) -> Msg {
    Msg::Put {
        number,
        result: Ok(()),
    }
}

/// Returns a code of the step that contains NOW.
fn current(digits: &str) -> IssuedCode {
    code(digits, NOW - 3, 30)
}

#[test]
fn a_click_copies_the_code_says_so_and_clears_it() {
    let mut model = model();
    let effects = choose(&mut model, copy(id("aws")), NOW);
    assert_eq!(said(&effects), [""; 0], "nothing to wait for");
    assert_eq!(fetched(&effects), Some((1, 1, 5)));
    let effects = model.update(codes(1, &[current("005924")]), NOW);
    assert_eq!(put(&effects).as_deref(), Some("005924"));
    let effects = model.update(taken(1), NOW);
    assert_eq!(
        said(&effects),
        ["Code for Amazon Web Services copied, valid for 27 s"]
    );
    assert!(effects.contains(&Effect::Start(Timer::Clear, Duration::from_secs(30))));
    let effects = model.update(Msg::Elapsed(Timer::Clear), NOW + 30);
    assert_eq!(effects, [Effect::TakeBack]);
}

#[test]
fn a_code_that_ends_too_soon_is_waited_out() {
    let mut model = model();
    let late = NOW + 23;
    let effects = choose(&mut model, copy(id("aws")), late);
    assert_eq!(said(&effects), ["Next code for Amazon Web Services in 4 s"]);
    assert!(
        effects.contains(&Effect::TakeBack),
        "an older code must not be pasted"
    );
    assert_eq!(fetched(&effects), Some((1, 1, 5)), "the daemon waits");
    // Five seconds are enough.
    let effects = choose(&mut model, copy(id("aws")), late - 1);
    assert_eq!(said(&effects), [""; 0]);
}

#[test]
fn the_last_click_counts() {
    let mut model = model();
    choose(&mut model, copy(id("aws")), NOW + 25);
    let effects = choose(&mut model, copy(id("gh")), NOW + 25);
    assert_eq!(fetched(&effects).unwrap().0, 2);
    assert_eq!(model.update(codes(1, &[current("111111")]), NOW + 30), []);
    let effects = model.update(codes(2, &[current("222222")]), NOW + 30);
    assert_eq!(put(&effects).as_deref(), Some("222222"));
    // A code that was on its way to the clipboard when its copying was stopped must still be
    // removed.
    choose(&mut model, copy(id("aws")), NOW + 30);
    let effects = model.update(taken(2), NOW + 30);
    assert_eq!(
        effects,
        [Effect::Start(Timer::Clear, Duration::from_secs(30))]
    );
}

/// The current code was already used, and no service takes it again.
#[test]
fn the_next_code_stays_until_it_was_valid_for_a_while() {
    let mut model = model();
    let effects = choose(&mut model, Choice::Next(id("aws")), NOW + 25);
    assert_eq!(said(&effects), [""; 0], "there is nothing to wait for");
    let is_next = |effect: &Effect| {
        matches!(effect, Effect::Fetch { count: 1, options, .. }
            if options.next && options.min_remaining.is_none())
    };
    assert!(effects.iter().any(is_next), "{effects:?}");
    let next = code("222222", NOW + 27, 30);
    let effects = model.update(codes(1, &[next]), NOW + 25);
    assert_eq!(put(&effects).as_deref(), Some("222222"));
    let effects = model.update(taken(1), NOW + 25);
    assert_eq!(
        said(&effects),
        ["Next code for Amazon Web Services copied, valid in 2 s"]
    );
    assert!(effects.contains(&Effect::Start(Timer::Clear, Duration::from_secs(32))));
    // The step has changed until the clipboard took it.
    choose(&mut model, Choice::Next(id("aws")), NOW + 25);
    model.update(codes(2, &[code("222222", NOW + 27, 30)]), NOW + 25);
    let effects = model.update(taken(2), NOW + 27);
    let copied = "Code for Amazon Web Services copied, valid for 30 s";
    assert_eq!(said(&effects), [copied]);
    assert!(effects.contains(&Effect::Start(Timer::Clear, Duration::from_secs(30))));
}

#[test]
fn a_counter_has_no_next_code_of_its_own() {
    let mut hotp = account("hotp", "Bank", "");
    hotp.kind = Kind::Hotp { counter: 7 };
    let next = |accounts| {
        let lines = lines(&with(Settings::default(), accounts).view(NOW).items);
        let after = lines.iter().skip_while(|line| *line != "Next code >");
        let inside = after.skip(1).take_while(|line| line.starts_with(' '));
        inside.cloned().collect::<Vec<_>>()
    };
    assert_eq!(next(vec![hotp.clone()]), [""; 0]);
    assert_eq!(next(vec![hotp, account("aws", "AWS", "")]), ["  AWS"]);
}

#[test]
fn two_codes_come_one_after_the_other() {
    let mut model = model();
    let effects = choose(&mut model, Choice::Pair(id("aws")), NOW);
    assert_eq!(fetched(&effects), Some((1, 2, 10)));
    let both = [current("111111"), code("222222", NOW + 27, 30)];
    let effects = model.update(codes(1, &both), NOW);
    assert_eq!(put(&effects).as_deref(), Some("111111"));
    let effects = model.update(taken(1), NOW + 1);
    assert_eq!(
        said(&effects),
        ["First code for Amazon Web Services copied"]
    );
    assert!(effects.contains(&Effect::Start(Timer::Second, Duration::from_secs(26))));
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Start(Timer::Clear, _))),
        "the first stays until the second replaces it"
    );
    let effects = model.update(Msg::Elapsed(Timer::Second), NOW + 27);
    assert_eq!(put(&effects).as_deref(), Some("222222"));
    let effects = model.update(taken(1), NOW + 27);
    assert_eq!(
        said(&effects),
        ["Second code for Amazon Web Services copied, valid for 30 s"]
    );
    assert!(effects.contains(&Effect::Start(Timer::Clear, Duration::from_secs(30))));
}

#[test]
fn a_second_code_that_comes_too_late_is_not_copied() {
    let mut model = model();
    choose(&mut model, Choice::Pair(id("aws")), NOW);
    let both = [current("111111"), code("222222", NOW + 27, 30)];
    model.update(codes(1, &both), NOW);
    model.update(taken(1), NOW);
    // The machine was asleep.
    let effects = model.update(Msg::Elapsed(Timer::Second), NOW + 57);
    assert_eq!(put(&effects), None);
    assert_eq!(said(&effects), ["No code was copied"]);
    assert!(effects.contains(&Effect::TakeBack));
}

#[test]
fn a_clipboard_that_hangs_is_given_up() {
    let mut model = model();
    choose(&mut model, copy(id("aws")), NOW);
    let effects = model.update(codes(1, &[current("111111")]), NOW);
    assert!(effects.contains(&Effect::Start(Timer::Put, Duration::from_secs(5))));
    let effects = model.update(Msg::Elapsed(Timer::Put), NOW + 5);
    assert_eq!(said(&effects), ["No code was copied"]);
    // The code is removed as soon as it is on the clipboard.
    assert_eq!(effects.last(), Some(&Effect::TakeBack));
}

#[test]
fn a_pair_that_is_given_up_leaves_no_code_behind() {
    let mut model = model();
    choose(&mut model, Choice::Pair(id("aws")), NOW);
    model.update(
        codes(1, &[current("111111"), code("222222", NOW + 27, 30)]),
        NOW,
    );
    model.update(taken(1), NOW);
    let gone = Msg::Disconnected {
        hint: None,
        problem: "gone".to_owned(),
    };
    let effects = model.update(gone, NOW);
    assert!(effects.contains(&Effect::Stop(Timer::Second)));
    assert!(effects.contains(&Effect::Start(Timer::Clear, Duration::from_secs(30))));
    assert_eq!(model.update(Msg::Elapsed(Timer::Second), NOW), []);
}

#[test]
fn counter_based_codes_have_their_own_pace() {
    let mut hotp = account("hotp", "Bank", "");
    hotp.kind = Kind::Hotp { counter: 7 };
    let mut model = with(Settings::default(), vec![hotp]);
    let effects = choose(&mut model, Choice::Pair(id("hotp")), NOW);
    assert_eq!(
        fetched(&effects),
        Some((1, 2, 0)),
        "there is nothing to wait for"
    );
    let moved = |digits| IssuedCode {
        valid_until: 0,
        ..code(digits, 0, 0)
    };
    model.update(codes(1, &[moved("111111"), moved("222222")]), NOW);
    let effects = model.update(taken(1), NOW);
    assert!(effects.contains(&Effect::Start(Timer::Second, Duration::from_secs(15))));
    model.update(Msg::Elapsed(Timer::Second), NOW + 15);
    let effects = model.update(taken(1), NOW + 15);
    assert_eq!(said(&effects), ["Second code for Bank copied"]);
}

#[test]
fn an_error_is_said_and_the_old_code_goes() {
    let mut model = model();
    choose(&mut model, copy(id("aws")), NOW);
    let failed = Msg::Codes {
        number: 1,
        result: Err(Error::KeychainUnavailable("no keychain answers".into())),
    };
    let effects = model.update(failed, NOW);
    let [.., Effect::Notify(notice), Effect::TakeBack] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(notice.summary, "No code was copied");
    assert_eq!(notice.body, "No keychain answers.");
    choose(&mut model, copy(id("aws")), NOW);
    model.update(codes(2, &[current("111111")]), NOW);
    let refused = Msg::Put {
        number: 2,
        result: Err("cannot reach the clipboard".to_owned()),
    };
    assert_eq!(said(&model.update(refused, NOW)), ["No code was copied"]);
}

#[test]
fn locking_takes_everything_away() {
    let mut model = model();
    choose(&mut model, Choice::Pair(id("aws")), NOW);
    model.update(
        codes(1, &[current("111111"), code("222222", NOW + 27, 30)]),
        NOW,
    );
    model.update(taken(1), NOW);
    let effects = model.update(Msg::Locked, NOW);
    assert!(effects.contains(&Effect::TakeBack));
    assert!(effects.contains(&Effect::Stop(Timer::Second)));
    let clear = effects
        .iter()
        .rposition(|e| matches!(e, Effect::Stop(Timer::Clear)));
    let start = effects
        .iter()
        .rposition(|e| matches!(e, Effect::Start(Timer::Clear, _)));
    assert!(clear > start, "nothing is left to be cleared: {effects:?}");
    assert_eq!(model.update(Msg::Elapsed(Timer::Second), NOW + 27), []);
}

#[test]
fn whoever_asks_over_the_bus_is_answered() {
    let mut model = model();
    let requested = |request, account| Msg::Requested {
        request,
        account,
        code: current("111111"),
    };
    let answer = |request, result| Effect::Answer { request, result };
    let effects = model.update(requested(7, id("aws")), NOW);
    assert_eq!(fetched(&effects), None, "the daemon has chosen the code");
    let effects = model.update(taken(1), NOW);
    assert_eq!(said(&effects).len(), 1, "{effects:?}");
    assert!(effects.contains(&answer(7, Ok(()))), "{effects:?}");
    let effects = model.update(requested(8, id("nobody")), NOW);
    assert_eq!(effects, [answer(8, Err(Refusal::NotFound))]);
    model.update(requested(9, id("aws")), NOW);
    let effects = choose(&mut model, copy(id("gh")), NOW);
    assert!(effects.contains(&answer(9, Err(Refusal::Superseded))));
    model.update(requested(10, id("aws")), NOW);
    let effects = model.update(Msg::Locked, NOW);
    assert!(effects.contains(&answer(10, Err(Refusal::Locked))));
    let effects = model.update(requested(11, id("aws")), NOW);
    assert_eq!(effects, [answer(11, Err(Refusal::Locked))]);
}

#[test]
fn a_removed_account_is_no_riddle() {
    let mut model = model();
    model.update(connected(Vec::new()), NOW);
    let effects = choose(&mut model, copy(id("aws")), NOW);
    assert_eq!(said(&effects), ["No code was copied"]);
    assert_eq!(fetched(&effects), None);
}

#[test]
fn the_time_on_the_clipboard_is_the_users_choice() {
    for (choice, expected) in [
        (None, Effect::Stop(Timer::Clear)),
        (
            Some(Duration::from_secs(5)),
            Effect::Start(Timer::Clear, Duration::from_secs(5)),
        ),
    ] {
        let mut model = model();
        let settings = Settings {
            clear_after: choice,
            ..Settings::default()
        };
        model.update(Msg::Settings(settings), NOW);
        choose(&mut model, copy(id("aws")), NOW);
        model.update(codes(1, &[current("111111")]), NOW);
        let effects = model.update(taken(1), NOW);
        assert!(effects.contains(&expected), "{effects:?}");
    }
}

#[test]
fn codes_are_in_no_debug_output() {
    let mut model = model();
    choose(&mut model, Choice::Pair(id("aws")), NOW);
    let both = [current("111111"), code("222222", NOW + 27, 30)];
    let effects = model.update(codes(1, &both), NOW);
    let printed = format!("{model:?} {effects:?}");
    assert!(
        !printed.contains("111111") && !printed.contains("222222"),
        "{printed}"
    );
}
