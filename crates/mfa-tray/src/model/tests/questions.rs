//! Tests of the open questions in the menu.

use mfa_core::access::{Answer, Question, Transport, Use};

use super::*;
use crate::model::{Asked, Reply, notice};

pub(super) fn question(id: u64) -> Question {
    Question {
        id,
        asker: "/usr/bin/terraform".into(),
        line: "terraform ← bash ← kitty".into(),
        account: Some("aws".into()),
        usage: Use::Code,
        count: 1,
        reason: Some("apply".into()),
        transport: Transport::Private,
        is_recognisable: true,
        is_first_site: false,
        seconds: 30,
    }
}

pub(super) fn asked(questions: Vec<Question>) -> Model {
    let mut model = model();
    assert_eq!(model.update(Msg::Questions(questions), NOW), []);
    model
}

/// Returns the label of the first row, with its direction characters.
fn title(model: &Model) -> String {
    match &model.view(NOW).items[0] {
        Item::Menu { label, .. } => label.clone(),
        other => panic!("it is no submenu: {other:?}"),
    }
}

#[test]
fn an_open_question_comes_before_the_accounts() {
    let view = asked(vec![question(7)]).view(NOW);
    assert_eq!(view.hint, "a question waits for your answer");
    assert_eq!(
        lines(&view.items)[..12],
        [
            "terraform wants a code for aws >",
            "  (Reason given: apply)",
            "  (Started by: bash ← kitty)",
            "  (Program: /usr/bin/terraform)",
            "  ---",
            "  Allow once",
            "  Allow until locked",
            "  Always allow",
            "  Deny",
            "  Never allow",
            "---",
            "Amazon Web Services — root@1234",
        ]
    );
}

#[test]
fn only_allowed_answers_are_offered() {
    let secrets = Question {
        usage: Use::Secret,
        count: 1,
        account: None,
        reason: None,
        ..question(7)
    };
    let lines = lines(&asked(vec![secrets]).view(NOW).items);
    assert_eq!(lines[0], "terraform wants the secrets of all accounts >");
    assert_eq!(lines[3..7], ["  ---", "  Allow once", "  Deny", "---"]);
}

#[test]
fn a_chosen_answer_goes_to_its_question() {
    let mut model = asked(vec![question(7), question(8)]);
    for (at, id) in [(0, 7), (1, 8)] {
        let Item::Menu { items, .. } = model.view(NOW).items.remove(at) else {
            panic!("it is no submenu");
        };
        let choices = items.into_iter().filter_map(|item| match item {
            Item::Action { choice, .. } => Some(choice),
            _ => None,
        });
        let expected = Answer::ALL.map(|answer| Choice::Answer(id, answer));
        assert!(choices.eq(expected));
    }
    let effects = choose(&mut model, Choice::Answer(8, Answer::Deny), NOW);
    assert_eq!(
        effects.last(),
        Some(&Effect::AnswerQuestion(8, Answer::Deny))
    );
}

#[test]
fn a_question_that_is_over_is_gone() {
    let before = lines(&model().view(NOW).items);
    let mut model = asked(vec![question(7), question(8)]);
    assert_eq!(model.view(NOW).hint, "2 questions wait for your answer");
    model.update(Msg::Questions(vec![question(8)]), NOW);
    let view = model.view(NOW);
    let rows = lines(&view.items);
    assert_eq!(
        rows.iter()
            .filter(|row| row.contains("wants a code"))
            .count(),
        1
    );
    model.update(Msg::Questions(Vec::new()), NOW);
    assert_eq!(lines(&model.view(NOW).items), before);
    assert_eq!(model.view(NOW).hint, "2 accounts");
}

#[test]
fn without_open_accounts_there_is_nothing_to_answer() {
    let gone = || Msg::Disconnected {
        problem: "It is gone.".to_owned(),
        hint: None,
    };
    for end in [Msg::Locked, gone()] {
        let mut model = asked(vec![question(7)]);
        model.update(end, NOW);
        let rows = lines(&model.view(NOW).items);
        assert!(!rows.concat().contains("terraform"), "{rows:#?}");
        // The next daemon has its own questions.
        model.update(connected(Vec::new()), NOW);
        assert_eq!(lines(&model.view(NOW).items)[0], "(No accounts yet)");
    }
}

#[test]
fn too_many_questions_do_not_fill_the_menu() {
    let model = asked((1..=9).map(question).collect());
    let rows = lines(&model.view(NOW).items);
    assert_eq!(
        rows.iter()
            .filter(|row| row.contains("wants a code"))
            .count(),
        3
    );
}

