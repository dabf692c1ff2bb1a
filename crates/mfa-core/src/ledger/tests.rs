//! Tests of the codes that are handed out, however the clock behaves.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const NOW: u64 = 1_000_000_000; // 10 seconds into step 33333333, which ends 20 later

fn id() -> AccountId {
    AccountId::from_random([1; 16])
}

fn fresh() -> Wish {
    Wish {
        fresh: true,
        ..Wish::default()
    }
}

fn plan(ledger: &Ledger, wish: Wish) -> Result<Turn, Error> {
    ledger.plan(id(), Period::default(), &wish, NOW)
}

const STEP: u64 = 33_333_333;

#[test]
fn the_current_code_comes_at_once() {
    let plan = plan(&Ledger::default(), Wish::default()).unwrap();
    assert_eq!(plan.step, STEP);
    assert!(plan.at <= NOW);
}

#[test]
fn fresh_codes_never_repeat() {
    let mut ledger = Ledger::default();
    for expected in [STEP, STEP + 1, STEP + 2, STEP + 3] {
        let plan = plan(&ledger, fresh()).unwrap();
        assert_eq!(plan.step, expected);
        assert!(ledger.spend(id(), Period::default(), plan.step, 1));
    }
    assert_eq!(plan(&ledger, fresh()), Err(Error::TooLate { wait: 110 }));
}

#[test]
fn any_code_that_was_shown_counts() {
    let mut ledger = Ledger::default();
    ledger.spend(id(), Period::default(), STEP, 2);
    assert_eq!(plan(&ledger, fresh()).unwrap().step, STEP + 2);
    assert!(!ledger.spend(id(), Period::default(), STEP, 1), "no news");
}

#[test]
fn next_does_not_wait() {
    let wish = Wish {
        next: true,
        ..Wish::default()
    };
    let plan = plan(&Ledger::default(), wish).unwrap();
    assert_eq!(plan.step, STEP + 1);
    assert!(plan.at <= NOW);
}

#[test]
fn next_and_fresh_together_do_not_run_ahead() {
    let mut ledger = Ledger::default();
    let wish = Wish {
        next: true,
        ..fresh()
    };
    ledger.spend(id(), Period::default(), STEP, 10);
    assert_eq!(plan(&ledger, wish), Err(Error::TooLate { wait: 260 }));
}

#[test]
fn a_code_about_to_end_is_passed_over() {
    let wish = |min_remaining| Wish {
        min_remaining,
        ..Wish::default()
    };
    let ledger = Ledger::default();
    assert_eq!(plan(&ledger, wish(20)).unwrap().step, STEP);
    assert_eq!(
        plan(&ledger, wish(21)).unwrap(),
        Turn {
            step: STEP + 1,
            at: NOW + 20
        }
    );
    assert_eq!(plan(&ledger, wish(30)).unwrap().step, STEP + 1);
    assert_eq!(plan(&ledger, wish(31)), Err(Error::Unattainable(30)));
}

#[test]
fn nobody_waits_longer_than_they_said() {
    let wish = Wish {
        min_remaining: 25,
        timeout: 19,
        ..Wish::default()
    };
    assert_eq!(
        plan(&Ledger::default(), wish),
        Err(Error::TooLate { wait: 20 })
    );
}

#[test]
fn a_code_is_not_both_fresh_and_only_looked_at() {
    let wish = Wish {
        peek: true,
        ..fresh()
    };
    assert_eq!(plan(&Ledger::default(), wish), Err(Error::FreshPeek));
}

#[test]
fn the_count_is_limited() {
    for count in [0, MAX_COUNT + 1] {
        assert_eq!(
            plan(
                &Ledger::default(),
                Wish {
                    count,
                    ..Wish::default()
                }
            ),
            Err(Error::Count)
        );
    }
}

/// Asks for a code and takes it. Returns the step.
fn take(ledger: &mut Ledger, wish: Wish, now: u64) -> Result<u64, Error> {
    let plan = ledger.plan(id(), Period::default(), &wish, now)?;
    ledger.spend(id(), Period::default(), plan.step, wish.count);
    Ok(plan.step)
}

#[test]
fn a_clock_that_is_set_back_gives_no_code_twice() {
    let mut ledger = Ledger::default();
    assert_eq!(take(&mut ledger, fresh(), NOW), Ok(STEP));
    for ahead in [3600, 13 * 86_400, 365 * 86_400] {
        let there = NOW + ahead;
        assert_eq!(take(&mut ledger, fresh(), there), Ok(there / 30));
    }
    // The time until then is not lost either.
    assert_eq!(take(&mut ledger, fresh(), NOW + 5), Ok(STEP + 1));
    assert_eq!(take(&mut ledger, fresh(), NOW + 86_400), Ok(STEP + 2880));
    let before = NOW - 400 * 86_400;
    assert_eq!(take(&mut ledger, fresh(), before), Ok(before / 30));
}

