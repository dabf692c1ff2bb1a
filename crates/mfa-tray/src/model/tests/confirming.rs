//! Tests of the window that confirms an answer.

use mfa_core::access::{Answer, Question};

use super::questions::{asked, question};
use super::*;
use crate::model::notice;
use crate::model::{Confirmation, Reply};

/// Chooses an answer, without the effects of a menu that closes.
fn answer(model: &mut Model, id: u64, answer: Answer) -> Vec<Effect> {
    let mut effects = choose(model, Choice::Answer(id, answer), NOW);
    assert_eq!(effects.remove(0), Effect::Stop(Timer::Tick));
    effects
}

/// Chooses an answer that has to be confirmed. Returns the window.
fn window(model: &mut Model, id: u64, chosen: Answer) -> Confirmation {
    match answer(model, id, chosen).pop() {
        Some(Effect::Confirm(window)) => window,
        other => panic!("there is no window: {other:?}"),
    }
}

fn reply(model: &mut Model, number: u64, reply: Reply) -> Vec<Effect> {
    model.update(Msg::Confirmed { number, reply }, NOW)
}

#[test]
fn an_answer_that_allows_has_to_be_confirmed() {
    for chosen in [Answer::Once, Answer::UntilLocked, Answer::Always] {
        let mut model = asked(vec![question(7), question(8)]);
        let window = window(&mut model, 8, chosen);
        assert_eq!(window.answer, chosen);
        let effects = reply(&mut model, window.number, Reply::Yes);
        assert_eq!(effects, [Effect::AnswerQuestion(8, chosen)]);
        assert_eq!(reply(&mut model, window.number, Reply::Yes), [], "once");
    }
}

#[test]
fn an_answer_that_refuses_acts_at_once() {
    for chosen in [Answer::Deny, Answer::Never] {
        let mut model = asked(vec![question(7), question(8)]);
        let effects = answer(&mut model, 7, chosen);
        assert_eq!(effects, [Effect::AnswerQuestion(7, chosen)]);
        // It also ends the window for the same question, and for no other one.
        let of_other = window(&mut model, 8, Answer::Once);
        let effects = answer(&mut model, 7, chosen);
        assert_eq!(effects, [Effect::AnswerQuestion(7, chosen)]);
        let effects = answer(&mut model, 8, chosen);
        let expected = [Effect::StopConfirming, Effect::AnswerQuestion(8, chosen)];
        assert_eq!(effects, expected);
        assert_eq!(reply(&mut model, of_other.number, Reply::Yes), []);
    }
}

#[test]
fn where_nobody_else_can_click_there_is_no_window() {
    let mut model = asked(vec![question(7)]).confirming_answers(false);
    for chosen in Answer::ALL {
        let effects = answer(&mut model, 7, chosen);
        assert_eq!(effects, [Effect::AnswerQuestion(7, chosen)]);
    }
}

#[test]
fn a_window_that_is_cancelled_changes_nothing() {
    let mut model = asked(vec![question(7)]);
    let before = model.view(NOW);
    let first = window(&mut model, 7, Answer::Always);
    assert_eq!(reply(&mut model, first.number, Reply::No), []);
    assert_eq!(model.view(NOW), before, "the question is still open");
    let later = NOW + 60;
    let second = match choose(&mut model, Choice::Answer(7, Answer::Always), later).pop() {
        Some(Effect::Confirm(window)) => window,
        other => panic!("there is no window: {other:?}"),
    };
    assert_eq!(
        reply(&mut model, first.number, Reply::Yes),
        [],
        "another window"
    );
    let effects = reply(&mut model, second.number, Reply::Yes);
    assert_eq!(effects, [Effect::AnswerQuestion(7, Answer::Always)]);
}

/// Whoever can click in the menu could open the window again and again.
#[test]
fn a_window_that_is_cancelled_does_not_open_again_for_a_minute() {
    let mut model = asked(vec![question(7)]);
    // What was not shown was not cancelled.
    let none = window(&mut model, 7, Answer::Once);
    assert_eq!(reply(&mut model, none.number, Reply::NotShown), []);
    let first = window(&mut model, 7, Answer::Once);
    assert_eq!(reply(&mut model, first.number, Reply::No), []);
    let choose_at = |model: &mut Model, id, answer, now| {
        choose(model, Choice::Answer(id, answer), now).split_off(1)
    };
    for (answer, later) in [(Answer::Once, 0), (Answer::Always, 18), (Answer::Once, 59)] {
        let effects = choose_at(&mut model, 7, answer, NOW + later);
        let notice = notice::cancelled(7, answer, 60 - later, false);
        assert_eq!(effects, [Effect::Notify(notice)]);
    }
    // A program that asks anew has a question with another number, other words, and perhaps another number of codes.
    let anew = Question {
        count: 2,
        reason: Some("please".into()),
        ..question(8)
    };
    let other = Question {
        asker: "/usr/bin/ansible".into(),
        ..question(9)
    };
    model.update(Msg::Questions(vec![anew, other]), NOW);
    let effects = choose_at(&mut model, 8, Answer::Once, NOW + 59);
    assert_eq!(
        effects,
        [Effect::Notify(notice::cancelled(8, Answer::Once, 1, false))]
    );
    // It can still be refused, and other programs have windows of their own.
    let effects = choose_at(&mut model, 8, Answer::Deny, NOW + 59);
    assert_eq!(effects, [Effect::AnswerQuestion(8, Answer::Deny)]);
    let of_other = window(&mut model, 9, Answer::Once);
    assert_eq!(reply(&mut model, of_other.number, Reply::Yes).len(), 1);
    let effects = choose_at(&mut model, 8, Answer::Once, NOW + 60);
    assert!(matches!(effects[..], [Effect::Confirm(_)]), "{effects:?}");
}

