//! Whether the clock is right, as far as the kernel knows. A wrong clock gives wrong codes.

/// The error of the clock, in microseconds, from which on nobody synchronises it. The kernel lets the error grow up to
/// here (`NTP_PHASE_LIMIT`), and systemd uses the same limit.
const LIMIT: i64 = 16_000_000;

/// Returns whether a program synchronises the clock with others, or `None` if the kernel does not tell.
///
/// The source is adjtimex(2).
#[must_use]
pub fn is_synchronised() -> Option<bool> {
    max_error().map(|error| error < LIMIT)
}

/// Returns the maximum error of the clock, in microseconds.
#[expect(unsafe_code, reason = "adjtimex is a function of C")]
fn max_error() -> Option<i64> {
    // SAFETY: the struct consists of integers, for which zero is a value.
    let mut clock: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is that of a struct of the right type. No mode is set, so that the call only reads.
    let state = unsafe { libc::adjtimex(&raw mut clock) };
    #[expect(
        clippy::useless_conversion,
        reason = "a long has 32 bits on some systems"
    )]
    let error = i64::from(clock.maxerror);
    (state >= 0).then_some(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_the_error() {
        assert!(max_error().is_some_and(|error| error >= 0));
    }
}
