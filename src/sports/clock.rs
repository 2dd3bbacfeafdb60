//! The match clock: it moves only by the times that commands carry.

use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::domain::time;

/// A part of a match with a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Period {
    pub name: &'static str,
    /// What the clock shows when the period begins; each later than the one before.
    pub starts_ms: i64,
    /// Whether time is kept in it; a shoot-out has none.
    pub runs: bool,
}

/// A reason for a pause that ends a period.
#[derive(Debug)]
pub struct Break {
    pub reason: &'static str,
    /// The period that follows; none for the next in order.
    pub to: Option<&'static str>,
}

/// How a sport divides its time. Without periods the clock simply runs.
#[derive(Debug)]
pub struct Timing {
    pub periods: &'static [Period],
    pub breaks: &'static [Break],
}

/// What a page needs to go on ticking by itself: what was shown at one moment, and if it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    pub period: Option<&'static Period>,
    running: bool,
    /// The match clock at `at`, in milliseconds.
    elapsed_ms: i64,
    /// The last start or stop; none before the first.
    at: Option<DateTime<Utc>>,
}

impl Timing {
    /// The period with this name.
    pub fn period(&self, name: &str) -> Option<&'static Period> {
        self.periods.iter().find(|period| period.name == name)
    }

    /// The period that follows a pause for `reason`: another only where the reason ends one.
    pub fn after(&self, period: &'static Period, reason: Option<&str>) -> &'static Period {
        let broken = self.breaks.iter().find(|one| Some(one.reason) == reason);
        let next = broken.and_then(|one| match one.to {
            Some(name) => self.period(name),
            None => self.periods.iter().find(|next| next.starts_ms > period.starts_ms),
        });
        next.unwrap_or(period)
    }
}

impl Clock {
    /// Runs from `at`: on in the same period, or from the beginning of another.
    pub fn run(&mut self, period: Option<&'static Period>, at: DateTime<Utc>) {
        self.stop(at);
        if let Some(begins) = period.filter(|_| period != self.period) {
            self.elapsed_ms = begins.starts_ms;
        }
        self.period = period;
        self.running = period.is_none_or(|period| period.runs);
    }

    /// Whether it has ever run: whether the match was begun.
    pub fn has_begun(&self) -> bool {
        self.at.is_some()
    }

    /// Stands still from `at`, or from the last start or stop where that is later: devices
    /// disagree about the time, and a clock that runs backwards helps nobody.
    pub fn stop(&mut self, at: DateTime<Utc>) {
        let last = self.at.unwrap_or(at);
        let at = at.max(last);
        if self.running {
            self.elapsed_ms = self.elapsed_ms.saturating_add((at - last).num_milliseconds());
        }
        self.running = false;
        self.at = Some(at);
    }

    pub fn view(&self) -> Value {
        json!({
            "period": self.period.map(|period| period.name),
            "running": self.running,
            "elapsed_ms": self.elapsed_ms,
            "at": self.at.map(moment),
        })
    }
}

/// A time as all our JSON writes it: RFC 3339, UTC, milliseconds.
pub fn moment(at: DateTime<Utc>) -> String {
    time::text(at)
}
