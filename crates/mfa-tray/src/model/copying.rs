//! From a click to the clipboard, and back.
//!
//! Only one code is on its way at a time, and the last click counts: a code that comes late would
//! replace the one that the user is about to paste.

use std::time::Duration;

use mfa_ipc::Error;
use mfa_ipc::types::{AccountInfo, IssuedCode};

use super::{Effect, Model, Refusal, Secret, Timer, notice};

/// How many seconds a copied code has to be valid.
const MIN_REMAINING: u32 = 5;
/// The same for the first of two codes: there has to be time to paste it before the second comes.
const MIN_REMAINING_PAIR: u32 = 10;
/// How long the clipboard may take to take a code.
const PUT_PATIENCE: Duration = Duration::from_secs(5);
/// How long the first of two counter-based codes stays: nothing but the user sets the pace.
const COUNTER_PACE: Duration = Duration::from_secs(15);

/// A code on its way.
#[derive(Debug)]
pub(super) struct Copying {
    number: u64,
    account: String,
    request: Option<u64>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The code is asked for, alone or with the next one.
    Asked { pair: bool },
    /// It is being put on the clipboard.
    Put { valid_until: u64 },
    /// The first of two is being put there, or is there.
    First { second: IssuedCode },
    /// The second is being put there.
    Second { valid_until: u64 },
}

impl Model {
    /// Begins to copy the code of an account.
    pub(super) fn copy(&mut self, id: &str, request: Option<u64>, now: u64) -> Vec<Effect> {
        self.begin(id, request, false, now)
    }

    /// Begins to copy two codes in a row.
    pub(super) fn pair(&mut self, id: &str, now: u64) -> Vec<Effect> {
        self.begin(id, None, true, now)
    }

    /// Somebody else asks for it.
    pub(super) fn requested(&mut self, request: u64, id: &str, now: u64) -> Vec<Effect> {
        if self.account(id).is_some() {
            return self.copy(id, Some(request), now);
        }
        let refusal = if self.locked {
            Refusal::Locked
        } else {
            Refusal::NotFound
        };
        vec![answer(request, Err(refusal))]
    }

    fn begin(&mut self, id: &str, request: Option<u64>, pair: bool, now: u64) -> Vec<Effect> {
        let Some(account) = self.account(id) else {
            // It was removed while the menu was open.
            return vec![Effect::Notify(notice::gone())];
        };
        let title = self.labels.title(id);
        let (count, wish) = if pair {
            (2, MIN_REMAINING_PAIR)
        } else {
            (1, MIN_REMAINING)
        };
        // An account whose codes are short-lived leaves less time.
        let min_remaining = account.period.map_or(0, |period| wish.min(period / 3));
        let wait = remaining(account, now).filter(|left| *left < u64::from(min_remaining));
        let said = wait.map(|left| Effect::Notify(notice::waiting(title, left)));
        let mut effects = self.stop_copying(&Refusal::Superseded);
        if let Some(said) = said {
            effects.push(said);
            // Whoever pastes too early shall not paste the code of another account.
            effects.push(Effect::TakeBack);
        }
        self.numbers += 1;
        self.copying = Some(Copying {
            number: self.numbers,
            account: id.to_owned(),
            request,
            stage: Stage::Asked { pair },
        });
        effects.push(Effect::Fetch {
            number: self.numbers,
            account: id.to_owned(),
            count,
            min_remaining,
        });
        effects
    }

    /// Gives up what is under way.
    pub(super) fn stop_copying(&mut self, refusal: &Refusal) -> Vec<Effect> {
        let Some(copying) = self.copying.take() else {
            return Vec::new();
        };
        let mut effects = vec![Effect::Stop(Timer::Second), Effect::Stop(Timer::Put)];
        if matches!(copying.stage, Stage::First { .. }) {
            // The first is there, and the second will not replace it.
            effects.push(self.clear_later());
        }
        if let Some(request) = copying.request {
            effects.push(answer(request, Err(refusal.clone())));
        }
        effects
    }