#[test]
fn there_is_one_window_at_a_time() {
    let mut model = asked(vec![question(7), question(8)]);
    let first = window(&mut model, 7, Answer::Once);
    for (id, chosen) in [(7, Answer::Always), (8, Answer::Once)] {
        let effects = answer(&mut model, id, chosen);
        assert_eq!(effects, [Effect::Notify(notice::still_going("Allow once"))]);
    }
    let effects = reply(&mut model, first.number, Reply::Yes);
    assert_eq!(effects, [Effect::AnswerQuestion(7, Answer::Once)]);
}

#[test]
fn the_window_ends_with_its_question() {
    let mut model = asked(vec![question(7), question(8)]);
    let window = window(&mut model, 7, Answer::Once);
    assert_eq!(model.update(Msg::Questions(vec![question(7)]), NOW), []);
    let effects = model.update(Msg::Questions(vec![question(8)]), NOW);
    assert_eq!(effects[0], Effect::StopConfirming);
    assert_eq!(said(&effects), ["The question is no longer open"]);
    assert_eq!(reply(&mut model, window.number, Reply::Yes), [], "too late");
    // A menu that has not noticed yet.
    let effects = answer(&mut model, 7, Answer::Once);
    assert_eq!(effects, [Effect::Notify(notice::question_over())]);
}

#[test]
fn the_window_ends_with_the_lock_and_with_the_daemon() {
    let gone = || Msg::Disconnected {
        problem: "It is gone.".to_owned(),
        hint: None,
    };
    for end in [Msg::Locked, gone()] {
        let mut model = asked(vec![question(7)]);
        let before = window(&mut model, 7, Answer::Once);
        let effects = model.update(end, NOW);
        assert!(effects.contains(&Effect::StopConfirming), "{effects:?}");
        // The next daemon begins with the same numbers.
        model.update(connected(Vec::new()), NOW);
        model.update(Msg::Questions(vec![question(7)]), NOW);
        window(&mut model, 7, Answer::Once);
        assert_eq!(reply(&mut model, before.number, Reply::Yes), []);
    }
}

#[test]
fn without_a_window_the_terminal_is_named() {
    let mut model = asked(vec![question(7)]);
    let window = window(&mut model, 7, Answer::Always);
    let effects = reply(&mut model, window.number, Reply::Nobody);
    let notice = notice::needs_terminal(7, Answer::Always, false);
    assert!(notice.body.contains("mfactl access approve 7 --always"));
    assert_eq!(effects, [Effect::Notify(notice)]);
}

#[test]
fn the_window_says_what_is_confirmed() {
    let mut model = asked(vec![question(7)]);
    assert_eq!(
        window(&mut model, 7, Answer::Once).text,
        "A program waits for your answer.\n\
         \n\
         terraform wants a code for aws\n\
         Reason given: apply\n\
         Started by: bash ← kitty\n\
         Program: /usr/bin/terraform\n\
         \n\
         “Allow once” allows this request and no other.\n\
         If you cancel, the question stays open, but this\n\
         window does not open again for a minute."
    );
}

#[test]
fn no_name_looks_like_another_line() {
    let tricky = Question {
        line: "<b>a\u{202e}b\nc</b>".into(),
        reason: Some(format!("{} Program: /usr/bin/terraform", "x".repeat(42))),
        ..question(7)
    };
    let mut model = asked(vec![tricky]);
    let text = window(&mut model, 7, Answer::UntilLocked).text;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "A program waits for your answer.");
    assert_eq!(lines[2], "<b>ab c</b> wants a code for aws");
    assert_eq!(lines[4], "    Program: /usr/bin/terraform");
    let programs = lines.iter().filter(|line| line.starts_with("Program: "));
    assert_eq!(programs.count(), 1, "{text}");
}
