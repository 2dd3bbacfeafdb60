//! Checks the totals and the result that the rules computed against those in the file.

use serde_json::{Value, json};

use crate::import::cricsheet::{CricsheetDelivery, CricsheetFile, CricsheetInnings};
use crate::import::simulation::MatchSimulation;

/// Compares runs, wickets and legal balls of the innings played last.
pub fn check_innings(
    simulation: &MatchSimulation<'_>,
    innings: &CricsheetInnings,
) -> Result<(), String> {
    let card = simulation.last_innings();
    let balls = innings.deliveries();
    let (mut runs, mut wickets, mut legal) = (0, 0, 0);
    for delivery in balls {
        runs += delivery.runs.total;
        wickets += delivery.wickets.iter().filter(|wicket| wicket.counts_as_wicket()).count();
        legal += usize::from(CricsheetDelivery::is_legal(delivery));
    }
    runs += innings.penalty_runs.pre + innings.penalty_runs.post;
    let simulated = ["runs", "wickets", "balls"].map(|name| card[name].clone());
    if simulated == [json!(runs), json!(wickets), json!(legal)] {
        return Ok(());
    }
    let [our_runs, our_wickets, our_balls] = simulated;
    Err(format!(
        "the rules count {our_runs}/{our_wickets} off {our_balls} balls, the file {runs}/{wickets} off {legal}"
    ))
}

/// Compares the winner and the margin of the match.
pub fn check_outcome(simulation: &MatchSimulation<'_>, file: &CricsheetFile) -> Result<(), String> {
    let result = simulation.scorecard()["result"].take();
    let outcome = &file.info.outcome;
    let winner = [&outcome.winner, &outcome.eliminator, &outcome.bowl_out];
    let winner = winner.into_iter().flatten().next();
    let winner =
        winner.map(|name| simulation.roster.find_team(name).map(|team| team.id)).transpose()?;
    let mut is_equal = result["winner_team_id"] == json!(winner);
    if let Some(by) = &outcome.by {
        let margins = [("runs", by.runs), ("wickets", by.wickets), ("innings", by.innings)];
        is_equal &= margins
            .into_iter()
            .all(|(name, value)| value.is_none_or(|value| result["by"][name] == json!(value)));
    }
    if is_equal {
        Ok(())
    } else {
        Err(format!("differs from the result of the deliveries: {}", result_text(&result)))
    }
}

fn result_text(result: &Value) -> &str {
    result["text"].as_str().unwrap_or("no result yet")
}
