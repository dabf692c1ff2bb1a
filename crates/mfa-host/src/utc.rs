//! Dates and times for people, in UTC. A library for this would make mfactl a tenth larger.

/// Returns a Unix time as date and time: `2023-11-14 22:13:20 UTC`.
#[must_use]
pub fn date_and_time(time: u64) -> String {
    let second = time % 60;
    format!("{} {}:{second:02} UTC", date(time), hour_and_minute(time))
}

/// Returns the date of a Unix time: `2023-11-14`.
///
/// The year begins in March here, so that the leap day is its last one. An era has 400 such years (the Gregorian
/// calendar repeats after that), and begins on 0000-03-01, which is 719,468 days before 1970.
#[must_use]
pub fn date(time: u64) -> String {
    let days = time / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns the time of day of a Unix time: `22:13`.
#[must_use]
pub fn hour_and_minute(time: u64) -> String {
    format!("{:02}:{:02}", time / 3_600 % 24, time / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_date() {
        for (time, expected) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (951_868_800, "2000-03-01 00:00:00 UTC"),
            (1_700_000_000, "2023-11-14 22:13:20 UTC"),
            (1_735_689_599, "2024-12-31 23:59:59 UTC"),
            (2_147_483_648, "2038-01-19 03:14:08 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(date_and_time(time), expected);
        }
    }
}
