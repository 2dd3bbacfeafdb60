//! Ways to be out, who is credited with each, and how scorecards write it.

use crate::domain::closed_set::closed_set;
use crate::sports::cricket::laws::CricketerRef;

/// Way to be out (Laws 32 to 40; 25.4 for retired out).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DismissalKind {
    Bowled,
    Caught,
    Lbw,
    RunOut,
    Stumped,
    HitWicket,
    ObstructingTheField,
    HitTheBallTwice,
    TimedOut,
    /// Separate until 2017, now part of Law 37 (obstructing the field).
    HandledTheBall,
    RetiredOut,
}

closed_set!(DismissalKind {
    Bowled => "bowled",
    Caught => "caught",
    Lbw => "lbw",
    RunOut => "run_out",
    Stumped => "stumped",
    HitWicket => "hit_wicket",
    ObstructingTheField => "obstructing_the_field",
    HitTheBallTwice => "hit_the_ball_twice",
    TimedOut => "timed_out",
    HandledTheBall => "handled_the_ball",
    RetiredOut => "retired_out",
});

/// One batter's dismissal.
#[derive(Debug, PartialEq, Eq)]
pub struct Dismissal {
    pub kind: DismissalKind,
    pub batter: CricketerRef,
    /// The bowler, if the wicket is credited to one.
    pub bowler: Option<CricketerRef>,
    pub fielders: Vec<CricketerRef>,
    /// Whether the last fielder was a substitute, who may be unnamed.
    pub by_substitute: bool,
}

impl DismissalKind {
    /// Kinds that a delivery can bring; batters retire between deliveries.
    pub const FROM_DELIVERY: [Self; 10] = [
        Self::Bowled,
        Self::Caught,
        Self::Lbw,
        Self::RunOut,
        Self::Stumped,
        Self::HitWicket,
        Self::ObstructingTheField,
        Self::HitTheBallTwice,
        Self::TimedOut,
        Self::HandledTheBall,
    ];

    /// Whether the bowler gets credit (Laws 32.1, 33.1, 35.1, 36.1 and 39.1).
    pub fn credits_bowler(self) -> bool {
        use DismissalKind::{Bowled, Caught, HitWicket, Lbw, Stumped};
        matches!(self, Bowled | Caught | Lbw | Stumped | HitWicket)
    }

    /// Whether only the striker can be out this way.
    pub fn requires_striker(self) -> bool {
        self.credits_bowler() || self == Self::HitTheBallTwice
    }

    /// Whether it can happen off a no-ball (Law 21.18). Timed out happens between deliveries, so it
    /// can follow one.
    pub fn is_possible_off_a_no_ball(self) -> bool {
        !self.credits_bowler()
    }

    /// Whether it can happen off a wide (Law 22.9).
    pub fn is_possible_off_a_wide(self) -> bool {
        !matches!(self, Self::Bowled | Self::Caught | Self::Lbw | Self::HitTheBallTwice)
    }

    /// Whether runs completed before it count (Law 18.8).
    pub fn allows_runs(self) -> bool {
        !self.requires_striker()
    }

    /// Whether it can happen without a delivery (Laws 38.3.1, 40.1).
    pub fn is_possible_between_balls(self) -> bool {
        matches!(self, Self::RunOut | Self::TimedOut | Self::ObstructingTheField)
    }

    /// Most fielders that can be credited.
    pub fn max_fielders(self) -> usize {
        match self {
            Self::Caught | Self::Stumped => 1,
            Self::RunOut => 11,
            _ => 0,
        }
    }
}

/// The texts of the kinds that a delivery can bring.
pub fn dismissals_from_delivery() -> Vec<&'static str> {
    DismissalKind::FROM_DELIVERY.iter().map(|kind| kind.as_str()).collect()
}

impl Dismissal {
    /// Scorecard notation: `c X b Y`.
    pub fn scorecard_text(&self) -> String {
        let bowler = self.bowler.as_ref().map_or("?", |bowler| &bowler.name);
        match self.kind {
            DismissalKind::Bowled => format!("b {bowler}"),
            DismissalKind::Lbw => format!("lbw b {bowler}"),
            DismissalKind::HitWicket => format!("hit wicket b {bowler}"),
            DismissalKind::Caught if self.is_caught_and_bowled() => format!("c & b {bowler}"),
            DismissalKind::Caught => format!("c {} b {bowler}", self.fielder_names()),
            DismissalKind::Stumped => format!("st {} b {bowler}", self.fielder_names()),
            DismissalKind::RunOut if self.fielders.is_empty() && !self.by_substitute => {
                "run out".to_owned()
            }
            DismissalKind::RunOut => format!("run out ({})", self.fielder_names()),
            kind => kind.as_str().replace('_', " "),
        }
    }

    fn is_caught_and_bowled(&self) -> bool {
        let fielder = self.fielders.first().map(|fielder| fielder.id);
        fielder.is_some() && fielder == self.bowler.as_ref().map(|bowler| bowler.id)
    }

    /// Names of the fielders involved; the substitute is marked, and `sub` alone if unnamed.
    fn fielder_names(&self) -> String {
        let mut names: Vec<_> = self.fielders.iter().map(|fielder| fielder.name.clone()).collect();
        match names.pop() {
            Some(last) if self.by_substitute => names.push(format!("sub ({last})")),
            Some(last) => names.push(last),
            None => names.push(if self.by_substitute { "sub" } else { "?" }.to_owned()),
        }
        names.join("/")
    }
}
