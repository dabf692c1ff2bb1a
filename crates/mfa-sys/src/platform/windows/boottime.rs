//! The time since boot including sleep, for locking after idle time.

use std::time::Duration;

use windows_sys::Win32::System::SystemInformation::GetTickCount64;

/// Returns the time since boot, including sleep.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn since_boot() -> Duration {
    // SAFETY: it has no arguments and cannot fail.
    Duration::from_millis(unsafe { GetTickCount64() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_does_not_go_back() {
        let first = since_boot();
        assert!(first > Duration::ZERO);
        assert!(since_boot() >= first);
    }
}
