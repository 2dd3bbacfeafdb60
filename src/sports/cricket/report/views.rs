//! What can be read of a match: its part of the snapshot, scorecard, balls, disputes, result.

use serde_json::{Map, Value, json};

use crate::domain::leaderboard::Verdict;
use crate::sports::cricket::report::live;
use crate::sports::cricket::report::run_rates;
use crate::sports::cricket::report::scorecard;
use crate::sports::cricket::report::scorecard_text;
use crate::sports::cricket::scoring::consensus::PendingBall;
use crate::sports::cricket::scoring::decision::MatchDecision;
use crate::sports::cricket::scoring::match_state::CricketState;
use crate::sports::game::{Match, MatchStatus};
use crate::sports::result::ResultBasis;
use crate::sports::score::Side;
use crate::sports::{MatchInfo, MatchResult};

pub fn snapshot_fields(game: &Match<CricketState>) -> Map<String, Value> {
    let state = &game.state;
    let parts = [
        ("toss", live::toss_json(&state.setup, state.toss)),
        ("playing_conditions", state.format().to_json()),
        ("live", live::live_json(&state.setup, state.scoreboard())),
        ("scorecard", scorecard_json(game)),
        ("disputes", json!(state.consensus.open_disputes())),
        ("pending", pending_balls_json(state)),
    ];
    parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect()
}

pub fn read_part(game: &Match<CricketState>, path: &str) -> Option<Value> {
    let state = &game.state;
    match path {
        "scorecard" => Some(scorecard_json(game)),
        "scorecard/text" => {
            let decision = state.scoreboard().decision(state.format());
            let decision_text = decision.map(|decision| decision.result_text(state.teams()));
            let result_text = decision_text.or_else(|| abandonment_text(game).map(str::to_owned));
            Some(json!(scorecard_text::scorecard_text(
                &state.setup,
                state.scoreboard(),
                result_text.as_deref()
            )))
        }
        "balls" => {
            let balls: Vec<_> =
                state.scoreboard().balls.iter().map(|ball| ball.to_json()).collect();
            Some(json!({ "items": balls, "next": null }))
        }
        "disputes" => Some(json!({ "items": state.consensus.all_disputes(), "next": null })),
        "rates" => Some(json!(run_rates::match_run_rates(state.scoreboard(), state.format()))),
        _ => match path.split('/').collect::<Vec<_>>().as_slice() {
            ["balls", ball] => {
                state.scoreboard().ball(parse_canonical_number(ball)?).map(|ball| ball.to_json())
            }
            ["overs", innings, over] => {
                over_json(state, parse_canonical_number(innings)?, parse_canonical_number(over)?)
            }
            _ => None,
        },
    }
}

/// As it is written, so that each thing has one address.
fn parse_canonical_number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// The balls of an over, which counts from 1 as in `over_complete`: the one being bowled too.
fn over_json(state: &CricketState, innings: u32, over: u32) -> Option<Value> {
    let scoreboard = state.scoreboard();
    let innings_record = scoreboard.innings.iter().find(|one| one.number == innings)?;
    let completed_overs = u32::try_from(innings_record.completed_overs.len()).unwrap_or(u32::MAX);
    if over == 0 || over > completed_overs + u32::from(innings_record.is_open()) {
        return None;
    }
    let over_balls = scoreboard
        .balls
        .iter()
        .filter(|ball| ball.innings_number == innings && ball.overs_before + 1 == over);
    let balls: Vec<_> = over_balls.map(|ball| ball.to_json()).collect();
    Some(json!({ "items": balls, "next": null }))
}

/// The final outcome, for results and tables.
pub fn computed_result(match_info: &MatchInfo, game: &Match<CricketState>) -> Option<MatchResult> {
    let scoreboard = game.state.scoreboard();
    let decision = scoreboard.decision(game.state.format())?;
    let winning_side = decision.winning_side();
    let verdict = match (&decision, winning_side) {
        (MatchDecision::NoResult, _) => Verdict::NoResult,
        // Who leads on the first innings of a draw goes through, and wins nothing in a table.
        (MatchDecision::Drawn { .. }, _) | (_, None) => Verdict::Draw,
        (_, Some(Side::Home)) => Verdict::Home,
        (_, Some(Side::Away)) => Verdict::Away,
    };
    let ending = match decision {
        MatchDecision::NoResult => ResultBasis::NoResult,
        MatchDecision::Awarded { .. } => ResultBasis::Awarded,
        _ => ResultBasis::Played,
    };
    let renamed_state = game.state.with_current_teams(match_info);
    Some(MatchResult {
        home_score: scoreboard.total_runs(Side::Home).into(),
        away_score: scoreboard.total_runs(Side::Away).into(),
        verdict,
        winner_team_id: winning_side.map(|side| renamed_state.teams().team_id(side)),
        ending,
        is_entered: false,
        reason: game.reason.clone(),
        text: Some(decision.result_text(renamed_state.teams())),
        run_rates: run_rates::match_run_rates(scoreboard, game.state.format()),
    })
}

/// The scorecard; an abandoned match has a result in words alone.
fn scorecard_json(game: &Match<CricketState>) -> Value {
    let mut scorecard = scorecard::scorecard_json(&game.state.setup, game.state.scoreboard());
    if let Some(text) = abandonment_text(game).filter(|_| scorecard["result"].is_null()) {
        scorecard["result"] = json!({ "no_result": true, "winner_team_id": null, "text": text });
    }
    scorecard
}

/// What is said of a match that was given up, where nothing else decides it.
fn abandonment_text(game: &Match<CricketState>) -> Option<&'static str> {
    let text = match game.state.scoreboard().ball_count() {
        0 => "Match abandoned without a ball bowled",
        _ => "Match abandoned",
    };
    (game.status == MatchStatus::Abandoned).then_some(text)
}

/// Who has said what of each ball that isn't official yet.
fn pending_balls_json(state: &CricketState) -> Value {
    let pending_json = |pending: &PendingBall| {
        json!({
            "number": pending.number,
            "by": pending.submissions.iter().map(|submission| submission.scorer_id).collect::<Vec<_>>(),
            "disputed": pending.dispute_reason.is_some(),
            "submissions": pending.submissions_json(),
        })
    };
    state.consensus.pending_balls().iter().map(pending_json).collect()
}
