//! Rows of the scorecard as JSON: batters, bowlers, wickets, partnerships, milestones.

use serde_json::{Value, json};

use crate::domain::merge_patch;
use crate::sports::TeamInfo;
use crate::sports::cricket::innings::{
    BatterRecord, BatterStatus, BowlingFigures, FallOfWicket, Innings, Milestone, MilestoneKind,
    Partnership, PartnershipShare,
};
use crate::sports::cricket::laws::{Dismissal, rounded_rate};
use crate::sports::score::PerSide;

/// A batter at the crease: `player_id`, `name`, `runs`, `balls`, `fours`, `sixes`.
pub fn batter_summary_json(batter: &BatterRecord) -> Value {
    json!({
        "player_id": batter.player.id,
        "name": batter.player.name,
        "runs": batter.runs,
        "balls": batter.balls_faced,
        "fours": batter.fours,
        "sixes": batter.sixes,
    })
}

/// A batter's row: the summary with `strike_rate`, `dismissal` (text) and `out` (or null).
pub fn batter_json(batter: &BatterRecord) -> Value {
    let mut fields = batter_summary_json(batter);
    fields["strike_rate"] = json!(rounded_rate(batter.runs, batter.balls_faced, 100));
    fields["dismissal"] = json!(batter.dismissal_text());
    fields["out"] = match &batter.status {
        BatterStatus::Out(dismissal) => dismissal_json(dismissal),
        _ => Value::Null,
    };
    fields
}

/// A bowler's row; `economy` is runs conceded per over.
pub fn bowler_json(figures: &BowlingFigures, balls_per_over: u32) -> Value {
    json!({
        "player_id": figures.player.id,
        "name": figures.player.name,
        "overs": figures.overs_bowled(balls_per_over).to_text(),
        "balls": figures.legal_balls,
        "maidens": figures.maidens,
        "runs": figures.runs_conceded,
        "wickets": figures.wickets,
        "wides": figures.wide_runs,
        "no_balls": figures.no_ball_runs,
        "economy": rounded_rate(figures.runs_conceded, figures.legal_balls, balls_per_over),
    })
}

/// How a batter was out, with the scorecard's text.
pub fn dismissal_json(dismissal: &Dismissal) -> Value {
    json!({
        "kind": dismissal.kind.as_str(),
        "player_out_id": dismissal.batter.id,
        "player_out": dismissal.batter.name,
        "bowler_id": dismissal.bowler.as_ref().map(|bowler| bowler.id),
        "fielder_ids": dismissal.fielders.iter().map(|fielder| fielder.id).collect::<Vec<_>>(),
        "substitute": dismissal.by_substitute,
        "text": dismissal.scorecard_text(),
    })
}

/// How a batter was out, in ids, for messages and the match's state.
pub fn dismissal_event_json(dismissal: &Dismissal) -> Value {
    let fielder_ids: Vec<_> = dismissal.fielders.iter().map(|fielder| fielder.id).collect();
    json!({
        "kind": dismissal.kind.as_str(),
        "player_out_id": dismissal.batter.id,
        "bowler_id": dismissal.bowler.as_ref().map(|bowler| bowler.id),
        "fielder_ids": Some(fielder_ids).filter(|ids| !ids.is_empty()),
        "substitute": dismissal.by_substitute.then_some(true),
    })
}

/// Where the innings stood when a wicket fell.
pub fn fall_json(fall: &FallOfWicket) -> Value {
    json!({
        "wicket": fall.wicket_number,
        "runs": fall.innings_runs,
        "overs": fall.overs,
        "player_id": fall.dismissal.batter.id,
        "name": fall.dismissal.batter.name,
    })
}

/// `runs` and `balls` of a partnership; zeros where there is none yet.
pub fn partnership_summary_json(partnership: Option<&Partnership>) -> Value {
    let (runs, balls) = partnership.map_or((0, 0), |pair| (pair.runs, pair.balls_faced));
    json!({ "runs": runs, "balls": balls })
}

/// A partnership with what each of the two contributed.
pub fn partnership_json(partnership: &Partnership, innings: &Innings) -> Value {
    let share_json = |share: &PartnershipShare| {
        let player = innings.batters.get(share.batter_index).map(|batter| &batter.player);
        json!({
            "player_id": player.map(|who| who.id),
            "name": player.map(|who| &who.name),
            "runs": share.runs,
            "balls": share.balls_faced,
        })
    };
    json!({
        "wicket": partnership.wicket_number,
        "runs": partnership.runs,
        "balls": partnership.balls_faced,
        "batters": partnership.shares.iter().map(share_json).collect::<Vec<_>>(),
        "unbroken": partnership.is_unbroken,
    })
}

/// A milestone with its team, its players and a text.
pub fn milestone_json(milestone: &Milestone, teams: &PerSide<TeamInfo>) -> Value {
    let first = milestone.players.first();
    json!({
        "kind": milestone.kind.as_str(),
        "value": milestone.value,
        "innings": milestone.innings_number,
        "ball_number": milestone.ball_number,
        "team_id": teams.team_id(milestone.side),
        "player_id": first.map(|player| player.id),
        "player_ids": milestone.players.iter().map(|who| who.id).collect::<Vec<_>>(),
        "name": first.map_or_else(|| teams.team_name(milestone.side), |who| &who.name),
        "text": milestone_text(milestone, teams),
    })
}

/// A milestone in messages: without its sentence, in ids.
pub fn milestone_event_json(milestone: &Milestone, teams: &PerSide<TeamInfo>) -> Value {
    merge_patch::without_nulls(json!({
        "kind": milestone.kind.as_str(),
        "value": milestone.value,
        "innings": milestone.innings_number,
        "ball_number": milestone.ball_number,
        "team_id": teams.team_id(milestone.side),
        "player_ids": milestone.players.iter().map(|who| who.id).collect::<Vec<_>>(),
    }))
}

fn milestone_text(milestone: &Milestone, teams: &PerSide<TeamInfo>) -> String {
    let names: Vec<_> = milestone.players.iter().map(|player| player.name.as_str()).collect();
    let names = names.join(" and ");
    let value = milestone.value;
    match milestone.kind {
        MilestoneKind::BatterRuns => format!("{names}: {value} runs"),
        MilestoneKind::Partnership => format!("{names}: partnership of {value}"),
        MilestoneKind::TeamRuns => format!("{}: {value} runs", teams.team_name(milestone.side)),
        MilestoneKind::FiveWickets => format!("{names}: five wickets"),
        MilestoneKind::TenWickets => format!("{names}: ten wickets in the match"),
        MilestoneKind::HatTrick => format!("{names}: hat-trick"),
        MilestoneKind::WicketsInARow => format!("{names}: {value} wickets in {value} balls"),
    }
}
