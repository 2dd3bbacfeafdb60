//! Parts of a match that can be read: scorecard, balls, disputes.

use serde_json::{Map, Value, json};

use crate::domain::matches::MatchStatus;
use crate::sports::cricket::report::balls::{all_balls_json, ball_json, over_json};
use crate::sports::cricket::report::disputes::all_disputes_json;
use crate::sports::cricket::report::result::result_text;
use crate::sports::cricket::report::{live, run_rates, scorecard, scorecard_text};
use crate::sports::cricket::scoring::CricketState;
use crate::sports::game::Match;

/// Fields of a match in a list: `toss`, `playing_conditions`, and of each innings what a score is
/// written with.
pub fn list_fields(game: &Match<CricketState>) -> Map<String, Value> {
    let state = &game.state;
    let innings = state.scoreboard().innings.iter();
    let innings = innings.map(|one| live::innings_score_json(&state.setup, one));
    let parts = [
        ("toss", live::toss_json(&state.setup, state.toss)),
        ("playing_conditions", state.format().to_json()),
        ("innings", innings.collect()),
    ];
    parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect()
}

/// The answer of `GET {path}`; `None` for 404.
pub fn read_part(game: &Match<CricketState>, path: &str) -> Option<Value> {
    let state = &game.state;
    match path {
        "scorecard" => Some(scorecard_json(game)),
        "scorecard/text" => {
            let decision = state.scoreboard().decision(state.format());
            let decision_text = decision.map(|decision| result_text(&decision, state.teams()));
            let result_text = decision_text.or_else(|| abandonment_text(game).map(str::to_owned));
            Some(json!(scorecard_text::scorecard_text(
                &state.setup,
                state.scoreboard(),
                result_text.as_deref()
            )))
        }
        "balls" => Some(all_balls_json(state.scoreboard())),
        "disputes" => Some(json!({ "items": all_disputes_json(&state.consensus), "next": null })),
        "rates" => Some(json!(run_rates::match_run_rates(state.scoreboard(), state.format()))),
        _ => match path.split('/').collect::<Vec<_>>().as_slice() {
            ["balls", ball] => {
                state.scoreboard().ball(parse_canonical_number(ball)?).map(|ball| ball_json(ball))
            }
            ["overs", innings, over] => over_json(
                state.scoreboard(),
                parse_canonical_number(innings)?,
                parse_canonical_number(over)?,
            ),
            _ => None,
        },
    }
}

/// Parses a number in its only spelling (no sign or leading zeros), so that URLs are unique.
fn parse_canonical_number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// The scorecard; the result of an abandoned match is a text only.
fn scorecard_json(game: &Match<CricketState>) -> Value {
    let mut scorecard = scorecard::scorecard_json(&game.state.setup, game.state.scoreboard());
    if let Some(text) = abandonment_text(game).filter(|_| scorecard["result"].is_null()) {
        scorecard["result"] = json!({ "no_result": true, "winner_team_id": null, "text": text });
    }
    scorecard
}

/// Result text of an abandoned match without a decision.
fn abandonment_text(game: &Match<CricketState>) -> Option<&'static str> {
    let text = match game.state.scoreboard().ball_count() {
        0 => "Match abandoned without a ball bowled",
        _ => "Match abandoned",
    };
    (game.status == MatchStatus::Abandoned).then_some(text)
}
