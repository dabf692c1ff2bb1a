//! The time. All that decides takes it as an argument; only the loops ask for it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn since_the_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Returns the time in Unix seconds.
pub(crate) fn now() -> u64 {
    since_the_epoch().as_secs()
}

/// Returns how long it takes until a time in Unix seconds.
pub(crate) fn until(time: u64) -> Duration {
    Duration::from_secs(time).saturating_sub(since_the_epoch())
}
