//! What is on the screen, and what a key does. Pure: it gets the time, and returns what is to be done.

use mfa_core::{Account, AccountId};

use crate::board::{Access, Board, changes_at};
use crate::feed::News;
use crate::search;

/// How long a remark is shown, in seconds.
const REMARK: u64 = 5;
/// The longest search, in characters.
const LONGEST: usize = 64;

/// What the person is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To look at codes, and to copy some.
    Watch,
    /// To choose one account. No codes are shown.
    Pick,
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A letter, which is searched for.
    Letter(char),
    /// The last letter is removed.
    Backspace,
    /// All letters are removed.
    Clear,
    /// One or more accounts up or down.
    Move(isize),
    /// A screenful up or down.
    Page(isize),
    /// To the first account.
    First,
    /// To the last account.
    Last,
    /// The account is chosen.
    Enter,
    /// Back.
    Escape,
    /// Ctrl-C
    Interrupt,
}

/// What has happened.
#[derive(Debug)]
pub(crate) enum Msg {
    /// The daemon has told something.
    News(News),
    /// A key was pressed.
    Key(Key),
    /// Another second has begun, or the screen has another size.
    Tick,
    /// A code was copied, or why it was not.
    Copied(Result<(), String>),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The codes of these accounts are needed, and no others.
    Wish(Vec<String>),
    /// The code of an account is to be copied.
    Copy(AccountId),
    /// An account was chosen, which ends the program.
    Chosen(AccountId),
    /// The person has seen enough.
    Quit,
    /// The person has given up.
    Interrupt,
}

/// The state of the screen.
#[derive(Debug)]
pub(crate) struct Model {
    pub(super) purpose: Purpose,
    pub(super) board: Board,
    pub(super) typed: String,
    pub(super) chosen: Option<AccountId>,
    /// Whether all letters belong to the search, even those that are commands.
    is_searching: bool,
    is_copying: bool,
    /// The account whose code was wished for, and until when that holds.
    wished: Option<(AccountId, u64)>,
    /// A remark, and when it is over.
    remark: Option<(String, u64)>,
    /// The number of accounts that fit on the screen.
    pub(super) page: u16,
}

impl Model {
    pub(crate) fn new(purpose: Purpose, typed: String) -> Self {
        Self {
            purpose,
            board: Board::default(),
            is_searching: purpose == Purpose::Pick || !typed.is_empty(),
            typed,
            chosen: None,
            is_copying: false,
            wished: None,
            remark: None,
            page: 1,
        }
    }

    /// Returns the accounts that are listed, in their order.
    pub(super) fn found(&self) -> Vec<&Account> {
        search::find(&self.board, &self.typed)
    }

    /// Returns the account that is chosen.
    pub(super) fn account(&self) -> Option<&Account> {
        let accounts = &self.board.accounts;
        accounts
            .iter()
            .find(|account| Some(account.id) == self.chosen)
    }

    /// Returns what is said below the list, besides the usual keys.
    pub(super) fn remark(&self, now: u64) -> Option<&str> {
        let remark = self.remark.as_ref().filter(|(_, end)| now < *end);
        let refused = self.board.refused.as_deref();
        remark.map(|(text, _)| text.as_str()).or(refused)
    }

    /// Returns whether the screen changes with the next second.
    pub(crate) fn ticks(&self) -> bool {
        let counts = self
            .account()
            .is_some_and(|one| one.kind.period().is_some());
        self.remark.is_some() || (self.purpose == Purpose::Watch && counts)
    }

    /// Takes notice of what has happened, and returns what is to be done.
    pub(crate) fn update(&mut self, msg: Msg, now: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        match msg {
            Msg::News(news) => {
                if !matches!(news, News::Codes(Ok(_))) {
                    self.wished = None;
                }
                self.board.hear(news);
            }
            Msg::Key(key) => effects.extend(self.press(key, now)),
            Msg::Tick => {}
            Msg::Copied(result) => {
                self.is_copying = false;
                let text = result.err().unwrap_or_else(|| "Copied.".to_owned());
                self.remark = Some((text, now + REMARK));
            }
        }
        if self.remark.as_ref().is_some_and(|(_, end)| now >= *end) {
            self.remark = None;
        }
        self.choose_one_that_is_found();
        effects.extend(self.wish(now));
        effects
    }

    /// The chosen account stays chosen while it is listed; else the first one is.
    fn choose_one_that_is_found(&mut self) {
        let found = self.found();
        let is_found = |id: AccountId| found.iter().any(|one| one.id == id);
        if !self.chosen.is_some_and(is_found) {
            self.chosen = found.first().map(|one| one.id);
        }
    }

