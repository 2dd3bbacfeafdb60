//! The periods of a match, and the pauses between them.

use crate::sports::clock::{Period, PeriodBreak, PeriodSchedule};

/// The period that the shoot-out kinds belong to, and no other goal.
pub const SHOOTOUT_PERIOD: &str = "penalty_shootout";

const MINUTE_MS: i64 = 60_000;

/// Laws of the Game, Law 7: two halves of 45 minutes; Law 10: two periods of extra time, at most
/// 15 minutes each, then penalties, which no clock runs for.
pub const PERIODS: [Period; 5] = [
    Period { name: "first_half", starts_ms: 0, clock_runs: true },
    Period { name: "second_half", starts_ms: 45 * MINUTE_MS, clock_runs: true },
    Period { name: "extra_first_half", starts_ms: 90 * MINUTE_MS, clock_runs: true },
    Period { name: "extra_second_half", starts_ms: 105 * MINUTE_MS, clock_runs: true },
    Period { name: SHOOTOUT_PERIOD, starts_ms: 120 * MINUTE_MS, clock_runs: false },
];

/// Penalties may follow the second half or extra time, so they are named; else the next period.
const BREAKS: [PeriodBreak; 5] = [
    PeriodBreak { reason: "half_time", next_period: None },
    PeriodBreak { reason: "full_time", next_period: None },
    PeriodBreak { reason: "extra_half_time", next_period: None },
    PeriodBreak { reason: "before_penalties", next_period: Some(SHOOTOUT_PERIOD) },
    PeriodBreak { reason: "penalties", next_period: Some(SHOOTOUT_PERIOD) },
];

/// The course of a match.
pub const PERIOD_SCHEDULE: PeriodSchedule = PeriodSchedule { periods: &PERIODS, breaks: &BREAKS };
