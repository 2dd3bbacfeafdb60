//! One delivery as a scorer enters it, and what the Laws make of its numbers.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sports::cricket::laws::{CricketerRef, DismissalKind};
use crate::sports::score::Side;

/// Runs not credited to a batter, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Extras {
    pub wides: u32,
    pub no_balls: u32,
    pub byes: u32,
    pub leg_byes: u32,
    pub penalty: u32,
}

/// One wicket of a delivery, as entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredWicket {
    pub kind: DismissalKind,
    /// `None` if only the striker can be meant.
    pub player_out: Option<CricketerRef>,
    pub fielders: Vec<CricketerRef>,
    pub by_substitute: bool,
}

/// Penalty runs for one side (Law 41.17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PenaltyAward {
    pub side: Side,
    /// Negative to take back an award made by mistake.
    pub runs: i32,
}

/// One delivery, as entered.
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the body")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    pub striker: Option<CricketerRef>,
    pub non_striker: Option<CricketerRef>,
    pub bowler: Option<CricketerRef>,
    /// Credited to the striker.
    pub bat_runs: u32,
    pub extras: Extras,
    /// Entered as a boundary.
    pub marked_boundary: bool,
    /// Entered as all run, although the number is usually a boundary.
    pub marked_non_boundary: bool,
    pub wickets: Vec<EnteredWicket>,
    /// The batters changed ends once more than the runs imply.
    pub batters_crossed: bool,
    /// The umpire called over, whatever the number of balls.
    pub ends_over: bool,
    /// The over goes on after its last ball: the umpire miscounted (Law 17.5).
    pub extends_over: bool,
    /// Skips the checks of quota, free hit and winning run, for what really happened.
    pub overrides_rules: bool,
    /// For the fielding side; the batting side's penalty runs are extras.
    pub fielding_penalty: Option<PenaltyAward>,
    /// Free text, at most 500 characters.
    pub commentary: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Extras {
    /// All extras together, in runs.
    pub fn total(&self) -> u32 {
        self.wides + self.no_balls + self.byes + self.leg_byes + self.penalty
    }

    /// Adds each kind of `other`.
    pub fn add_extras(&mut self, other: &Self) {
        self.wides += other.wides;
        self.no_balls += other.no_balls;
        self.byes += other.byes;
        self.leg_byes += other.leg_byes;
        self.penalty += other.penalty;
    }
}

impl Delivery {
    /// Neither a wide nor a no-ball, so it counts in the over (Law 17.3).
    pub fn is_legal(&self) -> bool {
        self.extras.wides == 0 && self.extras.no_balls == 0
    }

    /// Runs for the batting side.
    pub fn total_runs(&self) -> u32 {
        self.bat_runs + self.extras.total()
    }

    /// Whether it reached the boundary: as entered, else by the usual meaning of the number.
    pub fn is_boundary(&self) -> bool {
        let Extras { wides, byes, leg_byes, .. } = self.extras;
        let is_usual_boundary =
            [4, 6].contains(&self.bat_runs) || byes == 4 || leg_byes == 4 || wides == 5;
        !self.marked_non_boundary && (self.marked_boundary || is_usual_boundary)
    }

    /// Runs against the bowler: without byes, leg byes and penalty runs (Laws 18.10, 21.15).
    pub fn runs_conceded(&self) -> u32 {
        self.bat_runs + self.extras.wides + self.extras.no_balls
    }
}
