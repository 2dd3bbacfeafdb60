//! One innings: the sum of what its balls did.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::sports::cricket::batting::Card;
use crate::sports::cricket::batting::Fall;
use crate::sports::cricket::bowling::Figures;
use crate::sports::cricket::delivery::Extras;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::match_state::Setup;
use crate::sports::cricket::milestones::Milestone;
use crate::sports::cricket::over::Over;
use crate::sports::cricket::over::Quota;
use crate::sports::cricket::over::rate;
use crate::sports::cricket::partnership::Partnership;
use crate::sports::cricket::people::Who;
use crate::sports::score::Which;

/// One over, and two wickets end it: the conditions of every super over so far.
const SUPER_OVER_WICKETS: u32 = 2;

/// A side's turn to bat. A clone shares what is finished in it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about an innings")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Innings {
    /// From 1 through the match; super overs count on.
    pub number: u32,
    pub batting: Which,
    pub super_over: bool,
    pub follow_on: bool,
    /// None where overs don't end it.
    pub quota: Option<Quota>,
    /// Wickets that end it, before anybody is absent.
    pub wickets_most: u32,
    /// In the order they came in.
    pub cards: Vec<Card>,
    pub striker: Option<usize>,
    pub non_striker: Option<usize>,
    /// Bowlers, in the order they came on.
    pub figures: Vec<Figures>,
    pub bowler: Option<usize>,
    /// Who bowled any of the last over.
    pub previous: Vec<usize>,
    pub runs: u32,
    pub wickets: u32,
    /// Valid ones.
    pub balls: u32,
    pub extras: Extras,
    /// The one being bowled, perhaps not begun.
    pub over: Over,
    /// Those that were called.
    pub overs: Vec<Arc<Over>>,
    pub falls: Vec<Arc<Fall>>,
    pub partnerships: Vec<Partnership>,
    pub absent: Vec<Who>,
    /// Whether the next ball is a free hit.
    pub free_hit: bool,
    /// Whether a ball has been bowled.
    pub begun: bool,
    pub end: Option<End>,
    pub milestones: Vec<Arc<Milestone>>,
}

/// Why an innings is over (Laws 13.3, 15, 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    AllOut,
    Overs,
    Target,
    Declared,
    Forfeited,
    /// Time, weather or anything else; with the par score of a chase, where one was given.
    Umpires {
        par: Option<u32>,
    },
}

impl End {
    pub fn word(self) -> &'static str {
        match self {
            Self::AllOut => "all_out",
            Self::Overs => "overs",
            Self::Target => "target",
            Self::Declared => "declared",
            Self::Forfeited => "forfeited",
            Self::Umpires { .. } => "umpires",
        }
    }
}

impl Innings {
    pub fn new(format: &Format, number: u32, batting: Which) -> Self {
        Self {
            number,
            batting,
            super_over: false,
            follow_on: false,
            quota: format.overs.map(Quota::of_overs),
            wickets_most: format.players - 1,
            cards: Vec::new(),
            striker: None,
            non_striker: None,
            figures: Vec::new(),
            bowler: None,
            previous: Vec::new(),
            runs: 0,
            wickets: 0,
            balls: 0,
            extras: Extras::default(),
            over: Over::default(),
            overs: Vec::new(),
            falls: Vec::new(),
            partnerships: Vec::new(),
            absent: Vec::new(),
            free_hit: false,
            begun: false,
            end: None,
            milestones: Vec::new(),
        }
    }

    pub fn super_over(format: &Format, number: u32, batting: Which) -> Self {
        Self {
            super_over: true,
            quota: Some(Quota::of_overs(1)),
            wickets_most: SUPER_OVER_WICKETS.min(format.players - 1),
            ..Self::new(format, number, batting)
        }
    }

    /// Overs that were called, and the balls of the one being bowled.
    pub fn bowled(&self) -> Quota {
        let overs = u32::try_from(self.overs.len()).unwrap_or(u32::MAX);
        Quota { overs, balls: self.over.legal }
    }

    pub fn overs_text(&self) -> String {
        self.bowled().text()
    }

    /// Balls still to come; none where overs don't end the innings.
    pub fn balls_left(&self, format: &Format) -> Option<u32> {
        let all = self.quota?.in_balls(format.balls_per_over);
        Some(all.saturating_sub(self.bowled().in_balls(format.balls_per_over)))
    }

    /// Wickets that must still fall, counting who can't come.
    pub fn wickets_left(&self) -> u32 {
        let absent = u32::try_from(self.absent.len()).unwrap_or(u32::MAX);
        self.wickets_most.saturating_sub(self.wickets).saturating_sub(absent)
    }

    /// Who is absent and never came in: who has retired has a line of his own.
    pub fn missing(&self) -> impl Iterator<Item = &Who> {
        let has_a_card = |who: &&Who| self.cards.iter().any(|card| card.who.id == who.id);
        self.absent.iter().filter(move |who| !has_a_card(who))
    }

    /// Whether the overs allotted have been called. A miscounted over is an over (Law 17.5).
    pub fn is_bowled_out(&self) -> bool {
        let bowled = self.bowled();
        self.quota.is_some_and(|quota| (bowled.overs, bowled.balls) >= (quota.overs, quota.balls))
    }

    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// What every message says of the innings.
    pub fn brief(&self, setup: &Setup, target: Option<u32>) -> Value {
        let per = setup.format.balls_per_over;
        let needed = target.map(|target| target.saturating_sub(self.runs));
        let left = self.balls_left(&setup.format);
        let required = needed.zip(left).and_then(|(runs, balls)| rate(runs, balls, per));
        json!({
            "number": self.number,
            "batting_team_id": setup.sides.team_id(self.batting),
            "super_over": self.super_over,
            "runs": self.runs,
            "wickets": self.wickets,
            "overs": self.overs_text(),
            "balls": self.balls,
            "extras": self.extras,
            "run_rate": rate(self.runs, self.balls, per),
            "target": target,
            "required_rate": required.filter(|_| self.is_open()),
            "runs_needed": needed,
            "balls_left": left,
            "completed": !self.is_open(),
        })
    }
}
