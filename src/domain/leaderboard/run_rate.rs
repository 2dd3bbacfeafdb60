//! Net run rates: runs scored per over less runs conceded per over, over all matches together.

use serde::Serialize;

/// Runs of a side, and the balls that count as faced for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunsOffBalls {
    pub runs: i64,
    /// For a side that was all out, the balls of its full quota.
    pub balls: i64,
}

/// What a match adds to the net run rates; runs scored by one side are conceded by the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MatchRunRates {
    pub home: RunsOffBalls,
    pub away: RunsOffBalls,
    pub balls_per_over: i64,
}

/// Unit of over counts: divisible by every over length from 1 to 12 balls, so that sums stay exact.
const PARTS_PER_OVER: i64 = 27_720;

/// Totals of a team over all its matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunRateTotals {
    scored: RunsPerOver,
    conceded: RunsPerOver,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RunsPerOver {
    runs: i64,
    /// Overs faced, in units of 1/[`PARTS_PER_OVER`] over.
    over_parts: i64,
}

impl RunsPerOver {
    fn add(&mut self, scored: RunsOffBalls, balls_per_over: i64) {
        self.runs += scored.runs;
        self.over_parts += scored.balls * PARTS_PER_OVER / balls_per_over.max(1);
    }

    /// Runs per part of an over, as numerator and denominator; 0 if no ball was faced.
    fn runs_per_part(self) -> (i128, i128) {
        if self.over_parts == 0 { (0, 1) } else { (self.runs.into(), self.over_parts.into()) }
    }
}

impl RunRateTotals {
    /// Adds the runs scored and conceded in one match.
    pub fn add_match(&mut self, scored: RunsOffBalls, conceded: RunsOffBalls, balls_per_over: i64) {
        self.scored.add(scored, balls_per_over);
        self.conceded.add(conceded, balls_per_over);
    }

    /// Net run rate in runs per over, rounded to three decimals, half away from zero; `None` before
    /// any ball.
    pub fn net_run_rate(&self) -> Option<f64> {
        if self.scored.over_parts == 0 && self.conceded.over_parts == 0 {
            return None;
        }
        let ((scored, parts_faced), (conceded, parts_bowled)) =
            (self.scored.runs_per_part(), self.conceded.runs_per_part());
        let numerator =
            (scored * parts_bowled - conceded * parts_faced) * i128::from(PARTS_PER_OVER) * 1000;
        let denominator = parts_faced * parts_bowled;
        let rounded = (2 * numerator.abs() + denominator) / (2 * denominator) * numerator.signum();
        Some(rounded as f64 / 1000.0)
    }
}
