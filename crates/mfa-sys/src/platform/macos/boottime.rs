//! The time since boot including sleep, for locking after idle time.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Returns the time since boot, including sleep.
#[must_use]
pub fn since_boot() -> Duration {
    // On macOS this clock goes on while the system sleeps.
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(
        now.tv_sec.unsigned_abs(),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}
