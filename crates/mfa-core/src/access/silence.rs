//! The silence after a refusal: what the user has just refused is refused again for a while, without a prompt.
//!
//! Without it, a program could ask again and again until the user gives in. Times come from a
//! clock that counts suspend.

use std::time::Duration;

/// How long it lasts.
pub const SILENCE: Duration = Duration::from_secs(60);
/// The maximum number of remembered refusals. The oldest are dropped first.
const MAX: usize = 256;

/// What was refused a moment ago.
#[derive(Clone, Debug)]
pub struct Silences<T> {
    /// Each refusal, with the end of its silence.
    refused: Vec<(T, Duration)>,
}

impl<T> Default for Silences<T> {
    fn default() -> Self {
        let refused = Vec::new();
        Self { refused }
    }
}

impl<T> Silences<T> {
    /// Records that the user refused something.
    pub fn begin(&mut self, what: T, now: Duration) {
        self.refused.retain(|(_, until)| *until > now);
        if self.refused.len() == MAX {
            self.refused.remove(0);
        }
        self.refused.push((what, now + SILENCE));
    }

    /// Returns the time for which something is still refused.
    pub fn left(&self, is_it: impl Fn(&T) -> bool, now: Duration) -> Option<Duration> {
        let same = self.refused.iter().filter(|(what, _)| is_it(what));
        let until = same.map(|(_, until)| *until).max()?;
        let left = until.saturating_sub(now);
        // A longer one would come from a clock that was set back.
        (!left.is_zero() && left <= SILENCE).then_some(left)
    }

    /// Ends the silence about something.
    pub fn forget(&mut self, is_it: impl Fn(&T) -> bool) {
        self.refused.retain(|(what, _)| !is_it(what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn it_lasts_for_a_minute_and_is_about_one_thing() {
        let mut silences = Silences::default();
        silences.begin("a", MINUTE);
        let left = |silences: &Silences<&str>, what, now| silences.left(|one| *one == what, now);
        assert_eq!(left(&silences, "a", MINUTE), Some(SILENCE));
        assert_eq!(left(&silences, "b", MINUTE), None);
        let late = MINUTE * 2 - Duration::from_secs(1);
        assert_eq!(left(&silences, "a", late), Some(Duration::from_secs(1)));
        assert_eq!(left(&silences, "a", MINUTE * 2), None);
        assert_eq!(left(&silences, "a", MINUTE / 2), None, "set back");
        silences.begin("a", MINUTE * 3);
        silences.forget(|one| *one == "a");
        assert_eq!(left(&silences, "a", MINUTE * 3), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut silences = Silences::default();
        for number in 0..2 * MAX {
            silences.begin(number, MINUTE);
        }
        assert_eq!(silences.refused.len(), MAX);
        assert!(silences.left(|one| *one == 2 * MAX - 1, MINUTE).is_some());
        silences.begin(0, MINUTE * 3);
        assert_eq!(silences.refused.len(), 1, "what is over is forgotten");
    }
}
