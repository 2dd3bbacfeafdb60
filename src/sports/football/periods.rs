//! The periods of a match, and the pauses between them.

use crate::sports::clock::{Period, PeriodBreak, PeriodSchedule};

/// The only period for kicks of a shoot-out.
pub const SHOOTOUT_PERIOD: &str = "penalty_shootout";

const MINUTE_MS: i64 = 60_000;

/// Two halves of 45 minutes (Laws of the Game, Law 7); two halves of extra time of at most 15
/// minutes, then penalties, during which the clock stands still (Law 10).
pub const PERIODS: [Period; 5] = [
    Period { name: "first_half", starts_ms: 0, clock_runs: true },
    Period { name: "second_half", starts_ms: 45 * MINUTE_MS, clock_runs: true },
    Period { name: "extra_first_half", starts_ms: 90 * MINUTE_MS, clock_runs: true },
    Period { name: "extra_second_half", starts_ms: 105 * MINUTE_MS, clock_runs: true },
    Period { name: SHOOTOUT_PERIOD, starts_ms: 120 * MINUTE_MS, clock_runs: false },
];

/// The names of all periods.
pub fn names() -> Vec<&'static str> {
    PERIODS.iter().map(|period| period.name).collect()
}

/// Penalties may follow the second half or extra time; after other breaks the next period follows.
const BREAKS: [PeriodBreak; 5] = [
    PeriodBreak { reason: "half_time", next_period: None },
    PeriodBreak { reason: "full_time", next_period: None },
    PeriodBreak { reason: "extra_half_time", next_period: None },
    PeriodBreak { reason: "before_penalties", next_period: Some(SHOOTOUT_PERIOD) },
    PeriodBreak { reason: "penalties", next_period: Some(SHOOTOUT_PERIOD) },
];

/// Periods and breaks of a match.
pub const PERIOD_SCHEDULE: PeriodSchedule = PeriodSchedule { periods: &PERIODS, breaks: &BREAKS };
