//! The settings of the daemon that say who may have codes.

use mfa_core::access::{BusCodes, Unattended};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The shortest and the longest time that a question may stay open, in seconds. Clients wait for 60 seconds.
const TIMES: std::ops::RangeInclusive<u64> = 5..=60;
/// The highest limit on codes.
const MAX_RATE: u32 = 100_000;

pub(super) const BUS_CODES: &str = "bus-codes must be \"ask\", \"deny\" or \"allow\"";
pub(super) const UNATTENDED: &str = "unattended must be \"allow\" or \"deny\"";
pub(super) const QUESTION_TIMEOUT: &str = "question-timeout must be a number of seconds, 5 to 60";
pub(super) const CODES_PER_MINUTE: &str =
    "codes-per-minute must be a number, 1 to 100000, or 0 for no limit";

pub(super) fn bus_codes<'de, D: Deserializer<'de>>(given: D) -> Result<BusCodes, D::Error> {
    let all = [BusCodes::Ask, BusCodes::Deny, BusCodes::Allow];
    let text = String::deserialize(given).unwrap_or_default();
    let found = all.into_iter().find(|choice| choice.as_str() == text);
    found.ok_or_else(|| D::Error::custom(BUS_CODES))
}

pub(super) fn unattended<'de, D: Deserializer<'de>>(given: D) -> Result<Unattended, D::Error> {
    match String::deserialize(given).unwrap_or_default().as_str() {
        "allow" => Ok(Unattended::Allow),
        "deny" => Ok(Unattended::Deny),
        _ => Err(D::Error::custom(UNATTENDED)),
    }
}

pub(super) fn question_timeout<'de, D: Deserializer<'de>>(
    given: D,
) -> Result<Option<u64>, D::Error> {
    let seconds = u64::deserialize(given).ok();
    let seconds = seconds.filter(|seconds| TIMES.contains(seconds));
    let seconds = seconds.ok_or_else(|| D::Error::custom(QUESTION_TIMEOUT));
    seconds.map(Some)
}

pub(super) fn codes_per_minute<'de, D: Deserializer<'de>>(
    given: D,
) -> Result<Option<u32>, D::Error> {
    let rate = u32::deserialize(given)
        .ok()
        .filter(|rate| *rate <= MAX_RATE);
    let rate = rate.ok_or_else(|| D::Error::custom(CODES_PER_MINUTE));
    rate.map(Some)
}
