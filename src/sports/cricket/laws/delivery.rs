//! One ball as a scorer enters it, and what the Laws make of its numbers.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sports::cricket::laws::{CricketerRef, DismissalKind};
use crate::sports::score::Side;

/// Runs that nobody's bat made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Extras {
    pub wides: u32,
    pub no_balls: u32,
    pub byes: u32,
    pub leg_byes: u32,
    pub penalty: u32,
}

/// One wicket, as it was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredWicket {
    pub kind: DismissalKind,
    /// None where only the striker can be meant.
    pub player_out: Option<CricketerRef>,
    pub fielders: Vec<CricketerRef>,
    pub by_substitute: bool,
}

/// Runs awarded to a side for what the other did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PenaltyAward {
    pub side: Side,
    /// Below nought to take back an award made by mistake.
    pub runs: i32,
}

/// One ball, as it was entered.
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the body, said or not")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    pub striker: Option<CricketerRef>,
    pub non_striker: Option<CricketerRef>,
    pub bowler: Option<CricketerRef>,
    /// Off the bat.
    pub bat_runs: u32,
    pub extras: Extras,
    pub marked_boundary: bool,
    /// All was run, though it looks like a boundary.
    pub marked_non_boundary: bool,
    pub wickets: Vec<EnteredWicket>,
    /// The batters changed ends once more than the runs say.
    pub batters_crossed: bool,
    pub ends_over: bool,
    pub extends_over: bool,
    /// A real match broke a rule that is checked.
    pub overrides_rules: bool,
    /// To the fielding side; what the batting side is awarded is an extra.
    pub fielding_penalty: Option<PenaltyAward>,
    pub commentary: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Extras {
    pub fn total(&self) -> u32 {
        self.wides + self.no_balls + self.byes + self.leg_byes + self.penalty
    }

    pub fn add_extras(&mut self, other: &Self) {
        self.wides += other.wides;
        self.no_balls += other.no_balls;
        self.byes += other.byes;
        self.leg_byes += other.leg_byes;
        self.penalty += other.penalty;
    }
}

impl Delivery {
    /// Neither a wide nor a no-ball: one of the over (Law 17.3).
    pub fn is_legal(&self) -> bool {
        self.extras.wides == 0 && self.extras.no_balls == 0
    }

    pub fn total_runs(&self) -> u32 {
        self.bat_runs + self.extras.total()
    }

    /// Reached the boundary: said, or the usual meaning of the number.
    pub fn is_boundary(&self) -> bool {
        let Extras { wides, byes, leg_byes, .. } = self.extras;
        let is_usual_boundary =
            [4, 6].contains(&self.bat_runs) || byes == 4 || leg_byes == 4 || wides == 5;
        !self.marked_non_boundary && (self.marked_boundary || is_usual_boundary)
    }

    /// What goes against the bowler: byes, leg byes and penalty runs don't (Law 18.10, 21.15).
    pub fn runs_conceded(&self) -> u32 {
        self.bat_runs + self.extras.wides + self.extras.no_balls
    }
}
