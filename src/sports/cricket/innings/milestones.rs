//! What is worth telling beyond the ball: fifties, five wickets, hat-tricks.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sports::TeamInfo;
use crate::sports::cricket::innings::partnership::Partnership;
use crate::sports::cricket::innings::state::Innings;
use crate::sports::cricket::laws::players::CricketerRef;
use crate::sports::score::{PerSide, Side};

/// What was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestoneKind {
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
    pub kind: MilestoneKind,
    pub value: u32,
    pub innings_number: u32,
    /// The side whose it is.
    pub side: Side,
    /// Who reached it; the two of a stand; none for a team.
    pub players: Vec<CricketerRef>,
    /// The ball that did it; none for penalty runs outside a ball.
    pub ball_number: Option<u32>,
}

/// How far everything stood before a ball.
#[derive(Clone, Copy, Debug, Default)]
pub struct TotalsBeforeBall {
    pub team_runs: u32,
    pub batter_runs: u32,
    pub partnership_runs: u32,
    pub innings_wickets: u32,
    pub match_wickets: u32,
}

impl MilestoneKind {
    pub fn as_str(self) -> &'static str {
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
    pub fn is_same_milestone(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.kind, one.value, one.innings_number, one.side);
        let player_ids =
            |one: &Self| one.players.iter().map(|player| player.id).collect::<Vec<_>>();
        key(self) == key(other) && player_ids(self) == player_ids(other)
    }

    pub fn to_json(&self, teams: &PerSide<TeamInfo>) -> Value {
        let first = self.players.first();
        json!({
            "kind": self.kind.as_str(),
            "value": self.value,
            "innings": self.innings_number,
            "ball_number": self.ball_number,
            "team_id": teams.team_id(self.side),
            "player_id": first.map(|player| player.id),
            "player_ids": self.players.iter().map(|who| who.id).collect::<Vec<_>>(),
            "name": first.map_or_else(|| teams.team_name(self.side), |who| &who.name),
            "text": self.milestone_text(teams),
        })
    }

    fn milestone_text(&self, teams: &PerSide<TeamInfo>) -> String {
        let names: Vec<_> = self.players.iter().map(|player| player.name.as_str()).collect();
        let names = names.join(" and ");
        let value = self.value;
        match self.kind {
            MilestoneKind::BatterRuns => format!("{names}: {value} runs"),
            MilestoneKind::Partnership => format!("{names}: partnership of {value}"),
            MilestoneKind::TeamRuns => format!("{}: {value} runs", teams.team_name(self.side)),
            MilestoneKind::FiveWickets => format!("{names}: five wickets"),
            MilestoneKind::TenWickets => format!("{names}: ten wickets in the match"),
            MilestoneKind::HatTrick => format!("{names}: hat-trick"),
            MilestoneKind::WicketsInARow => format!("{names}: {value} wickets in {value} balls"),
        }
    }
}

/// The multiple of `step` that was reached or passed from `before` to `now`.
fn multiple_reached(before: u32, now: u32, step: u32) -> Option<u32> {
    let multiple = now / step * step;
    (multiple > before && multiple > 0).then_some(multiple)
}

/// What a team's total reached; a super over is too short to count.
pub fn team_milestone(
    innings: &Innings,
    runs_before: u32,
    ball_number: Option<u32>,
) -> Option<Milestone> {
    let value =
        multiple_reached(runs_before, innings.runs, 100).filter(|_| !innings.is_super_over)?;
    Some(Milestone {
        kind: MilestoneKind::TeamRuns,
        value,
        innings_number: innings.number,
        side: innings.batting_side,
        players: Vec::new(),
        ball_number: ball_number,
    })
}

/// What a stand reached.
fn partnership_milestone(
    innings: &Innings,
    runs_before: u32,
    (partnership, ball_number): (Option<&Partnership>, Option<u32>),
) -> Option<Milestone> {
    let reached_partnership = partnership.filter(|_| !innings.is_super_over)?;
    let value = multiple_reached(runs_before, reached_partnership.runs, 50)?;
    let (kind, players) =
        (MilestoneKind::Partnership, innings.partnership_players(reached_partnership));
    Some(Milestone {
        kind,
        value,
        innings_number: innings.number,
        side: innings.batting_side,
        players: players,
        ball_number: ball_number,
    })
}

