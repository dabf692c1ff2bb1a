//! The number of codes that an asker may have: some at once, and then a number per minute.

use std::collections::HashMap;
use std::time::Duration;

use super::Who;

/// The number of codes that an asker may have at once.
pub const BURST: u32 = 20;
/// The maximum number of counted askers. Those with the oldest requests are dropped first.
const MAX: usize = 256;

/// Counts the codes that each asker has had.
#[derive(Clone, Debug)]
pub struct Rates {
    /// The number of codes per minute; `None` means no limit.
    per_minute: Option<u32>,
    askers: HashMap<Who, Bucket>,
}

/// The codes that an asker may still have, as time: each code costs some time, and passing time restores it.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: Duration,
    at: Duration,
}

impl Rates {
    /// Creates the counters for a number of codes per minute; 0 means no limit.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute: Some(per_minute).filter(|rate| *rate > 0),
            askers: HashMap::new(),
        }
    }

    /// Counts codes for an asker.
    ///
    /// # Errors
    /// Returns the time that the asker has to wait, if it had too many codes. Then none is counted.
    pub fn take(&mut self, who: &Who, count: u32, now: Duration) -> Result<(), Duration> {
        let Some(per_minute) = self.per_minute else {
            return Ok(());
        };
        // A browser that asks on many sites would have many times as much.
        let who = &*who.anywhere();
        let each = Duration::from_secs(60) / per_minute;
        let full = each * BURST;
        let left = |bucket: &Bucket| {
            let passed = now.saturating_sub(bucket.at);
            (bucket.left + passed).min(full)
        };
        self.askers.retain(|_, bucket| left(bucket) < full);
        if self.askers.len() >= MAX
            && !self.askers.contains_key(who)
            && let Some(oldest) = self.oldest()
        {
            self.askers.remove(&oldest);
        }
        let before = self.askers.get(who).map_or(full, left);
        // A single request for many codes must be possible.
        let cost = (each * count).min(full);
        let after = before.checked_sub(cost).ok_or_else(|| cost - before)?;
        let bucket = Bucket {
            left: after,
            at: now,
        };
        self.askers.insert(who.clone(), bucket);
        Ok(())
    }

    fn oldest(&self) -> Option<Who> {
        let oldest = self.askers.iter().min_by_key(|(_, bucket)| bucket.at);
        oldest.map(|(who, _)| who.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1000);

    fn who(name: &str) -> Who {
        Who::System(name.into())
    }

    #[test]
    fn twenty_at_once_then_one_a_second() {
        let mut rates = Rates::new(60);
        for _ in 0..BURST {
            assert_eq!(rates.take(&who("a"), 1, START), Ok(()));
        }
        let second = Duration::from_secs(1);
        assert_eq!(rates.take(&who("a"), 1, START), Err(second));
        assert_eq!(rates.take(&who("a"), 3, START), Err(second * 3));
        assert_eq!(rates.take(&who("b"), 1, START), Ok(()), "others may");
        assert_eq!(rates.take(&who("a"), 1, START + second), Ok(()));
        assert_eq!(rates.take(&who("a"), 1, START + second), Err(second));
        let mut served = 0;
        for n in 0..600 {
            let now = START + second * 2 + second * n / 10;
            served += u32::from(rates.take(&who("a"), 1, now).is_ok());
        }
        assert_eq!(served, 60, "sixty in the minute after");
    }

    #[test]
    fn many_codes_in_one_request_are_possible() {
        let mut rates = Rates::new(10);
        assert_eq!(rates.take(&who("a"), 100, START), Ok(()));
        assert!(rates.take(&who("a"), 1, START).is_err());
    }

    #[test]
    fn there_may_be_no_limit() {
        let mut rates = Rates::new(0);
        assert!((0..10_000).all(|_| rates.take(&who("a"), 1, START).is_ok()));
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_gives_nothing() {
        let mut rates = Rates::new(60);
        assert_eq!(rates.take(&who("a"), BURST, START), Ok(()));
        assert!(rates.take(&who("a"), 1, START / 2).is_err());
    }

    #[test]
    fn what_is_counted_is_bounded() {
        let mut rates = Rates::new(60);
        for n in 0..2000_u32 {
            let now = START + Duration::from_nanos(n.into());
            assert_eq!(rates.take(&who(&n.to_string()), BURST, now), Ok(()));
        }
        assert_eq!(rates.askers.len(), MAX);
        let now = START + Duration::from_nanos(2000);
        assert!(rates.take(&who("1999"), 1, now).is_err(), "it is known");
    }
}
