//! Ends innings and matches that their deliveries don't end: declarations, interruptions, ties.

use serde_json::json;

use crate::import::cricsheet::CricsheetFile;
use crate::import::simulation::MatchSimulation;

/// A target that nobody reaches, set only to record the method.
const UNREACHABLE_TARGET: i64 = 2999;

/// Whether the file's target is the one set when the second innings was cut short: its runs were
/// exceeded before the last delivery, so it can't have been the target of the chase.
pub fn is_target_set_late(file: &CricsheetFile) -> bool {
    let Some(chase) = file.innings.get(1) else { return false };
    let target = chase.target.as_ref().and_then(|target| target.runs);
    let totals: Vec<_> = chase.deliveries().map(|delivery| delivery.runs.total).collect();
    let before_last: i64 = totals.iter().rev().skip(1).sum();
    file.info.outcome.method.is_some() && target.is_some_and(|target| before_last >= target)
}

/// Adds penalty runs after an innings, and ends it if its deliveries didn't.
pub fn end_innings(
    simulation: &mut MatchSimulation<'_>,
    file: &CricsheetFile,
    number: usize,
) -> Result<(), String> {
    let (innings, outcome) = (&file.innings[number], &file.info.outcome);
    let team_id = simulation.roster.find_team(&innings.team)?.id;
    let post = innings.penalty_runs.post;
    if post != 0 {
        simulation
            .run_command("balls", json!({ "penalty": { "team_id": team_id, "runs": post } }))?;
    }
    let is_open = simulation.last_innings()["end"].is_null() && simulation.is_live();
    let must_end = number + 1 < file.innings.len() || outcome.winner.is_some();
    if !is_open || !(must_end || innings.declared) {
        return Ok(());
    }
    if innings.declared {
        return simulation.run_command("declare", json!({ "reason": "declared" }));
    }
    if is_target_set_late(file) && number == 1 {
        simulation.run_command(
            "target",
            json!({ "runs": UNREACHABLE_TARGET, "method": outcome.method }),
        )?;
    }
    let par = par_score(simulation, file, number)?;
    simulation.run_command("declare", json!({ "reason": "umpires", "par": par }))
}

/// The par score at which the second innings was stopped, if a method decided the match by runs.
fn par_score(
    simulation: &MatchSimulation<'_>,
    file: &CricsheetFile,
    number: usize,
) -> Result<Option<i64>, String> {
    let (innings, outcome) = (&file.innings[number], &file.info.outcome);
    let by = outcome.by.as_ref().and_then(|by| by.runs);
    let (Some(by), Some(_), Some(winner), 1) = (by, &outcome.method, &outcome.winner, number)
    else {
        return Ok(None);
    };
    let runs = simulation.last_innings()["runs"].as_i64().unwrap_or_default();
    let won = simulation.roster.find_team(winner)?.name == innings.team;
    Ok(Some(if won { runs - by } else { runs + by }))
}

/// Ends a match that is still live after the last innings of the file.
pub fn end_match(simulation: &mut MatchSimulation<'_>, file: &CricsheetFile) -> Result<(), String> {
    let outcome = &file.info.outcome;
    if !simulation.is_live() {
        return Ok(());
    }
    let tie_winner = outcome.eliminator.as_ref().or(outcome.bowl_out.as_ref());
    let winner_id =
        tie_winner.map(|name| simulation.roster.find_team(name).map(|team| team.id)).transpose()?;
    match (outcome.result.as_deref(), &outcome.winner, outcome.method.as_deref()) {
        (Some("no result"), ..) => simulation.run_command("end", json!({ "result": "no_result" })),
        (Some("draw"), ..) => simulation.run_command("end", json!({ "result": "drawn" })),
        (Some("tie"), ..) => {
            let method = if outcome.bowl_out.is_some() { "the bowl-out" } else { "boundary count" };
            let method = winner_id.map(|_| method);
            let body = json!({ "result": "tied", "winner_team_id": winner_id, "method": method });
            simulation.run_command("end", body)
        }
        (None, Some(winner), Some("Awarded")) => {
            let winner = simulation.roster.find_team(winner)?.id;
            simulation.run_command("end", json!({ "result": "awarded", "winner_team_id": winner }))
        }
        _ => Err("the match is not decided by its deliveries".to_owned()),
    }
}
