//! The copying of codes to the clipboard.
//!
//! Only one code is copied at a time, and the last click counts. A late code would replace the one
//! that the user is about to paste.

use std::time::Duration;

use mfa_core::{Account, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::{CodeOptions, IssuedCode};

use super::{Code, Effect, Model, Refusal, Timer, notice};

/// The number of seconds that a copied code must be valid.
const MIN_REMAINING: u32 = 5;
/// The same for the first of two codes: the user needs time to paste it before the second code
/// replaces it.
const MIN_REMAINING_PAIR: u32 = 10;
/// The time that the clipboard may take to accept a code.
const PUT_PATIENCE: Duration = Duration::from_secs(5);
/// The longest time before a code becomes valid that its clearing is put off for, in seconds.
const MAX_EARLY: u64 = 60;
/// The time for which the first of two counter-based codes stays on the clipboard. These codes have
/// no period, so the user sets the pace.
const COUNTER_PACE: Duration = Duration::from_secs(15);

/// A copying in progress.
#[derive(Debug)]
pub(super) struct Copying {
    number: u64,
    account: AccountId,
    request: Option<u64>,
    stage: Stage,
}

/// What the user wants to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The current code.
    Current,
    /// The next code, before it is valid: the current one was already used.
    Next,
    /// The current code, then the next one.
    Pair,
}

#[derive(Debug)]
enum Stage {
    /// The code was requested, or both.
    Asked { wish: Wish },
    /// The code is being put on the clipboard.
    Put { valid_from: u64, valid_until: u64 },
    /// The first of two codes is on the clipboard or being put there.
    First { second: IssuedCode },
    /// The second code is being put on the clipboard.
    Second { valid_until: u64 },
}

impl Model {
    /// Begins to copy a code for another program. The daemon has chosen the code.
    pub(super) fn requested(
        &mut self,
        request: u64,
        id: AccountId,
        code: IssuedCode,
    ) -> Vec<Effect> {
        if self.account(id).is_none() {
            let refusal = if self.locked {
                Refusal::Locked
            } else {
                Refusal::NotFound
            };
            return vec![answer(request, Err(refusal))];
        }
        let mut effects = self.stop_copying(&Refusal::Superseded);
        self.numbers += 1;
        self.copying = Some(Copying {
            number: self.numbers,
            account: id,
            request: Some(request),
            stage: put_stage(&code),
        });
        // The new code replaces the current one, so the timer of the current one must not remove
        // it.
        effects.push(Effect::Stop(Timer::Clear));
        effects.extend(put(self.numbers, code));
        effects
    }

    /// Begins to copy the code of an account, or two of them.
    pub(super) fn copy(&mut self, id: AccountId, wish: Wish, now: u64) -> Vec<Effect> {
        let Some(account) = self.account(id) else {
            // The account was removed while the menu was open.
            return vec![Effect::Notify(notice::gone())];
        };
        let title = self.labels.title(id);
        let (count, enough) = match wish {
            Wish::Current => (1, MIN_REMAINING),
            Wish::Next => (1, 0),
            Wish::Pair => (2, MIN_REMAINING_PAIR),
        };
        // A short period leaves less time.
        let third = account.kind.period().map_or(0, |period| period.get() / 3);
        let min_remaining = u32::try_from(third).map_or(enough, |third| enough.min(third));
        let wait = remaining(account, now).filter(|left| *left < u64::from(min_remaining));
        let said = wait.map(|left| Effect::Notify(notice::waiting(title, left)));
        let mut effects = self.stop_copying(&Refusal::Superseded);
        if let Some(said) = said {
            effects.push(said);
            // A user who pastes too early must not paste the code of another account.
            effects.push(Effect::TakeBack);
        }
        self.numbers += 1;
        self.copying = Some(Copying {
            number: self.numbers,
            account: id,
            request: None,
            stage: Stage::Asked { wish },
        });
        let options = CodeOptions {
            next: wish == Wish::Next,
            min_remaining: Some(min_remaining).filter(|seconds| *seconds > 0),
            ..CodeOptions::default()
        };
        effects.push(Effect::Fetch {
            number: self.numbers,
            account: id,
            count,
            options,
        });
        effects
    }

    /// Stops the copying in progress.
    pub(super) fn stop_copying(&mut self, refusal: &Refusal) -> Vec<Effect> {
        let Some(copying) = self.copying.take() else {
            return Vec::new();
        };
        let mut effects = vec![Effect::Stop(Timer::Second), Effect::Stop(Timer::Put)];
        if matches!(copying.stage, Stage::First { .. }) {
            // The first code is on the clipboard, and the second will not replace it.
            effects.push(self.clear_later());
        }
        if let Some(request) = copying.request {
            effects.push(answer(request, Err(refusal.clone())));
        }
        effects
    }