/// What penalty runs brought to the team and to the stand they were added to.
pub fn penalty_milestones(
    innings: &Innings,
    totals_before: &TotalsBeforeBall,
    ball_number: Option<u32>,
) -> Vec<Milestone> {
    let partnership = partnership_milestone(
        innings,
        totals_before.partnership_runs,
        (innings.current_partnership(), ball_number),
    );
    partnership
        .into_iter()
        .chain(team_milestone(innings, totals_before.team_runs, ball_number))
        .collect()
}

/// Takes off what is no longer reached once penalty runs were taken back.
pub fn remove_unreached(
    innings: &mut Innings,
    totals_before: &TotalsBeforeBall,
) -> Vec<Arc<Milestone>> {
    let runs = innings.runs;
    let partnership =
        innings.current_partnership().map(|pair| (pair.runs, innings.partnership_players(pair)));
    let is_unreached = |one: &Arc<Milestone>| match one.kind {
        MilestoneKind::TeamRuns => runs < one.value && one.value <= totals_before.team_runs,
        MilestoneKind::Partnership => partnership.as_ref().is_some_and(|(runs, players)| {
            *runs < one.value
                && one.value <= totals_before.partnership_runs
                && one.players == *players
        }),
        _ => false,
    };
    let all = std::mem::take(&mut innings.milestones);
    let (lost, still_reached) = all.into_iter().partition(is_unreached);
    innings.milestones = still_reached;
    lost
}

/// What a ball brought to the striker (by place on the card), the stand and the team.
pub fn batting_milestones(
    innings: &Innings,
    totals_before: &TotalsBeforeBall,
    (striker_index, partnership): (usize, Option<&Partnership>),
    ball_number: u32,
) -> Vec<Milestone> {
    if innings.is_super_over {
        return Vec::new();
    }
    let milestone = |kind, value, players| Milestone {
        kind,
        value,
        innings_number: innings.number,
        side: innings.batting_side,
        players: players,
        ball_number: Some(ball_number),
    };
    let player_at = |index: usize| innings.batters.get(index).map(|card| Arc::clone(&card.player));
    let runs = innings.batters.get(striker_index).map_or(0, |card| card.runs);
    let batter = multiple_reached(totals_before.batter_runs, runs, 50).map(|value| {
        milestone(MilestoneKind::BatterRuns, value, player_at(striker_index).into_iter().collect())
    });
    let partnership_reached = partnership_milestone(
        innings,
        totals_before.partnership_runs,
        (partnership, Some(ball_number)),
    );
    let team = team_milestone(innings, totals_before.team_runs, Some(ball_number));
    [batter, partnership_reached, team].into_iter().flatten().collect()
}

/// What a ball brought to its bowler: `row` is how many wickets with balls running.
pub fn bowling_milestones(
    innings: &Innings,
    totals_before: &TotalsBeforeBall,
    (bowler_index, wicket_streak): (usize, u32),
    ball_number: u32,
) -> Vec<Milestone> {
    let Some(figures) = innings.bowlers.get(bowler_index).filter(|_| !innings.is_super_over) else {
        return Vec::new();
    };
    let wickets_taken = figures.wickets - totals_before.innings_wickets;
    let match_wickets = totals_before.match_wickets + wickets_taken;
    let milestone = |kind, value| Milestone {
        kind,
        value,
        innings_number: innings.number,
        side: innings.batting_side.other(),
        players: vec![Arc::clone(&figures.player)],
        ball_number: Some(ball_number),
    };
    let reaches = |before: u32, now: u32, mark: u32| before < mark && now >= mark;
    let five = reaches(totals_before.innings_wickets, figures.wickets, 5)
        .then(|| milestone(MilestoneKind::FiveWickets, 5));
    let ten = reaches(totals_before.match_wickets, match_wickets, 10)
        .then(|| milestone(MilestoneKind::TenWickets, 10));
    let row = match wicket_streak {
        3 if wickets_taken > 0 => Some(milestone(MilestoneKind::HatTrick, 3)),
        4.. if wickets_taken > 0 => Some(milestone(MilestoneKind::WicketsInARow, wicket_streak)),
        _ => None,
    };
    [five, ten, row].into_iter().flatten().collect()
}
