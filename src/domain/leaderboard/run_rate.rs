//! Net run rates: runs an over made, less runs an over given away, over all matches together.

use serde::Serialize;

/// Runs, and the balls they count as having taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunsOffBalls {
    pub runs: i64,
    pub balls: i64,
}

/// What a match adds to the net run rates of its two sides; what one made the other gave away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MatchRunRates {
    pub home: RunsOffBalls,
    pub away: RunsOffBalls,
    pub balls_per_over: i64,
}

/// Parts of an over: each length from 1 to 12 balls divides it, so that sums stay whole numbers.
const PARTS_PER_OVER: i64 = 27_720;

/// The sums of a team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunRateTotals {
    scored: RunTotal,
    conceded: RunTotal,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RunTotal {
    runs: i64,
    /// Overs, in [`PARTS`].
    over_parts: i64,
}

impl RunTotal {
    fn add(&mut self, scored: RunsOffBalls, balls_per_over: i64) {
        self.runs += scored.runs;
        self.over_parts += scored.balls * PARTS_PER_OVER / balls_per_over.max(1);
    }

    /// Runs per part of an over, as a fraction. Who faced no ball made nothing.
    fn runs_per_part(self) -> (i128, i128) {
        if self.over_parts == 0 { (0, 1) } else { (self.runs.into(), self.over_parts.into()) }
    }
}

impl RunRateTotals {
    pub fn add_match(&mut self, scored: RunsOffBalls, conceded: RunsOffBalls, balls_per_over: i64) {
        self.scored.add(scored, balls_per_over);
        self.conceded.add(conceded, balls_per_over);
    }

    /// To three places as tables print it, a half rounded away from nought; none before anything
    /// was counted.
    pub fn net_run_rate(&self) -> Option<f64> {
        if self.scored.over_parts == 0 && self.conceded.over_parts == 0 {
            return None;
        }
        let ((scored, in_made), (conceded, in_given)) =
            (self.scored.runs_per_part(), self.conceded.runs_per_part());
        let thousandths =
            (scored * in_given - conceded * in_made) * i128::from(PARTS_PER_OVER) * 1000;
        let per = in_made * in_given;
        let rounded = (2 * thousandths.abs() + per) / (2 * per) * thousandths.signum();
        Some(rounded as f64 / 1000.0)
    }
}