#[test]
fn nobody_uses_up_the_codes_of_the_next_hours() {
    let mut ledger = Ledger::default();
    let wish = |count| Wish {
        count,
        timeout: u64::MAX,
        ..fresh()
    };
    assert_eq!(take(&mut ledger, wish(10), NOW), Ok(STEP));
    // The last of ten more would be the nineteenth; now is 10 seconds into a step.
    assert_eq!(take(&mut ledger, wish(10), NOW), Err(Error::UsedUp(260)));
    assert_eq!(take(&mut ledger, wish(1), NOW), Ok(STEP + 10));
    assert_eq!(take(&mut ledger, wish(1), NOW), Err(Error::UsedUp(20)));
    assert_eq!(take(&mut ledger, wish(1), NOW + 20), Ok(STEP + 11));
    let error = Error::UsedUp(20).to_string();
    assert!(error.ends_with("try again in 20 seconds"), "{error}");
}

#[test]
fn times_are_told_as_people_tell_them() {
    assert_eq!(about(119), "119 seconds");
    assert_eq!(about(121), "3 minutes");
    assert_eq!(about(7200), "2 hours");
    assert_eq!(about(31_536_000), "365 days");
}

/// An event in the life of a ledger.
#[derive(Clone, Debug)]
enum Event {
    /// The clock moves on or is set.
    Clock(i64),
    /// A caller asks for codes.
    Ask(Wish),
    /// The ledger is stored and loaded again.
    Restart,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let ask = (
        1..=MAX_COUNT,
        any::<bool>(),
        any::<bool>(),
        0..=30_u64,
        0..400_u64,
    );
    let ask = ask.prop_map(|(count, next, fresh, min_remaining, timeout)| Wish {
        count,
        next,
        fresh,
        min_remaining,
        timeout,
        peek: false,
    });
    let event = prop_oneof![
        6 => ask.prop_map(Event::Ask),
        3 => (0..200_i64).prop_map(Event::Clock),
        2 => (-8000..8000_i64).prop_map(Event::Clock),
        1 => (-50_000_000..50_000_000_i64).prop_map(Event::Clock),
        1 => Just(Event::Restart),
    ];
    proptest::collection::vec(event, 1..300)
}

/// Returns the ledger after a restart.
fn restarted(ledger: &Ledger) -> Ledger {
    let written: Vec<(AccountId, Vec<_>)> = ledger
        .iter()
        .map(|(id, spans)| (id, spans.iter().collect()))
        .collect();
    let read = written.into_iter();
    read.map(|(id, spans)| (id, spans.into_iter().collect()))
        .collect()
}

proptest! {
    #[test]
    fn no_fresh_code_was_ever_handed_out(events in events()) {
        let (mut ledger, mut now) = (Ledger::default(), NOW);
        let mut handed_out = HashSet::new();
        for event in events {
            match event {
                Event::Clock(by) => now = now.saturating_add_signed(by),
                Event::Restart => ledger = restarted(&ledger),
                Event::Ask(wish) => {
                    let Ok(first) = take(&mut ledger, wish, now) else { continue };
                    for step in first..first + u64::from(wish.count) {
                        let is_new = handed_out.insert(step);
                        prop_assert!(is_new || !wish.fresh, "step {step} at {now}");
                        prop_assert!(!wish.fresh || step <= now / 30 + MAX_AHEAD);
                    }
                }
            }
        }
    }

    /// The number of uses while the clock was ahead does not matter, unless they lasted longer than
    /// the clock was ahead.
    #[test]
    fn a_clock_that_was_ahead_does_not_hold_up_what_is_fresh(
        ahead in 60..400_000_000_u64,
        before in proptest::collection::vec(0..1_000_000_u64, 0..20),
        uses in 1..40_u64,
        pauses in proptest::collection::vec(1..=3_u64, 40),
    ) {
        let mut ledger = Ledger::default();
        let mut now = NOW;
        for pause in before {
            now += pause;
            take(&mut ledger, Wish::default(), now).unwrap();
        }
        let start = now / 30 * 30 + 60;
        let mut there = start + ahead;
        for (_, pause) in (0..uses).zip(pauses) {
            let _used = take(&mut ledger, fresh(), there);
            there += pause * ahead / uses / 3;
        }
        // Each step until then is free.
        for step in 0..(ahead / 30).min(200) {
            let now = start + step * 30;
            prop_assert_eq!(take(&mut ledger, fresh(), now), Ok(now / 30));
        }
    }
}