#[test]
fn right_to_left_names_stay_in_their_places() {
    let hebrew = Question {
        asker: "/opt/קוד".into(),
        line: "קוד ← בנק ← kitty".into(),
        account: Some("חשבון 1".into()),
        reason: None,
        ..question(7)
    };
    let model = asked(vec![hebrew]);
    assert_eq!(
        title(&model),
        "\u{200e}\u{2068}קוד\u{2069} wants a code for \u{2068}חשבון 1\u{2069}"
    );
    let view = model.view(NOW);
    let Some(Item::Menu { items, .. }) = view.items.first() else {
        panic!("it is no submenu");
    };
    assert_eq!(
        items[0],
        Item::Text("\u{200e}\u{2068}Started by: בנק\u{2069} ← kitty".into())
    );
}

#[test]
fn of_a_long_site_the_end_is_shown() {
    for (site, expected) in [
        ("aws.com", "chromium on aws.com wants a code for aws"),
        (
            "signin.aws.amazon.com.evil.example",
            "…mazon.com.evil.example wants a code for aws",
        ),
        (
            "signin.aws.amazon.com",
            "signin.aws.amazon.com wants a code for aws",
        ),
    ] {
        let asker = format!("/usr/lib/chromium/chromium https://{site}");
        let browser = Question {
            asker,
            line: format!("chromium on {site} ← sway"),
            ..question(7)
        };
        let model = asked(vec![browser]);
        assert_eq!(title(&model), expected);
        let rows = lines(&model.view(NOW).items);
        let whole = format!("(Site: https://{site})");
        assert!(rows.iter().any(|row| row.trim() == whole), "{rows:?}");
    }
}

#[test]
fn a_program_with_the_name_of_a_browser_on_a_site_is_not_taken_for_one() {
    let name = "xxxxxxxxxxxx on signin.aws.amazon.com";
    let program = Question {
        asker: format!("/tmp/{name}"),
        line: format!("{name} ← bash"),
        ..question(7)
    };
    let title = title(&asked(vec![program]));
    assert_eq!(title, "xxxxxxxxxxxx on signin.… wants a code for aws");
}

#[test]
fn names_cannot_play_tricks() {
    let tricky = Question {
        asker: format!("/tmp/{}", "x".repeat(400)),
        line: format!("a\u{202e}b\n{} ← bash", "x".repeat(100)),
        account: Some(format!("aws\u{1b}[2J {}", "y".repeat(100))),
        reason: Some("first\nsecond\u{2066}".into()),
        ..question(7)
    };
    let model = asked(vec![tricky]);
    let title = title(&model);
    assert_eq!(title.chars().count(), 60, "{title}");
    assert!(title.starts_with("ab xxx"), "{title}");
    assert!(title.contains("… wants a code for aws[2J y"), "{title}");
    let rows = lines(&model.view(NOW).items);
    assert_eq!(rows[1], "  (Reason given: first second)");
    let end = rows.iter().position(|row| row == "  ---").unwrap();
    assert!(
        rows[1..end].iter().all(|row| row.chars().count() <= 64),
        "{rows:#?}"
    );
}

/// Returns a model that tells of questions, as on Windows.
fn telling(questions: Vec<Question>) -> (Model, Vec<Effect>) {
    let mut model = model().telling_of_questions(true);
    let effects = model.update(Msg::Questions(questions), NOW);
    (model, effects)
}

/// Returns what follows from an answer in the window that asks, or from closing it.
fn answered(model: &mut Model, question: u64, answer: Option<Answer>) -> Vec<Effect> {
    model.update(Msg::Answered { question, answer }, NOW)
}

#[test]
fn each_question_is_told_once_where_the_tray_tells_of_them() {
    let told = |question| Effect::Notify(notice::asked(&question));
    let (mut model, effects) = telling(vec![question(7)]);
    assert_eq!(effects, [told(question(7))]);
    let later = vec![question(7), question(8)];
    assert_eq!(
        model.update(Msg::Questions(later), NOW),
        [told(question(8))]
    );
    assert_eq!(model.update(Msg::Questions(vec![question(8)]), NOW), []);
}

