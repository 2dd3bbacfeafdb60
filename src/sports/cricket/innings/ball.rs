//! Official balls: as entered, and as bowled.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::sports::cricket::laws::{CricketerRef, Delivery, Dismissal, Extras};

/// An official ball as scorers entered it.
#[derive(Debug, PartialEq, Eq)]
pub struct EnteredBall {
    pub delivery: Arc<Delivery>,
    /// Users who entered it: one scorer, those who agreed, or who ruled.
    pub scorer_ids: Vec<i64>,
    pub entered_at: DateTime<Utc>,
    /// Starts at 1; each correction adds 1.
    pub rev: u32,
}

/// An official ball as bowled: who took part, and the score after it.
#[derive(Debug, PartialEq, Eq)]
pub struct Ball {
    /// Counts from 1 through the match, wides and no-balls included.
    pub number: u32,
    /// Counts from 1 through the match.
    pub innings_number: u32,
    /// Overs completed in the innings before it.
    pub overs_before: u32,
    /// Ball of the over as printed: a wide or no-ball shares the number of the next ball.
    pub number_in_over: u32,
    pub striker: CricketerRef,
    pub non_striker: CricketerRef,
    pub bowler: CricketerRef,
    pub is_free_hit: bool,
    pub dismissals: Vec<Arc<Dismissal>>,
    /// Total of the innings after it.
    pub innings_runs: u32,
    pub innings_wickets: u32,
    pub ends_over: bool,
    pub entered: Arc<EnteredBall>,
    /// The part that counts: nothing does after the winning run.
    pub counted_delivery: Arc<Delivery>,
}

impl Ball {
    /// Overs completed, then ball of the over: `0.1`.
    pub fn over_label(&self) -> String {
        format!("{}.{}", self.overs_before, self.number_in_over)
    }
}

/// Scorers' notation: `.`, `4`, `W`, `1wd`, `2nb`, `1lb`; several parts are joined with `+`.
pub fn ball_symbol(ball: &Delivery) -> String {
    let Extras { wides, no_balls, byes, leg_byes, penalty } = ball.extras;
    let mut parts = Vec::new();
    if wides > 0 {
        parts.push(format!("{wides}wd"));
    } else if no_balls > 0 {
        parts.push(format!("{}nb", no_balls + ball.bat_runs));
    } else if ball.bat_runs > 0 {
        parts.push(ball.bat_runs.to_string());
    }
    let labelled = [(byes, "b"), (leg_byes, "lb"), (penalty, "p")];
    parts.extend(labelled.iter().filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n}{name}")));
    parts.extend(ball.wickets.iter().map(|_| "W".to_owned()));
    if parts.is_empty() { ".".to_owned() } else { parts.join("+") }
}
