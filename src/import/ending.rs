//! How an innings and a match end that the balls don't end by themselves.

use serde_json::json;

use crate::import::Sheet;
use crate::import::table::Table;

/// More than anybody makes: a target that is only there to name the method.
const OUT_OF_REACH: i64 = 2999;

/// Whether the second innings was cut short with more made than the target that the file gives:
/// then it is the one that was set at the end, by which the match was decided.
pub fn target_came_late(sheet: &Sheet) -> bool {
    let Some(chase) = sheet.innings.get(1) else { return false };
    let target = chase.target.as_ref().and_then(|target| target.runs);
    let totals: Vec<_> = chase.deliveries().map(|delivery| delivery.runs.total).collect();
    let before_last: i64 = totals.iter().rev().skip(1).sum();
    sheet.info.outcome.method.is_some() && target.is_some_and(|target| before_last >= target)
}

/// Ends an innings that the balls left open.
pub fn of_innings(table: &mut Table<'_>, sheet: &Sheet, number: usize) -> Result<(), String> {
    let (innings, outcome) = (&sheet.innings[number], &sheet.info.outcome);
    let team_id = table.roster.team(&innings.team)?.id;
    let post = innings.penalty_runs.post;
    if post != 0 {
        table.does("balls", json!({ "penalty": { "team_id": team_id, "runs": post } }))?;
    }
    let is_open = table.last_innings()["end"].is_null() && table.is_live();
    let goes_on = number + 1 < sheet.innings.len() || outcome.winner.is_some();
    if !is_open || !(goes_on || innings.declared) {
        return Ok(());
    }
    if innings.declared {
        return table.does("declare", json!({ "reason": "declared" }));
    }
    if target_came_late(sheet) && number == 1 {
        table.does("target", json!({ "runs": OUT_OF_REACH, "method": outcome.method }))?;
    }
    let par = par(table, sheet, number)?;
    table.does("declare", json!({ "reason": "umpires", "par": par }))
}

/// What the side batting second had to have made when it was stopped.
fn par(table: &Table<'_>, sheet: &Sheet, number: usize) -> Result<Option<i64>, String> {
    let (innings, outcome) = (&sheet.innings[number], &sheet.info.outcome);
    let by = outcome.by.as_ref().and_then(|by| by.runs);
    let (Some(by), Some(_), Some(winner), 1) = (by, &outcome.method, &outcome.winner, number)
    else {
        return Ok(None);
    };
    let made = table.last_innings()["runs"].as_i64().unwrap_or_default();
    let won = table.roster.team(winner)?.name == innings.team;
    Ok(Some(if won { made - by } else { made + by }))
}

/// Ends a match that is still open when the file is.
pub fn of_match(table: &mut Table<'_>, sheet: &Sheet) -> Result<(), String> {
    let outcome = &sheet.info.outcome;
    if !table.is_live() {
        return Ok(());
    }
    let through = outcome.eliminator.as_ref().or(outcome.bowl_out.as_ref());
    let through = through.map(|name| table.roster.team(name).map(|team| team.id)).transpose()?;
    match (outcome.result.as_deref(), &outcome.winner, outcome.method.as_deref()) {
        (Some("no result"), ..) => table.does("end", json!({ "result": "no_result" })),
        (Some("draw"), ..) => table.does("end", json!({ "result": "drawn" })),
        (Some("tie"), ..) => {
            let how = if outcome.bowl_out.is_some() { "the bowl-out" } else { "boundary count" };
            let method = through.map(|_| how);
            let body = json!({ "result": "tied", "winner_team_id": through, "method": method });
            table.does("end", body)
        }
        (None, Some(winner), Some("Awarded")) => {
            let winner = table.roster.team(winner)?.id;
            table.does("end", json!({ "result": "awarded", "winner_team_id": winner }))
        }
        _ => Err("the balls leave the match open".to_owned()),
    }
}
