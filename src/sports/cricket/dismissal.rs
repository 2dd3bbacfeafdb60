//! The ways to be out, who is credited with them, and how scorecards write them.

use serde_json::Value;
use serde_json::json;

use crate::sports::cricket::people::Who;

/// How a wicket falls (Laws 32 to 40, and 25.4 for who retires out).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bowled,
    Caught,
    Lbw,
    RunOut,
    Stumped,
    HitWicket,
    ObstructingTheField,
    HitTheBallTwice,
    TimedOut,
    /// A dismissal of its own until 2017, now part of Law 37.
    HandledTheBall,
    RetiredOut,
}

/// A wicket that fell.
#[derive(Debug, PartialEq, Eq)]
pub struct Dismissal {
    pub kind: Kind,
    pub out: Who,
    /// The bowler, where the wicket is credited to one.
    pub bowler: Option<Who>,
    pub fielders: Vec<Who>,
    /// Whether the last fielder was a substitute, perhaps one without a name.
    pub substitute: bool,
}

impl Kind {
    /// Those that a ball may bring; who retires does so between balls.
    pub const OF_A_BALL: [Self; 10] = [
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

    pub fn word(self) -> &'static str {
        match self {
            Self::Bowled => "bowled",
            Self::Caught => "caught",
            Self::Lbw => "lbw",
            Self::RunOut => "run_out",
            Self::Stumped => "stumped",
            Self::HitWicket => "hit_wicket",
            Self::ObstructingTheField => "obstructing_the_field",
            Self::HitTheBallTwice => "hit_the_ball_twice",
            Self::TimedOut => "timed_out",
            Self::HandledTheBall => "handled_the_ball",
            Self::RetiredOut => "retired_out",
        }
    }

    /// Laws 32.1, 33.1, 35.1, 36.1 and 39.1; no other gives the bowler credit.
    pub fn is_the_bowlers(self) -> bool {
        use Kind::{Bowled, Caught, HitWicket, Lbw, Stumped};
        matches!(self, Bowled | Caught | Lbw | Stumped | HitWicket)
    }

    /// Whether only the striker can be out so.
    pub fn is_the_strikers(self) -> bool {
        self.is_the_bowlers() || self == Self::HitTheBallTwice
    }

    /// Law 21.18. Who is timed out is so between two balls, whatever the one before was.
    pub fn is_possible_off_a_no_ball(self) -> bool {
        !self.is_the_bowlers()
    }

    /// Law 22.9.
    pub fn is_possible_off_a_wide(self) -> bool {
        !matches!(self, Self::Bowled | Self::Caught | Self::Lbw | Self::HitTheBallTwice)
    }

    /// Whether completed runs stand beside it (Law 18.8).
    pub fn lets_runs_stand(self) -> bool {
        !self.is_the_strikers()
    }

    /// Whether it can happen without a ball being delivered (Laws 38.3.1, 40.1).
    pub fn can_be_between_balls(self) -> bool {
        matches!(self, Self::RunOut | Self::TimedOut | Self::ObstructingTheField)
    }

    /// How many fielders may have had a hand in it.
    pub fn fielders_most(self) -> usize {
        match self {
            Self::Caught | Self::Stumped => 1,
            Self::RunOut => 11,
            _ => 0,
        }
    }
}

impl Dismissal {
    /// As scorecards write it: `c X b Y`.
    pub fn text(&self) -> String {
        let bowler = self.bowler.as_ref().map_or("?", |bowler| &bowler.name);
        match self.kind {
            Kind::Bowled => format!("b {bowler}"),
            Kind::Lbw => format!("lbw b {bowler}"),
            Kind::HitWicket => format!("hit wicket b {bowler}"),
            Kind::Caught if self.is_return_catch() => format!("c & b {bowler}"),
            Kind::Caught => format!("c {} b {bowler}", self.catcher()),
            Kind::Stumped => format!("st {} b {bowler}", self.catcher()),
            Kind::RunOut if self.fielders.is_empty() && !self.substitute => "run out".to_owned(),
            Kind::RunOut => format!("run out ({})", self.catcher()),
            kind => kind.word().replace('_', " "),
        }
    }

    fn is_return_catch(&self) -> bool {
        let fielder = self.fielders.first().map(|fielder| fielder.id);
        fielder.is_some() && fielder == self.bowler.as_ref().map(|bowler| bowler.id)
    }

    /// All who had a hand in it; a substitute is marked (and may be known as nothing more).
    fn catcher(&self) -> String {
        let mut names: Vec<_> = self.fielders.iter().map(|fielder| fielder.name.clone()).collect();
        match names.pop() {
            Some(last) if self.substitute => names.push(format!("sub ({last})")),
            Some(last) => names.push(last),
            None => names.push(if self.substitute { "sub" } else { "?" }.to_owned()),
        }
        names.join("/")
    }

    pub fn view(&self) -> Value {
        json!({
            "kind": self.kind.word(),
            "player_out_id": self.out.id,
            "player_out": self.out.name,
            "bowler_id": self.bowler.as_ref().map(|bowler| bowler.id),
            "fielder_ids": self.fielders.iter().map(|fielder| fielder.id).collect::<Vec<_>>(),
            "substitute": self.substitute,
            "text": self.text(),
        })
    }
}