    /// Only the code that is shown is asked for.
    fn wish(&mut self, now: u64) -> Option<Effect> {
        if self.purpose == Purpose::Pick || self.board.access != Access::Open {
            return None;
        }
        let wanted = self
            .account()
            .and_then(|one| Some((one.id, changes_at(one, now)?)));
        if wanted == self.wished || self.board.refused.is_some() {
            return None;
        }
        self.wished = wanted;
        Some(Effect::Wish(
            wanted.iter().map(|(id, _)| id.to_string()).collect(),
        ))
    }

    fn press(&mut self, key: Key, now: u64) -> Option<Effect> {
        match key {
            Key::Letter('q') if !self.is_searching => return Some(Effect::Quit),
            Key::Letter('/') if !self.is_searching => self.is_searching = true,
            Key::Letter(letter) => {
                self.is_searching = true;
                if self.typed.chars().count() < LONGEST {
                    self.typed.push(letter);
                    self.chosen = None;
                }
            }
            Key::Backspace => {
                self.typed.pop();
                self.search_ends_when_it_is_empty();
            }
            Key::Clear => {
                self.typed.clear();
                self.search_ends_when_it_is_empty();
            }
            Key::Escape if self.purpose == Purpose::Watch && self.is_searching => {
                self.typed.clear();
                self.search_ends_when_it_is_empty();
            }
            Key::Escape => return Some(Effect::Quit),
            Key::Interrupt => return Some(Effect::Interrupt),
            Key::Move(by) => self.go(by),
            Key::Page(by) => {
                let page = isize::try_from(self.page).unwrap_or(1).max(1);
                self.go(by.saturating_mul(page));
            }
            Key::First => self.go(isize::MIN),
            Key::Last => self.go(isize::MAX),
            Key::Enter => return self.enter(now),
        }
        None
    }

    fn search_ends_when_it_is_empty(&mut self) {
        self.is_searching = self.purpose == Purpose::Pick || !self.typed.is_empty();
    }

    /// Chooses another account of the list. It does not go round, so that nobody gets lost.
    fn go(&mut self, by: isize) {
        let found = self.found();
        let at = found.iter().position(|one| Some(one.id) == self.chosen);
        let last = found.len().saturating_sub(1);
        let to = at.unwrap_or(0).saturating_add_signed(by).min(last);
        self.chosen = found.get(to).map(|one| one.id);
    }

    fn enter(&mut self, now: u64) -> Option<Effect> {
        let id = self.account()?.id;
        if self.purpose == Purpose::Pick {
            return Some(Effect::Chosen(id));
        }
        if std::mem::replace(&mut self.is_copying, true) {
            return None;
        }
        // A question to the user may take a while.
        self.remark = Some(("Copying…".to_owned(), now + 60));
        Some(Effect::Copy(id))
    }
}

#[cfg(test)]
mod tests {
    use mfa_ipc::Error;

    use super::*;
    use crate::samples::{NOW, accounts, codes};

    fn model(purpose: Purpose) -> Model {
        let mut model = Model::new(purpose, String::new());
        model.update(Msg::News(News::Accounts(Ok(accounts()))), NOW);
        model
    }

    fn press(model: &mut Model, keys: &[Key]) -> Vec<Effect> {
        let effects = keys.iter().map(|key| model.update(Msg::Key(*key), NOW));
        effects.collect::<Vec<_>>().concat()
    }

    fn letters(text: &str) -> Vec<Key> {
        text.chars().map(Key::Letter).collect()
    }

    fn chosen(model: &Model) -> &str {
        model.account().map_or("", |one| &one.name)
    }

    #[test]
    fn only_the_code_that_is_shown_is_asked_for() {
        let mut model = Model::new(Purpose::Watch, String::new());
        let all = accounts();
        let wish = |number: usize| vec![Effect::Wish(vec![all[number].id.to_string()])];
        let told = || Msg::News(News::Accounts(Ok(accounts())));
        assert_eq!(model.update(told(), NOW), wish(0));
        assert_eq!(model.update(Msg::Tick, NOW + 1), []);
        let news = News::Codes(Ok(codes([(&all[0], "123456", NOW)])));
        assert_eq!(model.update(Msg::News(news), NOW + 1), []);
        assert_eq!(press(&mut model, &[Key::Move(1)]), wish(1));
        assert_eq!(model.update(Msg::Tick, NOW + 30), wish(1));
        // It is asked for once, and after a lock again.
        assert_eq!(model.update(Msg::News(News::Locked), NOW + 31), []);
        assert_eq!(model.update(Msg::Tick, NOW + 60), []);
        assert_eq!(model.update(told(), NOW + 61), wish(0));
        let refused = News::Codes(Err(Error::AccessDenied("no".into())));
        assert_eq!(model.update(Msg::News(refused), NOW + 61), []);
        assert_eq!(model.update(Msg::Tick, NOW + 90), []);
        assert_eq!(model.remark(NOW + 90), Some("no"));
    }