#[test]
fn a_click_on_the_notification_shows_the_question_and_answers_nothing() {
    let (mut model, _) = telling(vec![question(7)]);
    let actions = notice::asked(&question(7)).actions;
    assert_eq!(actions, [("Answer…".to_owned(), Choice::Ask(7))]);
    let effects = choose(&mut model, Choice::Ask(7), NOW);
    let Some(Effect::Ask(Asked { question: 7, text })) = effects.last() else {
        panic!("{effects:?}");
    };
    assert!(text.contains("terraform") && text.contains("/usr/bin/terraform"));
    assert!(text.contains("“Allow once” allows this request and no other."));
    let is_answer = |effect: &Effect| matches!(effect, Effect::AnswerQuestion(..));
    assert!(!effects.iter().any(is_answer));
    // What the user presses there acts at once: the window is the tray's own.
    let effects = answered(&mut model, 7, Some(Answer::Once));
    assert_eq!(effects, [Effect::AnswerQuestion(7, Answer::Once)]);
    assert_eq!(answered(&mut model, 7, Some(Answer::Once)), [], "once");
}

/// Other programs can click in the menu there too.
#[test]
fn a_click_in_the_menu_allows_nothing_where_the_tray_tells_of_questions() {
    let (mut model, _) = telling(vec![question(7)]);
    let effects = choose(&mut model, Choice::Answer(7, Answer::Once), NOW);
    let Some(Effect::Confirm(window)) = effects.last() else {
        panic!("{effects:?}");
    };
    // Its window takes the place of the one that asks, and not the other way round.
    let number = window.number;
    let effects = choose(&mut model, Choice::Ask(7), NOW);
    let still_going = notice::still_going("Allow once");
    assert_eq!(effects.last(), Some(&Effect::Notify(still_going)));
    let reply = Reply::Yes;
    let effects = model.update(Msg::Confirmed { number, reply }, NOW);
    assert_eq!(effects, [Effect::AnswerQuestion(7, Answer::Once)]);
    let (mut model, _) = telling(vec![question(7)]);
    choose(&mut model, Choice::Ask(7), NOW);
    let effects = choose(&mut model, Choice::Answer(7, Answer::Always), NOW);
    assert!(matches!(
        effects[1..],
        [Effect::StopConfirming, Effect::Confirm(_)]
    ));
    assert_eq!(answered(&mut model, 7, Some(Answer::Once)), [], "closed");
}

/// Other programs can also click on the notification, again and again.
#[test]
fn a_question_whose_window_is_closed_stays_closed_for_a_minute() {
    let (mut model, _) = telling(vec![question(7)]);
    choose(&mut model, Choice::Ask(7), NOW);
    assert_eq!(answered(&mut model, 7, None), []);
    for choice in [Choice::Ask(7), Choice::Answer(7, Answer::Once)] {
        let effects = choose(&mut model, choice, NOW + 18);
        let cancelled = notice::cancelled(7, Answer::Once, 42, true);
        assert_eq!(effects.last(), Some(&Effect::Notify(cancelled)));
    }
    let effects = choose(&mut model, Choice::Ask(7), NOW + 60);
    assert!(matches!(effects.last(), Some(Effect::Ask(_))));
}

#[test]
fn an_answer_to_a_question_that_was_over_does_not_reach_the_next_one() {
    let (mut model, _) = telling(vec![question(7)]);
    choose(&mut model, Choice::Ask(7), NOW);
    let gone = Msg::Disconnected {
        problem: "It is gone.".to_owned(),
        hint: None,
    };
    model.update(gone, NOW);
    // The next daemon begins with the same numbers.
    model.update(connected(Vec::new()), NOW);
    model.update(Msg::Questions(vec![question(7)]), NOW);
    assert_eq!(answered(&mut model, 7, Some(Answer::Once)), []);
}

#[test]
fn the_window_closes_when_its_question_is_over() {
    let (mut model, _) = telling(vec![question(7), question(8)]);
    choose(&mut model, Choice::Ask(7), NOW);
    assert_eq!(model.update(Msg::Questions(vec![question(7)]), NOW), []);
    assert_eq!(
        model.update(Msg::Questions(Vec::new()), NOW),
        [Effect::StopConfirming]
    );
    let effects = choose(&mut model, Choice::Ask(7), NOW);
    assert!(matches!(effects.last(), Some(Effect::Notify(_))));
    let (mut model, _) = telling(vec![question(7)]);
    choose(&mut model, Choice::Ask(7), NOW);
    assert!(
        model
            .update(Msg::Locked, NOW)
            .contains(&Effect::StopConfirming)
    );
}