    /// Handles the reply to [`Effect::Fetch`].
    pub(super) fn codes(
        &mut self,
        number: u64,
        result: Result<Vec<IssuedCode>, Error>,
    ) -> Vec<Effect> {
        let Some(copying) = self.copying.as_mut().filter(|c| c.number == number) else {
            return Vec::new();
        };
        let Stage::Asked { wish } = copying.stage else {
            return Vec::new();
        };
        let mut codes = match result {
            Ok(codes) => codes.into_iter(),
            Err(error) => return self.failed(&notice::reason(&error)),
        };
        let (first, second) = (codes.next(), codes.next());
        let (first, stage) = match (first, second) {
            (Some(first), None) if wish != Wish::Pair => {
                let stage = put_stage(&first);
                (first, stage)
            }
            (Some(first), Some(second)) if wish == Wish::Pair => (first, Stage::First { second }),
            _ => return self.failed("the daemon returned the wrong number of codes"),
        };
        copying.stage = stage;
        let mut effects = vec![
            // The new code replaces the current one, so the timer of the current one must not
            // remove it.
            Effect::Stop(Timer::Clear),
        ];
        effects.extend(put(number, first));
        effects
    }

    /// Handles the reply to [`Effect::Put`].
    pub(super) fn put(&mut self, number: u64, result: Result<(), String>, now: u64) -> Vec<Effect> {
        let Some(copying) = self.copying.as_ref().filter(|c| c.number == number) else {
            // The copying was stopped, but the code is on the clipboard and must be removed.
            return result.map_or_else(|_| Vec::new(), |()| vec![self.clear_later()]);
        };
        if let Err(reason) = result {
            return self.failed(&reason);
        }
        let mut effects = vec![Effect::Stop(Timer::Put)];
        let title = self.labels.title(copying.account);
        match &copying.stage {
            Stage::Asked { .. } => {}
            Stage::First { second } => {
                let wait = match second.valid_from {
                    0 => COUNTER_PACE,
                    from => Duration::from_secs(from.saturating_sub(now)),
                };
                effects.push(Effect::Notify(notice::first(title, wait)));
                effects.push(Effect::Start(Timer::Second, wait));
            }
            Stage::Put {
                valid_from,
                valid_until,
            } => {
                let early = valid_from.saturating_sub(now);
                let said = match early {
                    0 => notice::copied(title, left(*valid_until, now)),
                    early => notice::next(title, early),
                };
                effects.extend(self.copied(said, early, now));
            }
            Stage::Second { valid_until } => {
                let said = notice::second(title, left(*valid_until, now));
                effects.extend(self.copied(said, 0, now));
            }
        }
        effects
    }

    /// Handles a clipboard that does not answer. If it accepts the code later, the code is removed
    /// at once.
    pub(super) fn put_hangs(&mut self) -> Vec<Effect> {
        self.failed("the clipboard does not answer")
    }

    /// Puts the second code on the clipboard. If the machine was asleep, it may be too late for
    /// that.
    pub(super) fn second(&mut self, now: u64) -> Vec<Effect> {
        let Some(copying) = &mut self.copying else {
            return Vec::new();
        };
        let Stage::First { second } = &copying.stage else {
            return Vec::new();
        };
        let second = second.clone();
        if left(second.valid_until, now) == Some(0) {
            return self.failed("it is too late for the second code: start again");
        }
        copying.stage = Stage::Second {
            valid_until: second.valid_until,
        };
        put(copying.number, second).into()
    }

    /// Completes the copying of a code that is valid in `early` seconds.
    fn copied(&mut self, said: notice::Notice, early: u64, now: u64) -> Vec<Effect> {
        let mut effects = vec![Effect::Notify(said), self.clear_after(early)];
        if let Some(copying) = self.copying.take() {
            match copying.request {
                Some(request) => effects.push(answer(request, Ok(()))),
                // A code for another program is recorded when the daemon reports it.
                None => effects.extend(self.used(copying.account, now)),
            }
        }
        effects
    }

    /// Reports a failure to the user and to the program that asked.
    fn failed(&mut self, reason: &str) -> Vec<Effect> {
        let mut effects = self.stop_copying(&Refusal::Failed(reason.to_owned()));
        effects.push(Effect::Notify(notice::failed(reason)));
        // An older code must not be mistaken for the requested one.
        effects.push(Effect::TakeBack);
        effects
    }

    fn clear_later(&self) -> Effect {
        self.clear_after(0)
    }

    /// Clears the clipboard later than usual by `early` seconds, so that a code does not go when it becomes valid. Few codes
    /// become valid later than in a minute, and those go before.
    fn clear_after(&self, early: u64) -> Effect {
        match self.settings.clear_after {
            Some(time) => {
                let time = time.saturating_add(Duration::from_secs(early.min(MAX_EARLY)));
                Effect::Start(Timer::Clear, time)
            }
            None => Effect::Stop(Timer::Clear),
        }
    }
}

fn put_stage(code: &IssuedCode) -> Stage {
    Stage::Put {
        valid_from: code.valid_from,
        valid_until: code.valid_until,
    }
}

fn put(number: u64, code: IssuedCode) -> [Effect; 2] {
    let code = Code(code.code);
    [
        Effect::Put { number, code },
        Effect::Start(Timer::Put, PUT_PATIENCE),
    ]
}

fn answer(request: u64, result: Result<(), Refusal>) -> Effect {
    Effect::Answer { request, result }
}

/// Returns the number of seconds for which the current code of an account is valid.
fn remaining(account: &Account, now: u64) -> Option<u64> {
    let period = account.kind.period()?.get();
    Some(period - now % period)
}

/// Returns the number of seconds for which a code is valid, or `None` for a counter-based code.
fn left(valid_until: u64, now: u64) -> Option<u64> {
    (valid_until > 0).then(|| valid_until.saturating_sub(now))
}
