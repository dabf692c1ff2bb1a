//! The timers of the model.
//!
//! They include the time that the machine was suspended: a code must not stay on the clipboard
//! overnight because the lid was closed. The clock of tokio stops during suspend, so the timers
//! sleep in short naps.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::Timer;

/// The maximum time between two looks at the clock.
const NAP: Duration = Duration::from_secs(5);

/// The end of each timer, by a clock that does not stop.
#[derive(Debug)]
pub(crate) struct Timers {
    clock: fn() -> Duration,
    ends: HashMap<Timer, Duration>,
}

impl Timers {
    /// Creates an empty set of timers. `clock` returns the time since a fixed moment.
    pub(crate) fn new(clock: fn() -> Duration) -> Self {
        Self {
            clock,
            ends: HashMap::new(),
        }
    }

    /// Starts a timer, or starts it again.
    pub(crate) fn start(&mut self, timer: Timer, time: Duration) {
        self.ends.insert(timer, (self.clock)().saturating_add(time));
    }

    /// Stops a timer, if it runs.
    pub(crate) fn stop(&mut self, timer: Timer) {
        self.ends.remove(&timer);
    }

    /// Waits for the next timer that runs out; forever if none runs. Nothing is lost if this is
    /// dropped.
    pub(crate) async fn elapsed(&mut self) -> Timer {
        let next = self.ends.iter().min_by_key(|(_, end)| **end);
        let Some((timer, end)) = next.map(|(timer, end)| (*timer, *end)) else {
            return std::future::pending().await;
        };
        loop {
            let left = end.saturating_sub((self.clock)());
            if left.is_zero() {
                self.ends.remove(&timer);
                return timer;
            }
            tokio::time::sleep(left.min(NAP)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use tokio::time::Instant;

    use super::*;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    /// The paused clock of the test.
    fn clock() -> Duration {
        START.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn they_run_out_in_order_unless_stopped() {
        let start = clock();
        let mut timers = Timers::new(clock);
        timers.start(Timer::Clear, Duration::from_secs(30));
        timers.start(Timer::Second, Duration::from_secs(20));
        timers.start(Timer::Tick, Duration::from_secs(1));
        timers.start(Timer::Clear, Duration::from_secs(10));
        timers.start(Timer::Panel, Duration::MAX);
        timers.stop(Timer::Tick);
        assert_eq!(timers.elapsed().await, Timer::Clear);
        assert_eq!((clock() - start).as_secs(), 10);
        assert_eq!(timers.elapsed().await, Timer::Second);
        let nothing = tokio::time::timeout(Duration::from_secs(99), timers.elapsed());
        assert!(nothing.await.is_err());
    }
}
