//! The scorecard as JSON.

use serde_json::{Value, json};

use crate::sports::cricket::innings::{Innings, InningsEnd};
use crate::sports::cricket::laws::OverCount;
use crate::sports::cricket::report::cards::{
    batter_json, bowler_json, fall_json, milestone_json, partnership_json,
};
use crate::sports::cricket::report::result::decision_json;
use crate::sports::cricket::report::{live, performers};
use crate::sports::cricket::scoring::{CricketSetup, Scoreboard};

/// All innings, the result and the player of the match.
pub fn scorecard_json(setup: &CricketSetup, scoreboard: &Scoreboard) -> Value {
    let innings: Vec<_> = scoreboard
        .innings
        .iter()
        .enumerate()
        .map(|(index, one)| innings_card_json(setup, scoreboard, index, one))
        .collect();
    let decision = scoreboard.decision(&setup.format);
    json!({
        "innings": innings,
        "result": decision.map(|decision| decision_json(&decision, &setup.teams)),
        "player_of_the_match": performers::player_of_match_json(scoreboard, &setup.format),
    })
}

fn innings_card_json(
    setup: &CricketSetup,
    scoreboard: &Scoreboard,
    index: usize,
    innings: &Innings,
) -> Value {
    let balls_per_over = setup.format.balls_per_over;
    let mut fields = live::innings_json(setup, scoreboard, index);
    let bowling = innings.bowlers.iter().filter(|figures| figures.overs_bowled_in > 0);
    let partnership_rows =
        innings.partnerships.iter().map(|partnership| partnership_json(partnership, innings));
    let absent = innings
        .absent_who_never_batted()
        .map(|player| json!({ "player_id": player.id, "name": player.name }));
    let milestones = innings.milestones.iter().map(|one| milestone_json(one, &setup.teams));
    let parts = [
        ("declared", json!(innings.end_reason == Some(InningsEnd::Declared))),
        ("forfeited", json!(innings.end_reason == Some(InningsEnd::Forfeited))),
        ("follow_on", json!(innings.is_follow_on)),
        ("end", json!(innings.end_reason.map(InningsEnd::as_str))),
        ("overs_allotted", json!(innings.allotted_overs.map(OverCount::to_text))),
        ("batting", innings.batters.iter().map(batter_json).collect()),
        ("absent", absent.collect()),
        ("bowling", bowling.map(|figures| bowler_json(figures, balls_per_over)).collect()),
        ("fall_of_wickets", innings.falls_of_wicket.iter().map(|fall| fall_json(fall)).collect()),
        ("partnerships", partnership_rows.collect()),
        ("milestones", milestones.collect()),
        (
            "over_summaries",
            innings.completed_overs.iter().map(|over| json!(over.symbols_text())).collect(),
        ),
        // In progress, or cut short by the end of the innings.
        ("unfinished_over", json!(unfinished_over(innings))),
    ];
    for (name, part) in parts {
        fields[name] = part;
    }
    fields
}

fn unfinished_over(innings: &Innings) -> Option<String> {
    Some(innings.current_over.symbols_text()).filter(|balls| !balls.is_empty())
}
