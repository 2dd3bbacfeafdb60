//! A ball that is official: what was entered, and what it was.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::sports::cricket::laws::{CricketerRef, Delivery, Dismissal, Extras};

/// A ball as it stands among the entries.
#[derive(Debug, PartialEq, Eq)]
pub struct EnteredBall {
    pub delivery: Arc<Delivery>,
    /// Who said so: one scorer, those who agreed, or who ruled.
    pub scorer_ids: Vec<i64>,
    pub entered_at: DateTime<Utc>,
    /// 1, and one more with each correction.
    pub rev: u32,
}

/// A ball as it was bowled, with everybody's name to it.
#[derive(Debug, PartialEq, Eq)]
pub struct Ball {
    /// From 1 through the match, illegal ones too.
    pub number: u32,
    pub innings_number: u32,
    /// Overs called before it.
    pub overs_before: u32,
    /// Its place in the over, as printed: an illegal ball shares it with the next one.
    pub number_in_over: u32,
    pub striker: CricketerRef,
    pub non_striker: CricketerRef,
    pub bowler: CricketerRef,
    pub is_free_hit: bool,
    pub dismissals: Vec<Arc<Dismissal>>,
    /// Where the innings stood after it.
    pub innings_runs: u32,
    pub innings_wickets: u32,
    pub ends_over: bool,
    pub entered: Arc<EnteredBall>,
    /// What counts of it: nothing does after the winning run.
    pub counted_delivery: Arc<Delivery>,
}

impl Ball {
    /// `0.1`: the over and the ball in it.
    pub fn over_label(&self) -> String {
        format!("{}.{}", self.overs_before, self.number_in_over)
    }
}

/// A ball as scorers write it: `.`, `4`, `W`, `1wd`, `2nb`, `1lb`; parts of it are joined.
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
