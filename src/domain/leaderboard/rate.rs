//! Net run rates: runs an over made, less runs an over given away, over all matches together.

use serde::Serialize;

/// Runs, and the balls they count as having taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scored {
    pub runs: i64,
    pub balls: i64,
}

/// What a match adds to the net run rates of its two sides; what one made the other gave away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rates {
    pub home: Scored,
    pub away: Scored,
    pub balls_per_over: i64,
}

/// Parts of an over: each length from 1 to 12 balls divides it, so that sums stay whole numbers.
const PARTS: i64 = 27_720;

/// The sums of a team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunRate {
    made: Sum,
    given: Sum,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    runs: i64,
    /// Overs, in [`PARTS`].
    overs: i64,
}

impl Sum {
    fn add(&mut self, scored: Scored, balls_per_over: i64) {
        self.runs += scored.runs;
        self.overs += scored.balls * PARTS / balls_per_over.max(1);
    }

    /// Runs per part of an over, as a fraction. Who faced no ball made nothing.
    fn rate(self) -> (i128, i128) {
        if self.overs == 0 { (0, 1) } else { (self.runs.into(), self.overs.into()) }
    }
}

impl RunRate {
    pub fn count(&mut self, made: Scored, given: Scored, balls_per_over: i64) {
        self.made.add(made, balls_per_over);
        self.given.add(given, balls_per_over);
    }

    /// To three places as tables print it, a half rounded away from nought; none before anything
    /// was counted.
    pub fn net(&self) -> Option<f64> {
        if self.made.overs == 0 && self.given.overs == 0 {
            return None;
        }
        let ((made, in_made), (given, in_given)) = (self.made.rate(), self.given.rate());
        let thousandths = (made * in_given - given * in_made) * i128::from(PARTS) * 1000;
        let per = in_made * in_given;
        let rounded = (2 * thousandths.abs() + per) / (2 * per) * thousandths.signum();
        Some(rounded as f64 / 1000.0)
    }
}
