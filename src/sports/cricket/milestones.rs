//! What is worth telling beyond the ball: fifties, five wickets, hat-tricks.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::sports::Side;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::partnership::Partnership;
use crate::sports::cricket::people::Who;
use crate::sports::score::Pair;
use crate::sports::score::Which;

/// What was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Each fifty of a batter.
    BatterRuns,
    /// Each fifty of a stand.
    Partnership,
    /// Each hundred of a team.
    TeamRuns,
    /// In an innings.
    FiveWickets,
    /// In the match.
    TenWickets,
    /// Three wickets with three balls running, over the ends of overs and innings.
    HatTrick,
    /// The same with four, five …
    WicketsInARow,
}

/// Something reached, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    pub kind: Kind,
    pub value: u32,
    pub innings: u32,
    /// The side whose it is.
    pub side: Which,
    /// Who reached it; the two of a stand; none for a team.
    pub who: Vec<Who>,
    /// The ball that did it; none for penalty runs outside a ball.
    pub ball: Option<u32>,
}

/// How far everything stood before a ball.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before {
    pub team: u32,
    pub batter: u32,
    pub partnership: u32,
    pub wickets: u32,
    pub wickets_of_match: u32,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::BatterRuns => "batter_runs",
            Self::Partnership => "partnership",
            Self::TeamRuns => "team_runs",
            Self::FiveWickets => "five_wickets",
            Self::TenWickets => "ten_wickets",
            Self::HatTrick => "hat_trick",
            Self::WicketsInARow => "wickets_in_a_row",
        }
    }
}

impl Milestone {
    /// Whether it is the same one, by whichever ball it was reached.
    pub fn is(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.kind, one.value, one.innings, one.side);
        let ids = |one: &Self| one.who.iter().map(|who| who.id).collect::<Vec<_>>();
        key(self) == key(other) && ids(self) == ids(other)
    }

    pub fn view(&self, sides: &Pair<Side>) -> Value {
        let first = self.who.first();
        json!({
            "kind": self.kind.word(),
            "value": self.value,
            "innings": self.innings,
            "ball_number": self.ball,
            "team_id": sides.team_id(self.side),
            "player_id": first.map(|who| who.id),
            "player_ids": self.who.iter().map(|who| who.id).collect::<Vec<_>>(),
            "name": first.map_or_else(|| sides.name(self.side), |who| &who.name),
            "text": self.text(sides),
        })
    }

    fn text(&self, sides: &Pair<Side>) -> String {
        let names: Vec<_> = self.who.iter().map(|who| who.name.as_str()).collect();
        let names = names.join(" and ");
        let value = self.value;
        match self.kind {
            Kind::BatterRuns => format!("{names}: {value} runs"),
            Kind::Partnership => format!("{names}: partnership of {value}"),
            Kind::TeamRuns => format!("{}: {value} runs", sides.name(self.side)),
            Kind::FiveWickets => format!("{names}: five wickets"),
            Kind::TenWickets => format!("{names}: ten wickets in the match"),
            Kind::HatTrick => format!("{names}: hat-trick"),
            Kind::WicketsInARow => format!("{names}: {value} wickets in {value} balls"),
        }
    }
}

/// The multiple of `step` that was reached or passed from `before` to `now`.
fn reached(before: u32, now: u32, step: u32) -> Option<u32> {
    let newest = now / step * step;
    (newest > before && newest > 0).then_some(newest)
}

/// What a team's total reached; a super over is too short to count.
pub fn of_team(innings: &Innings, before: u32, ball: Option<u32>) -> Option<Milestone> {
    let value = reached(before, innings.runs, 100).filter(|_| !innings.super_over)?;
    Some(Milestone {
        kind: Kind::TeamRuns,
        value,
        innings: innings.number,
        side: innings.batting,
        who: Vec::new(),
        ball,
    })
}

/// What a stand reached.
fn of_pair(
    innings: &Innings,
    before: u32,
    (stand, ball): (Option<&Partnership>, Option<u32>),
) -> Option<Milestone> {
    let pair = stand.filter(|_| !innings.super_over)?;
    let value = reached(before, pair.runs, 50)?;
    let (kind, who) = (Kind::Partnership, innings.pair(pair));
    Some(Milestone { kind, value, innings: innings.number, side: innings.batting, who, ball })
}

/// What penalty runs brought to the team and to the stand they were added to.
pub fn of_award(innings: &Innings, before: &Before, ball: Option<u32>) -> Vec<Milestone> {
    let pair = of_pair(innings, before.partnership, (innings.partnership(), ball));
    pair.into_iter().chain(of_team(innings, before.team, ball)).collect()
}

/// Takes off what is no longer reached once penalty runs were taken back.
pub fn lost(innings: &mut Innings, before: &Before) -> Vec<Arc<Milestone>> {
    let runs = innings.runs;
    let pair = innings.partnership().map(|pair| (pair.runs, innings.pair(pair)));
    let fell = |one: &Arc<Milestone>| match one.kind {
        Kind::TeamRuns => runs < one.value && one.value <= before.team,
        Kind::Partnership => pair.as_ref().is_some_and(|(runs, who)| {
            *runs < one.value && one.value <= before.partnership && one.who == *who
        }),
        _ => false,
    };
    let all = std::mem::take(&mut innings.milestones);
    let (lost, kept) = all.into_iter().partition(fell);
    innings.milestones = kept;
    lost
}

/// What a ball brought to the striker (by place on the card), the stand and the team.
pub fn of_batting(
    innings: &Innings,
    before: &Before,
    (striker, stand): (usize, Option<&Partnership>),
    ball: u32,
) -> Vec<Milestone> {
    if innings.super_over {
        return Vec::new();
    }
    let make = |kind, value, who| Milestone {
        kind,
        value,
        innings: innings.number,
        side: innings.batting,
        who,
        ball: Some(ball),
    };
    let name = |index: usize| innings.cards.get(index).map(|card| Arc::clone(&card.who));
    let runs = innings.cards.get(striker).map_or(0, |card| card.runs);
    let batter = reached(before.batter, runs, 50)
        .map(|value| make(Kind::BatterRuns, value, name(striker).into_iter().collect()));
    let pair = of_pair(innings, before.partnership, (stand, Some(ball)));
    let team = of_team(innings, before.team, Some(ball));
    [batter, pair, team].into_iter().flatten().collect()
}

/// What a ball brought to its bowler: `row` is how many wickets with balls running.
pub fn of_bowling(
    innings: &Innings,
    before: &Before,
    (bowler, row): (usize, u32),
    ball: u32,
) -> Vec<Milestone> {
    let Some(figures) = innings.figures.get(bowler).filter(|_| !innings.super_over) else {
        return Vec::new();
    };
    let took = figures.wickets - before.wickets;
    let of_match = before.wickets_of_match + took;
    let make = |kind, value| Milestone {
        kind,
        value,
        innings: innings.number,
        side: innings.batting.other(),
        who: vec![Arc::clone(&figures.who)],
        ball: Some(ball),
    };
    let passes = |before: u32, now: u32, mark: u32| before < mark && now >= mark;
    let five = passes(before.wickets, figures.wickets, 5).then(|| make(Kind::FiveWickets, 5));
    let ten = passes(before.wickets_of_match, of_match, 10).then(|| make(Kind::TenWickets, 10));
    let row = match row {
        3 if took > 0 => Some(make(Kind::HatTrick, 3)),
        4.. if took > 0 => Some(make(Kind::WicketsInARow, row)),
        _ => None,
    };
    [five, ten, row].into_iter().flatten().collect()
}
