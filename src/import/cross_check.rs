//! Whether what the rules made of a file is what the file says.

use serde_json::{Value, json};

use crate::import::CricsheetFile;
use crate::import::cricsheet::{CricsheetDelivery, CricsheetInnings};
use crate::import::simulation::MatchSimulation;

/// Runs, wickets and valid balls of the innings played last.
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
        "its balls come to {our_runs}/{our_wickets} off {our_balls}, not to {runs}/{wickets} off {legal}"
    ))
}

/// Who won, and by how much.
pub fn check_outcome(simulation: &MatchSimulation<'_>, file: &CricsheetFile) -> Result<(), String> {
    let result = simulation.scorecard()["result"].take();
    let outcome = &file.info.outcome;
    let winner = [&outcome.winner, &outcome.eliminator, &outcome.bowl_out];
    let winner = winner.into_iter().flatten().next();
    let winner =
        winner.map(|name| simulation.roster.find_team(name).map(|team| team.id)).transpose()?;
    let mut is_same = result["winner_team_id"] == json!(winner);
    if let Some(by) = &outcome.by {
        let named = [("runs", by.runs), ("wickets", by.wickets), ("innings", by.innings)];
        let same = |(name, value): (&str, Option<i64>)| {
            value.is_none_or(|value| result["by"][name] == json!(value))
        };
        is_same &= named.into_iter().all(same);
    }
    if is_same { Ok(()) } else { Err(format!("the balls say otherwise: {}", result_text(&result))) }
}

fn result_text(result: &Value) -> &str {
    result["text"].as_str().unwrap_or("no result yet")
}
