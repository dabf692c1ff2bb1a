//! The timers that the model has started.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::Timer;

/// When each runs out.
#[derive(Debug, Default)]
pub(crate) struct Timers(HashMap<Timer, Instant>);

impl Timers {
    /// Starts one, or starts it anew.
    pub(crate) fn start(&mut self, timer: Timer, time: Duration) {
        self.0.insert(timer, Instant::now() + time);
    }

    /// Stops one, if it runs.
    pub(crate) fn stop(&mut self, timer: Timer) {
        self.0.remove(&timer);
    }

    /// Waits for the next that runs out; for ever if none runs. Nothing is lost if this is dropped.
    pub(crate) async fn elapsed(&mut self) -> Timer {
        let next = self.0.iter().min_by_key(|(_, at)| **at);
        let Some((timer, at)) = next.map(|(timer, at)| (*timer, *at)) else {
            return std::future::pending().await;
        };
        tokio::time::sleep_until(at).await;
        self.0.remove(&timer);
        timer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn they_run_out_in_order_unless_stopped() {
        let mut timers = Timers::default();
        timers.start(Timer::Clear, Duration::from_secs(30));
        timers.start(Timer::Second, Duration::from_secs(20));
        timers.start(Timer::Tick, Duration::from_secs(1));
        timers.start(Timer::Clear, Duration::from_secs(10));
        timers.stop(Timer::Tick);
        let start = Instant::now();
        assert_eq!(timers.elapsed().await, Timer::Clear);
        assert_eq!(start.elapsed().as_secs(), 10);
        assert_eq!(timers.elapsed().await, Timer::Second);
        let nothing = tokio::time::timeout(Duration::from_secs(99), timers.elapsed());
        assert!(nothing.await.is_err());
    }
}
