//! The result as text, as JSON, and as leaderboards count it.

use serde_json::{Value, json};

use crate::domain::leaderboard::Verdict;
use crate::sports::cricket::report::run_rates::match_run_rates;
use crate::sports::cricket::scoring::{CricketState, MatchDecision, WinningMargin};
use crate::sports::game::Match;
use crate::sports::result::ResultBasis;
use crate::sports::score::{PerSide, Side};
use crate::sports::{MatchInfo, MatchResult, TeamInfo};

/// Newspaper text of the result: `<team> won by 12 runs`.
pub fn result_text(decision: &MatchDecision, teams: &PerSide<TeamInfo>) -> String {
    let name = |side: &Side| teams.team_name(*side);
    let with_advancing = |word: &str, side: &Option<Side>, by: &Option<String>| match (side, by) {
        (Some(side), Some(by)) => format!("{word} ({} won {by})", name(side)),
        (Some(side), None) => format!("{word} ({} won)", name(side)),
        (None, _) => word.to_owned(),
    };
    let sentence = match decision {
        MatchDecision::Won { side, margin, .. } => {
            format!("{} won by {}", name(side), margin_text(*margin))
        }
        MatchDecision::Tied { advancing, decided_by, .. } => {
            with_advancing("Match tied", advancing, decided_by)
        }
        MatchDecision::Drawn { advancing, decided_by } => {
            with_advancing("Match drawn", advancing, decided_by)
        }
        MatchDecision::Awarded { side, .. } => return format!("Match awarded to {}", name(side)),
        MatchDecision::NoResult => "No result".to_owned(),
    };
    match decision.method() {
        Some(method) => format!("{sentence} ({method} method)"),
        None => sentence,
    }
}

/// `winner_team_id`, `method`, `text`, and one field for the kind: `by`, `tie`, `draw`, `awarded`
/// or `no_result`.
pub fn decision_json(decision: &MatchDecision, teams: &PerSide<TeamInfo>) -> Value {
    let mut fields = json!({
        "winner_team_id": decision.winning_side().map(|side| teams.team_id(side)),
        "method": decision.method(),
        "text": result_text(decision, teams),
    });
    let (name, value) = match decision {
        MatchDecision::Won { margin, .. } => ("by", margin_json(*margin)),
        MatchDecision::Tied { .. } => ("tie", json!(true)),
        MatchDecision::Drawn { .. } => ("draw", json!(true)),
        MatchDecision::Awarded { .. } => ("awarded", json!(true)),
        MatchDecision::NoResult => ("no_result", json!(true)),
    };
    fields[name] = value;
    fields
}

/// How a match was decided, for clients to put into words: `kind`, and what it has of
/// `winner_team_id`, `by`, `decided_by` and `method`.
pub fn outcome_json(decision: &MatchDecision, teams: &PerSide<TeamInfo>) -> Value {
    let (kind, margin, decided_by) = match decision {
        MatchDecision::Won { margin, .. } => ("won", Some(margin_json(*margin)), None),
        MatchDecision::Tied { decided_by, .. } => ("tied", None, decided_by.as_deref()),
        MatchDecision::Drawn { decided_by, .. } => ("drawn", None, decided_by.as_deref()),
        MatchDecision::Awarded { .. } => ("awarded", None, None),
        MatchDecision::NoResult => ("no_result", None, None),
    };
    json!({
        "kind": kind,
        "winner_team_id": decision.winning_side().map(|side| teams.team_id(side)),
        "by": margin,
        "decided_by": decided_by,
        "method": decision.method(),
    })
}

fn margin_text(margin: WinningMargin) -> String {
    match margin {
        WinningMargin::Runs(runs) => pluralize(runs, "run"),
        WinningMargin::Wickets { wickets, balls_left: Some(balls) } if balls > 0 => {
            format!("{} with {} remaining", pluralize(wickets, "wicket"), pluralize(balls, "ball"))
        }
        WinningMargin::Wickets { wickets, .. } => pluralize(wickets, "wicket"),
        WinningMargin::Innings { runs } => format!("an innings and {}", pluralize(runs, "run")),
        WinningMargin::PenaltyRuns => "penalty runs".to_owned(),
    }
}

fn margin_json(margin: WinningMargin) -> Value {
    match margin {
        WinningMargin::Runs(runs) => json!({ "runs": runs }),
        WinningMargin::Wickets { wickets, balls_left } => {
            json!({ "wickets": wickets, "balls_left": balls_left })
        }
        WinningMargin::Innings { runs } => json!({ "innings": 1, "runs": runs }),
        WinningMargin::PenaltyRuns => json!({ "penalty_runs": true }),
    }
}

fn pluralize(number: u32, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// The result of a match decided by play or by `end`; for `GET result` and leaderboards.
pub fn computed_result(match_info: &MatchInfo, game: &Match<CricketState>) -> Option<MatchResult> {
    let scoreboard = game.state.scoreboard();
    let decision = scoreboard.decision(game.state.format())?;
    let winning_side = decision.winning_side();
    let verdict = match (&decision, winning_side) {
        (MatchDecision::NoResult, _) => Verdict::NoResult,
        // A side may advance after a draw, but leaderboards still count a draw.
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
        text: Some(result_text(&decision, renamed_state.teams())),
        run_rates: match_run_rates(scoreboard, game.state.format()),
    })
}
