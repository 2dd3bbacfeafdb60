//! Milestones that a ball or an award of penalty runs reaches, or takes back.

use std::sync::Arc;

use crate::sports::cricket::innings::{Ball, Innings, Milestone, MilestoneKind, Partnership};
use crate::sports::cricket::laws::CricketFormat;
use crate::sports::cricket::scoring::crease::ActivePlayers;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;

/// Totals before a ball or an award, to see which milestones it crosses.
#[derive(Clone, Copy, Debug, Default)]
pub struct TotalsBeforeBall {
    pub team_runs: u32,
    pub batter_runs: u32,
    pub partnership_runs: u32,
    pub innings_wickets: u32,
    pub match_wickets: u32,
}

impl TotalsBeforeBall {
    /// Totals before a ball of these players.
    pub fn of(scoreboard: &Scoreboard, active: &ActivePlayers) -> Self {
        let Some(innings) = scoreboard.open_innings() else { return Self::default() };
        let batter = innings.batters.get(active.striker_index);
        let bowler = innings.bowlers.get(active.bowler_index);
        Self {
            team_runs: innings.runs,
            batter_runs: batter.map_or(0, |record| record.runs),
            partnership_runs: innings.current_partnership().map_or(0, |pair| pair.runs),
            innings_wickets: bowler.map_or(0, |figures| figures.wickets),
            match_wickets: bowler.map_or(0, |figures| scoreboard.match_wickets(figures.player.id)),
        }
    }
}

/// Adds the milestones that a ball reached to its innings, and returns them.
pub fn record_ball_milestones(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
    totals_before: &TotalsBeforeBall,
    active: &ActivePlayers,
    ball: &Ball,
) -> Vec<Arc<Milestone>> {
    let Some(innings) = scoreboard.innings.last().cloned() else { return Vec::new() };
    let took_wicket = innings.bowlers[active.bowler_index].wickets > totals_before.innings_wickets;
    let keeps_streak = format.hat_trick_spans_extras && !ball.counted_delivery.is_legal();
    let streak = match scoreboard.wicket_streak(ball.bowler.id) {
        streak if took_wicket => streak + 1,
        streak if keeps_streak => streak,
        _ => 0,
    };
    if !innings.is_super_over {
        scoreboard.set_wicket_streak(ball.bowler.id, streak);
    }
    let batting = batting_milestones(&innings, totals_before, active.striker_index, ball.number);
    let bowling =
        bowling_milestones(&innings, totals_before, active.bowler_index, streak, ball.number);
    let reached: Vec<_> = batting.into_iter().chain(bowling).map(Arc::new).collect();
    // With this reference alive, `make_mut` would copy the innings.
    drop(innings);
    if let Some(last) = scoreboard.innings.last_mut().filter(|_| !reached.is_empty()) {
        Arc::make_mut(last).milestones.extend(reached.iter().cloned());
    }
    reached
}

/// Highest multiple of `step` above `before` and at most `now`.
fn multiple_reached(before: u32, now: u32, step: u32) -> Option<u32> {
    let multiple = now / step * step;
    (multiple > before && multiple > 0).then_some(multiple)
}

/// Milestone of the team's total; super overs have none.
fn team_milestone(
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
        ball_number,
    })
}

/// Milestone of a partnership.
fn partnership_milestone(
    innings: &Innings,
    runs_before: u32,
    partnership: Option<&Partnership>,
    ball_number: Option<u32>,
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
        players,
        ball_number,
    })
}

/// Milestones of team and partnership that penalty runs reach.
pub fn penalty_milestones(
    innings: &Innings,
    totals_before: &TotalsBeforeBall,
    ball_number: Option<u32>,
) -> Vec<Milestone> {
    let partnership = partnership_milestone(
        innings,
        totals_before.partnership_runs,
        innings.current_partnership(),
        ball_number,
    );
    partnership
        .into_iter()
        .chain(team_milestone(innings, totals_before.team_runs, ball_number))
        .collect()
}

/// Removes and returns milestones that are no longer reached after penalty runs were taken back.
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

/// Milestones of striker, partnership and team that a ball reached.
fn batting_milestones(
    innings: &Innings,
    totals_before: &TotalsBeforeBall,
    striker_index: usize,
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
        players,
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
        innings.partnerships.last(),
        Some(ball_number),
    );
    let team = team_milestone(innings, totals_before.team_runs, Some(ball_number));
    [batter, partnership_reached, team].into_iter().flatten().collect()
}

/// Milestones of the bowler that a ball reached; `wicket_streak` includes the ball.
fn bowling_milestones(
    innings: &Innings,
    totals_before: &TotalsBeforeBall,
    bowler_index: usize,
    wicket_streak: u32,
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
