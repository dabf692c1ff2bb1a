//! The system's clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mfa_core::port::Clock;

/// The clock that everything except tests uses.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix(&self) -> Option<u64> {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .map(|time| time.as_secs())
    }

    fn since_boot(&self) -> Duration {
        mfa_sys::boottime::since_boot()
    }
}
