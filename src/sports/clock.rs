//! The match clock: started and stopped by the times in commands, never by the server's clock.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::time;

/// A period of a match.
#[derive(Debug, PartialEq, Eq)]
pub struct Period {
    pub name: &'static str,
    /// Match time at the start of the period, in milliseconds; periods are in ascending order.
    pub starts_ms: i64,
    /// Whether the clock runs; not in a shoot-out.
    pub clock_runs: bool,
}

/// A reason for a pause that ends a period.
#[derive(Debug)]
pub struct PeriodBreak {
    pub reason: &'static str,
    /// The period that follows; `None` for the next in order.
    pub next_period: Option<&'static str>,
}

/// How a sport divides its time. Without periods the clock simply runs.
#[derive(Debug)]
pub struct PeriodSchedule {
    pub periods: &'static [Period],
    pub breaks: &'static [PeriodBreak],
}

/// The clock at one moment, and whether it runs: enough for a page to keep it ticking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchClock {
    pub period: Option<&'static Period>,
    is_running: bool,
    /// The match clock at `at`, in milliseconds.
    elapsed_ms: i64,
    /// Time of the last start or stop; `None` before the first.
    changed_at: Option<DateTime<Utc>>,
}

impl PeriodSchedule {
    /// The period with this name.
    pub fn find_period(&self, name: &str) -> Option<&'static Period> {
        self.periods.iter().find(|period| period.name == name)
    }

    /// The period after a pause for `reason`: the current one unless the reason ends it.
    pub fn period_after_pause(
        &self,
        period: &'static Period,
        reason: Option<&str>,
    ) -> &'static Period {
        let period_break = self.breaks.iter().find(|one| Some(one.reason) == reason);
        let next = period_break.and_then(|one| match one.next_period {
            Some(name) => self.find_period(name),
            None => self.periods.iter().find(|next| next.starts_ms > period.starts_ms),
        });
        next.unwrap_or(period)
    }
}

impl MatchClock {
    /// Starts the clock at `at`: resumes the same period, or begins another.
    pub fn start(&mut self, period: Option<&'static Period>, at: DateTime<Utc>) {
        self.stop(at);
        if let Some(new_period) = period.filter(|_| period != self.period) {
            self.elapsed_ms = new_period.starts_ms;
        }
        self.period = period;
        self.is_running = period.is_none_or(|period| period.clock_runs);
    }

    /// Whether the match was ever started.
    pub fn has_started(&self) -> bool {
        self.changed_at.is_some()
    }

    /// Stops the clock at `at`, but never before its last start or stop: devices disagree about the
    /// time, and the clock must not run backwards.
    pub fn stop(&mut self, at: DateTime<Utc>) {
        let last_change = self.changed_at.unwrap_or(at);
        let at = at.max(last_change);
        if self.is_running {
            self.elapsed_ms = self.elapsed_ms.saturating_add((at - last_change).num_milliseconds());
        }
        self.is_running = false;
        self.changed_at = Some(at);
    }

    /// `clock` of responses, messages and snapshots; times in milliseconds.
    pub fn to_json(&self) -> Value {
        json!({
            "period": self.period.map(|period| period.name),
            "running": self.is_running,
            "elapsed_ms": self.elapsed_ms,
            "at": self.changed_at.map(format_timestamp),
        })
    }
}

/// A time in JSON: RFC 3339, UTC, milliseconds.
pub fn format_timestamp(at: DateTime<Utc>) -> String {
    time::format(at)
}