    /// The codes are there, or are not to be had.
    pub(super) fn codes(
        &mut self,
        number: u64,
        result: Result<Vec<IssuedCode>, Error>,
    ) -> Vec<Effect> {
        let Some(copying) = self.copying.as_mut().filter(|c| c.number == number) else {
            return Vec::new();
        };
        let Stage::Asked { pair } = copying.stage else {
            return Vec::new();
        };
        let mut codes = match result {
            Ok(codes) => codes.into_iter(),
            Err(error) => return self.failed(&notice::reason(&error)),
        };
        let (first, second) = (codes.next(), codes.next());
        let (first, stage) = match (first, second) {
            (Some(first), None) if !pair => {
                let valid_until = first.valid_until;
                (first, Stage::Put { valid_until })
            }
            (Some(first), Some(second)) if pair => (first, Stage::First { second }),
            _ => return self.failed("the daemon gave another number of codes"),
        };
        copying.stage = stage;
        let mut effects = vec![
            // What is there now is about to be replaced; its time is not that of the new one.
            Effect::Stop(Timer::Clear),
        ];
        effects.extend(put(number, first));
        effects
    }

    /// The clipboard has taken a code, or has not.
    pub(super) fn put(&mut self, number: u64, result: Result<(), String>, now: u64) -> Vec<Effect> {
        let Some(copying) = self.copying.as_ref().filter(|c| c.number == number) else {
            // Its copying was given up; the code is there all the same and has to go again.
            return result.map_or_else(|_| Vec::new(), |()| vec![self.clear_later()]);
        };
        if let Err(reason) = result {
            return self.failed(&reason);
        }
        let mut effects = vec![Effect::Stop(Timer::Put)];
        let title = self.labels.title(&copying.account);
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
            Stage::Put { valid_until } => {
                let said = notice::copied(title, left(*valid_until, now));
                effects.extend(self.copied(said, now));
            }
            Stage::Second { valid_until } => {
                let said = notice::second(title, left(*valid_until, now));
                effects.extend(self.copied(said, now));
            }
        }
        effects
    }

    /// The clipboard takes too long. Whatever it takes later is taken back at once.
    pub(super) fn put_hangs(&mut self) -> Vec<Effect> {
        self.failed("the clipboard does not answer")
    }

    /// It is time for the second code, or long past that if the machine was asleep.
    pub(super) fn second(&mut self, now: u64) -> Vec<Effect> {
        let Some(copying) = &mut self.copying else {
            return Vec::new();
        };
        let Stage::First { second } = &copying.stage else {
            return Vec::new();
        };
        let second = second.clone();
        if left(second.valid_until, now) == Some(0) {
            return self.failed("it is too late for the second code; begin again");
        }
        copying.stage = Stage::Second {
            valid_until: second.valid_until,
        };
        put(copying.number, second).into()
    }

    /// All is done.
    fn copied(&mut self, said: notice::Notice, now: u64) -> Vec<Effect> {
        let mut effects = vec![Effect::Notify(said), self.clear_later()];
        if let Some(copying) = self.copying.take() {
            effects.extend(self.count(&copying.account, now));
            if let Some(request) = copying.request {
                effects.push(answer(request, Ok(())));
            }
        }
        effects
    }

    /// The user has to know, and whoever asked.
    fn failed(&mut self, reason: &str) -> Vec<Effect> {
        let mut effects = self.stop_copying(&Refusal::Failed(reason.to_owned()));
        effects.push(Effect::Notify(notice::failed(reason)));
        // An older code must not be taken for the one that was asked for.
        effects.push(Effect::TakeBack);
        effects
    }

    fn clear_later(&self) -> Effect {
        match self.settings.clear_after {
            Some(time) => Effect::Start(Timer::Clear, time),
            None => Effect::Stop(Timer::Clear),
        }
    }
}

fn put(number: u64, code: IssuedCode) -> [Effect; 2] {
    let code = Secret(code.code);
    [
        Effect::Put { number, code },
        Effect::Start(Timer::Put, PUT_PATIENCE),
    ]
}

fn answer(request: u64, result: Result<(), Refusal>) -> Effect {
    Effect::Answer { request, result }
}

/// How many seconds the current code of an account is still valid.
fn remaining(account: &AccountInfo, now: u64) -> Option<u64> {
    let period = u64::from(account.period?);
    Some(period - now.checked_rem(period)?)
}

/// How many seconds a code is still valid; nothing if it does not end by itself.
fn left(valid_until: u64, now: u64) -> Option<u64> {
    (valid_until > 0).then(|| valid_until.saturating_sub(now))
}
