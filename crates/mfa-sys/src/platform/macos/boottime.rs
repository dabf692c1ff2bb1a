//! Time since boot that counts sleep, for locking after idling.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Time since boot, sleep included.
#[must_use]
pub fn since_boot() -> Duration {
    // On macOS it is this clock that goes on while the system sleeps.
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(
        now.tv_sec.unsigned_abs(),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}
