//! Whether what the rules made of a file is what the file says.

use serde_json::Value;
use serde_json::json;

use crate::import::Sheet;
use crate::import::sheet::Delivery;
use crate::import::sheet::Innings;
use crate::import::table::Table;

/// Runs, wickets and valid balls of the innings played last.
pub fn innings(table: &Table<'_>, innings: &Innings) -> Result<(), String> {
    let card = table.last_innings();
    let balls = innings.deliveries();
    let (mut runs, mut wickets, mut legal) = (0, 0, 0);
    for delivery in balls {
        runs += delivery.runs.total;
        wickets += delivery.wickets.iter().filter(|wicket| wicket.counts()).count();
        legal += usize::from(Delivery::is_legal(delivery));
    }
    runs += innings.penalty_runs.pre + innings.penalty_runs.post;
    let ours = ["runs", "wickets", "balls"].map(|name| card[name].clone());
    if ours == [json!(runs), json!(wickets), json!(legal)] {
        return Ok(());
    }
    let [our_runs, our_wickets, our_balls] = ours;
    Err(format!(
        "its balls come to {our_runs}/{our_wickets} off {our_balls}, not to {runs}/{wickets} off {legal}"
    ))
}

/// Who won, and by how much.
pub fn outcome(table: &Table<'_>, sheet: &Sheet) -> Result<(), String> {
    let result = table.scorecard()["result"].take();
    let outcome = &sheet.info.outcome;
    let winner = [&outcome.winner, &outcome.eliminator, &outcome.bowl_out];
    let winner = winner.into_iter().flatten().next();
    let winner = winner.map(|name| table.roster.team(name).map(|team| team.id)).transpose()?;
    let mut agrees = result["winner_team_id"] == json!(winner);
    if let Some(by) = &outcome.by {
        let named = [("runs", by.runs), ("wickets", by.wickets), ("innings", by.innings)];
        let same = |(name, value): (&str, Option<i64>)| {
            value.is_none_or(|value| result["by"][name] == json!(value))
        };
        agrees &= named.into_iter().all(same);
    }
    if agrees { Ok(()) } else { Err(format!("the balls say otherwise: {}", words(&result))) }
}

fn words(result: &Value) -> &str {
    result["text"].as_str().unwrap_or("no result yet")
}