    #[test]
    fn a_clock_that_is_set_has_the_code_asked_for_again_and_once() {
        let all = accounts();
        let wish = [Effect::Wish(vec![all[0].id.to_string()])];
        for later in [NOW - 3600, NOW + 3600] {
            let mut watch = model(Purpose::Watch);
            let news = News::Codes(Ok(codes([(&all[0], "123456", NOW)])));
            assert_eq!(watch.update(Msg::News(news), NOW), []);
            assert_eq!(watch.update(Msg::Tick, later), wish);
            assert_eq!(watch.update(Msg::Tick, later), []);
        }
    }

    #[test]
    fn a_picker_needs_no_code_and_no_clock() {
        let mut picker = Model::new(Purpose::Pick, String::new());
        let told = Msg::News(News::Accounts(Ok(accounts())));
        assert_eq!(picker.update(told, NOW), []);
        assert!(!picker.ticks() && model(Purpose::Watch).ticks());
        let all = accounts();
        let keys = [letters("gitl"), vec![Key::Enter]].concat();
        assert_eq!(press(&mut picker, &keys), [Effect::Chosen(all[2].id)]);
        assert_eq!(press(&mut picker, &[Key::Escape]), [Effect::Quit]);
    }

    #[test]
    fn letters_are_searched_for_and_q_ends_only_without_a_search() {
        let mut watch = model(Purpose::Watch);
        press(&mut watch, &letters("hub"));
        assert_eq!(chosen(&watch), "github");
        press(&mut watch, &letters("q"));
        assert_eq!((watch.typed.as_str(), chosen(&watch)), ("hubq", ""));
        press(&mut watch, &[Key::Escape]);
        assert_eq!((watch.typed.as_str(), chosen(&watch)), ("", "aws"));
        press(&mut watch, &letters("/q"));
        assert_eq!(watch.typed, "q");
        press(&mut watch, &[Key::Backspace]);
        assert_eq!(press(&mut watch, &letters("q")), [Effect::Quit]);
        let mut picker = model(Purpose::Pick);
        assert_eq!(press(&mut picker, &letters("/q")), []);
        assert_eq!(picker.typed, "/q");
    }

    #[test]
    fn the_choice_stays_within_the_list() {
        let mut watch = model(Purpose::Watch);
        for (key, expected) in [
            (Key::Move(-1), "aws"),
            (Key::Move(1), "github"),
            (Key::Last, "gitlab"),
            (Key::Move(1), "gitlab"),
            (Key::Page(-1), "github"),
            (Key::First, "aws"),
        ] {
            press(&mut watch, &[key]);
            assert_eq!(chosen(&watch), expected, "{key:?}");
        }
    }

    #[test]
    fn the_chosen_account_stays_chosen_when_others_come_and_go() {
        let mut watch = model(Purpose::Watch);
        press(&mut watch, &[Key::Last]);
        let mut all = accounts();
        all.remove(0);
        watch.update(Msg::News(News::Accounts(Ok(all.clone()))), NOW);
        assert_eq!(chosen(&watch), "gitlab");
        all.pop();
        watch.update(Msg::News(News::Accounts(Ok(all))), NOW);
        assert_eq!(chosen(&watch), "github");
    }

    #[test]
    fn one_code_is_copied_at_a_time() {
        let mut watch = model(Purpose::Watch);
        let id = watch.account().unwrap().id;
        assert_eq!(press(&mut watch, &[Key::Enter; 2]), [Effect::Copy(id)]);
        watch.update(Msg::Copied(Err("no clipboard".into())), NOW);
        assert_eq!(watch.remark(NOW), Some("no clipboard"));
        assert_eq!(watch.remark(NOW + REMARK), None);
        assert_eq!(press(&mut watch, &[Key::Enter]), [Effect::Copy(id)]);
    }

    #[test]
    fn ctrl_c_always_ends() {
        for purpose in [Purpose::Watch, Purpose::Pick] {
            let mut model = model(purpose);
            press(&mut model, &letters("x"));
            assert_eq!(press(&mut model, &[Key::Interrupt]), [Effect::Interrupt]);
        }
    }
}
